"""Targets that read git's own files: packs, deltas, indexes, loose objects."""

from __future__ import annotations

import hashlib
import random
import struct
import zlib
from array import array
from collections.abc import Hashable, Sequence
from pathlib import Path

from fuzzing.target import EXPECTED, Run, Target, size_class
from scanner.history import delta, headers, linespans
from scanner.history.commits import message_of, parse_commit, tagged
from scanner.history.loose import read_loose
from scanner.history.names import read_names
from scanner.history.pack import Pack
from scanner.history.packindex import PackIndex, multi_pack

_LIMIT = 1 << 20
_KINDS = (headers.COMMIT, headers.TREE, headers.BLOB, headers.TAG)
_TEXT = b"alpha = 1\nbeta = 2\ngamma = 3\ndelta = 4\n" * 12


# -- deltas


def applied(base: bytes, code: bytes) -> bytes:
    """What ``code`` makes of ``base``, the slow and plain way; ValueError where it is malformed."""
    at, sizes = 0, []
    for _ in range(2):
        value = shift = 0
        while True:
            byte = code[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        sizes.append(value)
    if sizes[0] != len(base):
        raise ValueError
    out = b""
    while at < len(code):
        op = code[at]
        at += 1
        if op & 128:
            numbers = [0, 0]
            for bit in range(7):
                if op & 1 << bit:
                    place = bit if bit < 4 else bit - 4
                    numbers[bit >= 4] |= code[at] << 8 * place
                    at += 1
            start, size = numbers[0], numbers[1] or 0x10000
            if start + size > len(base):
                raise ValueError
            out += base[start : start + size]
        elif op:
            if at + op > len(code):
                raise ValueError
            out += code[at : at + op]
            at += op
        else:
            raise ValueError
    if len(out) != sizes[1]:
        raise ValueError
    return out


def number(value: int) -> bytes:
    """A size as deltas and headers write it."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])


def copy(start: int, size: int) -> bytes:
    """The instruction that copies ``size`` bytes from ``start``."""
    return b"\xff" + struct.pack("<I", start) + struct.pack("<I", size)[:3]


def delta_of(base: bytes, *parts: tuple[int, int] | bytes) -> bytes:
    """A delta of copies and insertions."""
    made = b"".join(part if isinstance(part, bytes) else base[part[0] : part[0] + part[1]] for part in parts)
    code = b"".join(bytes([len(part)]) + part if isinstance(part, bytes) else copy(*part) for part in parts)
    return number(len(base)) + number(len(made)) + code


def _delta_seeds() -> Sequence[bytes]:
    base = _TEXT[:200]
    codes = [
        delta_of(base, (0, 200)),
        delta_of(base, (0, 60), b"new line\n", (60, 140)),
        delta_of(base, (100, 100), (0, 100)),
        delta_of(base, b"x" * 100),
        delta_of(base, *([(0, 10), b"y"] * 20)),
    ]
    return [struct.pack(">H", len(base)) + base + code for code in codes]


def _delta(_folder: Path) -> Run:
    def run(data: bytes) -> Hashable:
        size = int.from_bytes(data[:2], "big") % 2048
        base, code = data[2 : 2 + size], data[2 + size :]
        try:
            if delta.made_size(code) > _LIMIT:
                return "large"
            made, ranges = delta.rebuild(base, code, 16)
        except headers.Damaged as error:
            return str(error)
        try:
            right = applied(base, code)
        except (ValueError, IndexError):
            raise AssertionError("a malformed delta was taken for a sound one") from None
        assert made == right, "a delta was applied wrongly"
        fresh = list(ranges)
        spans = linespans.line_spans(made, fresh, 1, 0)
        assert all(0 <= start <= end <= len(made) for start, end in zip(spans[::2], spans[1::2], strict=True))
        for start, end in zip(fresh[::2], fresh[1::2], strict=True):
            assert 0 <= start <= end <= len(made)
        return len(fresh), len(spans), size_class(len(made))

    return run


# -- packs


def header(kind: int, size: int) -> bytes:
    """An object's header in a pack."""
    first, rest = size & 15, size >> 4
    return bytes([kind << 4 | first | (128 if rest else 0)]) + (number(rest) if rest else b"")


def record(kind: int, back: int, body: bytes) -> bytes:
    """One object of the input: its kind, how many objects back its base is, its bytes."""
    return struct.pack(">BBH", kind, back, len(body)) + body


def pack_of(data: bytes) -> tuple[bytes, list[int]]:
    """A pack with the objects that ``data`` describes, and their offsets. Sizes may be lies: the kind's high bits."""
    out, offsets, at = bytearray(b"PACK" + struct.pack(">II", 2, 0)), [], 0
    while at + 4 <= len(data) and len(offsets) < 60:
        kind, back, size = struct.unpack_from(">BBH", data, at)
        body = data[at + 4 : at + 4 + size]
        at += 4 + size
        here = len(out)
        claimed = len(body) + (kind >> 4 if kind > 127 else 0)
        out += header(kind & 7, claimed)
        if kind & 7 == headers.OFS_DELTA:
            base = offsets[-back] if 0 < back <= len(offsets) else here - back
            out += _back(max(0, here - base))
        elif kind & 7 == headers.REF_DELTA:
            out += _name(back)
        out += zlib.compress(body, 1)
        offsets.append(here)
    out[8:12] = struct.pack(">I", len(offsets))
    return bytes(out) + bytes(20), offsets


def _back(distance: int) -> bytes:
    out = [distance & 127]
    distance >>= 7
    while distance:
        distance -= 1
        out.insert(0, 128 | distance & 127)
        distance >>= 7
    return bytes(out)


def _name(number_: int) -> bytes:
    return bytes([number_ & 255]) * 20


def _tree(*names: str) -> bytes:
    return b"".join(b"100644 " + name.encode() + b"\0" + _name(at) for at, name in enumerate(names))


def _pack_seeds() -> Sequence[bytes]:
    second = delta_of(_TEXT, (0, 100), b"password = 1\n", (100, len(_TEXT) - 100))
    base = applied(_TEXT, second)
    third = delta_of(base, (50, 300), b"more\n")
    commit = b"tree " + b"ab" * 20 + b"\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nmessage\n"
    tree = _tree("a.py", "b.env", "dir")
    grown = delta_of(tree, (0, len(tree)), b"100644 new.txt\0" + _name(9))
    tag = b"object " + b"ab" * 20 + b"\ntype commit\ntag v1\n\nhello\n"
    blob, ofs, ref = headers.BLOB, headers.OFS_DELTA, headers.REF_DELTA
    return [
        record(blob, 0, _TEXT) + record(ofs, 1, second) + record(ofs, 1, third),
        record(blob, 0, _TEXT) + record(ref, 0, second) + record(ref, 1, third),
        record(ref, 1, second) + record(blob, 0, _TEXT),
        record(headers.TREE, 0, tree)
        + record(ofs, 1, grown)
        + record(headers.COMMIT, 0, commit)
        + record(headers.TAG, 0, tag),
        record(ref, 1, second) + record(ref, 0, third),
    ]


def _pack(folder: Path) -> Run:
    path = folder / "a.pack"

    def run(data: bytes) -> Hashable:
        raw, offsets = pack_of(data[1:])
        choice = data[0] if data else 0
        if choice & 1 and len(raw) > 40:
            # Every other input is damaged as a file too, after its numbers were made to fit.
            at = 12 + choice * 257 % (len(raw) - 32)
            raw = raw[:at] + bytes([choice]) + raw[at + 1 :]
        path.write_bytes(raw)
        offsets_by_name = array("Q", offsets)
        names = b"".join(_name(at) for at in range(len(offsets)))
        pack = Pack.open(path, PackIndex(names, offsets_by_name, 20))
        found: list[Hashable] = [len(pack.complaints)]
        for kind in _KINDS:
            among = pack.families(kind)
            walk = pack.walk(among, limit=_LIMIT)
            for root in among.roots:
                walk.add(root)
            while walk.more():
                batch = walk.batch(4096, 4096, 1)
                found.append((kind, len(batch.versions), size_class(len(batch.text))))
                batch.let_go()
            found += walk.reasons
            if kind == headers.TREE:
                names_found = read_names(pack, among, among.roots, len)
                found.append(size_class(sum(names_found.of)))
        for position in range(len(pack.kinds)):
            try:
                pack.read(position, limit=_LIMIT)
            except EXPECTED as error:
                found.append(type(error).__name__)
        pack.data.close()
        return tuple(found)

    return run


# -- indexes


def index_file(count: int, *, version: int, far: bool = False) -> bytes:
    """A pack's index with made-up names."""
    names = sorted(hashlib.sha1(bytes([at])).digest() for at in range(count))
    fanout = b"".join(struct.pack(">I", sum(name[0] <= byte for name in names)) for byte in range(256))
    if version == 1:
        return fanout + b"".join(struct.pack(">I", 12 + at) + name for at, name in enumerate(names)) + bytes(40)
    near = b"".join(struct.pack(">I", 0x80000000 | at if far else 12 + at) for at in range(count))
    beyond = b"".join(struct.pack(">Q", 12 + at) for at in range(count)) if far else b""
    return b"\xfftOc" + struct.pack(">I", 2) + fanout + b"".join(names) + bytes(4 * count) + near + beyond + bytes(40)


def multi_file(count: int) -> bytes:
    """A multi-pack-index over two packs."""
    names = sorted(hashlib.sha1(bytes([at])).digest() for at in range(count))
    parts = [
        (b"PNAM", b"a.idx\0b.idx\0\0\0\0\0"),
        (b"OIDF", b"".join(struct.pack(">I", sum(name[0] <= byte for name in names)) for byte in range(256))),
        (b"OIDL", b"".join(names)),
        (b"OOFF", b"".join(struct.pack(">II", at % 2, 12 + at) for at in range(count))),
    ]
    at = 12 + 12 * (len(parts) + 1)
    table = b""
    for name, body in parts:
        table += name + struct.pack(">Q", at)
        at += len(body)
    table += bytes(4) + struct.pack(">Q", at)
    return (
        b"MIDX\1\1" + bytes([len(parts), 0]) + struct.pack(">I", 2) + table + b"".join(b for _, b in parts) + bytes(20)
    )


def _index_seeds() -> Sequence[bytes]:
    return [index_file(7, version=1), index_file(7, version=2), index_file(7, version=2, far=True), multi_file(6)]


def _index(folder: Path) -> Run:
    path = folder / "a.idx"
    asked = hashlib.sha1(bytes([3])).digest()

    def run(data: bytes) -> Hashable:
        path.write_bytes(data)
        found: list[Hashable] = []
        try:
            index = PackIndex.read(path, 20)
            found += [size_class(index.count), index.find(asked) < 0, len(index.name(0)) if index.count else 0]
        except EXPECTED as error:
            found.append(str(error).rpartition(":")[2])
        try:
            found += [(name, size_class(index.count)) for name, index in sorted(multi_pack(path, 20).items())[:4]]
        except EXPECTED as error:
            found.append(str(error).rpartition(":")[2])
        return tuple(found)

    return run


# -- single objects


def _object_seeds() -> Sequence[bytes]:
    commit = (
        b"tree "
        + b"ab" * 20
        + b"\nparent "
        + b"cd" * 20
        + b"\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nm\n"
    )
    tag = b"object " + b"ab" * 20 + b"\ntype commit\ntag v1\ntagger A <a@b> 1 +0\n\nhello\n"
    merged = commit.replace(b"\n\nm", b"\nmergetag object " + b"ab" * 20 + b"\n type commit\n\nm")
    return [
        commit,
        tag,
        merged,
        _tree("a", "b"),
        zlib.compress(b"blob 5\0hello"),
        zlib.compress(b"commit 9\0" + commit),
    ]


def _object(folder: Path) -> Run:
    name = bytes(range(20))
    path = folder / name.hex()[:2] / name.hex()[2:]
    path.parent.mkdir(exist_ok=True)
    chance = random.Random(1)

    def run(data: bytes) -> Hashable:
        commit = parse_commit(data)
        found: list[Hashable] = [tagged(data) is None, commit is None]
        if commit is not None:
            found += [len(commit.parents), size_class(len(message_of(data, commit)))]
        path.write_bytes(data if chance.random() < 0.3 else zlib.compress(data, 1))
        try:
            kind, body = read_loose(folder, name, limit=_LIMIT)
            found += [kind[:6], size_class(len(body))]
        except EXPECTED as error:
            found.append(str(error)[-12:])
        return tuple(found)

    return run


TARGETS = (
    Target("delta", _delta, _delta_seeds, (copy(0, 1), copy(0, 0), b"\x80", b"\x7f", number(1 << 40))),
    Target(
        "pack", _pack, _pack_seeds, (record(headers.OFS_DELTA, 1, b"\0\0"), record(headers.BLOB, 0, b"x\n"), copy(0, 5))
    ),
    Target("index", _index, _index_seeds, (b"\xfftOc", b"MIDX", b"OIDL", b"OOFF", b"LOFF", b"PNAM")),
    Target("object", _object, _object_seeds, (b"tree ", b"parent ", b"\n\n", b"blob ", b"\0", b"mergetag ", b"tag ")),
)
