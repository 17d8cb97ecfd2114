#!/usr/bin/env python3
"""How long a commit waits: the hook on 12 staged files, on an empty commit, and with a cold cache.

    python bench/hook.py [--runs N] [--json FILE]

The command measured is ``unsealed`` on PATH; peers on PATH (betterleaks, gitleaks, kingfisher, detect-secrets,
trufflehog) are timed in the same run, alternating with it, each as its documentation says to use it in a hook.
Times are whole processes, wall clock, in milliseconds; ratios are ours by theirs.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

FILES = 12
LINES = 120

PEERS = {
    "betterleaks": ["betterleaks", "git", "--staged", "--no-banner", "."],
    "gitleaks": ["gitleaks", "git", "--staged", "--no-banner", "."],
    "kingfisher": ["kingfisher", "scan", ".", "--staged", "--no-validate", "--no-update-check"],
    "detect-secrets": ["detect-secrets-hook", *(f"pkg/module_{number}.py" for number in range(FILES))],
}


def source(number: int) -> str:
    """A code-like file, different for each number."""
    lines = [f'"""Module {number}."""', "import os", ""]
    for line in range(LINES):
        lines.append(f"def function_{number}_{line}(argument: int, other: str = 'value-{line}') -> dict:")
        lines.append(f"    return {{'key_{line}': argument * {line}, 'path': os.path.join('a', other)}}")
    return "\n".join(lines) + "\n"


def repository(folder: Path) -> None:
    """One commit of some files, then 12 changed ones in the index."""
    git(folder, "init", "-q")
    for number in range(FILES):
        path = folder / "pkg" / f"module_{number}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(source(number))
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "first")
    for number in range(FILES):
        (folder / "pkg" / f"module_{number}.py").write_text(source(number) + f"\nVALUE = {number}\n")
    git(folder, "add", "-A")


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def timed(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> float:
    """Milliseconds of one run."""
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, capture_output=True, stdin=subprocess.DEVNULL)
    return (time.perf_counter() - started) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    tools = {"unsealed": ["unsealed", "staged"]}
    tools |= {name: command for name, command in PEERS.items() if shutil.which(command[0])}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "repo"
        folder.mkdir()
        repository(folder)
        times: dict[str, list[float]] = {tool: [] for tool in tools}
        for command in tools.values():
            timed(command, folder)  # warm: caches, page cache
        for _ in range(args.runs):
            for tool, command in tools.items():
                times[tool].append(timed(command, folder))
        git(folder, "commit", "-q", "-m", "second")
        empty = [timed(tools["unsealed"], folder) for _ in range(args.runs)]
        (folder / "a.py").write_text("x = 1\n")
        git(folder, "add", "-A")
        cold = timed(tools["unsealed"], folder, {**os.environ, "UNSEALED_CACHE_DIR": str(Path(name) / "cold")})
    show({tool: statistics.median(found) for tool, found in times.items()}, statistics.median(empty), cold, args.json)


def show(medians: dict[str, float], empty: float, cold: float, file: Path | None) -> None:
    """The table, and the same as JSON."""
    ours = medians["unsealed"]
    print(f"{'12 staged files':<18}{'median ms':>10}{'ours/theirs':>13}")
    for tool, median in sorted(medians.items(), key=lambda item: item[1]):
        print(f"{tool:<18}{median:>10.1f}{ours / median:>13.2f}")
    print(f"empty commit {empty:.1f} ms, cold cache {cold:.0f} ms, python alone {python_alone():.1f} ms")
    if file:
        file.write_text(json.dumps({"staged_ms": medians, "empty_ms": empty, "cold_ms": cold}, indent=1) + "\n")


def python_alone() -> float:
    """The floor: an interpreter that does nothing."""
    return statistics.median(timed(["python3", "-c", "pass"], Path()) for _ in range(9))


if __name__ == "__main__":
    main()
