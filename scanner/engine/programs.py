"""Exact expressions compiled before, on disk: compiling one takes milliseconds, reading it back a hundredth of that.

The library gives what it compiled in a form for pickling, and that is stored, without a pickle. What cannot be read is
compiled anew. Where all is read back, the part of the library that searches is enough, and is loaded by itself: the one
that compiles takes ten times as long to import, as long as a dozen files to scan.
"""

from __future__ import annotations

import contextlib
import copyreg
import json
import os
import sys
from collections.abc import Callable
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from typing import TYPE_CHECKING, Any, AnyStr, NamedTuple
from zlib import crc32

from scanner.engine.home import cache_dir
from scanner.engine.shelf import Shelf, key_of

if TYPE_CHECKING:
    from types import ModuleType

    from regex import Pattern

# The part of ``regex`` that searches.
_SEARCHING = "regex._regex"


def compiled(expression: str, flags: int = 0) -> Pattern[bytes]:
    """``expression`` over bytes, as ``regex.compile`` makes it; raises regex.error like that."""
    return _programs().get(expression.encode(), flags)


def compiled_text(expression: str) -> Pattern[str]:
    """The same over characters."""
    return _programs().get(expression, 0)


@cache
def _programs() -> Programs:
    home = cache_dir()
    version = f"{_library().version}\0{sys.version}\0{os.uname().machine if hasattr(os, 'uname') else os.name}"
    return Programs(os.path.join(home, f"{crc32(version.encode()):08x}.compiled") if home else "")


class Programs:
    """Those kept at ``path``; an empty path keeps nothing."""

    def __init__(self, path: str) -> None:
        self._shelf = Shelf(path)
        self._keeps = bool(path)

    def get(self, expression: AnyStr, flags: int) -> Pattern[AnyStr]:
        """The compiled ``expression``, as it was kept or else made and kept."""
        if not self._keeps:
            return _compile(expression, flags)
        key = _key(expression, flags)
        body = self._shelf.get(key)
        if body is not None:
            with contextlib.suppress(AttributeError, RuntimeError, TypeError, ValueError):
                return _from_stored(expression, body)
        made = _compile(expression, flags)
        if body := _stored(made):
            self._shelf.put(key, body)
        return made


def _compile(expression: AnyStr, flags: int) -> Pattern[AnyStr]:
    import regex

    made: Pattern[AnyStr] = regex.compile(expression, flags)
    return made


def _key(expression: str | bytes, flags: int) -> bytes:
    if isinstance(expression, str):
        return key_of(b"%d text" % flags, expression.encode("utf-8", "surrogatepass"))
    return key_of(b"%d" % flags, expression)


def _stored(made: Pattern[AnyStr]) -> bytes:
    """``made`` without its expression; empty for what has a form unknown here."""
    try:
        _, flags, code, groups, _, lists, indexes, offset, characters, case, count = _parts(made)[1]
        if lists or indexes:
            return b""
        # Older releases have numbers for code.
        packed, numbers = (code, None) if isinstance(code, bytes) else (b"", code)
        rest = json.dumps([flags, numbers, groups, lists, indexes, offset, characters, case, count]).encode()
    except (KeyError, TypeError, ValueError):
        return b""
    return len(rest).to_bytes(4, "big") + rest + packed


def _from_stored(expression: AnyStr, body: bytes) -> Pattern[AnyStr]:
    start = 4 + int.from_bytes(body[:4], "big")
    flags, code, groups, lists, indexes, offset, characters, case, count = json.loads(body[4:start])
    code = body[start:] if code is None else code
    numbers = {number: name for name, number in groups.items()}
    characters = None if characters is None else tuple(characters)
    made: Pattern[AnyStr] = _library().rebuild(
        expression, flags, code, groups, numbers, lists, indexes, offset, characters, case, count
    )
    return made


def _parts(made: Pattern[AnyStr]) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    reduced: tuple[Callable[..., Any], tuple[Any, ...]] = copyreg.dispatch_table[type(made)](made)  # type: ignore[assignment]
    return reduced


class _Library(NamedTuple):
    """What makes a pattern of its parts, and what changes with it."""

    rebuild: Callable[..., Any]
    version: str


@cache
def _library() -> _Library:
    with contextlib.suppress(AttributeError, ImportError, OSError, TypeError):
        module = sys.modules.get(_SEARCHING) or _searching()
        state = os.stat(module.__file__ or "")
        return _Library(module.compile, f"{state.st_size}\0{state.st_mtime_ns}")
    # Another release has other parts; it tells what makes a pattern with any pattern.
    import regex

    return _Library(_parts(_compile(b"", 0))[0], regex.__version__)


def _searching() -> ModuleType:
    package = PathFinder.find_spec(_SEARCHING.partition(".")[0])
    spec = PathFinder.find_spec(_SEARCHING, package.submodule_search_locations if package else None)
    if spec is None or spec.loader is None:
        raise ImportError(_SEARCHING)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    # There is one of it, also for who imports the library later.
    return sys.modules.setdefault(_SEARCHING, module)
