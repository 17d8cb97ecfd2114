"""What pyproject.toml cannot say: the rules are packaged from beside the source, as ``scanner/rules``."""

from pathlib import Path

from setuptools import find_packages, setup

FOLDERS = sorted(path for path in Path("rules").rglob("*") if path.is_dir() and any(path.glob("*.y*ml")))
DATA = {"scanner.rules": Path("rules")} | {f"scanner.{'.'.join(path.parts)}": path for path in FOLDERS}

setup(
    packages=[*find_packages(include=["scanner", "scanner.*"]), *DATA],
    package_dir={name: path.as_posix() for name, path in DATA.items()},
    package_data={"": ["*.yml", "*.json", "*.bin", "*.txt", "*.html", "*.css", "*.js", "py.typed"]},
)
