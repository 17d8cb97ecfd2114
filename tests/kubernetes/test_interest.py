"""A quick look at a long text tells the same as a look at each of its keys."""

from __future__ import annotations

import random

from scanner.kubernetes import assignments, interest

LINES = (
    b"name: db\n", b'  "title": "x", "kind": "y"\n', b"- port: 5432\n", b"token_id: 5\n", b"\n", b"a: b: c:: d\n",
    b"password:\n", b"  path: ./secrets\n", b"x" * 130 + b": 1\n", b"client_secret:    \n    Xy7\n", b"api key : {{ x }}\n",
)  # fmt: skip


def test_a_long_text_is_looked_at_in_stretches() -> None:
    told = []
    for seed in range(400):
        chance = random.Random(seed)
        some = chance.sample(LINES, 5)
        part = b"".join(chance.choices(some, weights=[80, 40, 20, 1, 1], k=chance.choice((9000, 20_000))))
        assert len(part) > assignments._STRETCH
        told.append(assignments.fields(part))
        assert told[-1] == assignments._fields(part, 0, len(part))
    assert {False, True} == set(told)


def test_a_long_text_holds_a_word_where_a_short_one_does() -> None:
    chance = random.Random(3)
    blank = bytes(chance.choices(b"abcdefghij :\n{}", k=3 * interest._SHORT))
    assert not interest._has_literal(blank)
    for literal in interest._LITERALS:
        at = chance.randrange(len(blank))
        assert interest.worth(blank[:at] + literal + blank[at:]), literal
