"""Shannon's measure, as the tools people come from use it for their limits."""

from __future__ import annotations

import math
from collections import Counter


def shannon(text: str) -> float:
    """Bits a character, by the characters' own frequencies; 0 for an empty text."""
    size = len(text)
    return -sum(count / size * math.log2(count / size) for count in Counter(text).values()) if size else 0.0
