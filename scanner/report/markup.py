"""Text from elsewhere made harmless in Markdown."""

from __future__ import annotations

import re

from scanner.report.plain import visible

_PUNCTUATION = re.compile(r"([\\`*_{}\[\]<>()#|~!&@$])")
_TICKS = re.compile(r"`+")


def markdown_text(text: str) -> str:
    """``text`` as Markdown that shows exactly it: no markup, no link, no mention of a person."""
    # Mentions are looked for in the finished page; a comment parts the sign from the name there too.
    return _PUNCTUATION.sub(r"\\\1", visible(text)).replace("\\@", "@<!-- -->")


def markdown_step(text: str) -> str:
    """As ``markdown_text``, but code in backticks stays code: guides use it for commands."""
    # Every second part of the split is a span.
    parts = re.split(r"(`[^`]+`)", visible(text))
    return "".join(part if number % 2 else markdown_text(part) for number, part in enumerate(parts))


def markdown_code(text: str, *, in_table: bool = False) -> str:
    """``text`` as a code span, whatever backticks it holds; ``in_table`` escapes the column separator too."""
    shown = visible(text) or " "
    fence = "`" * (1 + max((len(run) for run in _TICKS.findall(shown)), default=0))
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    span = f"{fence}{pad}{shown}{pad}{fence}"
    return span.replace("|", "\\|") if in_table else span
