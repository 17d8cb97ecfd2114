"""What happens in the middle of a scan: signals, killed workers, a full disk, files that vanish."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.cli import main
from scanner.git import worktree
from scanner.pipeline.parallel import run_tasks
from tests.conftest import Repository, token

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


@pytest.fixture(autouse=True)
def _interruptible() -> Iterator[None]:
    """SIGINT counts, also where a shell that put the tests in the background has it ignored: processes inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def busy(repo: Repository) -> Iterator[Repository]:
    """A folder that two processes are busy with for some seconds."""
    line = "def name(argument): password = settings.get('api_key', token_of(argument)) or secret_for(key=argument)\n"
    for number in range(600):
        repo.write(f"f{number}.py", line * 3000)
    yield repo


def started(repo: Repository) -> subprocess.Popen[bytes]:
    """The command, once the process that works beside it is there: git comes and goes before."""
    process = subprocess.Popen(
        [sys.executable, "-m", "scanner", "scan", ".", "--workers", "2", "--no-progress", "-f", "json"],
        cwd=repo.path, env=dict(repo.environment), stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    until = time.monotonic() + 20
    seen: set[int] = set()
    while not seen:
        assert process.poll() is None and time.monotonic() < until
        seen = set(filter(is_ours, children(process.pid)))
        # What is about to become git looks like ours for a moment.
        time.sleep(0.02)
        seen &= set(filter(is_ours, children(process.pid)))
    return process


def children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def is_ours(pid: int) -> bool:
    try:
        return b"scanner" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def gone(pids: list[int]) -> bool:
    """True once none of these processes runs."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if not any(alive(pid) for pid in pids):
            return True
        time.sleep(0.02)
    return False


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_scan_and_its_workers(busy: Repository, how: signal.Signals, tmp_path: Path) -> None:
    busy.extra["TMPDIR"] = str(tmp_path)
    process = started(busy)
    workers = children(process.pid)
    process.send_signal(how)
    _out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err.decode().count("\n") == 1 and "interrupted" in err.decode()
    assert gone(workers)


@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM"])
def test_a_signal_that_comes_while_a_destructor_runs_is_not_lost(how: str) -> None:
    script = f"""
import os, signal, sys, time
from scanner import cli
class Late:
    def __del__(self):
        os.kill(os.getpid(), signal.{how})
def run(arguments):
    Late()
    time.sleep(5)
    return 0
cli._run = run
sys.exit(cli.main())
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=20)
    assert ran.returncode == 130
    assert ran.stderr == "unsealed: interrupted: not everything was scanned\n"


@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM"])
def test_a_signal_that_comes_while_a_named_tuple_is_made_gives_the_same_code(how: str, tmp_path: Path) -> None:
    """Python runs a text for it, and a module that it runs is ended by SIGINT then. What there is to do at the end is
    done."""
    script = f"""
import atexit, os, signal, sys
from scanner import cli
atexit.register(print, "tidied up")
cli._run = lambda arguments: exec("os.kill(os.getpid(), signal.{how}); [0 for _ in range(9)]")
sys.exit(cli.main())
"""
    (tmp_path / "interrupted.py").write_text(script)
    command, path = [sys.executable, "-m", "interrupted"], os.pathsep.join((str(tmp_path), *sys.path))
    ran = subprocess.run(command, capture_output=True, text=True, timeout=20, env={**os.environ, "PYTHONPATH": path})
    assert ran.returncode == 130
    assert ran.stderr == "unsealed: interrupted: not everything was scanned\n"
    assert ran.stdout == "tidied up\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="workers are forked")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_comes_while_a_worker_is_born_is_an_interruption(
    how: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    born: list[int] = []
    fork = os.fork

    def interrupted() -> int:
        worker = fork()
        if worker:
            born.append(worker)
            os.kill(os.getpid(), how)
        return worker

    monkeypatch.setattr(os, "fork", interrupted)
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            run_tasks(range(6), lambda number: time.sleep(0.01), workers=2)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert len(born) == 1
    assert gone(born)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in /proc")
def test_workers_do_not_outlive_a_killed_parent(busy: Repository) -> None:
    process = started(busy)
    workers = children(process.pid)
    process.kill()
    process.communicate(timeout=20)
    assert gone(workers)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in /proc")
def test_a_killed_worker_costs_time_and_no_finding(busy: Repository) -> None:
    for number in range(10, 600):
        (busy.path / f"f{number}.py").unlink()
    for number in range(300):
        busy.write(f"g{number}.py", f'key = "{token(str(number))}"\n')
    process = started(busy)
    os.kill(children(process.pid)[0], signal.SIGKILL)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert (
        len({item["path"] for item in json.loads(out)["findings"]} & {f"g{number}.py" for number in range(300)}) == 300
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full disk")
def test_a_full_disk_is_said(repo: Repository) -> None:
    repo.write("a.py", f'key = "{token()}"\n')
    ran = repo.unsealed("scan", "a.py", "-f", "json", "-o", "/dev/full")
    assert ran.code == 3
    assert ran.err.count("\n") == 1


def test_a_file_that_vanishes_or_shrinks_is_said(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    from scanner.model.result import Skipped
    from scanner.sources import files

    name = repo.write("a.txt", b"x" * 100_000)
    read = os.read
    monkeypatch.setattr(os, "read", lambda handle, size: (os.truncate(name, 10), read(handle, size))[1])
    short = files.read(str(name), 1 << 20)
    assert isinstance(short, Skipped) and short.blocking and "shorter" in short.why
    monkeypatch.undo()
    name.unlink()
    lost = files.read(str(name), 1 << 20)
    assert isinstance(lost, Skipped) and lost.blocking


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (MemoryError(), "needs more memory than there is"),
        (KeyError("what was scanned"), "was not scanned to its end by a mistake of ours, KeyError in test_faults.py"),
    ],
)
def test_what_goes_wrong_in_one_file_does_not_stop_the_others(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, error: Exception, why: str
) -> None:
    import scanner
    from scanner.pipeline.text import TextScanner

    repo.write("a.txt", "nothing")
    repo.write("b.py", f'key = "{token()}"\n')
    scan = TextScanner.scan

    def failing(self: TextScanner, text: object, *also: object, **how: object) -> object:
        if text.path.endswith("a.txt"):  # type: ignore[attr-defined]
            raise error
        return scan(self, text, *also, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(TextScanner, "scan", failing)
    result = scanner.scan_paths([str(repo.path)])
    assert len(result.findings) == 1
    (entry,) = result.summary.skipped
    assert entry.blocking and entry.why.startswith(why) and "what was scanned" not in entry.why


def test_an_ignore_file_that_keeps_git_busy_is_passed_over(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(worktree, "PATIENCE", 0.5)
    repo.write_what_keeps_git_busy("out.py\n")
    repo.write("out.py", f'key = "{token()}"\n')
    assert main(["scan", str(repo.path), "--no-progress"]) == 1
    out = capsys.readouterr()
    assert "did not end within" in out.out + out.err
    assert "out.py" in out.out


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_git_does_not_outlive_an_interruption(repo: Repository, tmp_path: Path, how: signal.Signals) -> None:
    """It says nothing while it counts a history, so nothing but being ended would tell it that nobody listens."""
    told, folder = tmp_path / "pid", tmp_path / "bin"
    folder.mkdir()
    (folder / "git").write_text(f"#!/bin/sh\necho $$ > {told}.new; mv {told}.new {told}; exec sleep 300\n")
    (folder / "git").chmod(0o755)
    environment = {**repo.environment, "PATH": f"{folder}{os.pathsep}{repo.environment['PATH']}"}
    process = subprocess.Popen(
        [sys.executable, "-c", "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
         "from scanner.cli import main; raise SystemExit(main(['history', '.']))"],
        cwd=repo.path, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while not told.exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(how)
    assert process.wait(30) == 130
    with pytest.raises(ProcessLookupError):
        os.kill(int(told.read_text()), 0)
