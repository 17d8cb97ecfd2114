"""Mirrors of remote repositories: the one place where the project reaches over a network.

It does so only for repositories that the user named. A remote is taken to be hostile: it may send without end, name
other protocols in redirects and submodules, and answer slowly. What it sent is kept in a bare repository whose
configuration is ours.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple
from urllib.parse import urlsplit

from scanner.git.run import Git, first_line
from scanner.model.errors import GitError, UsageError

PROTOCOLS = ("https", "http", "ssh", "git", "file")
# git@host:owner/name, which ssh users write. A backslash or blank would be another thing for the remote's shell.
_SCP = re.compile(r"(?:[A-Za-z0-9_.-]+@)?[A-Za-z0-9.-]+:(?!//)[^\s\\'\"`$;|&<>]+\Z")
_COMPLAINT = 4096
_STILL_LOCKED = re.compile(rb"\.lock'?: File exists|Another git process")

_OPTIONS = (
    "-c", "protocol.allow=never",
    "-c", f"core.hooksPath={os.devnull}",
    "-c", "core.fsmonitor=false",
    "-c", "submodule.recurse=false",
    "-c", "fetch.recurseSubmodules=false",
    "-c", "fetch.writeCommitGraph=false",
    "-c", "transfer.bundleURI=false",
    "-c", "transfer.credentialsInUrl=die",
    "-c", "http.followRedirects=initial",
    "-c", "gc.auto=0",
    "-c", "maintenance.auto=false",
    # What arrives stays a pack, with its deltas: a loose object each would be slower to read.
    "-c", "fetch.unpackLimit=1",
    "-c", "core.logAllRefUpdates=false",
)  # fmt: skip
_DROPPED = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_TRACE", "GIT_TRACE_CURL", "GIT_CURL_VERBOSE", "GIT_TRACE2", "GIT_TRACE2_EVENT", "GIT_PROXY_COMMAND",
)  # fmt: skip


class Limits(NamedTuple):
    """When a clone is given up: bytes on the disk, seconds in all, seconds below 1 kB a second."""

    size: int = 20 << 30
    seconds: float = 3600.0
    stalled: int = 60


class CloneError(GitError):
    """A mirror could not be made or brought up to date; says why, without credentials."""


def protocol_of(url: str) -> str:
    """The protocol that git would use for ``url``; UsageError for one that is not allowed or no address at all."""
    if url.startswith("-") or any(ord(char) < 33 or ord(char) == 127 for char in url):
        raise UsageError("that is no clone address")
    scheme, colon, _ = url.partition("://")
    if not colon:
        if "::" not in url and _SCP.match(url):
            return "ssh"
        raise UsageError(f"{shown(url)}: that is no clone address (for example https://host/owner/name.git)")
    if scheme not in PROTOCOLS:
        raise UsageError(f"{shown(url)}: only {', '.join(PROTOCOLS)} are cloned from")
    try:
        parts = urlsplit(url)
        password, host = parts.password, parts.hostname
    except ValueError:
        raise UsageError("that is no clone address") from None
    if password is not None:
        raise UsageError(f"{shown(url)}: holds a password; use a credential helper or a token from the environment")
    if scheme != "file" and (not host or host.startswith("-")):
        raise UsageError(f"{shown(url)}: has no host")
    return scheme


def shown(url: str) -> str:
    """``url`` for people: without what stands before the host, which may be a token."""
    scheme, colon, rest = url.partition("://")
    if not colon:
        return url.rpartition("@")[2] if ":" in url else url
    head, slash, tail = rest.partition("/")
    return f"{scheme}://{head.rpartition('@')[2]}{slash}{tail}"


def update_mirror(url: str, folder: Path, limits: Limits, *, header: str = "") -> None:
    """Make ``folder`` a bare mirror of ``url``, or bring it up to date. CloneError, UsageError.

    ``header`` is an HTTP header with credentials for the host of ``url`` alone; it goes through git's environment.
    A mirror that an earlier process left half-made or locked is made anew. Callers see to it that one process at
    a time works on ``folder``.
    """
    protocol = protocol_of(url)
    environment = _environment(protocol, url, header)
    if (folder / "HEAD").is_file():
        try:
            _transfer(_fetch(url, folder, limits), environment, folder, limits, since=_size(folder))
        except _Locked:
            _remove(folder)
        else:
            _renew_head(url, folder, environment, limits)
            return
    _clone(url, folder, environment, limits)


class _Locked(CloneError):
    """Files in the mirror are locked by a process that is no more."""


def _clone(url: str, folder: Path, environment: dict[str, str], limits: Limits) -> None:
    unfinished = folder.with_name(f"{folder.name}.new")
    _remove(unfinished)
    folder.parent.mkdir(parents=True, exist_ok=True)
    command = ["git", *_OPTIONS, *_slow(limits), "clone", "--quiet", "--mirror", "--template=", "--no-local",
               "--no-recurse-submodules", "--no-reject-shallow", "--", url, str(unfinished)]  # fmt: skip
    try:
        _transfer(command, environment, unfinished, limits, since=0)
        unfinished.rename(folder)
    except OSError as error:
        raise CloneError(f"the clone cannot be kept: {error.strerror}") from None
    finally:
        _remove(unfinished)


def _fetch(url: str, folder: Path, limits: Limits) -> list[str]:
    return ["git", "-C", str(folder), *_OPTIONS, *_slow(limits), "fetch", "--quiet", "--prune", "--force",
            "--no-auto-maintenance", "--no-recurse-submodules", "--", url, "+refs/*:refs/*"]  # fmt: skip


def _slow(limits: Limits) -> tuple[str, ...]:
    return "-c", "http.lowSpeedLimit=1000", "-c", f"http.lowSpeedTime={limits.stalled}"


def _renew_head(url: str, folder: Path, environment: dict[str, str], limits: Limits) -> None:
    """Follow the remote's default branch where ours is gone."""
    if Git(str(folder)).succeeds("rev-parse", "--verify", "--quiet", "HEAD") is not None:
        return
    command = ["git", *_OPTIONS, *_slow(limits), "ls-remote", "--symref", "--", url, "HEAD"]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=limits.stalled, check=False)
    except subprocess.TimeoutExpired:
        return
    found = re.match(rb"ref: (refs/heads/[^\s]+)\tHEAD", done.stdout)
    if found:
        Git(str(folder)).succeeds("symbolic-ref", "HEAD", found[1].decode("utf-8", "surrogateescape"))


def _environment(protocol: str, url: str, header: str) -> dict[str, str]:
    """The user's own, for proxies, keys and credential helpers; with questions and other protocols turned off."""
    kept = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    kept |= {
        "GIT_ALLOW_PROTOCOL": protocol,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS_REQUIRE": "never",
        "GCM_INTERACTIVE": "never",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "LC_ALL": "C",
    }
    kept.setdefault("GIT_SSH_COMMAND", "ssh -oBatchMode=yes")
    if header and protocol in ("https", "http"):
        parts = urlsplit(url)
        count = int(kept.get("GIT_CONFIG_COUNT") or 0)
        place = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/"
        kept[f"GIT_CONFIG_KEY_{count}"], kept[f"GIT_CONFIG_VALUE_{count}"] = f"http.{place}.extraHeader", header
        kept["GIT_CONFIG_COUNT"] = str(count + 1)
    return kept


def _transfer(command: list[str], environment: Mapping[str, str], folder: Path, limits: Limits, *, since: int) -> None:
    """Run one transfer under the limits; its whole process group ends with it."""
    try:
        process = subprocess.Popen(
            command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
    except FileNotFoundError:
        raise CloneError("git is not installed or not on PATH") from None
    assert process.stderr is not None
    os.set_blocking(process.stderr.fileno(), False)
    complaint = b""
    try:
        complaint = _watch(process, folder, limits)
    finally:
        _end(process)
        process.stderr.close()
    if process.returncode:
        if _STILL_LOCKED.search(complaint):
            raise _Locked("the mirror is locked")
        raise CloneError(_reason(complaint) or f"git ended with exit code {process.returncode}")


def _watch(process: subprocess.Popen[bytes], folder: Path, limits: Limits) -> bytes:
    assert process.stderr is not None
    started = looked = time.monotonic()
    complaint = b""
    pause = 0.002
    while process.poll() is None:
        complaint = (complaint + _available(process.stderr))[-_COMPLAINT:]
        time.sleep(pause)
        pause = min(pause * 1.5, 0.2)
        now = time.monotonic()
        if now - started > limits.seconds:
            raise CloneError(f"took longer than {limits.seconds:.0f} seconds")
        if now - looked > 0.5:
            looked = now
            if _size(folder) > limits.size:
                raise CloneError(f"is larger than {limits.size:,} bytes")
    complaint = (complaint + _available(process.stderr))[-_COMPLAINT:]
    if not process.returncode and _size(folder) > limits.size:
        raise CloneError(f"is larger than {limits.size:,} bytes")
    return complaint


def _available(stream: IO[bytes]) -> bytes:
    with suppress(BlockingIOError):
        return os.read(stream.fileno(), 1 << 16)
    return b""


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _reason(complaint: bytes) -> str:
    """The line that says most: git's own last word, not what the remote sent before it."""
    lines = [line for line in complaint.splitlines() if line.startswith((b"fatal:", b"error:"))]
    told = first_line(lines[0] if lines else complaint)
    return re.sub(r"(?<!\w)(\w+://)[^/@\s]*@", r"\1", told)


def _size(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(place, name)).st_size
    return total


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def size_of(folder: Path) -> int:
    """Bytes below ``folder``."""
    return _size(folder)
