"""What travels between the coordinator, the store and the workers: plain values without a raw secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scanner.model.result import Skipped

if TYPE_CHECKING:
    from scanner.model.finding import Finding


class Repository(NamedTuple):
    """One repository of a target, as its host describes it.

    ``url`` names it in the store: an address without credentials, or the absolute path of a folder. ``source`` is
    what git is given where that differs. ``family`` is equal for repositories that may share objects (the address
    of a fork's root); empty while nothing is known. ``host`` is the kind of host whose token is used. ``pushed`` is
    ISO 8601, or empty.
    """

    url: str
    name: str
    local: bool = False
    source: str = ""
    family: str = ""
    host: str = ""
    visibility: str = ""
    archived: bool = False
    fork: bool = False
    pushed: str = ""
    wiki: bool = False


class Member(NamedTuple):
    """One repository of a job. ``tips`` are the commits whose history was scanned with the same rules before.

    ``places`` are the (fingerprint, path) pairs that stood in its HEAD then: where they still stand is looked up.
    ``kin`` is false when nobody has said yet which other repositories it may share objects with.
    """

    id: int
    url: str
    source: str
    local: bool
    host: str = ""
    tips: tuple[str, ...] = ()
    places: tuple[tuple[str, str], ...] = ()
    kin: bool = True


class Job(NamedTuple):
    """Repositories that share objects; one worker scans them one after the other."""

    members: tuple[Member, ...]


class Outcome(NamedTuple):
    """What became of one repository. ``state`` is scanned, unchanged, incomplete, failed, learnt or large.

    ``full`` is true when all of its history was scanned, not only what is new. ``gone`` are fingerprints that stood
    in HEAD and do not any more. Sizes in bytes, ``seconds`` of wall time. ``skipped`` says what was not looked at;
    of a failed repository it is the reason. ``family`` is what the worker learnt of its kin.
    """

    repository: int
    state: str
    full: bool = False
    tips: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    gone: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    texts: int = 0
    bytes: int = 0
    seconds: float = 0.0
    family: str = ""


class Settings(NamedTuple):
    """What a worker is told. No key and no token: a worker takes its own from its environment.

    ``key_id`` and ``rules_digest`` are what they have to come to; a worker with others refuses. ``cache`` is the
    folder of mirrors on the worker's machine, ``cache_limit`` and ``clone_limit`` are bytes, ``clone_seconds`` ends
    a transfer. ``severity`` is the number of a level. A history with more than ``large`` bytes of packs is scanned in
    ``shares`` pieces; 0 shares means whole.
    """

    rules: tuple[str, ...] = ()
    pack: str = ""
    severity: int = 0
    max_size: int = 0
    baselines: tuple[str, ...] = ()
    key_id: str = ""
    rules_digest: str = ""
    cache: str = ""
    cache_limit: int = 0
    clone_limit: int = 0
    clone_seconds: float = 0.0
    large: int = 64 << 20
    shares: int = 0


SCANNED, UNCHANGED, INCOMPLETE, FAILED = "scanned", "unchanged", "incomplete", "failed"
# Of an outcome alone: only the family is known now, and the repository is still to be scanned.
LEARNT = "learnt"
# Likewise: its history is large, and to be scanned in shares.
LARGE = "large"
