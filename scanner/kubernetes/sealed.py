"""``kind: SealedSecret``: ciphertext is what it is for; plain text pasted in is a leak."""

from __future__ import annotations

from scanner.kubernetes import advice, ciphertext
from scanner.kubernetes.case import Case
from scanner.kubernetes.entries import Entry, of_mapping
from scanner.kubernetes.judge import secret_values, silent
from scanner.kubernetes.secret import meaning
from scanner.manifest.node import Node, Scalar


def handle(case: Case) -> None:
    """Claims what is sealed; reports what is not, and literals of the template."""
    spec = case.root.child("spec")
    if spec is None:
        return
    plain = []
    for entry in _sealed_entries(case, spec):
        case.out.safe(entry.scalar, case.document)
        if not ciphertext.sealed(entry.scalar.value) and not entry.scalar.template and not silent(entry):
            plain.append(_meant(entry))
    secret_values(plain, case.out, detail=case.told(), rule="sealedsecret-plaintext")
    template = spec.get("template")
    case.settle(template)
    data = template.child("data") if template is not None else None
    literals = of_mapping(data.pairs() if data is not None else (), case.document)
    for entry in literals:
        case.out.safe(entry.scalar, case.document)
    secret_values(literals, case.out, detail=case.told(), rule="sealedsecret-template-value")
    advice.wide_scope(case)


def _sealed_entries(case: Case, spec: Node) -> list[Entry]:
    """Values of ``encryptedData``, and the single blob that old versions wrote under ``data``."""
    made = []
    sealed = spec.child("encryptedData")
    if sealed is not None:
        made += of_mapping(sealed.pairs(), case.document)
    blob = spec.child("data")
    if isinstance(blob, Scalar) and blob.value.strip():
        made.append(Entry("data", blob, case.document, blob.value.encode("utf-8", "replace")))
    return made


def _meant(entry: Entry) -> Entry:
    """The entry with base64 taken off, where it is base64 of text."""
    data = meaning(entry.scalar.value)
    return Entry(entry.name, entry.scalar, entry.document, data, encoded=True) if data else entry
