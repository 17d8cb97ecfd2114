"""Kubernetes as structure: every leak in a manifest, silence on what is sealed.

Importing this package imports no YAML: detectors do when one of their triggers is in a text.
"""

from __future__ import annotations

from scanner.kubernetes.commands import Commands
from scanner.kubernetes.manifest import Manifests
from scanner.kubernetes.sealedtext import SealedText
from scanner.kubernetes.terraform import Terraform
from scanner.model.match import Detector
from scanner.model.span import Span
from scanner.model.text import Text

DETECTORS: tuple[Detector, ...] = (Manifests(), Commands(), Terraform(), SealedText())
# The same, with findings that are no leaks.
ADVISING: tuple[Detector, ...] = (Manifests(advice=True), *DETECTORS[1:])


def safe_regions(text: Text) -> tuple[Span, ...]:
    """Where a weakly anchored match (an assignment, a decoded layer) means nothing: ciphertext, references,
    certificates, schemas, and the values of Secrets, which the structural detectors have judged.

    Ask once a trigger of ``DETECTORS`` hit. A vendor's own format inside stays a finding.
    """
    from scanner.kubernetes.regions import regions

    return regions(text)
