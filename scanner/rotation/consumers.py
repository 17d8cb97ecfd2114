"""Everything that uses one Secret, with the time until each has the new value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from scanner.rotation.arrivals import Arrivals, Pod, Setting
from scanner.rotation.items import Item
from scanner.rotation.mentions import Mention, asks_for
from scanner.rotation.names import shown
from scanner.rotation.references import Reference, Via, service_account
from scanner.rotation.repository import Repository
from scanner.rotation.runbook import NEXT_RUN, Consumer
from scanner.rotation.settings import installs_charts
from scanner.rotation.sources import SourceTime
from scanner.rotation.subjects import Matcher, Subject
from scanner.rotation.tree import text, with_entry

# Argo CD keeps credentials of repositories and clusters in Secrets with this label, and watches them
# (argo-cd docs/operator-manual/declarative-setup.md).
_FOUND_BY_LABEL = {"argocd.argoproj.io/secret-type": "Argo CD"}

# TLS Secrets are used with all their keys; naming each would only widen the table.
_KEYS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Found:
    """Consumers of a subject; ``unresolved`` are mentions that may or may not mean it."""

    consumers: tuple[Consumer, ...]
    unresolved: tuple[str, ...]
    assumptions: tuple[str, ...]


class ConsumerFinder:
    """Finds the consumers of one subject whose new value arrives after ``source``."""

    def __init__(self, repository: Repository, subject: Subject, source: SourceTime, setting: Setting) -> None:
        self._repository = repository
        self._subject = subject
        self._arrivals = Arrivals(repository, subject, source, setting)
        self._matcher = Matcher(repository, subject)
        self._open: dict[tuple[str, str], dict[str, None]] = {}
        self._rollouts = {
            (text(ref, "kind"), text(ref, "name"), rollout.namespace, rollout.overlay): rollout
            for rollout in repository.of_kind("Rollout")
            if (ref := rollout.get("spec", "workloadRef")) is not None
        }
        self._accounts: dict[tuple[str, str, str], list[tuple[Item, tuple[Reference, ...]]]] = {}
        for uses in repository.uses:
            item = uses.item
            if item.kind == "ServiceAccount":
                self._accounts.setdefault((item.overlay, item.namespace, item.name), []).append((item, uses.others))

    def find(self) -> Found:
        """All of them, workloads first, each use once."""
        found: list[Consumer] = []
        accounts: set[tuple[str, str, str]] = set()
        for uses in self._repository.uses:
            for pods in uses.pods:
                pod = Pod(self._rollout_target(uses.item), pods.path, pods.spec)
                found += self._of_pod(pod, pods.references)
                found += self._through_account(pod, accounts)
        for uses in self._repository.uses:
            for reference in uses.others:
                account = (uses.item.overlay, uses.item.namespace, uses.item.name)
                if uses.item.kind != "ServiceAccount" or account not in accounts:
                    found += self._of_bystander(uses.item, reference)
        found += self._of_labels()
        found += self._of_values(found)
        found += self._of_mentions(found)
        rows = tuple(sorted(_distinct(self._only_affected(found)), key=_order))
        return Found(rows, tuple(self._unresolved()), tuple(self._arrivals.assumptions))

    def _unresolved(self) -> Iterator[str]:
        """Names that only rendering could tell, one sentence for each template."""
        for (where, template), places in self._open.items():
            first, *rest = places
            more = f" and {len(rest)} more" if rest else ""
            yield f"{where}: the template {template} may name this Secret; it is not rendered here ({first}{more})"

    def _rollout_target(self, item: Item) -> Item:
        """An Argo Rollout can borrow another workload's template; what has to be restarted is the Rollout."""
        rollout = self._rollouts.get((item.kind, item.name, item.namespace, item.overlay))
        if rollout is None:
            return item
        template = item.get("spec", "template")
        return replace(
            rollout, tree=with_entry(rollout.tree, ("spec", "template"), template) if template else item.tree
        )

    def _through_account(self, pod: Pod, accounts: set[tuple[str, str, str]]) -> Iterator[Consumer]:
        name = pod.item.called("ServiceAccount", service_account(pod.spec))
        wanted = (pod.item.overlay, pod.item.namespace, name)
        for account, references in self._accounts.get(wanted, ()):
            if any(self._matcher.match(account, ref.secret) is not None for ref in references):
                accounts.add(wanted)
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

    def _of_pod(self, pod: Pod, references: Iterable[Reference]) -> Iterator[Consumer]:
        for reference in references:
            reasons = self._matched(pod.item, reference)
            if reasons is not None:
                yield self._arrivals.in_pod(self._consumer(pod.item, reference, reasons), pod, reference)

    def _of_bystander(self, item: Item, reference: Reference) -> Iterator[Consumer]:
        reasons = self._matched(item, reference)
        if reasons is not None:
            yield self._arrivals.elsewhere(self._consumer(item, reference, reasons), item, reference)

    def _of_labels(self) -> Iterator[Consumer]:
        """Controllers that look for Secrets by a label and are named nowhere."""
        for made in self._subject.made:
            for label, who in _FOUND_BY_LABEL.items():
                value = made.label(label)
                if value is not None:
                    reference = Reference(Via.EDGE, made.name, value.place, f"label {label}")
                    base = replace(self._consumer(made.item, reference, ()), kind=who, name=shown(value.text))
                    yield self._arrivals.elsewhere(base, made.item, reference)

    def _of_values(self, found: list[Consumer]) -> Iterator[Consumer]:
        """Helm values that name the Secret, unless a template of the chart was already followed to them."""
        followed = _followed(found)
        for item, reference in self._repository.settings:
            reasons = self._matcher.match(item, reference.secret)
            if reasons is not None and f"({reference.place})" not in followed:
                base = self._consumer(item, reference, (*reference.inferred, *reasons))
                yield self._arrivals.elsewhere(base, item, reference)

    def _of_mentions(self, found: list[Consumer]) -> Iterator[Consumer]:
        """Fields whose value is the Secret's name, and scripts that ask for it, where nothing else was found."""
        known = {one.place for one in found}
        followed = _followed(found)
        mentions = self._repository.mentions
        for mention in (*mentions.get(self._subject.name, ()), *mentions.get("", ())):
            place = mention.leaf.place
            if place in known or f"({place})" in followed:
                continue
            if mention.script and not asks_for(mention, self._subject.name):
                continue
            reasons = self._matcher.match(mention.item, self._subject.name)
            if reasons is not None:
                yield self._mentioned(mention, reasons)

    def _mentioned(self, mention: Mention, reasons: tuple[str, ...]) -> Consumer:
        item = mention.item
        kind = "values" if installs_charts(item) else item.kind
        how, why = f"{kind} {mention.field}", f"the value of {mention.field} is the Secret's name"
        if mention.script:
            how, why = f"script in {mention.field}", "a script asks for it by name"
        via = Via.SCRIPT if mention.script else Via.OPERATOR
        reference = Reference(via, mention.name, mention.leaf.place, how)
        return self._arrivals.elsewhere(self._consumer(item, reference, (why, *reasons)), item, reference)

    def _consumer(self, item: Item, reference: Reference, reasons: tuple[str, ...]) -> Consumer:
        return Consumer(
            kind=item.kind,
            namespace=item.namespace or self._subject.namespace,
            name=shown(item.name),
            place=reference.place,
            via=reference.how,
            secret=self._subject.label,
            key=",".join(reference.keys) if len(reference.keys) <= _KEYS_SHOWN else "",
            container=reference.container,
            affected=self._subject.holds(reference.keys),
            inferred=(*reasons, *self._subject.inferred),
        )

    def _only_affected(self, found: list[Consumer]) -> Iterator[Consumer]:
        """A workload that uses the leaked key needs no line for its other keys."""
        busy = {(one.kind, one.namespace, one.name) for one in found if one.affected}
        for one in found:
            if one.affected or (one.kind, one.namespace, one.name) not in busy:
                yield one


def _distinct(found: Iterable[Consumer]) -> Iterable[Consumer]:
    """Each use once. What several overlays render of one document is one use when it can only be the same Secret."""
    kept: dict[tuple[object, ...], Consumer] = {}
    for one in found:
        use = (one.kind, one.namespace, one.name, one.place, one.via, one.container)
        if use not in kept or len(one.inferred) < len(kept[use].inferred):
            kept[use] = one
    return kept.values()


def _followed(found: Iterable[Consumer]) -> str:
    """The places of chart values that templates were followed to, somewhere in one text."""
    return " ".join(reason for one in found for reason in one.inferred)


_RUNNING = frozenset(
    """Deployment StatefulSet DaemonSet ReplicaSet Rollout Pod DeploymentConfig CloneSet Service""".split()
)


def _order(one: Consumer) -> tuple[int, str, str, str, str, int]:
    """What keeps running first, then what restarts, what runs by schedule, what is no workload, what is unaffected."""
    if not one.affected:
        rank = 4
    elif one.when == NEXT_RUN:
        rank = 2
    elif one.restart or one.automatic:
        rank = 1
    else:
        rank = 0 if one.kind in _RUNNING else 3
    return rank, one.namespace, one.kind, one.name, one.via, one.place.line
