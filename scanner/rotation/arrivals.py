"""When the new value reaches each kind of user of a Secret, and what has to be done for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from scanner.rotation.advice import quoted
from scanner.rotation.cron import longest_gap
from scanner.rotation.durations import seconds, spoken
from scanner.rotation.items import Item
from scanner.rotation.kubelet import Kubelet
from scanner.rotation.names import shown
from scanner.rotation.references import Reference, Via
from scanner.rotation.repository import Repository
from scanner.rotation.restarts import (
    RELOADER,
    automatic_restart,
    csi_restart,
    pinned_revisions,
    pod_annotations,
    restart_command,
    sync_command,
)
from scanner.rotation.rollouts import STARTUP, replicas_of, rollout_of
from scanner.rotation.runbook import CONTROLLER, NEXT_PULL, NEXT_RUN, SUSPENDED, Consumer, Term, Time
from scanner.rotation.settings import installs_charts, release_name, restarted_by_reloader, schedule_of
from scanner.rotation.sources import SourceTime, csi_time
from scanner.rotation.subjects import Subject
from scanner.rotation.tree import Table, text, texts

# An edge (ingress controller, gateway) watches its Secrets and reloads by itself; 5 s is our allowance.
EDGE = 5

# Their pods come and go: the next one takes the new value.
_TRANSIENT = frozenset(
    """Job ScaledJob Workflow WorkflowTemplate ClusterWorkflowTemplate Task TaskRun PodTemplate""".split()
)
_SCHEDULED = ("CronJob", "CronWorkflow", "AdvancedCronJob")
_SCALED = frozenset(
    """Deployment StatefulSet ReplicaSet ReplicationController DeploymentConfig Rollout CloneSet""".split()
)
_STORES = ("SecretStore", "ClusterSecretStore")


@dataclass(frozen=True, slots=True)
class Setting:
    """What the counting depends on beside the manifests. ``startup`` is in seconds."""

    kubelet: Kubelet
    nodes: int | None = None
    startup: int = STARTUP


@dataclass(frozen=True, slots=True)
class Pod:
    """The PodSpec at ``path`` of an item, which is what would be restarted."""

    item: Item
    path: tuple[str, ...]
    spec: Table


_NOT_RELOADED = "Reloader does not see a Secret that is deleted and made again, unless it runs with --reload-on-create"


def _schedule(item: Item) -> str:
    """When ``item`` runs; of several schedules the one that runs most often."""
    several = texts(item.tree, "spec", "schedules") or (text(item.tree, "spec", "schedule"),)
    gaps = [(gap, one) for one in several if (gap := longest_gap(one)) is not None]
    return min(gaps)[1] if gaps else several[0]


class Arrivals:
    """Completes consumers of one subject with times, for a new value that arrives after ``source``.

    ``assumptions`` grows with what had to be assumed.
    """

    def __init__(self, repository: Repository, subject: Subject, source: SourceTime, setting: Setting) -> None:
        self._repository = repository
        self._subject = subject
        self._source = source
        self._setting = setting
        self._immutable = any(made.fixed for made in subject.made)
        self.assumptions: dict[str, None] = {}

    def in_pod(self, base: Consumer, pod: Pod, reference: Reference) -> Consumer:
        """A use inside a PodSpec. ``base.affected`` decides whether anything has to happen."""
        item = pod.item
        replicas, notes = replicas_of(self._repository, item) if item.kind in _SCALED else (None, ())
        base = replace(base, replicas=replicas, notes=self._pod_notes(item, reference))
        if not base.affected:
            return base
        self._assume(notes)
        if item.kind in _SCHEDULED:
            return self._scheduled(base, item, _schedule(item))
        if item.kind in _TRANSIENT:
            note = "the next run takes the new value; a run that is going on keeps the old one"
            return self._started(base, when=NEXT_RUN, note=note)
        if reference.via == Via.IMAGE_PULL:
            return self._started(base, when=NEXT_PULL, note="the next pull takes the new value")
        if reference.via in (Via.SERVICE_ACCOUNT, Via.DRIVER, Via.CSI_PUBLISH):
            return self._started(base, note="read when a pod is mounted or starts")
        return self._running(base, pod, reference)

    def elsewhere(self, base: Consumer, item: Item, reference: Reference) -> Consumer:
        """A use by something that has no pods of its own."""
        if not base.affected:
            return base
        if reference.via == Via.EDGE:
            term = Term(EDGE, "the edge reloads by itself", "allowance")
            return replace(base, hot=True, most=self._source.most.plus(term), least=self._source.forced.plus(term))
        if installs_charts(item) and reference.via in (Via.ENV, Via.ENV_FROM, Via.VOLUME, Via.SUBPATH):
            schedule = schedule_of(item, reference)
            return self._scheduled(base, item, schedule) if schedule else self._release(base, item, reference)
        if reference.via in (Via.IMAGE_PULL, Via.SERVICE_ACCOUNT):
            when = NEXT_PULL if reference.via == Via.IMAGE_PULL else ""
            return self._started(base, when=when, note="the next pod that starts takes the new value")
        if reference.via == Via.SCRIPT:
            note = "it asks the API each time it runs"
            return replace(base, when=NEXT_RUN, most=self._source.most, least=self._source.forced, notes=(note,))
        return self._operator(base, item, reference)

    def _running(self, base: Consumer, pod: Pod, reference: Reference) -> Consumer:
        """A use in pods that keep running: mounted files follow, everything else is fixed when a container starts."""
        item = pod.item
        annotations = pod_annotations(item, pod.path)
        replicas = base.replicas
        rollout = rollout_of(
            self._repository, item, pod.spec, replicas, nodes=self._setting.nodes, startup=self._setting.startup
        )
        if reference.via == Via.CSI:
            return self._csi(replace(base, rollout=rollout), item, reference, annotations)
        automatic = automatic_restart(item, annotations, self._subject.name, self._subject.made)
        if automatic == RELOADER and self._immutable:
            automatic = ""
            base = replace(base, notes=(*base.notes, _NOT_RELOADED))
        if reference.via in (Via.VOLUME, Via.PROJECTED) and not self._immutable and not automatic:
            kubelet = self._setting.kubelet
            return replace(
                base,
                most=self._source.most.plus(kubelet.resync, kubelet.lag),
                least=self._source.forced.plus(kubelet.lag),
                command=sync_command(_placed(item, base), pod.path),
            )
        return replace(
            base,
            hot=False,
            restart=not automatic,
            automatic=automatic,
            rollout=rollout,
            most=self._ready(),
            least=self._ready(forced=True),
            command=restart_command(_placed(item, base)),
        )

    def _csi(self, base: Consumer, item: Item, reference: Reference, annotations: dict[str, str]) -> Consumer:
        source = csi_time(self._repository, self._setting.kubelet)
        self._assume(source.assumptions)
        base = replace(base, most=source.most, least=source.forced)
        if source.most.seconds is None:
            return replace(base, hot=False, restart=True, command=restart_command(_placed(item, base)))
        automatic = csi_restart(item, annotations, reference.provider)
        if automatic:
            return replace(base, hot=False, automatic=automatic)
        return replace(base, rollout=None)

    def _scheduled(self, base: Consumer, item: Item, schedule: str) -> Consumer:
        schedule = shown(schedule)
        suspended = "true" in (text(item.tree, "spec", "suspend"), text(item.tree, "spec", "paused"))
        gap = None if suspended else longest_gap(schedule)
        ready = self._ready().seconds
        within = f"within {spoken(ready)} of the change" if ready else "before the Secret has changed"
        notes = [*base.notes, f"a run that starts {within} still uses the old value"]
        if suspended:
            next_run = Time(never=SUSPENDED)
            notes.append("suspended: it runs only when somebody starts it")
        elif gap is None:
            next_run = Time(never=f'the schedule "{schedule}" cannot be read')
        else:
            next_run = Time((Term(gap, f'the longest gap of "{schedule}"', str(item.place)),))
        return replace(
            base,
            hot=False,
            when=NEXT_RUN,
            schedule=schedule,
            next_run=gap,
            most=next_run,
            least=self._ready(forced=True),
            command=restart_command(_placed(item, base)),
            notes=tuple(notes),
        )

    def _started(self, base: Consumer, *, note: str, when: str = "") -> Consumer:
        """Read whenever something starts; nothing that runs has to be touched."""
        hot = None if when == NEXT_RUN else True
        ready, forced = self._ready(), self._ready(forced=True)
        return replace(base, hot=hot, when=when, most=ready, least=forced, notes=(*base.notes, note))

    def _release(self, base: Consumer, item: Item, reference: Reference) -> Consumer:
        """A use in Helm values: mounted files follow; for variables the chart's pods start anew."""
        automatic = RELOADER if restarted_by_reloader(item, reference) and not self._immutable else ""
        if reference.via == Via.VOLUME and not automatic and not self._immutable:
            kubelet = self._setting.kubelet
            ready = self._source.most.plus(kubelet.resync, kubelet.lag)
            return replace(base, most=ready, least=self._source.forced.plus(kubelet.resync, kubelet.lag))
        command = ""
        if item.kind != "Values":
            label = quoted(f"app.kubernetes.io/instance={release_name(item)}")
            where = f"-n {quoted(base.namespace)} " if base.namespace else ""
            command = f"kubectl {where}rollout restart deployment,statefulset,daemonset -l {label}"
        return replace(
            base,
            hot=False,
            restart=not automatic,
            automatic=automatic,
            command=command,
            most=self._ready(),
            least=self._ready(forced=True),
            notes=("how many pods the chart runs is not known; their rollout comes on top",),
        )

    def _operator(self, base: Consumer, item: Item, reference: Reference) -> Consumer:
        source = self._source
        count = seconds(reference.interval) if reference.interval else None
        if count is not None:
            term = Term(count, f"{item.kind} reads it again", f"interval {reference.interval}, {item.place}")
            return replace(base, hot=True, most=source.most.plus(term), least=source.forced)
        if item.kind in _STORES:
            term = Term(0, "read with each fetch", "External Secrets asks for it every time")
            return replace(base, hot=True, most=source.most.plus(term), least=source.forced, notes=self._fed_by(item))
        who = "the chart" if item.kind == "Values" else item.kind
        reason = f"when {who} reads it again is decided by its controller and not written here"
        return replace(base, when=CONTROLLER, most=Time(source.most.terms, reason), least=source.forced)

    def _fed_by(self, store: Item) -> tuple[str, ...]:
        """What stops being fetched when the store's credential fails."""
        fed = list(dict.fromkeys(made.item.label for made in self._repository.made if _reads(made.store, store)))
        listed = ", ".join(fed[:6]) + (f" and {len(fed) - 6} more" if len(fed) > 6 else "")
        return (f"feeds {listed}: these get nothing while the credential is wrong",) if fed else ()

    def _pod_notes(self, item: Item, reference: Reference) -> tuple[str, ...]:
        notes: list[str] = []
        if reference.optional:
            notes.append("optional: it starts without the Secret as well")
        if item.kind == "Pod":
            notes.append("a pod without a controller is not made again: apply its manifest after deleting it")
        if self._immutable:
            notes.append("the Secret is immutable: it has to be deleted and made again, and the pods too")
        pinned = pinned_revisions(item)
        if pinned:
            notes.append(
                f"traffic goes to {', '.join(pinned)} by name: a new revision would get none, so its pods are deleted"
            )
        if any(made.kind == "SecretProviderClass" for made in self._subject.made) and not reference.provider:
            notes.append("the Secret exists only while some pod mounts its SecretProviderClass")
        return tuple(notes)

    def _ready(self, *, forced: bool = False) -> Time:
        """Until a container that starts then gets the new value."""
        source = self._source.forced if forced else self._source.most
        return source.plus(self._setting.kubelet.start_lag)

    def _assume(self, sentences: Iterable[str]) -> None:
        self.assumptions.update(dict.fromkeys(sentences))


def _placed(item: Item, base: Consumer) -> Item:
    """``item`` for commands: in the Secret's namespace where its own is not written."""
    return item if item.namespace else replace(item, namespace=base.namespace)


def _reads(reference: str, store: Item) -> bool:
    kind, _, rest = reference.partition("/")
    namespace, _, name = rest.rpartition("/")
    return kind == store.kind and name == store.name and namespace in ("", store.namespace)
