"""Large files: what goes between processes, and what it holds."""

from __future__ import annotations

import pickle
from pathlib import Path

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
