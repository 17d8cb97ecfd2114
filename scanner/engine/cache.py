"""The compiled rules on disk: one file a rule set, in a folder of the user that nobody else can write to."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from zlib import crc32

from scanner.engine import shipped
from scanner.engine.home import cache_dir, wanted_dir
from scanner.engine.prefilter import Prefilter
from scanner.engine.stamp import stamp_of
from scanner.engine.stored import NO_TRIGGERS, Loaded, Triggers, read, write

_KEPT_SETS = 8
# Where this process could not keep what it had to compile.
_unkept: list[str] = []


def load(
    folders: Sequence[str], triggers: Callable[[], Triggers] = lambda: NO_TRIGGERS, code: Sequence[str] = ()
) -> Loaded:
    """The compiled rules of ``folders``, from the cache when it has them, else shipped or made, and stored.

    ``triggers`` is asked only when they have to be made; ``code`` are the folders of the modules it reads,
    which make another stamp when they change.
    """
    home = cache_dir()
    stamp = stamp_of(folders, code)
    path = os.path.join(home, f"{crc32(stamp):08x}.rules") if home else ""
    cached = read(path, stamp) if path else None
    if cached is not None:
        return cached
    ready = shipped.load(folders, code)
    loaded = ready or made(folders, triggers())
    try:
        if not path:
            raise PermissionError
        write(path, stamp, loaded)
    except OSError:
        if ready is None:
            _unkept.append(wanted_dir())
    else:
        with contextlib.suppress(OSError):
            _tidy(home)
    return loaded


def unkept() -> str:
    """The folder that cannot hold the rules compiled in this process, so that every run takes seconds; mostly empty."""
    return _unkept[0] if _unkept else ""


def made(folders: Sequence[str], triggers: Triggers) -> Loaded:
    """The rules of ``folders`` compiled anew, which takes seconds."""
    # Imported here: a warm hook never reads YAML.
    from scanner.engine.decoders import gates
    from scanner.ruleset.compiled import compile_rules
    from scanner.ruleset.loader import load_known_examples, load_rules

    rules = compile_rules(load_rules(folders), load_known_examples(folders))
    prefilter = Prefilter.compile(rules.expressions, [literal for literal, _ in triggers.literals], gates())
    paths = Prefilter.compile(rules.names, ()) if rules.names else None
    return Loaded(rules, prefilter, triggers, paths)


def _tidy(folder: str) -> None:
    """Rule sets that are no longer used go, oldest first, and with them what killed processes left."""
    with os.scandir(folder) as entries:
        files = sorted(
            (entry.stat().st_mtime, entry.path) for entry in entries if entry.name.endswith((".rules", ".tmp"))
        )
    for _, path in files[:-_KEPT_SETS]:
        with contextlib.suppress(OSError):
            os.unlink(path)
