"""Images whose own lists are made to cost much."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from scanner.pipeline import image
from scanner.pipeline.build import text_scanner
from scanner.pipeline.context import ScanOptions, context_for
from scanner.sources import imagemanifest, imageparts
from scanner.sources.imagemanifest import read_contents
from scanner.sources.imagestore import Store
from tests.commands.images import with_links
from tests.sources.samples import tarred


def index(*digests: str) -> bytes:
    return json.dumps({"manifests": [{"digest": f"sha256:{digest}"} for digest in digests]}).encode()


def contents(blobs: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """How many images ``blobs`` hold, and how often a file was read as JSON."""
    read: list[object] = []
    plain = imagemanifest.parse
    monkeypatch.setattr(imagemanifest, "parse", lambda data: read.append(data) or plain(data))
    named = {name if name == "index.json" else f"blobs/sha256/{name}": data for name, data in blobs.items()}
    store = SimpleNamespace(json=named, sizes=dict.fromkeys(named, 1))
    return len(read_contents(cast(Store, store)).images), len(read)


def test_an_index_that_lists_itself_is_read_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    image: dict[str, Any] = {"config": {"digest": "sha256:c"}, "layers": [{"digest": "sha256:c"}]}
    blobs = {"index.json": index("a"), "a": index(*["a"] * 50, "b", *["m"] * 1000), "b": index(*["a"] * 50, "m")}
    images, read = contents({**blobs, "m": json.dumps(image).encode(), "c": b'{"config": {}}'}, monkeypatch)
    assert images == 1
    assert read < 20


def test_an_index_is_followed_as_deep_as_it_may_be_however_it_was_met(monkeypatch: pytest.MonkeyPatch) -> None:
    # "d" is met three levels down first, from where its image is too deep, and then at the top.
    image: dict[str, Any] = {"config": {"digest": "sha256:c"}, "layers": []}
    blobs = {
        "index.json": index("a", "d"), "a": index("b"), "b": index("d"), "d": index("e"), "e": index("m"),
        "m": json.dumps(image).encode(), "c": b'{"config": {}}',
    }  # fmt: skip
    assert contents(blobs, monkeypatch)[0] == 1


def test_links_to_one_layer_do_not_multiply_what_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "LARGEST_IMAGE", 1_000_000)
    names = [f"{number}.tar" for number in range(50)]
    files = {
        "0.tar": gzip.compress(tarred({"a": bytes(300_000)})),
        "c.json": b'{"config": {}}',
        "manifest.json": json.dumps([{"Config": "c.json", "Layers": names}]).encode(),
    }
    archive = tmp_path / "image.tar"
    archive.write_bytes(with_links(files, dict.fromkeys(names[1:], "0.tar")))
    context = context_for(str(tmp_path), ScanOptions())
    result = image.scan_image(str(archive), text_scanner(context.options), context, workers=1)
    assert result.summary.bytes < 1_000_000
    assert {entry.why for entry in result.summary.skipped} == {"unpacks to more than the limit"}
    assert all(entry.blocking for entry in result.summary.skipped) and len(result.summary.skipped) > 40


def test_what_is_more_than_the_limits_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layer, config = tarred({"a": b"x\n"}), {"history": [{"created_by": f"RUN {n}"} for n in range(3)]}
    notes = {"annotations": {f"note{number}": "x" for number in range(3)}}
    named = [{"Config": f"{n}.json", "Layers": ["l.tar"], "RepoTags": [f"app:{n}"]} for n in range(3)]
    files = {"manifest.json": json.dumps(named).encode(), "index.json": json.dumps(notes).encode(), "l.tar": layer}
    files |= {f"{number}.json": json.dumps({**config, "author": str(number)}).encode() for number in range(3)}
    archive = tmp_path / "image.tar"
    archive.write_bytes(tarred(files))

    def left_out() -> set[str]:
        options = ScanOptions()
        made = image.scan_image(str(archive), text_scanner(options), context_for(str(tmp_path), options), workers=1)
        assert all(one.blocking for one in made.summary.skipped)
        return {one.why.partition(":")[0] for one in made.summary.skipped}

    assert left_out() == set()
    monkeypatch.setattr(imagemanifest, "_MOST_IMAGES", 2)
    monkeypatch.setattr(imagemanifest, "_MOST_ANNOTATIONS", 2)
    monkeypatch.setattr(imageparts, "_MOST_STEPS", 2)
    assert left_out() == {
        "has more than 2 images", "has more than 2 annotations", "has more than 2 steps in its history"
    }  # fmt: skip
