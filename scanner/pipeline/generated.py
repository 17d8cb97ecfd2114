"""Which files become parts of a Secret: told by the kustomizations and ksops generators beside them or above."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import TYPE_CHECKING

from scanner.model.text import Text

if TYPE_CHECKING:
    from scanner.kubernetes.referred import Referred

_GENERATORS = ("kustomization.yaml", "kustomization.yml", "secret-generator.yaml")
_SIGNS = (b"secretGenerator", b"ksops")
# A generator names files of its own folder and below; deeper than this nobody keeps them.
_LEVELS = 3


class Generated:
    """Answers for one tree. ``read`` gives the content of a path in it, None where there is no such file."""

    def __init__(self, read: Callable[[str], bytes | None]) -> None:
        self._read = read
        self._folders: dict[str, dict[str, Referred]] = {}

    def role(self, path: str) -> Referred | None:
        """The file at ``path`` as part of a Secret; None for all others."""
        path = posixpath.normpath(path)
        if posixpath.basename(path) in _GENERATORS:
            return None
        folder = path
        for _ in range(_LEVELS):
            above = posixpath.dirname(folder)
            if above == folder:
                return None
            folder = above
            found = self._told(folder).get(path)
            if found is not None:
                return found
        return None

    def _told(self, folder: str) -> dict[str, Referred]:
        known = self._folders.get(folder)
        if known is None:
            known = self._folders[folder] = {}
            for name in _GENERATORS:
                data = self._read(posixpath.join(folder, name))
                if data is not None and any(sign in data for sign in _SIGNS):
                    known.update(_referred(folder, name, data))
        return known


def _referred(folder: str, name: str, data: bytes) -> dict[str, Referred]:
    from scanner.kubernetes.referred import referred

    return {posixpath.normpath(posixpath.join(folder, one.path)): one for one in referred(Text.named(data, name))}
