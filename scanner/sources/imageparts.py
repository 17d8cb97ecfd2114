"""The texts of an image apart from its files: environment, labels, the history of its build, attestations.

Each part is written as lines, so that the rules for such files read it, and every line knows the step it came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from scanner.model.filekind import FileKind
from scanner.sources.imagemanifest import leaves, parse
from scanner.sources.instructions import Instruction, from_history

_MOST_STEPS = 2000
# Read apart, line by line, or made of digests alone.
_APART = frozenset({"Env", "Labels"})
_ELSEWHERE = frozenset({"history", "rootfs", "container_config"})


class Part(NamedTuple):
    """One text: its name below the image, its kind, its bytes, and the place of its step in the history (or -1)."""

    name: str
    kind: FileKind
    data: bytes
    step: int = -1


class Step(NamedTuple):
    """One entry of the history; ``layer`` counts from 1, 0 where the step made none."""

    instruction: Instruction
    layer: int


def steps(config: Mapping[str, object]) -> list[Step]:
    """How the image was built, the oldest step first."""
    found: list[Step] = []
    layer = 0
    history = config.get("history")
    for entry in (history if isinstance(history, list) else [])[:_MOST_STEPS]:
        told = entry if isinstance(entry, dict) else {}
        empty = told.get("empty_layer") is True
        layer += not empty
        found.append(Step(from_history(str(told.get("created_by") or "")), 0 if empty else layer))
    return found


def cut(config: Mapping[str, object]) -> str:
    """What to say of a history that is longer than is read; mostly empty."""
    history = config.get("history")
    long = isinstance(history, list) and len(history) > _MOST_STEPS
    return f"has more than {_MOST_STEPS:,} steps in its history: those after them were not scanned" if long else ""


def annotations_part(annotations: Sequence[str]) -> Part:
    """What is said of the images, of their layers and of the whole archive."""
    return Part("annotations", FileKind.CONFIG, _lines(annotations))


def config_parts(config: Mapping[str, object], history: Sequence[Step]) -> Iterator[Part]:
    """Everything in a configuration that can hold a secret."""
    for place in ("config", "container_config"):
        inner = config.get(place)
        settings = inner if isinstance(inner, dict) else {}
        environment = [str(item) for item in settings.get("Env") or ()] if isinstance(settings.get("Env"), list) else []
        if environment:
            yield Part(f"{place}/env", FileKind.DOTENV, _lines(environment))
        labels = settings.get("Labels")
        if isinstance(labels, dict) and labels:
            yield Part(f"{place}/labels", FileKind.CONFIG, _lines(f"{key}={value}" for key, value in labels.items()))
        others = [(key, value) for key, value in settings.items() if key not in _APART]
        rest = [f"{key}: {value}" for name, inner in others for key, value in leaves(inner, name)]
        if rest:
            yield Part(f"{place}/other", FileKind.SHELL, _lines(rest))
    rest = [f"{key}: {value}" for name, inner in config.items() if name not in _ELSEWHERE | {"config"}
            for key, value in leaves(inner, name)]  # fmt: skip
    if rest:
        yield Part("config/image", FileKind.CONFIG, _lines(rest))
    yield from _history_parts(config, history)


def _history_parts(config: Mapping[str, object], history: Sequence[Step]) -> Iterator[Part]:
    for place, step in enumerate(history):
        instruction = step.instruction
        if instruction.arguments:
            yield Part(f"history/{place + 1}/build-arguments", FileKind.DOTENV, _lines(instruction.arguments), place)
        if instruction.text:
            line = f"{instruction.keyword} {instruction.text}".strip()
            yield Part(f"history/{place + 1}", FileKind.SHELL, _lines([line]), place)
    entries = config.get("history")
    if isinstance(entries, list):
        notes = [f"{key}: {value}" for entry in entries[:_MOST_STEPS] if isinstance(entry, dict)
                 for name in ("comment", "author") for key, value in leaves(entry.get(name), name)]  # fmt: skip
        if notes:
            yield Part("history/notes", FileKind.PROSE, _lines(notes))


def attestation_part(data: bytes, number: int) -> Part:
    """The strings of an in-toto statement (provenance with build arguments, lists of packages) a line each."""
    found = parse(data)
    lines = [f"{key.removeprefix('build-arg:')}={value}" for key, value in leaves(found)]
    return Part(f"attestations/{number}", FileKind.DOTENV, _lines(lines) if lines else data)


def _lines(lines: Sequence[str] | Iterator[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")
