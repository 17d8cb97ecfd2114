"""Compiled modules that are not what their text says are told before anything is tested with them."""

from __future__ import annotations

import os
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from tests.conftest import outdated


def test_what_was_changed_after_it_was_compiled(tmp_path: Path) -> None:
    for name, compiled_at in (("older", 9), ("same", 10), ("newer", 11)):
        (tmp_path / f"{name}.py").touch()
        os.utime(tmp_path / f"{name}.py", (10, 10))
        made = tmp_path / f"{name}{EXTENSION_SUFFIXES[0]}"
        made.touch()
        os.utime(made, (compiled_at, compiled_at))
    (tmp_path / "plain.py").touch()
    assert outdated(tmp_path) == ["older"]
