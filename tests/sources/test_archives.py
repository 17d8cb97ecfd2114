"""Archives, honest and hostile."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import struct
import sys
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.model.result import Skipped
from scanner.pipeline.unpack import texts_in
from scanner.sources.archives import ArchiveLimits, Unpacker, kind_of_archive
from scanner.sources.streams import Inflated
from tests.sources.samples import tarred, zipped

FILES = {"a.txt": b"hello", "dir/b.env": b"KEY=value\n"}


@pytest.mark.parametrize(
    "data", [zipped(FILES), tarred(FILES), tarred(FILES, "w:gz"), tarred(FILES, "w:bz2"), tarred(FILES, "w:xz")]
)
def test_every_format_gives_its_files(data: bytes) -> None:
    unpacker = Unpacker()
    assert dict(unpacker.members("x", data)) == {f"x!/{name}": content for name, content in FILES.items()}
    assert unpacker.skipped == []


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_method_of_a_zip(method: int) -> None:
    files = {**FILES, "empty": b"", "large.bin": random.Random(1).randbytes(3_000_000) + bytes(3_000_000)}
    unpacker = Unpacker()
    assert dict(unpacker.members("x", zipped(files, method))) == {f"x!/{name}": data for name, data in files.items()}
    assert unpacker.skipped == []


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_form_of_tar_with_long_names(form: int) -> None:
    files = {"d" * 90 + "/" + "e" * 60: b"deep", "empty": b"", "exact": bytes(1024)}
    if form != tarfile.USTAR_FORMAT:
        files |= {"f" * 300: b"long", "umlaut-ä": b"x"}
    assert dict(Unpacker().members("x", tarred(files, form=form))) == {
        f"x!/{name}": data for name, data in files.items()
    }


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED])
def test_a_zip_that_lies_about_its_sizes_is_cut_while_it_unpacks(method: int) -> None:
    data = zipped({"a": bytes(80_000_000)}, method).replace(
        (80_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    )
    unpacker = Unpacker(ArchiveLimits(member=5_000_000))
    tracemalloc.start()
    assert list(unpacker.members("x", data)) == []
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "limit" in unpacker.skipped[0].why
    assert peak < 20_000_000


def test_a_line_that_only_begins_like_an_archive() -> None:
    assert kind_of_archive(b"BZhang wrote this\n") == ""


def as_lzma(data: bytes) -> bytes:
    return lzma.compress(data, format=lzma.FORMAT_ALONE)


@pytest.mark.parametrize("preset", range(10))
def test_the_older_format_of_xz_is_told_without_a_magic(preset: int) -> None:
    data = lzma.compress(b"some words " * 30, format=lzma.FORMAT_ALONE, preset=preset)
    assert kind_of_archive(data) == "lzma"
    assert kind_of_archive(data[:13]) == kind_of_archive("]\u8000, and a list in UTF-16".encode("utf-16-le")) == ""


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, as_lzma], ids=["gzip", "bzip2", "xz", "lzma"])
def test_a_single_compressed_file(pack: Callable[[bytes], bytes]) -> None:
    assert list(Unpacker().members("dir/log.txt.gz", pack(b"one"))) == [("dir/log.txt.gz!/log.txt", b"one")]


def test_gzip_members_one_after_the_other() -> None:
    both = gzip.compress(b"one") + bytes(7) + gzip.compress(b"two") + bytes(512)
    assert next(Unpacker().members("x.gz", both)).data == b"onetwo"


def test_archives_in_archives() -> None:
    inner = tarred({"deep/.env": b"x"}, "w:gz")
    assert dict(Unpacker().members("a.zip", zipped({"b.tgz": inner, "c": b"c"}))) == {
        "a.zip!/b.tgz!/deep/.env": b"x",
        "a.zip!/c": b"c",
    }


def test_depth_count_and_bytes_end_the_reading_and_are_said() -> None:
    nested = b"x"
    for _ in range(8):
        nested = zipped({"n.zip": nested})
    for limits, data in (
        (ArchiveLimits(depth=3), nested),
        (ArchiveLimits(files=5), zipped({str(number): b"x" for number in range(9)})),
        (ArchiveLimits(total=100), zipped({str(number): bytes(30) for number in range(9)})),
        (ArchiveLimits(member=10), zipped({"a": bytes(11)})),
        (ArchiveLimits(member=10), tarred({"a": bytes(11)})),
        (ArchiveLimits(member=10), gzip.compress(bytes(11))),
    ):
        unpacker = Unpacker(limits)
        list(unpacker.members("x", data))
        assert unpacker.skipped, limits


def test_bombs_are_not_unpacked() -> None:
    bomb = gzip.compress(bytes(200_000_000))
    unpacker = Unpacker(ArchiveLimits(member=10_000_000))
    assert list(unpacker.members("bomb.gz", bomb)) == []
    assert "limit" in unpacker.skipped[0].why
    unpacker = Unpacker(ArchiveLimits(ratio=100))
    assert list(unpacker.members("bomb.zip", zipped({"a": bytes(50_000_000)}))) == []
    assert "limit" in unpacker.skipped[0].why


def listed_again(data: bytes, times: int) -> bytes:
    """A zip of one file whose directory lists it so many times, each time at the same place."""
    at = data.index(b"PK\1\2")
    end = data.index(b"PK\5\6")
    directory = data[at:end] * times
    return data[:at] + directory + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, times, times, len(directory), at, 0)


def test_what_is_given_up_is_unpacked_no_more_often_than_what_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked = 0
    plain = Inflated.read

    def read(self: Inflated, size: int, /) -> bytes:
        nonlocal unpacked
        found = plain(self, size)
        unpacked += len(found)
        return found

    monkeypatch.setattr(Inflated, "read", read)
    bomb = zipped({"a": bytes(3_000_000)})
    inner = gzip.compress(tarred({"large": bytes(3_000_000), "b": b"x"}))
    for limits, data in (
        (ArchiveLimits(ratio=900, total=5_000_000), listed_again(bomb, 3000)),
        (ArchiveLimits(member=2_000_000, total=5_000_000), tarred({str(number): inner for number in range(500)})),
    ):
        unpacked = 0
        unpacker = Unpacker(limits)
        assert sum(len(member.data) for member in unpacker.members("x", data)) < 1000
        assert unpacked < 4 * limits.total
        assert unpacker.skipped[-1].what == "x" and "unpacking more than" in unpacker.skipped[-1].why


def test_links_devices_and_folders_are_no_files() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            info = tarfile.TarInfo("../../etc/passwd")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert list(Unpacker().members("x.tar", out.getvalue())) == []


def test_what_cannot_be_read_is_said() -> None:
    for data in (b"7z\xbc\xaf\x27\x1c" + bytes(50), b"Rar!\x1a\x07\x01\x00" + bytes(50), b"PK\x03\x04" + bytes(50)):
        unpacker = Unpacker()
        assert [one for one in unpacker.members("x", data) if one != ("x", data)] == []
        assert len(unpacker.skipped) == 1


@given(st.binary(max_size=60), st.integers(0, 3), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_damage_never_raises(junk: bytes, which: int, chance: random.Random) -> None:
    data = bytearray((zipped(FILES), tarred(FILES), tarred(FILES, "w:gz"), lzma.compress(b"one" * 50))[which])
    for byte in junk:
        data[chance.randrange(len(data))] = byte
    cut = bytes(data[: chance.randrange(1, len(data) + 1)])
    if kind_of_archive(cut):
        unpacker = Unpacker(ArchiveLimits(member=1_000_000, total=2_000_000))
        assert sum(len(member.data) for member in unpacker.members("x", cut)) <= 3_000_000


def seven(files: dict[str, bytes]) -> bytes:
    py7zr = pytest.importorskip("py7zr")
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", filters=[{"id": py7zr.FILTER_LZMA2, "preset": 1}]) as archive:
        for name, data in files.items():
            archive.writestr(data, name)
    return out.getvalue()


def test_7z_gives_its_files_and_archives_in_it() -> None:
    data = seven({**FILES, "in.zip": zipped({"c": b"c"})})
    unpacker = Unpacker()
    assert dict(unpacker.members("x", data)) == {
        "x!/a.txt": b"hello",
        "x!/dir/b.env": b"KEY=value\n",
        "x!/in.zip!/c": b"c",
    }
    assert unpacker.skipped == []


def test_7z_within_limits_and_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    bomb = seven({"a": b"one", "b": bytes(3_000_000)})
    for limits, data in (
        (ArchiveLimits(ratio=10), bomb), (ArchiveLimits(total=1000), bomb), (ArchiveLimits(files=1), bomb),
        (ArchiveLimits(), bomb[:60]), (ArchiveLimits(), bomb[:6] + bytes(60)), (ArchiveLimits(), bomb[:40] + b"x" + bomb[41:]),
    ):  # fmt: skip
        unpacker = Unpacker(limits)
        assert sum(len(member.data) for member in unpacker.members("x", data)) <= 3
        assert len(unpacker.skipped) == 1
    assert list(tmp_path.iterdir()) == [], "nothing is written"


def test_zstd_alone_and_as_a_tar() -> None:
    zstd = pytest.importorskip("backports.zstd" if sys.version_info < (3, 14) else "compression.zstd")
    assert list(Unpacker().members("log.txt.zst", zstd.compress(b"one"))) == [("log.txt.zst!/log.txt", b"one")]
    assert dict(Unpacker().members("x", zstd.compress(tarred(FILES)))) == {
        f"x!/{name}": data for name, data in FILES.items()
    }
    unpacker = Unpacker(ArchiveLimits(member=1000))
    assert list(unpacker.members("x", zstd.compress(bytes(5_000_000)))) == []
    assert "limit" in unpacker.skipped[0].why


def test_damaged_zstd_is_told() -> None:
    zstd = pytest.importorskip("backports.zstd" if sys.version_info < (3, 14) else "compression.zstd")
    good = zstd.compress(bytes(range(256)) * 50)
    # The second needs a window of terabytes.
    for damaged in (good[:4] + b"\xff" * 20, b"\x28\xb5\x2f\xfd\x00\xff\x01\0\0", good[:-4]):
        unpacker = Unpacker()
        assert list(unpacker.members("x", damaged)) == []
        assert len(unpacker.skipped) == 1 and "damaged" in unpacker.skipped[0].why


def test_a_debian_package_and_names_too_long_for_its_headers() -> None:
    def member(name: str, data: bytes) -> bytes:
        return b"%-16s%-32s%-10d`\n" % (name.encode(), b"0", len(data)) + data + b"\n" * (len(data) & 1)

    package = b"!<arch>\n" + member("debian-binary", b"2.0\n") + member("data.tar.xz", tarred(FILES, "w:xz"))
    assert dict(Unpacker().members("a.deb", package)) == {
        "a.deb!/debian-binary": b"2.0\n",
        "a.deb!/data.tar.xz!/a.txt": b"hello",
        "a.deb!/data.tar.xz!/dir/b.env": b"KEY=value\n",
    }
    long = (
        b"!<arch>\n"
        + member("//", b"a-name-of-more-than-16-letters.o/\n")
        + member("/0", b"odd")
        + member("b.o/", b"x")
    )
    assert dict(Unpacker().members("l", long)) == {"l!/a-name-of-more-than-16-letters.o": b"odd", "l!/b.o": b"x"}
    unpacker = Unpacker()
    assert dict(unpacker.members("l", long[:-9])) == {"l!/a-name-of-more-than-16-letters.o": b"odd"}
    assert len(unpacker.skipped) == 1


def test_a_zip_behind_a_program() -> None:
    inner = zipped({"app/.env": b"x", "n.zip": zipped({"deep": b"y"})})
    for front in (b"#!/usr/bin/env python3\n", b"MZ" + bytes(700), b"#!/bin/sh\n" * 200):
        assert dict(Unpacker().members("a.pyz", front + inner)) == {
            "a.pyz": front,
            "a.pyz!/app/.env": b"x",
            "a.pyz!/n.zip!/deep": b"y",
        }


@pytest.mark.parametrize("head", [b"\x1f\x9d\x90", b"\x04\x22\x4d\x18", b"LZIP\x01", b"MSCF\0\0\0\0", b"# v2 git bundle\n"])
def test_what_is_not_read_is_told_and_scanned_as_it_is(head: bytes) -> None:
    skipped: list[Skipped] = []
    data = head + b"some text\n"
    for packed in (data, zipped({"b": data})):
        (text,) = texts_in(packed, "a", ArchiveLimits(), skipped)
        assert text.data == data and "which is not read" in skipped.pop().why and not skipped
