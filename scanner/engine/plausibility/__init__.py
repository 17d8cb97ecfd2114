"""May this value be a secret? Reasons why not, from the surest to the most statistical.

The order matters for what a user reads under ``--show-dropped``: a template is called a template even where
it is also made of words.
"""

from __future__ import annotations

from scanner.model.filekind import FileKind

# Imports stand in the functions: a run without a single candidate has no use for what judges.


def implausible(value: bytes, *, mode: str, key: str = "", kind: FileKind = FileKind.OTHER, line: bytes = b"") -> str:
    """An empty string when ``value`` may be a secret, else a short reason.

    ``mode`` is the rule's ``plausible``: ``token`` (placeholders are dropped), ``literal`` (also references and
    stock words), ``value`` (also: must look
    generated), ``password`` (also: must not be plain words), ``none``. ``key`` is the name the value is given
    to, ``line`` the bytes around it.
    """
    if mode == "none":
        return ""
    if mode == "token":
        from scanner.engine.plausibility.placeholders import stand_in

        return stand_in(value)
    from scanner.engine.plausibility import judgement, keys

    password = mode == "password"
    name = keys.read(key) if key else keys.unnamed(password=password)
    if named_alike(value, key):
        return "named like it"
    if mode == "literal":
        return judgement.literal(value, key=name, kind=kind)
    return judgement.judge(value, key=name, password=password, kind=kind, line=line)


def named_alike(value: bytes, key: str) -> bool:
    """True for what repeats the end of its name: ``PASS_QPS = "passQps"``."""
    return len(value) > 3 and value.isascii() and _plain(key).endswith(_plain(value.decode("ascii")))


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(".", "")


def hopeless(value: bytes, *, mode: str, key: str, kind: FileKind) -> bool:
    """True when ``value`` is implausible under ``mode`` on whatever line it stands.

    Asked first, because to find the line costs more than this. For the modes that look at the line at all; false for
    others.
    """
    if mode not in ("value", "password"):
        return False
    from scanner.engine.plausibility import judgement, keys

    password = mode == "password"
    name = keys.read(key) if key else keys.unnamed(password=password)
    return named_alike(value, key) or judgement.in_itself(value, key=name, password=password, kind=kind) != ""


def weak(value: bytes, lines: bytes) -> str:
    """Why a password that may be one is guessed at once, by the ``lines`` around it."""
    from scanner.engine.plausibility.surroundings import is_user

    return "the same as the user" if is_user(value, lines) else ""


def public(value: bytes) -> str:
    """Why a generated value is hardly a secret, though its name says so: contracts of coins are called tokens too."""
    from scanner.engine.plausibility.shapes import is_contract

    return "looks like the address of a contract" if is_contract(value) else ""


def cut_short(data: bytes, end: int) -> str:
    """Why the value that ends there in ``data`` is hardly a whole one: the dots say that it goes on."""
    return "part of one" if data.startswith((b"...", b"\xe2\x80\xa6"), end) else ""


def doubtful(value: bytes) -> str:
    """Why a value that is plausible under ``token`` is hardly a real one: it counts up or repeats itself in part."""
    from scanner.engine.plausibility.placeholders import placeholder

    return placeholder(value)
