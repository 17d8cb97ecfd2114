"""Keep a list of known findings, so that only new ones count: make it, review it, share it, merge it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module
from typing import cast

# action -> (module in scanner.commands.baselines with ``ACTION`` and ``add_ACTION_arguments``, what it does)
_ACTIONS = {
    "create": ("edit", "write a baseline of everything that is found now"),
    "update": ("edit", "add what is new and keep every decision"),
    "audit": ("audit", "go through the findings in a terminal and decide"),
    "prune": ("edit", "remove entries that are no longer found or have expired"),
    "import": ("imports", "take over what another scanner was told to ignore"),
    "export": ("exports", "write the baseline as JSON"),
    "merge-driver": ("driver", "let git merge baselines without conflicts"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``unsealed baseline``."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="|".join(_ACTIONS))
    for action, (module, text) in _ACTIONS.items():
        added = actions.add_parser(action, help=text, description=f"{text[0].upper()}{text[1:]}.")
        _function(module, f"add_{action.replace('-', '_')}_arguments")(added)


def run(args: argparse.Namespace) -> int:
    """Do one of the actions; the exit code."""
    module, _ = _ACTIONS[args.action]
    return cast("int", _function(module, _name(args.action))(args))


def _name(action: str) -> str:
    return {"import": "import_"}.get(action, action).replace("-", "_")


def _function(module: str, name: str) -> Callable[..., object]:
    found: Callable[..., object] = getattr(import_module(f"scanner.commands.baselines.{module}"), name)
    return found
