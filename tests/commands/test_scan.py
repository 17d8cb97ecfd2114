"""Files, folders and standard input, as a user scans them."""

from __future__ import annotations

import base64
import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import scanner
from scanner.cli import main
from scanner.ruleset.examples import fill
from scanner.sources.portions import FIRST, OVERLAP, PORTION
from tests.conftest import Repository, token, unsealed
from tests.sources.samples import tarred, zipped


def report(repo: Repository, *arguments: str, data: bytes | None = None) -> tuple[int, dict[str, Any]]:
    ran = repo.unsealed("scan", *arguments, "-f", "json", data=data)
    assert ran.out, ran.err
    return ran.code, json.loads(ran.out)


def paths(found: dict[str, Any]) -> list[str]:
    return sorted(place["path"] for item in found["findings"] for place in item["occurrences"])


def test_standard_input(repo: Repository) -> None:
    code, found = report(repo, "-", data=f"x\nkey = {token()}\n".encode())
    assert code == 1
    assert [(item["line"], item["column"]) for item in found["findings"]] == [(2, 7)]


def test_standard_input_that_does_not_end(repo: Repository) -> None:
    code, found = report(repo, "-", "--max-size", "1000", data=f"key = {token()}\n".encode().ljust(1001))
    assert code == 3
    assert len(found["findings"]) == 1
    assert "--max-size" in found["scan"]["skipped"][0]["why"]
    assert report(repo, "-", "--max-size", "1000", data=f"key = {token()}\n".encode().ljust(1000))[0] == 1


@pytest.mark.parametrize("command", ["scan", "seal", "report"])
def test_standard_input_that_is_closed(repo: Repository, command: str) -> None:
    code = f"import os, sys; os.close(0); os.execv(sys.executable, [sys.executable, '-m', 'scanner', '{command}', '-'])"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=repo.path, env=repo.environment, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", "unsealed: -: the standard input is closed\n")


def test_a_current_folder_that_is_gone(repo: Repository) -> None:
    (repo.path / "gone").mkdir()
    code = (
        "import os, sys; os.chdir('gone'); os.rmdir('../gone');"
        "os.execv(sys.executable, [sys.executable, '-m', 'scanner', 'scan', '.'])"
    )
    environment = {**repo.environment, "PYTHONPATH": str(Path(scanner.__file__).parents[1])}
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=repo.path, env=environment, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (3, "")
    assert ran.stderr == "unsealed: the scan failed: the folder it was started in is not there any more\n"


@pytest.mark.parametrize("tracked", [False, True])
def test_our_own_cache_below_the_folder_is_no_part_of_it(repo: Repository, tmp_path: Path, tracked: bool) -> None:
    """As in pipelines that keep for the next one only what lies in the work tree."""
    where = repo.path if tracked else tmp_path / "plain"
    where.mkdir(exist_ok=True)
    (where / "a.py").write_text(f'key = "{token()}"\n')
    kept = where / "cache" / "unsealed"
    kept.mkdir(parents=True, mode=0o700)
    (kept / "mine.py").write_text(f'key = "{token("mine")}"\n')
    environment = {"UNSEALED_CACHE_DIR": str(where / "cache")}
    for _ in range(2):
        ran = unsealed("scan", ".", "-f", "json", cwd=where, environment={**repo.environment, **environment})
        assert paths(json.loads(ran.out)) == ["a.py", "cache/unsealed/mine.py"]
    assert list(kept.glob("*.rules"))


def test_a_file_called_like_standard_input_is_not_passed_over(repo: Repository) -> None:
    repo.write("-", f"key = {token()}\n")
    ran = repo.unsealed("scan", "-", data=b"")
    assert ran.code == 2
    assert "./-" in ran.err
    assert repo.unsealed("scan", "./-").code == 1


def test_file_folder_and_everything_in_it(repo: Repository) -> None:
    repo.write("a/b/c.py", f'key = "{token()}"\n')
    repo.write("d.py", f'key = "{token("d")}"\n')
    assert paths(report(repo, "a/b/c.py")[1]) == ["a/b/c.py"]
    assert paths(report(repo, "a")[1]) == ["a/b/c.py"]
    assert paths(report(repo, ".")[1]) == ["a/b/c.py", "d.py"]


@pytest.mark.parametrize("spelling", ["{name}", "./{name}", "{name}/", "{name}/../{name}", "./{name}/a/.."])
def test_a_folder_s_paths_are_the_same_however_it_is_named(
    tmp_path: Path, spelling: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a/.b/..c.py", "d.py", "a/.../e.py"):
        (tmp_path / "some" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "some" / name).write_text(f'key = "{token(name)}"\n')
    monkeypatch.chdir(tmp_path)
    assert main(["scan", spelling.format(name="some"), "-f", "json"]) == 1
    assert paths(json.loads(capsys.readouterr().out)) == ["a/.../e.py", "a/.b/..c.py", "d.py"]


def test_what_git_ignores_is_left_out_from_wherever_its_folder_is_reached(repo: Repository, tmp_path: Path) -> None:
    repo.write("a/kept.py", f'key = "{token()}"\n')
    repo.write("a/out.log", f'key = "{token("d")}"\n')
    repo.write(".gitignore", "*.log\n")
    (tmp_path / "link").symlink_to(repo.path / "a")
    for folder in ("a", str(repo.path / "a"), str(tmp_path / "link")):
        assert [path.rpartition("/")[2] for path in paths(report(repo, folder)[1])] == ["kept.py"], folder
    # The folder of git's own may lie anywhere.
    os.rename(repo.path / ".git", tmp_path / "elsewhere")
    assert len(paths(report(repo, "a")[1])) == 2
    repo.extra |= {"GIT_DIR": str(tmp_path / "elsewhere"), "GIT_WORK_TREE": str(repo.path)}
    assert [path.rpartition("/")[2] for path in paths(report(repo, "a")[1])] == ["kept.py"]


def test_one_secret_in_two_files_is_two_findings_with_one_fingerprint(repo: Repository) -> None:
    repo.write("a.py", f'key = "{token()}"\n')
    repo.write("b.py", f'\nkey = "{token()}"\n')
    _, found = report(repo, ".")
    assert [(item["path"], item["line"]) for item in found["findings"]] == [("a.py", 1), ("b.py", 2)]
    assert len({item["fingerprint"] for item in found["findings"]}) == 1
    shown = repo.unsealed("scan", ".").out
    assert shown.count("[github-") == 1, "people see one entry a secret"
    assert "b.py:2" in shown


def test_ignored_files_are_left_out_and_named(repo: Repository) -> None:
    repo.write(".gitignore", ".env\nbuild/\n")
    repo.write(".env", f"KEY={token()}\n")
    repo.write("build/x.py", f'key = "{token("b")}"\n')
    repo.write("src/x.py", f'key = "{token("c")}"\n')
    _, found = report(repo, ".")
    assert paths(found) == ["src/x.py"]
    assert any(".env" in note and "--no-ignore" in note for note in found["scan"]["notes"])
    assert paths(report(repo, ".", "--no-ignore")[1]) == [".env", "build/x.py", "src/x.py"]
    assert paths(report(repo, "build")[1]) == ["build/x.py"], "an ignored folder asked for by name is scanned"


def test_a_tracked_file_that_is_ignored_is_scanned(repo: Repository) -> None:
    repo.write(".env", f"KEY={token()}\n")
    repo.commit("first")
    repo.write(".gitignore", ".env\n")
    assert paths(report(repo, ".")[1]) == [".env"]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")
def test_a_submodule_that_is_not_checked_out_is_told_and_the_rest_is_scanned(repo: Repository) -> None:
    commit = repo.commit()
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{commit},libs/inner")
    repo.write("a.py", f"key = '{token()}'\n")
    (repo.path / "libs/inner").mkdir(parents=True)
    repo.commit()
    code, found = report(repo, ".")
    assert (code, paths(found)) == (1, ["a.py"])
    assert [(one["what"], "not checked out" in one["why"]) for one in found["scan"]["skipped"]] == [
        ("libs/inner", True)
    ]
    assert report(repo, ".", "--strict")[0] == 3
    # What somebody left there is no repository's, and is looked at all the same.
    repo.write("libs/inner/b.py", f"key = '{token('b')}'\n")
    assert paths(report(repo, ".")[1]) == ["a.py", "libs/inner/b.py"]
    assert paths(report(repo, "libs/inner")[1]) == ["libs/inner/b.py"]


def test_links_pipes_and_devices_lead_nowhere(repo: Repository, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.py").write_text(f'key = "{token()}"\n')
    folder = repo.path / "folder"
    folder.mkdir()
    os.symlink(outside, folder / "link")
    os.symlink(outside / "x.py", folder / "file-link")
    os.symlink("loop", folder / "loop")
    os.mkfifo(folder / "pipe")
    (folder / "ok.txt").write_text("hello\n")
    for arguments in (("folder",), ("folder", "--no-ignore")):
        code, found = report(repo, *arguments)
        assert (code, found["findings"]) == (0, [])


@pytest.mark.skipif(sys.platform == "win32" or os.getuid() == 0, reason="needs a file that cannot be read")
def test_an_unreadable_file_is_never_green(repo: Repository) -> None:
    repo.write("a.txt", "x").chmod(0)
    assert repo.unsealed("scan", ".").code == 3


def test_a_file_over_the_limit_is_never_green(repo: Repository) -> None:
    repo.write("a.txt", b"x" * 3000)
    ran = repo.unsealed("scan", ".", "--max-size", "2k")
    assert ran.code == 3
    assert "a.txt" in ran.out + ran.err


def test_processes_find_what_one_finds(repo: Repository) -> None:
    for number in range(600):
        repo.write(
            f"dir{number % 7}/f{number}.py", f'x = {number}\nkey = "{token(str(number % 90))}"\n' if number % 3 else "x"
        )
    reports = [report(repo, ".", "--workers", workers)[1]["findings"] for workers in ("1", "2", "3")]
    assert len(reports[0]) == 400
    assert len({item["fingerprint"] for item in reports[0]}) == 60
    assert reports[0] == reports[1] == reports[2]


def test_a_path_that_is_not_there(repo: Repository) -> None:
    ran = repo.unsealed("scan", "nowhere")
    assert (ran.code, ran.err.count("\n")) == (2, 1)


def test_raw_values_only_when_asked(repo: Repository) -> None:
    repo.write("a.py", f'key = "{token()}"\n')
    assert "secret" not in report(repo, ".")[1]["findings"][0]
    assert report(repo, ".", "--show-secrets")[1]["findings"][0]["secret"] == token()


def test_exit_zero_hides_findings_but_not_gaps(repo: Repository) -> None:
    repo.write("a.py", f'key = "{token()}"\n')
    assert repo.unsealed("scan", ".", "--exit-zero").code == 0
    assert repo.unsealed("scan", ".", "--exit-zero", "--max-size", "3").code == 3


def env(seed: str = "a") -> dict[str, bytes]:
    return {"app/.env": f"x=1\nKEY={token(seed)}\n".encode()}


def test_files_in_archives_in_archives(repo: Repository) -> None:
    repo.write("a.zip", zipped({"b.tgz": tarred(env(), "w:gz"), "c.txt": b"hello"}))
    code, found = report(repo, ".")
    assert code == 1
    assert [(place["path"], place["line"]) for place in found["findings"][0]["occurrences"]] == [
        ("a.zip!/b.tgz!/app/.env", 2)
    ]


def test_an_archive_from_standard_input(repo: Repository) -> None:
    assert paths(report(repo, "-", data=tarred(env(), "w:xz"))[1]) == ["!/app/.env"]


def test_an_archive_added_to_the_index(repo: Repository) -> None:
    repo.write("dist/app.whl", zipped(env()))
    repo.git("add", "-A")
    ran = repo.unsealed("staged", "-f", "json")
    assert (ran.code, paths(json.loads(ran.out))) == (1, ["dist/app.whl!/app/.env"])
    repo.commit("accept")
    repo.write("dist/app.whl", zipped({**env(), "more.txt": b"nothing new"}))
    repo.git("add", "-A")
    assert repo.unsealed("staged").code == 0, "what the old archive held is not new in the new one"


def test_words_of_a_document_are_read_without_the_marks_between(repo: Repository) -> None:
    middle = "</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>"
    whole = token()
    body = f"<w:p><w:r><w:t>the token is {whole[:9]}{middle}{whole[9:]}</w:t></w:r></w:p>"
    repo.write("notes.docx", zipped({"word/document.xml": f"<w:document>{body}</w:document>".encode()}))
    assert paths(report(repo, ".")[1]) == ["notes.docx!/word/document.xml"]


def test_text_in_a_database_a_notebook_and_a_recording(repo: Repository) -> None:
    with sqlite3.connect(repo.path / "app.db") as database:
        database.execute("create table settings (line text)")
        database.execute("insert into settings values (?)", (f"github={token('db')}",))
    database.close()
    cell = {"cells": [{"cell_type": "code", "source": [f"key = '{token('nb')}'\n"], "outputs": []}]}
    repo.write("work.ipynb", json.dumps(cell))
    header = {"name": "Authorization", "value": f"token {token('har')}"}
    repo.write("site.har", json.dumps({"log": {"entries": [{"request": {"headers": [header]}}]}}))
    assert paths(report(repo, ".")[1]) == ["app.db", "site.har", "work.ipynb"]


def test_what_is_encoded_too_deeply_is_told_once_and_counts_when_strict(repo: Repository) -> None:
    for number in range(300):
        inner = fill(f"password = <<Kq7- %A{12 + number % 9}>>\n", f"deep {number}").encode()
        for _ in range(6):
            inner = b"password: " + base64.b64encode(inner) + b"\n"
        repo.write(f"{number}.txt", inner)
    ran = repo.unsealed("scan", ".", "-v")
    assert (ran.code, (ran.out + ran.err).count("more encoded layers")) == (0, 1)
    strict = repo.unsealed("scan", ".", "--strict")
    assert (strict.code, strict.out.count("more encoded layers"), "1 not scanned" in strict.out) == (3, 1, True)
    assert '"blocking": true' in repo.unsealed("scan", ".", "--strict", "-f", "json").out


def test_what_is_encoded_too_deeply_hides_nothing_beside_it(repo: Repository) -> None:
    inner = b"password = x\n"
    for _ in range(6):
        inner = b"password: " + base64.b64encode(inner) + b"\n"
    twice = base64.b64encode(b"password: " + base64.b64encode(f"key = {token()}\n".encode()) + b"\n")
    repo.write("a.txt", inner + b"password: " + twice + b"\n")
    ran = repo.unsealed("scan", ".", "-v")
    assert (ran.code, ran.out.count("[github-")) == (1, 1)


def test_what_was_not_unpacked_is_told_and_counts_when_strict(repo: Repository) -> None:
    repo.write("a.zip", zipped({"b.zip": zipped(env())}))
    assert repo.unsealed("scan", ".").code == 1
    shallow = repo.unsealed("scan", ".", "--max-archive-depth", "1", "-v")
    assert shallow.code == 0
    assert "a.zip!/b.zip" in shallow.out + shallow.err
    assert repo.unsealed("scan", ".", "--max-archive-depth", "1", "--strict").code == 3
    assert repo.unsealed("scan", ".", "--strict").code == 1
    closed = repo.unsealed("scan", ".", "--max-archive-depth", "0", "--strict", "-v")
    assert (closed.code, "a.zip" in closed.out + closed.err) == (3, True)
    small = repo.unsealed("scan", ".", "--max-archive-size", "20", "--strict")
    assert small.code == 3


def test_a_damaged_archive_does_not_stop_the_others(repo: Repository) -> None:
    repo.write("a.zip", zipped(env("a"))[:-30])
    repo.write("b.tar", tarred(env("b")))
    repo.write("c.tgz", tarred(env("c"), "w:gz")[:-60])
    code, found = report(repo, ".")
    assert code == 1
    assert {"b.tar!/app/.env"} <= set(paths(found))
    assert {entry["what"] for entry in found["scan"]["skipped"]} == {"a.zip", "c.tgz"}


def test_odd_encodings(repo: Repository) -> None:
    line = f"Grüße\nkey = {token()}\n"
    for codec in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "cp1252"):
        repo.write(f"{codec}.txt", line.encode(codec))
    _, found = report(repo, ".")
    assert len(paths(found)) == 6
    assert {place["line"] for place in found["findings"][0]["occurrences"]} == {2}


def test_an_environment_ended_by_zero_bytes(repo: Repository) -> None:
    repo.write("environ", b"PATH=/bin\0API_PASSWORD=fj38Fh2kkq9ZmWpX\0HOME=/root\0")
    assert repo.unsealed("scan", ".").code == 1


def test_a_large_file_is_read_in_portions_and_its_lines_are_right(repo: Repository) -> None:
    line = b"2024-05-01 12:00:00 GET /index.html 200 " + b"x" * 57 + b"\n"
    count = 40_000_000 // len(line)
    lines = {number: f"key = {token(str(number))}\n".encode() for number in (*range(1, count, 9973), count - 1)}
    repo.write("large.log", b"".join(lines.get(number, line) for number in range(count)))
    code, found = report(repo, "large.log", "--max-size", "1g")
    assert code == 1
    assert sorted(item["line"] for item in found["findings"]) == sorted(number + 1 for number in lines)
    assert found["scan"]["bytes"] == (repo.path / "large.log").stat().st_size


def test_a_key_across_the_edge_of_two_portions(repo: Repository) -> None:
    key = fill("<<%pem(RSA)>>", "large").encode() + b"\n"
    filler = b"just a line of text that fills the file up\n" * 9
    for beside in (-OVERLAP, 0, OVERLAP):
        edge = FIRST + 2 * PORTION + beside
        data = filler * ((edge - len(key) // 2) // len(filler))
        data += b"." * (edge - len(key) // 2 - len(data) - 1) + b"\n" + key
        repo.write("large.txt", data + filler * 50_000)
        _, found = report(repo, "large.txt")
        assert [(item["rule"], item["line"]) for item in found["findings"]] == [
            ("private-key", data.count(b"\n") - key.count(b"\n") + 1)
        ]


def test_a_large_file_in_another_encoding_is_read_whole(repo: Repository) -> None:
    repo.write("large.txt", ("hello world\n" * 900_000 + f"key = {token()}\n").encode("utf-16"))
    assert [item["line"] for item in report(repo, "large.txt")[1]["findings"]] == [900_001]


@pytest.mark.skipif(sys.platform == "win32", reason="sparse files")
def test_a_file_of_holes_takes_no_time(repo: Repository) -> None:
    with repo.write("sparse.bin", b"").open("r+b") as file:
        file.truncate(10 * 1024**3)
        file.seek(5 * 1024**3)
        file.write(f"\nkey = {token()}\n".encode())
    # Rules are compiled first: that is what took long on a busy machine.
    assert repo.unsealed("scan", "-", data=b"x\n").code == 0
    started = time.monotonic()
    assert repo.unsealed("scan", "sparse.bin").code == 1
    assert time.monotonic() - started < 30


def test_every_limit_has_an_option_and_says_what_it_cut(repo: Repository) -> None:
    repo.write("a.zip", zipped({f"{number}.txt": b"x" * 5000 for number in range(9)}))
    repo.write("b.txt", f"key = {token()}\n")
    for option, value in (("files", "5"), ("ratio", "1"), ("size", "6000"), ("depth", "0")):
        ran = repo.unsealed("scan", ".", f"--max-archive-{option}", value, "-v")
        assert ran.code == 1
        assert "a.zip" in ran.out + ran.err
        assert repo.unsealed("scan", ".", f"--max-archive-{option}", value, "--strict").code == 3
    assert repo.unsealed("scan", ".", "--strict").code == 1


def test_a_scan_that_runs_out_of_time_is_never_green(repo: Repository) -> None:
    line = "def name(argument): password = settings.get('api_key', token_of(argument)) or secret_for(key=argument)\n"
    for number in range(400):
        repo.write(f"f{number}.py", line * 4000)
    ran = repo.unsealed("scan", ".", "--max-time", "1")
    assert ran.code == 3
    assert "--max-time" in ran.out + ran.err


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory")
def test_a_file_that_needs_more_memory_than_is_given_does_not_stop_the_others(repo: Repository) -> None:
    repo.write("a.txt", ("x" * 100 + "\n").encode("utf-16") * 500_000)
    repo.write("b.py", f'key = "{token()}"\n')
    ran = repo.unsealed("scan", ".", "--max-memory", "200m", "-f", "json")
    found = json.loads(ran.out)
    assert (ran.code, paths(found)) == (3, ["b.py"])
    assert [entry["what"] for entry in found["scan"]["skipped"]] == ["a.txt"]


@pytest.mark.skipif(sys.platform == "win32", reason="pipes")
def test_a_pipe_that_is_named_is_never_green(repo: Repository) -> None:
    os.mkfifo(repo.path / "pipe")
    repo.write("a.txt", "x\n")
    ran = repo.unsealed("scan", "pipe", "a.txt")
    assert ran.code == 3
    assert "pipe: is no regular file: pipe it into `unsealed scan -`" in ran.out
    assert repo.unsealed("scan", "/dev/stdin", data=b"x\n").code == 3
    assert repo.unsealed("scan", ".").code == 0


@pytest.mark.parametrize("named", [("./d", "d"), ("d/a.py", "d"), ("d", "d/../d/a.py"), ("d", "."), (".", "{}/d")])
def test_a_file_that_is_named_twice_is_scanned_once(repo: Repository, named: tuple[str, ...]) -> None:
    repo.write("d/a.py", f'key = "{token()}"\n')
    found = report(repo, *(name.format(repo.path) for name in named))[1]
    assert (found["scan"]["texts"], [len(one["occurrences"]) for one in found["findings"]]) == (1, [1])


def test_our_own_reports_are_no_leaks(repo: Repository) -> None:
    secret = fill("stringData: {password: <<Kq7- %A12>>, color: <<Kq7- %A12>>}", "reports")
    repo.write("a.yaml", f"apiVersion: v1\nkind: Secret\nmetadata: {{name: db}}\n{secret}\n")
    repo.write("a.py", f'key = "{token()}"\n')
    formats = ("text", "json", "jsonl", "sarif", "gitlab", "junit", "csv", "github", "markdown", "html")
    written = [argument for name in formats for argument in ("-f", f"{name}=reports/{name}")]
    (repo.path / "reports").mkdir()
    assert repo.unsealed("scan", ".", *written).code == 1
    assert len(list((repo.path / "reports").iterdir())) == len(formats)
    for name in formats:
        ending = {"gitlab": "json", "markdown": "md", "junit": "xml", "text": "txt", "github": "log"}.get(name, name)
        (repo.path / "reports" / name).rename(repo.path / "reports" / f"{name}.{ending}")
    assert report(repo, "reports")[1]["findings"] == []


def test_a_large_zip_behind_a_program_is_opened(repo: Repository) -> None:
    repo.write("app.pyz", b"#!/usr/bin/env python3\n" + os.urandom(17 << 20) + zipped({"a.py": token().encode()}))
    assert paths(report(repo, ".")[1]) == ["app.pyz!/a.py"]
