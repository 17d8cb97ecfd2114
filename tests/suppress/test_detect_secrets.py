"""The baseline of detect-secrets, with the tool itself as the judge of what its file means."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scanner.model.errors import ConfigError
from scanner.model.text import Text
from scanner.pipeline.build import text_scanner
from scanner.pipeline.options import ScanOptions
from scanner.ruleset.examples import fill
from scanner.suppress import Place, Sighting, load, reader
from tests.suppress.cases import TODAY, case_of, status_of, verdict_of

FILES = {
    "app.py": 'password = "<<%A12>>"\naws = "<<AKIA %S16>>"\naws_secret_access_key = "<<%B40>>"\n'
    'token = "<<ghp_ %A30 %crc62>>"\nurl = "postgres://bob:s3cretPw99@db.example.com/x"\n'
    'slack = "<<xoxb- %D12 - %D12 - %A24>>"\nstripe = "<<sk_live_ %A24>>"\n',
    "deploy/key.pem": "<<%pem(RSA)>>\n",
    "config.yml": 'db:\n  password: <<%A14>>\n  api_key: "<<%A32>>"\n',
    ".env": "SECRET_KEY=<<%A40>>\nDB_PASSWORD=<<correct %A10>>\nGITHUB=<<ghp_ %A30 %crc62>>\n",
    "web/jwt.js": 'const t = \'<<%jwt({"sub":"1","name":"bob"})>>\';\n',
}


def written(folder: Path, files: Mapping[str, str]) -> None:
    for name, template in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(fill(template, name))
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)


def their_scan(folder: Path, *options: str) -> dict[str, Any]:
    """What detect-secrets itself writes for the files in ``folder``."""
    command = [sys.executable, "-m", "detect_secrets", "scan", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=True, env={**os.environ, "LC_ALL": "C"})
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def findings(folder: Path, *, lines: bool = True) -> dict[tuple[str, int, str], str]:
    """Our findings, by file, line and rule, with what becomes of each."""
    loaded = load(reader(str(folder)), today=TODAY)
    scanner = text_scanner(ScanOptions())
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and ".git/" not in str(path) and path.name != ".secrets.baseline":
            text = Text.named(path.read_bytes(), str(path.relative_to(folder)))
            for match in scanner.scan(text):
                if match.reason:
                    continue
                line = text.data.count(b"\n", 0, match.span.start) + 1
                claims = loaded.suppressor.claims(match, text)
                verdict = loaded.suppressor.judge(match.rule, [Sighting(claims, Place(text.path, line))])
                found[text.path, line, match.rule] = verdict.status if verdict else "new"
    return found


def test_what_that_tool_baselined_is_no_news_to_us(tmp_path: Path) -> None:
    written(tmp_path, FILES)
    before = findings(tmp_path)
    assert len(before) >= 8
    assert set(before.values()) == {"new"}
    baseline = their_scan(tmp_path)
    (tmp_path / ".secrets.baseline").write_text(json.dumps(baseline))
    theirs = {(file, entry["line_number"]) for file, entries in baseline["results"].items() for entry in entries}
    after = findings(tmp_path)
    assert after.keys() == before.keys()
    for (path, line, rule), status in after.items():
        assert status == ("baseline" if (path, line) in theirs else "new"), (path, line, rule)
    assert list(after.values()).count("baseline") >= 8


def test_moved_lines_stay_known_and_new_secrets_are_new(tmp_path: Path) -> None:
    written(tmp_path, FILES)
    (tmp_path / ".secrets.baseline").write_text(json.dumps(their_scan(tmp_path)))
    app = tmp_path / "app.py"
    app.write_text("\n\n# moved\n" + app.read_text() + fill('new_password = "<<%A14>>"\n', "new"))
    statuses = {line: status for (path, line, _), status in findings(tmp_path).items() if path == "app.py"}
    assert statuses.pop(max(statuses)) == "new"
    assert set(statuses.values()) == {"baseline"}


def test_the_same_secret_in_another_file_is_new(tmp_path: Path) -> None:
    written(tmp_path, FILES)
    (tmp_path / ".secrets.baseline").write_text(json.dumps(their_scan(tmp_path)))
    (tmp_path / "app.py").rename(tmp_path / "other.py")
    assert {status for (path, *_), status in findings(tmp_path).items() if path == "other.py"} == {"new"}


@pytest.mark.parametrize(
    ("options", "silenced"),
    [
        (["--exclude-files", r"^deploy/"], {"deploy/key.pem"}),
        (["--exclude-lines", "password"], {"app.py:1", "config.yml:2"}),
        (["--exclude-secrets", "^correct"], {".env:2"}),
        (["--exclude-files", r"\.yml$", "--exclude-files", "env"], {"config.yml", ".env"}),
    ],
)
def test_its_filters_are_honoured(tmp_path: Path, options: list[str], silenced: set[str]) -> None:
    written(tmp_path, FILES)
    document = their_scan(tmp_path, *options)
    theirs = {f"{file}:{entry['line_number']}" for file, entries in document["results"].items() for entry in entries}
    assert not {place for place in theirs if place in silenced or place.split(":")[0] in silenced}
    document["results"] = {}
    (tmp_path / ".secrets.baseline").write_text(json.dumps(document))
    for (path, line, _), status in findings(tmp_path).items():
        expected = "allowed" if {path, f"{path}:{line}"} & silenced else "new"
        assert status == expected, (path, line)


def test_its_word_list_is_honoured(tmp_path: Path) -> None:
    pytest.importorskip("ahocorasick")
    written(tmp_path, FILES)
    (tmp_path / "words.txt").write_text("correct\nxy\n")
    document = their_scan(tmp_path, "--word-list", "words.txt")
    (tmp_path / ".secrets.baseline").write_text(json.dumps({**document, "results": {}}))
    assert {status for (path, line, _), status in findings(tmp_path).items() if (path, line) == (".env", 2)} == {
        "allowed"
    }


def document(**changes: object) -> bytes:
    whole = {"version": "1.5.0", "plugins_used": [{"name": "KeywordDetector", "keyword_exclude": ""}], "results": {}}
    return json.dumps({**whole, **changes}).encode()


def suppressor_for(content: bytes, **beside: bytes) -> Any:
    files = {".secrets.baseline": content, **beside}
    return load(files.get, today=TODAY)


@pytest.mark.parametrize(
    ("plugins", "secret", "status"),
    [
        ([{"name": "KeywordDetector", "keyword_exclude": ""}], b"0123abcd0123abcd", "new"),
        ([{"name": "KeywordDetector", "keyword_exclude": "legacy"}], b"0123abcd0123abcd", "allowed"),
        ([{"name": "HexHighEntropyString", "limit": 3.0}], b"0123abcd0123abcd", "allowed"),
        ([{"name": "HexHighEntropyString", "limit": 2.9}], b"0123abcd0123abcd", "new"),
        ([{"name": "HexHighEntropyString", "hex_limit": 2.9}], b"0123abcd0123abcd", "new"),
        ([{"name": "Base64HighEntropyString", "limit": 4.5}], b"0123abcd0123abcd", "allowed"),
        ([{"name": "Base64HighEntropyString", "limit": 3.5}], b"AbCdEfGhIjKlMnOp", "new"),
        ([{"name": "Base64HighEntropyString", "limit": 4.0}], b"AbCdEfGhIjKlMnOp", "allowed"),
        ([], b"hunter2! horse", "allowed"),
    ],
)
def test_plugins_and_their_limits_hold_for_values_without_a_format(
    plugins: list[dict[str, object]], secret: bytes, status: str
) -> None:
    loaded = suppressor_for(document(plugins_used=plugins))
    data = b"legacy = '" + secret + b"'"
    assert status_of(loaded.suppressor, case_of(data, secret, specific=1)) == status
    assert status_of(loaded.suppressor, case_of(data, secret, specific=3)) == "new"


def entry(label: object = "unasked") -> dict[str, object]:
    import hashlib

    made: dict[str, object] = {
        "type": "Secret Keyword",
        "filename": "app.py",
        "hashed_secret": hashlib.sha1(b"hunter2horse").hexdigest(),
        "is_verified": False,
        "line_number": 7,
    }
    return made if label == "unasked" else {**made, "is_secret": label}


@pytest.mark.parametrize(
    ("label", "told"),
    [("unasked", ""), (True, "audited there as a real secret"), (False, "audited there as no secret")],
)
def test_audit_labels_are_told(label: object, told: str) -> None:
    loaded = suppressor_for(document(results={"./app.py": [entry(label)]}))
    verdict = verdict_of(loaded.suppressor, case_of(b"p = 'hunter2horse'", b"hunter2horse"))
    assert verdict is not None
    assert verdict.status == "baseline"
    assert verdict.reason == told
    assert verdict.told.startswith(".secrets.baseline: app.py, value 1 (Secret Keyword)")


def test_the_form_before_version_1_is_read() -> None:
    old = {
        "exclude": {"files": "^vendor/", "lines": "legacy"},
        "generated_at": "2019-01-01T00:00:00Z",
        "plugins_used": [{"base64_limit": 4.5, "name": "Base64HighEntropyString"}, {"name": "KeywordDetector"}],
        "results": {"app.py": [{k: v for k, v in entry().items() if k != "filename"}]},
        "version": "0.14.3",
        "word_list": {"file": None, "hash": None},
    }
    loaded = suppressor_for(json.dumps(old).encode())
    assert status_of(loaded.suppressor, case_of(b"p = 'hunter2horse'", b"hunter2horse")) == "baseline"
    assert (
        status_of(loaded.suppressor, case_of(b"p = 'hunter3horse'", b"hunter3horse", path="vendor/a.py")) == "allowed"
    )
    assert status_of(loaded.suppressor, case_of(b"legacy = 'hunter3horse'", b"hunter3horse")) == "allowed"
    assert status_of(loaded.suppressor, case_of(b"p = 'hunter3horse'", b"hunter3horse")) == "new"
    assert loaded.notes == ()


def test_what_cannot_be_carried_over_is_named_once() -> None:
    loaded = suppressor_for(
        document(
            plugins_used=[{"name": "KeywordDetector"}, {"name": "OurOwnPlugin", "path": "file://plugins.py"}],
            filters_used=[
                {"path": "detect_secrets.filters.heuristic.is_potential_uuid"},
                {"path": "detect_secrets.filters.gibberish.should_exclude_secret", "limit": 3.7},
                {"path": "file://filters.py::is_ours"},
            ],
        )
    )
    (note,) = loaded.notes
    assert note.startswith(".secrets.baseline: cannot be carried over: ")
    for named in ("OurOwnPlugin", "gibberish", "filters.py::is_ours", "AWSKeyDetector is switched off"):
        assert named in note
    assert "uuid" not in note


def test_an_expression_that_is_none_is_named_and_filters_nothing() -> None:
    for path, pattern in (("regex.should_exclude_file", "("), ("regex.should_exclude_line", "*")):
        filters = [{"path": f"detect_secrets.filters.{path}", "pattern": [pattern, "nothing"]}]
        loaded = suppressor_for(document(filters_used=filters))
        assert "an expression (not an expression: " in loaded.notes[0]
        assert status_of(loaded.suppressor, case_of(b"p = 'hunter2horse'", b"hunter2horse")) == "new"
    loaded = suppressor_for(document(plugins_used=[{"name": "KeywordDetector", "keyword_exclude": "("}]))
    assert "an expression" in loaded.notes[0]


def test_entries_that_stand_for_a_whole_kind_are_named(tmp_path: Path) -> None:
    written(tmp_path, FILES)
    (tmp_path / ".secrets.baseline").write_text(json.dumps(their_scan(tmp_path)))
    (note,) = load(reader(str(tmp_path)), today=TODAY).notes
    assert note.startswith(".secrets.baseline: 3 entries silence a whole kind of key in a file")


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[1]",
        b'{"results": {}}',
        document(results={"app.py": [{"type": "x"}]}),
        document(results={"app.py": [{"type": "x", "hashed_secret": "no"}]}),
        document(results={"app.py": "x"}),
        document(plugins_used="x"),
        document(filters_used=[{"path": "detect_secrets.filters.regex.should_exclude_file"}]),
        document(plugins_used=[{"name": "HexHighEntropyString", "limit": "high"}]),
        b"[" * 100_000,
    ],
)
def test_a_damaged_file_is_one_line_and_not_empty(content: bytes) -> None:
    with pytest.raises(ConfigError, match=r"^\.secrets\.baseline: ") as told:
        suppressor_for(content)
    assert "\n" not in str(told.value)
