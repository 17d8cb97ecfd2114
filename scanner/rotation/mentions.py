"""Secrets named in fields that no list of kinds knows: the value itself says which Secret is meant.

Custom resources and charts invent fields (``githubConfigSecret``, ``credentialsName``, ``repository``), and scripts
ask the API for a Secret by name. A field counts when its value is exactly the Secret's name and either of the two
speaks of secrets; a script when it has the word before the name. Both are inferred.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scanner.rotation.items import Item
from scanner.rotation.settings import installs_charts, release_name, with_release
from scanner.rotation.tree import Leaf, Table, Tree, at, text, walk

_SPEAKS = re.compile(r"secret|credential|token|passw", re.IGNORECASE)
_ASKS = re.compile(r"\bsecrets?[/ ]")
_LONGEST_NAME = 253

# Makers name what they make, roles name what may be read, schemas name fields.
_SKIPPED = frozenset(
    """Secret SealedSecret ExternalSecret ClusterExternalSecret SecretProviderClass Certificate VaultStaticSecret
    VaultDynamicSecret VaultPKISecret OnePasswordItem DopplerSecret InfisicalSecret CustomResourceDefinition ConfigMap
    Role ClusterRole RoleBinding ClusterRoleBinding Namespace ServiceAccount Kustomization Component""".split()
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A scalar that may name a Secret: ``field`` is the path to it, ``name`` its text, ``script`` a whole program."""

    item: Item
    field: str
    name: str
    leaf: Leaf
    script: bool = False


def mentions_in(item: Item, pods: tuple[tuple[str, ...], ...] = ()) -> Iterator[Mention]:
    """The scalars of ``item`` that could name a Secret. Inside its PodSpecs, at ``pods``, only scripts count."""
    if item.kind in _SKIPPED:
        return
    release = release_name(item) if installs_charts(item) and item.kind != "Values" else ""
    for path, node in walk(item.tree):
        if not isinstance(node, Leaf) or not path or path[0] in ("metadata", "status"):
            continue
        if _ASKS.search(node.text):
            yield Mention(item, _field(path), node.text, node, script=True)
        if len(node.text) > _LONGEST_NAME or any(path[: len(pod)] == pod for pod in pods):
            continue
        name = with_release(node.text, release, item.namespace) if release else node.text
        field = next((step for step in reversed(path) if step not in ("[]", "name")), "")
        if name and " " not in name and (_SPEAKS.search(name) or _SPEAKS.search(field)) and _can_be(item.tree, path):
            yield Mention(item, _field(path), name, node)


def index_mentions(mentions: Iterable[Mention]) -> dict[str, list[Mention]]:
    """Names to where they are mentioned; scripts under the empty name."""
    found: dict[str, list[Mention]] = {}
    for mention in mentions:
        found.setdefault("" if mention.script else mention.name, []).append(mention)
    return found


def asks_for(mention: Mention, name: str) -> bool:
    """Whether a script asks the API for the Secret called ``name``: within one command, after the word "secret"."""
    return re.search(rf"\bsecrets?[/ ](?:[^|;&\n]{{0,200}}?[ /])?{re.escape(name)}(?![\w.-])", mention.name) is not None


def _can_be(tree: Tree, path: tuple[str, ...]) -> bool:
    """A ``name`` beside another ``kind`` names something else; one in a sequence is not looked up and may stay."""
    beside = at(tree, *path[:-1]) if "[]" not in path else None
    kind = text(beside, "kind") if isinstance(beside, Table) and path[-1] == "name" else ""
    return kind in ("", "Secret")


def _field(path: tuple[str, ...]) -> str:
    return ".".join(step for step in path if step != "[]")
