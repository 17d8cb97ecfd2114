"""Files, folders and standard input."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from scanner.engine.encoding import to_text
from scanner.model.errors import UsageError
from scanner.model.result import ScanResult, ScanSummary, Skipped
from scanner.pipeline.context import Context
from scanner.pipeline.findings import Placed, grouped, placed
from scanner.pipeline.text import TextScanner


def scan_paths(paths: Sequence[str], scanner: TextScanner, context: Context) -> ScanResult:
    """Every regular file at and below ``paths``; ``-`` is standard input. UsageError for one that is not there."""
    started = time.monotonic()
    found: list[Placed] = []
    skipped: list[Skipped] = []
    texts = size = 0
    for name, data in _contents(paths, skipped, context):
        texts += 1
        size += len(data)
        text = to_text(data, name)
        found += placed(text, scanner.scan(text), context=context, rules=scanner.engine.rules)
    skipped += scanner.skipped()
    summary = ScanSummary(
        target=", ".join(paths),
        texts=texts,
        bytes=size,
        seconds=time.monotonic() - started,
        skipped=tuple(skipped),
        notes=context.notes,
    )
    return ScanResult(grouped(found, context), summary)


def _contents(paths: Sequence[str], skipped: list[Skipped], context: Context) -> Iterator[tuple[str, bytes]]:
    for path in paths:
        if path == "-":
            yield "", sys.stdin.buffer.read()
            continue
        if not os.path.lexists(path):
            raise UsageError(f"{path}: there is no such file or folder")
        for name in files_below(path, skipped):
            if context.excluded(_shown(name)):
                continue
            data = _read(name, skipped, context.options.max_size)
            if data is not None:
                yield _shown(name), data


def files_below(path: str, skipped: list[Skipped]) -> Iterator[str]:
    """``path`` itself when it is no folder, else the files below it, sorted; ``.git`` and links are left out."""
    if not os.path.isdir(path):
        yield path
        return

    def failed(error: OSError) -> None:
        skipped.append(Skipped(_shown(str(error.filename)), f"cannot be listed: {error.strerror}"))

    for folder, folders, names in os.walk(path, onerror=failed):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(names):
            full = os.path.join(folder, name)
            if not os.path.islink(full):
                yield full


def _read(name: str, skipped: list[Skipped], limit: int) -> bytes | None:
    try:
        path = Path(name)
        if not path.is_file():
            return None
        size = path.stat().st_size
        if size > limit:
            skipped.append(Skipped(_shown(name), f"has {size} bytes, more than --max-size allows"))
            return None
        return path.read_bytes()
    except OSError as error:
        skipped.append(Skipped(_shown(name), f"cannot be read: {error.strerror}"))
        return None


def _shown(name: str) -> str:
    return name.removeprefix("./").replace(os.sep, "/")
