"""What is wrong with an object store, in words that hold no content."""

from __future__ import annotations

from scanner.model.errors import GitError


class DamagedIndex(GitError):
    """The index of a pack cannot be relied on; git will not read that pack either."""


class DamagedPack(GitError):
    """A pack is not what its index or its own numbers say."""


class NoObject(GitError):
    """The object is not here, or cannot be rebuilt from what is here."""
