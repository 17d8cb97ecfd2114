"""Put the hook into one repository without pre-commit, or take it out again."""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import sys
import tempfile
from pathlib import Path

from scanner.git.run import Git
from scanner.model.errors import ExitCode, UsageError

_MARK = "# Written by `unsealed install-hook`; `unsealed install-hook --remove` takes it away."
_HOOKS = {"pre-commit": "staged", "pre-push": "push"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``unsealed install-hook``."""
    parser.add_argument("repo", nargs="?", default="", metavar="REPO", help="the repository, if not this folder")
    parser.add_argument("--push", action="store_true", help="the pre-push hook instead of the pre-commit hook")
    parser.add_argument("--remove", action="store_true", help="take the hook out again")


def run(args: argparse.Namespace) -> int:
    """Write or remove the hook; a hook that is not ours is never touched."""
    name = "pre-push" if args.push else "pre-commit"
    hook = _hooks_folder(Git(args.repo)) / name
    if args.remove:
        return _remove(hook)
    if _exists(hook) and not _ours(hook):
        raise UsageError(
            f'{hook} is there already and is not ours: add the line `{_command(name)} "$@" || exit $?` to it instead'
        )
    _write(hook, f'#!/bin/sh\n{_MARK}\nexec {_command(name)} "$@"\n')
    sys.stdout.write(f"installed {hook}\n")
    return ExitCode.CLEAN


def _command(name: str) -> str:
    return f"{shlex.quote(sys.executable)} -m scanner {_HOOKS[name]}"


def _hooks_folder(git: Git) -> Path:
    """Where git looks for hooks: ``core.hooksPath`` where it is set, else the repository's own folder."""
    top = git.output("rev-parse", "--absolute-git-dir").decode("utf-8", "surrogateescape").rstrip("\n")
    configured = _configured(git)
    if not configured:
        common = git.output("rev-parse", "--git-common-dir").decode("utf-8", "surrogateescape").rstrip("\n")
        return Path(git.where or ".", common).resolve() / "hooks"
    work = git.succeeds("rev-parse", "--show-toplevel")
    base = work.decode("utf-8", "surrogateescape").rstrip("\n") if work else top
    return Path(base, configured).resolve()


def _configured(git: Git) -> str:
    """``core.hooksPath`` from the files; our own command line sets it too and does not count."""
    out = git.succeeds("config", "--show-scope", "--type=path", "--get-all", "-z", "core.hooksPath") or b""
    fields = out.decode("utf-8", "surrogateescape").split("\0")
    scoped = [(fields[at], fields[at + 1]) for at in range(0, len(fields) - 1, 2)]
    values = [value for scope, value in scoped if scope != "command"]
    return values[-1] if values else ""


def _exists(hook: Path) -> bool:
    return os.path.lexists(hook)


def _ours(hook: Path) -> bool:
    try:
        return _MARK in hook.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def _write(hook: Path, script: str) -> None:
    hook.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=hook.parent, prefix=".unsealed-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
            out.write(script)
        Path(name).chmod(0o755)
        Path(name).replace(hook)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _remove(hook: Path) -> int:
    if not _exists(hook):
        sys.stdout.write(f"there is no {hook}\n")
        return ExitCode.CLEAN
    if not _ours(hook):
        raise UsageError(f"{hook} is not ours and stays: remove the line that names unsealed by hand")
    hook.unlink()
    sys.stdout.write(f"removed {hook}\n")
    return ExitCode.CLEAN
