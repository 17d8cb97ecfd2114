"""What gitleaks was told: reports as baselines, ``.gitleaksignore``, the allowlists of its configuration."""

from __future__ import annotations

import hashlib
import json
import pickle

import pytest

from scanner.model.errors import ConfigError
from scanner.suppress import Loaded, load
from tests.suppress.cases import TODAY, case_of, status_of, verdict_of

SECRET = b"kV7mq9Lw2xT4"
LINE = b"password = 'kV7mq9Lw2xT4'"
COMMIT = "c" * 40


def loaded(files: dict[str, bytes], **environ: str) -> Loaded:
    return load(files.get, today=TODAY, environ=environ)


def report(**changes: object) -> dict[str, object]:
    entry: dict[str, object] = {
        "RuleID": "generic-api-key", "Description": "d", "StartLine": 3, "EndLine": 3, "StartColumn": 1, "EndColumn": 9,
        "Match": LINE.decode(), "Secret": SECRET.decode(), "File": "app.py", "SymlinkFile": "", "Commit": COMMIT,
        "Entropy": 3.5, "Author": "a", "Email": "a@example.com", "Date": "2024-01-01T00:00:00Z", "Message": "m",
        "Tags": [], "Fingerprint": f"{COMMIT}:app.py:generic-api-key:3",
    }  # fmt: skip
    return {**entry, **changes}


def from_report(*entries: dict[str, object]) -> Loaded:
    """Given by ``--baseline``: that tool has no name of its own for a report."""
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        file.write(json.dumps(entries).encode())
        file.flush()
        return load(lambda name: None, baselines=[file.name], today=TODAY)


def test_a_report_silences_its_secrets_wherever_they_have_moved() -> None:
    given = from_report(report())
    assert status_of(given.suppressor, case_of(LINE, SECRET, path="other.py")) == "baseline"
    assert status_of(given.suppressor, case_of(b"p = 'another7value'", b"another7value")) == "new"


@pytest.mark.parametrize("redacted", ["REDACTED", "", "kV7m..."])
def test_a_redacted_report_silences_its_lines_and_says_so(redacted: str) -> None:
    given = from_report(report(Secret=redacted, Match=redacted))
    case = case_of(b"\n\n" + LINE, SECRET)
    assert status_of(given.suppressor, case, commit=COMMIT) == "baseline"
    assert status_of(given.suppressor, case, commit="d" * 40) == "new"
    assert status_of(given.suppressor, case_of(b"\n\n\n" + LINE, SECRET), commit=COMMIT) == "new"
    assert "1 entry stands for whatever is on a line" in given.notes[0]


def test_no_raw_value_of_a_report_is_kept() -> None:
    given = from_report(report())
    assert SECRET not in pickle.dumps(given.suppressor)
    assert SECRET.decode() not in repr(given)


@pytest.mark.parametrize(
    "entry", [{"RuleID": "x"}, {**report(), "StartLine": "x", "Secret": ""}, {**report(), "Secret": 7}]
)
def test_a_damaged_report_is_an_error(entry: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        from_report(entry)


def test_an_empty_report_is_a_baseline_of_nothing() -> None:
    assert status_of(from_report().suppressor, case_of(LINE, SECRET)) == "new"


@pytest.mark.parametrize(
    ("line", "commit", "expected"),
    [
        ("app.py:generic-api-key:3", "", "allowed"),
        ("app.py:generic-api-key:3", COMMIT, "allowed"),
        (f"{COMMIT}:app.py:generic-api-key:3", COMMIT, "allowed"),
        (f"{COMMIT}:app.py:generic-api-key:3", "", "new"),
        (f"{COMMIT}:app.py:generic-api-key:3", "d" * 40, "new"),
        ("./app.py:generic-api-key:3 # a test", "", "allowed"),
        ("app.py:generic-api-key:4", "", "new"),
        ("lib/app.py:generic-api-key:3", "", "new"),
        ("# app.py:generic-api-key:3", "", "new"),
        (hashlib.sha256(SECRET).hexdigest(), "", "allowed"),
    ],
)
def test_gitleaksignore(line: str, commit: str, expected: str) -> None:
    given = loaded({".gitleaksignore": f"# comment\n\n{line}\r\n".encode()})
    assert not any("cannot be carried over" in note for note in given.notes)
    assert status_of(given.suppressor, case_of(b"\n\n" + LINE, SECRET), commit=commit) == expected


def test_lines_that_are_no_fingerprint_are_named() -> None:
    given = loaded({".gitleaksignore": b"nonsense\napp.py:x:1\nalso:nonsense:x\n"})
    assert given.notes[0] == (
        ".gitleaksignore: cannot be carried over: line 1, which is no fingerprint; line 3, which is no fingerprint"
    )


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        ("[allowlist]\npaths = ['''^app\\.py$''']", "allowed"),
        ("[allowlist]\npaths = ['''^lib/''']", "new"),
        ("[allowlist]\nfiles = ['''^app\\.py$''']", "allowed"),
        ("[allowlist]\nregexes = ['''^kV7''']", "allowed"),
        ("[allowlist]\nregexes = ['''(?i)^KV7''']", "allowed"),
        ("[allowlist]\nregexes = ['''^password''']", "new"),
        ("[allowlist]\nregexTarget = 'line'\nregexes = ['''^password''']", "allowed"),
        ("[allowlist]\nregexTarget = 'match'\nregexes = ['''password = ''']", "allowed"),
        ("[allowlist]\nstopwords = ['LW2']", "allowed"),
        ("[allowlist]\nstopwords = ['horse']", "new"),
        (f"[allowlist]\ncommits = ['{COMMIT}']", "allowed"),
        (f"[allowlist]\ncommits = ['{COMMIT.upper()}']", "allowed"),
        (f"[allowlist]\ncommits = ['{'d' * 40}']", "new"),
        ("[[allowlists]]\ncondition = 'AND'\npaths = ['''py$''']\nregexes = ['''^kV7''']", "allowed"),
        ("[[allowlists]]\ncondition = 'AND'\npaths = ['''js$''']\nregexes = ['''^kV7''']", "new"),
        ("[[allowlists]]\ncondition = 'AND'\npaths = ['''py$''']\nregexes = ['''^xxx''']", "new"),
        (f"[[allowlists]]\ncondition = 'AND'\ncommits = ['{COMMIT}']\nstopwords = ['lw2']", "allowed"),
        (f"[[allowlists]]\ncondition = 'AND'\ncommits = ['{'d' * 40}']\nstopwords = ['lw2']", "new"),
        ("[[allowlists]]\ncondition = 'AND'\ndescription = 'nothing at all'", "new"),
        ("[[allowlists]]\ntargetRules = ['generic-password']\nstopwords = ['lw2']", "allowed"),
        ("[[allowlists]]\ntargetRules = ['other']\nstopwords = ['lw2']", "new"),
        ("[[rules]]\nid = 'generic-password'\nregex = 'x'\n[rules.allowlist]\nstopwords = ['lw2']", "allowed"),
        ("[[rules]]\nid = 'generic-password'\nregex = 'x'\n[[rules.allowlists]]\nstopwords = ['lw2']", "allowed"),
        ("[[rules]]\nid = 'other'\nregex = 'x'\n[rules.allowlist]\nstopwords = ['lw2']", "new"),
    ],
)
def test_allowlists(toml: str, expected: str) -> None:
    given = loaded({".gitleaks.toml": toml.encode()})
    assert given.notes == ()
    assert status_of(given.suppressor, case_of(LINE, SECRET), commit=COMMIT) == expected


def test_the_generic_rule_is_ours_without_a_format() -> None:
    given = loaded({".gitleaks.toml": b"[[rules]]\nid='generic-api-key'\n[rules.allowlist]\nstopwords=['lw2']"})
    assert status_of(given.suppressor, case_of(LINE, SECRET, specific=1)) == "allowed"
    assert status_of(given.suppressor, case_of(LINE, SECRET, specific=3)) == "new"


def test_a_content_allowlist_speaks_of_the_secret_and_a_path_of_places() -> None:
    content = loaded({".gitleaks.toml": b"[allowlist]\nstopwords=['lw2']"}).suppressor
    paths = loaded({".gitleaks.toml": b"[allowlist]\npaths=['^app']"}).suppressor
    case = case_of(LINE, SECRET)
    assert {claim.reach for claim in content.claims(case.match, case.text)} == {"secret"}
    assert {claim.reach for claim in paths.claims(case.match, case.text)} == {"place"}


def test_extended_files_count() -> None:
    files = {".gitleaks.toml": b"[extend]\npath = 'base.toml'", "base.toml": b"[allowlist]\nstopwords = ['lw2']"}
    assert status_of(loaded(files).suppressor, case_of(LINE, SECRET)) == "allowed"
    del files["base.toml"]
    assert status_of(loaded(files).suppressor, case_of(LINE, SECRET)) == "new"
    files[".gitleaks.toml"] = b"[extend]\npath = '.gitleaks.toml'\n[allowlist]\nstopwords = ['lw2']"
    assert status_of(loaded(files).suppressor, case_of(LINE, SECRET)) == "allowed"


def test_its_variables_take_the_place_of_the_repositorys_file(tmp_path: object) -> None:
    files = {".gitleaks.toml": b"[allowlist]\nstopwords = ['lw2']"}
    case = case_of(LINE, SECRET)
    assert status_of(loaded(files, GITLEAKS_CONFIG_TOML="title = 'nothing'").suppressor, case) == "new"
    assert status_of(loaded({}, GITLEAKS_CONFIG_TOML="[allowlist]\nstopwords = ['lw2']").suppressor, case) == "allowed"
    with pytest.raises(ConfigError, match="GITLEAKS_CONFIG: /nowhere is not there"):
        loaded({}, GITLEAKS_CONFIG="/nowhere")


@pytest.mark.parametrize(
    ("toml", "named"),
    [
        ("[allowlist]\nregexes = ['''(''']", "the expression '('"),
        ("[allowlist]\ndescription = 'odd'\nfuture = 1", "future in 'odd'"),
        ("[[rules]]\nid = 'theirs'\n[rules.allowlist]\nstopwords = ['x']", "the allowlist of theirs"),
    ],
)
def test_what_cannot_be_carried_over_is_named(toml: str, named: str) -> None:
    (note,) = loaded({".gitleaks.toml": toml.encode()}).notes
    assert named in note


def test_a_table_that_wants_all_conditions_is_not_honoured_with_one_less() -> None:
    given = loaded({".gitleaks.toml": b"[[allowlists]]\ncondition = 'AND'\npaths = ['py$']\nregexes = ['(']"})
    assert status_of(given.suppressor, case_of(LINE, SECRET)) == "new"
    assert "all of 'allowlist'" in given.notes[0]


@pytest.mark.parametrize("toml", ["[allowlist", "[allowlist]\nregexes = 7", "[allowlist]\nstopwords = [1]", "\xff"])
def test_a_damaged_file_is_one_line(toml: str) -> None:
    with pytest.raises(ConfigError, match=r"^\.gitleaks\.toml: ") as told:
        loaded({".gitleaks.toml": toml.encode("latin-1")})
    assert "\n" not in str(told.value)


def test_an_expression_that_runs_away_silences_nothing() -> None:
    given = loaded({".gitleaks.toml": b"[allowlist]\nregexes = ['''^(x|xx)+y$''']"})
    secret = b"x" * 60 + b"z"
    assert status_of(given.suppressor, case_of(b"p = '" + secret + b"'", secret)) == "new"


def test_the_verdict_names_the_file_and_the_table() -> None:
    given = loaded({".gitleaks.toml": b"[allowlist]\ndescription = 'fixtures'\nstopwords = ['lw2']"})
    verdict = verdict_of(given.suppressor, case_of(LINE, SECRET))
    assert verdict is not None
    assert verdict.told == ".gitleaks.toml: fixtures"
