"""What a role lets its holders do to a Secret: read it outright, or get at it through a pod.

``list`` and ``watch`` return whole Secrets as ``get`` does, and whoever may create pods in the namespace, or change
what creates them, can mount any Secret of it (Kubernetes docs, concepts/security/rbac-good-practices).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from scanner.rotation.gitops import substituted
from scanner.rotation.items import Item
from scanner.rotation.names import Fit, fit, shown, without_hash
from scanner.rotation.repository import Repository
from scanner.rotation.runbook import READING
from scanner.rotation.selecting import selects
from scanner.rotation.tree import Tree, rows, texts

_READ = ("get", "list", "watch")

# Roles that every cluster has (Kubernetes docs, reference/access-authn-authz/rbac). "view" leaves Secrets out.
_BUILT_IN: dict[str, tuple[str, ...]] = {"cluster-admin": ("*",), "admin": _READ, "edit": _READ, "view": ()}

# "view" is in "edit", and "edit" in "admin": a role with this label adds to all three.
_VIEWERS = "rbac.authorization.k8s.io/aggregate-to-view"

# Built-in roles that a repository may bind and that read no Secrets.
_HARMLESS = frozenset(
    """system:auth-delegator system:basic-user system:discovery system:public-info-viewer system:heapster
    system:service-account-issuer-discovery system:kube-aggregator system:kube-dns system:kube-scheduler
    system:monitoring system:node-proxier system:persistent-volume-provisioner system:volume-scheduler""".split()
)

# Whatever makes pods can mount the Secret into one: resource -> its API groups.
_POD_MAKERS: dict[str, tuple[str, ...]] = {
    "pods": ("",),
    "deployments": ("apps", "extensions"),
    "statefulsets": ("apps",),
    "daemonsets": ("apps", "extensions"),
    "replicasets": ("apps", "extensions"),
    "jobs": ("batch",),
    "cronjobs": ("batch",),
    "replicationcontrollers": ("",),
    "deploymentconfigs": ("apps.openshift.io",),
    "rollouts": ("argoproj.io",),
    "workflows": ("argoproj.io",),
    "services": ("serving.knative.dev",),
    "taskruns": ("tekton.dev",),
    "pipelineruns": ("tekton.dev",),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """One way to the value. ``verbs`` are those on Secrets, or ``create``/``patch`` on what makes pods."""

    verbs: tuple[str, ...]
    note: str
    inferred: tuple[str, ...] = ()

    @property
    def outright(self) -> bool:
        """Whether the Secret itself can be read."""
        return not READING.isdisjoint(self.verbs)


def resolved(repository: Repository, owner: Item, name: str, kind: str = "") -> str:
    """``name`` as it is once ``owner``'s chart, overlay and variables have had their say."""
    chart = repository.chart(owner)
    if chart is not None:
        name = chart.fill(name)[0]
    return owner.called(kind, substituted(name, owner.variables))


def built_in(repository: Repository, name: str) -> list[Grant] | None:
    """What a role of every cluster grants, with what the repository adds to it; None for other roles."""
    if name in _HARMLESS:
        return []
    if name not in _BUILT_IN:
        return None
    if _BUILT_IN[name]:
        return [Grant(_BUILT_IN[name], "every Secret of the scope")]
    found: list[Grant] = []
    for role in repository.of_kind("ClusterRole"):
        if role.labels().get(_VIEWERS) == "true":
            added = (f"{role.label} ({role.place}) is added to it",)
            found += [Grant(one.verbs, one.note, added) for one in grants_of(repository, [role], "")]
    return _best(found)


def grants_of(repository: Repository, roles: Sequence[Item], secret: str) -> list[Grant]:
    """What ``roles`` together grant on the Secret called ``secret``; a name of no length stands for any."""
    found: list[Grant] = []
    for role in roles:
        for owner in (role, *_aggregated(repository, role)):
            for rule in rows(owner.tree, "rules"):
                found += _of_rule(repository, owner, rule, secret)
    return _best(found)


def _best(grants: Iterable[Grant]) -> list[Grant]:
    """Who reads outright needs no detour; one detour is enough."""
    found = list(dict.fromkeys(grants))
    outright = [one for one in found if one.outright]
    return outright or found[:1]


def _aggregated(repository: Repository, role: Item) -> list[Item]:
    """The roles whose rules an aggregating one takes over, through others as well."""
    found: dict[int, Item] = {}
    open_ = [role]
    while open_:
        for selector in rows(open_.pop().tree, "aggregationRule", "clusterRoleSelectors"):
            for other in repository.of_kind("ClusterRole"):
                if id(other) not in found and other is not role and selects(selector, other.labels()):
                    found[id(other)] = other
                    open_.append(other)
    return list(found.values())


def _of_rule(repository: Repository, role: Item, rule: Tree, secret: str) -> Iterator[Grant]:
    groups, resources, verbs = texts(rule, "apiGroups"), texts(rule, "resources"), texts(rule, "verbs")
    core = "" in groups or "*" in groups
    if core and not {"secrets", "*"}.isdisjoint(resources):
        reads = ("*",) if "*" in verbs else tuple(verb for verb in verbs if verb in _READ)
        names = texts(rule, "resourceNames")
        reasons = _named(repository, role, names, secret) if names else ()
        if reads and reasons is not None:
            yield Grant(reads, "resourceNames" if names else "no resourceNames", reasons)
            return
    yield from _detours(groups, resources, verbs)


def _named(repository: Repository, role: Item, names: Iterable[str], secret: str) -> tuple[str, ...] | None:
    """Why ``names`` may be thought to hold the Secret (empty: plainly); None when they do not."""
    best: Fit = Fit.NONE
    which = ""
    for written in names:
        name = resolved(repository, role, written, "Secret")
        same = bool(role.chart)
        how = Fit.EXACT if not secret else max(fit(name, secret, same_chart=same), fit(without_hash(name), secret))
        if how > best:
            best, which = how, name
    if best == Fit.NONE:
        return None
    return (
        () if best == Fit.EXACT else (f"resourceNames has a template ({shown(which)}) that can give {shown(secret)}",)
    )


def _detours(groups: Sequence[str], resources: Sequence[str], verbs: Sequence[str]) -> Iterator[Grant]:
    makers = [
        resource
        for resource, homes in _POD_MAKERS.items()
        if ("*" in resources or resource in resources) and ("*" in groups or not set(homes).isdisjoint(groups))
    ]
    every = "*" in verbs
    if makers and (every or "create" in verbs):
        made = "everything" if "*" in resources and "*" in groups else makers[0]
        yield Grant(("create",), f"may create {made}, and a pod can mount the Secret")
        return
    changed = [one for one in makers if one != "pods"]
    change = next((verb for verb in ("patch", "update") if verb in verbs), "")
    if changed and change:
        yield Grant((change,), f"may change {changed[0]}, and their pods can be made to mount the Secret")
        return
    if not ("" in groups or "*" in groups):
        return
    if "serviceaccounts/token" in resources and (every or "create" in verbs):
        yield Grant(("create",), "may create tokens of service accounts, those that read the Secret included")
    elif "pods/exec" in resources and (every or not {"create", "get"}.isdisjoint(verbs)):
        yield Grant(("create",), "may run commands in pods, those that hold the value included")
