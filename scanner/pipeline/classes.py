"""File names sorted into classes: two names of one class mean the same to every rule and detector."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from scanner.engine.pathfilter import wants
from scanner.model.filekind import FileKind, kind_of
from scanner.pipeline.text import TextScanner
from scanner.ruleset.lastpart import LastPart, last_part
from scanner.ruleset.required import surest
from scanner.ruleset.schema import Rule


class NameClass(NamedTuple):
    """``path`` is an example, enough for rules that go by the name. ``entries`` has 1 for each entry of the
    prefilter that can matter. ``whole``: something wants all of such a file, whatever is in it."""

    path: str
    kind: FileKind
    entries: bytes
    whole: bool


# The kind, the whole name or its ending, and the rules that want it by its path.
ClassKey = tuple[FileKind, str, tuple[str, ...]]


class NameClasses:
    """The classes met so far, by number; 0 is that of a text without a name. ``off`` are rules that do not count.

    ``scanner`` leaves open what folders decide: to a class belong all rules that may want such a file somewhere.
    """

    def __init__(self, scanner: TextScanner, off: frozenset[str] = frozenset()) -> None:
        self._scanner = scanner
        self._off = off
        engine = scanner.engine
        self._rules = [engine.rules.rule(expression.rule) for expression in engine.rules.expressions]
        self._others = len(engine.triggers.literals) + 256
        self._pathed = [(rule, last_part(rule.path)) for rule in engine.rules if rule.path]
        # A name with none of these words is one that no rule wants by its path; empty where that cannot be told.
        words = [surest(last.words) for _, last in self._pathed]
        self._words = tuple(frozenset().union(*words)) if all(words) else ()
        self._whole: dict[str, bool] = {}
        self._numbers: dict[ClassKey, int] = {}
        self._known: list[NameClass] = []
        self._of_name: dict[bytes, int] = {}
        self._of_kind: dict[FileKind, bytes] = {}
        self._add("", FileKind.OTHER, ())

    def __getitem__(self, number: int) -> NameClass:
        return self._known[number]

    def items(self) -> list[tuple[ClassKey, NameClass]]:
        """Every class in the order of its number, for ``adopt`` in another process."""
        return list(zip(self._numbers, self._known, strict=True))

    def adopt(self, items: Iterable[tuple[ClassKey, NameClass]]) -> list[int]:
        """Know the classes of another process; their numbers here, by their numbers there."""
        numbers = []
        for key, one in items:
            if key not in self._numbers:
                self._numbers[key] = len(self._known)
                self._known.append(one)
            numbers.append(self._numbers[key])
        return numbers

    def number(self, name: bytes) -> int:
        """The number of the class of the file called ``name`` (without folders)."""
        known = self._of_name.get(name)
        if known is None:
            text = name.decode("utf-8", "surrogateescape")
            wanting = self._wanting(text)
            telling = any(last.decides for _, last in wanting) or self._wakes(text)
            matching = tuple(rule.id for rule, _ in wanting)
            known = self._of_name[name] = self._add(text if telling else _plain(text), kind_of(text), matching)
        return known

    def of_path(self, path: str) -> int:
        """The number of the class of the file at ``path``; 0 for no path."""
        name = path.rpartition("/")[2]
        return self.number(name.encode("utf-8", "surrogateescape")) if name else 0

    def is_plain(self, path: str) -> bool:
        """True where no rule and no detector asks for a file at this whole path: all it says then is a kind."""
        # A rule that is matched in every text of some paths is one of those that ask for a path: Hyperscan need not be.
        wanted = any(wants(rule.path, path) for rule, _ in self._wanting(path.rpartition("/")[2]))
        return not wanted and not self._scanner.detects_by_name(path)

    def entries(self, kind: FileKind) -> bytes:
        """What ``NameClass.entries`` is for a plain file of this kind."""
        known = self._of_kind.get(kind)
        if known is None:
            known = self._of_kind[kind] = self._entries(kind, ())
        return known

    def entries_at(self, path: str, kind: FileKind) -> bytes:
        """The same for the file of this kind that lies at ``path``."""
        return self._entries(kind, tuple(rule.id for rule, _ in self._pathed if wants(rule.path, path)))

    def _wanting(self, name: str) -> Sequence[tuple[Rule, LastPart]]:
        """The rules that may want a file called ``name`` in some folder: nearly always none."""
        if self._words and name.isascii():
            small = name.lower()
            # Asked for every file of an image: a generator would take three times as long.
            for word in self._words:
                if word in small:
                    break
            else:
                return ()
        return [
            (rule, last)
            for rule, last in self._pathed
            if last.may_be(name) and (not last.decides or wants(rule.path, name))
        ]

    def _wakes(self, path: str) -> bool:
        known = self._whole.get(path)
        if known is None:
            known = self._whole[path] = self._scanner.wakes_by_name(path)
        return known

    def _add(self, path: str, kind: FileKind, matching: tuple[str, ...]) -> int:
        whole = bool(path) and self._wakes(path)
        key = (kind, path if whole else path.rpartition(".")[2].lower(), matching)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._known)
            self._known.append(NameClass(path, kind, self._entries(kind, matching), whole))
        return number

    def _entries(self, kind: FileKind, matching: tuple[str, ...]) -> bytes:
        wanted = bytes(
            rule.id not in self._off and kind in rule.kinds and (not rule.path or rule.id in matching)
            for rule in self._rules
        )
        return wanted + bytes([1]) * self._others


def _plain(name: str) -> str:
    """A name of the same ending that says nothing else."""
    stem, dot, ending = name.rpartition(".")
    return f"x.{ending}" if dot and stem else "x"
