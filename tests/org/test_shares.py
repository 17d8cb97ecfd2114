"""A large history in shares: the same findings as whole, and whole again when the shares do not fit together."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from scanner.git.run import Git
from scanner.org.values import Job, Member
from scanner.pipeline.build import text_scanner
from scanner.pipeline.context import Context
from scanner.pipeline.history import Wanted, scan_history
from scanner.pipeline.options import ScanOptions
from scanner.pipeline.orgtasks import Finish, ShareTask, Tasks
from scanner.pipeline.shares import Shared, Sharer, together
from tests.conftest import Repository
from tests.org.conftest import leak, unsealed_org

JOB = Job((Member(7, "/r", "/r", True),))


def large(make: Callable[[str], Repository]) -> Repository:
    """One pack with many families, and something loose beside it."""
    repository = make("large")
    for number in range(6):
        leak(repository, f"s{number}", f"file{number}.py")
        repository.write("grows.txt", "".join(f"{line * number}\n" for line in range(200)))
    repository.git("repack", "-adfq")
    leak(repository, "loose", "late.py")
    return repository


def test_shares_together_are_the_whole(make: Callable[[str], Repository]) -> None:
    options = ScanOptions(repo_config=False)
    scanner, context = text_scanner(options), Context("", options)
    git = Git(str(large(make).path))
    whole = scan_history(git, scanner, context, Wanted(), workers=1)
    shared = together([Sharer(git, scanner, context).share(number, 3) for number in range(3)])
    assert shared is not None and len(whole.findings) == 7
    again = scan_history(git, scanner, context, Wanted(), workers=1, shared=shared)
    assert again.findings == whole.findings and again.summary.texts == whole.summary.texts
    # What shares say is taken as it is, and not scanned once more...
    nothing = Shared(shared.packs, ())
    assert len(scan_history(git, scanner, context, Wanted(), workers=1, shared=nothing).findings) == 1
    # ...unless the packs are others by now.
    other = Shared((b"x" * 20,), ())
    assert scan_history(git, scanner, context, Wanted(), workers=1, shared=other).findings == whole.findings


def test_shares_of_different_packs_are_of_no_use() -> None:
    for packs, fit in (((b"a", b"a"), True), ((b"a", b"b"), False)):
        tasks = Tasks(iter(()))
        tasks.share_out(JOB, 2)
        shares = list(tasks)
        assert shares == [ShareTask(JOB, 0, 2), ShareTask(JOB, 1, 2)]
        for task, name in zip(shares, packs, strict=True):
            assert isinstance(task, ShareTask)
            tasks.came(task, Shared((name,), ()))
        (finish,) = tasks
        assert isinstance(finish, Finish) and (finish.shared is not None) == fit


def test_a_share_that_kills_its_workers_leaves_the_whole() -> None:
    tasks = Tasks(iter(()))
    tasks.share_out(JOB, 2)
    for task, made in zip(list(tasks), (Shared((b"a",), ()), None), strict=True):
        assert isinstance(task, ShareTask)
        tasks.came(task, made)
    assert list(tasks) == [Finish(JOB, None)]


def test_a_sweep_in_shares_finds_the_same(
    make: Callable[[str], Repository], tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    url = f"file://{large(make).path}"
    told = []
    for size in ("0", "1g"):
        store = ("--store", str(tmp_path / f"{size}.db"), "--cache", str(tmp_path / f"m{size}"))
        more = ("--workers", "2", "--large", size, "-f", "json", "--no-progress")
        ran = unsealed_org(clean_environment, url, *store, *more)
        assert ran.returncode == 1, ran.stderr
        told.append(json.loads(ran.stdout)["findings"])
    assert told[0] == told[1] and len(told[0]) == 7
