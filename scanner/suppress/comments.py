"""Telling a comment from a string on one line, well enough to trust a mark in it."""

from __future__ import annotations

import re

from scanner.model.filekind import FileKind

_HASH, _SLASH, _DASH, _MARKUP = (b"#",), (b"//", b"/*"), (b"--",), (b"<!--",)
_STYLES: dict[str, tuple[bytes, ...]] = {}
for _openers, _extensions in (
    (
        _HASH,
        "py pyi pyx rb rake sh bash zsh fish ksh yaml yml toml r pl pm ex exs jl coffee nim tcl ps1 psm1 mk env",
    ),
    (
        _SLASH,
        "js jsx mjs cjs ts tsx java kt kts scala groovy gradle go rs c h cc cpp cxx hpp m mm cs swift dart sol"
        " proto zig v json jsonc json5 css scss less d sv",
    ),
    (_HASH + _SLASH, "php phtml tf tfvars hcl nix thrift conf"),
    (_DASH, "lua elm adb ads vhd vhdl"),
    ((*_DASH, b"{-"), "hs"),
    ((*_DASH, b"/*", b"#"), "sql"),
    ((b";", b"#|"), "asm s lisp lsp clj cljs edn el scm rkt reg inf ahk"),
    ((b"#", b";"), "ini cfg cnf editorconfig gitconfig service desktop npmrc pypirc netrc"),
    ((b"#", b"!"), "properties"),
    ((b"%",), "tex sty erl hrl"),
    ((b"(*", b"//"), "ml mli fs fsi fsx pas"),
    ((b"*>",), "cob cbl cpy"),
    (_MARKUP, "html htm xhtml xml xsd wsdl svg md markdown plist csproj resx"),
    ((b"rem ", b"REM ", b"Rem ", b"::", b"@rem "), "bat cmd"),
    ((b"..",), "rst"),
):
    _STYLES.update(dict.fromkeys(_extensions.split(), _openers))
_TEMPLATES = ("vue", "svelte", "mdx", "erb", "jsp", "aspx", "cshtml", "twig", "tpl", "j2", "jinja", "template", "haml")
_STYLES.update(dict.fromkeys(_TEMPLATES, (*_MARKUP, *_SLASH, *_HASH, b"{{", b"{%", b"<%")))
# Any text may be a template of one language in another: a chart's YAML, a site's TOML.
_IN_TEMPLATES = (b"{{/*", b"{{- /*", b"{{!", b"{#", b"<%#")
_ANY = _HASH + _SLASH + _MARKUP
# In these a word after the value belongs to the value: without an opener there is no comment.
_VALUES_RUN_ON = frozenset({FileKind.CONFIG, FileKind.DOTENV})
# Here an opener inside a word is part of the word: ``a#b`` in a shell, ``https://`` anywhere.
_LONELY = frozenset({b"#", b";", b"!", b"--", b"%", b".."})
_QUOTES = b"\"'`"
COMMENT_END = re.compile(rb"\*/|-->|#\}|\}\}|%>|\*\)|-\}|\|#|#>|\]\]")
_WORD = re.compile(rb"[0-9A-Za-z_\x80-\xff]")


def is_comment(line: bytes, at: int, *, path: str, kind: FileKind) -> bool:
    """True when byte ``at`` of ``line`` is in a comment, or in text that cannot be told to be anything else."""
    if comment_start(line, at, path=path) is not None:
        return True
    if in_string(line, at, path=path):
        return False
    return kind not in _VALUES_RUN_ON or not line[:at].strip()


def comment_start(line: bytes, at: int, *, path: str) -> int | None:
    """Where the comment begins that holds byte ``at``, or None when no opener stands before it."""
    openers = openers_of(path)
    index = 0
    while index < at:
        opener = _opener_at(line, index, openers)
        if opener:
            return index
        closing = _closing(line, index)
        index = closing + 1 if closing is not None else index + 1
    return at if _opener_at(line, at, openers) else None


def in_string(line: bytes, at: int, *, path: str) -> bool:
    """True when byte ``at`` lies between two quotes that belong together."""
    index = 0
    while index < at:
        closing = _closing(line, index)
        if closing is None:
            index += 1
        elif at <= closing:
            return True
        else:
            index = closing + 1
    return False


def alone(line: bytes, at: int, *, path: str) -> bool:
    """True when nothing but a comment stands on ``line``, which has a mark at byte ``at``."""
    start = comment_start(line, at, path=path)
    before = line[: at if start is None else start]
    closed = COMMENT_END.search(line, at)
    after = line[closed.end() :] if closed else b""
    return not (_WORD.search(before) or _WORD.search(after) or in_string(line, at, path=path))


def openers_of(path: str) -> tuple[bytes, ...]:
    """What begins a comment in a file of this name."""
    return (*_STYLES.get(path.rsplit("/", 1)[-1].lower().rpartition(".")[2], _ANY), *_IN_TEMPLATES)


def _opener_at(line: bytes, index: int, openers: tuple[bytes, ...]) -> bytes:
    for opener in openers:
        if line.startswith(opener, index) and _stands_free(line, index, opener):
            return opener
    return b""


def _stands_free(line: bytes, index: int, opener: bytes) -> bool:
    before = line[index - 1 : index] if index else b" "
    if opener in _LONELY:
        return before.isspace() or before in b");]}"
    return before != b":" or opener != b"//"


def _closing(line: bytes, index: int) -> int | None:
    """The partner of the quote at ``index``; None when there is no quote, or no partner on this line."""
    quote = line[index]
    if quote not in _QUOTES:
        return None
    at = index + 1
    while at < len(line):
        if line[at] == 0x5C:
            at += 2
            continue
        if line[at] == quote:
            return at
        at += 1
    return None
