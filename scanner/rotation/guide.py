"""One rotation guide as written in YAML, checked key by key.

A guide says in which order to replace one kind of credential so that nothing stops working: its steps
follow the phases below, and the old value is revoked near the end. Text and commands may hold
placeholders such as ``{namespace}``; ``advice.py`` fills them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

PHASES = ("contain", "create", "publish", "propagate", "verify", "disable", "revoke", "audit", "clean")

# A name in braces that is neither a shell expansion (``${X}``) nor a template (``{{ x }}``) nor JSON.
PLACEHOLDER = re.compile(r"(?<![${])\{([a-z][a-z_]*)\}(?!\})")

# A whole link: https, a host name with a dot, and nothing that a terminal or Markdown would trip over.
_LINK = re.compile(
    r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(/[A-Za-z0-9._~%/+:@-]*)?(\?[A-Za-z0-9=&_.-]+)?(#[A-Za-z0-9._/-]+)?"
)


@dataclass(frozen=True, slots=True)
class GuideStep:
    """One thing to do. ``command`` may have several lines, or be empty for work on a web page."""

    phase: str
    text: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class Guide:
    """How one kind of credential is replaced.

    ``last_used`` says how to see who used it and when, ``blast_radius`` what it opens, ``traps`` what
    goes wrong when it is done in a hurry. ``links`` are whole https addresses.
    """

    id: str
    title: str
    summary: str
    steps: tuple[GuideStep, ...]
    last_used: str
    blast_radius: str
    traps: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


# The same for every provider, and added where a guide has nothing better to say.
CLEAN = GuideStep(
    "clean",
    "Replace the literal in git with a reference to the store, and keep it out from now on. Rewriting history is "
    "optional and no revocation: forks, clones and caches keep what they have.",
)


class GuideSyntaxError(ValueError):
    """A key or value of a guide is not of the format; the loader adds the file."""


_TEXTS = ("id", "title", "summary", "last_used", "blast_radius")
KEYS = frozenset((*_TEXTS, "steps", "traps", "links"))


def parse_guide(entry: object) -> Guide:
    """The guide in a parsed YAML document, or GuideSyntaxError naming the key that is wrong."""
    if not isinstance(entry, Mapping):
        raise GuideSyntaxError("a guide is a mapping (keys and values)")
    unknown = sorted(str(key) for key in entry if key not in KEYS)
    if unknown:
        raise GuideSyntaxError(f"unknown key {unknown[0]!r}; known keys: {', '.join(sorted(KEYS))}")
    texts = {key: _text(entry, key) for key in _TEXTS}
    steps = entry.get("steps")
    if not isinstance(steps, list) or not steps:
        raise GuideSyntaxError("'steps' must be a list with at least one step")
    links = _texts(entry, "links")
    for link in links:
        check_link(link)
    read = tuple(_step(item) for item in steps)
    if all(step.phase != "clean" for step in read):
        read = (*read, CLEAN)
    guide = Guide(**texts, steps=read, traps=_texts(entry, "traps"), links=links)
    _check_order(guide.steps)
    return guide


def check_link(link: str) -> None:
    """GuideSyntaxError unless ``link`` is a whole https address. Its form is checked; nothing is fetched."""
    if not _LINK.fullmatch(link):
        raise GuideSyntaxError(f"'links' holds {link!r}, which is not a whole https address")


def _check_order(steps: tuple[GuideStep, ...]) -> None:
    """Phases follow their order, so that nothing is revoked before its successor is in use."""
    ranks = [PHASES.index(step.phase) for step in steps]
    for earlier, later in pairwise(ranks):
        if later < earlier:
            raise GuideSyntaxError(f"step of phase {PHASES[later]!r} comes after one of phase {PHASES[earlier]!r}")


def _step(item: object) -> GuideStep:
    if not isinstance(item, Mapping):
        raise GuideSyntaxError("a step is a mapping with 'phase' and 'text'")
    unknown = sorted(str(key) for key in item if key not in ("phase", "text", "command"))
    if unknown:
        raise GuideSyntaxError(f"a step has the unknown key {unknown[0]!r}")
    phase = item.get("phase")
    if phase not in PHASES:
        raise GuideSyntaxError(f"'phase' is {phase!r}; it must be one of {', '.join(PHASES)}")
    command = item.get("command", "")
    if not isinstance(command, str):
        raise GuideSyntaxError("'command' must be a string (quote it)")
    return GuideStep(str(phase), _text(item, "text"), command.strip())


def _text(entry: Mapping[object, object], key: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise GuideSyntaxError(f"{key!r} is missing, empty or not a string")
    return " ".join(value.split())


def _texts(entry: Mapping[object, object], key: str) -> tuple[str, ...]:
    value = entry.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise GuideSyntaxError(f"{key!r} must be a list of strings")
    return tuple(" ".join(item.split()) for item in value)
