"""The table can be made again from text, and the same text makes the same table."""

from __future__ import annotations

import importlib.util
import json
import random
import zlib
from pathlib import Path
from types import ModuleType

import pytest

TOOL = Path(__file__).resolve().parents[3] / "tools" / "train_randomness.py"


@pytest.fixture(scope="module")
def trainer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("train_randomness", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def library(folder: Path) -> Path:
    """Six packages that share some words; one of them also holds a random string."""
    stray = "".join(random.Random(1).choice("abcdefghijklmnopqrstuvwxyz") for _ in range(12))
    for number in range(6):
        package = folder / f"package{number}"
        package.mkdir(parents=True)
        own = stray if number == 3 else "shared"
        (package / "module.py").write_text(f"def readConfigFile(path): return open_file(path)  # {own} value\n" * 5)
    return folder


def test_words_known_to_several_packages_are_learnt_and_stray_strings_are_not(
    trainer: ModuleType, tmp_path: Path
) -> None:
    units, totals, count = trainer.count([library(tmp_path / "library")])
    words = {word for group in trainer.choose(units, totals, 100) for word in group}
    assert count == 6
    assert {"read", "config", "file", "return"} <= words
    assert not any(len(word) == 12 for word in words)


def test_the_same_text_gives_the_same_bytes_in_the_documented_form(trainer: ModuleType, tmp_path: Path) -> None:
    folder = library(tmp_path / "library")
    outputs = []
    for name in ("first.dat", "second.dat"):
        assert trainer.main([str(folder), "--words", "50", "--output", str(tmp_path / name)]) == 0
        outputs.append((tmp_path / name).read_bytes())
    assert outputs[0] == outputs[1]
    head, _, body = outputs[0].partition(b"\n")
    assert json.loads(head)["format"] == 1
    data = zlib.decompress(body)
    assert len(data) > 27**3
    assert len(data[27**3 :].split(b"\n\n")) == 4
