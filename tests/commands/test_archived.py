"""What archives in git hold: in the history, in a range, at every path, deleted ones too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Repository, token
from tests.sources.samples import tarred, zipped


@pytest.fixture
def packed(repo: Repository) -> Repository:
    """Three commits: a file, two archives with secrets, neither of them."""
    repo.write("a.txt", "hello\n")
    repo.commit()
    inner = tarred({"b.py": f"x = 1\nkey = '{token('inner')}'\n".encode()}, "w:gz")
    repo.write("dist/a.whl", zipped({"app/.env": f"KEY={token('env')}\n".encode(), "in.tgz": inner}))
    repo.write("chart.tgz", tarred({"c/values.yaml": f"token: {token('chart')}\n".encode()}, "w:gz"))
    repo.commit()
    repo.git("rm", "-q", "dist/a.whl", "chart.tgz")
    repo.commit()
    return repo


EXPECTED = {("chart.tgz!/c/values.yaml", 1), ("dist/a.whl!/app/.env", 1), ("dist/a.whl!/in.tgz!/b.py", 2)}


def found(repo: Repository, *arguments: str) -> tuple[int, dict[str, Any]]:
    ran = repo.unsealed(*arguments, "-f", "json")
    assert ran.out, ran.err
    return ran.code, json.loads(ran.out)


@pytest.mark.parametrize("packs", [False, True], ids=["loose", "packed"])
def test_a_history_is_read_into_its_archives(packed: Repository, packs: bool) -> None:
    if packs:
        packed.git("gc", "-q")
    for more in ((), ("--workers", "2"), ("--show-secrets",)):
        code, report = found(packed, "history", ".", *more)
        assert code == 1
        assert {(item["path"], item["line"]) for item in report["findings"]} == EXPECTED
        assert {item["in_head"] for item in report["findings"]} == {False}
    assert {item["secret"] for item in report["findings"]} == {token(seed) for seed in ("inner", "env", "chart")}


def test_a_range_is_read_into_its_archives_and_compared_with_what_was_there(packed: Repository) -> None:
    code, report = found(packed, "range", "HEAD~2..HEAD~1")
    assert code == 1
    assert {(item["path"], item["line"]) for item in report["findings"]} == EXPECTED
    packed.git("checkout", "-q", "HEAD~1")
    packed.write("chart.tgz", tarred({"c/values.yaml": f"more: 1\ntoken: {token('chart')}\n".encode()}, "w:gz"))
    packed.commit()
    assert found(packed, "range", "HEAD~1..HEAD")[0] == 0, "the archive before held it already"


def test_what_an_archive_in_the_history_keeps_closed_is_told(packed: Repository) -> None:
    code, report = found(packed, "history", ".", "--max-archive-depth", "1")
    assert code == 1
    assert [entry["why"] for entry in report["scan"]["skipped"]] == ["lies more than 1 archives deep"]
    assert found(packed, "history", ".", "--max-archive-depth", "1", "--strict")[0] == 3
    assert found(packed, "history", ".", "--max-archive-depth", "0", "--strict")[0] == 3


def test_a_damaged_tar_hides_nothing_behind_its_damage(repo: Repository) -> None:
    data = bytearray(tarred({"a.txt": b"hello\n", "b.txt": f"KEY={token('behind')}\n".encode()}))
    second = data.index(b"b.txt")
    data[second + 150] ^= 1
    repo.write("a.tar", bytes(data))
    code, report = found(repo, "scan", ".")
    assert code == 1
    assert [finding["path"] for finding in report["findings"]] == ["a.tar"]
    assert any("damaged tar" in entry["why"] for entry in report["scan"]["skipped"])
