"""From what the user names to repositories: a folder of clones, a list of addresses, one address, an account."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from scanner.git.clone import protocol_of, shown
from scanner.model.errors import UnsealedError, UsageError
from scanner.model.result import Skipped
from scanner.org.hosts.address import Account, HostError, account_of
from scanner.org.tokens import token_for
from scanner.org.values import Repository

_LONGEST_LIST = 64 << 20
# No account has more repositories; one that comes up more often while it is watched for is in a list that goes in a
# circle; and with so many that cannot be used, something else is wrong.
_MOST_REPOSITORIES = 5_000_000
_MOST_TIMES = 3
_MOST_ERRORS = 1000


class Filters(NamedTuple):
    """Which repositories count. ``names`` and ``without`` are globs of ``owner/name``, without case; ``since`` is a
    day (YYYY-MM-DD), and what has no date of a push counts."""

    names: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    archived: bool = True
    forks: bool = True
    visibility: tuple[str, ...] = ()
    since: str = ""
    wikis: bool = False

    def take(self, one: Repository) -> bool:
        """True when ``one`` is to be scanned."""
        name = one.name.lower()
        return (
            (not self.names or any(fnmatchcase(name, glob.lower()) for glob in self.names))
            and not any(fnmatchcase(name, glob.lower()) for glob in self.without)
            and (self.archived or not one.archived)
            and (self.forks or not one.fork)
            and (not self.visibility or not one.visibility or one.visibility in self.visibility)
            and (not self.since or not one.pushed or one.pushed[:10] >= self.since)
        )


def repositories(target: str, filters: Filters) -> Iterator[Repository | Skipped]:
    """The repositories of one target; a Skipped stands for what could not be listed. UsageError for no target."""
    for one in _listed(target):
        if isinstance(one, Skipped):
            yield one
        elif filters.take(one):
            yield one
            if filters.wikis and one.wiki:
                yield _wiki(one)


def check(target: str) -> None:
    """UsageError for what can be no target, before a store is made for it. Nothing is listed or asked for."""
    if not (os.path.isdir(target) or os.path.isfile(target)) and account_of(target) is None and ":" not in target:
        raise UsageError(f"{target}: there is no such folder or file, and it names no account (github:owner)")


def _wiki(one: Repository) -> Repository:
    url = one.url.removesuffix(".git") + ".wiki.git"
    return one._replace(url=url, source="", name=f"{one.name}.wiki", family="", wiki=False)


def _listed(target: str) -> Iterator[Repository | Skipped]:
    check(target)
    if os.path.isdir(target):
        yield from _clones(target)
    elif os.path.isfile(target):
        yield from _addresses(target)
    elif (account := account_of(target)) is not None:
        yield from _account(account)
    else:
        protocol_of(target)
        yield _remote(target)


def _clones(folder: str) -> Iterator[Repository | Skipped]:
    """Every repository at or below ``folder``, in the order of their names; none inside another."""
    base = os.path.realpath(folder)
    some = False
    for path in _below(base):
        some = True
        if isinstance(path, Skipped):
            yield path
            continue
        name = os.path.relpath(path, base).replace(os.sep, "/") if path != base else os.path.basename(base)
        yield Repository(url=path, name=name, local=True, source=path)
    if not some:
        yield Skipped(folder, "no repository is in this folder")


def _below(folder: str) -> Iterator[str | Skipped]:
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        if os.path.lexists(os.path.join(path, ".git")) or _is_bare(path):
            yield path
            continue
        try:
            with os.scandir(path) as entries:
                names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
        except OSError as error:
            yield Skipped(path, f"cannot be listed: {error.strerror}")
            continue
        waiting += [os.path.join(path, name) for name in reversed(names)]


def _is_bare(path: str) -> bool:
    return os.path.isfile(os.path.join(path, "HEAD")) and os.path.isdir(os.path.join(path, "objects"))


def _addresses(path: str) -> Iterator[Repository | Skipped]:
    """One address a line; ``#`` begins a comment."""
    if os.path.getsize(path) > _LONGEST_LIST:
        raise UsageError(f"{path}: that is too long for a list of addresses")
    with open(path, encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            address = line.split("#", 1)[0].strip()
            if not address:
                continue
            try:
                protocol_of(address)
            except UsageError as error:
                yield Skipped(f"{os.path.basename(path)}:{number}", str(error))
            else:
                yield _remote(address)


def _remote(address: str) -> Repository:
    """The address without a user name stands in the store; git is given it as it is."""
    url = shown(address)
    path = url.partition("://")[2].partition("/")[2] or url.rpartition(":")[2]
    return Repository(url=url, name=path.removesuffix("/").removesuffix(".git"), source=address)


def _account(account: Account) -> Iterator[Repository | Skipped]:
    where = f"{account.web}/{account.name}"
    try:
        for one in _ending(_lister(account.kind)(account, token_for(account.kind))):
            yield Skipped(where, str(one)) if isinstance(one, HostError) else one
    except UsageError:
        raise
    except UnsealedError as error:
        yield Skipped(where, str(error))
    except Exception as error:
        # Whatever a host's library makes of an answer that no host gives.
        yield Skipped(where, f"the API's answer makes no sense ({type(error).__name__})")


def _ending(listed: Iterator[Repository | HostError]) -> Iterator[Repository | HostError]:
    """``listed``, given up when it goes in a circle or on for ever: a list that lies must not stop the others.

    One repository is watched for, a later one each time the list has doubled: any circle is met so, and nothing has
    to be remembered of a long list.
    """
    watched, times, doubled, errors = "", 0, 1, 0
    for number, one in enumerate(listed, 1):
        if isinstance(one, HostError):
            errors += 1
        else:
            times += one.url == watched
            if number >= doubled:
                watched, times, doubled = one.url, 0, number * 2
        if times > _MOST_TIMES:
            raise HostError("the API lists the same repositories again and again")
        if number > _MOST_REPOSITORIES or errors > _MOST_ERRORS:
            raise HostError("the API's list does not end")
        yield one


def _lister(kind: str) -> Callable[[Account, str], Iterator[Repository | HostError]]:
    if kind == "github":
        from scanner.org.hosts.github import repositories as listed
    elif kind == "gitlab":
        from scanner.org.hosts.gitlab import repositories as listed
    else:
        from scanner.org.hosts.gitea import repositories as listed
    return listed
