"""The ordered steps: the provider's from the guide, the cluster's from the repository. Revoking comes last."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scanner.rotation.advice import Advice, quoted
from scanner.rotation.durations import spoken
from scanner.rotation.guide import CLEAN, GuideStep
from scanner.rotation.publishing import Publication
from scanner.rotation.runbook import NEXT_PULL, NEXT_RUN, Consumer, Step
from scanner.rotation.sources import SourceTime

# A placeholder that nothing could fill: the command has to be completed by hand.
_BLANK = re.compile(r"<[\w.]+>")

_ROLLING = ("Deployment", "StatefulSet", "DaemonSet")
_SHORT = {"Deployment": "deploy", "StatefulSet": "sts", "DaemonSet": "ds"}


# Phase, text and commands of a step that has no number yet.
_Draft = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """What the steps are made of. ``sources`` are the Secret's and its copies'; ``leaked``: git holds the value."""

    advice: Advice
    publications: tuple[Publication, ...]
    sources: tuple[SourceTime, ...]
    consumers: tuple[Consumer, ...]
    overlap: int | None
    overlap_text: str
    immutable: tuple[str, ...] = ()
    leaked: bool = False
    length: int = 0


def steps_of(plan: Plan) -> tuple[Step, ...]:
    """All steps, numbered."""
    drafts = [
        _from_guide(plan.advice, "create", "Create the new credential beside the old one."),
        *_publish(plan.publications),
        _force(plan.sources, plan.consumers),
        _restart(plan.consumers, plan.immutable),
        _verify(plan),
        _wait(plan),
        _from_guide(plan.advice, "disable", "", also="revoke"),
        _from_guide(plan.advice, "audit", "Read the provider's log for the exposure window."),
        _from_guide(plan.advice, "clean", CLEAN.text) if plan.leaked else None,
    ]
    kept = _said_once([draft for draft in drafts if draft is not None])
    return tuple(
        Step(number, phase, text, command, manual=not command or bool(_BLANK.search(command)))
        for number, (phase, text, command) in enumerate(kept, 1)
    )


def _said_once(drafts: Iterable[_Draft]) -> list[_Draft]:
    """The drafts without commands that an earlier one has; cluster steps that have nothing else are left out."""
    known: set[str] = set()
    kept: list[_Draft] = []
    for phase, text, command in drafts:
        lines = command.splitlines()
        fresh = [line for line in lines if line not in known]
        known.update(lines)
        if lines and not fresh and phase in ("publish", "propagate"):
            continue
        kept.append((phase, text, "\n".join(fresh)))
    return kept


def _of_phase(advice: Advice, phase: str) -> list[GuideStep]:
    return [step for step in advice.steps if step.phase == phase]


def _from_guide(advice: Advice, phase: str, fallback: str, *, also: str = "") -> _Draft | None:
    steps = [*_of_phase(advice, phase), *(_of_phase(advice, also) if also else [])]
    if not steps:
        return (phase, fallback, "") if fallback else None
    return (also or phase), " ".join(step.text for step in steps), "\n".join(s.command for s in steps if s.command)


def _publish(publications: Iterable[Publication]) -> list[_Draft]:
    found = list(dict.fromkeys(publications))
    text = " ".join(one.text for one in found)
    commands = dict.fromkeys(one.command for one in found if one.command)
    return [("publish", text, "\n".join(commands))]


def _force(sources: Sequence[SourceTime], consumers: Sequence[Consumer]) -> _Draft | None:
    commands = dict.fromkeys(source.command for source in sources if source.command)
    mounted = dict.fromkeys(one.command for one in consumers if one.affected and not one.restart and _is_sync(one))
    must = any(source.must_force for source in sources)
    if not commands and not mounted:
        return None
    text = "Bring the new value into the cluster now; by itself it would not arrive." if must else (
        "Bring the new value into the cluster now instead of waiting for the next fetch."
    )  # fmt: skip
    if not commands:
        text = "Let the kubelet look at the pods' files now instead of at its next round."
    elif mounted:
        text += " The annotation on the pods makes the kubelet refresh mounted files at once; it can be left out."
    return "propagate", text, "\n".join([*commands, *mounted])


def _is_sync(consumer: Consumer) -> bool:
    return " annotate pods " in consumer.command


def _restart(consumers: Sequence[Consumer], immutable: Sequence[str]) -> _Draft | None:
    chosen = [one for one in consumers if one.affected]
    restarted = [one for one in chosen if one.restart and one.command]
    by_hand = list(dict.fromkeys(one.label for one in chosen if one.restart and not one.command))
    scheduled = [one for one in chosen if one.schedule and not one.asleep]
    automatic = list(dict.fromkeys(f"{one.label} ({one.automatic})" for one in chosen if one.automatic))
    if not (restarted or by_hand or scheduled or automatic or immutable):
        return None
    sentences = []
    if immutable:
        sentences.append("The Secret is immutable: delete it, let it be made again, then restart.")
    if restarted:
        labels = dict.fromkeys(one.label for one in restarted)
        sentences.append(f"Restart what took the value at its start: {', '.join(labels)}.")
    if by_hand:
        sentences.append(f"Restart by hand: {', '.join(by_hand)}.")
    if automatic:
        sentences.append(f"These restart by themselves: {', '.join(automatic)}.")
    if scheduled:
        labels = dict.fromkeys(one.label for one in scheduled)
        sentences.append(f"Suspend {', '.join(labels)} or run it once.")
    before, after = _alone(restarted)
    commands = [*immutable, *before, *_grouped(restarted), *after, *(one.command for one in scheduled if one.command)]
    return "propagate", " ".join(sentences), "\n".join(dict.fromkeys(commands))


def _alone(consumers: Iterable[Consumer]) -> tuple[list[str], list[str]]:
    """The commands that are for one consumer only: what has to come before a ``rollout restart``, and the others."""
    lines = [line for one in consumers for line in _lines(one)]
    before = [line for line in lines if " rollout resume " in line]
    return before, [line for line in lines if line not in before]


def _lines(consumer: Consumer) -> list[str]:
    lines = consumer.command.splitlines()
    return [line for line in lines if " rollout restart " not in line] if _rolls(consumer) else lines


def _rolls(consumer: Consumer) -> bool:
    """Whether kubectl restarts it pod by pod; what has ``OnDelete`` it only marks."""
    return consumer.kind in _ROLLING and "rollout restart" in consumer.command


def _grouped(consumers: Iterable[Consumer]) -> list[str]:
    """One ``rollout restart`` a namespace."""
    by_namespace: dict[str, dict[str, None]] = {}
    for one in consumers:
        if _rolls(one):
            by_namespace.setdefault(one.namespace, {})[f"{_SHORT[one.kind]}/{quoted(one.name)}"] = None
    return [
        f"kubectl {'-n ' + quoted(namespace) + ' ' if namespace else ''}rollout restart {' '.join(names)}"
        for namespace, names in by_namespace.items()
    ]


def _verify(plan: Plan) -> _Draft:
    guided = _of_phase(plan.advice, "verify")
    text = " ".join(step.text for step in guided) or "Check that the new value is in use and the old one is not."
    checks: dict[str, None] = {}
    for one in plan.consumers:
        # kubectl has no status to tell of pods that are deleted by hand.
        rolling = one.kind in _ROLLING if one.automatic else one.restart and _rolls(one)
        if one.affected and rolling:
            where = f"-n {quoted(one.namespace)} " if one.namespace else ""
            checks[f"kubectl {where}rollout status {_SHORT[one.kind]}/{quoted(one.name)}"] = None
    waiting = (NEXT_RUN, NEXT_PULL)
    unsure = [
        one
        for one in plan.consumers
        if one.affected and one.hot is None and not one.restart and one.when not in waiting
    ]
    files = dict.fromkeys(one.label for one in unsure if "volume" in one.via)
    others = dict.fromkeys(one.label for one in unsure if "volume" not in one.via)
    if files:
        text += (
            f" Whether {', '.join(files)} reads its files again cannot be seen from here: test it, or restart it too."
        )
    if others:
        text += f" When {', '.join(others)} asks for the Secret again is up to its controller: test that it works."
    return "verify", text, "\n".join([*checks, *(step.command for step in guided if step.command)])


def _wait(plan: Plan) -> _Draft:
    if plan.overlap is None:
        return (
            "verify",
            "Keep the old value valid until every consumer above has the new one"
            + (f" ({plan.overlap_text})." if plan.overlap_text else "."),
            "",
        )
    return "verify", f"Keep the old value valid for at least {spoken(plan.overlap)} ({plan.overlap_text}).", ""
