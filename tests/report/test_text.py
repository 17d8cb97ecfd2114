"""The report on a terminal."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from scanner.model.result import Skipped
from scanner.report.text import excerpt_window
from tests.report.samples import FIRST, SECOND, hostile, options, result, written


def test_a_finding_says_what_where_since_when_and_what_to_do() -> None:
    text = written("text", result(FIRST, SECOND), options(setting="staged"))
    assert "critical  GitHub personal access token  [github-pat-classic]" in text
    assert "deploy/config.yml:12:9" in text
    assert "since 0123456789 (Ada <ada@example.org>, 2024-05-01); still in HEAD" in text
    assert "also in old/config.yml:3" in text
    assert "kind Secret; namespace prod; name db; key password" in text
    assert "Opens everything its owner can reach." in text
    assert "The commit was stopped." in text
    assert "1. Make a new one" in text and "3. Revoke the old one." in text and "4. Read" not in text
    assert "unsealed rotate github-pat-classic   (all 4 steps)" in text
    assert text.rstrip().endswith("2 secrets (1 critical, 1 medium) in 3 commits, 12 texts, 34.6 kB in 0.50 s")


def test_the_caret_stands_under_the_redacted_value() -> None:
    lines = written("text", result(FIRST)).splitlines()
    at = next(number for number, line in enumerate(lines) if "for deploys" in line)
    assert lines[at].index("ghp_***") == lines[at + 1].index("^")
    assert lines[at + 1].count("^") == len("ghp_***(40 chars)")


def test_the_caret_counts_columns_not_characters() -> None:
    wide = replace(FIRST, excerpt='\u8a9e\u8a00: "ghp_***(40 chars)"')
    _, start, width = excerpt_window(wide, 80)
    assert (start, width) == (7, 17)


def test_a_long_line_is_cut_around_the_value() -> None:
    long = replace(FIRST, excerpt="a" * 500 + " ghp_***(40 chars) " + "b" * 500)
    for columns in (40, 80, 200):
        text = written("text", result(long), options(width=columns))
        line = next(line for line in text.splitlines() if "ghp_***(40 chars)" in line)
        assert len(line) <= columns, columns


@pytest.mark.parametrize("setting", ["staged", "push"])
def test_a_clean_hook_says_nothing(setting: str) -> None:
    assert written("text", result(), options(setting=setting)) == ""
    assert written("text", result(), options(setting=setting, verbosity=1)) != ""


def test_a_clean_scan_says_what_it_looked_at() -> None:
    assert written("text", result()) == "no secrets in 3 commits, 12 texts, 34.6 kB in 0.50 s\n"
    assert written("text", result(), options(verbosity=-1)) == ""


def test_what_was_not_scanned_is_said_even_when_quiet_and_clean() -> None:
    scan = result(skipped=(Skipped("big.bin", "larger than 1 MB"),))
    for given in (options(setting="staged"), options(verbosity=-1), options()):
        assert "not scanned  big.bin: larger than 1 MB" in written("text", scan, given)
    assert "incomplete: 1 not scanned" in written("text", scan)


def test_what_was_left_out_on_purpose_is_counted_and_listed_on_request() -> None:
    scan = result(skipped=(Skipped("logo.png", "binary", blocking=False),))
    assert "logo.png" not in written("text", scan)
    assert "1 left out (-v)" in written("text", scan)
    assert "logo.png: binary" in written("text", scan, options(verbosity=1))


def test_accepted_findings_are_counted_only() -> None:
    known = replace(FIRST, status="baseline", status_reason="accepted by Ada")
    text = written("text", result(known))
    assert text.startswith("no secrets") and "1 known or allowed" in text
    assert "baseline: accepted by Ada" in written("text", result(known), options(verbosity=1))


def test_dropped_ones_are_listed_with_the_reason_when_asked_for() -> None:
    text = written("text", result(replace(FIRST, status="dropped", status_reason="a placeholder")))
    assert "dropped: a placeholder" in text and "no secrets" in text


def test_ten_thousand_findings_stay_readable() -> None:
    many = result(*(replace(FIRST, fingerprint=f"{number:032x}", path=f"d{number % 7}/f") for number in range(10_000)))
    short = written("text", many)
    assert short.count("GitHub personal access token  [") == 50
    assert "... and 9,950 more." in short
    for name, groups in (("rule", 1), ("path", 7), ("author", 1), ("repository", 1)):
        grouped = written("text", many, options(group_by=name))
        assert len(grouped.splitlines()) < 60, name
        assert grouped.count("(10,000 critical)") + grouped.count(" critical)\n") >= groups, name
    assert written("text", many, options(limit=0)).count("[github-pat-classic]") == 10_000
    assert len(written("text", many, options(verbosity=-1)).splitlines()) == 10_000


def test_no_control_character_reaches_the_terminal() -> None:
    for given in (
        options(),
        options(group_by="path"),
        options(group_by="author"),
        options(verbosity=1),
        options(verbosity=-1),
    ):
        text = written("text", result(*hostile(), skipped=(Skipped("\x1b[1m", "\u202e"),)), given)
        assert all(character.isprintable() or character == "\n" for character in text)


def test_no_line_is_a_command_to_a_ci_system() -> None:
    text = written("text", result(*hostile()), options(verbosity=1))
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]
    assert not re.search(r"##\w*\[", text)


def test_a_console_that_knows_few_characters_gets_escapes() -> None:
    from io import BytesIO

    from scanner.report import reporter

    out = BytesIO()
    reporter("text").write(result(replace(FIRST, path="caf\u00e9/\u8a9e")), out, options(encoding="cp437"))
    assert b"caf\x82/\\u8a9e" in out.getvalue()


def test_colour_only_on_a_terminal_and_never_with_no_color() -> None:
    script = (
        "import sys; from tests.report.samples import *; from scanner.report.output import *;"
        "write_reports(result(FIRST), parse_targets([]), options())"
    )

    def shown(**changes: str) -> bytes:
        environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")} | changes
        main, other = pty.openpty()
        process = subprocess.Popen([sys.executable, "-c", script], stdout=other, env=environment)
        os.close(other)
        said = b""
        try:
            while chunk := os.read(main, 65536):
                said += chunk
        except OSError:
            pass
        os.close(main)
        assert process.wait() == 0
        return said

    assert b"\x1b[1;31mcritical\x1b[0m" in shown(TERM="xterm")
    assert b"\x1b[" not in shown(TERM="xterm", NO_COLOR="1")
    assert b"\x1b[" not in shown(TERM="dumb")
    piped = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout
    assert b"\x1b[" not in piped


def test_raw_values_only_on_request() -> None:
    raw = replace(FIRST, secret="correct-horse-battery")
    assert "correct-horse" not in written("text", result(raw))
    assert "value: correct-horse-battery" in written("text", result(raw), options(show_secrets=True))
