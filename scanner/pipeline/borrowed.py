"""The configuration that gitleaks' environment variables name or hold, as a file that rules can be read from."""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from scanner.engine.home import cache_dir
from scanner.model.errors import ConfigError
from scanner.suppress.store import write_whole

CONFIG, CONTENT = "GITLEAKS_CONFIG", "GITLEAKS_CONFIG_TOML"
# What allows findings may hold a secret in the clear, and is read elsewhere, straight from the variable.
_LEFT_OUT = ("allowlist", "allowlists")


class Borrowed(NamedTuple):
    """The variable, and the file that stands for it; ``path`` is empty where none can be kept."""

    name: str
    path: str


def borrowed(environ: Mapping[str, str]) -> Borrowed | None:
    """What the variables give; gitleaks prefers the one with a path. ConfigError when that file is not there."""
    path, content = environ.get(CONFIG, ""), environ.get(CONTENT, "")
    if path:
        if not os.path.isfile(path):
            raise ConfigError(f"{CONFIG}: {path} is not there")
        if path.endswith(".toml"):
            return Borrowed(CONFIG, path)
        return Borrowed(CONFIG, _kept(Path(path).read_text("utf-8", "replace"), CONFIG))
    return Borrowed(CONTENT, _kept(content, CONTENT)) if content else None


def _kept(content: str, name: str) -> str:
    """The rules of ``content`` in the user's cache folder: compiled rules are known by the file they are from."""
    try:
        top = tomllib.loads(content)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{name}: not valid TOML: {error}") from None
    home = cache_dir()
    if not home:
        return ""
    plain = "".join(f"{key} = {_toml(top[key])}\n" for key in ("extend", "rules") if key in top)
    data = plain.encode("utf-8", "replace")
    path = Path(home, f"gitleaks-{hashlib.sha256(data).hexdigest()[:16]}.toml")
    if not path.is_file() or path.read_bytes() != data:
        write_whole(path, data, private=True)
    return str(path)


def _toml(value: Any) -> str:
    """``value`` as TOML on one line, whose strings are those of JSON but for DEL."""
    if isinstance(value, dict):
        inner = ", ".join(f"{_toml(key)} = {_toml(one)}" for key, one in value.items() if key not in _LEFT_OUT)
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, bool | int | float):
        return str(value).lower()
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
