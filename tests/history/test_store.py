"""Every object that git can see is found in the store, however git keeps it, and read as git reads it."""

from __future__ import annotations

import os
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.history.errors import DamagedIndex, NoObject
from scanner.history.loose import loose_names, read_loose
from scanner.history.packindex import PackIndex, multi_pack
from scanner.history.store import ObjectStore
from tests.conftest import Repository, make_repository
from tests.history.packs import Entry, delta_of, name_of, write_pack
from tests.pipeline.histories import Commit, imported

LIMIT = 1 << 24


def grown(repo: Repository, count: int = 12) -> None:
    """A history whose objects are deltas of one another."""
    lines = [f"line {at} of a file" for at in range(120)]
    commits = []
    for number in range(count):
        lines[number * 7 % 120] = f"changed {number}"
        commits.append(Commit({"a.txt": "\n".join(lines).encode(), f"d{number % 3}/b.txt": b"%d\n" % number}))
    imported(repo, commits)


def store_of(repo: Repository, name_size: int = 20) -> ObjectStore:
    git_dir = repo.path / repo.git("rev-parse", "--git-dir").strip()
    return ObjectStore.open(git_dir / "objects", name_size=name_size)


def everything(repo: Repository) -> dict[str, str]:
    """Name and type of all objects, as git lists them."""
    out = repo.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)")
    return dict(line.split() for line in out.splitlines())  # type: ignore[misc]


def check(repo: Repository, name_size: int = 20) -> ObjectStore:
    """The store has what git has, with the same bytes."""
    store = store_of(repo, name_size)
    known = everything(repo)
    assert len(known) > 20
    names = {pack.name(at).hex() for pack in store.packs for at in range(len(pack.kinds))}
    names |= {name.hex() for _, name in store.loose()}
    assert names == set(known)
    done = subprocess.run(
        ["git", "cat-file", "--batch"], cwd=repo.path, env=dict(repo.environment), capture_output=True,
        input="".join(f"{name}\n" for name in known).encode(), check=True,
    ).stdout  # fmt: skip
    at = 0
    for name, kind in known.items():
        head = done[at : done.index(b"\n", at)]
        size = int(head.split()[2])
        at += len(head) + 1
        assert store.read(bytes.fromhex(name), limit=LIMIT) == (kind, done[at : at + size])
        at += size + 1
    assert store.complaints == []
    return store


def _again(*options: str) -> Callable[[Repository], None]:
    """All in one pack whose index ``git index-pack`` writes with ``options``."""

    def lay_out(repo: Repository) -> None:
        repo.git("repack", "-adfq")
        (pack,) = (repo.path / ".git/objects/pack").glob("*.pack")
        os.chmod(pack.with_suffix(".idx"), 0o644)
        repo.git("index-pack", *options, str(pack))

    return lay_out


def _by_name(repo: Repository) -> None:
    """Every delta names its base (without --delta-base-offset)."""
    repo.git("-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq", "--depth=50")


def _several(repo: Repository) -> None:
    repo.git("repack", "-adfq")
    repo.write("new.txt", "new\n")
    repo.commit("more")
    repo.git("repack", "-dq")
    repo.write("new.txt", "newer\n")
    repo.commit("loose")


def _multi(repo: Repository) -> None:
    _several(repo)
    repo.git("repack", "-dq")
    repo.git("multi-pack-index", "write")


def _loose(repo: Repository) -> None:
    (pack,) = (repo.path / ".git/objects/pack").glob("*.pack")
    moved = pack.rename(repo.path.parent / "moved.pack")
    pack.with_suffix(".idx").unlink()
    repo.git("unpack-objects", "-q", data=moved.read_bytes())


LAYOUTS: dict[str, Callable[[Repository], None]] = {
    "index 1": _again("--index-version=1"),
    "index 2": _again("--index-version=2"),
    "64-bit offsets": _again("--index-version=2,0x40"),
    "bases by name": _by_name,
    "several packs": _several,
    "multi-pack-index": _multi,
    "loose": _loose,
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout(repo: Repository, layout: str) -> None:
    grown(repo)
    LAYOUTS[layout](repo)
    check(repo)


def test_an_index_over_all_packs_does_for_theirs(repo: Repository) -> None:
    """Once there is one over all, the packs' own indices may be gone."""
    grown(repo)
    _multi(repo)
    before = check(repo)
    for index in (repo.path / ".git/objects/pack").glob("*.idx"):
        index.unlink()
    store = store_of(repo)
    assert store.complaints == []
    assert len(store.packs) == len(before.packs) > 1
    for pack in before.packs:
        for name in map(pack.name, range(len(pack.kinds))):
            assert store.read(name, limit=LIMIT) == before.read(name, limit=LIMIT)


def test_64_bit_offsets_are_in_use(repo: Repository) -> None:
    """The layout above is what it says: an offset beyond the limit stands in the second table."""
    grown(repo)
    LAYOUTS["64-bit offsets"](repo)
    (path,) = (repo.path / ".git/objects/pack").glob("*.idx")
    count = PackIndex.read(path, 20).count
    assert path.stat().st_size > 8 + 1024 + count * 28 + 40


@pytest.mark.parametrize("loose", [False, True])
def test_sha_256(tmp_path: Path, clean_environment: dict[str, str], loose: bool) -> None:
    repo = make_repository(tmp_path / "repo", clean_environment, ["--object-format=sha256"])
    grown(repo)
    if loose:
        _loose(repo)
    else:
        repo.git("repack", "-adfq")
    check(repo, 32)


def test_alternates_of_alternates(repo: Repository, tmp_path: Path) -> None:
    grown(repo)
    before = repo.path
    for name in ("first", "second"):
        repo.git("clone", "-q", "--shared", str(before), str(tmp_path / name))
        before = tmp_path / name
        clone = Repository(before, repo.environment)
        clone.write(f"{name}.txt", f"{name}\n")
        clone.commit(name)
    store = check(clone)
    assert len(store.folders) == 3


def test_alternates_that_lead_in_a_circle_or_nowhere(repo: Repository, tmp_path: Path) -> None:
    grown(repo)
    objects = repo.path / ".git/objects"
    repo.write(".git/objects/info/alternates", f"{objects}\n{tmp_path}/nowhere\n# a comment\n../objects\n")
    assert len(store_of(repo).folders) == 1
    for line in ("a" * 5000, "a\0b", '"\\x"', '"\\u20ac"', "/dev/zero", "\x1b[31m"):
        repo.write(".git/objects/info/alternates", f"{line}\n{objects}\n")
        assert len(store_of(repo).folders) == 1, line
    (objects / "info/alternates").unlink()
    (objects / "info/alternates").symlink_to("/dev/zero")
    assert len(store_of(repo).folders) == 1


def test_alternates_from_the_environment_and_in_quotes(repo: Repository, tmp_path: Path) -> None:
    grown(repo)
    odd = tmp_path / 'a "b'
    (tmp_path / "repo/.git/objects").rename(odd)
    other = make_repository(tmp_path / "other", repo.environment)
    other.write(".git/objects/info/alternates", '"' + str(odd).replace('"', '\\"') + '"\n')
    assert len(store_of(other).packs) == 1
    (other.path / ".git/objects/info/alternates").unlink()
    store = ObjectStore.open(other.path / ".git/objects", name_size=20, alternates=str(odd))
    assert len(store.packs) == 1


def _changed(path: Path, at: int, data: bytes) -> None:
    os.chmod(path, 0o644)
    raw = bytearray(path.read_bytes())
    raw[at : at + len(data)] = data
    path.write_bytes(raw)


@pytest.mark.parametrize("size", [0, 3, 500, 1031, 1100])
@pytest.mark.parametrize("version", ["1", "2"])
def test_an_index_cut_short(repo: Repository, size: int, version: str) -> None:
    grown(repo)
    _again(f"--index-version={version}")(repo)
    (path,) = (repo.path / ".git/objects/pack").glob("*.idx")
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(DamagedIndex, match=path.name):
        PackIndex.read(path, 20)
    assert any(path.name in complaint for complaint in store_of(repo).complaints)


def test_an_index_of_a_version_to_come(repo: Repository) -> None:
    grown(repo)
    (path,) = (repo.path / ".git/objects/pack").glob("*.idx")
    _changed(path, 7, b"\3")
    with pytest.raises(DamagedIndex, match="version 3"):
        PackIndex.read(path, 20)


def test_a_wrong_fan_out_hides_nothing(repo: Repository) -> None:
    """The table of first bytes is made anew: git would miss objects here, and say nothing."""
    grown(repo)
    (path,) = (repo.path / ".git/objects/pack").glob("*.idx")
    index = PackIndex.read(path, 20)
    _changed(path, 8, bytes(255 * 4))
    again = PackIndex.read(path, 20)
    names = [index.names[at : at + 20] for at in range(0, 20 * index.count, 20)]
    assert [again.find(name) for name in names] == [index.find(name) for name in names]
    assert again.find(bytes(20)) == -1


def test_an_index_with_huge_numbers(repo: Repository) -> None:
    grown(repo)
    (path,) = (repo.path / ".git/objects/pack").glob("*.idx")
    _changed(path, 8 + 255 * 4, b"\xff\xff\xff\xff")
    with pytest.raises(DamagedIndex):
        PackIndex.read(path, 20)


@pytest.mark.parametrize("at", range(0, 60, 3))
def test_a_multi_pack_index_that_lies(repo: Repository, at: int) -> None:
    grown(repo)
    _multi(repo)
    path = repo.path / ".git/objects/pack/multi-pack-index"
    _changed(path, at, b"\xff\xee")
    try:
        found = multi_pack(path, 20)
    except DamagedIndex as error:
        assert path.name in str(error)
    else:
        assert isinstance(found, dict)


def test_a_multi_pack_index_of_another_hash(repo: Repository) -> None:
    grown(repo)
    _multi(repo)
    with pytest.raises(DamagedIndex):
        multi_pack(repo.path / ".git/objects/pack/multi-pack-index", 32)


def _loose_file(folder: Path, raw: bytes) -> bytes:
    name = bytes(range(20))
    path = folder / name.hex()[:2] / name.hex()[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(raw)
    return name


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not compressed",
        zlib.compress(b"no header at all"),
        zlib.compress(b"blob x\0abc"),
        zlib.compress(b"blob 4\0abc"),
        zlib.compress(b"blob 2\0abc"),
        zlib.compress(b"blob -3\0abc"),
        zlib.compress(b"blob 3\0abc")[:-3],
        zlib.compress(b"blob 99999999999999999999\0abc"),
        zlib.compress(b"blob 5\0" + bytes(1 << 26)),
        zlib.compress(b"a" * 10_000_000),
    ],
    ids=["empty", "not compressed", "no header", "no size", "too short", "too long", "negative", "cut", "huge claim",
         "bomb", "bomb without a header"],
)  # fmt: skip
def test_a_damaged_loose_object(tmp_path: Path, raw: bytes) -> None:
    name = _loose_file(tmp_path, raw)
    with pytest.raises(NoObject, match=name.hex()):
        read_loose(tmp_path, name, limit=LIMIT)


def test_loose_names_pass_over_what_is_none(tmp_path: Path) -> None:
    name = _loose_file(tmp_path, b"x")
    (tmp_path / name.hex()[:2] / "tmp_obj_x7").write_bytes(b"")
    (tmp_path / name.hex()[:2] / ("g" * 38)).write_bytes(b"")
    (tmp_path / "pack").mkdir()
    assert list(loose_names(tmp_path, 20)) == [name]


BASE = b"one line of the base\n" * 20
GOOD = delta_of(len(BASE), len(BASE) + 4, (0, len(BASE)), b"new\n")
BLOB, OFS, REF = 3, 6, 7
NAMES = [bytes([at]) * 20 for at in (1, 2, 3)]


@pytest.mark.parametrize(
    "bad",
    [
        Entry(OFS, GOOD, base=0, size=len(GOOD) + 5),
        Entry(OFS, GOOD, base=0, size=1 << 45),
        Entry(OFS, GOOD, base=0, raw=b"no zlib stream"),
        Entry(OFS, delta_of(len(BASE) + 1, 4, b"new\n"), base=0),
        Entry(OFS, delta_of(len(BASE), 40, (len(BASE) - 20, 40)), base=0),
        Entry(OFS, delta_of(len(BASE), 1 << 50, (0, 1)), base=0),
        Entry(OFS, b"x", base=0, size=1, raw=zlib.compress(bytes(1 << 24))),
        Entry(REF, GOOD, base=b"\x09" * 20),
        Entry(REF, GOOD, base=NAMES[1]),
        Entry(REF, GOOD, base=NAMES[2]),
        Entry(BLOB, b"abc", size=1 << 60),
    ],
    ids=["wrong size", "huge size", "no zlib", "another base", "copy out of range", "huge result", "bomb",
         "base that is nowhere", "its own base", "a circle", "huge whole object"],
)  # fmt: skip
def test_one_damaged_object_costs_no_other(tmp_path: Path, bad: Entry) -> None:
    """The walk gives up the object with all that is made from it, says why, and hands out the rest."""
    write_pack(tmp_path / "objects/pack", [Entry(BLOB, BASE), bad, Entry(REF, GOOD, base=NAMES[1])], NAMES)
    store = ObjectStore.open(tmp_path / "objects", name_size=20)
    (pack,) = store.packs
    assert store.read(NAMES[0], limit=LIMIT) == ("blob", BASE)
    for name in NAMES[1:]:
        with pytest.raises(NoObject) as error:
            store.read(name, limit=LIMIT)
        assert "line" not in str(error.value)
    among = pack.families(BLOB)
    walk = pack.walk(among, limit=LIMIT)
    for root in among.roots:
        walk.add(root)
    taken = []
    while walk.more():
        taken += [version.data for version in walk.batch(1 << 20, 1 << 20, 1).versions]
    assert taken == [BASE]
    lost = set(walk.odd) | set(pack.unknown())
    assert lost == {1, 2}, "each of the others is accounted for"


def test_a_pack_that_is_cut_or_none(tmp_path: Path) -> None:
    path = write_pack(tmp_path / "objects/pack", [Entry(BLOB, BASE), Entry(OFS, GOOD, base=0)], NAMES[:2])
    raw = path.read_bytes()
    for size in (0, 3, 11, 25):
        path.write_bytes(raw[:size])
        assert any(
            path.name in complaint for complaint in ObjectStore.open(path.parent.parent, name_size=20).complaints
        )
    path.write_bytes(raw[:-25])
    store = ObjectStore.open(path.parent.parent, name_size=20)
    assert store.read(NAMES[0], limit=LIMIT) == ("blob", BASE)
    with pytest.raises(NoObject):
        store.read(NAMES[1], limit=LIMIT)


def test_a_pack_without_an_index(tmp_path: Path) -> None:
    path = write_pack(tmp_path / "objects/pack", [Entry(BLOB, BASE)], [name_of("blob", BASE)])
    path.with_suffix(".idx").unlink()
    (complaint,) = ObjectStore.open(path.parent.parent, name_size=20).complaints
    assert "no index" in complaint
