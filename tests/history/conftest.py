"""The modules of the inner loops both ways: as Python runs their text, and as mypyc compiles it."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest

from scanner.history import delta as installed
from tests.conftest import SOURCE

# In an order in which each imports only those before it.
_LOOPS = ("vectors", "headers", "delta", "linespans", "walk", "links", "family", "descent")


def is_compiled(module: ModuleType) -> bool:
    return not str(module.__file__).endswith(".py")


def _loaded(files: Mapping[str, Path]) -> dict[str, ModuleType]:
    """Modules of ``scanner.history`` from these files, beside the installed ones; they import each other."""
    names = {name: f"scanner.history.{name}" for name in files}
    before = {full: sys.modules.pop(full) for full in names.values() if full in sys.modules}
    try:
        for name, full in names.items():
            spec = importlib.util.spec_from_file_location(full, files[name])
            assert spec is not None and spec.loader is not None
            sys.modules[full] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules[full])
        return {name: sys.modules[full] for name, full in names.items()}
    finally:
        for full in names.values():
            sys.modules.pop(full, None)
        sys.modules.update(before)


def _compiled(folder: Path) -> dict[str, ModuleType]:
    """The installed modules where they are compiled; else they are compiled now, if anything here can."""
    if is_compiled(installed):
        return {name: importlib.import_module(f"scanner.history.{name}") for name in _LOOPS}
    if importlib.util.find_spec("mypyc") is None or not any(map(shutil.which, ("cc", "gcc", "clang"))):
        pytest.skip("nothing here compiles the modules of the inner loops")
    build = [sys.executable, "setup.py", "-q", "build_ext", "--build-lib", str(folder), "--build-temp", str(folder)]
    done = subprocess.run(build, cwd=SOURCE, capture_output=True)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    # What mypyc writes imports the code of all of them first.
    return _loaded({name: next(folder.rglob(f"{name}.*.so")) for name in ("loops__mypyc", *_LOOPS)})


@pytest.fixture(scope="session", params=["interpreted", "compiled"])
def loops(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, ModuleType]:
    if request.param == "interpreted":
        return _loaded({name: SOURCE / "scanner" / "history" / f"{name}.py" for name in _LOOPS})
    return _compiled(tmp_path_factory.mktemp("compiled"))


@pytest.fixture(scope="session")
def headers(loops: Mapping[str, ModuleType]) -> ModuleType:
    return loops["headers"]


@pytest.fixture(scope="session")
def delta(loops: Mapping[str, ModuleType]) -> ModuleType:
    return loops["delta"]


@pytest.fixture(scope="session")
def linespans(loops: Mapping[str, ModuleType]) -> ModuleType:
    return loops["linespans"]


@pytest.fixture(scope="session")
def walk(loops: Mapping[str, ModuleType]) -> ModuleType:
    return loops["walk"]


@pytest.fixture(scope="session")
def vectors(loops: Mapping[str, ModuleType]) -> ModuleType:
    return loops["vectors"]


@pytest.fixture(scope="session")
def links(loops: Mapping[str, ModuleType]) -> ModuleType:
    return loops["links"]


@pytest.fixture(scope="session")
def descent(loops: Mapping[str, ModuleType]) -> ModuleType:
    return loops["descent"]
