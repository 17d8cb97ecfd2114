"""Example tokens, assembled when a test asks for them.

No file of the project holds a whole token: a rule's example says how to make one, and the same rule
always makes the same one. The grammar is in ``docs/rule-format.md``. Not for keys: the generator is
seeded and anyone can repeat it.
"""

from __future__ import annotations

import base64
import binascii
import random
import re
import string
import uuid
from collections.abc import Callable
from urllib.parse import quote

from scanner.ruleset import example_keys, example_stores, example_tokens, example_wallets

_DIGITS, _LOWER, _UPPER = string.digits, string.ascii_lowercase, string.ascii_uppercase
_CLASSES = {
    "A": _DIGITS + _UPPER + _LOWER,
    "H": _DIGITS + "abcdef",
    "X": _DIGITS + "ABCDEF",
    "W": _DIGITS + _UPPER + _LOWER + "_-",
    "B": _UPPER + _LOWER + _DIGITS + "+/",
    "S": _UPPER + "234567",
    "T": _LOWER + "234567",
    "D": _DIGITS,
    "L": _LOWER,
    "C": _UPPER,
    "N": _DIGITS + _LOWER,
    "M": _DIGITS + _UPPER,
}
_COUNTED = re.compile(r"%(?:([A-Z])|\[([^\]]+)\])(\d+)$")
_CALL = re.compile(r"%([a-z0-9]+)\(")
_TEMPLATE = re.compile(r"<<(.*?)>>", re.DOTALL)
_BASE62 = _DIGITS + _UPPER + _LOWER
_BASE36 = _DIGITS + _LOWER


def _base_n(number: int, alphabet: str, width: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, len(alphabet))
        digits = alphabet[rest] + digits
    return digits.rjust(width, alphabet[0])


def _crc(text: str) -> int:
    return binascii.crc32(text.encode())


def _after_prefix(text: str) -> str:
    return text.rpartition("_")[2]


# Written apart from the checks that verify them, so that a mistake in one is seen by the other.
_CHECKSUMS: dict[str, Callable[[str], str]] = {
    "crc62": lambda text: _base_n(_crc(_after_prefix(text)), _BASE62, 6),
    "crc36": lambda text: _base_n(_crc(text), _BASE36, 7),
    "crc8hexle": lambda text: _crc(text[:-1]).to_bytes(4, "little").hex(),
    "crc8hexupper": lambda text: f"{_crc(text):08X}",
    "crc8hexbody": lambda text: f"{_crc(text.partition('_')[2].rstrip('_')):08x}",
}


def fill(template: str, seed: str) -> str:
    """``template`` with every ``<<...>>`` replaced by a generated text; equal seeds give equal texts."""
    chance = random.Random(seed)  # noqa: S311 - examples must repeat, they protect nothing
    return _TEMPLATE.sub(lambda found: _build(found.group(1), chance), template)


def _build(source: str, chance: random.Random) -> str:
    text = ""
    for part in _parts(source):
        text += _part(part, text, chance)
    return text


def _parts(source: str) -> list[str]:
    """Split at blanks outside parentheses."""
    parts, depth, current = [], 0, ""
    for char in source:
        if char.isspace() and depth == 0:
            if current:
                parts.append(current)
            current = ""
            continue
        depth += (char == "(") - (char == ")")
        current += char
    if current:
        parts.append(current)
    return parts


def _part(part: str, before: str, chance: random.Random) -> str:
    if not part.startswith("%"):
        return part.replace("~", " ")
    counted = _COUNTED.match(part)
    if counted:
        letter, custom, count = counted.groups()
        alphabet = _CLASSES[letter] if letter else custom
        return "".join(chance.choice(alphabet) for _ in range(int(count)))
    call = _CALL.match(part)
    if call and part.endswith(")"):
        return _called(call.group(1), part[call.end() : -1], chance)
    name = part[1:]
    if name == "uuid":
        return str(uuid.UUID(int=chance.getrandbits(128), version=4))
    if name in _CHECKSUMS:
        return _CHECKSUMS[name](before)
    raise ValueError(f"unknown part {part!r} in an example")


# Functions of the text between the parentheses as it stands ...
_MAKERS: dict[str, Callable[[str, random.Random], str]] = {
    "jwt": lambda claims, chance: _jwt(claims, chance),
    "pem": example_keys.pem,
    "putty": example_keys.putty,
    "azure": example_tokens.azure,
    "cask": example_tokens.cask,
    "aws": example_tokens.aws,
    "pypi": example_tokens.pypi,
    "age": example_tokens.age,
    "nkey": example_tokens.nkey,
    "keystore": example_stores.keystore,
    "phrase": example_wallets.phrase,
    "base58": example_wallets.base58,
    "pair": example_wallets.pair,
    "sanctum": example_wallets.sanctum,
}
# ... and of what the parts between them give.
_CODINGS: dict[str, Callable[[str], str]] = {
    "b64": lambda text: base64.b64encode(text.encode()).decode(),
    "b64url": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "hex": lambda text: text.encode().hex(),
    "pct": lambda text: quote(text, safe=""),
    "esc": lambda text: text.replace("\n", "\\n"),
    "escesc": lambda text: text.replace("\n", "\\\\n"),
    "concat": lambda text: '" +\n  "'.join(text.split("\n")),
    "fold": lambda text: " ".join(text[at : at + 64] for at in range(0, len(text), 64)),
    "body": lambda text: "".join(text.split("\n")[1:-1]),
    "indent": lambda text: text.replace("\n", "\n    "),
}


def _called(name: str, inner: str, chance: random.Random) -> str:
    if name in _MAKERS:
        return _MAKERS[name](inner, chance)
    if name in _CODINGS:
        return _CODINGS[name](_build(inner, chance))
    raise ValueError(f"unknown function %{name}() in an example")


def _jwt(claims: str, chance: random.Random) -> str:
    def part(text: str) -> str:
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    signature = base64.urlsafe_b64encode(chance.randbytes(256)).decode().rstrip("=")
    header = part('{"alg":"RS256","kid":"k1"}')
    return f"{header}.{part(claims)}.{signature}"
