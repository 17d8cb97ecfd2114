"""The compiled rules on disk: one file a rule-set digest, written whole, believed only when it is ours.

A cache can be torn (a killed process), foreign (a shared folder) or of another machine. So each file
carries its own digest and the key it was made for, the folder must belong to the user and be writable
by nobody else, and anything that is not right is treated as absent.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import stat
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import hyperscan

from scanner.engine.prefilter import Prefilter
from scanner.model.errors import ConfigError
from scanner.ruleset.compiled import CompiledRules, compile_rules, from_plain, to_plain
from scanner.ruleset.location import rule_files

# Raised whenever the stored form or the way expressions are derived changes.
_FORMAT = b"unsealed-rules 1\n"


def cache_dir() -> Path | None:
    """The user's cache folder for this program, made private; None when there can be none."""
    base = os.environ.get("UNSEALED_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME")
    try:
        folder = Path(base) / "unsealed" if base else Path.home() / ".cache" / "unsealed"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder if _private(folder) else None
    except (OSError, RuntimeError):
        return None


def _private(folder: Path) -> bool:
    if not hasattr(os, "getuid"):
        return True
    state = folder.stat()
    return state.st_uid == os.getuid() and not state.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def load(folders: Sequence[Path], triggers: Sequence[bytes]) -> tuple[CompiledRules, Prefilter]:
    """The compiled rules of ``folders``, from the cache when it has them, else made and stored."""
    home = cache_dir()
    stamp = _stamp(folders, triggers)
    if home is not None:
        cached = _read(home / f"{stamp}.rules", stamp)
        if cached is not None:
            return cached
    # Imported here: a warm hook never reads YAML.
    from scanner.ruleset.loader import load_known_examples, load_rules

    compiled = compile_rules(load_rules(folders), load_known_examples(folders))
    prefilter = Prefilter.compile(compiled.expressions, triggers)
    if home is not None:
        with contextlib.suppress(OSError):
            _write(home / f"{stamp}.rules", stamp, compiled, prefilter)
            _tidy(home)
    return compiled, prefilter


def _stamp(folders: Sequence[Path], triggers: Sequence[bytes]) -> str:
    """Changes with any rule file, this program, Hyperscan, Python's expression parser or the processor.

    Files count by name, size and the times of their last change: reading a hundred of them would cost a
    quarter of what a hook may take, and the change time cannot be set back.
    """
    digest = hashlib.sha256(_FORMAT)
    digest.update(f"{hyperscan.__file__} {sys.version} {platform.machine()} {_code_state()}".encode())
    for trigger in triggers:
        digest.update(len(trigger).to_bytes(4, "big") + trigger)
    for folder in folders:
        for path in [folder] if folder.is_file() else rule_files(folder):
            try:
                state = path.stat()
            except OSError as error:
                raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
            digest.update(f"{path}\0{state.st_size}\0{state.st_mtime_ns}\0{state.st_ctime_ns}\0".encode())
    return digest.hexdigest()[:40]


def _code_state() -> str:
    """When the code that derives expressions was last changed."""
    here = Path(__file__).resolve().parent
    files = (here.parent / "ruleset" / "derive.py", here.parent / "ruleset" / "compiled.py", here / "prefilter.py")
    return " ".join(str(path.stat().st_mtime_ns) for path in files if path.exists())


def _read(path: Path, stamp: str) -> tuple[CompiledRules, Prefilter] | None:
    try:
        data = path.read_bytes()
    except OSError:
        return None
    head = len(_FORMAT)
    digest, body = data[head : head + 32], data[head + 32 :]
    if not data.startswith(_FORMAT) or hashlib.sha256(stamp.encode() + body).digest() != digest:
        return None
    size = int.from_bytes(body[:8], "big")
    try:
        return from_plain(json.loads(body[8 : 8 + size])), Prefilter.load(body[8 + size :])
    except (KeyError, TypeError, ValueError, hyperscan.error):
        return None


def _write(path: Path, stamp: str, compiled: CompiledRules, prefilter: Prefilter) -> None:
    plain = json.dumps(to_plain(compiled)).encode()
    body = len(plain).to_bytes(8, "big") + plain + prefilter.dump()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".tmp-")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(_FORMAT + hashlib.sha256(stamp.encode() + body).digest() + body)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _tidy(folder: Path, keep: int = 8) -> None:
    """Rule sets that are no longer used go, oldest first."""
    files = sorted(folder.glob("*.rules"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files[keep:]:
        path.unlink(missing_ok=True)
