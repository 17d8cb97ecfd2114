"""What a runbook holds. Everything here is plain, and free of the secret's value.

Times are seconds. A time that has no end is one without a number and with a reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from scanner.rotation.guide import GuideStep
from scanner.rotation.tree import Place


@dataclass(frozen=True, slots=True)
class Term:
    """One addend of a time: how long, what takes it, and where the number comes from."""

    seconds: int
    what: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Time:
    """A sum of terms. With a ``never`` it has no end, and ``never`` says why."""

    terms: tuple[Term, ...] = ()
    never: str = ""

    @property
    def seconds(self) -> int | None:
        """The sum; None when there is no end."""
        return None if self.never else sum(term.seconds for term in self.terms)

    def plus(self, *terms: Term) -> Time:
        """This time and then ``terms``."""
        return Time((*self.terms, *terms), self.never)

    def then(self, other: Time) -> Time:
        """This time and then ``other``; without an end if either has none."""
        return Time((*self.terms, *other.terms), self.never or other.never)

    def arithmetic(self) -> str:
        """``900+90+5 = 995 s``; terms of zero are left out. Empty when there is no end."""
        if self.never:
            return ""
        parts = [term.seconds for term in self.terms if term.seconds]
        total = sum(parts)
        return f"{'+'.join(map(str, parts))} = {total} s" if len(parts) > 1 else f"{total} s"


@dataclass(frozen=True, slots=True)
class Rollout:
    """How a workload replaces its pods. ``seconds`` is None where their number is not in the repository.

    ``waves`` counts rounds of pods that start together; ``warnings`` name what will be interrupted.
    """

    waves: int | None
    seconds: int | None
    terms: tuple[Term, ...] = ()
    warnings: tuple[str, ...] = ()


# When something that is not restarted takes the new value.
NEXT_RUN = "next run"
NEXT_PULL = "next pull"
CONTROLLER = "its controller"
# Why a time never ends.
SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Consumer:
    """One use of the Secret by one object.

    ``via`` says how (``env DB_PASSWORD``, ``volume``, ``Ingress TLS``), ``key`` which key, empty for all.
    ``affected`` is False when it uses other keys of the same Secret only. ``hot`` is True when the new value
    arrives without a restart, None where nobody can tell from outside. ``automatic`` names what restarts the
    pods by itself. ``when`` is one of the words above for what takes the value then. ``most`` is the time until a
    container that starts (or reads) then gets the new value, ``least`` the same with the delivery forced; the rollout
    comes on top. ``next_run`` is the longest wait for a scheduled run in seconds. ``inferred`` says why the use is not
    certain; empty means that it is written there in plain. ``secret`` is the Secret's ``namespace/name``.
    """

    kind: str
    namespace: str
    name: str
    place: Place
    via: str
    secret: str
    key: str = ""
    container: str = ""
    affected: bool = True
    restart: bool = False
    hot: bool | None = None
    when: str = ""
    automatic: str = ""
    least: Time = field(default_factory=Time)
    most: Time = field(default_factory=Time)
    rollout: Rollout | None = None
    replicas: int | None = None
    schedule: str = ""
    next_run: int | None = None
    command: str = ""
    notes: tuple[str, ...] = ()
    inferred: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """``Deployment/web``."""
        return f"{self.kind}/{self.name}"

    @property
    def asleep(self) -> bool:
        """Whether its schedule is suspended, so that nothing runs unless somebody starts it."""
        return bool(self.schedule) and self.most.never == SUSPENDED

    @property
    def mounted(self) -> bool:
        """Whether it reads the value from a mounted file."""
        return "volume" in self.via and self.via.startswith(("volume", "projected", "values "))


@dataclass(frozen=True, slots=True)
class Producer:
    """What makes the Secret. ``chain`` leads from the object in the repository to the store behind it."""

    kind: str
    namespace: str
    name: str
    place: Place
    chain: tuple[str, ...] = ()
    inferred: tuple[str, ...] = ()


# Verbs that give out a Secret's content.
READING = frozenset({"get", "list", "watch", "*"})


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who may read the Secret through the API. ``scope`` is ``namespace NS`` or ``cluster``.

    Other verbs than those of ``READING`` are a detour: ``note`` says over what.
    """

    subject: str
    role: str
    binding: str
    verbs: tuple[str, ...]
    scope: str
    place: Place
    note: str = ""
    inferred: tuple[str, ...] = ()

    @property
    def outright(self) -> bool:
        """Whether the Secret itself can be read."""
        return not READING.isdisjoint(self.verbs)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. ``manual`` steps have no command that could be run as it stands."""

    number: int
    phase: str
    text: str
    command: str = ""
    manual: bool = False


@dataclass(frozen=True, slots=True)
class Exposure:
    """Since when and where the value lies open. Dates are ISO 8601 as git gave them."""

    since: str = ""
    until: str = ""
    commit: str = ""
    author: str = ""
    refs: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    in_head: bool | None = None


@dataclass(frozen=True, slots=True)
class Leak:
    """Which value it is about: its fingerprint and length, never more. ``length`` is 0 where it is not known."""

    namespace: str
    name: str
    key: str = ""
    fingerprint: str = ""
    length: int = 0
    overlay: str = ""

    @property
    def label(self) -> str:
        """``prod/db-creds``."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


@dataclass(frozen=True, slots=True)
class Advised:
    """The guide that the steps follow, and why that one. ``contain`` are its steps for a value in strange hands."""

    guide: str
    title: str
    summary: str
    links: tuple[str, ...] = ()
    last_used: str = ""
    blast_radius: str = ""
    traps: tuple[str, ...] = ()
    why: str = ""
    contain: tuple[GuideStep, ...] = ()


@dataclass(frozen=True, slots=True)
class Runbook:
    """How to replace one value, as far as the repository tells.

    ``overlap`` is how long the old value must stay valid beside the new one, safety margin included;
    ``overlap_terms`` is how it was counted. ``copies`` are further Secrets that hold the same value.
    ``assumptions`` were made where the repository is silent, ``unresolved`` could not be followed.
    ``guide_only`` ones are about no Secret of the repository.
    """

    leak: Leak
    advised: Advised
    producers: tuple[Producer, ...] = ()
    copies: tuple[Producer, ...] = ()
    consumers: tuple[Consumer, ...] = ()
    readers: tuple[Reader, ...] = ()
    overlap: int | None = None
    overlap_reason: str = ""
    overlap_text: str = ""
    overlap_terms: tuple[str, ...] = ()
    fastest: int | None = None
    steps: tuple[Step, ...] = ()
    assumptions: tuple[str, ...] = ()
    unresolved: tuple[str, ...] = ()
    exposure: Exposure | None = None
    guide_only: bool = False
