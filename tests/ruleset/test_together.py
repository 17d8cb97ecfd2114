"""Rules whose names are in every program wake by name and value as one."""

from __future__ import annotations

import pytest

from scanner.engine.prefilter import Prefilter
from scanner.ruleset.compiled import Expression
from scanner.ruleset.derive import derive
from scanner.ruleset.shorthand import expand

RULE = {"names": "acme", "value": "[0-9a-f]{8}", "near": 1}


def wakes(rule: dict[str, object], data: bytes) -> bool:
    derived = derive(str(expand(rule)["prefilter"]))
    return bool(Prefilter.compile([Expression(derived.expression, derived.caseless, 0, 0, False)], ()).hits(data))


@pytest.mark.parametrize(
    ("data", "together"),
    [
        (b"ACME_TOKEN=0a1b2c3d", True),
        (b"acme:\n  beside:\n    token: 0a1b2c3d", True),
        (b"acme%3D0a1b2c3d", True),
        (b"acme and nothing else", False),
        (b"acme0a1b2c3d", False),
        (b"0a1b2c3d = acme", False),
        (b"acme\n\n\n\n0a1b2c3d", False),
    ],
)
def test_name_and_value_wake_as_one(data: bytes, together: bool) -> None:
    assert wakes(RULE | {"together": True}, data) is together
    assert wakes(RULE, data)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (RULE | {"together": "yes"}, "must be true or false"),
        (RULE | {"together": True, "near": 3}, "'near' below 3"),
        (RULE | {"together": True, "prefilter": "acme"}, "makes the 'prefilter' itself"),
        ({"token": "[0-9a-f]{8}", "together": True}, "'names' with 'value'"),
    ],
)
def test_what_cannot_wake_so_is_said(rule: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        expand(rule)
