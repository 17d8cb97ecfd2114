"""Digests computed once: in this process for every secret, on disk for those that cost something."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, cast

from scanner.model.regular import read_regular

if TYPE_CHECKING:
    from scanner.suppress.case import Case
    from scanner.suppress.digest import Digest, Salt

T = TypeVar("T")

FILE_NAME = "unsealed-digests"
_KEY, _TAG, _DIGEST = 32, 16, 16
_LARGEST_FILE = 8 * 1024 * 1024
_LONGEST_NAME = 64 * 1024
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
# Hashing a larger text to save one slow digest is no saving.
_LARGEST_TEXT = 4 * 1024 * 1024


class Memo:
    """Remembers digests by keys from which no secret can be told; nothing raw is kept.

    In memory the key is one that only this process knows. On disk, in the repository's own git folder, an
    entry is named by a local key *and by the whole text the secret was found in*: whoever can test a guess
    there has the text, and with it the secret. ``folder`` is empty where nothing is to be kept.
    """

    def __init__(self, folder: str = "") -> None:
        self.folder = folder
        self._key = os.urandom(_KEY)
        self._known: dict[bytes, Digest] = {}
        self._done: dict[tuple[object, ...], object] = {}
        self._disk: _Disk | None = None

    def digest(self, salt: Salt, case: Case) -> Digest:
        """The digest of a match."""
        message = self._message(salt, case)
        tag = self._tag(message)
        known = self._known.get(tag)
        if known is None:
            known = self._fast(salt, case) if case.strong else self._slow(salt, case, message)
            self._known[tag] = known
        return known

    def know(self, salt: Salt, case: Case, digest: Digest) -> None:
        """Take ``digest`` for the match's from now on."""
        self._known[self._tag(self._message(salt, case))] = digest

    def _message(self, salt: Salt, case: Case) -> bytes:
        # Imported with the first baseline that asks for digests: most scans have none.
        from scanner.suppress.digest import family_of

        return b"\0".join((salt.value, family_of(case.match).encode(), case.match.secret.essence()))

    def _tag(self, message: bytes) -> bytes:
        return hashlib.blake2b(message, key=self._key, digest_size=_TAG).digest()

    def once(self, name: tuple[object, ...], work: Callable[[], T]) -> T:
        """What ``work`` gives, done the first time that it is asked for under ``name``."""
        if name not in self._done:
            self._done[name] = work()
        return cast("T", self._done[name])

    def _fast(self, salt: Salt, case: Case) -> Digest:
        from scanner.suppress.digest import family_of

        return salt.fast(family_of(case.match), case.match.secret)

    def _slow(self, salt: Salt, case: Case, message: bytes) -> Digest:
        from scanner.suppress.digest import SLOW, Digest, family_of

        if not self.folder or len(case.text.data) > _LARGEST_TEXT:
            return salt.slow(family_of(case.match), case.match.secret)
        if self._disk is None:
            self._disk = _Disk(os.path.join(self.folder, FILE_NAME))
        place = b"%d %d %d " % (*case.match.span, salt.cost) + hashlib.sha256(case.text.data).digest()
        known = self._disk.get(place + message)
        if known is not None:
            return Digest(salt.id, SLOW, known.hex())
        made = salt.slow(family_of(case.match), case.match.secret)
        self._disk.put(place + message, bytes.fromhex(made.value))
        return made

    def __reduce__(self) -> tuple[type[Memo], tuple[str]]:
        return Memo, (self.folder,)


class _Disk:
    """A file of fixed-size records behind a random key; records are appended whole, by any process.

    Whatever is wrong with it, digests are computed instead and nothing is said.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._key, self._records = self._read()

    def get(self, message: bytes) -> bytes | None:
        return self._records.get(self._tag(message)) if self._key else None

    def put(self, message: bytes, digest: bytes) -> None:
        if not self._key:
            return
        self._records[self._tag(message)] = digest
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | _NO_LINK)
            try:
                os.write(handle, self._tag(message) + digest)
            finally:
                os.close(handle)
        except OSError:
            self._key = b""

    def _tag(self, message: bytes) -> bytes:
        return hashlib.blake2b(message, key=self._key, digest_size=_TAG).digest()

    def _read(self) -> tuple[bytes, dict[bytes, bytes]]:
        try:
            if os.path.getsize(self._path) > _LARGEST_FILE:
                os.unlink(self._path)
            data = read_regular(self._path, _LARGEST_FILE, follow=False)
        except FileNotFoundError:
            return self._create(), {}
        except OSError:
            return b"", {}
        size = _TAG + _DIGEST
        whole = range(_KEY, len(data) - size + 1, size)
        if len(data) < _KEY:
            return b"", {}
        return data[:_KEY], {data[at : at + _TAG]: data[at + _TAG : at + size] for at in whole}

    def _create(self) -> bytes:
        key = os.urandom(_KEY)
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                os.write(handle, key)
            finally:
                os.close(handle)
        except OSError:
            return b""
        return key


def git_folder(root: str) -> str:
    """The git folder that ``root``'s worktree shares with its repository; empty when there is none.

    Where a repository says that its folder is elsewhere, that must look like one: we write there.
    """
    path = os.path.join(root, ".git")
    try:
        if not os.path.isdir(path):
            line = _first_line(path)
            if not line.startswith("gitdir: "):
                return ""
            folder = os.path.join(root, line.removeprefix("gitdir: "))
            path = os.path.normpath(os.path.join(folder, _first_line(os.path.join(folder, "commondir"))))
    except (OSError, ValueError):
        return ""
    real = os.path.isfile(os.path.join(path, "HEAD")) and os.path.isdir(os.path.join(path, "objects"))
    return path if real else ""


def _first_line(path: str) -> str:
    return read_regular(path, _LONGEST_NAME).decode("utf-8").partition("\n")[0].strip()
