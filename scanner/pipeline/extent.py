"""How far rules look beyond the lines they hit in, packed into one number a version can inherit."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from scanner.engine.engine import Engine
from scanner.engine.windows import merged
from scanner.kubernetes.interest import schema
from scanner.kubernetes.outline import is_documents, is_loose
from scanner.manifest.records import records
from scanner.model.span import Span
from scanner.model.text import Text
from scanner.ruleset.schema import Rule

# A number holds lines in the low bits, then bytes, then one bit for structure. Zero looks at its lines only.
_LINES_BITS = 12
_BYTES_BITS = 32
_LINES = (1 << _LINES_BITS) - 1
_BYTES = (1 << _BYTES_BITS) - 1
_STRUCTURE = 1 << (_LINES_BITS + _BYTES_BITS)
# Texts up to this size are read whole where structure matters.
_SMALL = 64 * 1024
# So many bytes of a schema say that it is one.
_HEAD = 4096


class Extents:
    """The extent of every entry of an engine's prefilter; 0 where ``lines`` lines either side are enough."""

    def __init__(self, engine: Engine, *, lines: int) -> None:
        self._of: list[int] = []
        for expression in engine.rules.expressions:
            rule = engine.rules.rule(expression.rule)
            # A change beside a match, by which it is no longer taken over, may be this far from its hit.
            spread = rule.near + below(rule)
            further = spread > lines or rule.reach > 0
            self._of.append(extent(spread, rule.reach) if further else 0)
        self._of += [_STRUCTURE] * len(engine.triggers.literals)

    def __getitem__(self, entry: int) -> int:
        """The extent of prefilter entry ``entry``; what comes after the triggers are the decoders' gates."""
        return self._of[entry] if entry < len(self._of) else 0


def above(rule: Rule | None) -> int:
    """How many lines above its secret what ``rule`` looked at may begin."""
    return max(1, rule.near) if rule is not None else 1


def below(rule: Rule | None) -> int:
    """How many lines below its secret what ``rule`` looked at may end: a name stands above what it names."""
    if rule is None or not rule.near:
        return 1
    return 0 if rule.inside and not rule.keywords and not rule.pair else rule.near


def extent(lines: int, reach: int) -> int:
    """The number for a rule that looks ``lines`` lines and ``reach`` bytes around its hit."""
    return min(lines, _LINES) | min(reach, _BYTES) << _LINES_BITS


def joined(one: int, other: int) -> int:
    """An extent that covers both."""
    if one == other or not other:
        return one
    if not one:
        return other
    lines, reach = view(one)
    more, further = view(other)
    return extent(max(lines, more), max(reach, further)) | ((one | other) & _STRUCTURE)


def view(mark: int) -> tuple[int, int]:
    """Lines and bytes of an extent."""
    return mark & _LINES, mark >> _LINES_BITS & _BYTES


def is_structural(mark: int) -> bool:
    """True when whole documents have to be read."""
    return mark >= _STRUCTURE


def documents(text: Text, fresh: Sequence[int]) -> tuple[list[Span], list[Span]]:
    """The parts of ``text`` to read as structure when ``fresh`` ranges changed, and the long schemas that are not.

    All of it, or the YAML documents or entries of a JSON list that the ranges touch. One that none touches stands in
    the base as it stands here.
    """
    touched = _touched(text, fresh)
    schemas = [one for one in touched if _is_long_schema(text, one)]
    return [one for one in touched if one not in schemas], schemas


def falls_apart(text: Text) -> bool:
    """True when ``documents`` tells more than one part of ``text`` from the others."""
    if len(text.data) <= _SMALL:
        return False
    return is_documents(text) if b"\n---" in text.data else bool(entries(text))


def to_look_at(described: Span, fresh: Sequence[Span]) -> list[Span]:
    """The parts of a schema in which there may be hits that count: what is ``fresh``, and its beginning, which wakes
    the detectors that know it for one."""
    inside = (Span(max(start, described.start), min(end, described.end)) for start, end in fresh)
    head = Span(described.start, min(described.end, described.start + _HEAD))
    return merged([head, *(one for one in inside if one.start < one.end)])


def _is_long_schema(text: Text, part: Span) -> bool:
    if part.end - part.start <= _SMALL:
        return False
    inner = text._replace(data=text.data[part.start : part.end])
    return is_documents(inner) and schema(inner.data)


def _touched(text: Text, fresh: Sequence[int]) -> list[Span]:
    data = text.data
    whole = [Span(0, len(data))]
    if len(data) <= _SMALL:
        return whole
    if b"\n---" in data:
        # In documentation a line may be drawn, and a manifest stand between others' fences.
        drawn = not is_documents(text) and b"```" in data
        return whole if drawn else _touched_documents(data, fresh)
    every = entries(text)
    return _touched_entries(data, every, fresh) if every else whole


def entries(text: Text) -> list[Span]:
    """The entries of a long list of JSON that can be read by themselves; none where ``text`` is something else, or what
    is around them says what they are."""
    data = text.data
    if len(data) <= _SMALL or is_loose(text) or data.lstrip()[:1] not in (b"{", b"["):
        return []
    found = list(records(data))
    return [] if any(b'"kind"' in gap for gap in _around(data, found)) else found


def _around(data: bytes, apart: Sequence[Span]) -> list[bytes]:
    """What is before, between and behind the spans ``apart``."""
    starts, ends = [one.start for one in apart], [one.end for one in apart]
    return [data[end:start] for end, start in zip([0, *ends], [*starts, len(data)], strict=True)]


def _touched_documents(data: bytes, fresh: Sequence[int]) -> list[Span]:
    spans: list[Span] = []
    reached = 0
    for start, end in zip(fresh[::2], fresh[1::2], strict=True):
        if end + 4 < reached:
            continue
        # What touches a separator touches what is either side of it.
        at = max(reached, data.rfind(b"\n---", max(0, reached - 1), max(0, start - 4)) + 1)
        while at < len(data) and at <= end + 4:
            next_one = data.find(b"\n---", at)
            last = len(data) if next_one < 0 else next_one + 1
            spans.append(Span(at, last))
            at = reached = last
    return spans


def _touched_entries(data: bytes, every: Sequence[Span], fresh: Sequence[int]) -> list[Span]:
    """Those of ``every`` entry that the ranges touch, and what is around them where they touch that."""
    starts, ends = [one.start for one in every], [one.end for one in every]
    touched: set[Span] = set()
    for start, end in zip(fresh[::2], fresh[1::2], strict=True):
        # Those at its ends too.
        first, last = bisect_left(ends, start), bisect_right(starts, end)
        touched.update(every[first:last])
        edges = [start, *(edge for one in every[first:last] for edge in one), end]
        for place, (gap, until) in enumerate(zip(edges[::2], edges[1::2], strict=True)):
            if data[gap:until].strip(b", \t\r\n"):
                at = first + place
                touched.add(Span(ends[at - 1] if at else 0, starts[at] if at < len(every) else len(data)))
    return sorted(touched)
