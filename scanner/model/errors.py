"""Errors that end a command, and the exit codes they end it with.

Messages never hold scanned content: they reach terminals, logs and other processes.
"""

from __future__ import annotations

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
