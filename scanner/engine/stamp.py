"""What compiled rules depend on, as bytes that change with it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import hyperscan

from scanner.model.errors import ConfigError
from scanner.ruleset.location import rule_files


def stamp_of(folders: Sequence[str], code: Sequence[str]) -> bytes:
    """Changes with any rule file, this program, Hyperscan or the interpreter.

    Files count by name, size and the times of their last change: reading a hundred of them would cost a
    quarter of what a hook may take, and the change time cannot be set back.
    """
    parts = [hyperscan.__file__ or "", sys.version, _machine()]
    for folder in folders:
        parts += map(_state, (*rule_files(folder), *_extended(folder)))
    for folder in (*_own_code(), *code):
        parts += map(_state, _modules(folder))
    return "\0".join(parts).encode("utf-8", "surrogateescape")


def digest_of(folder: str, code: Sequence[str]) -> bytes:
    """Changes with what the same files hold, wherever they lie: for rules that were compiled somewhere else.

    A database tells itself which Hyperscan and which processor it is for.
    """
    # Imported here: a warm hook needs none of it.
    from hashlib import blake2b

    digest = blake2b("\0".join((str(sys.implementation.cache_tag), _machine())).encode())
    groups = [(folder, rule_files(folder)), *((each, _modules(each)) for each in (*_own_code(), *code))]
    for place, paths in groups:
        for path in paths:
            with open(path, "rb") as file:
                content = file.read()
            name = os.path.relpath(path, place).replace(os.sep, "/")
            digest.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogateescape") + content)
    return digest.digest()


def _machine() -> str:
    return os.uname().machine if hasattr(os, "uname") else os.name


def _own_code() -> tuple[str, ...]:
    """The folders of the modules that decide how rules are compiled."""
    here = os.path.dirname(os.path.abspath(__file__))
    return here, os.path.join(here, "decoders"), os.path.join(os.path.dirname(here), "ruleset")


def _modules(folder: str) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(entry.path for entry in entries if entry.name.endswith(".py"))


def _extended(place: str) -> list[str]:
    """What is read with a file of gitleaks' rules."""
    if not place.endswith(".toml"):
        return []
    from pathlib import Path

    from scanner.ruleset.gitleaks import extended

    return list(map(str, extended(Path(place))))


def _state(path: str) -> str:
    try:
        state = os.stat(path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    return f"{path}\0{state.st_size} {state.st_mtime_ns} {state.st_ctime_ns}"
