"""Large files: what goes between processes, and what it holds."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

import scanner
from scanner.pipeline import large
from scanner.pipeline.context import Context
from scanner.pipeline.large import LargeFile, large_file
from scanner.pipeline.options import ScanOptions
from tests.conftest import token


def test_a_file_that_is_cut_up_crosses_processes_without_what_is_in_it(tmp_path: Path) -> None:
    secret = token()
    (tmp_path / "a.log").write_bytes(f"key = {secret}\n".encode() * 1000)
    made = large_file(str(tmp_path / "a.log"), "a.log", Context(str(tmp_path), ScanOptions()))
    assert isinstance(made, LargeFile)
    assert secret.encode() not in pickle.dumps(tuple(made))


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (MemoryError(), "needs more memory than there is"),
        (KeyError("what was scanned"), "was not scanned to its end by a mistake of ours, KeyError in test_large.py"),
    ],
)
def test_what_goes_wrong_in_one_portion_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, why: str
) -> None:
    lines = b"nothing to be seen here, line after line\n" * 450_000
    (tmp_path / "a.log").write_bytes(b"the bad part\n" + lines + f'key = "{token()}"\n'.encode())
    (tmp_path / "b.py").write_text(f'key = "{token("b")}"\n')
    scan = large.scan_in_rooms

    def failing(scanner: object, text: object, *also: object) -> object:
        if b"the bad part" in text.data:  # type: ignore[attr-defined]
            raise error
        return scan(scanner, text, *also)  # type: ignore[arg-type]

    monkeypatch.setattr(large, "scan_in_rooms", failing)
    result = scanner.scan_paths([str(tmp_path)])
    assert sorted(Path(finding.occurrences[0].path).name for finding in result.findings) == ["a.log", "b.py"]
    (entry,) = result.summary.skipped
    assert entry.blocking and entry.why.startswith(why) and "what was scanned" not in entry.why
