// The page of one secret: what and where, its timeline, and the steps to rotate it.

const PLACES_AT_ONCE = 50;

function drawSecret(host, finding, context) {
  const { tables, progress, neighbours, back } = context;
  const links = [el("a", { href: back }, "\u2190 All findings")];
  if (neighbours.before) links.push(el("a", { href: neighbours.before, rel: "prev" }, "Previous"));
  if (neighbours.after) links.push(el("a", { href: neighbours.after, rel: "next" }, "Next"));
  host.replaceChildren(
    el("nav", { "aria-label": "Findings" }, ...links),
    el("h1", { tabindex: "-1" }, finding.rule.title),
    el("p", {}, badgeOf(finding), " ", el("span", { class: "quiet" }, "confidence " + finding.confidence + (isOpen(finding) ? "" : ", " + finding.status))),
    finding.rule.description ? el("p", {}, finding.rule.description) : "",
    factsCard(finding),
    el("section", { class: "card" }, el("h2", {}, "Timeline"), timeline(finding, tables)),
    rotationCard(finding, tables, progress),
    placesCard(finding, tables),
  );
}

function factsCard(finding) {
  const address = linkTo(finding.repository, finding.commit, finding.path, finding.line);
  const where = isolated(nameOf(finding) + ":" + finding.line + ":" + finding.column);
  const facts = [["Where", address ? outside(address, where) : where], ["Value", isolated(finding.redacted, "value")]];
  if (finding.secret) facts.push(["Raw value", isolated(finding.secret, "value")]);
  if (finding.repository.name) facts.push(["Repository", isolated(finding.repository.name)]);
  for (const [key, value] of Object.entries(finding.detail)) facts.push([key, isolated(value, "value")]);
  if (finding.refs.length) facts.push(["On", isolated(finding.refs.slice(0, 20).join(", ") + (finding.refs.length > 20 ? " and more" : ""))]);
  if (finding.reason) facts.push(["Status", finding.status + ": " + finding.reason]);
  facts.push(["Rule", el("code", {}, finding.rule.id)], ["Fingerprint", el("code", {}, finding.fingerprint)]);
  const list = el("dl", {}, ...facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
  return el("section", { class: "card" }, el("h2", {}, "The secret"), excerptOf(finding), list);
}

function excerptOf(finding) {
  if (!finding.excerpt) return null;
  const at = finding.excerpt.indexOf(finding.redacted);
  if (at < 0 || !finding.redacted) return el("pre", {}, finding.excerpt);
  return el("pre", {}, finding.excerpt.slice(0, at), el("mark", {}, finding.redacted), finding.excerpt.slice(at + finding.redacted.length));
}

function timeline(finding, tables) {
  const items = [];
  const moment = (date, kind, ...text) => items.push(el("li", { class: kind }, date ? el("time", { datetime: date }, date) : null, ...text));
  if (finding.commit) {
    moment(finding.date, "bad", "Introduced in ", el("code", {}, finding.commit.slice(0, 12)), finding.author ? " by " : null, finding.author ? isolated(finding.author, "") : null);
  } else {
    moment("", "bad", "Found outside the history: no commit is known");
  }
  const later = placesOf(finding, tables).filter((place) => place.commit && place.commit !== finding.commit);
  later.sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
  for (const place of later.slice(0, PLACES_AT_ONCE)) {
    moment(place.date, "", "Also in ", isolated(place.path + ":" + place.line), " in commit ", el("code", {}, place.commit.slice(0, 12)));
  }
  if (later.length > PLACES_AT_ONCE) moment("", "", "and in " + many(later.length - PLACES_AT_ONCE, "more commit"));
  if (finding.day !== null) {
    const days = Math.max(0, tables.today - finding.day);
    moment("", "", "Exposed for " + many(days, "day") + " when this report was made");
  }
  if (finding.inHead === 1) moment("", "bad", "Still in HEAD");
  if (finding.inHead === 0) moment("", "fine", "No longer in HEAD, but still in the history");
  if (finding.status === "gone") moment("", "fine", "Not found any more");
  return el("ol", { class: "timeline" }, ...items);
}

function rotationCard(finding, tables, progress) {
  const parts = [el("h2", {}, "What to do"), ...tables.next.map((sentence) => el("p", {}, ...withCode(sentence)))];
  if (finding.guide) {
    parts.push(el("h2", {}, ...withCode(finding.guide.summary || "Rotate")));
    parts.push(el("ol", { class: "steps" }, ...finding.guide.steps.map((step) => stepItem(finding, step, progress))));
    const addresses = finding.guide.links.map((link) => el("li", {}, outside(link, link)));
    if (addresses.length) parts.push(el("ul", {}, ...addresses));
  }
  parts.push(el("p", { class: "quiet" }, ...withCode(tables.falseAlarm)));
  return el("section", { class: "card" }, ...parts);
}

function stepItem(finding, step, progress) {
  const box = el("input", { type: "checkbox" });
  box.checked = progress.isDone(finding.fingerprint, step);
  box.addEventListener("change", () => progress.mark(finding.fingerprint, step, box.checked));
  return el("li", {}, el("label", {}, box, el("span", {}, ...withCode(step))));
}

// Guides write commands in backticks.
function withCode(text) {
  return text.split(/`([^`]+)`/).map((part, index) => (index % 2 ? el("code", {}, part) : part));
}

function placesCard(finding, tables) {
  const places = placesOf(finding, tables);
  if (places.length < 2) return "";
  const body = el("tbody", {});
  const add = (some) => body.append(...some.map((place) => placeRow(place)));
  add(places.slice(0, PLACES_AT_ONCE));
  const card = el(
    "section", { class: "card" }, el("h2", {}, many(finding.count, "place")),
    el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Where"), el("th", { scope: "col" }, "Commit"), el("th", { scope: "col" }, "Date"))), body),
  );
  if (places.length > PLACES_AT_ONCE) {
    const more = el("button", { type: "button" }, "Show all " + commas(places.length));
    more.addEventListener("click", () => { add(places.slice(PLACES_AT_ONCE)); more.remove(); });
    card.append(more);
  }
  if (finding.count > places.length) card.append(el("p", { class: "quiet" }, many(finding.count - places.length, "place") + " more are in the JSON report only"));
  return card;
}

function placeRow(place) {
  const where = isolated((place.repository.name ? place.repository.name + " " : "") + nameOf(place) + ":" + place.line);
  const address = linkTo(place.repository, place.commit, place.path, place.line);
  return el("tr", {}, el("td", {}, address ? outside(address, where) : where), el("td", {}, el("code", {}, place.commit.slice(0, 12))), el("td", {}, place.date));
}
