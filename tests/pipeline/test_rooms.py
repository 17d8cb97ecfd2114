"""Rooms around triggers give what a look at the whole long text gives."""

from __future__ import annotations

import base64
import sys

import pytest

from scanner.engine import lines as lines_of_texts
from scanner.model.filekind import FileKind
from scanner.model.match import Match
from scanner.model.text import Text
from scanner.pipeline import rooms
from scanner.pipeline.barren import Barren
from scanner.pipeline.build import text_scanner
from scanner.pipeline.classes import NameClasses
from scanner.pipeline.options import ScanOptions
from scanner.pipeline.text import TextScanner
from tests.conftest import token

LINE = b"2024-05-01 12:00:00 GET /index.html 200 nothing to see in this line of a log\n"


@pytest.fixture(scope="module")
def scanner() -> TextScanner:
    return text_scanner(ScanOptions())


def manifest(password: str) -> bytes:
    value = base64.b64encode(password.encode()).decode()
    return f"---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  password: {value}\n---\n".encode()


def told(matches: list[Match]) -> list[tuple[str, int, int, bool]]:
    return sorted((match.rule, *match.span, bool(match.reason)) for match in matches)


def in_rooms(scanner: TextScanner, data: bytes) -> list[Match]:
    text = Text(data, "large.log", FileKind.DATA)
    barren = Barren(scanner.engine, show_dropped=True)
    return rooms.scan_in_rooms(scanner, text, barren, NameClasses(scanner).entries_at(text.path, text.kind))


def test_manifests_and_keys_anywhere_are_found_as_in_the_whole(scanner: TextScanner) -> None:
    parts = []
    for number in range(6):
        parts += [LINE * (3000 * number), manifest(f"Xk9-{number}vq27Zw"), LINE * number * 200]
        parts += [f"key = {token(str(number))}\n".encode()]
    data = b"".join(parts)
    found = in_rooms(scanner, data)
    assert told(found) == told(scanner.scan(Text(data, "large.log", FileKind.DATA)))
    assert sum(not match.reason for match in found) == 12


def test_at_the_edge_of_a_room_nothing_is_lost(scanner: TextScanner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "ROOM", 4000)
    monkeypatch.setattr(rooms, "_MARGIN", 400)
    secret = manifest("Xk9-vq27Zw")
    for distance in range(3000, 5200, 97):
        key = f"key = {token(str(distance))}\n".encode()
        filler = b"." * (distance - 1) + b"\n"
        data = LINE * 100 + key + filler + secret + filler + key + LINE * 100
        found = [match for match in in_rooms(scanner, data) if not match.reason]
        assert [data[slice(*match.span)] for match in found if match.rule.startswith("github")] == [key[6:-1]] * 2
        assert len(found) == 3


def test_a_room_in_a_log_is_not_read_as_a_document_for_its_first_line(scanner: TextScanner) -> None:
    commented = b"".join(b"    # " + line + b"\n" for line in manifest("Xk9-vq27Zw").splitlines()[1:-1])
    data = LINE * 3000 + b"level: debug\n" * 20_000 + commented + LINE * 3000
    text = Text(data, "large.log", FileKind.DATA, scattered=True)
    found = rooms.scan_in_rooms(
        scanner, text, Barren(scanner.engine), NameClasses(scanner).entries_at(text.path, text.kind)
    )
    assert [match.rule for match in found if not match.reason] == ["kubernetes-secret-value"]
    assert told(scanner.scan(text._replace(scattered=False))) == told(found)


@pytest.mark.parametrize("name", ["large.log", "home/.npmrc", "infra/main.tf", "home/.bash_history"])
def test_what_is_for_files_of_other_names_is_not_missed(scanner: TextScanner, name: str) -> None:
    lines = f"""//registry.npmjs.org/:_authToken={token("a").lower()}
curl -u joe:Xk9vq27Zw-{name} https://example.org
  admin_password = "Xk9-vq27Zw-{len(name)}"
export API_TOKEN={token("b")[4:]}
"""
    text = Text.named(LINE * 2000 + lines.encode() + LINE * 2000, name)
    found = rooms.scan_in_rooms(
        scanner, text, Barren(scanner.engine), NameClasses(scanner).entries_at(text.path, text.kind)
    )
    assert told(found) == [one for one in told(scanner.scan(text)) if not one[3]]
    assert found


def test_a_log_without_manifests_has_no_room(scanner: TextScanner) -> None:
    data = LINE * 5000 + f"key = {token()}\n".encode() + LINE * 5000
    assert [data[slice(*match.span)].decode() for match in in_rooms(scanner, data)] == [token()]


def test_no_rule_keeps_a_text_that_it_is_done_with(scanner: TextScanner) -> None:
    # Portions of a large file have megabytes, and rules are hundreds.
    lines = b"\n".join(b'api_key_%d = "%032x" password: %d-lamps' % (n, n**9, n) for n in range(40))
    kept = bytes(bytearray(lines))
    before = sys.getrefcount(kept)
    assert scanner.engine.match(Text(kept), scanner.engine.prefilter(kept))
    lines_of_texts._last = None  # the lines of one text are kept, which is enough
    assert sys.getrefcount(kept) == before
