"""Folder scans against the clock: 5,000 files of 14 MB, one file of 1 GB, and an image of 20 layers.

    python bench/files.py [--peers FOLDER] [--runs N] [--only tree|large|image]

The files are real: Python's own library and what is installed beside it. Peers are the executables in FOLDER that are
known here; each is run like a user would, on both cores.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

FILES, BYTES = 5_000, 14_000_000
SOURCE = Path(__file__).resolve().parent.parent
PEERS = {
    "betterleaks": ["dir", "--no-banner", "--exit-code", "0", "{folder}"],
    "gitleaks": ["dir", "--no-banner", "--exit-code", "0", "{folder}"],
    "kingfisher": ["scan", "--no-validate", "--no-update-check", "{folder}"],
    "detect-secrets": ["scan", "--all-files", "{folder}"],
}


def texts() -> Iterator[bytes]:
    """Real files, in a stable order."""
    for name in ("stdlib", "purelib"):
        for path in sorted(Path(sysconfig.get_path(name)).rglob("*")):
            if path.suffix in (".py", ".txt", ".pyi", ".json", ".h", ".rst", ".cfg", "") and path.is_file():
                yield path.read_bytes()


def make_tree(folder: Path) -> int:
    """5,000 files of 14 MB in all; the bytes written."""
    written = 0
    for number, data in zip(range(FILES), repeated(), strict=False):
        data = data[: 4 * (BYTES - written) // (FILES - number)]
        path = folder / f"d{number % 97}" / f"f{number}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        written += len(data)
    return written


def repeated() -> Iterator[bytes]:
    """``texts`` without end."""
    while True:
        yield from texts()


def make_image(folder: Path, *, layers: int = 20, files: int = 50_000) -> Path:
    """A docker-save archive of gzip layers."""
    source = repeated()
    names = []
    with tarfile.open(folder / "image.tar", "w") as image:
        for number in range(layers):
            out = io.BytesIO()
            with tarfile.open(fileobj=out, mode="w") as layer:
                for place in range(files // layers):
                    data = next(source)[:40_000]
                    _add(layer, f"opt/{place % 50}/{number}-{place}.py", data)
            names.append(f"{number}/layer.tar")
            _add(image, names[-1], gzip.compress(out.getvalue(), 6))
        _add(image, "config.json", b'{"config": {}}')
        _add(image, "manifest.json", json.dumps([{"Config": "config.json", "Layers": names}]).encode())
    return folder / "image.tar"


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    archive.addfile(info, io.BytesIO(data))


def timed(command: Sequence[str], runs: int) -> float:
    """The median of wall seconds."""
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        subprocess.run(command, capture_output=True, cwd=SOURCE)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def unsealed(*arguments: str) -> list[str]:
    """Our own command, from this source tree."""
    return [sys.executable, "-m", "scanner", *arguments, "--no-progress"]


def bench_tree(work: Path, peers: Path | None, runs: int) -> dict[str, float]:
    """Every tool on the same folder."""
    tree = work / "tree"
    tree.mkdir()
    print(f"tree: {FILES} files, {make_tree(tree):,} bytes")
    found = {"unsealed": timed(unsealed("scan", str(tree), "-q"), runs + 1)}
    for name, arguments in PEERS.items():
        if peers is not None and (peers / name).exists():
            command = [str(peers / name), *(part.format(folder=tree) for part in arguments)]
            found[name] = timed(command, 1 if name == "detect-secrets" else runs)
    return found


def bench_large(work: Path) -> dict[str, float]:
    """One text of 1 GB: seconds, MB a second, and the most memory in MB."""
    path = work / "large.log"
    with path.open("wb") as file:
        for data in repeated():
            file.write(data)
            if file.tell() >= 1 << 30:
                break
    started = time.perf_counter()
    command = unsealed("scan", str(path), "-q", "--max-size", "2g", "--workers", "1")
    subprocess.run(command, capture_output=True, cwd=SOURCE)
    seconds = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"seconds": seconds, "MB/s": 1073.7 / seconds, "memory MB": memory}


def bench_image(work: Path, runs: int) -> dict[str, float]:
    """The image, and what tar takes to unpack its layers to nowhere."""
    image = make_image(work)
    layers = work / "layers"
    subprocess.run(["tar", "xf", str(image), "-C", str(work)], check=True)
    started = time.perf_counter()
    for number in range(20):
        subprocess.run(["tar", "xzf", str(work / str(number) / "layer.tar"), "-C", str(_made(layers))], check=True)
    tar = time.perf_counter() - started
    return {"tar": tar, "unsealed": timed(unsealed("image", str(image), "-q"), runs)}


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def main() -> None:
    """Run what was asked for and print a line a figure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", choices=("tree", "large", "image"))
    args = parser.parse_args()
    os.environ.setdefault("PYTHONPATH", str(SOURCE))
    # What is installed has its byte code beside it; so has a source tree after its first run, unless this forbids it.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    work = Path(tempfile.mkdtemp(prefix="unsealed-bench-"))
    try:
        for name, bench in (
            ("tree", lambda: bench_tree(work, args.peers, args.runs)),
            ("large", lambda: bench_large(work)),
            ("image", lambda: bench_image(work, args.runs)),
        ):
            if args.only in (None, name):
                for what, figure in bench().items():
                    print(f"{name:6} {what:15} {figure:10.2f}")
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
