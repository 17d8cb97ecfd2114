"""Texts scanned together give what each of them gives by itself."""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Sequence

import pytest

from scanner.engine import jointsearch
from scanner.engine.encoding import to_text
from scanner.engine.engine import Engine
from scanner.engine.prefilter import Hit
from scanner.engine.standing import standing
from scanner.model.match import Match
from scanner.model.text import Text
from scanner.pipeline import together
from scanner.pipeline.build import text_scanner
from scanner.pipeline.options import ScanOptions
from scanner.pipeline.text import Dropped, TextScanner
from scanner.pipeline.together import Together
from scanner.ruleset.examples import fill
from tests.conftest import token

# A value that counts where settings stand, and nowhere else.
LINE = fill('export APP_SECRET="<<two words %D2>>"\n', "together").encode()


@pytest.fixture(scope="module")
def scanner() -> TextScanner:
    return text_scanner(ScanOptions())


def texts() -> list[Text]:
    """Names that rules and detectors ask for and others, encodings, what is encoded, structure, and much twice."""
    password = fill('password = "<<%A14>>"\n', "together").encode()
    encoded = base64.b64encode(f"key = {token('inner')}\n".encode())
    value = base64.b64encode(fill("<<%A14>>", "manifest").encode())
    contents = [
        b"", b"nothing\n", b"password = get_password()\n", LINE, password, b"\0\1\2" + password, encoded,
        f"key = {token()}\n".encode(), f"key = {token('wide')}\n".encode("utf-16"), b"x = 1\n" * 3000 + password,
        b"apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  password: " + value + b"\n",
        b"host:1:base:me:" + password[12:-2] + b"\n", b"machine a login b password " + password[12:-2] + b"\n",
    ]  # fmt: skip
    names = (
        "a.py", "b/c.py", "d.txt", "e.yaml", ".env", "prod/f.env", ".pgpass", ".netrc", "g.tfvars", "x/credentials",
        "production.json", "k.cnf", "h", "ü.py", "i.pem", "kustomization.yaml",
    )  # fmt: skip
    return [to_text(data, name) for name in names for data in contents] * 2


def each(scanner: TextScanner, some: Sequence[Text]) -> list[tuple[Text, list[Match]]]:
    found = ((text, scanner.scan(text, dropped=Dropped.BESIDE)) for text in some)
    return [(text, matches) for text, matches in found if matches]


def at_once(
    scanner: TextScanner, some: Sequence[Text], *, show_dropped: bool = False
) -> list[tuple[Text, list[Match]]]:
    one = Together(scanner, show_dropped=show_dropped)
    found: list[tuple[Text, list[Match]]] = []
    for text in some:
        one.add(text)
        held, missed = one.take()
        found += held
        assert not missed
    one.finish()
    return [*found, *one.take()[0]]


@pytest.mark.parametrize("sieved", [False, True])
def test_hits_that_lead_to_nothing_are_sorted_out_together(
    scanner: TextScanner, monkeypatch: pytest.MonkeyPatch, sieved: bool
) -> None:
    monkeypatch.setattr(jointsearch, "_HITS_WORTH_A_SIEVE", 0 if sieved else 1 << 40)
    if not sieved:
        monkeypatch.setattr(jointsearch, "kept_sieve", lambda _: None)
    monkeypatch.setattr(jointsearch, "_TOGETHER", 300)
    engine = scanner.engine
    engine._searches.clear()
    some = [*texts(), *(Text.named(f'{name} = "changeme"\n'.encode(), "m.py") for name in ("password", "api_key"))]
    every = engine.prefilter_each([text.data for text in some])
    kept = standing(engine, some, every)
    if not sieved:
        # Nothing is known of any.
        assert kept == every
        return
    assert all(set(few) <= set(hits) for few, hits in zip(kept, every, strict=True))
    assert all(len(few) < len(hits) for few, hits in zip(kept[-2:], every[-2:], strict=True))
    for text, few, hits in zip(some, kept, every, strict=True):
        found = [(match.rule, match.span) for match in engine.match(text, hits, dropped=False)]
        assert [(match.rule, match.span) for match in engine.match(text, few, dropped=False)] == found


@pytest.mark.parametrize("size", [1, 500, 1 << 20])
def test_the_same_matches_in_the_same_order(scanner: TextScanner, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(together, "_BYTES", size)
    some = texts()
    found = at_once(scanner, some)
    assert found == each(scanner, some)
    assert {".env", ".pgpass", "a.py", "e.yaml"} <= {text.path for text, _ in found}


def test_dropped_matches_where_all_are_shown() -> None:
    scanner = text_scanner(ScanOptions(show_dropped=True))
    some = texts()
    found = at_once(scanner, some, show_dropped=True)
    assert found == each(scanner, some)
    assert any(all(match.reason for match in matches) for _, matches in found)


def test_what_held_nothing_under_one_name_is_found_under_another(scanner: TextScanner) -> None:
    names = ["a.py", "a.py", "b.c", "prod.env", ".env", "c.py", "x/.env"]
    found = at_once(scanner, [Text.named(LINE, name) for name in names])
    assert [text.path for text, _ in found] == ["prod.env", ".env", "x/.env"]


class _Counted:
    def __init__(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pieces: list[bytes] = []
        search = engine.prefilter_each

        def counted(pieces: Sequence[bytes]) -> list[list[Hit]]:
            self.pieces += pieces
            return search(pieces)

        monkeypatch.setattr(engine, "prefilter_each", counted)


@pytest.mark.parametrize("keyed", [True, False])
def test_what_comes_again_is_not_read_again_unless_hashes_can_be_foreseen(
    scanner: TextScanner, monkeypatch: pytest.MonkeyPatch, keyed: bool
) -> None:
    class Flags:
        hash_randomization = int(keyed)

    monkeypatch.setattr(together, "_BYTES", 1)
    monkeypatch.setattr(sys, "flags", Flags)
    counted = _Counted(scanner.engine, monkeypatch)
    some = [Text.named(b"nothing here\n", f"{number}.py") for number in range(5)]
    assert not at_once(scanner, some)
    assert len(counted.pieces) == (1 if keyed else 5)


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (MemoryError(), "needs more memory than there is"),
        (KeyError("what was scanned"), "was not scanned to its end by a mistake of ours, KeyError in test_together.py"),
    ],
)
def test_what_goes_wrong_in_one_text_stops_no_other(
    scanner: TextScanner, monkeypatch: pytest.MonkeyPatch, error: Exception, why: str
) -> None:
    search = scanner.engine.prefilter_each

    def failing(pieces: Sequence[bytes]) -> list[list[Hit]]:
        if b"large" in b"".join(pieces):
            raise error
        return search(pieces)

    monkeypatch.setattr(scanner.engine, "prefilter_each", failing)
    one = Together(scanner)
    for name, data in (("a", f"key = {token()}\n".encode()), ("b", b"large"), ("c", f"key = {token('c')}\n".encode())):
        one.add(Text.named(data, name))
    one.finish()
    held, missed = one.take()
    assert [text.path for text, _ in held] == ["a", "c"]
    (skip,) = missed
    assert (skip.what, skip.blocking) == ("b", True)
    assert skip.why.startswith(why) and "what was scanned" not in skip.why


def test_what_was_not_looked_at_to_the_end_is_looked_at_again(
    scanner: TextScanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "_BYTES", 1)
    counted = _Counted(scanner.engine, monkeypatch)
    given_up = iter(range(100))
    monkeypatch.setattr(scanner.engine, "timeouts", lambda: next(given_up))
    assert not at_once(scanner, [Text.named(b"nothing here\n", f"{number}.py") for number in range(4)])
    assert len(counted.pieces) == 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes are forked here")
def test_a_process_knows_what_another_read(scanner: TextScanner, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Together(scanner)
    child = os.fork()
    if child == 0:
        one.add(Text.named(b"nothing here\n", "a.py"))
        one.add(Text.named(f"key = {token()}\n".encode(), "b.py"))
        one.finish()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    counted = _Counted(scanner.engine, monkeypatch)
    for data in (b"nothing here\n", f"key = {token()}\n".encode(), b"something else\n"):
        one.add(Text.named(data, "c.py"))
    one.finish()
    assert counted.pieces == [f"key = {token()}\n".encode(), b"something else\n"]
    assert [held.text.path for held in one.take()[0]] == ["c.py"]
