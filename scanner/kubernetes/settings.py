"""Passwords in a file that a Secret holds: environment files, properties, INI, YAML, JSON, XML.

Rules for text want a password to look chosen or drawn. In a Secret it is one whatever it looks like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.kubernetes import names
from scanner.model.span import Span

_LINE = re.compile(
    rb"""^[ \t]*+(?:export[ \t]++|-[ \t]++)?["']?(?P<key>[A-Za-z_][\w.-]*+)["']?[ \t]*+[=:][ \t]*+
        (?:(?:"(?P<double>[^"\r\n]*+)"|'(?P<single>[^'\r\n]*+)')[ \t]*+(?:[,;]|(?<=[ \t])\#[^\r\n]*+)?[ \t\r]*+$
        |(?P<bare>[^\s"'\[{|>&!*,][^\r\n]*+))""",
    re.MULTILINE | re.VERBOSE,
)
_COMMENT = re.compile(rb"[ \t]#")
_JSON = re.compile(rb'"(?P<key>[A-Za-z_][\w.-]*+)"[ \t\r\n]*+:[ \t\r\n]*+"(?P<double>[^"\\\r\n]++)"')
_XML = re.compile(rb"<(?P<key>[A-Za-z_][\w.-]*+)>(?P<bare>[^<>\r\n]++)</(?P=key)>")
# A program's expression: what it gives is not in the file.
_EXPRESSION = re.compile(rb"[\w.]\(|\$\{|\$\(|%\(|\{\{|<%")


def passwords(value: bytes) -> Iterator[tuple[str, Span]]:
    """Name and place of what is given to a name that promises a password, each place once."""
    seen: set[int] = set()
    for expression in (_LINE, _JSON, _XML):
        for found in expression.finditer(value):
            name = found.group("key").decode()
            group = next((part for part in ("double", "single", "bare") if found.groupdict().get(part)), "")
            if not group or not names.password(name):
                continue
            start, end = found.span(group)
            end = start + _bare(found.group(group)) if group == "bare" else end
            if start not in seen and not _EXPRESSION.search(value, start, end):
                seen.add(start)
                yield name, Span(start, end)


def _bare(rest: bytes) -> int:
    """How much of the ``rest`` of its line a value without quotes is: up to a comment, a comma, the last blanks."""
    comment = _COMMENT.search(rest)
    if comment is not None:
        return len(rest[: comment.start()].rstrip(b" \t"))
    kept = rest.rstrip(b" \t")
    return len(kept[:-1].rstrip(b" \t") or kept) if kept.endswith((b",", b";")) else len(kept)
