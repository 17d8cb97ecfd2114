"""What every report format is: a scan's result and options in, bytes out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple, Protocol, TypedDict

from scanner.model.finding import Finding
from scanner.model.result import ScanResult


class Advice(TypedDict):
    """How to rotate one finding's secret. Plain text; ``steps`` in the order they are done, ``links`` are URLs."""

    guide: str
    summary: str
    steps: Sequence[str]
    links: Sequence[str]


class RuleText(TypedDict, total=False):
    """What a report says about a rule itself; severities and confidences are their labels."""

    title: str
    description: str
    severity: str
    confidence: str
    references: Sequence[str]


class TrendPoint(NamedTuple):
    """One sweep of many repositories: its day (ISO 8601), how many it looked at, how many secrets were first seen in
    it, and how many were open or being rotated when it ended."""

    day: str
    repositories: int
    new: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOptions:
    """Everything a report depends on beside the result. Reports read no configuration, clock or environment
    of their own, apart from what the terminal is able to show.

    ``setting`` is the command that scanned (``staged``, ``push``, ``range``, ``history``, ``scan`` …) and chooses
    the words about what to do next. ``verbosity`` is -1 with ``-q`` and grows with every ``-v``. ``limit`` is the
    number of findings a report for people prints, 0 for all, None for the format's own choice. ``color`` and
    ``width`` (columns) are None where the terminal is asked. ``remote`` is the repository's web address, for links
    to files. ``advice`` and ``describe`` are passed in because reports know neither rotation guides nor rules.
    ``trend`` are sweeps of the same repositories, the oldest first.
    """

    setting: str = ""
    verbosity: int = 0
    show_secrets: bool = False
    color: bool | None = None
    width: int | None = None
    encoding: str = "utf-8"
    group_by: str = "secret"
    limit: int | None = None
    version: str = ""
    remote: str = ""
    clock: Callable[[], float] = time.time
    advice: Callable[[Finding], Mapping[str, object] | None] | None = None
    describe: Callable[[str], Mapping[str, object] | None] | None = None
    trend: Sequence[TrendPoint] = ()


class Reporter(Protocol):
    """One format. ``name`` is the word after ``-f``."""

    @property
    def name(self) -> str: ...

    def write(self, result: ScanResult, out: BinaryIO, options: ReportOptions) -> None:
        """Writes the whole report to ``out``; raises only what writing to ``out`` raises (OSError)."""
        ...
