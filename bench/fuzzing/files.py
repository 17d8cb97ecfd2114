"""Targets that open packed files: archives of every kind, and container images."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import tarfile
import zipfile
import zlib
from collections.abc import Hashable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from fuzzing.target import EXPECTED, Run, Target, size_class
from scanner.sources.archives import ArchiveLimits, Unpacker
from scanner.sources.damage import DAMAGE
from scanner.sources.imagemanifest import read_contents
from scanner.sources.imageparts import attestation_part, config_parts, steps
from scanner.sources.imagestore import open_store
from scanner.sources.instructions import lines_of, read_dockerfile
from scanner.sources.layers import layer_files, no_names, remover
from scanner.sources.magic import kind_of_archive
from scanner.sources.office import plain

_LIMITS = ArchiveLimits(depth=3, files=200, member=1 << 18, total=1 << 19, ratio=100)
_FILES = {"a.txt": b"hello\n" * 9, "dir/b.env": b"KEY=value\n", "word/document.xml": b"<w:p><w:t>a</w:t></w:p>"}


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(files: Mapping[str, bytes], form: int = tarfile.PAX_FORMAT, links: Mapping[str, str] | None = None) -> bytes:
    """A tar."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for name, to in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, to
            archive.addfile(info)
    return out.getvalue().rstrip(b"\0") + bytes(1024)


def _archive_seeds() -> Sequence[bytes]:
    tar = tarred(_FILES)
    return [
        zipped(_FILES), zipped(_FILES, zipfile.ZIP_STORED), zipped(_FILES, zipfile.ZIP_BZIP2),
        zipped(_FILES, zipfile.ZIP_LZMA), zipped({"in.zip": zipped(_FILES), "in.tar": tar}, zipfile.ZIP_STORED),
        tar, tarred({"n" * 150: b"x", "ä": b"y"}), tarred({"n" * 150: b"x"}, tarfile.GNU_FORMAT, {"l": "../a"}),
        gzip.compress(tar), bz2.compress(tar), lzma.compress(tar), gzip.compress(b"one") + gzip.compress(b"two"),
        ar({"debian-binary": b"2.0\n", "data.tar.gz": gzip.compress(tar)}),
        *_extra_seeds(tar),
    ]  # fmt: skip


def _extra_seeds(tar: bytes) -> Sequence[bytes]:
    """zstd and 7z, where what reads them is installed."""
    made = []
    with suppress(ImportError):
        from backports import zstd

        made += [zstd.compress(tar), zstd.compress(b"one" * 50) + zstd.compress(b"two")]
    with suppress(ImportError):
        from py7zr import FILTER_COPY, FILTER_LZMA2, SevenZipFile

        for method in (FILTER_COPY, FILTER_LZMA2):
            out = io.BytesIO()
            with SevenZipFile(out, "w", filters=[{"id": method, "preset": 1}]) as archive:
                for name, data in _FILES.items():
                    archive.writestr(data, name)
            made.append(out.getvalue())
    return made


def ar(files: Mapping[str, bytes]) -> bytes:
    """An ar archive, as Debian's packages are."""
    parts = [b"%-16s%-12d%-6d%-6d%-8d%-10d`\n" % (name.encode(), 0, 0, 0, 0, len(data)) + data + b"\n" * (len(data) & 1)
             for name, data in files.items()]  # fmt: skip
    return b"!<arch>\n" + b"".join(parts)


def resummed(data: bytes) -> bytes:
    """``data`` with right checksums in what look like a tar's headers, so that changed ones are read on."""
    out = bytearray(data)
    for at in range(0, len(out) - 511, 512):
        if out[at + 257 : at + 262] == b"ustar":
            out[at + 148 : at + 156] = b" " * 8
            out[at + 148 : at + 156] = b"%06o\0 " % sum(out[at : at + 512])
    return bytes(out)


def _archive(_folder: Path) -> Run:
    chance = random.Random(2)

    def run(data: bytes) -> Hashable:
        if data[257:262] == b"ustar" and chance.random() < 0.8:
            data = resummed(data)
        if not kind_of_archive(data):
            return ""
        unpacker = Unpacker(_LIMITS)
        count = total = 0
        for member in unpacker.members("x", data):
            count += 1
            total += len(plain(member.path, member.data))
        assert count <= _LIMITS.files and total <= 4 * _LIMITS.total, "limits were passed"
        assert not any("\n" in entry.why for entry in unpacker.skipped)
        return (
            kind_of_archive(data),
            size_class(count),
            size_class(total),
            tuple(s.why[-14:] for s in unpacker.skipped[:4]),
        )

    return run


def _image_files(*, layers: Sequence[bytes]) -> dict[str, bytes]:
    config = {
        "architecture": "amd64", "config": {"Env": ["A=b"], "Labels": {"x": "y"}, "Cmd": ["sh", "-c", "run"]},
        "history": [{"created_by": "ARG T", "empty_layer": True}, {"created_by": "RUN |1 T=v /bin/sh -c make # buildkit"}],
    }  # fmt: skip
    names = [f"{at}/layer.tar" for at in range(len(layers))]
    index = {"manifests": [{"digest": "sha256:ab", "platform": {"os": "linux"}}, {"digest": "sha256:cd"}]}
    manifest = {"config": {"digest": "sha256:ef"}, "layers": [{"digest": "sha256:01", "mediaType": "in-toto"}]}
    return {
        **dict(zip(names, layers, strict=True)), "c.json": json.dumps(config).encode(),
        "manifest.json": json.dumps([{"Config": "c.json", "RepoTags": ["a:1"], "Layers": names}]).encode(),
        "index.json": json.dumps(index).encode(), "blobs/sha256/ab": json.dumps(manifest).encode(),
        "blobs/sha256/cd": json.dumps(index).encode(), "blobs/sha256/ef": json.dumps(config).encode(),
        "blobs/sha256/01": b'{"predicate": {"build-arg:T": "v"}}',
    }  # fmt: skip


def _image_seeds() -> Sequence[bytes]:
    layers = [
        tarred({"app/.env": b"KEY=v\n", "b": b"x"}),
        gzip.compress(tarred({"app/.wh..env": b"", ".wh..wh..opq": b""})),
    ]
    plain_tar = tarred(_image_files(layers=layers), tarfile.USTAR_FORMAT, {"2/layer.tar": "../0/layer.tar"})
    return [plain_tar, gzip.compress(plain_tar), tarred(_image_files(layers=layers[1:]), tarfile.USTAR_FORMAT)]


_DOCKERFILE = "FROM a\nARG T\nRUN make \\\n  all\nCOPY <<EOF /x\nKEY=v\nEOF\nENV A=b\n"


def _image(folder: Path) -> Run:
    path = folder / "image.tar"
    written = read_dockerfile(_DOCKERFILE)

    def run(data: bytes) -> Hashable:
        path.write_bytes(resummed(data) if data[257:262] == b"ustar" else data)
        try:
            store = open_store(str(path), 1 << 20)
        except EXPECTED as error:
            return str(error)[-12:]
        contents = read_contents(store)
        found: list[Hashable] = [store.damage[-12:], len(contents.missing), len(contents.attestations)]
        for image in contents.images[:5]:
            history = steps(image.config)
            found.append((len(history), sum(len(part.data) > 0 for part in config_parts(image.config, history))))
            found.append(any(lines_of([step.instruction for step in history], written)))
        for name in contents.attestations[:5]:
            attestation_part(store.json.get(name, b""), 1)
        layers = {layer for image in contents.images for layer in image.layers}
        try:
            for _, reader in store.readers(layers & set(store.sizes)):
                names = no_names()
                try:
                    count = sum(1 for _ in layer_files(reader, names, largest=4096, allowed=1 << 20))
                    found += [size_class(count), len(names.deletes), len(names.hides), remover("app/.env", [names])[1]]
                except DAMAGE as error:
                    found.append(type(error).__name__)
        except DAMAGE as error:
            found.append(type(error).__name__)
        return tuple(found[:20])

    return run


def _dockerfile(_folder: Path) -> Run:
    history = [step.instruction for step in steps(json.loads(_image_files(layers=[])["c.json"]))]

    def run(data: bytes) -> Hashable:
        written = read_dockerfile(data.decode("utf-8", "replace"))
        return len(written), tuple(lines_of(history, written)[:4])

    return run


def _inflate(_folder: Path) -> Run:
    from scanner.history.inflate import inflate

    def run(data: bytes) -> Hashable:
        size = int.from_bytes(data[:3], "big")
        try:
            return size_class(len(inflate(data[3:], size)))
        except EXPECTED as error:
            return str(error)

    return run


def _inflate_seeds() -> Sequence[bytes]:
    bodies = (b"", b"hello", b"x" * 5000, bytes(200_000))
    return [len(body).to_bytes(3, "big") + zlib.compress(body, level) for body in bodies for level in (0, 1, 9)]


_TAR_WORDS = (b"ustar", b"path=", b"size=", b"20 path=", b"L", b"K", b"x", b"g", b"S", b"7777777", b"\x80" + bytes(3))
_JSON_WORDS = (
    b"[",
    b"]",
    b"{",
    b"}",
    b'"',
    b"null",
    b"[[[[",
    b'{"manifests":[',
    b'"Layers":',
    b'"Env":',
    b'"history":',
)
TARGETS = (
    Target(
        "archives",
        _archive,
        _archive_seeds,
        (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\x1f\x8b\x08", *_TAR_WORDS),
        16384,
    ),
    Target("image", _image, _image_seeds, (*_TAR_WORDS, *_JSON_WORDS, b".wh.", b"../", b"/"), 16384),
    Target(
        "dockerfile",
        _dockerfile,
        lambda: (_DOCKERFILE.encode(),),
        (b"\\\n", b"<<EOF", b"RUN ", b"#", b"ENV a=b ", b"'"),
        4096,
    ),
    Target("inflate", _inflate, _inflate_seeds),
)
