"""How far apart the runs of a cron schedule can be, and how long a set of windows can keep something closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from scanner.rotation.durations import seconds

_NAMED = {
    "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
}  # fmt: skip
_MONTHS = {name: at for at, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_DAYS = {name: at for at, name in enumerate("sun mon tue wed thu fri sat".split())}

# Nine years hold a 29 February whichever year it begins in, 1900-style exceptions aside.
_FIRST_DAY, _HORIZON = date(2023, 1, 1), 366 * 9

_DAY = 24 * 60


class Schedule(NamedTuple):
    """Minutes of the day at which it fires, sorted, and the days it fires on, counted from a Sunday."""

    minutes: tuple[int, ...]
    days: tuple[int, ...]


class Window(NamedTuple):
    """A window opens whenever ``schedule`` fires, for ``length`` seconds."""

    schedule: str
    length: int


def longest_gap(schedule: str) -> int | None:
    """Seconds between two runs at the most; None for what is no schedule or never runs.

    Daylight saving can add an hour and is not counted.
    """
    if schedule.startswith("@every "):
        return seconds(schedule.removeprefix("@every ").split()[0])
    parsed = parse(schedule)
    if parsed is None:
        return None
    minutes, days = parsed
    inside = max((later - earlier for earlier, later in pairwise(minutes)), default=0)
    overnight = max((later - earlier for earlier, later in pairwise(days)), default=0) * _DAY
    return max(inside, overnight - minutes[-1] + minutes[0]) * 60 if overnight else None


def longest_closed(windows: Sequence[Window], *, allow: bool) -> int | None:
    """The longest time in seconds during which ``windows`` block, None when they block for ever.

    ``allow`` windows block outside of themselves, the others inside. Windows that cannot be read are passed
    over, as External Secrets does.
    """
    openings: list[tuple[int, int]] = []
    for window in windows:
        parsed = parse(window.schedule)
        if parsed is None:
            continue
        length = max(1, window.length // 60)
        # 60 days of openings show every weekly pattern and each gap of a monthly one.
        openings += [
            (day * _DAY + minute, day * _DAY + minute + length)
            for day in parsed.days if day < 62 for minute in parsed.minutes
        ]  # fmt: skip
    blocks = _joined(openings)
    if not allow:
        longest = max((end - start for start, end in blocks), default=0)
        return None if longest >= 60 * _DAY else longest * 60
    if not blocks:
        return None
    gaps = [later[0] - earlier[1] for earlier, later in pairwise(blocks)]
    return max(gaps, default=0) * 60 if gaps else 62 * _DAY * 60


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def parse(schedule: str) -> Schedule | None:
    """A five-field schedule or one of the named ones; a ``TZ=`` prefix does not change its gaps."""
    words = [word for word in schedule.split() if not word.startswith(("TZ=", "CRON_TZ="))]
    if len(words) == 1:
        words = _NAMED.get(words[0].lower(), "").split()
    if len(words) != 5:
        return None
    try:
        minutes = _field(words[0], 0, 59)
        hours = _field(words[1], 0, 23)
        month_days, months = _field(words[2], 1, 31), _field(words[3], 1, 12, _MONTHS)
        week_days = {day % 7 for day in _field(words[4], 0, 7, _DAYS)}
    except ValueError:
        return None
    # Where both kinds of day are limited, either one is enough (crontab(5)).
    either = words[2][0] not in "*?" and words[4][0] not in "*?"

    def fires(day: date) -> bool:
        in_month, in_week = day.day in month_days, day.isoweekday() % 7 in week_days
        return day.month in months and ((in_month or in_week) if either else (in_month and in_week))

    days = tuple(at for at in range(_HORIZON) if fires(_FIRST_DAY + timedelta(days=at)))
    times = tuple(sorted(hour * 60 + minute for hour in hours for minute in minutes))
    return Schedule(times, days) if days and times else None


def _field(word: str, low: int, high: int, names: dict[str, int] | None = None) -> set[int]:
    chosen: set[int] = set()
    for part in word.split(","):
        span, _, step = part.partition("/")
        every = int(step) if step else 1
        if every < 1:
            raise ValueError(part)
        if span in ("*", "?"):
            start, end = low, high
        else:
            first, _, last = span.partition("-")
            start = _value(first, names)
            end = _value(last, names) if last else (high if step else start)
        if not low <= start <= end <= high:
            raise ValueError(part)
        chosen.update(range(start, end + 1, every))
    return chosen


def _value(word: str, names: dict[str, int] | None) -> int:
    known = (names or {}).get(word.lower())
    return known if known is not None else int(word)
