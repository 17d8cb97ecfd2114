"""All objects that a repository can see: its packs, its loose objects, and those of its alternates."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from scanner.history import headers
from scanner.history.errors import DamagedIndex, DamagedPack, NoObject
from scanner.history.loose import loose_names, read_loose
from scanner.history.pack import Pack
from scanner.history.packindex import PackIndex, multi_pack
from scanner.model.regular import read_regular

KINDS = {headers.COMMIT: "commit", headers.TREE: "tree", headers.BLOB: "blob", headers.TAG: "tag"}
# Git follows alternates of alternates this far.
_DEEPEST = 5


@dataclass(slots=True)
class ObjectStore:
    """``folders`` are object folders, the repository's own first. ``complaints`` name what could not be used.

    ``promised`` is true when a pack came from a partial clone: objects may be missing by design.
    """

    folders: list[Path]
    name_size: int
    packs: list[Pack] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    promised: bool = False

    @classmethod
    def open(cls, objects: Path, *, name_size: int, alternates: str = "") -> ObjectStore:
        """The store whose own folder is ``objects``. Packs are opened now, so that a gc cannot take them away.

        ``name_size`` is the length of a binary object name (20 or 32). ``alternates`` are more folders, as the
        environment names them.
        """
        store = cls(_folders(objects, alternates), name_size)
        for folder in store.folders:
            for attempt in range(3):
                if store._open_packs(folder, complain=attempt == 2):
                    break
        store.packs.sort(key=lambda pack: -pack.index.count)
        return store

    def _open_packs(self, folder: Path, *, complain: bool) -> bool:
        """Open the packs of ``folder``; False when some were replaced meanwhile and it is worth another try."""
        packs: list[Pack] = []
        complaints: list[str] = []
        try:
            names = sorted(os.listdir(folder / "pack"))
        except OSError:
            return True
        gone = False
        indices = self._multi(folder, names, complaints)
        for name in names:
            stem, ending = os.path.splitext(name)
            if ending != ".pack":
                continue
            try:
                if stem + ".idx" in names:
                    index = PackIndex.read(folder / "pack" / (stem + ".idx"), self.name_size)
                elif stem in indices:
                    index = indices[stem]
                else:
                    complaints.append(f"{name}: it has no index, so git does not use it either")
                    continue
                packs.append(Pack.open(folder / "pack" / name, index))
                complaints += [index.complaint] if index.complaint else []
            except (DamagedIndex, DamagedPack) as error:
                complaints.append(str(error))
            except OSError as error:
                gone = True
                complaints.append(f"{name}: cannot be read: {error.strerror}")
        if gone and not complain:
            return False
        self.packs += packs
        self.complaints += complaints
        for pack in packs:
            self.complaints += pack.complaints
        self.promised = self.promised or any(name.endswith(".promisor") for name in names)
        return True

    def _multi(self, folder: Path, names: list[str], complaints: list[str]) -> dict[str, PackIndex]:
        """Indices from the multi-pack-index, read only when a pack has none of its own."""
        with_index = {os.path.splitext(name)[0] for name in names if name.endswith(".idx")}
        without = any(name.endswith(".pack") and os.path.splitext(name)[0] not in with_index for name in names)
        if not without or "multi-pack-index" not in names:
            return {}
        try:
            return multi_pack(folder / "pack" / "multi-pack-index", self.name_size)
        except DamagedIndex as error:
            complaints.append(str(error))
            return {}

    def loose(self) -> Iterator[tuple[Path, bytes]]:
        """Folder and name of every loose object; one that is also in a pack comes too."""
        for folder in self.folders:
            for name in loose_names(folder, self.name_size):
                yield folder, name

    def read(self, name: bytes, *, limit: int) -> tuple[str, bytes]:
        """Type and bytes of the object called ``name``; NoObject when it is not here, damaged or too large."""
        wrong: NoObject | None = None
        for pack in self.packs:
            position = pack.position(name)
            if position >= 0 and pack.kinds[position]:
                try:
                    return KINDS[pack.kinds[position]], pack.read(position, limit=limit)
                except NoObject as error:
                    wrong = error
        for folder in self.folders:
            if os.path.exists(folder / name.hex()[:2] / name.hex()[2:]):
                return read_loose(folder, name, limit=limit)
        raise wrong or NoObject(f"object {name.hex()} is not here")


def _folders(objects: Path, more: str) -> list[Path]:
    """``objects`` and every folder its ``info/alternates`` lead to, each once."""
    found: dict[Path, None] = {}
    waiting = [(objects, 0), *((Path(path), 1) for path in more.split(os.pathsep) if path)]
    while waiting:
        folder, depth = waiting.pop(0)
        try:
            known = Path(os.path.realpath(folder))
            if known in found or not known.is_dir():
                continue
        except (OSError, ValueError):
            # No name of a folder: too long, or with a zero in it. Git passes over it too.
            continue
        found[known] = None
        if depth < _DEEPEST:
            waiting += [(folder / line, depth + 1) for line in _alternates(folder)]
    return list(found)


def _alternates(folder: Path) -> list[str]:
    try:
        lines = read_regular(folder / "info" / "alternates").decode("utf-8", "surrogateescape").split("\n")
    except OSError:
        return []
    return [_unquoted(line) for line in lines if line and not line.startswith("#")]


def _unquoted(line: str) -> str:
    if len(line) < 2 or not (line.startswith('"') and line.endswith('"')):
        return line
    raw = line[1:-1].encode("utf-8", "surrogateescape")
    try:
        return raw.decode("unicode_escape").encode("latin-1").decode("utf-8", "surrogateescape")
    except UnicodeError:
        return line
