"""The public interface, as a program uses it."""

from __future__ import annotations

import subprocess
import sys

import pytest

import scanner
from tests.conftest import Repository, token


@pytest.fixture(autouse=True)
def cache(shared_cache: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNSEALED_CACHE_DIR", str(shared_cache))


def test_text() -> None:
    (finding,) = scanner.scan_text(f'x = 1\nkey = "{token()}"\n', "a.py")
    assert (finding.path, finding.position.line) == ("a.py", 2)
    assert finding.secret is None
    assert token() not in repr(finding)


def test_raw_value_when_asked() -> None:
    options = scanner.ScanOptions(show_secrets=True)
    (finding,) = scanner.scan_text(f'key = "{token()}"\n', "a.py", options)
    assert finding.secret == token()


def test_paths_and_staged(repo: Repository) -> None:
    repo.write("a.py", f'key = "{token()}"\n')
    repo.git("add", "-A")
    assert [item.path for item in scanner.scan_staged(str(repo.path)).findings] == ["a.py"]
    assert len(scanner.scan_paths([str(repo.path)]).findings) == 1


def test_history_and_what_configuration_leaves_out(repo: Repository) -> None:
    repo.write("left/b.py", f'key = "{token("b")}"\n')
    repo.write("a.py", f'key = "{token()}"\n')
    repo.write(".unsealed.yml", "exclude: [left/]\n")
    repo.git("add", "-A")
    assert [item.path for item in scanner.scan_staged(str(repo.path)).findings] == ["a.py"]
    repo.commit("leak")
    repo.git("rm", "-q", "a.py")
    repo.commit("gone")
    result = scanner.scan_history(str(repo.path), workers=1)
    assert [(item.path, item.in_head) for item in result.findings] == [("a.py", False)]
    everything = scanner.ScanOptions(repo_config=False)
    assert len(scanner.scan_history(str(repo.path), everything, workers=1).findings) == 2


def test_text_that_no_encoding_has() -> None:
    assert len(scanner.scan_text(f'odd = "\ud800\udcff"\nkey = "{token()}"\n', "a.py")) == 1


def test_importing_the_package_imports_nothing_of_it() -> None:
    program = "import sys, scanner; print(sorted(name for name in sys.modules if name.startswith('scanner.')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
