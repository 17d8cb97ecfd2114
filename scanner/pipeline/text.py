"""One text through every stage: prefilter, rules, structure, decoded layers, overlap."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from scanner.engine.engine import Engine
from scanner.engine.prefilter import Hit
from scanner.model.filekind import FileKind
from scanner.model.levels import Severity
from scanner.model.result import Skipped
from scanner.model.span import Span, SpanSet
from scanner.model.text import Text

if TYPE_CHECKING:
    from scanner.engine.decoders import Layer
    from scanner.model.match import Detector, Match


class Regions(Protocol):
    """Names the parts of a text that only look like secrets: ciphertext and references."""

    def __call__(self, text: Text) -> Sequence[Span]: ...


class Structure(NamedTuple):
    """The structural detectors, made when the first one wakes, and what they say of safe parts of a text.

    Their order is that of the engine's triggers.
    """

    detectors: Callable[[], Sequence[Detector]] = lambda: ()
    regions: Regions = lambda text: ()


class Limits(NamedTuple):
    """How far into a text the scan goes. ``depth`` counts decoded layers, ``inner`` their bytes in all."""

    depth: int = 4
    inner: int = 8 * 1024 * 1024


class Choice(NamedTuple):
    """Which rules count: those that are ``off`` find nothing, ``severities`` replaces a rule's own."""

    off: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = {}

    def apply(self, matches: Iterable[Match]) -> list[Match]:
        """``matches`` without the rules that are off, others at the severity chosen."""
        kept = [match for match in matches if match.rule not in self.off]
        if not self.severities or not kept:
            return kept
        from dataclasses import replace

        return [replace(match, severity=self.severities.get(match.rule, match.severity)) for match in kept]


class Dropped(Enum):
    """When matches that are dropped come along. Whoever shows lines of a text hides those on them as well; to judge to
    the end what nobody asks for is most of what a candidate costs.

    ``BESIDE``: only in texts in which something stands.
    """

    ALWAYS = "always"
    BESIDE = "beside"
    NEVER = "never"


# Within safe regions only what a vendor's own format proves is kept.
_PROVEN = 3


class TextScanner:
    """Scans texts with one engine and the structural detectors given. One a process.

    ``overruns`` counts the texts that hold more inside them (encoded layers, manifests in texts) than the limits
    allow: what was beyond was not scanned. With ``show_dropped`` dropped matches always come.
    """

    def __init__(
        self,
        engine: Engine,
        structure: Structure | None = None,
        *,
        choice: Choice | None = None,
        limits: Limits | None = None,
        show_dropped: bool = False,
    ) -> None:
        self.engine = engine
        self.limits = limits or Limits()
        self.overruns = 0
        self._structure = structure or Structure()
        self._choice = choice or Choice()
        self._show_dropped = show_dropped
        self._by_trigger = [place for _, place in engine.triggers.literals]
        self._exact = {name: place for name, place in engine.triggers.names if not name.startswith(".")}
        self._endings = tuple((name, place) for name, place in engine.triggers.names if name.startswith("."))
        self._detectors: Sequence[Detector] | None = None
        self._codecs: tuple[int, ...] = ()

    def without_folders(self) -> TextScanner:
        """The same for files of which the name is known and the folder is not (see ``Engine``).

        What rules find that ask for a folder comes beside what else is found there: only their path says which counts.
        """
        engine = self.engine.without_folders()
        if engine is self.engine:
            return self
        return TextScanner(
            engine, self._structure, choice=self._choice, limits=self.limits, show_dropped=self._show_dropped
        )

    def scan(self, text: Text, also: Detector | None = None, *, dropped: Dropped = Dropped.ALWAYS) -> list[Match]:
        """The matches of ``text``, one a place, in order; those that are dropped have a reason.

        ``also`` is a detector for what the text is by its place in a repository.
        """
        return self.examine(text, self.engine.prefilter(text.data), also, dropped=dropped)

    def examine(
        self,
        text: Text,
        hits: Sequence[Hit],
        also: Detector | None = None,
        *,
        dropped: Dropped = Dropped.ALWAYS,
        every: Sequence[Hit] | None = None,
        awake: Collection[int] = (),
    ) -> list[Match]:
        """Like ``scan``, for hits that are known already (offsets in ``text.data``).

        Where ``every`` hit is given, nothing stands around those that are not among ``hits``. ``awake`` are the places
        of detectors that something around the text has woken.
        """
        all_of_them = self._show_dropped or dropped is Dropped.ALWAYS
        named = {*awake, *self._named(text.path)}
        found, exceeded = self._examined(text, hits, also, named, dropped=all_of_them)
        if found and not all_of_them and dropped is Dropped.BESIDE:
            again, _ = self._examined(text, hits if every is None else every, also, named, dropped=True)
            # What stands was found already: an expression that runs out of time now must not take it away.
            found = self._resolved([*found, *(match for match in again if match.reason)])
        self.overruns += exceeded
        return found

    def _examined(
        self, text: Text, hits: Sequence[Hit], also: Detector | None, awake: Collection[int], *, dropped: bool
    ) -> tuple[list[Match], bool]:
        """What was found, and whether it was more than the limits allow."""
        budget = _Budget(self.limits)
        found = self._found(text, hits, budget, awake, dropped=dropped)
        if also is not None:
            found += self._choice.apply(list(also.detect(text, _Inspector(self, budget))))
        whole = self.engine.rules_for_path(text.path)
        if whole:
            found += self._choice.apply(self.engine.match_whole(text, whole, dropped=dropped))
        found = found if dropped else [match for match in found if not match.reason]
        return self._resolved(found), budget.exceeded

    @property
    def given_up(self) -> int:
        """How many searches were given up so far: one that was not finished has found nothing for another reason."""
        return self.engine.timeouts() + self.overruns

    def skipped(self) -> tuple[Skipped, ...]:
        """What was not looked at in the texts scanned so far."""
        missed = [Skipped(rule, "its expression ran out of time") for rule in self.engine.runaways()]
        if self.overruns:
            why = "hold more encoded layers, or texts in manifests, than the limits allow: the rest was not scanned"
            missed.append(Skipped("some texts", why, blocking=False))
        return tuple(missed)

    def wakes_by_name(self, path: str) -> bool:
        """True when a detector or a rule wants a file of this name whatever is in it."""
        return self.detects_by_name(path) or bool(self.engine.rules_for_path(path))

    def detects_by_name(self, path: str) -> bool:
        """True when a detector wants a file of this name whatever is in it."""
        return bool(self._named(path))

    def _found(
        self, text: Text, hits: Sequence[Hit], budget: _Budget, woken: Collection[int] = (), *, dropped: bool
    ) -> list[Match]:
        if not hits and not woken:
            return []
        first, gate = self.engine.first_trigger, self.engine.first_gate
        awake = {self._by_trigger[hit.entry - first] for hit in hits if first <= hit.entry < gate}
        awake.update(woken)
        found = self.engine.match(text, hits, dropped=dropped)
        for place in sorted(awake):
            found += self.detector(place).detect(text, _Inspector(self, budget))
        # Asked for now, while it is remembered how the detectors read this text: the texts within it come next.
        safe = self._structure.regions(text) if awake and found else None
        gated = [hit for hit in hits if hit.entry >= gate]
        if gated:
            found += self._inner(text, gated, budget, dropped=dropped)
        if awake and found:
            found = _without(found, self._structure.regions(text) if safe is None else safe)
        return self._choice.apply(found)

    def detector(self, place: int) -> Detector:
        """The structural detector of the triggers with this place."""
        if self._detectors is None:
            self._detectors = self._structure.detectors()
        return self._detectors[place]

    def _named(self, path: str) -> set[int]:
        """The detectors that want a file of this name: the whole name, or a name's ending with its dot."""
        if not path:
            return set()
        name = path.rpartition("/")[2].lower()
        named = {place for ending, place in self._endings if name.endswith(ending)}
        if name in self._exact:
            named.add(self._exact[name])
        return named

    def _inner(self, text: Text, gated: Sequence[Hit], budget: _Budget, *, dropped: bool) -> Iterator[Match]:
        """Matches in the layers encoded where the gates hit, placed on their encoded form in ``text``."""
        if text.kind is FileKind.BINARY:
            return
        from scanner.engine.decoders import gate_codecs, layers

        if not self._codecs:
            self._codecs = gate_codecs()
        places: dict[int, list[Span]] = {}
        for entry, end in gated:
            places.setdefault(self._codecs[entry - self.engine.first_gate], []).append(Span(end - 1, end))
        if budget.depth == 0:
            if any(self.engine.prefilter(layer.data) for layer in layers(text.data, places)):
                budget.leave_out()
            return
        opened: list[tuple[Layer, _Budget]] = []
        for layer in layers(text.data, places):
            deeper = budget.enter(len(layer.data))
            if deeper is None:
                break
            if layer.cut:
                budget.leave_out()
            opened.append((layer, deeper))
        # All in one pass: an access log has two strings side by side on every line.
        each = self.engine.prefilter_each([layer.data for layer, _ in opened])
        for (layer, deeper), hits in zip(opened, each, strict=True):
            if hits:
                inner = Text(layer.data, text.path, FileKind.OTHER)
                for match in self._resolved(self._found(inner, hits, deeper, dropped=dropped)):
                    yield _lifted(match, layer)

    def _resolved(self, found: Sequence[Match]) -> list[Match]:
        """One match a place; where a rule's path is not decided, also what stands there if it does not count."""
        if len(found) < 2:
            return list(found)
        from scanner.engine.overlap import resolve

        kept = resolve(found)
        undecided = self.engine.undecided
        if undecided and any(match.rule in undecided for match in kept):
            known = set(map(id, kept))
            others = resolve(match for match in found if match.rule not in undecided)
            kept += [match for match in others if id(match) not in known]
            kept.sort(key=lambda match: match.span)
        return kept

    def inspect(self, text: Text, budget: _Budget) -> list[Match]:
        """The matches of an inner value, one layer deeper; empty when the limits are reached."""
        deeper = budget.enter(len(text.data))
        if deeper is None:
            if budget.depth == 0 and self.engine.prefilter(text.data):
                budget.leave_out()
            return []
        # Detectors ask whether all in a value was dropped.
        return self._resolved(self._found(text, self.engine.prefilter(text.data), deeper, dropped=True))


class _Spent:
    """``inner`` bytes of layers that were entered, and whether anything was not for a limit."""

    __slots__ = ("inner", "left_out")

    def __init__(self) -> None:
        self.inner = 0
        self.left_out = False


class _Budget:
    """What is left of the limits on the way down. All layers of one text share what was spent."""

    __slots__ = ("_limits", "_spent", "depth")

    def __init__(self, limits: Limits, depth: int | None = None, spent: _Spent | None = None) -> None:
        self._limits = limits
        self._spent = _Spent() if spent is None else spent
        self.depth = limits.depth if depth is None else depth

    @property
    def exceeded(self) -> bool:
        """True when layers were left unscanned."""
        return self._spent.left_out or self._spent.inner > self._limits.inner

    def leave_out(self) -> None:
        """Note that something was not looked at. What is within the limits still counts."""
        self._spent.left_out = True

    def enter(self, size: int) -> _Budget | None:
        """The budget one layer down, or None when the inner bytes or the depth are used up."""
        if self.depth == 0:
            return None
        self._spent.inner += size
        enough = self._spent.inner <= self._limits.inner
        return _Budget(self._limits, self.depth - 1, self._spent) if enough else None


class _Inspector(NamedTuple):
    """What a detector calls to have an inner value scanned."""

    scanner: TextScanner
    budget: _Budget

    def __call__(self, text: Text) -> list[Match]:
        return self.scanner.inspect(text, self.budget)

    def left_out(self) -> None:
        self.budget.leave_out()


def _lifted(match: Match, layer: Layer) -> Match:
    from dataclasses import replace

    inner = match.detail.get("encoding")
    chain = f"{layer.codec} > {inner}" if inner else layer.codec
    return replace(match, span=layer.outer, detail={**match.detail, "encoding": chain})


def _without(matches: Iterable[Match], regions: Sequence[Span]) -> list[Match]:
    """``matches`` with those in safe regions dropped, unless a vendor's format proves them."""
    from dataclasses import replace

    kept = []
    safe = SpanSet(regions)
    for match in matches:
        inside = safe.contains(match.span)
        if inside and not match.reason and (match.specific < _PROVEN or "encoding" in match.detail):
            match = replace(match, reason="sealed or a reference")
        kept.append(match)
    return kept
