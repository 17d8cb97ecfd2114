"""Where objects lie is told as git tells it, in however many packs the trees are, and for the compiled loops too."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from scanner.history import headers
from scanner.history.commits import CommitGraph, parse_commit
from scanner.history.names import EntryTable, read_names
from scanner.history.placing import NO_COMMIT, View, places
from scanner.history.store import ObjectStore
from scanner.history.trees import TreeIndex
from tests.conftest import Repository
from tests.history.test_store import store_of
from tests.pipeline.histories import Commit, imported


def commits(seed: int, count: int = 30) -> list[Commit]:
    """Files that come, go, change and are copied to other folders."""
    chance = random.Random(seed)
    folders = ["", "a/", "a/b/", "c/", "c/b/"]
    made, there = [], list[str]()
    for number in range(count):
        files: dict[str, bytes | None] = {}
        for _ in range(chance.randint(1, 4)):
            path = f"{chance.choice(folders)}f{chance.randint(0, 3)}.txt"
            files[path] = b"text %d\n" % chance.randint(0, 12)
        if there and chance.random() < 0.3:
            files[chance.choice(there)] = None
        there += [path for path, content in files.items() if content is not None]
        parents = [chance.randint(max(1, number - 3), number)] if number else []
        made.append(Commit(files, parents=parents, branch=chance.choice(("main", "side")) if number else "main"))
    return made


def index_of(store: ObjectStore) -> TreeIndex:
    tables: list[list[EntryTable]] = []
    for pack in store.packs:
        families = pack.families(headers.TREE)
        middle = len(families.roots) // 2
        halves = families.roots[:middle], families.roots[middle:]
        tables.append([read_names(pack, families, roots, lambda _: 1).entries for roots in halves])
    return TreeIndex(store, tables)


def view_of(repo: Repository, store: ObjectStore, index: TreeIndex) -> tuple[CommitGraph, View]:
    graph = CommitGraph()
    for name in map(bytes.fromhex, repo.git("rev-list", "--all").split()):
        commit = parse_commit(store.read(name, limit=1 << 20)[1])
        assert commit is not None
        graph.add(name, commit)
    graph.link()
    counted = bytearray(b"\1" * len(graph.names))
    main = graph.number[bytes.fromhex(repo.git("rev-parse", "main").strip())]
    roots = [index.numbers.of(tree) for tree in graph.trees]
    return graph, View(roots, counted, bytearray(len(counted)), graph.ranks(), {main: 1}, {})


def expected(repo: Repository, graph: CommitGraph, view: View) -> dict[bytes, set[tuple[str, int, int]]]:
    """By blob, its paths with the first commit and the tips, from git's own listing of every commit."""
    first: dict[tuple[bytes, str], int] = {}
    tips: dict[tuple[bytes, str], int] = {}
    for number in sorted(range(len(graph.names)), key=view.ranks.__getitem__):
        for line in repo.git("ls-tree", "-r", graph.names[number].hex()).splitlines():
            words, path = line.split("\t")
            key = bytes.fromhex(words.split()[2]), path
            first.setdefault(key, number)
            tips[key] = tips.get(key, 0) | view.tips.get(number, 0)
    found: dict[bytes, set[tuple[str, int, int]]] = {}
    for (name, path), number in first.items():
        found.setdefault(name, set()).add((path, number, tips[name, path]))
    return found


def check(repo: Repository, wanted: Iterable[bytes] | None = None) -> None:
    store = store_of(repo)
    index = index_of(store)
    graph, view = view_of(repo, store, index)
    known = expected(repo, graph, view)
    assert len(known) > 8
    names = list(known if wanted is None else wanted)
    placed = places(index, view, names)
    assert not placed.cut
    assert {name: {*map(tuple, spans)} for name, spans in placed.spans.items()} == {name: known[name] for name in names}
    assert all(len(spans) == len({span.path for span in spans}) for spans in placed.spans.values())


@pytest.mark.parametrize("seed", range(3))
def test_in_one_pack(repo: Repository, seed: int) -> None:
    imported(repo, commits(seed))
    repo.git("repack", "-adfq", "--depth=20", "--window=20")
    check(repo)


@pytest.mark.parametrize("seed", range(3, 6))
def test_in_packs_that_share_objects_and_in_none(repo: Repository, seed: int) -> None:
    made = commits(seed, 36)
    imported(repo, made[:12])
    repo.git("repack", "-dq")
    imported(repo, made[12:24], first=13)
    packs = repo.path / ".git" / "objects" / "pack"
    repo.git("pack-objects", "-q", "--revs", "--all", str(packs / "pack"), data=b"")
    repo.write("loose/x.txt", "text 1\n")
    repo.commit("loose objects")
    store = store_of(repo)
    assert len(store.packs) > 1
    assert any(True for _ in store.loose())
    check(repo)


def test_trees_that_cannot_be_read_are_counted(repo: Repository) -> None:
    imported(repo, commits(8))
    repo.git("repack", "-adfq", "--depth=20", "--window=20")
    store = store_of(repo)
    index = index_of(store)
    graph, view = view_of(repo, store, index)
    known = expected(repo, graph, view)
    for pack in store.packs:
        # Where each delta should begin, there is another object.
        for at, base in enumerate(pack.bases):
            if base >= 0 and pack.kinds[at] == headers.TREE:
                pack.offsets[at] = pack.offsets[0]
    places(index, view, known)
    assert index.odd > 0


def test_what_no_commit_has_is_placed_by_the_tree_that_has_it(repo: Repository) -> None:
    repo.write("a/b/lost.txt", "lost\n")
    repo.write("c.txt", "kept\n")
    repo.git("add", "-A")
    repo.git("write-tree")
    lost = bytes.fromhex(repo.git("rev-parse", ":a/b/lost.txt").strip())
    repo.git("rm", "-qrf", "a")
    repo.commit("without it")
    store = store_of(repo)
    index = index_of(store)
    _, view = view_of(repo, store, index)
    (span,) = places(index, view, [lost]).spans[lost]
    assert (span.path, span.first, span.tips) == ("a/b/lost.txt", NO_COMMIT, 0)
