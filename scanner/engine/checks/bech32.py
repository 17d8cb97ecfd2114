"""The checksum of bech32 texts (BIP 173): age identities."""

from __future__ import annotations

from scanner.engine.checks.verdict import CheckContext, Outcome, Verdict, passed

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate(_GENERATOR):
            check ^= term if top >> bit & 1 else 0
    return check


def bech32_valid(text: str) -> bool:
    """Whether ``text`` (one case throughout) ends in the checksum of all before it."""
    if text.upper() != text and text.lower() != text:
        return False
    head, _, data = text.lower().rpartition("1")
    if not head or len(data) < 6 or not all(char in _ALPHABET for char in data):
        return False
    spread = [ord(char) >> 5 for char in head] + [0] + [ord(char) & 31 for char in head]
    return _polymod(spread + [_ALPHABET.index(char) for char in data]) == 1


def check_age(secret: bytes, context: CheckContext) -> Verdict:
    """An age identity; a plug-in's stub names a key in hardware and opens nothing by itself."""
    text = secret.decode("latin-1")
    if not bech32_valid(text):
        return Verdict(Outcome.FAIL, "the checksum does not match")
    kind = "post-quantum" if text.upper().startswith("AGE-SECRET-KEY-PQ-") else "X25519"
    verdict = passed(True, "")
    return Verdict(verdict.outcome, detail={"key": kind})
