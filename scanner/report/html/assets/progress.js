// Which rotation steps are done. Kept in this browser, by fingerprint; the page works without it.

function progressStore() {
  const prefix = "unsealed/1/";
  const memory = new Map();
  let storage = null;
  try {
    storage = window.localStorage;
    storage.setItem(prefix, "");
    storage.removeItem(prefix);
  } catch (error) {
    storage = null;
  }
  function load(fingerprint) {
    if (memory.has(fingerprint)) return memory.get(fingerprint);
    let done = [];
    try {
      done = JSON.parse((storage && storage.getItem(prefix + fingerprint)) || "[]");
    } catch (error) {
      done = [];
    }
    const set = new Set(Array.isArray(done) ? done.filter((item) => typeof item === "string") : []);
    memory.set(fingerprint, set);
    return set;
  }
  // A step is remembered by its words: a changed guide asks for the changed step again.
  function isDone(fingerprint, step) {
    return load(fingerprint).has(step);
  }
  function mark(fingerprint, step, done) {
    const set = load(fingerprint);
    if (done) set.add(step);
    else set.delete(step);
    try {
      if (storage && set.size) storage.setItem(prefix + fingerprint, JSON.stringify([...set]));
      else if (storage) storage.removeItem(prefix + fingerprint);
    } catch (error) {
      // A full or forbidden store: the ticks last as long as the page.
    }
  }
  // 0 nothing done, 1 begun, 2 every step done.
  function stage(finding) {
    if (!finding.guide) return 0;
    const set = load(finding.fingerprint);
    if (!set.size) return 0;
    return finding.guide.steps.every((step) => set.has(step)) ? 2 : 1;
  }
  return { isDone, mark, stage };
}
