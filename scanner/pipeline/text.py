"""One text through every stage: prefilter, rules, structure, decoded layers, overlap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from scanner.engine.decoders import Layer, layers
from scanner.engine.engine import Engine
from scanner.engine.overlap import resolve
from scanner.engine.prefilter import Hit
from scanner.model.filekind import FileKind
from scanner.model.levels import Severity
from scanner.model.match import Detector, Match
from scanner.model.span import Span
from scanner.model.text import Text


class Regions(Protocol):
    """Names the parts of a text that only look like secrets: ciphertext and references."""

    def __call__(self, text: Text) -> Sequence[Span]: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """How far into a text the scan goes. ``depth`` counts decoded layers, ``inner`` their bytes in all."""

    depth: int = 4
    inner: int = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rules count: those that are ``off`` find nothing, ``severities`` replaces a rule's own."""

    off: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = field(default_factory=dict)

    def apply(self, matches: Iterable[Match]) -> list[Match]:
        """``matches`` without the rules that are off, others at the severity chosen."""
        kept = [match for match in matches if match.rule not in self.off]
        if not self.severities:
            return kept
        return [replace(match, severity=self.severities.get(match.rule, match.severity)) for match in kept]


# Within safe regions only what a vendor's own format proves is kept.
_PROVEN = 3


class TextScanner:
    """Scans texts with one engine and the structural detectors given. One a process."""

    def __init__(
        self,
        engine: Engine,
        detectors: Sequence[Detector] = (),
        *,
        regions: Regions | None = None,
        choice: Choice | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.engine = engine
        self.limits = limits or Limits()
        self._detectors = tuple(detectors)
        self._regions = regions
        self._choice = choice or Choice()
        # Entry of the prefilter's triggers -> detector; the order is that of ``triggers_of``.
        self._by_trigger = [index for index, detector in enumerate(self._detectors) for _ in detector.triggers]

    def scan(self, text: Text) -> list[Match]:
        """Every match of ``text``, dropped ones with their reason, one a place, in order."""
        return self.examine(text, self.engine.prefilter(text.data))

    def examine(self, text: Text, hits: Iterable[Hit]) -> list[Match]:
        """Like ``scan``, for hits that are known already (offsets in ``text.data``)."""
        return resolve(self._found(text, hits, _Budget(self.limits)))

    def wakes_by_name(self, path: str) -> bool:
        """True when a detector wants a file of this name whatever is in it."""
        return any(_named(path, detector) for detector in self._detectors)

    def _found(self, text: Text, hits: Iterable[Hit], budget: _Budget) -> list[Match]:
        hits = list(hits)
        found = self.engine.match(text, hits)
        awake = self._awake(text, hits)
        for index in sorted(awake):
            found += self._detectors[index].detect(text, self._inspector(budget))
        found += self._inner(text, budget)
        if awake and self._regions is not None:
            found = _without(found, self._regions(text))
        return self._choice.apply(found)

    def _awake(self, text: Text, hits: Iterable[Hit]) -> set[int]:
        first = self.engine.first_trigger
        awake = {self._by_trigger[hit.entry - first] for hit in hits if hit.entry >= first}
        if text.path:
            awake.update(index for index, detector in enumerate(self._detectors) if _named(text.path, detector))
        return awake

    def _inner(self, text: Text, budget: _Budget) -> Iterator[Match]:
        """Matches in decoded layers, placed on their encoded form in ``text``."""
        if budget.depth == 0 or text.kind is FileKind.BINARY:
            return
        for layer in layers(text.data):
            deeper = budget.enter(len(layer.data))
            if deeper is None:
                return
            yield from (_lifted(match, layer) for match in self._layer(layer, text.path, deeper))

    def _layer(self, layer: Layer, path: str, budget: _Budget) -> list[Match]:
        inner = Text(layer.data, path, FileKind.OTHER)
        return resolve(self._found(inner, self.engine.prefilter(inner.data), budget))

    def _inspector(self, budget: _Budget) -> _Inspector:
        return _Inspector(self, budget)


@dataclass(slots=True)
class _Budget:
    """What is left of the limits on the way down."""

    limits: Limits
    depth: int = -1
    spent: list[int] | None = None

    def __post_init__(self) -> None:
        if self.depth < 0:
            self.depth = self.limits.depth
        if self.spent is None:
            self.spent = [0]

    def enter(self, size: int) -> _Budget | None:
        """The budget one layer down, or None when the inner bytes are used up."""
        assert self.spent is not None
        self.spent[0] += size
        if self.spent[0] > self.limits.inner or self.depth == 0:
            return None
        return _Budget(self.limits, self.depth - 1, self.spent)


@dataclass(slots=True)
class _Inspector:
    """What a detector calls to have an inner value scanned."""

    scanner: TextScanner
    budget: _Budget

    def __call__(self, text: Text) -> list[Match]:
        deeper = self.budget.enter(len(text.data))
        if deeper is None:
            return []
        return resolve(self.scanner._found(text, self.scanner.engine.prefilter(text.data), deeper))


def triggers_of(detectors: Sequence[Detector]) -> tuple[bytes, ...]:
    """The literals to compile into the prefilter, in the order ``TextScanner`` expects."""
    return tuple(trigger for detector in detectors for trigger in detector.triggers)


def _named(path: str, detector: Detector) -> bool:
    name = path.rsplit("/", 1)[-1].lower()
    return any(name == wanted or (wanted.startswith(".") and name.endswith(wanted)) for wanted in detector.names)


def _lifted(match: Match, layer: Layer) -> Match:
    return replace(match, span=layer.outer, detail={**match.detail, "encoding": _chain(match, layer)})


def _chain(match: Match, layer: Layer) -> str:
    inner = match.detail.get("encoding")
    return f"{layer.codec} > {inner}" if inner else layer.codec


def _without(matches: Iterable[Match], regions: Sequence[Span]) -> list[Match]:
    """``matches`` with those in safe regions dropped, unless a vendor's format proves them."""
    kept = []
    for match in matches:
        inside = any(region.contains(match.span) for region in regions)
        if inside and not match.reason and (match.specific < _PROVEN or "encoding" in match.detail):
            match = replace(match, reason="sealed or a reference")
        kept.append(match)
    return kept
