"""A quick look at a long text tells the same as a look at each of its keys."""

from __future__ import annotations

import random

from scanner.kubernetes import assignments

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
