"""How long the old value must stay valid beside the new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from scanner.rotation.durations import spoken
from scanner.rotation.runbook import Consumer
from scanner.rotation.sources import SourceTime

# A fifth more than counted, for clocks, retries and slow image pulls.
MARGIN = 1.2


@dataclass(frozen=True, slots=True)
class Overlap:
    """``seconds`` with the margin; None with a ``reason`` where nothing can be counted.

    ``fastest`` is the same with everything forced and without the margin. ``terms`` are lines of arithmetic.
    """

    seconds: int | None
    reason: str
    text: str
    terms: tuple[str, ...]
    fastest: int | None


def overlap_of(consumers: Sequence[Consumer], planned: Sequence[Consumer], sources: Sequence[SourceTime]) -> Overlap:
    """The overlap for ``consumers``; ``planned`` are the same, counted after the plan has forced the delivery."""
    counted: list[tuple[int, str]] = []
    open_: list[str] = []
    waiting: list[Consumer] = []
    for consumer in planned:
        if not consumer.affected:
            continue
        if consumer.schedule:
            waiting += [] if consumer.asleep else [consumer]
            continue
        total = _total(consumer)
        if total is None:
            open_.append(consumer.label)
        else:
            counted.append((total, f"{consumer.label}: {_words(consumer, total)}"))
    forced = any(source.must_force for source in sources)
    fastest = _fastest(consumers)
    if not counted:
        seconds = [source.forced.seconds if source.must_force else source.most.seconds for source in sources]
        known = [one for one in seconds if one is not None]
        if not known or open_:
            reason = (
                f"no time can be counted for {', '.join(dict.fromkeys(open_))}"
                if open_
                else "no delivery time is known"
            )
            return Overlap(None, reason, _exceptions(waiting, open_), (), fastest)
        counted = [(max(known), f"delivery: {max(known)} s")]
    longest = max(total for total, _ in counted)
    seconds_needed = ceil(longest * MARGIN)
    listed = dict.fromkeys(line for _, line in sorted(counted, reverse=True))
    terms = (*listed, f"{longest} s x {MARGIN} = {seconds_needed} s")
    text = f"the slowest of all takes {longest} s, and a fifth more is added"
    if forced:
        text += "; counted from the forced delivery, because by itself it would not end"
    extra = _exceptions(waiting, open_)
    return Overlap(seconds_needed, "", f"{text}; {extra}" if extra else text, terms, fastest)


def _exceptions(waiting: Sequence[Consumer], open_: Sequence[str]) -> str:
    parts = []
    for consumer in waiting:
        wait = spoken(consumer.next_run) if consumer.next_run else "until its next run"
        parts.append(f"{wait} if {consumer.label} is not re-run")
    if open_:
        parts.append(f"not counted: {', '.join(dict.fromkeys(open_))}")
    return "; ".join(dict.fromkeys(parts))


def _total(consumer: Consumer) -> int | None:
    ready = consumer.most.seconds
    if ready is None or consumer.rollout is None:
        return ready
    rolling = consumer.rollout.seconds
    return None if rolling is None else ready + rolling


def _words(consumer: Consumer, total: int) -> str:
    arithmetic = consumer.most.arithmetic()
    if consumer.rollout is None:
        return arithmetic
    return f"{arithmetic} + rollout {consumer.rollout.seconds} s = {total} s"


def _fastest(consumers: Sequence[Consumer]) -> int | None:
    times = []
    for consumer in consumers:
        if consumer.affected and not consumer.schedule:
            ready = consumer.least.seconds
            rolling = consumer.rollout.seconds if consumer.rollout else 0
            if ready is not None and rolling is not None:
                times.append(ready + rolling)
    return max(times, default=None)
