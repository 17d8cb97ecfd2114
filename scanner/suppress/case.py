"""A match as suppression sees it: the secret in its lines, and the forms other tools know it by."""

from __future__ import annotations

import re
from functools import cached_property

from scanner.model.match import Match
from scanner.model.span import Span
from scanner.model.text import Text
from scanner.suppress.strength import is_strong

# A longer line is generated: nobody comments on a place in it, and reading megabytes a match is slow.
_LINE_LIMIT = 4096
_QUOTED = re.compile(rb"\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\\n]|\\.)*)`")
_WORD = re.compile(rb"[^\s\"'`,;]+")
# Blanks are not tried as an end but behind what is none.
_ASSIGNED = re.compile(
    rb"(?:=>|:=|[=:])[ \t]*[\"'`]?([^\s\"'`][^\r\n\"'`]*?)(?:(?<![ \t])|(?=[\"'`,;]))[\"'`]?[,;]?[ \t]*$"
)


class Case:
    """One match with its surroundings. Everything beyond match and text is worked out when asked for."""

    def __init__(self, match: Match, text: Text) -> None:
        self.match = match
        self.text = text

    @cached_property
    def lines(self) -> Span:
        """The bytes of all lines the secret touches, without the last line break."""
        data, span = self.text.data, self.match.span
        start = data.rfind(b"\n", max(0, span.start - _LINE_LIMIT), span.start) + 1
        if not start and span.start > _LINE_LIMIT:
            start = span.start - _LINE_LIMIT
        last = max(span.start, span.end - 1)
        end = data.find(b"\n", last, last + _LINE_LIMIT)
        if end < 0:
            end = min(len(data), last + _LINE_LIMIT)
        return Span(start, end)

    @property
    def cut(self) -> bool:
        """True when the line begins further away than is read, so that its quotes cannot be counted."""
        start = self.lines.start
        return start > 0 and self.text.data[start - 1 : start] != b"\n"

    @property
    def line(self) -> bytes:
        """The first line of the secret, as far as it is in reach."""
        data, start = self.text.data, self.lines.start
        end = data.find(b"\n", start, self.lines.end)
        return data[start : self.lines.end if end < 0 else end].rstrip(b"\r")

    @cached_property
    def line_number(self) -> int:
        """The 1-based line of the secret's first byte."""
        return self.text.data.count(b"\n", 0, self.match.span.start) + 1

    @property
    def several_lines(self) -> bool:
        """True when the secret goes over a line break."""
        return b"\n" in self.text.data[self.match.span.start : self.match.span.end]

    @cached_property
    def strong(self) -> bool:
        """True when nobody could guess the secret."""
        return is_strong(self.match.secret.essence())

    @cached_property
    def forms(self) -> tuple[bytes, ...]:
        """The secret, then other readings of the same place that another tool may have taken for it.

        Tools cut a value out of its line in different ways: with the vendor's prefix or without, decoded
        or as written, the quoted string or the word. Each reading contains the secret's own bytes.
        """
        secret, span = self.match.secret.reveal(), self.match.span
        found = {secret: None, secret.strip(): None, self.text.data[span.start : span.end]: None}
        line, start = self.line, span.start - self.lines.start
        end = min(len(line), span.end - self.lines.start)
        for expression in (_QUOTED, _WORD, _ASSIGNED):
            for seen in expression.finditer(line):
                for group in range(1, expression.groups + 1) if expression.groups else (0,):
                    if seen.start(group) <= start and end <= seen.end(group):
                        found[seen.group(group)] = None
        return tuple(form for form in found if form)
