"""Rows of numbers for the loops that are compiled, where they are not.

To the compiler this is ``librt.vecs`` (``vecs.pyi`` says so), and what it makes of it does not come here.
"""

from __future__ import annotations

from typing import Any

i64 = int


class vec(list[int]):  # the name that the library has
    """Numbers that grow at their end: ``vec[i64]()``. A slice of them is a list, which does as well."""

    def __class_getitem__(cls, kind: Any) -> type[vec]:
        """The same for whatever kind of number."""
        return cls


def append(numbers: list[int], number: int) -> list[int]:
    """``numbers`` with one more; what was passed in is not to be used any more."""
    numbers.append(number)
    return numbers


def repeated(number: int, count: int) -> list[int]:
    """``count`` times the same ``number``."""
    return vec([number]) * count


def ordered(numbers: list[int]) -> list[int]:
    """The places of ``numbers`` from the smallest to the largest; equal ones in order."""
    return sorted(range(len(numbers)), key=numbers.__getitem__)
