"""Where reports go: whole or not at all, several in one run, readers that leave, disks that are full."""

from __future__ import annotations

import json
import os
import pty
import resource
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scanner.model.errors import ExitCode, UnsealedError, UsageError
from scanner.report import FORMATS
from scanner.report.output import Target, parse_targets, write_reports
from tests.report.samples import FIRST, options, result

MANY = result(*(replace(FIRST, fingerprint=f"{number:032x}") for number in range(3000)))


def test_text_is_the_default_and_files_are_named_with_the_format() -> None:
    assert parse_targets([]) == (Target("text"),)
    assert parse_targets(["sarif=a=b.sarif", "text"]) == (Target("sarif", "a=b.sarif"), Target("text"))
    assert parse_targets(["json"], "x.json") == (Target("json", "x.json"),)
    assert parse_targets(["json=a", "html"], "x.html") == (Target("json", "a"), Target("html", "x.html"))
    assert parse_targets(["json=-"]) == (Target("json"),)


@pytest.mark.parametrize(
    ("formats", "output"),
    [
        (["yaml"], None),
        (["json="], None),
        (["json", "text"], None),
        (["json=a", "sarif=./a"], None),
        (["json=a"], "b"),
        (["json", "sarif"], "b"),
    ],
)
def test_what_cannot_be_is_a_usage_error(formats: list[str], output: str | None) -> None:
    with pytest.raises(UsageError):
        parse_targets(formats, output)


def test_every_format_in_one_run(tmp_path: Path) -> None:
    targets = parse_targets([f"{name}={tmp_path / name}" for name in FORMATS])
    write_reports(result(FIRST), targets, options())
    assert {path.name for path in tmp_path.iterdir()} == set(FORMATS)
    assert all(path.stat().st_size for path in tmp_path.iterdir())


def test_a_report_replaces_the_old_one_whole_and_has_ordinary_rights(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text("old")
    old = os.umask(0o022)
    try:
        write_reports(result(FIRST), parse_targets([f"json={path}"]), options())
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
        write_reports(result(FIRST), parse_targets([f"json={path}"]), options(show_secrets=True))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, "raw values are for the one who asked"
    finally:
        os.umask(old)
    json.loads(path.read_text())


def test_a_link_is_followed_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_reports(result(FIRST), parse_targets([f"json={tmp_path / 'link'}"]), options())
    assert (tmp_path / "link").is_symlink() and json.loads((tmp_path / "real").read_text())


def test_one_that_fails_leaves_all_the_old_ones(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("old")
    targets = parse_targets([f"json={tmp_path / 'a.json'}", f"csv={tmp_path / 'missing' / 'b.csv'}"])
    with pytest.raises(UnsealedError, match="No such file or directory") as caught:
        write_reports(result(FIRST), targets, options())
    assert caught.value.exit_code == ExitCode.INCOMPLETE and "\n" not in str(caught.value)
    assert (tmp_path / "a.json").read_text() == "old" and len(list(tmp_path.iterdir())) == 1


def test_a_device_is_written_to(tmp_path: Path) -> None:
    write_reports(result(FIRST), parse_targets(["json=/dev/null"]), options())
    with pytest.raises(UnsealedError, match="No space left on device"):
        write_reports(MANY, parse_targets(["json=/dev/full"]), options())


def test_a_pipe_is_written_to_by_its_name_in_dev() -> None:
    end, start = os.pipe()
    try:
        write_reports(result(FIRST), parse_targets([f"json=/dev/fd/{start}"]), options())
        os.close(start)
        with open(end, "rb", closefd=False) as read:
            assert len(json.load(read)["findings"]) == 1
    finally:
        os.close(end)


def test_a_full_disk_leaves_the_old_report_and_no_rest(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text("old")
    ran = script(f"json={path}", before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)))
    assert ran.returncode == 3 and ran.stdout == b""
    assert ran.stderr.decode().splitlines() == [f"cannot write {path}: File too large"]
    assert path.read_text() == "old" and [one.name for one in tmp_path.iterdir()] == ["r.json"]


SCRIPT = """
import signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from tests.report.test_output import MANY
from tests.report.samples import options
from scanner.report.output import parse_targets, write_reports
from scanner.model.errors import UnsealedError
try:
    write_reports(MANY, parse_targets(sys.argv[1:]), options(limit=0))
except UnsealedError as error:
    sys.stderr.write(str(error) + "\\n")
    sys.exit(error.exit_code)
sys.exit(1)
"""


def script(
    *formats: str, before: Callable[[], None] | None = None, **given: object
) -> subprocess.CompletedProcess[bytes]:
    """Writes three thousand findings in a process of its own, which ends with 1 as a scan with findings does."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | given
    return subprocess.run([sys.executable, "-c", SCRIPT, *formats], preexec_fn=before, **pipes)  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize("name", ["text", "json", "csv", "html"])
def test_a_reader_that_leaves_ends_it_quietly_with_the_scans_own_code(name: str) -> None:
    reading, writing = os.pipe()
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, name], stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    os.read(reading, 10)
    os.close(reading)
    assert process.communicate()[1] == b"" and process.returncode == 1


def test_a_full_standard_output_is_told_in_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        ran = script("json", stdout=full)
    assert ran.returncode == 3
    assert ran.stderr.decode().splitlines() == ["cannot write the standard output: No space left on device"]


def test_a_closed_standard_output_is_no_failure() -> None:
    ran = script("text", before=lambda: os.close(1), stdout=None)
    assert (ran.returncode, ran.stderr) == (1, b"")


def test_a_terminal_that_hangs_up_ends_it_quietly() -> None:
    main, other = pty.openpty()
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, "text"], stdout=other, stderr=subprocess.PIPE)
    os.close(other)
    os.read(main, 10)
    os.close(main)
    assert process.communicate()[1] == b"" and process.returncode == 1
