"""SOPS's environment and INI files: ``NAME=ENC[...]`` lines, its own block as ``sops_...`` or ``[sops]``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.kubernetes import ciphertext, names
from scanner.kubernetes.entries import Entry
from scanner.kubernetes.findings import Findings
from scanner.kubernetes.judge import assigned_values
from scanner.kubernetes.words import Words
from scanner.model.match import Inspect, Match
from scanner.model.text import Text

_MARK = re.compile(rb"^(?:sops_(?:mac|version|lastmodified)\s*=|\[sops\]\s*$)", re.MULTILINE)
_LINE = re.compile(rb"^(?:export )?(?P<key>[A-Za-z_][\w.-]*)[ \t]*=[ \t]*(?P<value>[^\r\n]*)", re.MULTILINE)
_SECTION = re.compile(rb"^\[sops\]", re.MULTILINE)


def judged(text: Text, inspect: Inspect) -> list[Match]:
    """Plain values in a file of lines that SOPS wrote."""
    if _MARK.search(text.data) is None:
        return []
    out = Findings(inspect)
    assigned_values(list(_plain(text.data)), out, detail={}, rule="sops-unencrypted-value")
    return out.matches


def _plain(data: bytes) -> Iterator[Entry]:
    words = Words(data)
    section = _SECTION.search(data)
    for found in _LINE.finditer(data, 0, section.start() if section else len(data)):
        name = found.group("key").decode()
        start, end = found.span("value")
        if data[start : start + 1] in (b'"', b"'") and end - start > 1:
            start, end = start + 1, end - 1
        entry = words.entry(name.removesuffix("_unencrypted"), start, end)
        if not name.startswith("sops_") and not ciphertext.sops(entry.text) and not names.identifier(entry.name):
            yield entry
