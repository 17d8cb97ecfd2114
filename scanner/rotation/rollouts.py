"""How a workload replaces its pods: in how many waves, for how long, and what is interrupted meanwhile.

- Deployment: ``maxSurge`` and ``maxUnavailable`` are 25% by default, the first rounded up, the second down; when both
  come to 0 one pod may be missing (ResolveFenceposts in pkg/controller/deployment/util/deployment_util.go). So R pods
  go in ceil(R / (surge + unavailable)) waves.
- StatefulSet: one pod at a time, the highest ordinal first; pods below ``partition`` are not replaced, and come back
  with the old template when they are deleted.
- DaemonSet: ``maxUnavailable`` (1) nodes at a time.
- Argo Rollout: a restart ends pods first, ``maxUnavailable`` of them (at least one) at a time and without a surge
  (argo-rollouts docs/features/restart.md); for blue-green, which has no such limit written, one at a time is counted.
- OpenShift DeploymentConfig: ``rollingParams``, 25% as well. OpenKruise CloneSet: ``maxUnavailable`` 20% and no surge.
- A new pod counts once it is ready: start, ``readinessProbe.initialDelaySeconds``, ``minReadySeconds``. How long a
  container takes to start is not in a manifest; 10 s are assumed. The last old pod goes on for up to
  ``terminationGracePeriodSeconds`` (30 s) with the old value.
"""

from __future__ import annotations

from math import ceil, floor

from scanner.rotation.items import Item
from scanner.rotation.repository import Repository
from scanner.rotation.runbook import Rollout, Term
from scanner.rotation.tree import Table, at, number, place, rows, text, truth

STARTUP = 10
GRACE = 30


# Where a kind that keeps serving while it rolls has its limits, and what ``maxSurge`` and ``maxUnavailable`` are
# without them.
_LIMITS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "Deployment": (("strategy", "rollingUpdate"), "25%", "25%"),
    "DeploymentConfig": (("strategy", "rollingParams"), "25%", "25%"),
    "CloneSet": (("updateStrategy",), "0", "20%"),
    "Rollout": (("strategy", "canary"), "0", "25%"),
}


def on_delete(item: Item) -> bool:
    """Whether new pods are made only once somebody deletes the old ones, whatever restarts the workload."""
    return text(item.tree, "spec", "updateStrategy", "type") == "OnDelete"


def kept_back(item: Item) -> int:
    """How many pods of a StatefulSet its partition keeps as they are, whatever restarts it."""
    if item.kind != "StatefulSet" or on_delete(item):
        return 0
    kept = max(0, number(item.tree, "spec", "updateStrategy", "rollingUpdate", "partition") or 0)
    written = text(item.tree, "spec", "replicas")
    # How many there are is not known where the number is a template.
    known = number(item.tree, "spec", "replicas") if written else 1
    return kept if known is None else min(kept, known)


def replicas_of(repository: Repository, item: Item) -> tuple[int | None, tuple[str, ...]]:
    """How many pods, at the most, and what was assumed; None where only rendering or the cluster knows."""
    scaler = _scaler(repository, item)
    if scaler is not None:
        most = number(scaler.tree, "spec", "maxReplicas") or number(scaler.tree, "spec", "maxReplicaCount")
        if most:
            return most, (
                f"{item.kind}/{item.name} is counted with the {most} replicas {scaler.kind} {scaler.name} allows",
            )
    word = text(item.tree, "spec", "replicas")
    chart = repository.chart(item)
    if chart is not None:
        word = chart.fill(word)[0]
    if not word:
        return 1, ()
    return (int(word), ()) if word.isdecimal() and len(word) < 10 else (None, ())


def rollout_of(
    repository: Repository, item: Item, pod: Table, replicas: int | None, *, nodes: int | None, startup: int = STARTUP
) -> Rollout | None:
    """How ``item`` rolls; None for kinds that do not."""
    wave = _wave_terms(item, pod, startup)
    grace = number(pod, "terminationGracePeriodSeconds")
    last = Term(GRACE if grace is None else grace, "the last old pod ends", "terminationGracePeriodSeconds")
    if item.kind in _LIMITS:
        return _deployment(repository, item, pod, replicas, wave, last)
    if item.kind == "StatefulSet":
        return _stateful(item, replicas, wave, last)
    if item.kind == "DaemonSet":
        return _daemon(item, nodes, wave, last)
    return None


def _wave_terms(item: Item, pod: Table, startup: int) -> tuple[Term, ...]:
    delay = max((number(c, "readinessProbe", "initialDelaySeconds") or 0 for c in rows(pod, "containers")), default=0)
    begin = max((number(c, "startupProbe", "initialDelaySeconds") or 0 for c in rows(pod, "containers")), default=0)
    ready = number(item.tree, "spec", "minReadySeconds") or 0
    terms = (
        Term(max(startup, begin), "a container starts", "assumed"),
        Term(delay, "readinessProbe.initialDelaySeconds", str(item.place)),
        Term(ready, "minReadySeconds", str(item.place)),
    )
    return tuple(term for term in terms if term.seconds)


def _times(count: int, terms: tuple[Term, ...], last: Term) -> tuple[Term, ...]:
    return (
        *(Term(count * term.seconds, f"{count} x {term.seconds} s: {term.what}", term.source) for term in terms),
        last,
    )


def _sum(terms: tuple[Term, ...]) -> int:
    return sum(term.seconds for term in terms)


def _deployment(
    repository: Repository, item: Item, pod: Table, replicas: int | None, wave: tuple[Term, ...], last: Term
) -> Rollout:
    warnings: list[str] = []
    strategy = text(item.tree, "spec", "strategy", "type")
    if item.kind == "Deployment" and truth(item.tree, "spec", "paused"):
        where = place(item.tree, "spec", "paused")
        warnings.append(
            f"paused ({where}): nothing restarts before it is resumed, with whatever else was changed since"
        )
    exclusive = _exclusive_volumes(repository, item, pod)
    if strategy == "Recreate":
        where = place(item.tree, "spec", "strategy", "type")
        warnings.append(f"strategy Recreate ({where}): no pod serves while it restarts")
        terms = (last, *wave)
        return Rollout(1, _sum(terms), terms, tuple(warnings))
    if exclusive:
        warnings.append(
            f"the volume {exclusive} can be mounted on one node only: the new pod may wait for the old one to end"
        )
    if replicas == 1 and not any("readinessProbe" in table.items for table in _containers(pod)):
        warnings.append("one replica without a readiness probe: requests fail until the new container serves")
    if replicas is None:
        return Rollout(None, None, (), (*warnings, "the number of replicas is not written as a number"))
    if replicas == 1 and item.kind == "Rollout":
        warnings.append("one replica, and a Rollout ends it before it starts the new one: nothing serves meanwhile")
    path, more, fewer = _LIMITS[item.kind]
    rolling = at(item.tree, "spec", *path)
    surge = _share(text(rolling, "maxSurge") or more, replicas, up=True) if item.kind != "Rollout" else 0
    missing = _share(text(rolling, "maxUnavailable") or fewer, replicas, up=False)
    if item.kind == "Rollout" and rolling is None:
        missing = 1
    waves = ceil(replicas / (surge + missing or 1)) if replicas else 0
    terms = _times(waves, wave, last)
    return Rollout(waves, _sum(terms), terms, tuple(warnings))


def _stateful(item: Item, replicas: int | None, wave: tuple[Term, ...], last: Term) -> Rollout:
    update = at(item.tree, "spec", "updateStrategy")
    warnings: list[str] = []
    if on_delete(item):
        return Rollout(
            None,
            None,
            (),
            (f"updateStrategy OnDelete ({update.place if update else item.place}): delete each pod by hand",),
        )
    kept = kept_back(item)
    if kept:
        which = "pod 0 keeps" if kept == 1 else f"pods 0 to {kept - 1} keep"
        warnings.append(
            f"partition {kept} ({update.place if update else item.place}): {which} the old value until deleted, one "
            "after the other; they come back as they were, with the new value"
        )
    if replicas == 1:
        warnings.append("one replica: nothing serves while it restarts")
    if replicas is None:
        return Rollout(None, None, (), (*warnings, "the number of replicas is not written as a number"))
    count = replicas
    terms = _times(count, (Term(last.seconds, "a pod ends", last.source), *wave), Term(0, "", ""))
    terms = tuple(term for term in terms if term.seconds)
    return Rollout(count, _sum(terms), terms, tuple(warnings))


def _daemon(item: Item, nodes: int | None, wave: tuple[Term, ...], last: Term) -> Rollout:
    update = at(item.tree, "spec", "updateStrategy")
    if on_delete(item):
        return Rollout(
            None,
            None,
            (),
            (f"updateStrategy OnDelete ({update.place if update else item.place}): delete each pod by hand",),
        )
    if nodes is None:
        return Rollout(None, None, (), ("one pod a node, and the number of nodes is not known (--nodes N)",))
    surge = _share(text(update, "rollingUpdate", "maxSurge") or "0", nodes, up=True)
    at_once = surge or _share(text(update, "rollingUpdate", "maxUnavailable") or "1", nodes, up=True) or 1
    waves = ceil(nodes / at_once)
    terms = _times(waves, (Term(last.seconds, "a pod ends", last.source), *wave), Term(0, "", ""))
    terms = tuple(term for term in terms if term.seconds)
    return Rollout(waves, _sum(terms), terms)


def _share(word: str, whole: int, *, up: bool) -> int:
    if len(word) > 9:
        return 1
    if word.endswith("%") and word[:-1].isdecimal():
        part = whole * int(word[:-1]) / 100
        return ceil(part) if up else floor(part)
    return int(word) if word.isdecimal() else 1


def _scaler(repository: Repository, item: Item) -> Item | None:
    for scaler in repository.of_kind("HorizontalPodAutoscaler", "ScaledObject"):
        target = at(scaler.tree, "spec", "scaleTargetRef")
        kind = text(target, "kind") or "Deployment"
        beside = scaler.overlay == item.overlay and scaler.namespace == item.namespace
        if beside and kind == item.kind and scaler.called(kind, text(target, "name")) == item.name:
            return scaler
    return None


def _exclusive_volumes(repository: Repository, item: Item, pod: Table) -> str:
    kind = "PersistentVolumeClaim"
    claims = {item.called(kind, text(volume, "persistentVolumeClaim", "claimName")) for volume in rows(pod, "volumes")}
    for claim in repository.of_kind(kind):
        if claim.name in claims and claim.namespace == item.namespace:
            modes = {text(mode) for mode in rows(claim.tree, "spec", "accessModes")}
            if modes and modes <= {"ReadWriteOnce", "ReadWriteOncePod"}:
                return claim.name
    return ""


def _containers(pod: Table) -> list[Table]:
    return [c for c in rows(pod, "containers") if isinstance(c, Table)]
