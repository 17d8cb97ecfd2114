"""One document's characters, what a parser may see of them, and the way back to bytes."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from functools import cache

from scanner.manifest.template import harmless, has_actions
from scanner.model.span import Span

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Half of a surrogate pair: JSON's way to write an emoji, refused by libyaml.
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9A-Fa-f]{2}")
_WIDE = re.compile("[^\x00-\x7f]")
# Copied from a web page: to an eye it is indented. Where the line before ends in a backslash, it is what is quoted.
_LEADING_SPACES = re.compile("(?<!\\\\\n)^[ \\t]*\xa0[ \\t\xa0]*", re.MULTILINE)
_COMMENT = re.compile(r"""("(?:[^"\\\n]|\\.)*")|/\*.*?(?:\*/|\Z)|//[^\n]*""", re.DOTALL)
_NOT_BREAK = re.compile("[^\n]")
_LEADING_TABS = re.compile(r"^[ ]*\t[ \t]*", re.MULTILINE)


@cache
def _unprintable() -> re.Pattern[str]:
    """What libyaml refuses beyond ASCII. Compiled when first needed: it takes as long as reading a manifest."""
    return re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def _is_json(data: bytes) -> bool:
    """True for JSON as it stands: braces in its strings open no template, those that close it end none."""
    if data.lstrip()[:1] not in (b"{", b"["):
        return False
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


class Source:
    """``data`` standing at byte ``base`` of a text.

    ``text`` holds the characters as written, ``readable`` the same number of characters without anything that
    keeps libyaml from reading: control characters, template actions.
    """

    __slots__ = ("_actions", "_bytes", "_chars", "base", "length", "readable", "text")

    def __init__(self, data: bytes, base: int = 0) -> None:
        self.base = base
        self.length = len(data)
        self._chars: list[int] = []
        self._bytes: list[int] = []
        try:
            self.text = data.decode("utf-8")
        except UnicodeDecodeError:
            # One character a byte, so that places stay right; 0x85 would be a line break.
            self.text = data.decode("latin-1").replace("\x85", "?")
        else:
            self._measure()
        self._actions: list[int] = []
        readable = self.text
        if has_actions(data) and not _is_json(data):
            readable, self._actions = harmless(readable)
        readable = _CONTROL.sub("?", readable)
        if not readable.isascii():
            readable = _unprintable().sub("?", readable)
            readable = _LEADING_SPACES.sub(lambda found: " " * len(found.group()), readable)
        self.readable = _SURROGATE.sub(r"\\u003f", readable) if "\\u" in readable else readable

    def _measure(self) -> None:
        """Notes character and byte offsets just after each character of more than one byte."""
        extra = 0
        if not self.text.isascii():
            for found in _WIDE.finditer(self.text):
                extra += len(found.group().encode()) - 1
                self._chars.append(found.end())
                self._bytes.append(found.end() + extra)

    def without_tabs(self) -> str:
        """``readable`` with each tab of an indentation replaced by one blank."""
        return _LEADING_TABS.sub(lambda found: " " * len(found.group()), self.readable)

    def without_comments(self) -> str:
        """``readable``, taken for JSON, with blanks where it has comments."""
        return _COMMENT.sub(lambda found: found.group(1) or _NOT_BREAK.sub(" ", found.group()), self.readable)

    def span(self, start: int, end: int) -> Span:
        """The bytes of the characters from ``start`` to ``end``, counted in the text."""
        return Span(self.base + self._byte(start), self.base + self._byte(end))

    def _byte(self, char: int) -> int:
        if not self._chars:
            return char
        at = bisect_right(self._chars, char) - 1
        return char if at < 0 else self._bytes[at] + char - self._chars[at]

    def templated(self, start: int, end: int) -> bool:
        """True when a template action touches the characters from ``start`` to ``end``."""
        if not self._actions:
            return False
        at = bisect_right(self._actions, start)
        return at % 2 == 1 or (at < len(self._actions) and self._actions[at] < end)
