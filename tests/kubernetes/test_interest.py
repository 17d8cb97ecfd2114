"""A quick look at a long text tells the same as a look at each of its keys."""

from __future__ import annotations

import random

from scanner.kubernetes import assignments, interest
from scanner.model.match import Stir
from scanner.model.text import Text

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


DEFINITION = (
    b'{"swagger": "2.0", "paths": {}}', b'{\n  "consumes": ["application/json"],\n  "swagger": "2.0",\n  "info": {}\n}',
    b"openapi: 3.0.3\ninfo:\n  title: x\n", b"# of ours\nopenapi: '3.1.0'\n", b'{"info":{"title":"x"},"openapi":"3.0.0"}',
)  # fmt: skip
PROMISES = b'\n# "password": "Xy7", login --token Xy7Ab\n'


def test_names_in_the_definition_of_an_api_promise_nothing() -> None:
    for definition in DEFINITION:
        assert not interest.worth(definition + PROMISES), definition
        assert interest.stirring(PROMISES, Text(definition + PROMISES), definition) is Stir.CALM
        assert interest.worth(definition + b"\nkind: Secret\ndata: {x: y}\n"), definition
        assert interest.worth(definition + b"\nstringData:\n")


NO_DEFINITION = (
    b"swagger: true\n", b"uses-openapi: 3.0\n", b'url: "/openapi: 3.0"\n', b"title: x\nopenapi: 3.0.0\n",
    b"```yaml\nopenapi: 3.0.0\n```\n", DEFINITION[2] + b"---\na: b\n", b'{"x": "' + b"y" * 5000 + b'", "openapi": "3.0"}',
)  # fmt: skip


def test_what_only_speaks_of_an_api_is_no_definition_of_one() -> None:
    for text in NO_DEFINITION:
        assert interest.worth(text + PROMISES), text
        assert interest.stirring(PROMISES, Text(text + PROMISES), text) is not Stir.CALM
