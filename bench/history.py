"""Whole histories against the clock: ours, git's own patches, and every peer that is here, in turn in one run.

    python bench/history.py REPOSITORY... [--peers FOLDER] [--runs 3] [--interpreted] [--json FILE] [--markdown FILE]

Each tool runs in its fastest setting that covers all refs and checks nothing over the network. Measured are wall
seconds, CPU seconds, and the most memory at a time: proportional set sizes (Pss), summed over all processes of the
tool, looked at twice a second: more often, and looking slows down what is measured. Ratios are of medians: ours
divided by theirs. Where ``REPOSITORY.json`` holds answers (``bench/synthetic_history.py`` writes them), our findings
are held against them, and the exit code is 1 if one is wrong.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

SOURCE = Path(__file__).resolve().parent.parent
# {repo} is the git directory, {out} a file for the report.
PEERS = {
    "gitleaks": ["git", "--no-banner", "--exit-code", "0", "-f", "json", "-r", "{out}", "{repo}"],
    "betterleaks": ["git", "--no-banner", "--exit-code", "0", "-f", "json", "-r", "{out}", "{repo}"],
    "kingfisher": [
        "scan", "--no-validate", "--no-update-check", "--git-history", "full",
        "--format", "json", "--output", "{out}", "{repo}",
    ],
    "trufflehog": ["git", "file://{repo}", "--no-verification", "--no-update", "--json"],
}  # fmt: skip
GIT = "git log -p"
OURS = "unsealed"
INTERPRETED = "unsealed, interpreted"


class Run(NamedTuple):
    """One run: wall and CPU seconds, the most memory in MB, the exit code."""

    wall: float
    cpu: float
    memory: float
    code: int


class Tool(NamedTuple):
    """A command with places for ``{repo}`` and ``{out}``, and what its environment has beside ours."""

    name: str
    command: Sequence[str]
    environment: dict[str, str]


def tree(process: int) -> Iterator[int]:
    """``process`` and all that it started, at this moment."""
    yield process
    with suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from tree(int(child))


def memory(process: int) -> float:
    """Megabytes in use by ``process`` and all that it started; pages that several share count once."""
    total = 0
    for one in tree(process):
        with suppress(OSError):
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024


def measured(command: Sequence[str], environment: dict[str, str], out: Path, *, watched: bool) -> Run:
    """Run ``command`` with its output in ``out``.

    Where it is ``watched``, its memory is told; its processes are held up each time that theirs is added up.
    """
    peak, over = 0.0, threading.Event()

    def watch(process: int) -> None:
        nonlocal peak
        while not over.wait(0.5):
            peak = max(peak, memory(process))

    with open(f"{out}.stdout", "wb") as stdout:
        if command[0] == "git":
            stdout = subprocess.DEVNULL  # type: ignore[assignment]
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=stdout, stderr=subprocess.DEVNULL, env={**os.environ, **environment})
        watcher = threading.Thread(target=watch, args=(process.pid,))
        if watched:
            watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        over.set()
        if watched:
            watcher.join()
    return Run(wall, usage.ru_utime + usage.ru_stime, peak, process.returncode)


def interpreted(folder: Path) -> dict[str, str]:
    """An environment in which our package comes from a copy without compiled modules."""
    left_out = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")
    shutil.copytree(SOURCE / "scanner", folder / "scanner", ignore=left_out)
    shutil.copytree(SOURCE / "rules", folder / "rules")
    # Run from the copy: an installed package, or the folder the bench is started in, would come first.
    return {"PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1"}


def tools(peers: Path | None, work: Path, *, without_compiler: bool) -> list[Tool]:
    """Ours, git, and the peers found in ``peers`` or on PATH."""
    ours = [
        sys.executable, "-m", "scanner", "history", "{repo}",
        "-q", "--no-progress", "--exit-zero", "--no-repo-config", "--show-secrets", "-f", "json={out}",
    ]  # fmt: skip
    here = {"PYTHONPATH": str(SOURCE), "PYTHONSAFEPATH": "1"}
    found = [Tool(OURS, ours, here)]
    if without_compiler:
        found.append(Tool(INTERPRETED, ours, interpreted(work / "interpreted")))
    found.append(Tool(GIT, ["git", "-C", "{repo}", "log", "-p", "-U0", "--full-history", "--all"], {}))
    for name, arguments in PEERS.items():
        path = shutil.which(name, path=str(peers)) if peers else None
        path = path or shutil.which(name)
        if path:
            found.append(Tool(name, [path, *arguments], {}))
    return found


def bench(repo: Path, tools_: Sequence[Tool], work: Path, runs: int) -> dict[str, list[Run]]:
    """Every tool ``runs`` times, in turn, after one look at each file so that all find the cache warm, and once more
    before that for its memory."""
    subprocess.run(["git", "-C", str(repo), "count-objects", "-v"], stdout=subprocess.DEVNULL, check=True)
    for pack in Path(git(repo, "rev-parse", "--git-path", "objects/pack")).glob("*"):
        pack.read_bytes()

    def run(tool: Tool, *, watched: bool) -> Run:
        out = work / f"{tool.name.replace(' ', '-')}.json"
        out.unlink(missing_ok=True)
        return measured(filled(tool, repo, out), tool.environment, out, watched=watched)

    # The first run of ours also compiles the rules where they are not yet; that is paid once a release.
    memories = {tool.name: run(tool, watched=True).memory for tool in tools_}
    found: dict[str, list[Run]] = {tool.name: [] for tool in tools_}
    for _ in range(runs):
        for tool in tools_:
            one = run(tool, watched=False)._replace(memory=memories[tool.name])
            found[tool.name].append(one)
            print(f"  {tool.name:22} {one.wall:8.2f} s {one.cpu:8.2f} s CPU {one.memory:7.0f} MB  exit {one.code}")
    return found


def git(repo: Path, *arguments: str) -> str:
    """What git says of ``repo``; a path in it is absolute."""
    command = ["git", "-C", str(repo), *arguments]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    return str(repo / out) if "--git-path" in arguments else out


def filled(tool: Tool, repo: Path, out: Path) -> list[str]:
    """The tool's command for one repository."""
    return [part.format(repo=repo, out=out) for part in tool.command]


def held_against(answers: Path, report: Path) -> dict[str, Any]:
    """How many of the known secrets the report has, and how many at the right commit, path and line."""
    by_secret: dict[str, set[tuple[str, str, int]]] = {}
    for one in json.loads(report.read_bytes())["findings"]:
        name = hashlib.sha256(one.get("secret", "").encode()).hexdigest()
        by_secret.setdefault(name, set()).add((one.get("commit", ""), one["path"], one["line"]))
    secrets = json.loads(answers.read_bytes())["secrets"]
    found = [one for one in secrets if one["sha256"] in by_secret]
    right = [one for one in found if (one["commit"], one["path"], one["line"]) in by_secret[one["sha256"]]]
    return {"planted": len(secrets), "found": len(found), "first place right": len(right)}


def medians(runs: dict[str, list[Run]]) -> dict[str, dict[str, float]]:
    """By tool, the figures and our ratios to it."""
    ours = statistics.median(run.wall for run in runs[OURS])
    table = {}
    for name, several in runs.items():
        wall = statistics.median(run.wall for run in several)
        table[name] = {
            "wall s": round(wall, 2),
            "cpu s": round(statistics.median(run.cpu for run in several), 2),
            "memory MB": round(max(run.memory for run in several)),
            "ours / this": round(ours / wall, 3),
            "exit": several[-1].code,
        }
    return table


def markdown(results: Sequence[dict[str, Any]]) -> str:
    """One table for all repositories."""
    lines = [
        "| repository | commits | tool | wall s | CPU s | memory MB | ours / this |",
        "|---|---:|---|---:|---:|---:|---:|",
    ]
    for result in results:
        for name, row in result["tools"].items():
            failed = f" (exit {row['exit']})" if row["exit"] else ""
            lines.append(
                f"| {result['repository']} | {result['commits']:,} | {name}{failed} | {row['wall s']:.2f} | "
                f"{row['cpu s']:.2f} | {row['memory MB']:.0f} | {row['ours / this']:.3f} |"
            )
    return "\n".join(lines) + "\n"


def one_repository(repo: Path, tools_: Sequence[Tool], work: Path, runs: int) -> dict[str, Any]:
    """All there is to say of one repository."""
    commits = int(git(repo, "rev-list", "--all", "--count"))
    print(f"{repo}: {commits:,} commits")
    result: dict[str, Any] = {"repository": repo.name, "commits": commits}
    result["tools"] = medians(bench(repo, tools_, work, runs))
    answers = repo.with_name(repo.name + ".json")
    if answers.exists():
        result["answers"] = held_against(answers, work / f"{OURS}.json")
        print(f"  {result['answers']}")
    return result


def main() -> int:
    """Measure, print, write; 1 when a known secret was missed or misplaced."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("repositories", nargs="+", type=Path, metavar="REPOSITORY")
    parser.add_argument("--peers", type=Path, help="a folder with executables, before PATH")
    parser.add_argument("--only", action="append", default=[], help="these tools only (git log -p is one), beside ours")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--interpreted", action="store_true", help="ours without compiled modules as well")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--markdown", type=Path)
    args = parser.parse_args()
    # Reports hold raw secrets; they go with the folder, which only its owner can read.
    with tempfile.TemporaryDirectory(prefix="unsealed-bench-") as folder:
        chosen = tools(args.peers, Path(folder), without_compiler=args.interpreted)
        if args.only:
            chosen = [tool for tool in chosen if tool.name in (OURS, INTERPRETED) or tool.name in args.only]
        results = [one_repository(repo.resolve(), chosen, Path(folder), args.runs) for repo in args.repositories]
    print("\n" + markdown(results), end="")
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n")
    if args.markdown:
        args.markdown.write_text(markdown(results))
    wrong = [one for one in results if "answers" in one and len(set(one["answers"].values())) > 1]
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
