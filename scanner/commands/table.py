"""Which commands there are. Completion and the command line read the same table."""

from __future__ import annotations

import argparse
import os
from types import ModuleType
from typing import NoReturn

# name -> (module, one line of help), in the order of ``--help``.
COMMANDS: dict[str, tuple[str, str]] = {
    "staged": ("scanner.commands.staged", "the pre-commit hook: what the commit would add"),
    "scan": ("scanner.commands.scan", "files, folders, standard input (-)"),
    "history": ("scanner.commands.history", "everything a repository's history holds"),
    "range": ("scanner.commands.range", "what BASE..HEAD adds: a pull request in CI"),
    "push": ("scanner.commands.push", "the pre-push hook: what the push would publish"),
    "image": ("scanner.commands.image", "a container image's archive: layers, configuration, history"),
    "org": ("scanner.commands.org", "many repositories, incrementally"),
    "rotate": ("scanner.commands.rotate", "how to rotate a finding without downtime"),
    "seal": ("scanner.commands.seal", "what should replace an unsealed Kubernetes Secret"),
    "baseline": ("scanner.commands.baseline", "accept what is there, so that only new findings count"),
    "report": ("scanner.commands.report", "turn findings into another format, merge and compare them"),
    "rules": ("scanner.commands.rules", "list, show and check rules"),
    "install-hook": ("scanner.commands.install_hook", "put the hook into a repository without pre-commit"),
    "completion": ("scanner.commands.completion", "completion for bash, zsh and fish"),
}

GUIDE = """\
exit codes: 0 clean, 1 findings, 2 usage or configuration error, 3 the scan is incomplete or failed, 130 interrupted
"""


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal, asked without ``shutil``: argparse makes a formatter for every argument that is
    added, and that import alone would cost the hook 4 ms."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


class _Parser(argparse.ArgumentParser):
    """What is wrong in one line: below eight lines of options nobody finds it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"unsealed: {message}; see {self.prog} --help\n")


def _columns() -> int:
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal():
        return max(40, int(given))
    try:
        return max(40, os.get_terminal_size(1).columns)
    except OSError:
        return 100


def parser_for(name: str, module: ModuleType) -> argparse.ArgumentParser:
    """The argument parser of one command, given its module."""
    parser = _Parser(
        prog=f"unsealed {name}",
        description=(module.__doc__ or "").strip(),
        epilog=GUIDE,
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    module.add_arguments(parser)
    return parser
