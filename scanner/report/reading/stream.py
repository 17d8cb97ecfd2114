"""Our own files read a line at a time: a hundred thousand findings need not be in memory twice.

``-f json`` puts each finding on a line of its own, and so does ``-f jsonl``; a file that anything else wrote, or
that someone has reformatted, is read whole instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain, islice
from typing import BinaryIO

from scanner.report.reading.record import Record

_OPENING = b'"findings": ['
_LINES_BEFORE = 4


class OtherLayoutError(Exception):
    """The file is not laid out as we write it."""


def read_head(lines: Iterator[bytes]) -> tuple[Record, Iterator[Record]]:
    """What stands around the findings (empty for JSON Lines), and the findings one by one.

    Raises OtherLayoutError, here or while the findings are read.
    """
    first = next(lines, b"")
    if first.startswith(b'{"version":'):
        head = b"".join([first, *islice(lines, _LINES_BEFORE - 1)])
        if not head.rstrip().endswith(_OPENING):
            raise OtherLayoutError
        return _parsed(head + b"]}"), _findings(lines)
    record = _parsed(first)
    if not record.has("fingerprint", "rule", "redacted"):
        raise OtherLayoutError
    return Record(None), chain((record,), (_parsed(line) for line in lines if line.strip()))


def _findings(lines: Iterator[bytes]) -> Iterator[Record]:
    for line in lines:
        if line.strip() == b"]}":
            return
        yield _parsed(line.rstrip().removesuffix(b","))
    raise OtherLayoutError


def _parsed(line: bytes) -> Record:
    try:
        return Record(json.loads(line))
    except (ValueError, RecursionError):
        raise OtherLayoutError from None


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """Lines of a file, without a byte order mark."""
    for number, line in enumerate(file):
        yield line.removeprefix(b"\xef\xbb\xbf") if number == 0 else line
