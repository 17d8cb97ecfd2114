"""What Python's own ``re`` compiled in processes before: importing modules compiles some hundred expressions, which
takes a scan of a folder as long as searching a thousand files.

One file holds them all, read whole when the first is asked for; what is new is added with a single write. The form is
that of this interpreter, which checks it before it believes it; whatever is damaged or of another one is compiled anew.
Only expressions written in a module are kept, none that a function made: what is scanned never comes into it.
"""

from __future__ import annotations

import contextlib
import os
import re
import struct
import sys
from re import _compiler, _parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any
from zlib import crc32

from scanner.engine.home import cache_dir

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    Compile = Callable[..., re.Pattern[Any]]
    # The parts that a pattern is made of: flags, code, number of groups, and their names by number. No named tuple:
    # to make its class takes as long as reading all of them.
    Kept = tuple[int, bytes, int, bytes]

# Mark, check sum of what follows it, and the sizes of the expression, the names and the code; then whether it is of
# bytes, the flags it was asked with, those it has, and how many groups.
_ENTRY = struct.Struct("=4sIIII?iiI")
_MARK = b"re01"
# All that a run asks for is a twentieth of it. A file that is full begins anew.
_MOST = 4 * 1024 * 1024
# What depends on more than the expression, or has something to say as it is compiled.
_OTHERS = int(re.LOCALE | re.DEBUG)
# Of the code of a function; that of a module or a class has no such variables.
_OPTIMIZED = 1


class Patterns:
    """Those kept at ``path``; an empty path keeps nothing."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._data = b""
        # Where each begins in what was read, by the expression, whether it is of bytes, and the flags. Most are not
        # asked for: they are other commands'.
        self._places: dict[tuple[bytes, bool, int], int] = {}
        self._made: dict[tuple[str | bytes, int], Kept] = {}
        if path:
            self._read()

    def get(self, pattern: str | bytes, flags: int) -> re.Pattern[Any] | None:
        """The compiled ``pattern``, if it was kept."""
        kept = self._made.get((pattern, flags)) or self._stored(pattern, flags)
        if kept is None:
            return None
        full, packed, groups, listed = kept
        names = dict(_numbered(listed))
        indexes: list[str | None] = [None] * (groups + 1)
        try:
            for name, number in names.items():
                indexes[number] = name
            code = list(memoryview(packed).cast("I"))
            made: re.Pattern[Any] = _compiler._sre.compile(pattern, full, code, groups, names, tuple(indexes))
        except (AttributeError, LookupError, OverflowError, RuntimeError, TypeError, ValueError):
            return None
        return made

    def make(self, pattern: str | bytes, flags: int) -> re.Pattern[Any]:
        """``pattern`` compiled as ``re`` does it, and kept; raises re.error, or AttributeError for another ``re``."""
        parsed = _parser.parse(pattern, flags)
        code = _compiler._code(parsed, flags)
        state = parsed.state
        names: dict[str, int] = state.groupdict
        indexes: list[str | None] = [None] * state.groups
        for name, number in names.items():
            indexes[number] = name
        full = int(flags | state.flags)
        made: re.Pattern[Any] = _compiler._sre.compile(pattern, full, code, state.groups - 1, names, tuple(indexes))
        listed = "\n".join(f"{number} {name}" for name, number in names.items()).encode("utf-8", "surrogatepass")
        self._keep(pattern, flags, (full, struct.pack(f"={len(code)}I", *code), state.groups - 1, listed))
        return made

    def _keep(self, pattern: str | bytes, flags: int, kept: Kept) -> None:
        self._made[pattern, flags] = kept
        if not self._path:
            return
        text, is_bytes, _ = _key(pattern, flags)
        full, code, groups, names = kept
        body = text + names + code
        sizes = len(text), len(names), len(code)
        rest = is_bytes, flags, full, groups
        total = crc32(body, crc32(_ENTRY.pack(_MARK, 0, *sizes, *rest)))
        with contextlib.suppress(OSError):
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                if os.fstat(handle).st_size > _MOST:
                    os.unlink(self._path)
                else:
                    os.write(handle, _ENTRY.pack(_MARK, total, *sizes, *rest) + body)
            finally:
                os.close(handle)

    def _read(self) -> None:
        try:
            with open(self._path, "rb", buffering=0) as file:
                data = file.read(2 * _MOST)
        except OSError:
            return
        at, size, most, unpack = 0, _ENTRY.size, len(data), _ENTRY.unpack_from
        while most - at >= size:
            mark, _, text, names, code, is_bytes, flags, _, _ = unpack(data, at)
            start = at + size
            end = start + text + names + code
            if mark != _MARK or end > most:
                break
            # What was damaged is made again, and stands further on.
            self._places[data[start : start + text], is_bytes, flags] = at
            at = end
        self._data = data
        if at != len(data):
            # Somebody was killed in the middle of writing, or the disk was full: nothing behind it would be found.
            with contextlib.suppress(OSError):
                os.unlink(self._path)


    def _stored(self, pattern: str | bytes, flags: int) -> Kept | None:
        """What was read of ``pattern``, unless it was damaged."""
        at = self._places.get(_key(pattern, flags))
        if at is None:
            return None
        data = self._data
        mark, total, text, names, code, *rest = _ENTRY.unpack_from(data, at)
        start = at + _ENTRY.size
        end = start + text + names + code
        if crc32(data[start:end], crc32(_ENTRY.pack(mark, 0, text, names, code, *rest))) != total:
            return None
        _, _, full, groups = rest
        return full, data[end - code : end], groups, data[start + text : end - code]


class _Compiler:
    """Stands for the function of ``re`` that compiles, ``plain``."""

    def __init__(self, plain: Compile) -> None:
        self._plain = plain
        self._patterns: Patterns | None = None

    def __call__(self, pattern: Any, flags: int = 0) -> re.Pattern[Any]:
        if not isinstance(pattern, str | bytes) or flags & _OTHERS:
            return self._plain(pattern, flags)
        kept = self._all().get(pattern, flags)
        if kept is not None:
            return kept
        return self._made(pattern, flags) if _is_written(sys._getframe(1)) else self._plain(pattern, flags)

    def written(self, pattern: str | bytes, flags: int) -> re.Pattern[Any]:
        """``pattern``, which stands in a module, as it was kept or else made and kept."""
        kept = self._all().get(pattern, flags)
        return self._made(pattern, flags) if kept is None else kept

    def _all(self) -> Patterns:
        if self._patterns is None:
            self._patterns = Patterns(_path())
        return self._patterns

    def _made(self, pattern: str | bytes, flags: int) -> re.Pattern[Any]:
        # Another ``re`` may have other parts.
        with contextlib.suppress(AttributeError, TypeError, struct.error):
            return self._all().make(pattern, flags)
        return self._plain(pattern, flags)


def keep() -> None:
    """Have ``re`` keep what modules compile in this process, which must be ours."""
    if hasattr(_compiler, "compile") and hasattr(_compiler, "_code") and not isinstance(_compiler.compile, _Compiler):
        _compiler.compile = _Compiler(_compiler.compile)


def compiled(pattern: bytes, flags: int = 0) -> re.Pattern[bytes]:
    """``re.compile``, for what is written in a module and compiled later."""
    compiler = _compiler.compile
    return compiler.written(pattern, int(flags)) if isinstance(compiler, _Compiler) else re.compile(pattern, flags)


def _is_written(frame: FrameType | None) -> bool:
    """True when ``re`` was asked by a module or a class as it was made."""
    while frame is not None and frame.f_globals.get("__name__") in (__name__, "re"):
        frame = frame.f_back
    return frame is not None and not frame.f_code.co_flags & _OPTIMIZED


def _key(pattern: str | bytes, flags: int) -> tuple[bytes, bool, int]:
    """What ``pattern`` is kept by."""
    if isinstance(pattern, bytes):
        return pattern, True, flags
    return pattern.encode("utf-8", "surrogatepass"), False, flags


def _numbered(names: bytes) -> list[tuple[str, int]]:
    made = []
    for line in names.decode("utf-8", "surrogatepass").split("\n") if names else ():
        number, _, name = line.partition(" ")
        made.append((name, int(number)))
    return made


def _path() -> str:
    home = cache_dir()
    version = f"{sys.version}\0{getattr(_compiler, 'MAGIC', 0)}\0{sys.byteorder}"
    return os.path.join(home, f"{crc32(version.encode()):08x}.expressions") if home else ""
