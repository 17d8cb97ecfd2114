"""Where reports go: several formats in one run, files written whole or not at all.

Plain ``os`` calls throughout: every hook that finds something comes here, and ``pathlib`` takes longer to import
than the report takes to write.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO
from typing import BinaryIO

from scanner.model.errors import UnsealedError, UsageError
from scanner.model.result import ScanResult
from scanner.report import known_format, reporter
from scanner.report.interface import ReportOptions
from scanner.report.places import by_secret
from scanner.report.plain import visible
from scanner.report.screen import is_terminal

_BUFFER = 1 << 20
_A_ROW_A_PLACE = ("json", "jsonl", "csv", "github", "junit")


@dataclass(frozen=True, slots=True)
class Target:
    """One report to write; ``path`` is empty for the standard output."""

    format: str
    path: str = ""


def parse_targets(formats: Sequence[str], output: str | None = None) -> tuple[Target, ...]:
    """What ``-f FORMAT[=FILE]`` (any number of times) and ``-o FILE`` ask for; text where they say nothing.

    ``-o`` is the file of the one format that names none. Raises UsageError for an unknown format, for two
    reports on the standard output and for two in one file.
    """
    targets = []
    for given in formats or ("text",):
        name, _, path = given.partition("=")
        if "=" in given and not path:
            raise UsageError(f"-f {visible(given)}: a file name is missing after '='")
        targets.append(Target(known_format(name), "" if path == "-" else path))
    if output and output != "-":
        bare = [index for index, target in enumerate(targets) if not target.path]
        if len(bare) != 1:
            raise UsageError("-o goes with exactly one format that has no file of its own; write -f FORMAT=FILE")
        targets[bare[0]] = replace(targets[bare[0]], path=output)
    places = [os.path.realpath(target.path) if target.path else "" for target in targets]
    if len(set(places)) < len(places):
        raise UsageError("two reports would go to the same place; write -f FORMAT=FILE for each")
    return tuple(targets)


def write_reports(result: ScanResult, targets: Sequence[Target], options: ReportOptions) -> None:
    """Writes every report: all files, or none of them; then the standard output.

    A reader that went away ends the standard output quietly. Raises UnsealedError, in one line, when a file
    or the standard output cannot be written (a full disk, a folder that is not there).
    """
    files = [target for target in targets if target.path]
    staged: list[tuple[str, str]] = []
    try:
        for target in files:
            pair = _stage(result, target, options)
            staged.append(pair)
        for temporary, path in staged:
            _move(temporary, path)
    finally:
        for temporary, _ in staged:
            if temporary:
                with suppress(OSError):
                    os.unlink(temporary)
    for target in targets:
        if not target.path:
            _to_standard_output(result, target, options)
    if any(target.format == "github" for target in targets):
        from scanner.report.github import write_summary

        write_summary(result, options)


def _write(name: str, result: ScanResult, out: BinaryIO, options: ReportOptions) -> None:
    """One report. Lists for programs keep a row a place; what people read has one entry a secret."""
    reporter(name).write(result if name in _A_ROW_A_PLACE else by_secret(result), out, options)


def _stage(result: ScanResult, target: Target, options: ReportOptions) -> tuple[str, str]:
    """Writes the report beside its place and returns both names; pipes and devices are written at once."""
    path = os.path.realpath(target.path)
    try:
        # Asked by the name given: /dev/stdout and /dev/fd/3 lead to pipes, whose "real paths" are names of nothing.
        if _is_special(target.path):
            with open(target.path, "wb") as out:
                _write(target.format, result, out, _for_file(options))
            return "", path
        return _stage_beside(result, target.format, path, options), path
    except BrokenPipeError:
        return "", path
    except OSError as problem:
        raise _told(target.path, problem) from None


def _stage_beside(result: ScanResult, name: str, path: str, options: ReportOptions) -> str:
    folder, base = os.path.split(path)
    temporary = os.path.join(folder, f".{base[:100]}.{os.getpid()}.tmp")
    # A report with raw values is for the one who asked; any other has the rights a new file gets.
    mode = 0o600 if options.show_secrets else 0o666
    with suppress(FileNotFoundError):
        os.unlink(temporary)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    try:
        with open(handle, "wb", buffering=_BUFFER) as out:
            _write(name, result, out, _for_file(options))
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    return temporary


def _move(temporary: str, path: str) -> None:
    if not temporary:
        return
    try:
        os.replace(temporary, path)
    except OSError as problem:
        raise _told(path, problem) from None


def _to_standard_output(result: ScanResult, target: Target, options: ReportOptions) -> None:
    if sys.stdout is None:
        return  # started with the standard output closed: nobody reads it
    out = _binary(sys.stdout)
    if target.format == "text" and sys.stdout.encoding:
        options = replace(options, encoding=sys.stdout.encoding)
    terminal = is_terminal(sys.stdout)
    try:
        sys.stdout.flush()
        _write(target.format, result, out, options)
        out.flush()
    except OSError as problem:
        _leave_standard_output()
        if not _reader_left(problem, terminal=terminal):
            raise _told("the standard output", problem) from None


def _binary(stream: object) -> BinaryIO:
    buffer: BinaryIO | None = getattr(stream, "buffer", None)
    return buffer if buffer is not None else _TextAdapter(stream)


class _TextAdapter(BytesIO):
    """For a standard output that takes only text (an embedding program's own object)."""

    def __init__(self, stream: object) -> None:
        super().__init__()
        self._stream = stream

    def flush(self) -> None:
        self._stream.write(self.getvalue().decode("utf-8", "replace"))  # type: ignore[attr-defined]
        self.seek(0)
        self.truncate()


def _reader_left(problem: OSError, *, terminal: bool) -> bool:
    """True when nobody reads any more: a closed pipe, or a terminal that hung up (EIO on a disk is a fault)."""
    if problem.errno in (errno.EPIPE, errno.EBADF):
        return True
    return problem.errno == (errno.EINVAL if sys.platform == "win32" else errno.EIO) and (
        terminal or sys.platform == "win32"
    )


def _leave_standard_output() -> None:
    """Points the standard output nowhere, so that the interpreter does not complain of it while it ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _for_file(options: ReportOptions) -> ReportOptions:
    return replace(options, encoding="utf-8", color=bool(options.color))


def _is_special(path: str) -> bool:
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)
    except FileNotFoundError:
        return False


def _told(where: str, problem: OSError) -> UnsealedError:
    return UnsealedError(f"cannot write {visible(where)}: {problem.strerror or problem}")
