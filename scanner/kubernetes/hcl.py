"""``kubernetes_secret`` resources of Terraform: their ``data`` is plain text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from scanner.kubernetes import values
from scanner.kubernetes.entries import Entry
from scanner.kubernetes.findings import Findings
from scanner.kubernetes.judge import secret_values, silent
from scanner.kubernetes.words import Words
from scanner.model.match import Inspect, Match
from scanner.model.text import Text

_RESOURCE = re.compile(rb'resource\s+"kubernetes_secret(?:_v1)?"\s+"(?P<name>[\w-]+)"\s*\{')
_DATA = re.compile(rb"^[ \t]*(?P<which>data|string_data|binary_data|data_wo)\s*=\s*(?:\w+\(\s*)?\{", re.MULTILINE)
_NAME = re.compile(rb'^[ \t]*name\s*=\s*"([^"\n]*)"', re.MULTILINE)
_NAMESPACE = re.compile(rb'^[ \t]*namespace\s*=\s*"([^"\n]*)"', re.MULTILINE)
_PAIR = re.compile(
    rb"""^[ \t]*"?(?P<key>[\w./-]+)"?\s*[=:]\s*(?:base64encode\(\s*)?"(?P<value>(?:[^"\\\n]|\\.)*)"
        (?:\s*+\))?[ \t]*+,?[ \t\r]*+(?:\#.*)?$
    |^[ \t]*"?(?P<file>[\w./-]+)"?\s*=\s*<<-?(?P<mark>\w+)\r?\n""",
    re.MULTILINE | re.VERBOSE,
)
_LINE_START = re.compile(rb"^[ \t]*+(\w++)", re.MULTILINE)
# A string without an end goes to that of its line: it would be read again from each quote in it.
_BRACE = re.compile(rb'"(?:[^"\\\n]|\\.)*+"?|[{}]')


def judged(text: Text, inspect: Inspect) -> list[Match]:
    """Literals of every ``kubernetes_secret`` in ``text``."""
    out = Findings(inspect)
    data = text.data
    for resource, limit in _bounded(_RESOURCE, data, 0, len(data)):
        end = _closing(data, resource.end(), limit)
        told = {"kind": "Secret", "name": _first(_NAME, data, resource.end(), end) or resource.group("name").decode()}
        told["namespace"] = _first(_NAMESPACE, data, resource.end(), end)
        for block, last in _bounded(_DATA, data, resource.end(), end):
            encoded = block.group("which") == b"binary_data"
            entries = list(_entries(data, block.end(), _closing(data, block.end(), last), encoded=encoded))
            secret_values(entries, out, detail=told, rule="terraform-kubernetes-secret")
    return out.matches


def _bounded(expression: re.Pattern[bytes], data: bytes, start: int, end: int) -> Iterator[tuple[re.Match[bytes], int]]:
    """Matches, each with the start of the next one: what is never closed reaches no further."""
    found = list(expression.finditer(data, start, end))
    for at, match in enumerate(found):
        yield match, found[at + 1].start() if at + 1 < len(found) else end


def _entries(data: bytes, start: int, end: int, *, encoded: bool) -> Iterator[Entry]:
    words = Words(data)
    marks: dict[bytes, list[int]] | None = None
    reached = start
    for pair in _PAIR.finditer(data, start, end):
        if pair.start() < reached:
            continue
        name = (pair.group("key") or pair.group("file")).decode()
        place = pair.span("value")
        if pair.group("mark") is not None:
            marks = _line_starts(data, start, end) if marks is None else marks
            reached = _next(marks.get(pair.group("mark"), ()), pair.end())
            place = (pair.end(), reached)
            if reached < 0:
                continue
        entry = words.entry(name, *place)
        meant = values.decoded(entry.text) if encoded else None
        if meant:
            entry = Entry(name, entry.scalar, entry.document, meant, encoded=True)
        if not silent(entry):
            yield entry


def _line_starts(data: bytes, start: int, end: int) -> dict[bytes, list[int]]:
    """Where lines begin, by their first word: all marks are looked for at once, as many may be without an end."""
    found: dict[bytes, list[int]] = {}
    for line in _LINE_START.finditer(data, start, end):
        found.setdefault(line.group(1), []).append(line.start())
    return found


def _next(places: Sequence[int], at: int) -> int:
    """The first of ``places``, which ascend, that is not before ``at``; -1 where there is none."""
    found = bisect_left(places, at)
    return places[found] if found < len(places) else -1


def _closing(data: bytes, start: int, limit: int) -> int:
    """Just behind the brace that closes the one before ``start``, at most ``limit``."""
    depth = 1
    for found in _BRACE.finditer(data, start, limit):
        depth += {b"{": 1, b"}": -1}.get(found.group(), 0)
        if depth == 0:
            return found.end()
    return limit


def _first(expression: re.Pattern[bytes], data: bytes, start: int, end: int) -> str:
    found = expression.search(data, start, end)
    return found.group(1).decode("utf-8", "replace") if found else ""
