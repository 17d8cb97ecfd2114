"""What the line of a value says of it: code, the user's own name, the first word of a message, a table of digests."""

from __future__ import annotations

import re

from scanner.engine.plausibility import words
from scanner.engine.plausibility.essence import core, unescaped
from scanner.engine.plausibility.keys import Key, Promise
from scanner.engine.plausibility.lazy import Lazy
from scanner.engine.plausibility.references import reference
from scanner.engine.plausibility.shapes import is_hexadecimal, is_uuid
from scanner.model.filekind import FileKind

# A bare word of code is a name until this much says otherwise.
_BARE_IN_CODE = 25.0
_BARE_PASSWORD_IN_CODE = 10.0
# What lies between the end of one string and the start of the next.
_BETWEEN_STRINGS = Lazy(rb"[),;\]}].*[(,;=:+\[{?&|]|\+.*\+", re.DOTALL)
# A comparison, the next argument, the end of a block: what is left of code behind a sign of equality.
_CODE_SIGNS = Lazy(rb"^[=!]|[,;{}()]|^[A-Za-z_$]{1,2}\.[A-Za-z_$]+=")
_ONE_LINE = 1000
# Files that hold the texts of a program: in a shell's language what follows is a command.
_MESSAGES = frozenset((FileKind.CONFIG, FileKind.DATA, FileKind.OTHER, FileKind.MESSAGES))
_NAME_BEFORE = Lazy(rb"\s*[\w.\[\]-]+[ \t]*[=:][ \t]*")
_GOES_ON = Lazy(rb"[,.:;!?)]?[ \t]+[^\s=#;/\\&|<>\"'`(\[{-][^=]*")
_DIGESTS = Lazy(rb"(?i)(?:hash(?:es|map|table|sums?)|checksums?|digests|fingerprints?)\W")
# Where a line of a list of dependencies has named the module: what follows is its commit.
_MODULE = Lazy(rb"(?:^|\s)[\w-]+(?:\.[\w-]+)+(?:/[\w.~-]+)+[ \t]+$")
# Two columns, as SQL names them.
_COLUMNS = Lazy(rb"`,\s{0,4}`$")
_SMALL = Lazy(rb"[a-z]+(?:[-_.][a-z]+)*")
_USER = Lazy(
    rb"(?i)(?:user(?:[_ -]?name|[_ -]?id)?|uid|login|account|role|-u)[\"']?\s{0,3}[:= >]>?\s{0,3}[\"']?"
    rb"(?:\$\{\w+:?-[\"']?)?([\w.@-]+)"
)


def in_its_line(value: bytes, *, key: Key, password: bool, kind: FileKind, line: bytes) -> str:
    """Why ``value``, which may be a secret by itself, is none on this ``line``: code, or a user's own name."""
    at = line.find(value)
    quoted = at > 0 and line[at - 1] in b"\"'`;"
    written = not quoted and kind in (FileKind.CODE, FileKind.MINIFIED)
    # In a program on one line, the marks of strings before a place say nothing.
    if written and len(line) > _ONE_LINE and _CODE_SIGNS.pattern.search(value):
        return "code"
    # What comes before belongs to a scope: KeePass2::KDF_AES, Password::min(8).
    if value.startswith(b":") and (written or (not quoted and kind is FileKind.PROSE)):
        return "code"
    bare = written and not _in_string(line[: max(at, 0)])
    value, promise = core(value, key, password=password)
    if quoted and _BETWEEN_STRINGS.pattern.fullmatch(value) and words.surprise(value.decode("latin-1")) < words.NO_NAME:
        return "code"
    if value.count(b"{") > value.count(b"}") and line[at + len(value) :].startswith(b"}"):
        return "template"
    if quoted and _COLUMNS.pattern.search(line, 0, at):
        return "name"
    return (
        ("" if quoted else _stands_for(value, kind))
        or ("name" if not quoted and _follows_colon(value, line, at, promise, kind) else "")
        or ("text" if not quoted and _starts_sentence(value, line, at, kind) else "")
        or ("hash" if _in_list_of_digests(value, line, at) else "")
        or ("commit" if len(value) == 40 and _MODULE.pattern.search(line, 0, max(at, 0)) else "")
        or ("same as the user" if is_user(value, line) else "")
        or (_bare(unescaped(value), promise) if bare else "")
    )


def _bare(value: bytes, promise: Promise) -> str:
    """A word outside of all strings of a program is a name, unless nobody would call anything like that."""
    if is_uuid(value):
        return ""
    if _CODE_SIGNS.pattern.search(value):
        return "code"
    bits = words.surprise(value.decode("utf-8", "replace"))
    return "code" if bits < (_BARE_PASSWORD_IN_CODE if promise is Promise.PASSWORD else _BARE_IN_CODE) else ""


def _stands_for(value: bytes, kind: FileKind) -> str:
    found = reference(value, kind, quoted=False)
    # An id and its secret, as services hand them out, look like names in a row to an expression.
    if found == "code" and value.translate(None, b".:_-").isalnum():
        return "" if words.surprise(value.decode("ascii", "replace")) > words.NO_NAME else found
    return found


def _in_string(before: bytes) -> bool:
    """True when what follows ``before`` on its line stands within a string or a comment."""
    return any(before.count(mark) % 2 for mark in (b'"', b"'", b"`")) or before.lstrip()[:1] in b"#*/;-"


def _starts_sentence(value: bytes, line: bytes, at: int, kind: FileKind) -> bool:
    """True for the first word of a message: ``wrong_password=Das Passwort stimmt nicht``."""
    if kind not in _MESSAGES or at <= 0 or _NAME_BEFORE.pattern.fullmatch(line[:at]) is None:
        return False
    word = value.decode("utf-8", "replace").strip("¡¿«»„“”'(),.:;!?")
    return word.isalpha() and _GOES_ON.pattern.fullmatch(line[at + len(value) :]) is not None


def _follows_colon(value: bytes, line: bytes, at: int, promise: Promise, kind: FileKind) -> bool:
    """True for a word in small letters behind a name and a colon in a Makefile or a script: what a target needs."""
    behind = kind is FileKind.SHELL and promise is not Promise.PASSWORD and line[: max(at, 0)].rstrip().endswith(b":")
    return behind and _SMALL.pattern.fullmatch(value) is not None


def _in_list_of_digests(value: bytes, line: bytes, at: int) -> bool:
    """True for a digest in hex that code puts into a table of hashes or checksums."""
    return (
        len(value) in (32, 40, 64, 128)
        and is_hexadecimal(value)
        and (_DIGESTS.pattern.search(line, 0, max(at, 0)) is not None)
    )


def is_user(value: bytes, lines: bytes) -> bool:
    """True for a password that is the user's name as well: ``user=app password=app``."""
    if len(value) > 20 or lines.count(value) < 2:
        return False
    return value.lower() in (user.lower() for user in _USER.pattern.findall(lines))
