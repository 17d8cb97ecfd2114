"""The two scales of a finding: how bad it would be, and how sure we are."""

from __future__ import annotations

from enum import IntEnum


class Severity(IntEnum):
    """What someone can do with the value; ordered, so that ``--severity medium`` is a comparison."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """The word used in reports and on the command line."""
        return self.name.lower()


class Confidence(IntEnum):
    """How the value was recognised; ordered from a guess to a verified checksum."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2
    VERIFIED_FORMAT = 3

    @property
    def label(self) -> str:
        """The word used in reports and rules."""
        return self.name.lower().replace("_", "-")
