"use strict";
// Reads the two data blocks. Everything that comes from a repository is shown as text, never as markup.

const SEVERITIES = ["info", "low", "medium", "high", "critical"];

function readData() {
  const tables = JSON.parse(document.getElementById("tables").textContent);
  const rows = JSON.parse(document.getElementById("rows").textContent);
  const findings = rows.map((row, index) => readFinding(row, index, tables));
  return { tables, findings };
}

function readFinding(row, index, tables) {
  const rule = tables.rules[row[1]];
  return {
    index, fingerprint: row[0], rule, severity: row[2], confidence: row[3], path: row[4], line: row[5], column: row[6],
    redacted: row[7], excerpt: row[8], status: row[9], reason: row[10], commit: row[11], author: tables.people[row[12]],
    date: row[13], day: row[14], inHead: row[15], refs: row[16], repository: tables.repositories[row[17]], count: row[18],
    rawPlaces: row[19], detail: row[20], guide: row[21] === null ? null : tables.guides[row[21]], provider: tables.providers[row[22]],
    secret: row[23],
  };
}

function placesOf(finding, tables) {
  return finding.rawPlaces.map((place) => ({
    commit: place[0], path: place[1], line: place[2], repository: tables.repositories[place[3]], date: place[4],
  }));
}

// Made of checked parts: the template comes from an http or https address, the rest is encoded.
function linkTo(repository, commit, path, line) {
  if (!repository.link || !path) return "";
  const parts = { commit: commit || "HEAD", path: path.split("/").map(encodeURIComponent).join("/"), line: String(line) };
  return repository.link.replace(/\{(commit|path|line)\}/g, (all, name) => parts[name]);
}

// el("p", {class: "quiet"}, "text", node): children that are strings become text nodes.
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

function isolated(text, kind) {
  return el("bdi", { class: kind === undefined ? "path" : kind || null }, text);
}

function outside(address, ...children) {
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

// "owner/name" is what people call it.
function shortName(repository) {
  return repository.name.replace(/^https?:\/\/[^/]+\//, "");
}

// What has no path is the message of a commit or tag, or came from the standard input.
function nameOf(place) {
  return place.path || (place.commit ? "(message of " + place.commit.slice(0, 10) + ")" : "(no path)");
}

function commas(number) {
  return number.toLocaleString("en-US");
}

function many(number, one, more) {
  return number === 1 ? "1 " + one : commas(number) + " " + (more || one + "s");
}
