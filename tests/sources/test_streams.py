"""Compressed streams give what was packed, whichever library unpacks them, and damage is told alike."""

from __future__ import annotations

import io
import random
import zlib
from types import ModuleType

import pytest

from scanner.sources import streams
from scanner.sources.streams import Inflated, TooMuch, decompressor, pieces

_WBITS = {"gzip": 31, "deflate": -15}


def _libraries() -> list[ModuleType]:
    try:
        from isal import isal_zlib
    except ImportError:
        return [zlib]
    return [zlib, isal_zlib]


def _packed(data: bytes, kind: str, level: int) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, _WBITS[kind])
    return packer.compress(data) + packer.flush()


def _unpacked(packed: bytes, kind: str, piece: int, allowed: int = 1 << 30) -> bytes:
    source = Inflated(pieces(io.BytesIO(packed), piece), lambda: decompressor(kind), allowed)
    return b"".join(iter(lambda: source.read(1 << 20), b""))


@pytest.mark.parametrize("library", _libraries())
@pytest.mark.parametrize("kind", _WBITS)
@pytest.mark.parametrize("size", [0, 1, 70_000, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5 << 20])
def test_all_comes_out(library: ModuleType, kind: str, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where all input was taken and more is to come out than was asked for."""
    monkeypatch.setattr(streams, "_library", library)
    chance = random.Random(size)
    for unit in (b"a", chance.randbytes(1000), chance.randbytes(65536)):
        data = (unit * (size // len(unit) + 1))[:size]
        for level in (0, 1, 9):
            packed = _packed(data, kind, level)
            assert _unpacked(packed, kind, chance.choice([512, 4096, 1 << 18])) == data
    with pytest.raises(TooMuch):
        _unpacked(_packed(bytes(size + 1), kind, 9), kind, 4096, allowed=size)


@pytest.mark.parametrize("library", _libraries())
def test_streams_that_follow_one_another_are_one(library: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "_library", library)
    packed = b"".join((_packed(b"one ", "gzip", 6), b"\0" * 7, _packed(b"two", "gzip", 6), b"\0" * 3))
    for piece in (1, 9, 4096):
        assert _unpacked(packed, "gzip", piece) == b"one two"


@pytest.mark.parametrize("library", _libraries())
def test_damage_is_told_in_the_same_words(library: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "_library", library)
    packed = _packed(b"some text of a layer " * 500, "gzip", 6)
    with pytest.raises(EOFError):
        _unpacked(packed[:-9], "gzip", 4096)
    with pytest.raises(zlib.error):
        _unpacked(b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + b"\xff" * 50, "gzip", 4096)
    wrong_sum = bytearray(packed)
    wrong_sum[-6] ^= 1
    with pytest.raises(zlib.error):
        _unpacked(bytes(wrong_sum), "gzip", 4096)
