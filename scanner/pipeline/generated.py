"""Which files become parts of a Secret: told by the kustomizations and ksops generators beside them or above."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from scanner.model.text import Text

if TYPE_CHECKING:
    from scanner.kubernetes.referred import Referred

# What kustomize takes for a kustomization, and what generators are called that only a tool's flags name.
GENERATORS = ("kustomization.yaml", "kustomization.yml", "Kustomization", "secret-generator.yaml")
_SIGNS = (b"secretGenerator", b"ksops", b"generators")
_TOPS = ("", "/", "//")

# The content of a path, None where there is no such file.
Read = Callable[[str], bytes | None]


def generators_of(path: str) -> Iterator[str]:
    """Where a generator would be that makes the file at ``path`` part of a Secret, by itself or through others."""
    folder = path = posixpath.normpath(path)
    while posixpath.basename(path) not in GENERATORS and folder not in _TOPS:
        folder = posixpath.dirname(folder)
        for name in GENERATORS:
            yield posixpath.join(folder, name)


class Generated:
    """Answers for one tree, of which ``read`` gives the files."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._folders: dict[str, dict[str, Referred]] = {}
        self._tables: dict[str, list[dict[str, Referred]]] = {}

    def role(self, path: str) -> Referred | None:
        """The file at ``path`` as part of a Secret; None for all others."""
        folder, _, name = path.rpartition("/")
        tables = self._tables.get(folder)
        if tables is None:
            tables = self._tables[folder] = list(self._above(folder))
        if not tables or name in GENERATORS:
            return None
        path = posixpath.normpath(path)
        return next((told[path] for told in tables if path in told), None)

    def _above(self, folder: str) -> Iterator[dict[str, Referred]]:
        """What generators in ``folder`` and above it name, the nearest first, where they name anything."""
        at = posixpath.normpath(posixpath.join(folder, "file"))
        while at not in _TOPS:
            at = posixpath.dirname(at)
            told = self._told(at)
            if told:
                yield told

    def _told(self, folder: str) -> dict[str, Referred]:
        known = self._folders.get(folder)
        if known is None:
            told = composed(lambda path: self._read(posixpath.normpath(posixpath.join(folder, path))))
            known = {posixpath.normpath(posixpath.join(folder, path)): role for path, role in told}
            self._folders[folder] = known
        return known


def composed(read: Read) -> Iterator[tuple[str, Referred]]:
    """The files that the generators in one folder make parts of Secrets, by paths from there; ``read`` goes by such
    paths too."""
    for name in GENERATORS:
        data = read(name)
        if data is None or not may_compose(data):
            continue
        roles, others = _referred(name, data)
        yield from _plain(roles)
        for other in others:
            inner = read(other)
            if inner is not None and may_compose(inner):
                yield from _plain(_referred(other, inner)[0], posixpath.dirname(other))


def may_compose(data: bytes) -> bool:
    """True when a file of these bytes may name others of which Secrets are made."""
    return any(sign in data for sign in _SIGNS)


def _plain(roles: tuple[Referred, ...], folder: str = "") -> Iterator[tuple[str, Referred]]:
    return ((posixpath.normpath(posixpath.join(folder, role.path)), role) for role in roles)


@lru_cache(maxsize=256)
def _referred(name: str, data: bytes) -> tuple[tuple[Referred, ...], tuple[str, ...]]:
    """What one generator names: parts of Secrets, and other generators. A history has each of them many times."""
    from scanner.kubernetes.referred import generators, referred

    text = Text.named(data, posixpath.basename(name))
    others = tuple(posixpath.normpath(path) for path in generators(text)) if name in GENERATORS else ()
    return tuple(referred(text)), tuple(path for path in others if path not in GENERATORS)
