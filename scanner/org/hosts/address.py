"""Which account on which host, and whether a clone address that its API gives may be believed."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from scanner.git.clone import protocol_of
from scanner.model.errors import UnsealedError, UsageError

_PUBLIC = {"github": "https://github.com", "gitlab": "https://gitlab.com", "gitea": "https://codeberg.org"}
_KNOWN = {urlsplit(url).hostname: kind for kind, url in _PUBLIC.items()}
_WORDS = {"github": "github", "gitlab": "gitlab", "gitea": "gitea", "forgejo": "gitea", "codeberg": "gitea"}
_ACCOUNT = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_./-]*\Z")
# Every answer of an API has to come within this many seconds; a rate limit is waited for this long, in all.
TIMEOUT = 30
RETRIES = 5
# An answer that asks for a longer wait than this, in seconds, is taken for a refusal.
LONGEST_WAIT = 3600


class HostError(UnsealedError):
    """A host could not be asked, or did not list everything; says why, without a token."""


class Account(NamedTuple):
    """``kind`` is github, gitlab or gitea; ``web`` its address (``https://host``); ``name`` an owner or group."""

    kind: str
    web: str
    name: str


def account_of(target: str) -> Account | None:
    """The account that ``target`` means: ``github:owner``, ``gitlab:https://host/group/sub``, or the address of
    one on a public host. None for anything else; UsageError for one that is malformed.
    """
    word, _, rest = target.partition(":")
    kind = _WORDS.get(word.lower())
    if kind is None:
        return _public(target)
    if "://" not in rest:
        return _checked(kind, _PUBLIC[kind], rest)
    parts = urlsplit(rest)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.password is not None:
        raise UsageError(f"{word}: write {word}:owner or {word}:https://host/owner")
    return _checked(kind, f"{parts.scheme}://{parts.netloc}", parts.path)


def _public(target: str) -> Account | None:
    if not target.startswith("https://"):
        return None
    parts = urlsplit(target)
    kind = _KNOWN.get(parts.hostname)
    name = parts.path.strip("/")
    if kind is None or not name or name.endswith(".git") or (kind != "gitlab" and "/" in name):
        return None
    return _checked(kind, f"https://{parts.netloc}", name)


def _checked(kind: str, web: str, name: str) -> Account:
    name = name.strip("/")
    if not _ACCOUNT.fullmatch(name) or ".." in name:
        raise UsageError(f"{kind}: {name!a} is no name of an account")
    # Hosts write their own name in small letters, and clone addresses are held against it.
    return Account(kind, web.lower(), name)


def believed(account: Account, url: str) -> str:
    """``url``, when it leads to the same host by the same protocol: a token goes there. HostError otherwise."""
    try:
        same = protocol_of(url) == urlsplit(account.web).scheme and urlsplit(url).netloc == urlsplit(account.web).netloc
    except UnsealedError:
        same = False
    if not same:
        raise HostError("the API gives a clone address on another host")
    return url
