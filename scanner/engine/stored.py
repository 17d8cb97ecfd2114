"""Compiled rules in one file, written whole and believed only when it is what it says.

A file can be torn (a killed process), foreign (a shared folder) or of another machine. So each holds the whole stamp it
was made for and a checksum, and anything that is not right is treated as absent.
"""

from __future__ import annotations

import contextlib
import json
import os
from typing import NamedTuple
from zlib import crc32

import hyperscan

from scanner.engine.prefilter import Prefilter
from scanner.ruleset.compiled import CompiledRules

# Raised whenever the stored form changes.
_FORMAT = b"unsealed-rules 6\n"


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


def read(path: str, stamp: bytes) -> Loaded | None:
    """What ``write`` put at ``path`` for the same ``stamp``; None for anything else."""
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


def write(path: str, stamp: bytes, loaded: Loaded) -> None:
    """Put ``loaded`` at ``path``, all of it or nothing. OSError where that cannot be done."""
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
