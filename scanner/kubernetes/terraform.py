"""The detector for Secrets written in Terraform."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.model.match import Inspect, Match
from scanner.model.text import Text


class Terraform:
    """Literals in the ``data`` of ``kubernetes_secret`` resources."""

    triggers = (b'"kubernetes_secret', b"kubernetes_secret_v1")
    names: tuple[str, ...] = ()

    def detect(self, text: Text, inspect: Inspect) -> Iterable[Match]:
        """One match a key."""
        from scanner.kubernetes.hcl import judged

        return judged(text, inspect)
