// The table. Only a screenful or so is in the document: ten thousand rows would take seconds to lay out.

const ROWS_AT_ONCE = 60;
const ROWS_PRINTED = 2000;
const COLUMNS = [["severity", "Severity"], ["title", "What"], ["path", "Where"], ["since", "Since"], ["places", "Places"], ["", "Rotation"]];

function listView(parts, progress, sortBy) {
  let found = [];
  let shown = 0;

  function drawColumns(state) {
    parts.columns.replaceChildren(...COLUMNS.map(([key, label]) => {
      if (!key) return el("th", { scope: "col" }, label);
      const button = el("button", { type: "button" }, label);
      button.addEventListener("click", () => sortBy(key));
      const sorted = state.sort === key ? (state.down === "1" ? "descending" : "ascending") : null;
      return el("th", { scope: "col", "aria-sort": sorted }, button);
    }));
  }

  function draw(findings, state) {
    found = findings;
    shown = 0;
    drawColumns(state);
    parts.body.replaceChildren();
    grow(ROWS_AT_ONCE);
  }

  function grow(count) {
    const next = found.slice(shown, shown + count);
    parts.body.append(...next.map((finding) => rowOf(finding, progress)));
    shown += next.length;
    parts.moreLine.hidden = shown >= found.length;
  }

  parts.more.addEventListener("click", () => grow(ROWS_AT_ONCE * 5));
  new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) grow(ROWS_AT_ONCE);
  }, { rootMargin: "600px" }).observe(parts.moreLine);
  window.addEventListener("beforeprint", () => grow(Math.max(0, ROWS_PRINTED - shown)));
  return { draw, found: () => found };
}

function rowOf(finding, progress) {
  const head = finding.inHead === 0 ? "history only" : finding.inHead === 1 ? "in HEAD" : "";
  const status = isOpen(finding) ? null : el("span", { class: "quiet" }, " " + finding.status);
  const where = nameOf(finding) + ":" + finding.line;
  return el(
    "tr", {},
    el("td", {}, badgeOf(finding), status),
    el("td", {}, el("a", { href: "#/secret/" + encodeURIComponent(finding.fingerprint) + "/" + finding.index }, finding.rule.title),
      el("div", { class: "quiet value clamp" }, finding.redacted)),
    el("td", {}, el("div", { class: "clamp", title: where }, isolated(where)),
      finding.repository.name ? el("div", { class: "quiet clamp" }, isolated(shortName(finding.repository))) : null),
    el("td", {}, finding.date || "", head ? el("div", { class: "quiet" }, head) : null),
    el("td", {}, commas(Math.max(1, finding.count))),
    el("td", {}, rotationOf(finding, progress)),
  );
}

function rotationOf(finding, progress) {
  if (!finding.guide) return el("span", { class: "quiet" }, "no guide");
  if (progress.stage(finding) === 2) return el("span", { class: "badge good" }, "done");
  const done = finding.guide.steps.filter((step) => progress.isDone(finding.fingerprint, step)).length;
  return done + " of " + finding.guide.steps.length;
}

function badgeOf(finding) {
  const name = SEVERITIES[finding.severity];
  return el("span", { class: "badge " + name }, name);
}
