"""Reads the corpus: cases with their secrets assembled."""

from __future__ import annotations

import base64
import gzip
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scanner.ruleset.examples import fill

_HERE = Path(__file__).parent
_MACRO = re.compile(r"\[\[(b64|gz64|fold64)\|((?:(?!\[\[(?:b64|gz64|fold64)\||\]\]).)*)\]\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Expected:
    """One leak: its line counts from 1. Empty ``key`` and ``severity`` are not compared."""

    line: int
    rule: str
    key: str = ""
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One file of the corpus."""

    id: str
    path: str
    data: bytes
    expect: tuple[Expected, ...]


def leaks() -> list[Case]:
    """Files with secrets, and where they are."""
    return list(_cases("leaks"))


def safe() -> list[Case]:
    """Files that must give no finding."""
    return list(_cases("safe"))


def _cases(folder: str) -> Iterator[Case]:
    for path in sorted((_HERE / folder).glob("*.yml")):
        for entry in yaml.safe_load(path.read_text()):
            yield _case(entry, folder)


def _case(entry: dict[str, Any], folder: str) -> Case:
    text = expanded(fill(entry["text"], entry["id"]))
    expect = tuple(Expected(**leak) for leak in entry.get("expect", ()))
    data = text.encode(entry.get("encoding", "utf-8"))
    return Case(f"{folder}/{entry['id']}", entry.get("path", "manifest.yaml"), data, expect)


def expanded(text: str) -> str:
    """``text`` with the codings of its ``[[...]]``, innermost first."""
    while True:
        text, count = _MACRO.subn(_coded, text)
        if not count:
            return text


def _coded(found: re.Match[str]) -> str:
    data = textwrap.dedent(found.group(2).lstrip("\n")).encode()
    if found.group(1) == "gz64":
        # Without a time, so that the text is the same on every run.
        data = gzip.compress(data, mtime=0)
    coded = base64.b64encode(data).decode()
    if found.group(1) == "fold64":
        line = found.string.rfind("\n", 0, found.start()) + 1
        indent = " " * (found.start() - line)
        return f"\n{indent}".join(coded[at : at + 60] for at in range(0, len(coded), 60))
    return coded
