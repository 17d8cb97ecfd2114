"""Documents of word processors, spreadsheets and slides: their words without the marks between them.

A word that was edited in the middle, or that a spelling checker underlined, is stored in several pieces.
"""

from __future__ import annotations

import re
from html import unescape

_PARTS = re.compile(
    r"!/(?:word/(?:document|footnotes|endnotes|comments|header\d*|footer\d*)|xl/sharedStrings|xl/comments\d*"
    r"|ppt/slides/slide\d+|ppt/notesSlides/notesSlide\d+|content)\.xml\Z"
)
_ENDS = re.compile(rb"</(?:w:p|a:p|si|text:p|text:h)>|<(?:w:br|w:cr|a:br|text:line-break)\b[^>]{0,200}>")
_MARK = re.compile(rb"<[^<>]{1,4096}>")


def plain(path: str, data: bytes) -> bytes:
    """``data``, or for the text of a document a line for each of its paragraphs."""
    if not path.endswith(".xml") or _PARTS.search(path) is None:
        return data
    text = _MARK.sub(b"", _ENDS.sub(b"\n", data))
    return unescape(text.decode("utf-8", "replace")).encode("utf-8", "replace")
