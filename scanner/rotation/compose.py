"""From an index and a leak to runbooks: one for each overlay in which the Secret exists."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from scanner.model.errors import UsageError
from scanner.model.finding import Finding
from scanner.rotation.advice import Advice, fill
from scanner.rotation.arrivals import Setting
from scanner.rotation.choosing import VAGUE, choose_guide
from scanner.rotation.consumers import ConsumerFinder, Found
from scanner.rotation.copies import Copies, copies_of, mirrored_by_annotation
from scanner.rotation.guides import GENERIC, guide_or_generic
from scanner.rotation.items import NOTHING
from scanner.rotation.kubelet import kubelet_of
from scanner.rotation.made import Made
from scanner.rotation.names import shown
from scanner.rotation.overlap import Overlap, overlap_of
from scanner.rotation.plan import Plan, steps_of
from scanner.rotation.publishing import publication, remote_words
from scanner.rotation.readers import readers_of
from scanner.rotation.repository import Repository
from scanner.rotation.rollouts import STARTUP
from scanner.rotation.runbook import Advised, Consumer, Exposure, Leak, Producer, Reader, Runbook, Step
from scanner.rotation.sources import SourceTime, source_time
from scanner.rotation.stores import find_store
from scanner.rotation.subjects import Subject, find_subjects
from scanner.rotation.tree import text


@dataclass(frozen=True, slots=True)
class Question:
    """What a runbook is asked for. ``path`` is the file the value was found in; ``guide`` may be empty.

    ``fingerprint`` and ``length`` identify the value without giving it away. ``nodes`` is the cluster's size,
    ``startup`` the seconds a container takes to start.
    """

    name: str
    namespace: str = ""
    key: str = ""
    path: str = ""
    guide: str = ""
    detail: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    fingerprint: str = ""
    length: int = 0
    exposure: Exposure | None = None
    nodes: int | None = None
    startup: int = STARTUP


def runbooks_for(repository: Repository, question: Question) -> list[Runbook]:
    """One runbook an overlay. UsageError when nothing in the repository knows such a Secret."""
    subjects = find_subjects(
        repository, question.name, namespace=question.namespace, key=question.key, path=question.path
    )
    if not subjects:
        keys = frozenset({question.key} if question.key else ())
        subjects = [Subject(question.namespace, question.name, keys)]
    books = [_Composer(repository, subject, question).compose() for subject in subjects]
    if not any(book.producers or book.consumers for book in books) and question.exposure is None:
        raise UsageError(_unknown(repository, subjects[0].label))
    return books


def _unknown(repository: Repository, label: str) -> str:
    known = sorted(
        {f"{made.namespace}/{shown(made.name)}" if made.namespace else shown(made.name) for made in repository.made}
    )
    near = difflib.get_close_matches(label, known, 3, 0.5)
    hint = f"; near it: {', '.join(near)}" if near else ""
    return f"none of {repository.files} manifest files names a Secret {label!a}{hint}"


def guide_book(
    advice: Advice, title: str, *, finding: Finding | None = None, exposure: Exposure | None = None
) -> Runbook:
    """A runbook of nothing but the guide: for a rule, or for a value that belongs to no Secret of the repository."""
    leak = Leak("", title, fingerprint=finding.fingerprint if finding else "")
    steps = tuple(
        Step(number, step.phase, step.text, step.command, manual=not step.command)
        for number, step in enumerate(advice.steps, 1)
    )
    notes = ("no Secret of this repository is made of the value; who uses it is not known here",) if finding else ()
    return Runbook(
        leak, _advised(advice, "", contain=False), steps=steps, exposure=exposure, assumptions=notes, guide_only=True
    )


def _advised(advice: Advice, why: str, *, contain: bool = True) -> Advised:
    return Advised(
        guide=advice.guide,
        title=advice.title,
        summary=advice.summary,
        links=advice.links,
        last_used=advice.last_used,
        blast_radius=advice.blast_radius,
        traps=advice.traps,
        why=why,
        contain=tuple(step for step in advice.steps if step.phase == "contain") if contain else (),
    )


class _Composer:
    """Puts one runbook together."""

    def __init__(self, repository: Repository, subject: Subject, question: Question) -> None:
        self._repository = repository
        self._subject = self._with_fed_keys(subject)
        self._question = question
        self._primary = _primary(subject.made, question.key)
        self._kubelet = kubelet_of(repository, nodes=question.nodes)
        self._setting = Setting(self._kubelet, question.nodes, question.startup)
        self._assumptions: dict[str, None] = {}
        self._unresolved: dict[str, None] = {}

    def compose(self) -> Runbook:
        copies = copies_of(self._repository, self._subject, self._question.key)
        subjects = (self._subject, *copies.subjects)
        sources = [
            source_time(self._repository, _placed(_primary(subject.made, self._question.key), subject), self._kubelet)
            for subject in subjects
        ]
        consumers: list[Consumer] = []
        planned: list[Consumer] = []
        for subject, source in zip(subjects, sources, strict=True):
            found = self._find(subject, source)
            consumers += found.consumers
            if source.must_force:
                # The plan forces the delivery, and the old value is needed only until that has worked.
                found = self._find(subject, replace(source, most=source.forced))
            planned += found.consumers
        overlap = overlap_of(consumers, planned, sources)
        advice, why = self._advice(consumers)
        self._remark(copies, sources, consumers)
        steps = steps_of(
            Plan(
                advice=advice,
                publications=tuple(
                    publication(
                        self._repository, one, _placed(_primary(one.made, self._question.key), one), self._question.key
                    )
                    for one in (subjects if not self._primary else (self._subject,))
                ),
                sources=tuple(sources),
                consumers=tuple(consumers),
                overlap=overlap.seconds,
                overlap_text=overlap.text,
                immutable=self._immutable(subjects),
                leaked=self._question.exposure is not None,
            )
        )
        return self._book(copies, consumers, overlap, advice, why, steps=steps)

    def _book(
        self,
        copies: Copies,
        consumers: list[Consumer],
        overlap: Overlap,
        advice: Advice,
        why: str,
        *,
        steps: tuple[Step, ...],
    ) -> Runbook:
        subject, question = self._subject, self._question
        readers: dict[Reader, None] = {}
        for one in (subject, *copies.subjects):
            allowed = readers_of(self._repository, one)
            readers.update(dict.fromkeys(allowed.found))
            if allowed.unknown:
                self._assumptions[allowed.remark()] = None
        leak = Leak(
            subject.namespace, shown(subject.name), question.key, question.fingerprint, question.length, subject.overlay
        )
        return Runbook(
            leak=leak,
            advised=_advised(advice, why),
            producers=tuple(self._producer(made) for made in _ordered(subject.made, self._primary)),
            copies=tuple(self._producer(made, one) for one in copies.subjects for made in one.made),
            consumers=tuple(consumers),
            readers=tuple(readers),
            overlap=overlap.seconds,
            overlap_reason=overlap.reason,
            overlap_text=overlap.text,
            overlap_terms=overlap.terms,
            fastest=overlap.fastest,
            steps=steps,
            assumptions=tuple(self._assumptions),
            unresolved=tuple(self._unresolved),
            exposure=question.exposure,
        )

    def _with_fed_keys(self, subject: Subject) -> Subject:
        """The leaked key and all keys of the Secret that are made of the same outside value."""
        keys = set(subject.keys)
        for made in subject.made:
            for key in subject.keys:
                remotes = tuple(remote for remote in made.remotes(key) if remote.key)
                fed = made.keys_with(remotes) if remotes else frozenset()
                keys |= {one for one in fed if one != "*"}
        return replace(subject, keys=frozenset(keys))

    def _find(self, subject: Subject, source: SourceTime) -> Found:
        found = ConsumerFinder(self._repository, subject, source, self._setting).find()
        self._assumptions.update(dict.fromkeys(found.assumptions))
        self._unresolved.update(dict.fromkeys(found.unresolved))
        return found

    def _producer(self, made: Made, copy: Subject | None = None) -> Producer:
        """``copy`` is the Secret that ``made`` makes, where it is another than the one asked for."""
        key = self._question.key if copy is None else next(iter(sorted(copy.keys)), "")
        chain = [made.item.label if not made.item.generated else f"secretGenerator {shown(made.name)}"]
        store = find_store(self._repository, made.store)
        if store is not None and made.kind != "SecretProviderClass":
            chain.append(f"store {store.name}" + (f" ({store.provider})" if store.provider else ""))
        words = remote_words(made, key)
        if words:
            chain.append(words)
        return Producer(
            made.kind,
            made.namespace,
            shown(made.name),
            made.key_place(key),
            tuple(chain),
            (*made.item.inferred, *(copy.inferred if copy else ())),
        )

    def _advice(self, consumers: list[Consumer]) -> tuple[Advice, str]:
        question = self._question
        guide, why = question.guide, ""
        if guide in VAGUE:
            guide, why = choose_guide(question.name, question.key, self._primary, self._provider())
            guide = question.guide if guide == GENERIC and question.guide else guide
        stores = [one.label for one in consumers if one.kind in ("SecretStore", "ClusterSecretStore")]
        if stores and question.guide in VAGUE:
            guide, why = (
                "secret-store-credential",
                f"chosen because {stores[0]} logs in with it; --guide ID takes another",
            )
        detail = {
            "namespace": self._subject.namespace,
            "name": shown(self._subject.name),
            "key": question.key,
            **question.detail,
        }
        if self._primary is not None and self._primary.kind == "Certificate":
            detail["certificate"] = self._primary.item.name
        return fill(guide_or_generic(guide), {key: value for key, value in detail.items() if value}), why

    def _provider(self) -> str:
        store = find_store(self._repository, self._primary.store) if self._primary else None
        return store.provider if store else ""

    def _immutable(self, subjects: tuple[Subject, ...]) -> tuple[str, ...]:
        return tuple(
            f"kubectl {'-n ' + one.namespace + ' ' if one.namespace else ''}delete secret {shown(made.name)}"
            for one in subjects
            for made in one.made
            if made.fixed
        )

    def _remark(self, copies: Copies, sources: list[SourceTime], consumers: list[Consumer]) -> None:
        """Everything the reader has to know about how the numbers came to be, and what is missing."""
        subject = self._subject
        notes = self._assumptions
        for source in sources:
            notes.update(dict.fromkeys(source.assumptions))
        affected = [one for one in consumers if one.affected]
        if any(one.rollout and one.rollout.waves for one in affected):
            notes[f"a container is taken to start within {self._question.startup} s; image pulls are not counted"] = (
                None
            )
        if any(not one.restart and one.hot is not True for one in affected if one.mounted):
            notes.update(dict.fromkeys(self._kubelet.assumptions))
            notes[
                "a program that reads a mounted file only once keeps the old value; whether it does cannot be seen here"
            ] = None
        if any(one.automatic == "Reloader" for one in consumers) and not self._runs("reloader"):
            notes["Reloader is asked for by annotation, but its own manifest is not in this repository"] = None
        for words in copies.pushes:
            notes[words] = None
        mirrored = mirrored_by_annotation(subject)
        if mirrored:
            notes[f"a controller copies the Secret to other namespaces ({mirrored})"] = None
        if not affected:
            notes[f"no manifest in this repository uses {subject.label}; uses elsewhere are not known here"] = None
        self._remark_unresolved(copies, consumers)

    def _remark_unresolved(self, copies: Copies, consumers: list[Consumer]) -> None:
        subject, unresolved = self._subject, self._unresolved
        if not subject.made:
            unresolved[
                f"nothing in this repository makes {subject.label}; where the new value has to go is not known"
            ] = None
        if len(subject.made) > 1 and not _merging(subject.made):
            places = ", ".join(f"{made.item.label} ({made.place})" for made in subject.made)
            unresolved[f"more than one thing makes {subject.label}: {places}; whichever writes last wins"] = None
        for words in copies.unresolved:
            unresolved[words] = None
        overlays = {made.item.overlay for made in subject.made} | {self._overlay(one) for one in consumers}
        for overlay, note in self._repository.notes:
            if overlay in overlays:
                unresolved[note] = None
        key = self._question.key
        if key and subject.made and not any(made.open or key in made.keys for made in subject.made):
            unresolved[f"{subject.label} has no key {key!a} where it is made ({subject.made[0].place})"] = None

    def _overlay(self, consumer: Consumer) -> str:
        for item in self._repository.items:
            if item.place.file == consumer.place.file and item.kind == consumer.kind and item.overlay:
                return item.overlay
        return ""

    def _runs(self, word: str) -> bool:
        return any(
            word in item.name
            for item in self._repository.of_kind("Deployment", "HelmRelease", "Application", "HelmChart")
        )


def _primary(made: tuple[Made, ...], key: str) -> Made | None:
    return next(iter(_ordered(made, None, key)), None)


def _placed(made: Made | None, subject: Subject) -> Made | None:
    """``made`` for commands: in the namespace that was asked for where none is written."""
    if made is None or made.namespace:
        return made
    return replace(made, namespace=subject.namespace, item=replace(made.item, namespace=subject.namespace))


def _ordered(made: tuple[Made, ...], first: Made | None, key: str = "") -> list[Made]:
    """Whatever holds the key and takes it from outside comes first; a literal Secret last."""
    return sorted(
        made,
        key=lambda one: (one is not first, bool(key) and key not in one.keys and not one.open, one.kind == "Secret"),
    )


def _merging(made: tuple[Made, ...]) -> bool:
    """External Secrets can add keys to a Secret that something else makes; that is no conflict."""
    policies = {text(one.item.tree, "spec", "target", "creationPolicy") for one in made}
    return "Merge" in policies
