// Puts the views together: the address decides what is shown.

(function () {
  const byId = (id) => document.getElementById(id);
  const { tables, findings } = readData();
  const progress = progressStore();
  prepare(findings, tables.today);
  const charts = chartsFor(tables);
  let state = { ...DEFAULTS };

  const list = listView({ columns: byId("columns"), body: byId("body"), more: byId("more"), moreLine: byId("more-line") }, progress, sortBy);
  const rules = [...tables.rules].sort((a, b) => (a.title < b.title ? -1 : 1));
  const selects = {
    "by-rule": ["rule", [["", "every kind of secret"], ...rules.map((rule) => [rule.id, rule.title])]],
    "by-status": ["status", [["open", "open"], ["new", "new"], ["unchanged", "unchanged"], ["gone", "gone"], ["known", "baseline or allowed"], ["all", "every status"]]],
    "by-head": ["head", [["", "HEAD and history"], ["1", "still in HEAD"], ["0", "history only"]]],
    "by-progress": ["progress", [["", "any progress"], ["0", "rotation not begun"], ["1", "rotation begun"], ["2", "rotation done"]]],
    "by-repository": ["repository", [["", "every repository"], ...tables.repositories.filter((one) => one.name).map((one) => [one.name, shortName(one)])]],
  };

  function change(key, value) {
    state = { ...state, [key]: value };
    go(addressOf(state));
  }

  function sortBy(key) {
    const down = state.sort === key ? (state.down === "1" ? "0" : "1") : "1";
    state = { ...state, sort: key, down };
    go(addressOf(state));
  }

  // A filter is no place to come back to: the address is replaced, and the page drawn once.
  function go(address) {
    history.replaceState(null, "", address);
    showOverview();
  }

  function showOverview() {
    byId("secret").hidden = true;
    byId("overview").hidden = false;
    document.body.classList.remove("one");
    const { found, counts } = selectFindings(findings, state, progress, charts);
    drawCharts(byId("charts"), charts, counts, state, change);
    list.draw(found, state);
    byId("count").textContent = many(found.length, "secret") + (found.length < findings.length ? " of " + commas(findings.length) : "");
    if (byId("search").value !== state.q) byId("search").value = state.q;
    for (const [id, [key]] of Object.entries(selects)) byId(id).value = state[key];
  }

  function showSecret(finding) {
    const around = list.found();
    const at = around.indexOf(finding);
    const address = (other) => (other ? "#/secret/" + encodeURIComponent(other.fingerprint) + "/" + other.index : "");
    const neighbours = { before: at > 0 ? address(around[at - 1]) : "", after: at >= 0 ? address(around[at + 1]) : "" };
    drawSecret(byId("secret"), finding, { tables, progress, neighbours, back: addressOf(state) });
    byId("overview").hidden = true;
    document.body.classList.add("one");
    byId("secret").hidden = false;
    window.scrollTo(0, 0);
    byId("secret").querySelector("h1").focus({ preventScroll: true });
  }

  // The index tells two findings with one fingerprint apart; a link from another report has only the fingerprint right.
  function findingAt(hash) {
    const [fingerprint, index] = hash.slice("#/secret/".length).split("/").map(decodeURIComponent);
    const guess = findings[Number(index)];
    return guess && guess.fingerprint === fingerprint ? guess : findings.find((one) => one.fingerprint === fingerprint);
  }

  function route() {
    let finding = null;
    if (location.hash.startsWith("#/secret/")) {
      try { finding = findingAt(location.hash); } catch (error) { finding = null; }
    }
    if (finding) {
      if (!list.found().length) list.draw(selectFindings(findings, state, progress, charts).found, state);
      showSecret(finding);
      return;
    }
    state = stateFromAddress();
    showOverview();
  }

  for (const [id, [key, choices]] of Object.entries(selects)) {
    byId(id).append(...choices.map(([value, label]) => el("option", { value }, label)));
    byId(id).hidden = (key === "repository" || key === "rule") && choices.length < 3;
    byId(id).addEventListener("change", () => change(key, byId(id).value));
  }
  let waiting = 0;
  byId("search").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => change("q", byId("search").value), findings.length > 2000 ? 25 : 0);
  });
  byId("clear").addEventListener("click", () => { state = { ...DEFAULTS }; go("#/"); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName) && !byId("overview").hidden) {
      event.preventDefault();
      byId("search").focus();
    }
  });
  byId("made").textContent = "Made by unsealed " + tables.version + " on " + new Date(tables.today * 864e5).toISOString().slice(0, 10) + ".";
  window.addEventListener("hashchange", route);
  route();
  setTimeout(prepareSearch, 200, findings, 0);
})();
