"""What a check says of one matched value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from scanner.model.levels import Severity
from scanner.model.match import NOTHING


class Outcome(Enum):
    """PASS lifts to verified-format, FAIL demotes, DROP silences with a reason, NEUTRAL says nothing."""

    PASS = auto()
    FAIL = auto()
    DROP = auto()
    NEUTRAL = auto()


@dataclass(frozen=True, slots=True)
class CheckContext:
    """What a check may know besides the value: the expression's named groups, and the time.

    ``now`` is seconds since the epoch, passed in so that checks stay pure functions.
    """

    groups: Mapping[str, bytes] = field(default_factory=dict)
    now: float = 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """A check's answer. ``severity``, when set, replaces the rule's; ``detail`` is added to the match's."""

    outcome: Outcome
    reason: str = ""
    severity: Severity | None = None
    detail: Mapping[str, str] = field(default_factory=lambda: NOTHING)


NEUTRAL = Verdict(Outcome.NEUTRAL)
PASS = Verdict(Outcome.PASS)

Check = Callable[[bytes, CheckContext], Verdict]


def passed(ok: bool, reason: str) -> Verdict:
    """PASS, or FAIL with ``reason``."""
    return PASS if ok else Verdict(Outcome.FAIL, reason)
