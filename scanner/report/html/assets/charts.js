// Bars that count the findings on show; a click filters by one, a second click takes that back.

const MOST_BARS = 8;
const SVG = "http://www.w3.org/2000/svg";

function chartsFor(tables) {
  const charts = [
    { title: "Severity", filter: "severity", key: (f) => SEVERITIES[f.severity], order: [...SEVERITIES].reverse(), style: true },
    { title: "Provider", filter: "provider", key: (f) => f.provider },
    { title: "Exposed for", filter: "age", key: (f) => f.age, order: [...AGES.map((age) => age[0]), UNKNOWN_AGE] },
  ];
  const several = tables.repositories.filter((repository) => repository.name).length > 0;
  if (several) charts.push({ title: "Repository", filter: "repository", key: (f) => f.repository.name, label: (name) => shortName({ name }) || "(none)" });
  else charts.push({ title: "Folder", filter: "folder", key: (f) => f.folder });
  return charts;
}

function drawCharts(host, charts, counts, state, choose) {
  host.replaceChildren(...charts.map((chart) => drawChart(chart, counts.get(chart.filter), state, choose)));
}

function drawChart(chart, counts, state, choose) {
  let names = chart.order ? chart.order.filter((name) => counts.has(name)) : [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a));
  const chosen = state[chart.filter];
  const hidden = chart.order ? 0 : Math.max(0, names.length - MOST_BARS);
  if (hidden) names = names.filter((name, at) => at < MOST_BARS || name === chosen);
  const highest = Math.max(1, ...names.map((name) => counts.get(name)));
  const bars = names.map((name) => {
    const label = chart.label ? chart.label(name) : name;
    const bar = el(
      "button",
      { type: "button", class: "bar", title: label, "aria-pressed": String(chosen === name), "data-filter": chart.filter, "data-value": name },
      el("span", { class: "name" }, isolated(label, "")),
      el("span", { class: "number" }, commas(counts.get(name))),
      barPicture(counts.get(name) / highest, chart.style ? name : ""),
    );
    bar.addEventListener("click", () => choose(chart.filter, chosen === name ? "" : name));
    return bar;
  });
  const rest = hidden ? el("p", { class: "quiet" }, "and " + commas(hidden) + " more") : null;
  const none = names.length ? null : el("p", { class: "quiet" }, "nothing");
  return el("section", { class: "chart" }, el("h2", {}, chart.title), ...bars, rest, none);
}

function barPicture(share, style) {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", "0 0 100 6");
  picture.setAttribute("preserveAspectRatio", "none");
  picture.setAttribute("aria-hidden", "true");
  for (const [width, name] of [[100, "track"], [Math.max(1, share * 100), style]]) {
    const rect = document.createElementNS(SVG, "rect");
    rect.setAttribute("width", String(width));
    rect.setAttribute("height", "6");
    if (name) rect.setAttribute("class", name);
    picture.append(rect);
  }
  return picture;
}
