"""Objects through git's own reader: as they are, and never waited for when they lie."""

from __future__ import annotations

import pytest

from scanner.git.objects import MissingObject, ObjectReader, TooLarge
from scanner.git.run import Git
from tests.conftest import Repository
from tests.history.packs import Entry, name_of, write_pack

HELLO = b"hello\n"


def test_one_after_the_other(repo: Repository) -> None:
    repo.write("a", HELLO)
    repo.write("empty", b"")
    commit = repo.commit("first")
    with ObjectReader(Git(str(repo.path)), limit=1000) as reader:
        assert reader.read("HEAD:a") == ("blob", 6, HELLO)
        assert reader.read("HEAD:empty").data == b""
        assert reader.read(commit).kind == "commit"
        with pytest.raises(MissingObject):
            reader.read("f" * 40)
        assert reader.read("HEAD:a").data == HELLO


def test_what_is_too_large_costs_no_other(repo: Repository) -> None:
    repo.write("large", b"x" * 5_000_000)
    repo.write("small", HELLO)
    repo.commit("first")
    with ObjectReader(Git(str(repo.path)), limit=1000) as reader:
        for _ in range(3):
            with pytest.raises(TooLarge, match="5,000,000 bytes"):
                reader.read("HEAD:large")
            assert reader.read("HEAD:small").data == HELLO


@pytest.mark.parametrize("limit", [1 << 20, 1 << 34])
@pytest.mark.parametrize("size", [100, 1 << 29, 1 << 33, 1 << 50])
def test_an_object_that_claims_more_than_it_holds(repo: Repository, size: int, limit: int) -> None:
    liar = b"\x07" * 20
    write_pack(
        repo.path / ".git/objects/pack", [Entry(3, b"", size=size), Entry(3, HELLO)], [liar, name_of("blob", HELLO)]
    )
    if size == 1 << 33 and limit > size:
        pytest.skip("git takes the memory it is told it needs")
    with ObjectReader(Git(str(repo.path)), limit=limit) as reader:
        with pytest.raises((MissingObject, TooLarge)):
            reader.read(liar.hex())
        assert reader.read(name_of("blob", HELLO).hex()).data == HELLO
