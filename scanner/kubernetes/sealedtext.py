"""The detector for ciphertext outside manifests: SOPS's environment and INI files."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.model.match import Inspect, Match
from scanner.model.text import Text


class SealedText:
    """Values that SOPS left in plain in files of lines. Its triggers also wake the claims on ciphertext of any tool."""

    triggers = (
        b"ENC[AES256_GCM", b"ENC[PKCS7", b"ENC[GPG", b"BEGIN AGE ENCRYPTED", b"BEGIN PGP MESSAGE", b"$ANSIBLE_VAULT;",
        b"sops_mac",
    )  # fmt: skip
    names: tuple[str, ...] = ()

    def detect(self, text: Text, inspect: Inspect) -> Iterable[Match]:
        """One match a plain value of a file that SOPS wrote."""
        from scanner.kubernetes.sopslines import judged

        return judged(text, inspect)
