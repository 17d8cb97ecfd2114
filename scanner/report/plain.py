"""Text from repositories made harmless: what a scanned repository names is never an instruction to a terminal,
a browser or a parser.
"""

from __future__ import annotations

import re

_SURROGATE = re.compile("[\ud800-\udfff]")
# CI systems run what a log line asks for: `##vso[task.prependpath]`, `##[add-mask]`, `##teamcity[…]`.
_LOG_COMMAND = re.compile(r"#(?=#\w*\[)")
# Bytes that were no UTF-8 arrive as these (PEP 383); they are shown as the byte they were.
_FIRST_ESCAPED, _LAST_ESCAPED = 0xDC80, 0xDCFF


def visible(text: str) -> str:
    """``text`` on one line with everything that cannot be seen written as an escape.

    Control characters (ANSI sequences start with one), line breaks, bidirectional and zero-width marks and
    undecodable bytes come out as ``\\x1b`` or ``\\u202e``, and so does the start of what a CI system would take
    for a command in a log. What is left only ever prints itself.
    """
    if "##" in text:
        text = _LOG_COMMAND.sub(r"\\x23", text)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def named(path: str, commit: str) -> str:
    """``path``, or what stands for one: a message is known by its commit or tag, the standard input by nothing."""
    return path or (f"(message of {commit[:10]})" if commit else "(no path)")


def log_line(line: str) -> str:
    """``line`` such that GitHub's runner, which runs lines that start with ``::``, prints it instead."""
    return line.replace("::", r"\x3a:", 1) if line.lstrip().startswith("::") else line


def visible_line(text: str) -> str:
    """As ``visible``, with each tab as one blank: for source lines, where a tab is no attack."""
    return visible(text.replace("\t", " "))


def portable(text: str) -> str:
    """``text`` without lone surrogates, which strict UTF-8 and JSON readers refuse; all else is kept."""
    if text.isascii():
        return text
    return _SURROGATE.sub(lambda match: _escape(match[0]), text)


def width_of(text: str) -> int:
    """Columns that ``text`` takes on a terminal: wide characters count two, combining ones none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def clip(text: str, width: int) -> str:
    """``text`` cut to ``width`` characters, with three dots where something is missing."""
    return text if len(text) <= width else text[: max(0, width - 3)] + "..."


def clip_middle(text: str, width: int) -> str:
    """As ``clip``, keeping both ends: of a long path the file's name matters most."""
    if len(text) <= width or width < 8:
        return text if len(text) <= width else text[-width:]
    tail = (width - 3) * 2 // 3
    return text[: width - 3 - tail] + "..." + text[-tail:]


def _escape(character: str) -> str:
    code = ord(character)
    if character in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[character]
    if _FIRST_ESCAPED <= code <= _LAST_ESCAPED:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
