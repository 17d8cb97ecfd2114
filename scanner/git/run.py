"""Starting git so that neither the repository nor the user's settings decide what we see or what runs.

A repository's ``.git/config`` can name programs (file-system monitors, hooks, diff drivers, text
converters, signature checkers, transports); each is turned off here. What the *caller's* environment says
of the index and the object store is kept: inside a hook, ``GIT_INDEX_FILE`` is where the commit is made.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from typing import IO, NamedTuple

from scanner.model.errors import GitError

_OPTIONS = (
    "--no-pager",
    "--no-optional-locks",
    "--literal-pathspecs",
    "--no-replace-objects",
    "-c", "core.fsmonitor=false",
    "-c", f"core.hooksPath={os.devnull}",
    "-c", "core.attributesFile=",
    "-c", "core.pager=cat",
    "-c", "core.quotePath=false",
    "-c", "color.ui=false",
    "-c", "diff.external=",
    "-c", "diff.orderFile=",
    "-c", "log.showSignature=false",
    "-c", "protocol.allow=never",
    "-c", "credential.helper=",
    "-c", "submodule.recurse=false",
    # A repository of another user is the rule in CI containers. What makes reading one dangerous is the
    # programs it can name, and those are off.
    "-c", "safe.directory=*",
)  # fmt: skip

# Nothing is fetched unasked: a partial clone's missing objects stay missing, and are reported.
_ENVIRONMENT = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    # The name of a file that is there, even of an empty one, makes git advise against such files before anything else.
    "GIT_GRAFT_FILE": "",
    "GIT_PAGER": "cat",
    "GIT_ATTR_NOSYSTEM": "1",
    "LC_ALL": "C",
}
_DROPPED = ("GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "GIT_TRACE", "GIT_TRACE2", "GIT_TRACE2_EVENT", "GIT_TRACE2_PERF")


class GitLate(GitError):
    """Git took longer than anybody would wait."""


class Answer(NamedTuple):
    """What git printed, what it complained of, and its exit code."""

    code: int
    out: bytes
    complaint: bytes


class Git(NamedTuple):
    """Git in one directory (``where``, empty for the current one), hardened.

    History is shown as it was written: replace refs and grafts are this clone's own, and what is pushed or cloned
    does not have them.
    """

    where: str = ""

    def command(self, *arguments: str) -> list[str]:
        """The full command line for ``arguments``."""
        place = ("-C", self.where) if self.where else ()
        return ["git", *place, *_OPTIONS, *arguments]

    def start(self, *arguments: str, stdin: bool = False, complaints: bool = True) -> subprocess.Popen[bytes]:
        """Git running, its output a pipe. GitError when git is not installed or the folder is not there.

        ``complaints`` False drops what git says on its error stream: for a process that is kept, whose full
        error pipe would otherwise stop it.
        """
        try:
            return subprocess.Popen(
                self.command(*arguments),
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE if complaints else subprocess.DEVNULL,
                env=environment(),
            )
        except FileNotFoundError:
            raise GitError(
                "git is not installed or not on PATH: install git, or scan files with `unsealed scan`"
            ) from None
        except OSError as error:
            raise GitError(f"git could not be started: {error.strerror}") from None

    def output(self, *arguments: str, stdin: bytes | None = None) -> bytes:
        """What git printed. GitError with git's own first line when it failed."""
        answer = self.ask(*arguments, stdin=stdin)
        if answer.code:
            raise GitError(f"git {arguments[0]}: {first_line(answer.complaint) or f'exit code {answer.code}'}")
        return answer.out

    def succeeds(self, *arguments: str, patience: float | None = None) -> bytes | None:
        """What git printed, or None when it failed: for questions whose answer may be no.

        After ``patience`` seconds git is ended, and GitLate says so.
        """
        try:
            answer = self.ask(*arguments, patience=patience)
        except subprocess.TimeoutExpired:
            raise GitLate(f"git {arguments[0]} did not end within {patience:.0f} seconds") from None
        return None if answer.code else answer.out

    def ask(self, *arguments: str, stdin: bytes | None = None, patience: float | None = None) -> Answer:
        """Run git to its end, which an interruption brings about: it may have minutes of work before it, unheard."""
        process = self.start(*arguments, stdin=stdin is not None)
        try:
            out, complaint = process.communicate(stdin, timeout=patience)
        except BaseException:
            process.kill()
            process.communicate()
            raise
        return Answer(process.returncode, out, complaint)


def environment() -> dict[str, str]:
    """The caller's environment, with what would run programs, fetch, or change output taken out."""
    kept = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    return kept | _ENVIRONMENT


def first_line(complaint: bytes) -> str:
    """The first line of git's complaint, printable, without its ``fatal:``."""
    text = complaint.decode("utf-8", "replace").strip().split("\n", 1)[0]
    text = "".join(char if char.isprintable() else "?" for char in text)
    return text.removeprefix("fatal: ").removeprefix("error: ")


def finish(process: subprocess.Popen[bytes]) -> str:
    """Wait for ``process``; its complaint when it failed, else an empty string."""
    complaint = process.stderr.read() if process.stderr else b""
    for stream in (process.stdin, process.stdout, process.stderr):
        _close(stream)
    return first_line(complaint) or f"exit code {process.returncode}" if process.wait() else ""


def _close(stream: IO[bytes] | None) -> None:
    if stream is not None:
        stream.close()


def fields(output: bytes) -> Sequence[bytes]:
    """The NUL-terminated fields of ``-z`` output."""
    return output.split(b"\0")[:-1] if output else ()
