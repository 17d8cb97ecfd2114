"""From a file's bytes to the texts in it: one, or those of every file that an archive packs.

Ordinary files pay for a look at their first bytes. What reads archives is imported when there is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scanner.engine.encoding import to_text
from scanner.git import lfs
from scanner.model.result import Skipped
from scanner.model.text import Text
from scanner.sources.magic import ArchiveLimits, kind_of_archive

if TYPE_CHECKING:
    from scanner.sources.archives import Member


_PLAIN = ("tar", "ar")


def outermost(path: str) -> str:
    """The file that ``path`` is in, where it leads into an archive."""
    return path.partition("!/")[0] or path


def texts_in(data: bytes, path: str, limits: ArchiveLimits, skipped: list[Skipped]) -> Iterator[Text]:
    """``data`` as a text; where it is an archive, every file in it as ``path!/name``.

    What could not be read is added to ``skipped``, as entries that do not block.
    """
    kind = kind_of_archive(data)
    if lfs.is_pointer(data):
        skipped.append(Skipped(path, "is a Git LFS pointer: the content it stands for was not scanned", blocking=False))
    if kind and not limits.depth:
        skipped.append(closed(path, kind))
    if not kind or not limits.depth:
        yield to_text(data, path)
        return
    yield from _unpacked(data, path, limits, skipped)


def closed(what: str, kind: str) -> Skipped:
    """What to say of an archive of this ``kind`` where none is to be opened."""
    return Skipped(what, f"is a {kind} archive: --max-archive-depth 0 opens none", blocking=False)


def _unpacked(data: bytes, path: str, limits: ArchiveLimits, skipped: list[Skipped]) -> Iterator[Text]:
    from scanner.sources.archives import Unpacker

    unpacker = Unpacker(limits)
    some = False
    before = len(skipped)
    for member in unpacker.members(path, data):
        some = True
        yield member_text(member)
    skipped += unpacker.skipped
    damaged = kind_of_archive(data) in _PLAIN and any(one.what == path for one in skipped[before:])
    if not some or damaged:
        # A format that is not read, or a first line that only looks like an archive's: it must not hide the rest. In
        # archives that do not compress, what follows a damaged header is there to be read as well.
        yield to_text(data, path)


def member_text(member: Member) -> Text:
    """One unpacked file as a text; documents of word processors without the marks between their letters."""
    from scanner.sources.office import plain

    return to_text(plain(member.path, member.data), member.path)
