"""Who may read a Secret through the API: the "may also have been read by" of a runbook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.rotation.grants import Grant, built_in, grants_of, resolved
from scanner.rotation.items import Item
from scanner.rotation.names import Fit, fit, has_hole, shown
from scanner.rotation.repository import Repository
from scanner.rotation.runbook import Reader
from scanner.rotation.subjects import Subject
from scanner.rotation.tree import Place, Tree, rows, text

# Groups and users that stand for many (Kubernetes docs, reference/access-authn-authz/authentication).
_MANY = {
    "system:authenticated": "everybody with a login, every pod included",
    "system:unauthenticated": "anybody, without a login",
    "system:anonymous": "anybody, without a login",
    "system:serviceaccounts": "every pod of the cluster",
    "system:masters": "the cluster's administrators",
    "system:nodes": "every node",
}
_ACCOUNT = "system:serviceaccount:"
_ACCOUNTS = "system:serviceaccounts:"

# How many roles are named that are not in the repository; the rest is counted.
_ROLES_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Readers:
    """Who may read the Secret. ``unknown`` are bound roles whose rules are not in the repository."""

    found: tuple[Reader, ...]
    unknown: tuple[str, ...]

    def remark(self) -> str:
        """What has to be said of the unknown roles; empty when there are none."""
        if not self.unknown:
            return ""
        more = len(self.unknown) - _ROLES_SHOWN
        listed = ", ".join(self.unknown[:_ROLES_SHOWN]) + (f" and {more} more" if more > 0 else "")
        return f"roles are bound whose rules are not in this repository, and they may read it too: {listed}"


def readers_of(repository: Repository, subject: Subject) -> Readers:
    """Every subject that a binding in the repository lets read the Secret."""
    bindings = repository.of_kind("RoleBinding", "ClusterRoleBinding")
    own = {binding.place for binding in bindings if binding.overlay == subject.overlay}
    variants = _variants(repository, subject.overlay)
    found: list[Reader] = []
    unknown: dict[str, None] = {}
    for binding in bindings:
        foreign = binding.overlay != subject.overlay
        if foreign and binding.place in own and subject.overlay:
            continue  # what another overlay makes of a binding that this one has as well
        scope = _scope(subject, binding)
        if scope is None:
            continue
        if binding.overlay in variants:
            scope = _Scope(scope.name, (*scope.inferred, f"only where {binding.overlay} is in the same cluster"))
        bound = _bound(repository, binding, subject)
        if bound is None:
            unknown[_role_label(repository, binding)] = None
            continue
        found += _of_grants(repository, binding, bound, scope)
    # Those of the namespace first, and who reads outright before who could make a pod that does.
    ordered = sorted(
        dict.fromkeys(found), key=lambda one: (one.scope == "cluster", not one.outright, bool(one.inferred))
    )
    return Readers(tuple(ordered), tuple(sorted(unknown)))


@dataclass(frozen=True, slots=True)
class _Scope:
    """How far a binding reaches, and why that is not certain."""

    name: str
    inferred: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Bound:
    """A role as one binding uses it."""

    label: str
    place: Place
    grants: tuple[Grant, ...]
    inferred: tuple[str, ...] = ()


def _variants(repository: Repository, overlay: str) -> frozenset[str]:
    """Overlays that are made of the same files: other stages of the same thing, often in other clusters."""
    if not overlay:
        return frozenset()
    places = {item.place for item in repository.items if item.overlay == overlay}
    return frozenset(
        item.overlay for item in repository.items if item.overlay and item.overlay != overlay and item.place in places
    )


def _scope(subject: Subject, binding: Item) -> _Scope | None:
    """None where the binding does not reach the Secret."""
    wide = binding.kind == "ClusterRoleBinding"
    known = bool(binding.namespace) and bool(subject.namespace) and not has_hole(binding.namespace)
    if not wide and known and binding.namespace != subject.namespace:
        return None
    if not wide and not known and not _beside(binding, subject):
        return None
    inferred = () if wide or known else ("the binding's manifest gives no namespace",)
    if binding.chart and all(made.item.chart != binding.chart for made in subject.made):
        inferred = (*inferred, f"only where the chart {binding.chart} is installed")
    return _Scope("cluster" if wide else f"namespace {binding.namespace or subject.namespace}", inferred)


def _beside(binding: Item, subject: Subject) -> bool:
    """Whether a binding of unknown namespace is applied together with the Secret."""
    if not subject.namespace and not binding.namespace:
        return any(
            (made.item.overlay, made.item.chart) == (binding.overlay, binding.chart)
            and (binding.overlay or binding.chart)
            for made in subject.made
        )
    return any(bool(binding.chart) and made.item.chart == binding.chart for made in subject.made)


def _of_grants(repository: Repository, binding: Item, bound: _Bound, scope: _Scope) -> Iterator[Reader]:
    label = f"{binding.kind} {shown(binding.name)}"
    for grant in bound.grants:
        for entry in rows(binding.tree, "subjects"):
            who, many = _who(repository, entry, binding)
            note = f"{grant.note}; {many}" if many else grant.note
            inferred = (*scope.inferred, *bound.inferred, *grant.inferred)
            yield Reader(who, bound.label, label, grant.verbs, scope.name, bound.place, note, inferred)


def _role_ref(repository: Repository, binding: Item) -> tuple[str, str]:
    kind = text(binding.tree, "roleRef", "kind")
    return kind, resolved(repository, binding, text(binding.tree, "roleRef", "name"), kind)


def _role_label(repository: Repository, binding: Item) -> str:
    kind, name = _role_ref(repository, binding)
    return f"{kind} {shown(name)} ({binding.place})"


def _bound(repository: Repository, binding: Item, subject: Subject) -> _Bound | None:
    """The role of a binding and what it grants on the Secret; None where its rules are not known."""
    kind, name = _role_ref(repository, binding)
    roles, inferred = _roles(repository, kind, name, binding)
    if roles:
        namespace = roles[0].namespace if kind == "Role" else ""
        label = f"{kind} {namespace + '/' if namespace else ''}{shown(name)}"
        return _Bound(label, roles[0].place, tuple(grants_of(repository, roles, subject.name)), inferred)
    known = built_in(repository, name) if kind == "ClusterRole" else None
    if known is None:
        return None if name else _Bound("", binding.place, ())
    return _Bound(f"ClusterRole {name} (built in)", binding.place, tuple(known))


def _roles(repository: Repository, kind: str, name: str, binding: Item) -> tuple[list[Item], tuple[str, ...]]:
    """The roles a binding can mean, those applied together with it before others; and what was concluded."""
    fits: dict[Fit, list[Item]] = {}
    for role in repository.of_kind(kind):
        how = fit(role.name, name, same_chart=bool(role.chart) and role.chart == binding.chart)
        if how and (kind != "Role" or role.namespace in ("", binding.namespace) or not binding.namespace):
            fits.setdefault(how, []).append(role)
    if not fits:
        return [], ()
    best = max(fits)
    roles = fits[best]
    beside = [role for role in roles if (role.overlay, role.chart) == (binding.overlay, binding.chart)]
    roles = beside or roles
    inferred = []
    if best == Fit.TEMPLATE:
        inferred.append(f"the role's name is a template ({shown(roles[0].name)})")
    if kind == "Role":
        exact = [role for role in roles if role.namespace == binding.namespace]
        if not exact:
            inferred.append("the role's or the binding's manifest gives no namespace")
        roles = exact or roles
    return roles, tuple(inferred)


def _who(repository: Repository, entry: Tree, binding: Item) -> tuple[str, str]:
    """A binding's subject, and in words whom it stands for where that is more than one."""
    kind, name = text(entry, "kind"), resolved(repository, binding, text(entry, "name"), text(entry, "kind"))
    if kind == "ServiceAccount":
        # A RoleBinding's own namespace stands in for a missing one (appliesToUser in the RBAC authorizer).
        written = resolved(repository, binding, text(entry, "namespace"))
        where = _account_namespace(repository, binding, name, written) or written or binding.namespace
        return f"SA {shown(where) + '/' if where else ''}{shown(name)}", ""
    if name.startswith(_ACCOUNT) and name.count(":") == 3:
        return f"SA {name.removeprefix(_ACCOUNT).replace(':', '/')}", ""
    if name.startswith(_ACCOUNTS):
        return f"{kind} {shown(name)}", f"every pod of the namespace {name.removeprefix(_ACCOUNTS)}"
    return f"{kind} {shown(name)}", _MANY.get(name, "")


def _account_namespace(repository: Repository, binding: Item, name: str, written: str) -> str:
    """Where an overlay has put the account: kustomize lets subjects follow the accounts it moves."""
    if not binding.overlay:
        return ""
    for account in repository.of_kind("ServiceAccount"):
        before = text(account.tree, "metadata", "namespace")
        if (
            account.overlay == binding.overlay
            and account.name == name
            and (before or "default") == (written or "default")
        ):
            return account.namespace
    return ""
