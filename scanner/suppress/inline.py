"""Marks in comments: ours and those of the scanners people come from.

A mark counts on the secret's own line, and alone on the line above; marks with ``next-line``,
``nextline`` or ``previous-line`` in their name count for that line; secretlint's also open regions. One
inside the secret, or inside another string of the line, is text and does not count.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from scanner.model.filekind import FileKind
from scanner.model.span import Span
from scanner.suppress.case import Case
from scanner.suppress.comments import COMMENT_END, alone, is_comment
from scanner.suppress.verdict import ALLOWED, PLACE, Claim, Place

SOURCE = "comment"
_OWN = "unsealed:"
_LINE_LIMIT = 4096
# A line may hold hundreds of matches, and those of two lines have most of theirs in common.
_LINES_KEPT = 4
_MARK = re.compile(
    rb"(?<![\w:.-])(?:"
    rb"(?P<own>unsealed:allow)(?P<where>-next-line|-previous-line)?"
    rb"|(?P<plain>gitleaks:allow|betterleaks:allow|trufflehog:ignore|kingfisher:ignore|ggignore)"
    rb"|(?P<pragma>pragma: ?(?:allow|white)list(?P<nextline>[ -]nextline)?[ -]secret)"
    rb"|(?P<lint>secretlint-disable-(?:(?P<lintnext>next-)?line))"
    # These two silence every kind of warning; only a named secrets check speaks of a secret.
    rb"|(?P<semgrep>nosemgrep: ?[\w.,/ -]*\bsecrets?\b[\w.-]*)"
    rb"|(?P<bandit>(?:nosec:? ?[\w, ]*\bB|noqa: ?[\w, ]*\bS)10[567]\b)"
    rb")(?![\w:]|-\w)"
)
_ATTRIBUTE = re.compile(r"\b(expires|owner|reason|rule)=(?:\"([^\"]*)\"|(\S+))")
# secretlint's marks that open and close a region, of whatever length.
_REGION = re.compile(rb"secretlint-(?P<off>disable|enable)(?!-)\b")
# Before the mark: a blank or the sign that opens the comment, so that no word merely ends in it.
_BEFORE = re.compile(rb"[\s#/*;%!'\"<>{}().:,\[\]-]\Z")
# A word of a reason that could itself be a credential is not repeated in reports.
_OPAQUE = re.compile(r"(?=\S*\d)(?=\S*[A-Za-z])\S{12,}|\S{25,}")


class Mark(NamedTuple):
    """One mark: its text, where it stands in its line, and how many lines further down the secret is."""

    name: str
    start: int
    end: int
    offset: int


@dataclass(frozen=True, slots=True)
class InlineMarks:
    """The source that reads comments in the scanned text itself."""

    name: str = SOURCE

    def claims(self, case: Case) -> Iterable[Claim]:
        """A claim for every mark that speaks of this match."""
        if case.cut:
            return
        for line, mark in _marks(case):
            attributes = _attributes(line[mark.end :]) if mark.name.startswith(_OWN) else {}
            rules = attributes.get("rule", "")
            if rules and case.match.rule not in rules.split(","):
                continue
            yield Claim(
                source=SOURCE,
                entry=mark.name,
                status=ALLOWED,
                reason=attributes.get("reason", ""),
                owner=attributes.get("owner", ""),
                # A date that cannot be read has passed: the mark then says too little to silence anything.
                expires=_date(attributes.get("expires")),
                reach=PLACE,
            )

    def at(self, rule: str, place: Place) -> Claim | None:
        """Comments speak of a text, never of a place alone."""
        return None


def _marks(case: Case) -> Iterator[tuple[bytes, Mark]]:
    """Marks around the match that count for it, each with its line."""
    data, lines, text = case.text.data, case.lines, case.text
    yield from _region(case)
    secret = Span(case.match.span.start - lines.start, case.match.span.end - lines.start)
    start = 0
    for own in data[lines.start : lines.end].split(b"\n"):
        for mark in _on(own, text.path, text.kind):
            if mark.offset == 0 and not secret.overlaps(Span(start + mark.start, start + mark.end)):
                yield own, mark
        start += len(own) + 1
    above = _line_above(data, lines.start)
    for mark in _on(above, text.path, text.kind):
        if mark.offset == 1 or (mark.offset == 0 and (case.several_lines or alone(above, mark.start, path=text.path))):
            yield above, mark
    below = _line_below(data, lines.end)
    for mark in _on(below, text.path, text.kind):
        if mark.offset == -1 or (mark.offset == 0 and case.several_lines and alone(below, mark.start, path=text.path)):
            yield below, mark


def _region(case: Case) -> Iterator[tuple[bytes, Mark]]:
    """The mark that opens the region the match lies in, when none has closed it."""
    data = case.text.data
    marks = _regions(data)
    at = bisect_right(marks, (case.lines.start,)) - 1
    if at < 0 or marks[at][1] != b"disable":
        return
    opened, _, size = marks[at]
    start = data.rfind(b"\n", 0, opened) + 1
    line, at = data[start : data.find(b"\n", start)], opened - start
    if len(line) <= _LINE_LIMIT and is_comment(line, at, path=case.text.path, kind=case.text.kind):
        yield line, Mark("secretlint-disable", at, at + size, 0)


@lru_cache(maxsize=1)
def _regions(data: bytes) -> list[tuple[int, bytes, int]]:
    """All marks of regions in a text, which may have thousands of matches: start, what it does, length."""
    if b"secretlint-disable" not in data:
        return []
    return [(found.start(), found["off"], len(found.group())) for found in _REGION.finditer(data)]


@lru_cache(maxsize=_LINES_KEPT)
def _on(line: bytes, path: str, kind: FileKind) -> tuple[Mark, ...]:
    """Marks on one line that stand in a comment."""
    marks = []
    for seen in _MARK.finditer(line):
        start, end = seen.span()
        free = start == 0 or _BEFORE.search(line, 0, start)
        if free and is_comment(line, start, path=path, kind=kind):
            marks.append(Mark(seen.group().decode("utf-8", "replace"), start, end, _offset(seen)))
    return tuple(marks)


def _offset(seen: re.Match[bytes]) -> int:
    if seen["where"]:
        return 1 if seen["where"] == b"-next-line" else -1
    return 1 if seen["nextline"] or seen["lintnext"] else 0


def _attributes(rest: bytes) -> dict[str, str]:
    """``key=value`` words after a mark of ours, and what is left of the comment as the reason."""
    comment = COMMENT_END.split(rest, maxsplit=1)[0].decode("utf-8", "replace")
    found = {name: quoted or plain for name, quoted, plain in _ATTRIBUTE.findall(comment)}
    left = _ATTRIBUTE.sub("", comment).strip("-*/#!%;,: \t\r")
    found.setdefault("reason", left)
    return {name: _plain(value) for name, value in found.items()}


def _plain(value: str) -> str:
    printable = "".join(char for char in value if char.isprintable())[:200]
    return _OPAQUE.sub("…", printable)


def _date(value: str | None) -> str:
    if not value:
        return ""
    from scanner.suppress.entry import checked_date

    try:
        return checked_date(value)
    except ValueError:
        return "0000-00-00"


def _line_above(data: bytes, start: int) -> bytes:
    if start <= 0:
        return b""
    end = start - 1
    return data[data.rfind(b"\n", 0, end) + 1 : end][-_LINE_LIMIT:]


def _line_below(data: bytes, end: int) -> bytes:
    if end >= len(data) or data[end : end + 1] != b"\n":
        return b""
    stop = data.find(b"\n", end + 1)
    return data[end + 1 : len(data) if stop < 0 else stop][:_LINE_LIMIT]
