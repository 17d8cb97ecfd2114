"""What is remembered of values is what plausibility says of them."""

from __future__ import annotations

import pytest

from scanner.engine import judge
from scanner.engine.judge import Judge
from scanner.engine.plausibility import hopeless, implausible
from scanner.model.filekind import FileKind
from scanner.ruleset.examples import fill

VALUES = [
    fill("<<%A24>>", "judge"), fill("<<%H32>>", "judge"), fill("<<blue %L4 river>>", "judge"), "changeme", "xxxxxxxx",
    "${TOKEN}", "hunter2!", "get_password", "a", "no secret at all", "/etc/app/key.pem", "z" * 300,
]  # fmt: skip
KEYS = ["", "password", "token_url", "api_key", "secret"]
LINES = [b"", b"password = x", b"assert login(user, x) is False", b"# for example: x"]


@pytest.mark.parametrize("mode", ["none", "token", "literal", "value", "password"])
def test_twice_the_same_answer_as_without_a_memory(monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    monkeypatch.setattr(judge, "_REMEMBERED", 7)
    one = Judge(mode)
    reasons = set()
    for value in (text.encode() for text in [*VALUES, *VALUES]):
        for key in KEYS:
            for kind in (FileKind.CODE, FileKind.CONFIG):
                never = one.hopeless(value, key.encode(), kind)
                assert bool(never) == hopeless(value, mode=mode, key=key, kind=kind)
                for line in LINES:
                    reason = one.implausible(value, key.encode(), kind, line)
                    assert reason == implausible(value, mode=mode, key=key, kind=kind, line=line)
                    assert not never or reason == never
                    reasons.add(reason)
    assert len(reasons) > (0 if mode == "none" else 1)
