"""The delta module both ways: as Python runs its text, and as mypyc compiles it."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import scanner.history.delta as installed
from tests.conftest import SOURCE

TEXT = SOURCE / "scanner" / "history" / "delta.py"


def is_compiled(module: ModuleType) -> bool:
    return not str(module.__file__).endswith(".py")


def _load(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _compiled(folder: Path) -> ModuleType:
    """The installed module where it is compiled; else one that is compiled now, if anything here can."""
    if is_compiled(installed):
        return installed
    if importlib.util.find_spec("mypyc") is None or not any(map(shutil.which, ("cc", "gcc", "clang"))):
        pytest.skip("nothing here compiles the delta module")
    (folder / "delta_compiled.py").write_bytes(TEXT.read_bytes())
    done = subprocess.run([sys.executable, "-m", "mypyc", "delta_compiled.py"], cwd=folder, capture_output=True)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    (built,) = folder.glob("delta_compiled.*.so")
    sys.path.insert(0, str(folder))  # what mypyc writes imports a second module beside the first
    return _load("delta_compiled", built)


@pytest.fixture(scope="session", params=["interpreted", "compiled"])
def delta(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    if request.param == "interpreted":
        return _load("delta_interpreted", TEXT)
    return _compiled(tmp_path_factory.mktemp("compiled"))
