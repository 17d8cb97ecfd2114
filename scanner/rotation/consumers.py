"""Everything that uses one Secret, with the time until each has the new value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from scanner.rotation.advice import quoted
from scanner.rotation.bystanders import references_of
from scanner.rotation.cron import longest_gap
from scanner.rotation.durations import seconds, spoken
from scanner.rotation.items import Item
from scanner.rotation.kubelet import Kubelet
from scanner.rotation.names import shown
from scanner.rotation.references import Reference, Via, service_account
from scanner.rotation.repository import Repository
from scanner.rotation.restarts import automatic_restart, pod_annotations, restart_command, sync_command
from scanner.rotation.rollouts import STARTUP, replicas_of, rollout_of
from scanner.rotation.runbook import Consumer, Rollout, Term, Time
from scanner.rotation.settings import asks_for_restart, installs_charts, release_name
from scanner.rotation.sources import SourceTime, csi_time
from scanner.rotation.subjects import Matcher, Subject
from scanner.rotation.tree import Table, text, with_entry

# An edge (ingress controller, gateway) watches its Secrets and reloads by itself; 5 s is our allowance.
EDGE = 5

# Their pods come and go: the next one takes the new value.
_TRANSIENT = (
    "Job",
    "ScaledJob",
    "Workflow",
    "WorkflowTemplate",
    "ClusterWorkflowTemplate",
    "CronWorkflow",
    "Task",
    "TaskRun",
    "PodTemplate",
)

_MOUNTED = (Via.VOLUME, Via.PROJECTED)


@dataclass(frozen=True, slots=True)
class Setting:
    """What the counting depends on beside the manifests. ``startup`` is in seconds."""

    kubelet: Kubelet
    nodes: int | None = None
    startup: int = STARTUP


@dataclass(frozen=True, slots=True)
class Found:
    """Consumers of a subject; ``unresolved`` are mentions that may or may not mean it."""

    consumers: tuple[Consumer, ...]
    unresolved: tuple[str, ...]
    assumptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Pod:
    item: Item
    path: tuple[str, ...]
    spec: Table


class ConsumerFinder:
    """Finds the consumers of one subject whose new value arrives after ``source``."""

    def __init__(self, repository: Repository, subject: Subject, source: SourceTime, setting: Setting) -> None:
        self._repository = repository
        self._subject = subject
        self._source = source
        self._setting = setting
        self._matcher = Matcher(repository, subject)
        self._assumptions: dict[str, None] = {}
        self._open: dict[tuple[str, str], dict[str, None]] = {}

    def find(self) -> Found:
        """All of them, workloads first, each use once."""
        found: list[Consumer] = []
        accounts: set[tuple[str, str, str]] = set()
        for uses in self._repository.uses:
            for pods in uses.pods:
                pod = _Pod(self._rollout_target(uses.item), pods.path, pods.spec)
                found += self._of_pod(pod, pods.references)
                found += self._through_account(pod, accounts)
        for uses in self._repository.uses:
            for reference in uses.others:
                account = (uses.item.overlay, uses.item.namespace, uses.item.name)
                if uses.item.kind != "ServiceAccount" or account not in accounts:
                    found += self._of_bystander(uses.item, reference)
        found += self._of_values(found)
        rows = tuple(sorted(dict.fromkeys(self._only_affected(found)), key=_order))
        return Found(rows, tuple(self._unresolved()), tuple(self._assumptions))

    def _unresolved(self) -> Iterator[str]:
        """Names that only rendering could tell, one sentence for each template."""
        for (where, template), places in self._open.items():
            first, *rest = places
            more = f" and {len(rest)} more" if rest else ""
            yield f"{where}: the template {template} may name this Secret; it is not rendered here ({first}{more})"

    def _rollout_target(self, item: Item) -> Item:
        """An Argo Rollout can borrow another workload's template; what has to be restarted is the Rollout."""
        for rollout in self._repository.of_kind("Rollout"):
            reference = rollout.get("spec", "workloadRef")
            same = text(reference, "kind") == item.kind and text(reference, "name") == item.name
            if same and rollout.namespace == item.namespace and rollout.overlay == item.overlay:
                template = item.get("spec", "template")
                tree = with_entry(rollout.tree, ("spec", "template"), template) if template else item.tree
                return replace(rollout, tree=tree)
        return item

    def _through_account(self, pod: _Pod, accounts: set[tuple[str, str, str]]) -> Iterator[Consumer]:
        wanted = service_account(pod.spec)
        for account in self._repository.of_kind("ServiceAccount"):
            beside = account.overlay == pod.item.overlay and account.namespace == pod.item.namespace
            if account.name != wanted or not beside:
                continue
            references = list(references_of(account))
            if any(self._matcher.match(account, ref.secret) is not None for ref in references):
                accounts.add((account.overlay, account.namespace, account.name))
            named = [replace(ref, how=f"{ref.via.value} of ServiceAccount/{account.name}") for ref in references]
            yield from self._of_pod(pod, named)

    def _matched(self, item: Item, reference: Reference) -> tuple[str, ...] | None:
        if reference.provider:
            return self._csi_matched(item, reference)
        reasons = self._matcher.match(item, reference.secret, reference.namespace)
        if reasons is None:
            if self._matcher.could_be(item, reference.secret, reference.namespace):
                where = item.chart or item.overlay or item.place.file
                self._open.setdefault((where, shown(reference.secret)), {})[str(reference.place)] = None
            return None
        return (*reasons, *reference.inferred)

    def _csi_matched(self, item: Item, reference: Reference) -> tuple[str, ...] | None:
        for made in self._subject.made:
            provider = made.item
            beside = provider.overlay == item.overlay and provider.namespace == item.namespace
            if provider.kind == "SecretProviderClass" and provider.name == reference.provider and beside:
                return reference.inferred
        return None

    def _of_pod(self, pod: _Pod, references: Iterable[Reference]) -> Iterator[Consumer]:
        for reference in references:
            reasons = self._matched(pod.item, reference)
            if reasons is not None:
                yield self._pod_consumer(pod, reference, reasons)

    def _pod_consumer(self, pod: _Pod, reference: Reference, reasons: tuple[str, ...]) -> Consumer:
        item = pod.item
        affected = self._subject.holds(reference.keys)
        base = self._consumer(item, reference, reasons, affected=affected)
        replicas, notes = replicas_of(self._repository, item) if item.kind in _SCALED else (None, ())
        if notes and affected:
            self._assumptions.update(dict.fromkeys(notes))
        base = replace(base, replicas=replicas, notes=self._pod_notes(pod, reference))
        if not affected:
            return base
        if item.kind == "CronJob":
            return self._scheduled(base, item)
        if item.kind in _TRANSIENT:
            return replace(base, most=self._ready(reference), least=self._ready(reference, forced=True),
                           notes=(*base.notes, "the next run takes the new value; a run that is going on keeps the old one"))  # fmt: skip
        return self._long_running(base, pod, reference, replicas)

    def _long_running(self, base: Consumer, pod: _Pod, reference: Reference, replicas: int | None) -> Consumer:
        item = pod.item
        immutable = any(made.immutable for made in self._subject.made)
        mounted = reference.via in _MOUNTED and not immutable
        automatic = automatic_restart(item, pod_annotations(item, pod.path), self._subject.name, self._subject.made)
        if reference.via in (Via.IMAGE_PULL, Via.SERVICE_ACCOUNT, Via.DRIVER, Via.CSI_PUBLISH):
            ready = self._ready(reference)
            note = (
                "the next pull takes the new value"
                if reference.via == Via.IMAGE_PULL
                else "read when a pod is mounted or starts"
            )
            return replace(
                base, most=ready, least=self._ready(reference, forced=True), hot=True, notes=(*base.notes, note)
            )
        rollout = self._rollout(pod, replicas)
        if reference.via == Via.CSI:
            return self._csi(base, pod, rollout)
        if mounted and not automatic:
            return replace(
                base, hot=None, most=self._mounted(self._source.most), command=sync_command(item, pod.path),
                least=self._source.forced.plus(self._setting.kubelet.lag),
            )  # fmt: skip
        # A Secret that kustomize names after its content is a new Secret: whoever uses it rolls with the commit.
        return replace(
            base, hot=False, restart=not automatic, automatic=automatic, rollout=rollout,
            most=self._ready(reference), least=self._ready(reference, forced=True), command=restart_command(item),
        )  # fmt: skip

    def _csi(self, base: Consumer, pod: _Pod, rollout: Rollout | None) -> Consumer:
        source = csi_time(self._repository, self._setting.kubelet)
        self._assumptions.update(dict.fromkeys(source.assumptions))
        most = source.most
        command = restart_command(pod.item)
        must = source.most.seconds is None
        return replace(base, hot=None if not must else False, restart=must, most=most, rollout=rollout if must else None,
                       least=source.forced, command=command if must else "")  # fmt: skip

    def _rollout(self, pod: _Pod, replicas: int | None) -> Rollout | None:
        return rollout_of(
            self._repository, pod.item, pod.spec, replicas, nodes=self._setting.nodes, startup=self._setting.startup
        )

    def _scheduled(self, base: Consumer, item: Item) -> Consumer:
        schedule = shown(text(item.tree, "spec", "schedule"))
        gap = longest_gap(schedule)
        ready = self._ready(None)
        notes = list(base.notes)
        if text(item.tree, "spec", "suspend") == "true":
            notes.append("suspended: it runs only when somebody starts it")
            gap = None
        next_run = Time((Term(gap, f'the longest gap of "{schedule}"', str(item.place)),)) if gap else Time(
            never="suspended" if text(item.tree, "spec", "suspend") == "true" else f'the schedule "{schedule}" cannot be read'
        )  # fmt: skip
        notes.append(f"a run that starts within {spoken(ready.seconds)} of the change still uses the old value" if ready.seconds
                     else "a run that starts before the Secret has changed still uses the old value")  # fmt: skip
        return replace(base, hot=False, restart=False, schedule=schedule, next_run=gap, most=next_run,
                       least=self._ready(None, forced=True), command=restart_command(item), notes=tuple(notes))  # fmt: skip

    def _pod_notes(self, pod: _Pod, reference: Reference) -> tuple[str, ...]:
        notes: list[str] = []
        if reference.optional:
            notes.append("optional: it starts without the Secret as well")
        if pod.item.kind == "Pod":
            notes.append("a pod without a controller is not made again: apply its manifest after deleting it")
        made = self._subject.made
        if any(one.immutable for one in made):
            notes.append("the Secret is immutable: it has to be deleted and made again, and the pods too")
        kinds = {one.kind for one in made}
        if "SecretProviderClass" in kinds and not reference.provider:
            notes.append("the Secret exists only while some pod mounts its SecretProviderClass")
        return tuple(notes)

    def _of_bystander(self, item: Item, reference: Reference) -> Iterator[Consumer]:
        reasons = self._matched(item, reference)
        if reasons is None:
            return
        affected = self._subject.holds(reference.keys)
        base = self._consumer(item, reference, reasons, affected=affected)
        if not affected:
            yield base
        elif reference.via == Via.EDGE:
            term = Term(EDGE, "the edge reloads by itself", "allowance")
            yield replace(base, hot=True, most=self._source.most.plus(term), least=self._source.forced.plus(term))
        elif installs_charts(item) and reference.via in (Via.ENV, Via.ENV_FROM):
            yield self._release(base, item, reference)
        elif reference.via in (Via.IMAGE_PULL, Via.SERVICE_ACCOUNT):
            ready = self._ready(reference)
            yield replace(base, hot=True, most=ready, least=self._ready(reference, forced=True),
                          notes=("the next pod that starts takes the new value",))  # fmt: skip
        else:
            yield self._operator(base, item, reference)

    def _release(self, base: Consumer, item: Item, reference: Reference) -> Consumer:
        """Environment variables in Helm values: the chart's pods have to start anew, whatever they are called."""
        automatic = "Reloader" if asks_for_restart(item) else ""
        command = ""
        if item.kind != "Values":
            label = quoted(f"app.kubernetes.io/instance={release_name(item)}")
            where = f"-n {quoted(base.namespace)} " if base.namespace else ""
            command = f"kubectl {where}rollout restart deployment,statefulset,daemonset -l {label}"
        note = "how many pods the chart runs is not known; their rollout comes on top"
        return replace(
            base, hot=False, restart=not automatic, automatic=automatic, command=command, notes=(note,),
            most=self._ready(reference), least=self._ready(reference, forced=True),
        )  # fmt: skip

    def _operator(self, base: Consumer, item: Item, reference: Reference) -> Consumer:
        count = seconds(reference.interval) if reference.interval else None
        if count is None and item.kind in ("SecretStore", "ClusterSecretStore"):
            term = Term(0, "read with each fetch", "External Secrets asks for it every time")
            return replace(
                base, hot=True, most=self._source.most.plus(term), least=self._source.forced, notes=self._fed_by(item)
            )  # fmt: skip
        if count is None:
            reason = f"when {item.kind} reads it again is decided by its controller and not written here"
            return replace(base, hot=None, most=Time(self._source.most.terms, reason), least=self._source.forced)
        term = Term(count, f"{item.kind} reads it again", f"interval {reference.interval}, {item.place}")
        return replace(base, hot=True, most=self._source.most.plus(term), least=self._source.forced)

    def _fed_by(self, store: Item) -> tuple[str, ...]:
        """What stops being fetched when the store's credential fails."""
        fed = [made.item.label for made in self._repository.made if _reads(made.store, store)]
        listed = ", ".join(list(dict.fromkeys(fed))[:6]) + (f" and {len(fed) - 6} more" if len(fed) > 6 else "")
        return (f"feeds {listed}: these get nothing while the credential is wrong",) if fed else ()

    def _of_values(self, found: list[Consumer]) -> Iterator[Consumer]:
        """Helm values that name the Secret, unless a template of the chart was already followed to them."""
        followed = " ".join(reason for one in found for reason in one.inferred)
        for item, reference in self._repository.settings:
            reasons = self._matcher.match(item, reference.secret)
            if reasons is not None and f"({reference.place})" not in followed:
                affected = self._subject.holds(reference.keys)
                base = self._consumer(item, reference, (*reference.inferred, *reasons), affected=affected)
                yield self._operator(base, replace(item, kind="the chart"), reference)

    def _consumer(self, item: Item, reference: Reference, reasons: tuple[str, ...], *, affected: bool) -> Consumer:
        return Consumer(
            kind=item.kind, namespace=item.namespace or self._subject.namespace, name=shown(item.name), place=reference.place,
            via=reference.how, secret=self._subject.label, key=",".join(reference.keys) if len(reference.keys) < 4 else "",
            container=reference.container, affected=affected, inferred=reasons,
        )  # fmt: skip

    def _ready(self, reference: Reference | None, *, forced: bool = False) -> Time:
        """Until a container that starts then gets the new value."""
        source = self._source.forced if forced else self._source.most
        return source.plus(self._setting.kubelet.start_lag)

    def _mounted(self, source: Time) -> Time:
        return source.plus(self._setting.kubelet.resync, self._setting.kubelet.lag)

    def _only_affected(self, found: list[Consumer]) -> Iterator[Consumer]:
        """A workload that uses the leaked key needs no line for its other keys."""
        busy = {(one.kind, one.namespace, one.name) for one in found if one.affected}
        for one in found:
            if one.affected or (one.kind, one.namespace, one.name) not in busy:
                yield one


_RUNNING = (
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "Rollout",
    "Pod",
    "DeploymentConfig",
    "CloneSet",
    "Service",
)
_SCALED = (
    "Deployment",
    "StatefulSet",
    "ReplicaSet",
    "ReplicationController",
    "DeploymentConfig",
    "Rollout",
    "CloneSet",
)


def _reads(reference: str, store: Item) -> bool:
    kind, _, rest = reference.partition("/")
    namespace, _, name = rest.rpartition("/")
    return kind == store.kind and name == store.name and namespace in ("", store.namespace)


def _order(one: Consumer) -> tuple[int, str, str, str, str, int]:
    """What keeps running first, then what restarts, what runs by schedule, what is no workload, what is unaffected."""
    if not one.affected:
        rank = 4
    elif one.schedule or any("next run" in note for note in one.notes):
        rank = 2
    elif one.restart or one.automatic:
        rank = 1
    else:
        rank = 0 if one.kind in _RUNNING else 3
    return rank, one.namespace, one.kind, one.name, one.via, one.place.line
