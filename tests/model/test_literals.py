"""Literals in one pass: the same as one after another."""

from __future__ import annotations

import random

import pytest

from scanner.model.literals import Literals

WORDS = (b"kind: Secret", b"a.c", b"a.c(", b"stringData", b'"x":"y"', b"data", b"\xc3\xa4", b"Data/")


@pytest.mark.parametrize("caseless", [False, True])
def test_the_same_as_one_after_another(caseless: bool) -> None:
    literals = Literals(WORDS, caseless=caseless)
    assert literals.among(b"") == set()
    told = set()
    for seed in range(300):
        chance = random.Random(seed)
        pieces = [word.swapcase() if chance.random() < 0.5 else word for word in chance.choices(WORDS, k=3)]
        text = bytes(chance.choices(b"abc \n", k=50)).join([b"", *pieces, b""])
        low = text.lower()
        right = {at for at, word in enumerate(WORDS) if (word.lower() in low if caseless else word in text)}
        assert literals.among(text) == right
        told |= right
    assert len(told) == len(WORDS)
