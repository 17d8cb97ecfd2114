"""Put the hook into one repository without pre-commit, or take it out again."""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scanner.commands import hookmanagers
from scanner.commands.shared import git_at
from scanner.git.run import Git
from scanner.model.errors import ExitCode, UnsealedError, UsageError

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
    git = git_at(args.repo)
    hook = _hooks_folder(git) / name
    if args.remove:
        return _remove(hook)
    if _exists(hook) and not _ours(hook):
        raise UsageError(hookmanagers.instead(hook, _command(name)))
    scope, folder = _configured(git)
    try:
        _write(hook, _script(name))
    except OSError as error:
        named = f", as core.hooksPath is {folder}" if folder else ""
        raise UsageError(f"{hook} cannot be written{named}: {error.strerror}") from None
    caveats = (*_caveats(git, hook, scope), _prepared(git))
    said = "".join(f" ({one})" for one in caveats if one)
    sys.stdout.write(f"installed {hook}{said}\n")
    return ExitCode.CLEAN


def _caveats(git: Git, hook: Path, scope: str) -> Iterator[str]:
    """What whoever installed the hook would be surprised by later."""
    if scope in ("global", "system"):
        yield f"core.hooksPath is set {scope}: it runs in every repository"
    if git.succeeds("rev-parse", "--is-bare-repository") == b"true\n":
        yield "this repository is bare: it runs in its work trees, and what is pushed here is for a pre-receive hook"
    top = _work_tree(git)
    if top:
        yield hookmanagers.takes_over(Path(top), hook.parent, hook.name)


def _prepared(git: Git) -> str:
    """Compile the rules now, for which the first commit would wait some seconds; what is wrong with them, if so."""
    from scanner.pipeline.build import text_scanner
    from scanner.pipeline.context import context_for, enclosing_root
    from scanner.pipeline.options import ScanOptions

    try:
        text_scanner(context_for(enclosing_root(_work_tree(git) or git.where), ScanOptions()).options)
    except UnsealedError as error:
        return f"it will stop every commit: {error}"
    return ""


def _script(name: str) -> str:
    """The hook. Without the interpreter that it was installed with, it stops the commit and says what to do."""
    python = shlex.quote(sys.executable)
    gone = "is gone: install unsealed again and run `unsealed install-hook`, or remove this hook"
    return (
        f"#!/bin/sh\n{_MARK}\n"
        f"[ -x {python} ] || {{ printf 'unsealed: %s %s\\n' {python} {shlex.quote(gone)} >&2; exit 3; }}\n"
        f'exec {_command(name)} "$@"\n'
    )


def _command(name: str) -> str:
    """How the hook starts us. Git starts hooks in the work tree, and ``-m`` alone would take a ``scanner.py`` or a
    ``yaml.py`` there for ours (-P); what PYTHONPATH and PYTHONHOME name is another program's (-E)."""
    return f"{shlex.quote(sys.executable)} -EP -m scanner {_HOOKS[name]}"


def _hooks_folder(git: Git) -> Path:
    """Where git looks for hooks: ``core.hooksPath`` where it is set, else the repository's own folder."""
    top = git.output("rev-parse", "--absolute-git-dir").decode("utf-8", "surrogateescape").rstrip("\n")
    _, configured = _configured(git)
    if not configured:
        common = git.output("rev-parse", "--git-common-dir").decode("utf-8", "surrogateescape").rstrip("\n")
        return Path(git.where or ".", common).resolve() / "hooks"
    return Path(_work_tree(git) or top, configured).resolve()


def _work_tree(git: Git) -> str:
    """The work tree's root; empty in a bare repository."""
    return (git.succeeds("rev-parse", "--show-toplevel") or b"").decode("utf-8", "surrogateescape").rstrip("\n")


def _configured(git: Git) -> tuple[str, str]:
    """The scope and value of ``core.hooksPath`` from the files; our own command line sets it too and does not count."""
    out = git.succeeds("config", "--show-scope", "--type=path", "--get-all", "-z", "core.hooksPath") or b""
    fields = out.decode("utf-8", "surrogateescape").split("\0")
    scoped = list(zip(fields[::2], fields[1::2], strict=False))
    return next((one for one in reversed(scoped) if one[0] != "command"), ("", ""))


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
