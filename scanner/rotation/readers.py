"""Who may read a Secret through the API: the "may also have been read by" of a runbook.

``get`` needs the name, but ``list`` and ``watch`` return whole Secrets too, and whoever may create pods in the
namespace can mount any Secret of it (Kubernetes docs, concepts/security/rbac-good-practices). ``resourceNames`` limits
get, not create.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.rotation.items import Item
from scanner.rotation.names import has_hole, shown
from scanner.rotation.repository import Repository
from scanner.rotation.runbook import Reader
from scanner.rotation.subjects import Subject
from scanner.rotation.tree import Place, Tree, rows, table, text, texts

_READ = ("get", "list", "watch")

# Roles that every cluster has (Kubernetes docs, reference/access-authn-authz/rbac). "view" leaves Secrets out.
_BUILT_IN = {
    "cluster-admin": ("*",),
    "admin": _READ,
    "edit": _READ,
}

# Whatever makes pods can mount the Secret into one.
_POD_MAKERS = {
    "pods",
    "deployments",
    "daemonsets",
    "statefulsets",
    "replicasets",
    "jobs",
    "cronjobs",
    "replicationcontrollers",
}


@dataclass(frozen=True, slots=True)
class _Grant:
    verbs: tuple[str, ...]
    note: str


def readers_of(repository: Repository, subject: Subject) -> tuple[Reader, ...]:
    """Every subject that a binding in the repository lets read the Secret."""
    found: list[Reader] = []
    for binding in repository.of_kind("RoleBinding", "ClusterRoleBinding"):
        found += _of_binding(repository, subject, binding)
    # Those of the namespace first, and who reads outright before who could make a pod that does.
    return tuple(
        sorted(
            dict.fromkeys(found), key=lambda one: (one.scope == "cluster", one.verbs == ("create",), bool(one.inferred))
        )
    )


def _of_binding(repository: Repository, subject: Subject, binding: Item) -> Iterator[Reader]:
    wide = binding.kind == "ClusterRoleBinding"
    known = bool(binding.namespace) and bool(subject.namespace) and not has_hole(binding.namespace)
    if not wide and known and binding.namespace != subject.namespace:
        return
    if not wide and not known and not _beside(binding, subject):
        return
    kind, name = text(binding.tree, "roleRef", "kind"), text(binding.tree, "roleRef", "name")
    role, place, grants = _grants(repository, binding, kind, name, subject)
    scope = "cluster" if wide else f"namespace {binding.namespace or subject.namespace}"
    inferred = () if wide or known else ("the binding's manifest gives no namespace",)
    if binding.chart and all(made.item.chart != binding.chart for made in subject.made):
        inferred = (*inferred, f"only where the chart {binding.chart} is installed")
    for grant in grants:
        for who in rows(binding.tree, "subjects"):
            label = f"{binding.kind} {shown(binding.name)}"
            yield Reader(
                _who(who, binding), role, label, grant.verbs, scope, place or binding.place, grant.note, inferred
            )


def _beside(binding: Item, subject: Subject) -> bool:
    """Whether a binding of unknown namespace is applied together with the Secret."""
    if not subject.namespace and not binding.namespace:
        return any(
            (made.item.overlay, made.item.chart) == (binding.overlay, binding.chart)
            and (binding.overlay or binding.chart)
            for made in subject.made
        )
    return any(bool(binding.chart) and made.item.chart == binding.chart for made in subject.made)


def _grants(
    repository: Repository, binding: Item, kind: str, name: str, subject: Subject
) -> tuple[str, Place | None, list[_Grant]]:
    if kind == "ClusterRole" and name in _BUILT_IN and not _roles(repository, kind, name, binding):
        return f"ClusterRole {name} (built in)", None, [_Grant(_BUILT_IN[name], "every Secret of the scope")]
    for role in _roles(repository, kind, name, binding):
        label = f"{kind} {role.namespace + '/' if kind == 'Role' and role.namespace else ''}{shown(name)}"
        rules = list(rows(role.tree, "rules"))
        for selector in rows(role.tree, "aggregationRule", "clusterRoleSelectors"):
            rules += _aggregated(repository, selector)
        return label, role.place, [grant for rule in rules if (grant := _grant(rule, subject.name)) is not None]
    return "", None, []


def _roles(repository: Repository, kind: str, name: str, binding: Item) -> list[Item]:
    roles = [role for role in repository.of_kind(kind) if role.name == name]
    if kind == "Role":
        roles = [role for role in roles if role.namespace == binding.namespace]
    beside = [role for role in roles if (role.overlay, role.chart) == (binding.overlay, binding.chart)]
    return beside or roles


def _aggregated(repository: Repository, selector: Tree) -> list[Tree]:
    wanted = {key: text(value) for key, value in table(selector, "matchLabels").items()}
    rules: list[Tree] = []
    for role in repository.of_kind("ClusterRole"):
        labels = role.labels()
        if wanted and all(labels.get(key) == value for key, value in wanted.items()):
            rules += rows(role.tree, "rules")
    return rules


def _grant(rule: Tree, secret: str) -> _Grant | None:
    groups, resources = texts(rule, "apiGroups"), texts(rule, "resources")
    verbs, names = texts(rule, "verbs"), texts(rule, "resourceNames")
    every_verb = "*" in verbs
    core = "" in groups or "*" in groups
    if core and ("secrets" in resources or "*" in resources):
        reads = ("*",) if every_verb else tuple(verb for verb in verbs if verb in _READ)
        if reads and (not names or secret in names):
            return _Grant(reads, "resourceNames" if names else "no resourceNames")
    makes = _POD_MAKERS.intersection(resources) or "*" in resources
    if makes and (every_verb or "create" in verbs):
        made = "*" if "*" in resources else sorted(_POD_MAKERS.intersection(resources))[0]
        return _Grant(("create",), f"may create {made}, and a pod can mount the Secret")
    if core and "serviceaccounts/token" in resources and (every_verb or "create" in verbs):
        return _Grant(("create",), "may create tokens of service accounts, those that read the Secret included")
    return None


def _who(subject: Tree, binding: Item) -> str:
    kind, name = text(subject, "kind"), text(subject, "name")
    if kind == "ServiceAccount":
        return f"SA {shown(text(subject, 'namespace') or binding.namespace)}/{shown(name)}"
    return f"{kind} {shown(name)}"
