"""Files whose names a scanned repository chose: they may lead to a pipe, a device, or more than memory holds."""

from __future__ import annotations

import errno
import os
import stat

# Configuration, lists and baselines: what is larger was not written to be read as one.
LARGEST = 256 * 1024 * 1024
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


def read_regular(path: str | os.PathLike[str], limit: int = LARGEST, *, follow: bool = True) -> bytes:
    """The bytes of a regular file of at most ``limit``; OSError like ``open``, and for everything else.

    Judged by what was opened: a name can be given to something else between a look and the opening. Without
    ``follow`` a symbolic link is no regular file.
    """
    handle = os.open(path, _FLAGS | (0 if follow else getattr(os, "O_NOFOLLOW", 0)))
    with open(handle, "rb") as file:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            raise OSError(errno.EINVAL, "is no regular file", path)
        data = file.read(limit + 1) if state.st_size <= limit else b""
        if state.st_size > limit or len(data) > limit:
            raise OSError(errno.EFBIG, f"has more than {limit:,} bytes", path)
        return data
