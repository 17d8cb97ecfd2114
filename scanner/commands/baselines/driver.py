"""The merge driver: what git runs to merge two versions of a baseline, and how git learns of it."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from scanner.commands.baselines.survey import add_target_arguments, target_of
from scanner.git.run import Git
from scanner.model.errors import ConfigError, ExitCode, UsageError
from scanner.suppress.baseline_file import parse_baseline, read_bytes
from scanner.suppress.merge import merge
from scanner.suppress.store import write_whole

NAME = "unsealed-baseline"
_FOREIGN = ".secrets.baseline"
_MARKS = (b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>")


def add_merge_driver_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``merge-driver``."""
    add_target_arguments(parser)
    parser.add_argument("files", nargs="*", metavar="FILE", help="base, ours, theirs, path: as git gives them")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--install", action="store_true", help="set it up in this clone and in .gitattributes")
    what.add_argument("--remove", action="store_true", help="undo --install")
    what.add_argument("--print", action="store_true", help="show what --install would set")
    what.add_argument("--resolve", action="store_true", help="settle a merge that was done without the driver")
    parser.add_argument("--global", dest="everywhere", action="store_true", help="set it up for all of your clones")


def merge_driver(args: argparse.Namespace) -> int:
    """Do what was asked for; as a driver the result goes into the second file, and failure leaves it alone."""
    if args.print:
        sys.stdout.write(_shown(args))
        return ExitCode.CLEAN
    if args.install or args.remove:
        return _install(args) if args.install else _remove(args)
    if args.resolve:
        return _resolve(args)
    if len(args.files) not in (3, 4):
        raise UsageError("git gives base, ours, theirs and path; to set the driver up: --install")
    base, ours, theirs = args.files[:3]
    name = args.files[3] if len(args.files) == 4 else ours
    contents = [read_bytes(Path(path), path) for path in (base, ours, theirs)]
    write_whole(Path(ours), merged(*contents, name=name))
    return ExitCode.CLEAN


def merged(base: bytes, ours: bytes, theirs: bytes, *, name: str) -> bytes:
    """The merge of three versions; ``base`` is empty when there was none. ConfigError when one cannot be read."""
    if ours.lstrip().startswith(b"{"):
        from scanner.suppress.merge_foreign import merge_foreign

        return merge_foreign(base, ours, theirs, name)
    before = parse_baseline(base, f"{name} (base)") if base.strip() else None
    mine, other = parse_baseline(ours, f"{name} (ours)"), parse_baseline(theirs, f"{name} (theirs)")
    return merge(before, mine, other).render()


def _command() -> str:
    """How git starts us: by name where that is on PATH, else by this interpreter, which takes no modules from the
    work tree that git starts it in."""
    program = "unsealed" if shutil.which("unsealed") else f'"{sys.executable}" -EP -m scanner.cli'
    return f"{program} baseline merge-driver %O %A %B %P"


def _settings() -> dict[str, str]:
    return {f"merge.{NAME}.name": "entry by entry merge of baselines", f"merge.{NAME}.driver": _command()}


def _attributes(args: argparse.Namespace) -> list[str]:
    target = target_of(args)
    own = os.path.relpath(os.path.abspath(target.baseline), target.root).replace(os.sep, "/")
    names = [own] + ([_FOREIGN] if os.path.exists(os.path.join(target.root, _FOREIGN)) else [])
    return [f"{name} merge={NAME}" for name in names]


def _shown(args: argparse.Namespace) -> str:
    where = "git config --global" if args.everywhere else "git config"
    lines = ["# .gitattributes", *_attributes(args), "", "# once in each clone"]
    lines += [f"{where} {key} '{value}'" for key, value in _settings().items()]
    return "\n".join(lines) + "\n"


def _install(args: argparse.Namespace) -> int:
    git, path = _git(args), Path(target_of(args).root) / ".gitattributes"
    present = path.read_text("utf-8", "surrogateescape") if path.exists() else ""
    missing = [line for line in _attributes(args) if line not in present.split("\n")]
    if missing:
        start = "" if not present or present.endswith("\n") else "\n"
        text = present + start + "\n".join(missing) + "\n"
        write_whole(path, text.encode("utf-8", "surrogateescape"))
    for key, value in _settings().items():
        git.output("config", *(["--global"] if args.everywhere else []), key, value)
    sys.stdout.write(f"git merges baselines entry by entry now; commit {path.name} for the others\n")
    return ExitCode.CLEAN


def _remove(args: argparse.Namespace) -> int:
    git, path = _git(args), Path(target_of(args).root) / ".gitattributes"
    if path.exists():
        lines = path.read_text("utf-8", "surrogateescape").split("\n")
        kept = [line for line in lines if not line.endswith(f" merge={NAME}")]
        if kept != lines:
            write_whole(path, "\n".join(kept).encode("utf-8", "surrogateescape"))
    git.succeeds("config", *(["--global"] if args.everywhere else []), "--remove-section", f"merge.{NAME}")
    sys.stdout.write("git merges baselines line by line again\n")
    return ExitCode.CLEAN


def _git(args: argparse.Namespace) -> Git:
    target = target_of(args)
    if not target.git:
        raise UsageError(f"{target.root} is not a repository")
    return Git(target.root)


def _resolve(args: argparse.Namespace) -> int:
    target, git = target_of(args), _git(args)
    path = os.path.relpath(os.path.abspath(args.files[0] if args.files else target.baseline), target.root)
    name = path.replace(os.sep, "/")
    sides = [git.succeeds("cat-file", "blob", f":{stage}:{name}") for stage in (1, 2, 3)]
    full = Path(target.root) / path
    if sides[1] is None or sides[2] is None:
        sides = list(_split(read_bytes(full, name), name))
    write_whole(full, merged(sides[0] or b"", sides[1] or b"", sides[2] or b"", name=name))
    sys.stdout.write(f"{name} is merged: git add {name}\n")
    return ExitCode.CLEAN


def _split(content: bytes, name: str) -> tuple[bytes, bytes, bytes]:
    """The three versions in a file with conflict marks; the base is only in it with ``diff3`` style."""
    sides: tuple[list[bytes], ...] = ([], [], [])
    based, at = False, -1
    for line in content.splitlines(keepends=True):
        mark = _MARKS.index(line[:7]) if line[:7] in _MARKS else -1
        if mark < 0:
            for number, side in enumerate(sides):
                if at in (-1, number):
                    side.append(line)
            continue
        at = {0: 1, 1: 0, 2: 2, 3: -1}[mark]
        based = based or mark == 1
    if at != -1:
        raise ConfigError(f"{name}: its conflict marks do not pair up: take the file back from version control")
    base, ours, theirs = (b"".join(side) for side in sides)
    return base if based else b"", ours, theirs
