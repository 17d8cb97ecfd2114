"""Any other object: pairs of name and value, arguments, and fields that are called like a secret.

The rules for text see a line at a time. What they miss is a name on one line and its value on the next, an option
and its value in two entries of a list, and that a YAML scalar is a value whatever it looks like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scanner.kubernetes import names
from scanner.kubernetes.entries import Entry
from scanner.kubernetes.findings import ASSIGNED, TYPED, Findings, told_of
from scanner.kubernetes.judge import assigned_values, template_literals
from scanner.manifest.documents import Document, Manifest
from scanner.manifest.node import Mapping, Node, Scalar
from scanner.manifest.node import Sequence as Items

_NAMES = ("name", "key", "Name", "Key", "variable", "header")
_VALUES = ("value", "Value", "default")
_OPTION = re.compile(r"(--?[A-Za-z][\w.-]*)(?:=(.+))?", re.DOTALL)
# So many phrases in a document without an object, and two values of five, and it is a translation.
_SOME_PHRASES = 8
_ENVIRONMENT = frozenset({"env", "environment", "envs", "extraEnv", "extraEnvVars", "variables"})
_ARGUMENTS = frozenset({"args", "command", "extraArgs", "arguments"})
# Objects whose values have been judged by what they are.
_JUDGED = frozenset(
    """Secret SealedSecret ExternalSecret ClusterExternalSecret PushSecret SecretStore ClusterSecretStore Config
    EncryptionConfiguration EncryptionConfig SecretProviderClass CustomResourceDefinition Role ClusterRole""".split()
)
_REFERENCES = re.compile(
    r"(?:secretKeyRef|configMapKeyRef|secretRef|SecretRef|secretName|SecretName|existingSecret\w*|credentialName"
    r"|imagePullSecrets|remoteRef|valueFrom|KeyRef|PasswordKey|passwordKey|tokenKey|userKey)$"
)
_PUBLIC = frozenset(
    # The last two are SARIF's, ours too: digests of what was found.
    """caBundle certificate-authority-data client-certificate-data tls.crt ca.crt fingerprints
    partialFingerprints""".split()
)


def handle(document: Document, manifests: Sequence[Manifest], out: Findings, *, done: set[int]) -> None:
    """Reports what is assigned anywhere in ``document`` outside the objects that have handlers of their own."""
    owners = {manifest.path: manifest for manifest in manifests}
    groups: dict[tuple[str, tuple[str, ...]], list[Entry]] = {}
    skipped: list[tuple[str, ...]] = []
    for path, node in document.nodes():
        if skipped and path[: len(skipped[-1])] == skipped[-1]:
            continue
        if id(node) in done:
            skipped.append(path)
            continue
        if path and (_REFERENCES.search(path[-1]) or path[-1] in _PUBLIC):
            out.safe(node, document)
            continue
        found = list(_entries(path, node, document))
        arguments = isinstance(node, Items) and bool(path) and path[-1] in _ARGUMENTS
        if not found and not arguments:
            continue
        owner = _owner(path, owners)
        if owner is not None and owner.kind in _JUDGED:
            continue
        if arguments:
            _claim_arguments(node, document, out)
        for rule, entry in found:
            groups.setdefault((rule, owner.path if owner is not None else ("",)), []).append(entry)
    # A text may be called "kind" as well; an object says which version of the interface it is for.
    objects = any(manifest.root.child("apiVersion") is not None for manifest in manifests)
    if groups and not objects and _messages(document):
        return
    for (rule, place), entries in groups.items():
        owner = owners.get(place)
        told = told_of(owner) if owner is not None else {}
        for entry in entries:
            if entry.scalar.template and names.password(entry.name):
                template_literals(entry, out, detail=told)
        # Lists of arguments are claimed as a whole, so what is found in them must be surer than a claim.
        specific = TYPED if rule == "kubernetes-argument-value" else ASSIGNED
        assigned_values(entries, out, detail=told, rule=rule, specific=specific)


def _messages(document: Document) -> bool:
    """True for a table of what a program says to its users: most of its values are phrases, or in another script."""
    said = [node.value.strip() for _, node in document.nodes() if isinstance(node, Scalar)]
    phrases = sum(" " in text or not text.isascii() for text in said)
    return phrases >= _SOME_PHRASES and phrases * 5 >= len(said) * 2


def _owner(path: tuple[str, ...], owners: dict[tuple[str, ...], Manifest]) -> Manifest | None:
    """The innermost object around ``path``."""
    for length in range(len(path), -1, -1):
        owner = owners.get(path[:length])
        if owner is not None:
            return owner
    return None


def _entries(path: tuple[str, ...], node: Node, document: Document) -> Iterator[tuple[str, Entry]]:
    """Entries that ``node`` holds itself, with the rule that would report them."""
    if isinstance(node, Mapping):
        yield from _pair(path, node, document)
        yield from _fields(path, node, document)
    elif isinstance(node, Items) and path and path[-1] in _ARGUMENTS:
        yield from _arguments(node, document)


def _claim_arguments(node: Node, document: Document, out: Findings) -> None:
    """Options of a list are judged here one by one: to rules for text ``--secret-name=x,`` looks like more."""
    if all(isinstance(item, Scalar) and "\n" not in item.value for item in node.items()):
        out.safe(node, document)


def _pair(path: tuple[str, ...], node: Mapping, document: Document) -> Iterator[tuple[str, Entry]]:
    name = next((found for key in _NAMES if isinstance(found := node.child(key), Scalar)), None)
    value = next((found for key in _VALUES if isinstance(found := node.child(key), Scalar)), None)
    if name is None or value is None or not value.value.strip() or not names.weakly_promising(name.value):
        return
    # What a form calls a choice, and the word that a program has for it.
    said = _spelled(value.value)
    if " " in name.value.strip() or (said.isalpha() and said.startswith(_spelled(name.value))):
        return
    around = path[-2] if len(path) > 1 and path[-1].isdigit() else (path[-1] if path else "")
    rule = "kubernetes-env-value" if around in _ENVIRONMENT else "kubernetes-resource-value"
    yield rule, entry_of(name.value, value, document)


def _spelled(text: str) -> str:
    """``text`` without case and joints: Pass-Through and passThrough are one."""
    return "".join(filter(str.isalnum, text)).lower()


def _fields(path: tuple[str, ...], node: Mapping, document: Document) -> Iterator[tuple[str, Entry]]:
    """Scalars of a mapping under names that promise a secret; a map of variables is an environment."""
    around = path[-1] if path else ""
    rule = "kubernetes-env-value" if around in _ENVIRONMENT else "kubernetes-resource-value"
    for key, value in node.pairs():
        # Files have rules of their own; manifests in them are read as such.
        one_line = isinstance(value, Scalar) and "\n" not in value.value.strip()
        if isinstance(value, Scalar) and one_line and value.value.strip() and names.promising(key.value):
            if " " in key.value.strip():
                continue
            yield rule, entry_of(key.value, value, document)


def _arguments(node: Items, document: Document) -> Iterator[tuple[str, Entry]]:
    """``--password=x`` and ``--password``, ``x``."""
    before = ""
    for item in node.items():
        if not isinstance(item, Scalar):
            before = ""
            continue
        option = _OPTION.fullmatch(item.value.strip())
        if option is None:
            if before:
                yield "kubernetes-argument-value", entry_of(before, item, document)
            before = ""
            continue
        name = option.group(1).lstrip("-")
        before = name if option.group(2) is None and names.promising(name) else ""
        if option.group(2) is not None and names.promising(name):
            yield "kubernetes-argument-value", entry_of(name, part_of(item, option.group(2), document), document)


def entry_of(name: str, scalar: Scalar, document: Document) -> Entry:
    """A plain entry."""
    return Entry(name, scalar, document, scalar.value.encode("utf-8", "replace"))


def part_of(scalar: Scalar, text: str, document: Document) -> Scalar:
    """The part of ``scalar`` that reads ``text``, as a scalar of its own; all of it where escapes hide the text."""
    raw = document.data[scalar.span.start : scalar.span.end]
    at = raw.rfind(text.encode("utf-8", "replace"))
    if at < 0:
        return scalar
    start = scalar.span.start + at
    span = type(scalar.span)(start, start + len(text.encode("utf-8", "replace")))
    return Scalar(text, span, template=scalar.template)
