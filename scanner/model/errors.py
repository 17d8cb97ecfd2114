"""Errors that end a command, and the exit codes they end it with.

Messages never hold scanned content: they reach terminals, logs and other processes.
"""

from __future__ import annotations

import os
from enum import IntEnum


class ExitCode(IntEnum):
    """What the shell sees. "Found something" and "could not look" are never the same number."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    INCOMPLETE = 3
    INTERRUPTED = 130


class UnsealedError(Exception):
    """An expected failure, told in one line: what is wrong and what to do."""

    exit_code = ExitCode.INCOMPLETE


class UsageError(UnsealedError):
    """The command line asks for something that cannot be."""

    exit_code = ExitCode.USAGE


class ConfigError(UnsealedError):
    """A rule, a configuration or a baseline cannot be used as it is written."""

    exit_code = ExitCode.USAGE


class GitError(UnsealedError):
    """Git is missing, refused, or said something that cannot be relied on."""


def place_of(error: Exception) -> str:
    """Type and innermost place of an unexpected error; its text may hold what was scanned and is left out."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    if place is None:
        return type(error).__name__
    return f"{type(error).__name__} in {os.path.basename(place.tb_frame.f_code.co_filename)}:{place.tb_lineno}"
