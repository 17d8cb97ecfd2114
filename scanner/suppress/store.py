"""Writing a file whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from scanner.model.errors import ConfigError


def write_whole(path: Path, data: bytes, *, private: bool = False) -> None:
    """Replace ``path`` in one step, keeping its permissions: a failure leaves the old content.

    ``private``: only its owner may read it, whatever it was before.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        # A device would be gone: who may do everything would have a file called /dev/null.
        raise ConfigError(f"{path}: is no regular file, and is not replaced")
    try:
        mode = target.stat().st_mode & 0o777 if target.exists() else None
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            if not private:
                Path(name).chmod(mode if mode is not None else 0o666 & ~_umask())
            Path(name).replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
