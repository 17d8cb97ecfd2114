"""Marks in comments: which count, on which line, in which notation."""

from __future__ import annotations

import pytest

from scanner.suppress import Suppressor
from scanner.suppress.inline import InlineMarks
from tests.suppress.cases import TODAY, case_of, status_of, verdict_of

SECRET = b"hunter2horse"
MARKS = [
    "unsealed:allow", "gitleaks:allow", "betterleaks:allow", "trufflehog:ignore", "kingfisher:ignore", "ggignore",
    "pragma: allowlist secret", "pragma: whitelist secret", "pragma:allowlist-secret", "secretlint-disable-line",
    "nosemgrep: generic.secrets.security.detected-key", "nosec B105", "noqa: E501, S105",
]  # fmt: skip


@pytest.fixture
def suppressor() -> Suppressor:
    return Suppressor((InlineMarks(),), TODAY)


@pytest.mark.parametrize("mark", MARKS)
def test_every_mark_counts_in_a_comment_on_the_line(suppressor: Suppressor, mark: str) -> None:
    data = b'password = "hunter2horse"  # ' + mark.encode() + b"\n"
    assert status_of(suppressor, case_of(data, SECRET)) == "allowed"


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("a.py", 'p = "hunter2horse"  # MARK'),
        ("a.py", 'p = "hunter2horse"  #MARK'),
        ("a.js", "let p = 'hunter2horse'; // MARK"),
        ("a.ts", "const p = `hunter2horse` /* MARK */"),
        ("a.go", 'p := "hunter2horse" // it\'s fine: MARK'),
        ("a.html", '<input value="hunter2horse"> <!-- MARK -->'),
        ("a.sql", "IDENTIFIED BY 'hunter2horse'; -- MARK"),
        ("a.lua", 'p = "hunter2horse" -- MARK'),
        ("a.ini", "p = hunter2horse ; MARK"),
        ("a.yaml", "p: hunter2horse # MARK"),
        ("a.properties", "p=hunter2horse # MARK"),
        (".env", "P=hunter2horse # MARK"),
        ("run.sh", "export P=hunter2horse # MARK"),
        ("a.bat", "set P=hunter2horse & rem MARK"),
        ("a.vb", 'p = "hunter2horse" \' MARK'),
        ("a.tex", r"\def\p{hunter2horse} % MARK"),
        ("a.clj", '(def p "hunter2horse") ; MARK'),
        ("a.hs", 'p = "hunter2horse" {- MARK -}'),
        ("a.ml", 'let p = "hunter2horse" (* MARK *)'),
        ("values.tpl", "p: hunter2horse {{/* MARK */}}"),
        ("templates/s.yaml", "p: hunter2horse {{- /* MARK */ -}}"),
        ("a.hbs", "p: hunter2horse {{!-- MARK --}}"),
        ("a.toml", "p = 'hunter2horse' {# MARK #}"),
        ("a.lisp", '(defvar p "hunter2horse") #| MARK |#'),
        ("a.json5", "p: 'hunter2horse', // MARK"),
        ("a.vim", "let p = 'hunter2horse' \" MARK"),
        (".npmrc", "p=hunter2horse ; MARK"),
        ("a.tf", 'p = "hunter2horse" // MARK'),
        ("README.md", "The password is hunter2horse <!-- MARK -->"),
        ("unknown", "p hunter2horse MARK"),
        ("Dockerfile", "ENV P=hunter2horse # MARK"),
    ],
)
def test_every_comment_style(suppressor: Suppressor, path: str, line: str) -> None:
    for mark in ("unsealed:allow", "gitleaks:allow", "pragma: allowlist secret"):
        data = line.replace("MARK", mark).encode()
        assert status_of(suppressor, case_of(data, SECRET, path=path)) == "allowed", data
    assert status_of(suppressor, case_of(line.replace("MARK", "allow").encode(), SECRET, path=path)) == "new"


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("a.py", 'p = "hunter2horse gitleaks:allow"'),
        ("a.py", 'check("hunter2horse", "gitleaks:allow")'),
        ("a.py", "check('gitleaks:allow', 'hunter2horse')"),
        ("a.py", 'check("# gitleaks:allow", "hunter2horse")'),
        ("a.json", '{"p": "hunter2horse", "note": "gitleaks:allow"}'),
        ("a.yaml", "p: hunter2horse gitleaks:allow"),
        ("a.yaml", "p: hunter2horse#gitleaks:allow"),
        (".env", "P=hunter2horse#gitleaks:allow"),
        ("run.sh", 'curl -u "bob:hunter2horse" "https://x/#gitleaks:allow"'),
        ("a.py", 'p = "hunter2horse"  # notgitleaks:allow'),
        ("a.py", 'p = "hunter2horse"  # gitleaks:allowed'),
        ("a.py", 'p = "hunter2horse"  # nosemgrep'),
        ("a.py", 'p = "hunter2horse"  # nosemgrep: python.lang.security.audit.eval'),
        ("a.py", 'p = "hunter2horse"  # nosec'),
    ],
)
def test_a_mark_in_a_string_or_of_another_kind_does_not_count(suppressor: Suppressor, path: str, line: str) -> None:
    assert status_of(suppressor, case_of(line.encode(), SECRET, path=path)) == "new"


def test_a_mark_inside_the_secret_does_not_count(suppressor: Suppressor) -> None:
    secret = b"hunter2 # gitleaks:allow horse"
    assert status_of(suppressor, case_of(b"p = '" + secret + b"'", secret, path="a.txt")) == "new"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("# unsealed:allow\np = 'hunter2horse'", "allowed"),
        ("x = 1  # unsealed:allow\np = 'hunter2horse'", "new"),
        ("# unsealed:allow-next-line\np = 'hunter2horse'", "allowed"),
        ("x = 1  # unsealed:allow-next-line\np = 'hunter2horse'", "allowed"),
        ("# pragma: allowlist nextline secret\np = 'hunter2horse'", "allowed"),
        ("# secretlint-disable-next-line\np = 'hunter2horse'", "allowed"),
        ("# unsealed:allow-next-line\n\np = 'hunter2horse'", "new"),
        ("p = 'hunter2horse'\n# unsealed:allow-previous-line", "allowed"),
        ("p = 'hunter2horse'\n# unsealed:allow", "new"),
        ("p = 'hunter2horse'  # unsealed:allow-next-line", "new"),
        ("p = 'hunter2horse'  # pragma: allowlist nextline secret", "new"),
        ("# unsealed:allow-previous-line\np = 'hunter2horse'", "new"),
        ("# unsealed:allow\r\np = 'hunter2horse'\r\n", "allowed"),
        ("s = 'unsealed:allow'\np = 'hunter2horse'", "new"),
        ("/* unsealed:allow */ s = 1\np = 'hunter2horse'", "new"),
        ("{/* unsealed:allow */}\np = 'hunter2horse'", "allowed"),
        ("<!-- unsealed:allow -->\np = 'hunter2horse'", "allowed"),
        ("# secretlint-disable\n\np = 'hunter2horse'", "allowed"),
        ("# secretlint-disable\n# secretlint-enable\np = 'hunter2horse'", "new"),
        ("s = 'secretlint-disable'\np = 'hunter2horse'", "new"),
        ("p = 'hunter2horse'\n# secretlint-disable", "new"),
    ],
)
def test_neighbouring_lines(suppressor: Suppressor, data: str, expected: str) -> None:
    path = "a.jsx" if data[0] in "/{<" else "a.py"
    assert status_of(suppressor, case_of(data.encode(), SECRET, path=path)) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"key: |  # unsealed:allow\n  AAAA\n  BBBB\n", "allowed"),
        (b"# kingfisher:ignore\nkey: |\n  AAAA\n  BBBB\n", "new"),
        (b"key: |\n  AAAA\n  BBBB\n# kingfisher:ignore\n", "allowed"),
        (b"key: |\n  AAAA\n  BBBB # gitleaks:allow\n", "allowed"),
        (b"key: |\n  AAAA\n  BBBB\nother: 1 # gitleaks:allow\n", "new"),
    ],
)
def test_secrets_of_several_lines(suppressor: Suppressor, data: bytes, expected: str) -> None:
    assert status_of(suppressor, case_of(data, b"AAAA\n  BBBB", path="a.yaml")) == expected


def test_owner_reason_and_expiry(suppressor: Suppressor) -> None:
    data = b'p = "hunter2horse"  # unsealed:allow expires=2026-12-31 owner=alice only on the test server\n'
    verdict = verdict_of(suppressor, case_of(data, SECRET))
    assert verdict is not None
    assert (verdict.status, verdict.owner, verdict.expires) == ("allowed", "alice", "2026-12-31")
    assert verdict.told == "comment: unsealed:allow, owner alice, only on the test server, until 2026-12-31"


@pytest.mark.parametrize("date", ["2026-06-14", "2020-01-01", "soon", "2026-13", "2026-13-40"])
def test_an_expired_or_unreadable_date_no_longer_silences(suppressor: Suppressor, date: str) -> None:
    data = f'p = "hunter2horse"  # unsealed:allow expires={date}\n'.encode()
    verdict = verdict_of(suppressor, case_of(data, SECRET))
    assert verdict is not None
    assert verdict.status == "new"
    assert "expired" in verdict.told


def test_the_last_day_still_counts(suppressor: Suppressor) -> None:
    data = f'p = "hunter2horse"  # unsealed:allow expires={TODAY}\n'.encode()
    assert status_of(suppressor, case_of(data, SECRET)) == "allowed"


def test_a_mark_can_be_for_one_rule(suppressor: Suppressor) -> None:
    data = b'p = "hunter2horse"  # unsealed:allow rule=generic-password,other\n'
    assert status_of(suppressor, case_of(data, SECRET)) == "allowed"
    assert status_of(suppressor, case_of(data, SECRET, rule="basic-auth")) == "new"


def test_a_reason_never_repeats_a_credential(suppressor: Suppressor) -> None:
    data = b'p = "hunter2horse"  /* unsealed:allow old */; q = "Zx81kQ72mmPw55tR"; // same as aQ8zzP0mR4tKwX1c\n'
    verdict = verdict_of(suppressor, case_of(data, SECRET, path="a.js"))
    assert verdict is not None
    assert verdict.reason == "old"
    data = b'p = "hunter2horse"  // unsealed:allow same as aQ8zzP0mR4tKwX1c\n'
    verdict = verdict_of(suppressor, case_of(data, SECRET, path="a.js"))
    assert verdict is not None
    assert verdict.reason == "same as …"


def test_a_generated_line_of_a_megabyte_is_neither_trusted_nor_slow(suppressor: Suppressor) -> None:
    data = b"x" * 1_000_000 + b" p='hunter2horse' // gitleaks:allow " + b"y" * 1_000_000
    assert status_of(suppressor, case_of(data, SECRET, path="a.js")) == "new"


def test_without_the_source_comments_are_text() -> None:
    assert status_of(Suppressor((), TODAY), case_of(b"p = 'hunter2horse' # unsealed:allow", SECRET)) == "new"
