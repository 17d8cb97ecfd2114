"""The objects that lead from some commits, and the commits and paths that brought given ones."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from scanner.git.run import Git, environment, finish
from scanner.model.errors import GitError


class Listed(NamedTuple):
    """One object: name, type, size in bytes (-1 when it is missing), and one path it is known by."""

    name: str
    kind: str
    size: int
    path: str


class Brought(NamedTuple):
    """A blob that a commit put at a path."""

    blob: str
    commit: str
    author: str
    date: str
    path: str


def objects(git: Git, tips: Sequence[str], since: Sequence[str] = ()) -> Iterator[Listed]:
    """What ``tips`` reach and ``since`` do not, commits first; GitError when git cannot tell all of it."""
    lister = git.start("rev-list", "--objects", "--stdin", "--missing=print", stdin=True)
    assert lister.stdin is not None and lister.stdout is not None
    with suppress(BrokenPipeError):
        lister.stdin.write(revisions(tips, since))
        lister.stdin.close()
    form = "--batch-check=%(objectname) %(objecttype) %(objectsize) %(rest)"
    teller = subprocess.Popen(
        git.command("cat-file", form),
        stdin=lister.stdout, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment(),
    )  # fmt: skip
    lister.stdout.close()
    assert teller.stdout is not None
    for line in teller.stdout:
        name, _, rest = line.rstrip(b"\n").partition(b" ")
        kind, _, rest = rest.partition(b" ")
        size, _, path = rest.partition(b" ")
        if not size.isdigit():
            yield Listed(name.decode("ascii", "replace").lstrip("?"), "missing", -1, "")
        else:
            yield Listed(name.decode(), kind.decode(), int(size), path.decode("utf-8", "surrogateescape"))
    lister.stdout = None
    complaint = finish(lister) or finish(teller)
    if complaint:
        raise GitError(f"the history cannot be read: {complaint}")


def revisions(tips: Sequence[str], since: Sequence[str]) -> bytes:
    """Standard input for ``--stdin``."""
    return "".join(f"{line}\n" for line in (*tips, *(f"^{name}" for name in since))).encode()


def bringing(git: Git, tips: Sequence[str], since: Sequence[str], wanted: frozenset[str]) -> list[Brought]:
    """Every commit that put one of the blobs ``wanted`` somewhere, oldest first; merges only where nothing else did.

    By plumbing: ``git log`` would read more of the user's settings.
    """
    given = git.output("rev-list", "--stdin", "--reverse", "--topo-order", stdin=revisions(tips, since))
    found = list(dict.fromkeys(_bringing(git, (), given, wanted)))
    left = wanted - {one.blob for one in found}
    if left:
        found += dict.fromkeys(_bringing(git, ("-m",), given, left))
    return found


def brought(git: Git, commits: Sequence[str]) -> Iterator[Brought]:
    """Every blob at every path where one of ``commits`` put it.

    A merge puts what none of its parents has there: moved with a folder that one side renamed, for instance.
    """
    return _bringing(git, ("-c",), "".join(f"{name}\n" for name in commits).encode(), None)


def commits(git: Git, tips: Sequence[str], since: Sequence[str]) -> list[str]:
    """The names of the commits that ``tips`` reach and ``since`` do not."""
    return git.output("rev-list", "--stdin", stdin=revisions(tips, since)).decode("ascii").split()


_NO_BLOB = "-"
# What was deleted, and submodules.
_NOT_FILES = (b"000000", b"160000")
_DIFF = ("diff-tree", "--stdin", "--root", "-r", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff",
         "--no-textconv", "--format=%x01%H%x02%an <%ae>%x02%cI")  # fmt: skip


def _bringing(git: Git, options: Sequence[str], given: bytes, wanted: frozenset[str] | None) -> Iterator[Brought]:
    process = git.start(*_DIFF, *options, stdin=True, complaints=False)
    assert process.stdin is not None and process.stdout is not None
    feeder = threading.Thread(target=_feed, args=(process, given), daemon=True)
    feeder.start()
    commit = author = date = blob = ""
    for field in _fields(process):
        # A path may begin with any byte but follows the entry of its blob.
        if blob:
            if blob != _NO_BLOB and (wanted is None or blob in wanted):
                yield Brought(blob, commit, author, date, field.decode("utf-8", "surrogateescape"))
            blob = ""
            continue
        entry = field.lstrip(b"\n")
        if entry.startswith(b"\x01"):
            parts = entry[1:].decode("utf-8", "replace").split("\x02")
            commit, author, date = (*parts, "", "")[:3]
        elif entry.startswith(b":"):
            # Modes of all parents and of the result, then names likewise; a merge has an entry of several parents.
            parents = len(entry) - len(entry.lstrip(b":"))
            told = entry[parents:].split(b" ")
            mode, name = told[parents], told[2 * parents + 1]
            blob = _NO_BLOB if mode in _NOT_FILES else name.decode("ascii", "replace")
    feeder.join()
    process.stdout.close()
    if process.wait():
        raise GitError("what the commits brought cannot be read: the repository is damaged or a partial clone")


def _feed(process: subprocess.Popen[bytes], given: bytes) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError):
        process.stdin.write(given)
    with suppress(BrokenPipeError):
        process.stdin.close()


def _fields(process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    assert process.stdout is not None
    rest = b""
    while chunk := process.stdout.read(1 << 16):
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole
    if rest:
        yield rest


def files_of(git: Git, revision: str) -> frozenset[tuple[str, str]]:
    """Blob and path of every file of a commit or tree; none where there is no such thing."""
    out = git.succeeds("ls-tree", "-r", "-z", "--full-tree", revision) or b""
    found = set()
    for entry in out.split(b"\0"):
        meta, tab, path = entry.partition(b"\t")
        if tab:
            found.add((meta.split(b" ")[2].decode("ascii"), path.decode("utf-8", "surrogateescape")))
    return frozenset(found)
