"""Passwords in a file that a Secret holds: environment files, properties, INI, YAML, JSON, XML.

Rules for text want a password to look chosen or drawn. In a Secret it is one whatever it looks like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.kubernetes import names
from scanner.model.span import Span

_LINE = re.compile(
    rb"""^[ \t]*(?:export[ \t]+|-[ \t]+)?["']?(?P<key>[A-Za-z_][\w.-]{0,80})["']?[ \t]*[=:][ \t]*
        (?:"(?P<double>[^"\r\n]*)"|'(?P<single>[^'\r\n]*)'|(?P<bare>[^\s"'\[{|>&!*,][^\r\n]{0,300}?))
        [ \t]*+(?:[,;]|(?<=[ \t])\#[^\r\n]*)?[ \t\r]*+$""",
    re.MULTILINE | re.VERBOSE,
)
_JSON = re.compile(rb'"(?P<key>[A-Za-z_][\w.-]{0,80})"[ \t\r\n]{0,20}:[ \t\r\n]{0,20}"(?P<double>[^"\\\r\n]{1,300})"')
_XML = re.compile(rb"<(?P<key>[A-Za-z_][\w.-]{0,80})>(?P<bare>[^<>\r\n]{1,300})</(?P=key)>")
# A program's expression: what it gives is not in the file.
_EXPRESSION = re.compile(rb"[\w.]\(|\$\{|\$\(|%\(|\{\{|<%")
# Files with more lines are data, not settings.
_MOST = 2000


def passwords(value: bytes) -> Iterator[tuple[str, Span]]:
    """Name and place of what is given to a name that promises a password, each place once."""
    seen: set[int] = set()
    for expression in (_LINE, _JSON, _XML):
        for count, found in enumerate(expression.finditer(value)):
            if count >= _MOST:
                break
            name = found.group("key").decode()
            group = next((part for part in ("double", "single", "bare") if found.groupdict().get(part)), "")
            if not group or not names.password(name) or _EXPRESSION.search(found.group(group)):
                continue
            span = Span(*found.span(group))
            if span.start not in seen:
                seen.add(span.start)
                yield name, span
