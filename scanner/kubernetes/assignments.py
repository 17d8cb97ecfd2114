"""Is anything assigned in these bytes that is called like a secret? Asked before a document is read.

The names are judged as they are once the document is read, so what is passed over here would not have been reported.
"""

from __future__ import annotations

import re
from functools import lru_cache

from scanner.kubernetes import names

_SIGN = re.compile(
    rb""":(?:[ \t]{0,200}\\{0,2}["']?(?:[^\s"'\\{\[\#,}]|\{\{)
        |[ \t]{0,200}\r?\n[ \t]{1,200}["']?[^\s:\#-][^:\n]{0,400}\n)""",
    re.VERBOSE,
)
# An expression that ends at the colon would be tried at each letter before it; splitting is ten times faster.
_NO_NAME = bytes(32 if chr(byte) in "\t\r\n\"'{}[],:\\" else byte for byte in range(256))
_LONGEST_NAME = 110
# The same without the colon. Names alone, apart from what follows them, are found four times as fast.
_NAMES_ONLY = _NO_NAME[:58] + b":" + _NO_NAME[59:]
# Bytes whose names are looked at before the first of them is.
_STRETCH = 32 * 1024
# A value of nothing but small letters is an object's name unless a password is promised.
_NO_WORD = re.compile(rb"[0-9A-Z|>*]")
# ``re`` is quick to find letters that do not vary, and slow to find a class: what comes before is asked for afterwards.
_VALUE = re.compile(
    rb"""alue(?<=[vV]alue)\\{0,2}["']?[ \t]{0,20}:[ \t]{0,20}(?:[|>][-+]?[ \t\r]{0,4}\n[ \t]*)?
        \\{0,2}["']?(?:[^\s"'{$]|\{\{|\$(?![({A-Z]))""",
    re.VERBOSE,
)
_DEFAULT = re.compile(rb"""default\\{0,2}["']?[ \t]{0,20}:[ \t]{0,20}\\{0,2}["']?[^\s"'{$]""")
_NAME = re.compile(
    rb"""(?:[nN]ame|[kK]ey|variable|header)\\{0,2}["']?\s{0,20}:\s{0,20}\\{0,2}["']?([^\s"'\\,{}]{1,200})"""
)
# Between the two parts of a pair there is no other entry.
_BOUNDARY = re.compile(rb"[{}]|\n[ \t]*-[ \t]")
# How far from "value" its "name" may stand: a line or two, or a comment.
_NEAR = 300
_OPTION = re.compile(rb"""-(?<=--)([A-Za-z][\w.-]{0,60})(=["']?[$\{]|)""")
_SHORT_OPTION = re.compile(rb"""-(?:(?<=-[ ]-)|(?<=["']-))([A-Za-z][\w.]{2,40})(=["']?[$\{]|)""")


def fields(part: bytes) -> bool:
    """True when a key that promises a secret is followed by a value of its own."""
    starts = range(0, len(part), _STRETCH)
    return any(_promised(part, at, at + _STRETCH) and _fields(part, at, at + _STRETCH) for at in starts)


def _promised(part: bytes, start: int, end: int) -> bool:
    """True when a word before a colon at ``start`` to ``end`` promises a secret."""
    pieces = part[max(0, start - _LONGEST_NAME) : end].translate(_NAMES_ONLY).split(b":")
    # No more of a name is looked at where its value is.
    words = {piece[-_LONGEST_NAME:].rstrip().rpartition(b" ")[2] for piece in pieces}
    return any(map(_is_promising, words))


# Of the names in a repository's documents most are in many of them.
@lru_cache(maxsize=16384)
def _is_promising(word: bytes) -> bool:
    return bool(word) and names.promising(word.decode("utf-8", "replace"))


def _fields(part: bytes, start: int, end: int) -> bool:
    """``fields`` for the colons at ``start`` to ``end``."""
    for found in _SIGN.finditer(part, start):
        if found.start() >= end:
            break
        before = part[max(0, found.start() - _LONGEST_NAME) : found.start()].translate(_NO_NAME).rstrip()
        name = before[before.rfind(b" ") + 1 :].decode("utf-8", "replace")
        if not name or not names.promising(name):
            continue
        line_end = part.find(b"\n", found.end())
        value = part[found.start() + 1 : line_end if line_end >= 0 else len(part)]
        if names.password(name) or _NO_WORD.search(value) is not None:
            return True
    return False


def pairs(part: bytes) -> bool:
    """True when a name that promises a secret stands beside a literal value: variables, parameters."""
    return any(_paired(part, found.start() - 1, found.end()) for found in _VALUE.finditer(part)) or any(
        _paired(part, *found.span()) for found in _DEFAULT.finditer(part)
    )


def options(part: bytes) -> bool:
    """True when an option of a command promises a secret and is not given a variable."""
    for expression in (_OPTION, _SHORT_OPTION):
        for found in expression.finditer(part):
            if not found.group(2) and names.promising(found.group(1).decode()):
                return True
    return False


def _paired(part: bytes, start: int, end: int) -> bool:
    """True when right before the value that is told at ``start`` to ``end``, or after it, a promising name is told."""
    before = next(reversed(list(_NAME.finditer(part, max(0, start - _NEAR), start))), None)
    after = _NAME.search(part, end, end + _NEAR)
    for name, first, last in (
        (before, before.end() if before else 0, start),
        (after, end, after.start() if after else 0),
    ):
        if name is not None and _BOUNDARY.search(part, first, last) is None and _promises(name.group(1)):
            return True
    return False


def _promises(name: bytes) -> bool:
    return names.weakly_promising(name.decode("utf-8", "replace"))
