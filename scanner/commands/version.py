"""The version line."""

from __future__ import annotations


def version() -> str:
    """The installed distribution's version."""
    # importlib.metadata costs 20 ms; it is asked only here.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("unsealed")
    except PackageNotFoundError:
        return "0+unknown"


def version_line() -> str:
    """Version, how the delta module runs, and what it runs on: what a bug report needs."""
    import platform
    from importlib.util import find_spec

    delta = find_spec("scanner.history.delta")
    compiled = bool(delta and delta.origin and not delta.origin.endswith(".py"))
    return (
        f"unsealed {version()} (delta module {'compiled' if compiled else 'interpreted'}; "
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()})"
    )
