"""Histories written by real git from plain values, and the sweep of one as the command gives it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from scanner.cli import main
from tests.conftest import Repository, make_repository

Place = tuple[str, int]


@dataclass
class Report:
    """What ``unsealed history -f json`` wrote."""

    code: int
    record: dict[str, Any]

    @property
    def findings(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.record["findings"]
        return found

    @property
    def only(self) -> dict[str, Any]:
        (found,) = self.findings
        return found

    @property
    def skipped(self) -> str:
        return "\n".join(f"{one['what']}: {one['why']}" for one in self.record["scan"]["skipped"])

    def places(self) -> dict[tuple[str, str], set[Place]]:
        """By rule and fingerprint, the first line of the secret at every path that ever held it."""
        found: dict[tuple[str, str], set[Place]] = {}
        for one in self.findings:
            here = found.setdefault((one["rule"], one["fingerprint"]), set())
            here.add((one["path"], one["line"]))
            here.update((place["path"], place["line"]) for place in one["occurrences"])
        return found


def swept(repo: Repository, *arguments: str, command: str = "history") -> Report:
    """The sweep in this process, with one worker unless told otherwise: a process of its own takes a second."""
    out = repo.path.parent / "report.json"
    out.unlink(missing_ok=True)
    where = () if command != "history" or (arguments and not arguments[0].startswith("-")) else (str(repo.path),)
    workers = () if "--workers" in arguments or command != "history" else ("--workers", "1")
    code = main([command, *where, *arguments, *workers, "-q", "-f", "json", "-o", str(out)])
    return Report(code, json.loads(out.read_bytes()) if out.exists() else {"findings": [], "scan": {"skipped": []}})


@dataclass
class Commit:
    """One commit of a history: the files it sets (None deletes), its parents by number, and its branch."""

    files: Mapping[str, bytes | None]
    parents: Sequence[int] = ()
    message: str = "change"
    branch: str = "main"
    time: int = 0
    modes: Mapping[str, str] = field(default_factory=dict)


def imported(repo: Repository, commits: Sequence[Commit], *options: str, first: int = 1) -> None:
    """Write ``commits`` with ``git fast-import``: a hundred take as long as one by ``git commit``.

    Numbers of parents count from 1 in ``commits``; without any, a commit follows the one before it. ``first`` is
    the number of the first, for a history that is written in several packs.
    """
    out: list[bytes] = []
    for number, commit in enumerate(commits, first):
        text = commit.message.encode()
        when = commit.time or 1_700_000_000 + number
        out.append(b"commit refs/heads/%s\nmark :%d\n" % (commit.branch.encode(), number))
        out.append(b"author Ada <ada@example.org> %d +0000\ncommitter Ada <ada@example.org> %d +0000\n" % (when, when))
        out.append(b"data %d\n%s\n" % (len(text), text))
        parents = list(commit.parents) or ([number - 1] if number > 1 else [])
        for at, parent in enumerate(parents):
            out.append(b"%s :%d\n" % (b"merge" if at else b"from", parent))
        for path, data in commit.files.items():
            if data is None:
                out.append(b'D "%s"\n' % path.encode())
            else:
                mode = commit.modes.get(path, "100644")
                out.append(b'M %s inline "%s"\ndata %d\n%s\n' % (mode.encode(), path.encode(), len(data), data))
    marks = repo.path.parent / "marks"
    repo.git(
        "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--force",
        f"--import-marks-if-exists={marks}", f"--export-marks={marks}", *options,
        data=b"".join(out),
    )  # fmt: skip


class Packing(NamedTuple):
    """How a history is laid out in the object store."""

    name: str
    window: int = 10
    depth: int = 50


def packed(repo: Repository, packing: Packing, tips: Sequence[str] = ("main",)) -> None:
    """Lay the objects of ``repo`` out anew."""
    sizes = [f"--window={packing.window}", f"--depth={packing.depth}"]
    if packing.name == "imported":
        return
    if packing.name == "loose":
        packs = sorted((repo.path / ".git/objects/pack").glob("*.pack"))
        for pack in packs:
            moved = repo.path.parent / pack.name
            pack.rename(moved)
            pack.with_suffix(".idx").unlink()
            repo.git("unpack-objects", "-q", data=moved.read_bytes())
    elif packing.name == "thin":
        _thin(repo, sizes, tips[0])
    elif packing.name == "refs":
        # Without --delta-base-offset every delta names its base instead of counting back to it.
        _one_pack(repo, ["--all", *sizes, "--no-reuse-delta"])
    else:
        repo.git("repack", "-q", "-a", "-d", "-f", *sizes)
        if packing.name == "multi":
            repo.git("multi-pack-index", "write")


def _one_pack(repo: Repository, options: Sequence[str]) -> None:
    folder = repo.path / ".git/objects/pack"
    old = list(folder.iterdir())
    data = subprocess.run(
        ["git", "pack-objects", "-q", "--revs", "--stdout", *options],
        cwd=repo.path, env=dict(repo.environment), input=b"", capture_output=True, check=True,
    ).stdout  # fmt: skip
    for path in old:
        path.unlink()
    repo.git("index-pack", "--stdin", data=data)


def _thin(repo: Repository, sizes: Sequence[str], tip: str) -> None:
    """Half the history in one pack, the rest in a second that was sent thin and completed here."""
    commits = repo.git("rev-list", tip).split()
    middle = commits[len(commits) // 2]
    older = _pack_data(repo, f"{middle}\n", sizes)
    newer = _pack_data(repo, f"{tip}\n^{middle}\n", [*sizes, "--thin", "--delta-base-offset"])
    for path in list((repo.path / ".git/objects/pack").iterdir()):
        path.unlink()
    repo.git("index-pack", "--stdin", data=older)
    repo.git("index-pack", "--stdin", "--fix-thin", data=newer)


def _pack_data(repo: Repository, revisions: str, options: Sequence[str]) -> bytes:
    return subprocess.run(
        ["git", "pack-objects", "-q", "--revs", "--stdout", *options],
        cwd=repo.path, env=dict(repo.environment), input=revisions.encode(), capture_output=True, check=True,
    ).stdout  # fmt: skip


def fresh_repository(folder: Path, environment: Mapping[str, str], *options: str) -> Repository:
    """An empty repository below ``folder``."""
    return make_repository(folder / "repo", environment, options)


@cache
def _parts() -> tuple[Any, Any]:
    from scanner.pipeline.build import text_scanner
    from scanner.pipeline.context import context_for
    from scanner.pipeline.options import ScanOptions

    context = context_for("", ScanOptions(repo_config=False))
    return text_scanner(context.options), context


def expected(files: Mapping[str, bytes]) -> dict[tuple[str, str], set[Place]]:
    """What scanning every file by itself gives, in the form of ``Report.places``."""
    from scanner.engine.encoding import to_text
    from scanner.pipeline.findings import placed, settled

    scanner, context = _parts()
    found: dict[tuple[str, str], set[Place]] = {}
    for path, data in files.items():
        text = to_text(data, path)
        here: dict[tuple[str, str], int] = {}
        for one in settled(placed(text, scanner.scan(text), context=context, rules=scanner.engine.rules), context):
            key = (one.rule, one.fingerprint)
            here[key] = min([here.get(key, one.position.line), *(place.line for place in one.occurrences)])
        for key, line in here.items():
            found.setdefault(key, set()).add((path, line))
    return found
