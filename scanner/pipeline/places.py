"""What the place of a match says of it: sample values live in tests, examples and documentation."""

from __future__ import annotations

import re

from scanner.model.levels import Severity

_SAMPLE = re.compile(
    r"(?:^|[/_.-])(?:tests?|testing|testdata|testcases?|__tests__|spec|specs|fixtures?|mocks?|stubs?|fakes?|"
    r"examples?|samples?|demos?|docs?|documentation|tutorials?|benchmarks?|e2e|cypress)(?:[/_.-]|$)",
    re.IGNORECASE,
)
# Above this a match is a vendor's format or structure, and a real key in a test is a real key.
_GENERIC = 1


def severity_at(path: str, severity: Severity, specific: int) -> Severity:
    """``severity`` as it stands at ``path``: a generic assignment in a test or an example is low at most."""
    if specific <= _GENERIC and severity > Severity.LOW and _SAMPLE.search(path):
        return Severity.LOW
    return severity
