"""What stands before an object in a pack, read by modules that run interpreted and compiled alike."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.history.packs import back, header


@pytest.mark.parametrize("size", [0, 15, 16, 127, 2047, 2048, 1 << 31, 1 << 40])
@pytest.mark.parametrize("kind", [1, 2, 3, 4])
def test_a_whole_object(headers: ModuleType, kind: int, size: int) -> None:
    raw = header(kind, size)
    read = headers.read_header(raw + b"data", 100, 20)
    assert (read.kind, read.size, read.data) == (kind, size, 100 + len(raw))


@pytest.mark.parametrize("distance", [1, 127, 128, 16511, 16512, 1 << 33])
def test_a_base_some_way_back(headers: ModuleType, distance: int) -> None:
    offset = distance + 12
    read = headers.read_header(header(6, 5) + back(distance), offset, 20)
    assert (read.kind, read.base, read.data) == (6, 12, offset + 1 + len(back(distance)))


@pytest.mark.parametrize("name_size", [20, 32])
def test_a_base_by_name(headers: ModuleType, name_size: int) -> None:
    name = bytes(range(name_size))
    read = headers.read_header(header(7, 300) + name + b"rest", 50, name_size)
    assert (read.kind, read.name, read.data) == (7, name, 50 + 2 + name_size)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xb0",
        b"\xb0" + b"\xff" * 20,
        header(0, 1),
        header(5, 1),
        header(6, 1),
        header(6, 1) + b"\x00",
        header(6, 1) + back(1000),
        header(6, 1) + b"\xff" * 30,
        header(6, 1) + b"\xff",
        header(7, 1) + bytes(19),
    ],
    ids=["empty", "cut size", "endless size", "type 0", "type 5", "no base", "itself", "before the pack",
         "endless distance", "cut distance", "cut name"],
)  # fmt: skip
def test_a_malformed_header(headers: ModuleType, raw: bytes) -> None:
    with pytest.raises(headers.Damaged):
        headers.read_header(raw, 500, 20)
