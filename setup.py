"""What pyproject.toml cannot say: the rules are packaged from beside the source, as ``scanner/rules``, and the
modules with the sweep's inner loops are compiled where that can be done, as are the rules.

Without mypyc or a C compiler the same file is installed and runs interpreted; ``unsealed --version`` says which. Rules
that are not compiled here are at the first run.
"""

import os
import platform
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, find_packages, setup
from setuptools.command.build_py import build_py

FOLDERS = sorted(path for path in Path("rules").rglob("*") if path.is_dir() and any(path.glob("*.y*ml")))
DATA = {"scanner.rules": Path("rules")} | {f"scanner.{'.'.join(path.parts)}": path for path in FOLDERS}
LOOPS = ("vectors", "headers", "delta", "linespans", "walk", "descent", "entries", "family", "links")
COMPILED = [f"scanner/history/{name}.py" for name in LOOPS]
# Compiled code needs mypyc's library at run time: pyproject.toml asks for it where there are wheels of it.
PROCESSORS = ("x86_64", "AMD64", "aarch64", "arm64")
FILES = ["*.yml", "*.yaml", "*.json", "*.dat", "*.txt", "*.html", "*.css", "*.js", "*.mako", "*.ini", "py.typed"]
# What is compiled is compiled by these, from a source distribution too.
STUBS = ["*.pyi"]


def compiled() -> list[Extension]:
    """Those modules as extensions that may fail to build."""
    if sys.implementation.name != "cpython" or platform.machine() not in PROCESSORS:
        return []
    try:
        from mypyc.build import mypycify

        # Without the project's own settings: where a package is built, the stubs that they ask for are not installed.
        flags = ["--config-file=", "--ignore-missing-imports"]
        # No notes for a debugger: they name the folder it was built in, and no two builds would be the same.
        extensions = mypycify([*flags, *COMPILED], opt_level="3", debug_level="0", group_name="scanner.history.loops")
    except (ImportError, OSError, SystemExit):
        return []
    for extension in extensions:
        extension.optional = True
    return extensions


class WithRules(build_py):
    """Puts what the first run of an installation would compile beside the rules."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            # There the rules change.
            return
        # What is being packaged compiles itself, in a process of its own: it is imported from where it will be.
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-c", "from scanner.pipeline.build import ship; ship()"]
        done = subprocess.run(command, cwd=self.build_lib, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            why = done.stderr.strip().rpartition("\n")[2]
            self.warn(f"the rules are not compiled here, so the first run will take some seconds more: {why}")


setup(
    cmdclass={"build_py": WithRules},
    packages=[*find_packages(include=["scanner", "scanner.*"]), *DATA],
    package_dir={name: path.as_posix() for name, path in DATA.items()},
    package_data={"": [*FILES, *STUBS]},
    ext_modules=compiled(),
)
