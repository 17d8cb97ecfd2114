"""The compiled rules on disk: one file a rule set, written whole, believed only when it is ours.

A cache can be torn (a killed process), foreign (a shared folder) or of another machine. So each file
holds the whole stamp it was made for and a checksum, the folder must belong to the user and be writable
by nobody else, and anything that is not right is treated as absent.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple
from zlib import crc32

import hyperscan

from scanner.engine.home import cache_dir, wanted_dir
from scanner.engine.prefilter import Prefilter
from scanner.model.errors import ConfigError
from scanner.ruleset.compiled import CompiledRules
from scanner.ruleset.location import rule_files

# Raised whenever the stored form changes.
_FORMAT = b"unsealed-rules 6\n"
_KEPT_SETS = 8
# Where this process could not keep what it had to compile.
_unkept: list[str] = []


class Triggers(NamedTuple):
    """The literals that wake detectors, and the file names that do; numbers are the detectors' places.

    Kept beside the rules so that a run in which no detector wakes imports none.
    """

    literals: tuple[tuple[bytes, int], ...] = ()
    names: tuple[tuple[str, int], ...] = ()


NO_TRIGGERS = Triggers()


class Loaded(NamedTuple):
    """What the cache gives: rules, the prefilter over their expressions and the triggers' literals, the triggers,
    and the prefilter over paths."""

    rules: CompiledRules
    prefilter: Prefilter
    triggers: Triggers
    paths: Prefilter | None


def load(
    folders: Sequence[str], triggers: Callable[[], Triggers] = lambda: NO_TRIGGERS, code: Sequence[str] = ()
) -> Loaded:
    """The compiled rules of ``folders``, from the cache when it has them, else made and stored.

    ``triggers`` is asked only when nothing is cached; ``code`` are the folders of the modules it reads,
    which make another stamp when they change.
    """
    home = cache_dir()
    stamp = stamp_of(folders, code)
    path = os.path.join(home, f"{crc32(stamp):08x}.rules") if home else ""
    cached = _read(path, stamp) if path else None
    if cached is not None:
        return cached
    loaded = _compile(folders, triggers())
    try:
        if not path:
            raise PermissionError
        _write(path, stamp, loaded)
    except OSError:
        _unkept.append(wanted_dir())
    else:
        with contextlib.suppress(OSError):
            _tidy(home)
    return loaded


def unkept() -> str:
    """The folder that cannot hold the rules compiled in this process, so that every run takes seconds; mostly empty."""
    return _unkept[0] if _unkept else ""


def _compile(folders: Sequence[str], triggers: Triggers) -> Loaded:
    # Imported here: a warm hook never reads YAML.
    from scanner.engine.decoders import gates
    from scanner.ruleset.compiled import compile_rules
    from scanner.ruleset.loader import load_known_examples, load_rules

    rules = compile_rules(load_rules(folders), load_known_examples(folders))
    prefilter = Prefilter.compile(rules.expressions, [literal for literal, _ in triggers.literals], gates())
    paths = Prefilter.compile(rules.names, ()) if rules.names else None
    return Loaded(rules, prefilter, triggers, paths)


def stamp_of(folders: Sequence[str], code: Sequence[str]) -> bytes:
    """Changes with any rule file, this program, Hyperscan or the interpreter.

    Files count by name, size and the times of their last change: reading a hundred of them would cost a
    quarter of what a hook may take, and the change time cannot be set back.
    """
    here = os.path.dirname(os.path.abspath(__file__))
    parts = [hyperscan.__file__ or "", sys.version, os.uname().machine if hasattr(os, "uname") else os.name]
    for folder in folders:
        parts += map(_state, (*rule_files(folder), *_extended(folder)))
    for folder in (here, os.path.join(here, "decoders"), os.path.join(os.path.dirname(here), "ruleset"), *code):
        with os.scandir(folder) as entries:
            parts += sorted(_state(entry.path) for entry in entries if entry.name.endswith(".py"))
    return "\0".join(parts).encode("utf-8", "surrogateescape")


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


def _read(path: str, stamp: bytes) -> Loaded | None:
    head = _FORMAT + len(stamp).to_bytes(4, "big") + stamp
    try:
        # In parts, each as it is used: it has six megabytes, and a copy of it takes as long as reading it.
        with open(path, "rb", buffering=0) as file:
            if file.read(len(head)) != head:
                return None
            most = os.fstat(file.fileno()).st_size
            total, size = file.read(4), file.read(8)
            table = file.read(min(most, int.from_bytes(size, "big")))
            plain = json.loads(table)
            database, bodies = (file.read(min(most, int(plain[part]))) for part in ("database", "bodies"))
            names = file.read()
    except (KeyError, OSError, RecursionError, TypeError, ValueError):
        return None
    found = 0
    for part in (size, table, database, bodies, names):
        found = crc32(part, found)
    if found != int.from_bytes(total, "big"):
        return None
    try:
        triggers = Triggers(
            tuple((literal.encode("latin-1"), int(place)) for literal, place in plain["literals"]),
            tuple((name, int(place)) for name, place in plain["names"]),
        )
        paths = Prefilter.load(names) if plain["paths"] else None
        rules = CompiledRules.from_table(plain, memoryview(bodies))
        return Loaded(rules, Prefilter.load(database), triggers, paths)
    except (AttributeError, KeyError, TypeError, ValueError, hyperscan.error):
        return None


def _write(path: str, stamp: bytes, loaded: Loaded) -> None:
    plain, bodies = loaded.rules.to_table()
    plain["literals"] = [(literal.decode("latin-1"), place) for literal, place in loaded.triggers.literals]
    plain["names"] = loaded.triggers.names
    database = loaded.prefilter.dump()
    plain |= {"database": len(database), "bodies": len(bodies)}
    table = json.dumps(plain).encode()
    paths = loaded.paths.dump() if loaded.paths else b""
    body = b"".join((len(table).to_bytes(8, "big"), table, database, bodies, paths))
    head = _FORMAT + len(stamp).to_bytes(4, "big") + stamp
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open(temporary, "wb") as out:
            out.write(head + crc32(body).to_bytes(4, "big") + body)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _tidy(folder: str) -> None:
    """Rule sets that are no longer used go, oldest first, and with them what killed processes left."""
    with os.scandir(folder) as entries:
        files = sorted(
            (entry.stat().st_mtime, entry.path) for entry in entries if entry.name.endswith((".rules", ".tmp"))
        )
    for _, path in files[:-_KEPT_SETS]:
        with contextlib.suppress(OSError):
            os.unlink(path)
