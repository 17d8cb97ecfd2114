#!/usr/bin/env python3
"""How many secrets in manifests each scanner finds, and on how many harmless manifests it keeps silent.

    python bench/kubernetes.py [--json FILE] [--misses]

The corpus of ``corpus/kubernetes`` is assembled into a temporary folder, one file a case, and scanned with unsealed and
with the peers on PATH (gitleaks, betterleaks, kingfisher, trufflehog, detect-secrets), each as its documentation says
to scan a folder, without network. A leak counts as found when a finding covers its line, whatever rule it is of. A
false alarm is a finding on a safe file, or in a leak's file beside its lines. ``--misses`` lists what the corpus
expects of unsealed and does not get, rules and keys included.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from corpus.kubernetes.cases import Case, leaks, safe


@dataclass(frozen=True)
class Hit:
    """Lines count from 1, ends included."""

    file: str
    start: int
    end: int
    rule: str = ""
    key: str = ""
    severity: str = ""


@dataclass(frozen=True)
class Score:
    """What one scanner did on the whole corpus; ``seconds`` is one run, wall time."""

    name: str
    found: int
    leaks: int
    silent: int
    safe: int
    stray: int
    seconds: float


def name_of(number: int, case: Case) -> str:
    """A path of its own for each case that keeps the file's name, which says how to read it."""
    return f"{case.id.replace('/', '-')}-{number}/{case.path}"


def write(folder: Path, cases: Iterable[Case]) -> dict[str, Case]:
    """Every case as a file below ``folder``."""
    written = {}
    for number, case in enumerate(cases):
        path = folder / name_of(number, case)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(case.data)
        written[path.relative_to(folder).as_posix()] = case
    return written


def run(command: list[str], folder: Path) -> str:
    """The command's output; its exit code says "found" in a different way for each scanner."""
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def json_lines(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def unsealed(folder: Path) -> Iterator[Hit]:
    source = Path(__file__).resolve().parents[1]
    code = f"import sys; sys.path.insert(0, {str(source)!r}); from scanner.cli import main; sys.exit(main())"
    output = run([sys.executable, "-c", code, "scan", ".", "-f", "json", "--severity", "low"], folder)
    for finding in json.loads(output)["findings"]:
        for place in finding["occurrences"]:
            end = finding["end_line"] if place["line"] == finding["line"] else place["line"]
            key = finding.get("detail", {}).get("key", "")
            yield Hit(place["path"].removeprefix("./"), place["line"], end, finding["rule"], key, finding["severity"])


def leaks_format(command: list[str]) -> Callable[[Path], Iterator[Hit]]:
    """gitleaks and its relative write the same report."""

    def scan(folder: Path) -> Iterator[Hit]:
        with tempfile.TemporaryDirectory() as other:
            report = Path(other) / "report.json"
            run([*command, "--report-path", str(report), "."], folder)
            for entry in json.loads(report.read_text() or "[]") if report.exists() else []:
                yield Hit(entry["File"].removeprefix("./"), entry["StartLine"], entry["EndLine"], entry["RuleID"])

    return scan


def kingfisher(folder: Path) -> Iterator[Hit]:
    output = run(["kingfisher", "scan", ".", "--no-validate", "--no-update-check", "--format", "jsonl"], folder)
    for entry in json_lines(output):
        finding = entry.get("finding", {})
        if "path" in finding:
            line = int(finding.get("line", 0))
            path = str(finding["path"]).removeprefix(f"{folder}/").removeprefix("./")
            yield Hit(path, line, line, entry.get("rule", {}).get("id", ""))


def trufflehog(folder: Path) -> Iterator[Hit]:
    output = run(["trufflehog", "filesystem", ".", "--no-verification", "--no-update", "--json"], folder)
    for entry in json_lines(output):
        place = entry.get("SourceMetadata", {}).get("Data", {}).get("Filesystem", {})
        if "file" in place:
            yield Hit(
                place["file"].removeprefix("./"), place.get("line", 0), place.get("line", 0), entry["DetectorName"]
            )


def detect_secrets(folder: Path) -> Iterator[Hit]:
    output = run(["detect-secrets", "scan", "--all-files", "--no-verify", "."], folder)
    for path, entries in json.loads(output)["results"].items():
        for entry in entries:
            yield Hit(path.removeprefix("./"), entry["line_number"], entry["line_number"], entry["type"])


SCANNERS: dict[str, Callable[[Path], Iterator[Hit]]] = {
    "unsealed": unsealed,
    "gitleaks": leaks_format(["gitleaks", "dir", "--no-banner", "--report-format", "json"]),
    "betterleaks": leaks_format(["betterleaks", "dir", "--no-banner", "--report-format", "json"]),
    "kingfisher": kingfisher,
    "trufflehog": trufflehog,
    "detect-secrets": detect_secrets,
}


def score(name: str, folder: Path, cases: dict[str, Case]) -> tuple[Score, dict[str, list[Hit]]]:
    """Runs one scanner over the folder."""
    start = time.perf_counter()
    hits: dict[str, list[Hit]] = defaultdict(list)
    for hit in SCANNERS[name](folder):
        hits[hit.file].append(hit)
    seconds = time.perf_counter() - start
    found = total = silent = harmless = stray = 0
    for path, case in cases.items():
        here = hits.get(path, [])
        lines = {leak.line for leak in case.expect}
        total += len(case.expect)
        found += sum(any(hit.start <= leak.line <= hit.end for hit in here) for leak in case.expect)
        stray += sum(not any(hit.start <= line <= hit.end for line in lines) for hit in here)
        if not case.expect:
            harmless += 1
            silent += not here
    return Score(name, found, total, silent, harmless, stray, round(seconds, 1)), hits


def misses(cases: dict[str, Case], hits: dict[str, list[Hit]]) -> Iterator[str]:
    """What the corpus expects of us and does not get, and what it gets and does not expect."""
    for path, case in cases.items():
        rest = list(hits.get(path, []))
        for leak in case.expect:
            fitting = next((hit for hit in rest if fits(hit, leak.line, leak.rule, leak.key)), None)
            if fitting is None:
                yield f"{case.id}: line {leak.line}: {leak.rule} {leak.key} is missed"
            else:
                rest.remove(fitting)
        yield from (f"{case.id}: line {hit.start}: {hit.rule} is a false alarm" for hit in rest)


def fits(hit: Hit, line: int, rule: str, key: str) -> bool:
    return hit.start == line and hit.rule == rule and (not key or hit.key == key)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path, help="write the scores there as well")
    parser.add_argument("--misses", action="store_true", help="list what unsealed gets wrong")
    args = parser.parse_args()
    present = [name for name in SCANNERS if name == "unsealed" or shutil.which(name)]
    scores = []
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root)
        cases = write(folder, [*leaks(), *safe()])
        for name in present:
            result, hits = score(name, folder, cases)
            scores.append(result)
            if name == "unsealed" and args.misses:
                print("\n".join(misses(cases, hits)) or "nothing missed, no false alarm", end="\n\n")
    print("| scanner | leaks found | safe files silent | false alarms | seconds |\n| --- | --- | --- | --- | --- |")
    for one in scores:
        share = f"{one.found} of {one.leaks} ({one.found / one.leaks:.0%})"
        print(f"| {one.name} | {share} | {one.silent} of {one.safe} | {one.stray} | {one.seconds} |")
    absent = [name for name in SCANNERS if name not in present]
    if absent:
        print(f"\nNot on PATH: {', '.join(absent)}.")
    if args.json:
        args.json.write_text(json.dumps([asdict(one) for one in scores], indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
