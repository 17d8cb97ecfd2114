// Which findings are shown, and in which order. The whole state is in the address after '#', so a view can be sent.

const AGES = [
  ["under a week", 7], ["under a month", 31], ["under 3 months", 92], ["under a year", 366], ["1 to 3 years", 1096],
  ["over 3 years", Infinity],
];
const UNKNOWN_AGE = "date unknown";
const DEFAULTS = { q: "", severity: "", rule: "", provider: "", age: "", repository: "", folder: "", status: "open", head: "", progress: "", sort: "severity", down: "1" };

function ageOf(finding, today) {
  if (finding.day === null) return UNKNOWN_AGE;
  const days = Math.max(0, today - finding.day);
  return AGES.find((age) => days < age[1])[0];
}

function folderOf(finding) {
  const at = finding.path.indexOf("/");
  return at < 0 ? "(top folder)" : finding.path.slice(0, at) + "/";
}

function isOpen(finding) {
  return finding.status === "new" || finding.status === "unchanged";
}

function haystack(finding) {
  const detail = Object.entries(finding.detail).map((pair) => pair.join(" ")).join(" ");
  const places = finding.rawPlaces.length > 1 ? finding.rawPlaces.map((place) => place[1]).join(" ") : "";
  return [
    finding.path, finding.rule.id, finding.rule.title, finding.author, finding.commit, finding.fingerprint,
    finding.repository.name, finding.redacted, detail, places,
  ].join("\n").toLowerCase();
}

function prepare(findings, today) {
  for (const finding of findings) {
    finding.age = ageOf(finding, today);
    finding.folder = folderOf(finding);
    finding.search = null;
  }
}

// What the first search would have to do, while nobody waits for it.
function prepareSearch(findings, from) {
  const end = Math.min(findings.length, from + 500);
  for (let at = from; at < end; at++) if (findings[at].search === null) findings[at].search = haystack(findings[at]);
  if (end < findings.length) setTimeout(prepareSearch, 10, findings, end);
}

const STATUS_TESTS = {
  open: isOpen, all: () => true, new: (f) => f.status === "new", unchanged: (f) => f.status === "unchanged",
  gone: (f) => f.status === "gone", known: (f) => f.status === "baseline" || f.status === "allowed",
};

// Each test with the filter it belongs to; the search comes last, because it costs most.
function testsOf(state, progress) {
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  const tests = [["status", STATUS_TESTS[state.status] || isOpen]];
  if (state.severity) tests.push(["severity", (f) => SEVERITIES[f.severity] === state.severity]);
  if (state.provider) tests.push(["provider", (f) => f.provider === state.provider]);
  if (state.rule) tests.push(["rule", (f) => f.rule.id === state.rule]);
  if (state.age) tests.push(["age", (f) => f.age === state.age]);
  if (state.repository) tests.push(["repository", (f) => f.repository.name === state.repository]);
  if (state.folder) tests.push(["folder", (f) => f.folder === state.folder]);
  if (state.head) tests.push(["head", (f) => f.inHead === Number(state.head)]);
  if (state.progress) tests.push(["progress", (f) => progress.stage(f) === Number(state.progress)]);
  if (words.length) {
    tests.push(["q", (f) => {
      if (f.search === null) f.search = haystack(f);
      return words.every((word) => f.search.includes(word));
    }]);
  }
  return tests;
}

const ORDERS = {
  severity: (a, b) => a.severity - b.severity,
  title: (a, b) => (b.rule.title < a.rule.title ? -1 : b.rule.title > a.rule.title ? 1 : 0),
  path: (a, b) => (b.path < a.path ? -1 : b.path > a.path ? 1 : b.line - a.line),
  since: (a, b) => (b.day === null ? -1e9 : b.day) - (a.day === null ? -1e9 : a.day) || 0,
  places: (a, b) => a.count - b.count,
};

// In one pass: the findings that pass every test, sorted, and the counts for the charts. A chart leaves its own
// filter aside, so that the other values stay there to be chosen: it counts what fails at most that one test.
function selectFindings(findings, state, progress, charts) {
  const tests = testsOf(state, progress);
  const counts = new Map(charts.map((chart) => [chart.filter, new Map()]));
  const count = (chart, finding) => {
    const key = chart.key(finding);
    const values = counts.get(chart.filter);
    values.set(key, (values.get(key) || 0) + 1);
  };
  const found = [];
  for (const finding of findings) {
    const failed = failedTest(tests, finding);
    if (failed === "") {
      found.push(finding);
      for (const chart of charts) count(chart, finding);
    } else if (counts.has(failed)) {
      count(charts.find((chart) => chart.filter === failed), finding);
    }
  }
  const order = ORDERS[state.sort] || ORDERS.severity;
  const sign = state.down === "1" ? -1 : 1;
  found.sort((a, b) => sign * order(a, b) || a.index - b.index);
  return { found, counts };
}

// The filter of the only test that fails; "" where none does, null where several do.
function failedTest(tests, finding) {
  let failed = "";
  for (const [filter, test] of tests) {
    if (test(finding)) continue;
    if (failed) return null;
    failed = filter;
  }
  return failed;
}

function stateFromAddress() {
  const state = { ...DEFAULTS };
  const query = new URLSearchParams(location.hash.startsWith("#/?") ? location.hash.slice(3) : "");
  for (const key of Object.keys(DEFAULTS)) if (query.has(key)) state[key] = query.get(key);
  return state;
}

function addressOf(state) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(state)) if (value !== DEFAULTS[key]) query.set(key, value);
  const text = query.toString();
  return text ? "#/?" + text : "#/";
}
