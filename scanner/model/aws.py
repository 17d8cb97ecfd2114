"""What an AWS access key id says about its account."""

from __future__ import annotations

import base64
import binascii

_ACCOUNT_MASK = 0x7FFFFFFFFF80


def account_of(key_id: bytes) -> str:
    """The twelve digits of the account inside a key id; empty where the id does not carry one.

    Ids of the first years (``AKIAI``, ``AKIAJ``) were random; later ones hold the number in their first 41 bits
    after the prefix.
    """
    if key_id[4:5] in (b"I", b"J"):
        return ""
    try:
        head = base64.b32decode(key_id[4:20])[:6]
    except binascii.Error:
        return ""
    return f"{(int.from_bytes(head, 'big') & _ACCOUNT_MASK) >> 7:012d}"
