"""Many numbers in a row, as the compiled loops keep them: eight bytes each, with no object for one.

Compiled like ``delta``, and with it. A list has an object for each number: in memory that is five times as much, and
reading one at random takes ten times as long and more.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from scanner.history.vecs import append, i64, ordered, repeated, vec

# Numbers are sorted by so many bits at a time.
_BITS: Final = 16
_MASK: Final = (1 << _BITS) - 1


def vector(numbers: Iterable[int]) -> vec[i64]:
    """The same numbers, for modules that are not compiled."""
    found = vec[i64]()
    for number in numbers:
        found = append(found, number)
    return found


# Interpreted, where functions have their code, what takes a loop here is left to Python.
PLAIN: Final = hasattr(vector, "__code__")


def filled(count: int, number: int = 0) -> vec[i64]:
    """So many times the same ``number``."""
    if PLAIN:
        return repeated(number, count)
    found = vec[i64]()
    same: i64 = number
    left: i64 = count
    while left > 0:
        found = append(found, same)
        left -= 1
    return found


def put(numbers: vec[i64], at: i64, number: i64) -> vec[i64]:
    """``numbers`` with ``number`` at ``at``, which is at most their end; what was passed in is not to be used again."""
    if at < len(numbers):
        numbers[at] = number
        return numbers
    return append(numbers, number)


def place(numbers: vec[i64], number: int) -> int:
    """How many of ``numbers``, which are sorted, are smaller than ``number``."""
    wanted: i64 = number
    low: i64 = 0
    high: i64 = len(numbers)
    middle: i64
    while low < high:
        middle = (low + high) >> 1
        if numbers[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


def order(numbers: vec[i64]) -> vec[i64]:
    """The places of ``numbers``, none of which is below 0, from the smallest to the largest; equal ones in order."""
    count: i64 = len(numbers)
    if PLAIN:
        return ordered(numbers)
    largest: i64 = 0
    at: i64 = 0
    found = vec[i64]()
    while at < count:
        found = append(found, at)
        if numbers[at] > largest:
            largest = numbers[at]
        at += 1
    shift: i64 = 0
    while shift < 63 and largest >> shift:
        found = _by_bits(numbers, found, shift)
        shift += _BITS
    return found


def sorted_places(numbers: vec[i64], end: int) -> tuple[vec[i64], vec[i64]]:
    """Those of ``numbers`` that are below ``end``, sorted, then ``end``; and at which places they stood."""
    beyond: i64 = end
    ranks = order(numbers)
    found = vec[i64]()
    at: i64 = 0
    while at < len(ranks) and numbers[ranks[at]] < beyond:
        found = append(found, numbers[ranks[at]])
        at += 1
    if at < len(ranks):
        ranks = ranks[:at]
    return append(found, beyond), ranks


def _by_bits(numbers: vec[i64], places: vec[i64], shift: i64) -> vec[i64]:
    """``places`` sorted by some of the bits of the numbers there, equal ones in the order they had."""
    starts = filled(_MASK + 2)
    at: i64 = 0
    digit: i64
    while at < len(places):
        starts[(numbers[places[at]] >> shift & _MASK) + 1] += 1
        at += 1
    at = 0
    while at <= _MASK:
        starts[at + 1] += starts[at]
        at += 1
    found = filled(len(places))
    at = 0
    while at < len(places):
        digit = numbers[places[at]] >> shift & _MASK
        found[starts[digit]] = places[at]
        starts[digit] += 1
        at += 1
    return found
