"""What plausibility says of one rule's values. What it says of a value on any line is remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.engine.plausibility import implausible, named_alike
from scanner.model.filekind import FileKind

if TYPE_CHECKING:
    from scanner.engine.plausibility.keys import Key

# Bytes of a name and a value that are remembered, and so many of them: a log says the same thing on every line.
_SHORT, _REMEMBERED = 128, 1024
# The modes in which the line counts as well.
_BY_LINE = ("value", "password")


class Judge:
    """Judges values under ``mode``, a rule's ``plausible``."""

    __slots__ = ("_by_line", "_known", "_mode")

    def __init__(self, mode: str) -> None:
        self._mode = mode
        self._by_line = mode in _BY_LINE
        self._known: dict[tuple[bytes, bytes, FileKind], str] = {}

    def hopeless(self, value: bytes, key: bytes, kind: FileKind) -> str:
        """Why ``value``, given to ``key``, is implausible on whatever line it stands.

        Empty where that depends on more: to find the line costs as much as this.
        """
        return self._remembered(value, key, kind) if self._by_line else ""

    def implausible(self, value: bytes, key: bytes, kind: FileKind, line: bytes) -> str:
        """Why ``value``, given to ``key``, is no secret on this ``line``; empty when it may be one."""
        reason = self._remembered(value, key, kind)
        if reason or not self._by_line:
            return reason
        from scanner.engine.plausibility.surroundings import in_its_line

        return in_its_line(value, key=self._named(key), password=self._password, kind=kind, line=line)

    def _remembered(self, value: bytes, key: bytes, kind: FileKind) -> str:
        asked = (value, key, kind)
        known = self._known.get(asked)
        if known is None:
            known = self._on_any_line(value, key, kind)
            if len(value) + len(key) <= _SHORT:
                if len(self._known) >= _REMEMBERED:
                    self._known.clear()
                self._known[asked] = known
        return known

    def _on_any_line(self, value: bytes, key: bytes, kind: FileKind) -> str:
        if not self._by_line:
            return implausible(value, mode=self._mode, key=key.decode("utf-8", "replace"), kind=kind)
        from scanner.engine.plausibility import judgement

        known = judgement.in_itself(value, key=self._named(key), password=self._password, kind=kind)
        if not known and named_alike(value, key.decode("utf-8", "replace")):
            return "named like it"
        return known

    def is_password(self, key: bytes) -> bool:
        """True when what ``key`` names is a password, which people choose, by the rule or by the name."""
        if self._password or not self._by_line or not key:
            return self._password
        from scanner.engine.plausibility.keys import Promise

        return self._named(key).promise is Promise.PASSWORD

    @property
    def _password(self) -> bool:
        return self._mode == "password"

    def _named(self, key: bytes) -> Key:
        from scanner.engine.plausibility import keys

        return keys.read(key.decode("utf-8", "replace")) if key else keys.unnamed(password=self._password)
