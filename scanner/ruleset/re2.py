"""RE2 expressions (Go's syntax, which gitleaks' configuration uses) as Python's read them.

What differs: flags in the middle of an expression, ``\\z``, ``\\pL`` and POSIX classes, ``\\Q..\\E``,
``(?<name>...)``, code points in braces, a bare ``[`` inside a class. Expressions here run over bytes, so
text beyond ASCII becomes its UTF-8 bytes.
"""

from __future__ import annotations

import re

_POSIX = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "ascii": r"\x00-\x7f", "blank": r"\t ", "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9", "graph": "!-~", "lower": "a-z", "print": " -~", "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ", "upper": "A-Z", "word": r"0-9A-Za-z_", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
# Unicode classes over bytes: the ASCII members, and any byte of a longer character where letters are meant.
_UNICODE = {
    "L": r"A-Za-z\x80-\xff", "Lu": "A-Z", "Ll": "a-z", "N": "0-9", "Nd": "0-9", "P": r"!-#%-*,-/:;?@\[-\]_{}",
    "S": r"$+<->^`|~", "Z": " ", "Zs": " ", "Greek": r"\x80-\xff", "Latin": "A-Za-z", "Han": r"\x80-\xff",
}  # fmt: skip
_FLAGS = re.compile(r"\(\?([a-zA-Z]*)(-[a-zA-Z]+)?\)")
_SCOPED = re.compile(r"\(\?([a-zA-Z]*)(-[a-zA-Z]+)?:")


class Untranslatable(ValueError):
    """The expression uses something that Python's engine does not have; the message names it."""


def translate(expression: str) -> str:
    """``expression`` in Python's syntax over bytes. Raises Untranslatable."""
    return _Translator(expression).run()


class _Translator:
    """One pass over the expression. ``_open`` counts, per group, the flag groups that were opened inside it."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._out: list[str] = []
        # Each level: the flag prefixes opened at this level, to be closed at its end and repeated after '|'.
        self._levels: list[list[str]] = [[]]

    def run(self) -> str:
        while self._at < len(self._source):
            self._step()
        self._out.append(")" * len(self._levels.pop()))
        text = "".join(self._out)
        try:
            re.compile(text.encode("latin-1"))
        except (re.error, UnicodeEncodeError, OverflowError) as error:
            raise Untranslatable(f"is not an expression that Python reads: {error}") from None
        return text

    def _step(self) -> None:
        rest = self._source[self._at :]
        char = rest[0]
        if rest.startswith("(?"):
            self._group(rest)
        elif char == "(":
            self._levels.append([])
            self._put("(", 1)
        elif char == ")":
            flags = self._levels.pop() if len(self._levels) > 1 else []
            self._put(")" * len(flags) + ")", 1)
        elif char == "|":
            flags = self._levels[-1]
            self._put(")" * len(flags) + "|" + "".join(flags), 1)
        elif char == "[":
            self._class()
        elif char == "\\":
            self._escape(rest)
        else:
            self._put(_bytes(char), 1)

    def _put(self, text: str, taken: int) -> None:
        self._out.append(text)
        self._at += taken

    def _group(self, rest: str) -> None:
        flags = _FLAGS.match(rest)
        if flags:
            opened = f"(?{_known(flags.group(1))}{_known(flags.group(2) or '')}:"
            self._levels[-1].append(opened)
            self._put(opened, flags.end())
            return
        self._levels.append([])
        scoped = _SCOPED.match(rest)
        if scoped:
            self._put(f"(?{_known(scoped.group(1))}{_known(scoped.group(2) or '')}:", scoped.end())
        elif rest.startswith("(?<") and not rest.startswith(("(?<=", "(?<!")):
            self._put("(?P<", 3)
        elif rest.startswith("(?P<"):
            self._put("(?P<", 4)
        else:
            raise Untranslatable(f"has a group RE2 does not know: {rest[:4]}")

    def _escape(self, rest: str) -> None:
        code = rest[1:2]
        if code == "z":
            self._put(r"\Z", 2)
        elif code in ("p", "P"):
            inner, taken = _unicode(rest)
            self._put(f"[{'^' if code == 'P' else ''}{inner}]", taken)
        elif code == "Q":
            end = rest.find(r"\E")
            literal = rest[2 : end if end >= 0 else len(rest)]
            self._put("".join(re.escape(c) if ord(c) < 128 else _bytes(c) for c in literal), len(literal) + 4)
        elif code == "x" and rest.startswith(r"\x{"):
            char, taken = _by_number(rest)
            self._put(_bytes(char), taken)
        elif code == "C":
            self._put(r"[\s\S]", 2)
        else:
            self._put(rest[:2], 2)

    def _class(self) -> None:
        """A class, ``[`` to ``]``; what RE2 reads as plain is escaped for Python."""
        source, at = self._source, self._at + 1
        text = "["
        if source[at : at + 1] == "^":
            text, at = text + "^", at + 1
        first = True
        while at < len(source) and (first or source[at] != "]"):
            piece, taken = self._member(source[at:])
            text, at, first = text + piece, at + taken, False
        if at >= len(source):
            raise Untranslatable("has a class without an end")
        self._put(text + "]", at + 1 - self._at)

    def _member(self, rest: str) -> tuple[str, int]:
        if rest.startswith("[:"):
            name, _, after = rest[2:].partition(":]")
            known = _POSIX.get(name.removeprefix("^"))
            if known and (after or rest.endswith(":]")):
                return _others(known) if name.startswith("^") else known, len(name) + 4
            raise Untranslatable(f"has the class [:{name[:12]}:], which is not carried over")
        if rest.startswith((r"\p", r"\P")):
            inner, taken = _unicode(rest)
            return _others(inner) if rest[1] == "P" else inner, taken
        if rest.startswith(r"\x{"):
            char, taken = _by_number(rest)
            return _class_char(char), taken
        if rest[0] == "\\":
            return rest[:2], 2
        if rest[0] in "[]&|~":
            return "\\" + rest[0], 1
        return _class_char(rest[0]), 1


def _known(flags: str) -> str:
    unknown = set(flags) - set("-ims")
    if unknown:
        raise Untranslatable(f"has the flag {sorted(unknown)[0]!r}, which Python does not have")
    return flags


def _unicode(rest: str) -> tuple[str, int]:
    found = re.match(r"\\[pP](?:\{\^?([A-Za-z]+)\}|([A-Z]))", rest)
    name = (found.group(1) or found.group(2)) if found else ""
    if not found or name not in _UNICODE or "^" in found.group():
        raise Untranslatable(f"has the Unicode class {rest[:8]}, which is not carried over")
    return _UNICODE[name], found.end()


def _others(members: str) -> str:
    """The bytes that a class of these ``members`` does not have, as ranges."""
    rest = re.findall(rb"[^%s]+" % members.encode("latin-1"), bytes(range(256)))
    return "".join(f"\\x{run[0]:02x}-\\x{run[-1]:02x}" for run in rest)


def _by_number(rest: str) -> tuple[str, int]:
    """The character that ``\\x{...}`` stands for, and how long that is."""
    digits, _, _ = rest[3:].partition("}")
    try:
        char = chr(int(digits, 16))
        char.encode()
    except (OverflowError, ValueError):
        raise Untranslatable(f"has a character by a number that is none: {rest[:12]}") from None
    return char, len(digits) + 4


def _bytes(char: str) -> str:
    """One character outside a class: itself, or its UTF-8 bytes as one group."""
    if ord(char) < 128:
        return char
    return "(?:" + "".join(f"\\x{byte:02x}" for byte in char.encode()) + ")"


def _class_char(char: str) -> str:
    """One character inside a class; of a longer one, its bytes: the class then matches a little more."""
    return char if ord(char) < 128 else "".join(f"\\x{byte:02x}" for byte in char.encode())
