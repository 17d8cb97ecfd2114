"""The detector for commands that carry a secret into a cluster or into Vault."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.model.match import Inspect, Match, Stir
from scanner.model.text import Text


class Commands:
    """Literals given to kubectl, helm and vault, in scripts, pipelines and documentation."""

    triggers = (
        b"--from-literal", b"--docker-password", b"helm install", b"helm upgrade", b"helm template", b"--set-string",
        b"vault write", b"vault kv", b"vault login", b"vault operator unseal", b"| base64", b"|base64",
    )  # fmt: skip
    names: tuple[str, ...] = ()

    def detect(self, text: Text, inspect: Inspect) -> Iterable[Match]:
        """One match a literal."""
        if not _worth(text.data):
            return ()
        from scanner.kubernetes.shell import judged

        return judged(text, inspect)

    def stirs(self, lines: bytes, text: Text, base: bytes | None) -> Stir:
        """See ``TellsByLines``. What manifests say to be no secret counts once any of these detectors wakes."""
        from scanner.kubernetes.interest import stirring

        if _worth(text.data) and (b"base64" in lines or _worth(lines) or base is None or not _worth(base)):
            return Stir.ALWAYS
        return stirring(lines, text, base)


def _worth(data: bytes) -> bool:
    """Most of what is sent through base64 is decoded, or a file: that is told without reading commands as such."""
    if any(word in data for word in (b"--from-literal", b"--docker-password", b"--set", b"vault")):
        return True
    return b"base64" in data and (b"echo" in data or b"printf" in data)
