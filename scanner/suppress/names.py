"""What our own baseline is called. Apart from what reads it: most repositories have none."""

from __future__ import annotations

BASELINE_FILE = ".unsealed.baseline"
