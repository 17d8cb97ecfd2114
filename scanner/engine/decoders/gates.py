"""Expressions for the first pass: a match means that something encoded may lie there."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from functools import cache

# What documents that hold secrets talk about, and how tokens begin. In base64 each has three forms, by where in a
# group of three bytes it falls; those are plain literals, which the first pass looks for at no cost.
_WORDS = (
    "password Password PASSWORD passwd PASSWD passphrase pass: pass= secret Secret SECRET token Token "
    "TOKEN apikey apiKey api_key API_KEY access access_key ACCESS_KEY private_key privateKey PRIVATE "
    "credential Credential auth Auth AUTH http:// https:// :// -----BEGIN PRIVATE apiVersion kind: client "
    "connection Connection database DATABASE login user username USERNAME AccountKey SharedAccess bearer "
    "Bearer ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- glrt- gldt- xoxb- xoxp- xoxa- xapp- AKIA ASIA "
    "AIza sk_live rk_live sk-ant- sk-proj sk-svc npm_ pypi- hvs. hvb. dckr_pat_ dop_v1_ shpat_ AGE-SECRET "
    'NRAK- glsa_ lin_api ATATT sntrys_ SG. eyJ hf_ tskey- figd_ PMAK- key- export Secret= Key= pwd= PWD= "kty" '
).split()
_SHORTEST, _LONG = 4, 5


@cache
def encoded_words() -> tuple[str, ...]:
    """Expressions with the words in base64 (twice over, and of UTF-16, too) and in hex, and how packed text begins."""
    once = _forms(word.encode() for word in _WORDS)
    twice = _forms(form.encode() for form in once if len(form) >= _LONG)
    wide = _forms(word.encode("utf-16-le") for word in _WORDS if len(word) >= 6)
    base64_forms = sorted({form for form in once | twice | wide if len(form) >= _SHORTEST})
    digits = {word.encode().hex() for word in _WORDS if len(word) >= _SHORTEST}
    hexadecimal = sorted(digits | {form.upper() for form in digits})
    return (_choice(base64_forms), _choice(hexadecimal), "(?:H4sI|SDRzSU)[A-Za-z0-9+/_\\-]{20}")


def _choice(literals: list[str]) -> str:
    return "|".join(literal.replace("+", r"\+") for literal in literals)


def _forms(words: Iterable[bytes]) -> set[str]:
    """The characters of base64 that each of ``words`` fixes, in each of its three positions."""
    forms = set()
    for word in words:
        for before in range(3):
            encoded = base64.b64encode(bytes(before) + word + bytes(2)).decode()
            forms.add(encoded[-(-8 * before // 6) : 8 * (before + len(word)) // 6])
    return forms
