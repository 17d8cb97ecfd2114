"""What the place of a match says of it: sample values live in tests, examples and documentation.

It is asked where all places are known, and of each: an object can lie at a harmless path and at another.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanner.model.levels import Severity

if TYPE_CHECKING:
    from scanner.ruleset.schema import Rule

_SAMPLE = re.compile(
    r"(?:^|[/_.-])(?:tests?|testing|testdata|testcases?|__tests__|spec|specs|fixtures?|mocks?|stubs?|fakes?|"
    r"examples?|samples?|demos?|docs?|documentation|tutorials?|benchmarks?|e2e|cypress)(?:[/_.-]|$)"
    # Gradle's sets of sources, and what Java, Kotlin, C# and PHP call a class of tests.
    r"|(?:^|/)(?-i:[a-z]{2,16}Tests?)/|(?-i:[a-z0-9](?:Tests?|Spec|IT))\.(?:java|kt|kts|cs|vb|groovy|scala|php|swift|ts|js)$"
    # Pages of the manual, and what they are made of: no versions.
    r"|(?:^|/)man[1-9]?/|(?<![0-9])\.[1-9]\.(?:in|md|rst|adoc|xml|pod|txt)$",
    re.IGNORECASE,
)
# Folders of translations: what is called password there is the word for it.
_TRANSLATIONS = re.compile(
    r"(?:^|/)(?:locales?|i18n|l10n|translations?|lc_messages|langs?/[a-z]{2,3}(?:[_-][a-z]{2,4})?)/", re.IGNORECASE
)
# Programs and libraries that carry the keys of their own self-tests, and lists of what files begin with.
_CARRIERS = re.compile(
    r"(?:^|/)(?:usr/)?(?:s?bin/(?:ssh\w*|sshd|openssl)|lib(?:64|exec)?/(?:[\w.-]+/)?"
    r"lib(?:ssh2?|gnutls|crypto|ssl|nss|mbed\w|wolfssl|gcrypt)[\w.-]*\.so[0-9.]*|share/(?:mime|misc)/[\w./-]+)$"
)
_SAID_IN_NAME = re.compile(r"(?i)(?:^|[/._-])(?:dummy|stub|fake|snake-?oil)(?:[._-][^/]*)?$")
_KEYS = frozenset(("private-key", "private-key-base64"))
# Above this a match is a vendor's format or structure, and a real key in a test is a real key.
_GENERIC = 1


def example_at(path: str, rule: Rule | None) -> str:
    """Why a private key that ``rule`` finds at ``path`` belongs to nobody; empty for all else."""
    if rule is None or _KEYS.isdisjoint(rule.checks):
        return ""
    if _CARRIERS.search(path):
        return "a self-test of the program or library"
    return "a dummy, by the name of its file" if _SAID_IN_NAME.search(path) else ""


def severity_at(path: str, severity: Severity, specific: int, rule: Rule | None = None) -> Severity:
    """``severity`` as it stands at ``path``: a generic assignment in a test, an example or a translation is low at
    most, an example is info."""
    if example_at(path, rule):
        return Severity.INFO
    if specific <= _GENERIC and severity > Severity.LOW and (_SAMPLE.search(path) or _TRANSLATIONS.search(path)):
        return Severity.LOW
    return severity
