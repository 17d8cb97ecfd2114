"""What should stand in the repository instead of a Secret: an ExternalSecret, or the command that seals it.

Nothing here prints a value. Names and keys come from files and are quoted wherever YAML or a shell would read more
than a word in them.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass

from scanner.kubernetes import sops
from scanner.kubernetes.interest import interesting
from scanner.kubernetes.judge import silent
from scanner.kubernetes.outline import is_loose
from scanner.kubernetes.reading import read
from scanner.kubernetes.secret import entries_of
from scanner.manifest.documents import Manifest, manifests
from scanner.model.span import LineIndex
from scanner.model.text import Text

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
_KIND = re.compile(rb"""(?:^|[{,][ \t]*)["']?kind["']?[ \t]*:[ \t]*["']?(\w+)""", re.MULTILINE)
_SECRETS = frozenset({b"Secret", b"List", b"SecretList"})
_OBJECTIONS = {
    "kubernetes.io/service-account-token": (
        "the cluster makes this token: delete the manifest, revoke the token by deleting the Secret in the cluster, "
        "and use projected tokens or kubectl create token"
    ),
    "helm.sh/release.v1": "Helm keeps this in the cluster: delete the file, and rotate what the release's values hold",
    "bootstrap.kubernetes.io/token": (
        "a bootstrap token should live for hours: delete the manifest, make one with kubeadm token create when needed"
    ),
}
_NOT_STRINGS = frozenset("true false yes no on off null y n".split())


@dataclass(frozen=True, slots=True)
class Unsealed:
    """One Secret with values in clear. ``alone`` is True when its file holds nothing but Secrets.

    ``loose`` is True for a Secret in prose or in a program, ``listed`` for one of a List; ``line`` counts from 1. Empty
    ``namespace`` means that the manifest does not say. ``labels`` are what selects the Secret (Argo CD's repositories).
    """

    name: str
    namespace: str
    type: str
    keys: tuple[str, ...]
    line: int
    alone: bool
    loose: bool
    listed: bool = False
    immutable: bool = False
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Store:
    """Where the values will be: ``path`` is a pattern with ``{namespace}`` and ``{name}``."""

    name: str
    kind: str = "ClusterSecretStore"
    path: str = "{namespace}/{name}"
    refresh: str = "1h"


def unsealed(text: Text) -> list[Unsealed]:
    """The Secrets of ``text`` that hold a value in clear, in the order of the text."""
    index = LineIndex(text.data)
    alone = not is_loose(text) and not _other_kinds(text.data)
    found = []
    for document in read(text, interesting).documents:
        if sops.written_by(document):
            continue
        for manifest in manifests(document):
            keys = _keys(manifest) if manifest.kind == "Secret" else ()
            if keys:
                line = index.line(document.place(manifest.root.span).start)
                found.append(_unsealed(manifest, keys, line=line, alone=alone, loose=is_loose(text)))
    return sorted(found, key=lambda one: one.line)


def external_secret(secret: Unsealed, store: Store) -> str:
    """The ExternalSecret that makes the same Secret from what is in ``store``."""
    path = store.path.replace("{namespace}", secret.namespace or "default").replace("{name}", secret.name)
    lines = ["apiVersion: external-secrets.io/v1", "kind: ExternalSecret", "metadata:", f"  name: {_yaml(secret.name)}"]
    if secret.namespace:
        lines.append(f"  namespace: {_yaml(secret.namespace)}")
    lines += ["spec:", f"  refreshInterval: {_yaml(store.refresh)}", "  secretStoreRef:"]
    lines += [f"    name: {_yaml(store.name)}", f"    kind: {_yaml(store.kind)}"]
    lines += ["  target:", f"    name: {_yaml(secret.name)}"]
    if secret.immutable:
        lines.append("    immutable: true")
    lines += [*_template(secret), "  data:"]
    for key in secret.keys:
        lines += [f"    - secretKey: {_yaml(key)}", "      remoteRef:"]
        lines += [f"        key: {_yaml(path)}", f"        property: {_yaml(key)}"]
    return "\n".join(lines) + "\n"


def _template(secret: Unsealed) -> list[str]:
    """Type and labels, which the operator copies to the Secret it makes."""
    lines = []
    if secret.type not in ("", "Opaque"):
        lines.append(f"      type: {_yaml(secret.type)}")
    if secret.labels:
        lines += ["      metadata:", "        labels:"]
        lines += [f"          {_yaml(name)}: {_yaml(value)}" for name, value in secret.labels]
    return ["    template:", *lines] if lines else []


def objection(secret: Unsealed) -> str:
    """Why ``secret`` should not be sealed but go; empty where sealing is right."""
    return _OBJECTIONS.get(secret.type, "")


def kubeseal(secret: Unsealed, path: str) -> str:
    """The command that seals ``secret`` of the file ``path``, and what to delete then."""
    sealed = f"{path.rpartition('/')[2].rsplit('.', 1)[0]}-{secret.name}.sealed.yaml"
    target = shlex.quote(re.sub(r"[^\w.-]+", "-", sealed).strip("-"))
    if secret.alone and path:
        return f"kubeseal --format yaml --secret-file {shlex.quote(path)} --sealed-secret-file {target}\n"
    if not secret.loose and path:
        query = f'select(.kind == "Secret" and .metadata.name == {json.dumps(secret.name)}'
        query += f" and .metadata.namespace == {json.dumps(secret.namespace)})" if secret.namespace else ")"
        query = f".items[] | {query}" if secret.listed else query
        return f"yq {shlex.quote(query)} {shlex.quote(path)} | kubeseal --format yaml > {target}\n"
    parts = ["kubectl create secret generic", shlex.quote(secret.name), "--dry-run=client -o yaml"]
    if secret.namespace:
        parts.insert(2, f"-n {shlex.quote(secret.namespace)}")
    if secret.type not in ("", "Opaque"):
        parts.append(f"--type={shlex.quote(secret.type)}")
    parts += [f"--from-file={shlex.quote(f'{key}={key}.txt')}" for key in secret.keys]
    return " ".join(parts) + f" | kubeseal --format yaml > {target}\n"


def _keys(manifest: Manifest) -> tuple[str, ...]:
    """The Secret's keys; none when no value of it is in clear."""
    entries = list(entries_of(manifest.root, manifest.document))
    if not any(not entry.scalar.template and not silent(entry) for entry in entries):
        return ()
    return tuple(dict.fromkeys(entry.name for entry in entries))


def _unsealed(manifest: Manifest, keys: tuple[str, ...], *, line: int, alone: bool, loose: bool) -> Unsealed:
    kind, fixed = manifest.root.child("type"), manifest.root.child("immutable")
    labels = manifest.root.get("metadata", "labels")
    listed = len(manifest.path) == 2 and manifest.path[0] == "items"
    return Unsealed(
        name=manifest.name or "secret",
        namespace=manifest.namespace,
        type=kind.text if kind is not None else "",
        keys=keys,
        line=line,
        alone=alone and not manifest.document.layers and not manifest.path,
        loose=loose or bool(manifest.document.layers) or bool(manifest.path and not listed),
        listed=listed,
        immutable=fixed is not None and fixed.text == "true",
        labels=tuple((name.text, value.text) for name, value in labels.pairs()) if labels is not None else (),
    )


def _other_kinds(data: bytes) -> bool:
    """True when the file holds anything beside one Secret: kubeseal would take all of it for Secrets."""
    kinds = [found.group(1) for found in _KIND.finditer(data)]
    return len(kinds) > 1 or any(kind not in _SECRETS for kind in kinds)


def _yaml(text: str) -> str:
    """``text`` as a YAML scalar."""
    number = re.fullmatch(r"[-+.\d][\d.eExX_:+-]*", text) is not None
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_STRINGS and not number:
        return text
    return json.dumps(text)
