"""The ``.secrets.baseline`` of detect-secrets, honoured as it stands.

An entry is a file, a kind of secret and the SHA-1 of what that tool took for the secret. Our reading of
the same line may be a little longer or shorter, so every reading of the place is tried (``Case.forms``).
The kind is shown and not compared: the two tools name and overlap their kinds differently, and the same
value in the same file is the same decision.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from scanner.suppress.case import Case
from scanner.suppress.entropy import shannon
from scanner.suppress.patterns import search
from scanner.suppress.verdict import ALLOWED, BASELINE, PLACE, Claim, Place

# Of these that tool keeps no more than this: the words of a key's armour, a token's prefix, a JWT's claims.
_PARTS = (
    re.compile(rb"-----(BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*)-----"),
    re.compile(rb"(PuTTY-User-Key-File-\d)"),
    re.compile(rb"\b(gh[a-z])_[0-9A-Za-z]"),
    re.compile(rb"\b(gl[a-z]+)-[0-9A-Za-z_-]"),
    re.compile(rb"\b(eyJ[0-9A-Za-z_-]*\.[0-9A-Za-z_-]*\.)"),
)
_COARSE = frozenset({"Private Key", "GitHub Token", "GitLab Token"})
_LEAST_PREFIX, _MOST_PREFIX = 16, 200
LABELS = {True: "audited there as a real secret", False: "audited there as no secret", None: ""}
_HEX = re.compile(r"[0-9a-fA-F]+\Z")
_BASE64 = re.compile(r"[0-9A-Za-z+/=\\_-]+\Z")


@dataclass(frozen=True, slots=True)
class Known:
    """All entries for one value in one file, which is the file's ``number``-th: what kinds it was taken for.

    ``label`` is the answer given in its audit, None when it was never asked.
    """

    file: str
    number: int
    kinds: tuple[str, ...]
    label: bool | None = None

    @property
    def name(self) -> str:
        """How the entry is called. No part of the digest: it is unsalted, and reports are passed around."""
        return f"{self.file}, value {self.number} ({', '.join(self.kinds)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What that tool's plugins were set to. A limit is None when the plugin is switched off.

    ``keyword`` says whether assignments to telling names are reported at any randomness.
    """

    hexadecimal: float | None = 3.0
    base64: float | None = 4.5
    keyword: bool = True
    keyword_exclude: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectSecrets:
    """One such file. ``known`` is keyed by SHA-1 in lower-case hex."""

    name: str
    known: Mapping[str, tuple[Known, ...]] = field(repr=False)
    files: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)

    @property
    def remark(self) -> str:
        """What to know of entries that hold the digest of a prefix."""
        number = sum(bool(_COARSE.intersection(one.kinds)) for group in self.known.values() for one in group)
        if not number:
            return ""
        kept = "1 entry silences" if number == 1 else f"{number} entries silence"
        return f"{kept} a whole kind of key in a file, as that tool does; `unsealed baseline import` pins the values"

    def names(self) -> list[str]:
        """Every entry, as verdicts name it."""
        return [known.name for group in self.known.values() for known in group]

    def claims(self, case: Case) -> Iterable[Claim]:
        """Entries for this value, and the filters that would have kept it out of that tool's report."""
        for form in _forms(case):
            for known in self.known.get(hashlib.sha1(form, usedforsecurity=False).hexdigest(), ()):
                yield self._claim(
                    known.name,
                    BASELINE,
                    where=rf"^{re.escape(known.file)}\Z",
                    reason=LABELS[known.label],
                )
        for pattern in self.files:
            yield self._claim(f"exclude files {pattern}", ALLOWED, where=pattern)
        filtered = self._filter(case)
        if filtered:
            yield self._claim(filtered, ALLOWED)

    def at(self, rule: str, place: Place) -> Claim | None:
        """Every entry is about a value; excluded files are claims of their own."""
        return None

    def _filter(self, case: Case) -> str:
        """The filter on the line or the secret that fits, in words; empty when none does."""
        secret = case.match.secret.reveal().decode("utf-8", "replace")
        line = case.line.decode("utf-8", "replace")
        for words, patterns, text in (("lines", self.lines, line), ("secrets", self.secrets, secret)):
            for pattern in patterns:
                if search(pattern, text):
                    return f"exclude {words} {pattern}"
        lowered = secret.lower()
        if any(word in lowered for word in self.words):
            return "word list"
        return self._limited(secret, line) if case.match.specific == 1 else ""

    def _limited(self, secret: str, line: str) -> str:
        """Why that tool's plugins, as they were set, would not have reported a value without a format."""
        limits = self.limits
        if limits.keyword:
            excluded = limits.keyword_exclude and search(limits.keyword_exclude, line)
            return f"keyword_exclude {limits.keyword_exclude}" if excluded else ""
        if _HEX.match(secret):
            limit, name = limits.hexadecimal, "HexHighEntropyString"
        elif _BASE64.match(secret):
            limit, name = limits.base64, "Base64HighEntropyString"
        else:
            return "KeywordDetector is switched off"
        if limit is None:
            return f"{name} and KeywordDetector are switched off"
        return f"below the limit {limit} of {name}" if shannon(secret) <= limit else ""

    def _claim(self, entry: str, status: str, *, where: str = "", reason: str = "") -> Claim:
        return Claim(source=self.name, entry=entry, status=status, where=where, reason=reason, reach=PLACE)


def _forms(case: Case) -> Iterable[bytes]:
    """The readings of the place, and those parts that tool keeps where it does not keep the whole."""
    yield from case.forms
    secret, line = case.match.secret.reveal(), case.line
    yield from (line.strip(), b" " + secret, secret + b"\\")
    # Some of its expressions end early: after the 24th character of a longer key, before a check sum.
    yield from (secret[:size] for size in range(_LEAST_PREFIX, min(len(secret), _MOST_PREFIX)))
    for part in _PARTS:
        seen = part.search(secret) or part.search(line)
        if seen:
            yield seen.group(1)
