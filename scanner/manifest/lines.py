"""The reader for what is no YAML: line by line, by indentation, never failing.

It knows ``key: value``, ``- entry``, quotes, block scalars and continued lines, and takes everything else as
text. Depth, like everything here, is bounded by the number of lines.
"""

from __future__ import annotations

import re

from scanner.manifest.compose import MAX_DEPTH, Composer, UnreadableError
from scanner.manifest.node import Mapping, Node, Scalar, Sequence
from scanner.manifest.source import Source
from scanner.model.span import Span

_BLANK = " \t\r\xa0\ufeff"
_DASH = re.compile(r"-(?:[ \t\xa0]+|$)")
_KEY = re.compile(
    r"""(?:"(?P<double>[^"\\]{0,300})"|'(?P<single>[^']{0,300})'|(?P<plain>[^\s#"'{}\[\],&*!|>%@`:-][^:#]{0,300}?|<<))
        [ \t\xa0]*:(?=[ \t\xa0]|$)[ \t\xa0]*""",
    re.VERBOSE,
)
_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*[ \t]+)+")
_BLOCK = re.compile(r"[|>][-+0-9]{0,2}[ \t]*(?:#.*)?$")
_COMMENT = re.compile(r"[ \t]#.*$")
# A line of JSON that only opens or closes.
_BRACKETS = re.compile(r"[\[\]{},][\[\]{}, \t]*$")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"|\'((?:[^\']|\'\')*)\'')


class LineReader:
    """Reads one document."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._text = source.readable
        self._root = Mapping(Span(source.base, source.base + source.length))
        # Open collections with the column of their keys or dashes.
        self._open: list[tuple[int, Mapping | Sequence]] = [(-1, self._root)]
        # Key without a value yet: its column, its name, where the value goes.
        self._waiting: tuple[int, Scalar, Mapping] | None = None
        # Last plain or quoted value that may go on: its column and node, and where its text began.
        self._last: tuple[int, Scalar, int] | None = None

    def read(self) -> Node:
        """The document's root, always a mapping or a sequence."""
        at = 0
        while at < len(self._text):
            end = self._text.find("\n", at)
            end = len(self._text) if end < 0 else end
            at = self._line(at, end)
        self._settle()
        first = self._root.own[0] if self._root.own else None
        if first is not None and first[0].value == "" and isinstance(first[1], Sequence) and len(self._root.own) == 1:
            return first[1]
        return self._root

    def _line(self, start: int, end: int) -> int:
        """Reads the line from ``start`` to ``end``; where the next one starts."""
        at = start
        while at < end and self._text[at] in _BLANK:
            at += 1
        while end > at and self._text[end - 1] in " \t\r":
            end -= 1
        after = self._text.find("\n", end)
        after = len(self._text) if after < 0 else after + 1
        if at == end or self._text[at] in "#%" or self._text.startswith(("---", "..."), at):
            return after
        if _BRACKETS.match(self._text, at, end):
            return after
        column = at - start
        while (dash := _DASH.match(self._text, at, end)) is not None and len(self._open) < MAX_DEPTH:
            self._entry(column)
            column += dash.end() - at
            at = dash.end()
            if at == end:
                return after
        key = _KEY.match(self._text, at, end)
        if key is None:
            self._loose(column, at, end)
            return after
        return self._pair(column, key, end=end, after=after)

    def _pair(self, column: int, key: re.Match[str], *, end: int, after: int) -> int:
        self._settle(column)
        mapping = self._mapping(column)
        group = key.lastgroup or "plain"
        name = self._node(key.start(group), key.end(group), "")
        name.value = key.group(group).strip()
        at = key.end()
        properties = _PROPERTIES.match(self._text, at, end)
        at = properties.end() if properties else at
        if _BLOCK.match(self._text, at, end):
            stop, node = self._block(column, at, after)
            mapping.own.append((name, node))
            return stop
        if at == end or self._text[at] == "#" or _BRACKETS.match(self._text, at, end):
            self._waiting = (column, name, mapping)
            return after
        mapping.own.append((name, self._value(column, at, end)))
        return after

    def _value(self, column: int, at: int, end: int) -> Node:
        if self._text[at] in "{[":
            flow = self._flow(at, end)
            if flow is not None:
                return flow
        quoted = _QUOTED.match(self._text, at, end)
        if quoted:
            group = 1 if quoted.group(1) is not None else 2
            style = '"' if group == 1 else "'"
            self._last = None
            return self._node(quoted.start(group), quoted.end(group), style)
        comment = _COMMENT.search(self._text, at, end)
        end = comment.start() if comment else end
        while end > at and self._text[end - 1] in " \t,":
            end -= 1
        start = at + 1 if self._text[at] in "\"'" else at
        node = self._node(start, max(start, end), "")
        self._last = (column, node, start)
        return node

    def _flow(self, at: int, end: int) -> Node | None:
        """A collection in brackets on one line."""
        try:
            return Composer(self._source, self._text[at:end].rstrip(", \t"), shift=at).compose()
        except UnreadableError:
            return None

    def _loose(self, column: int, at: int, end: int) -> None:
        """A line that is no pair: an entry's scalar, a waiting key's value, or more of the last value."""
        if self._last is not None and column > self._last[0]:
            _, node, start = self._last
            grown = self._node(start, end, node.style)
            node.span, node.value, node.template = grown.span, grown.value, grown.template
            return
        if self._waiting is not None and column > self._waiting[0]:
            waiting, name, mapping = self._waiting
            self._waiting = None
            mapping.own.append((name, self._value(waiting, at, end)))
            return
        top = self._open[-1][1]
        if isinstance(top, Sequence) and column > self._open[-1][0]:
            top.own.append(self._value(self._open[-1][0], at, end))

    def _entry(self, column: int) -> None:
        """A dash: opens a sequence at ``column``, or goes on with the one that is open there."""
        self._last = None
        self._settle(column + 1)
        while self._open[-1][0] > column or (self._open[-1][0] == column and isinstance(self._open[-1][1], Mapping)):
            # "- x" at the column of its key belongs to that key.
            if self._waiting is not None and self._waiting[0] == column and self._open[-1][0] == column:
                break
            self._open.pop()
        if self._open[-1][0] == column and isinstance(self._open[-1][1], Sequence):
            return
        self._push(column, Sequence(self._line_span()))

    def _mapping(self, column: int) -> Mapping:
        self._last = None
        while self._open[-1][0] > column or (self._open[-1][0] == column and isinstance(self._open[-1][1], Sequence)):
            self._open.pop()
        top = self._open[-1][1]
        if self._open[-1][0] == column and isinstance(top, Mapping):
            return top
        if len(self._open) >= MAX_DEPTH:
            return top if isinstance(top, Mapping) else self._root
        if len(self._open) == 1 and self._waiting is None and isinstance(top, Mapping):
            self._open.append((column, top))
            return top
        fresh = Mapping(self._line_span())
        self._push(column, fresh)
        return fresh

    def _push(self, column: int, node: Mapping | Sequence) -> None:
        if self._waiting is not None:
            _, name, mapping = self._waiting
            self._waiting = None
            mapping.own.append((name, node))
        else:
            top = self._open[-1][1]
            if isinstance(top, Sequence):
                top.own.append(node)
            else:
                top.own.append((Scalar("", node.span), node))
        self._open.append((column, node))

    def _settle(self, column: int = -1) -> None:
        """Gives a key that waits in vain an empty value."""
        if self._waiting is not None and column <= self._waiting[0]:
            _, name, mapping = self._waiting
            self._waiting = None
            mapping.own.append((name, Scalar("", Span(name.span.end, name.span.end))))

    def _block(self, column: int, at: int, after: int) -> tuple[int, Scalar]:
        """A block scalar whose sign stands at ``at``: its end, and its node."""
        stop = start = after
        first = last = -1
        indent = -1
        lines: list[str] = []
        while stop < len(self._text):
            end = self._text.find("\n", stop)
            end = len(self._text) if end < 0 else end
            line = self._text[stop:end].rstrip("\r")
            bare = line.lstrip(_BLANK)
            if bare:
                if len(line) - len(bare) <= column:
                    break
                indent = len(line) - len(bare) if indent < 0 else indent
                first = stop + len(line) - len(bare) if first < 0 else first
                last = stop + len(line.rstrip())
            lines.append(line[max(indent, 0) :])
            stop = min(end + 1, len(self._text))
        if first < 0:
            first = last = start
        node = self._node(first, last, self._text[at])
        if not node.template:
            node.value = "\n".join(lines).strip("\n")
        return stop, node

    def _node(self, start: int, end: int, style: str) -> Scalar:
        templated = self._source.templated(start, end)
        return Scalar(self._source.text[start:end], self._source.span(start, end), style, template=templated)

    def _line_span(self) -> Span:
        return Span(self._source.base, self._source.base)
