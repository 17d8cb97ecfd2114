"""YAML that came with a repository: rules and configurations as plain values, whatever somebody wrote into them.

A safe loader makes no objects, and still it raises what its own documentation does not name (for ``!!bool perhaps``, a
date in month 99), and a few lines of aliases within aliases become gigabytes when they are shown in a message.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

# The C loader reads the rules ten times faster; PyYAML built without libyaml still works.
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Where an anchor may be; only a text with one is read for aliases first.
_ANCHOR = re.compile(rb"(?:^|[\s\[{,:-])&[^\s&]")
DAMAGE = (yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)


class Unreadable(ValueError):
    """No YAML, or none that is read here. ``line`` counts from 1, 0 where it is not known; holds no content."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason

    def at(self, name: object) -> str:
        """A line for the user, about the file called ``name``."""
        return f"{name}{f':{self.line}' if self.line else ''}: {self.reason}"


def unreadable(error: BaseException, line: int = 0) -> Unreadable:
    """What a loader raised (one of ``DAMAGE``), in words."""
    if isinstance(error, Unreadable):
        return error
    mark = getattr(error, "problem_mark", None)
    if isinstance(error, yaml.MarkedYAMLError):
        return Unreadable(mark.line + 1 if mark else line, f"not valid YAML: {error.problem}")
    if isinstance(error, (UnicodeDecodeError, yaml.reader.ReaderError)):
        return Unreadable(line, "not valid YAML: it is no text in UTF-8 or UTF-16")
    if isinstance(error, RecursionError):
        return Unreadable(line, "nested too deeply")
    return Unreadable(line, "not valid YAML: a value is not of the type its tag says")


def refuse_aliases(raw: bytes) -> None:
    """Raises Unreadable for aliases of lists and mappings, and what the parser raises for what is no YAML.

    One of a single value cannot grow: a rule may share another's expression.
    """
    if _ANCHOR.search(raw) is None:
        return
    scalars: set[str] = set()
    for event in yaml.parse(raw, Loader=Loader):
        if isinstance(event, yaml.AliasEvent) and event.anchor not in scalars:
            raise Unreadable(
                event.start_mark.line + 1 if event.start_mark else 0,
                "aliases of lists and mappings are not allowed here",
            )
        if isinstance(event, yaml.ScalarEvent) and event.anchor:
            scalars.add(event.anchor)
        elif isinstance(event, yaml.CollectionStartEvent):
            scalars.discard(event.anchor)


def refuse_repeats(node: yaml.Node) -> None:
    """Raises Unreadable for a key that a mapping in ``node`` has twice: the loader would take the last and be silent.

    A list of what is switched off, or of rules, would then be another than what the reader sees first.
    """
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, yaml.SequenceNode):
            waiting += one.value
        elif isinstance(one, yaml.MappingNode):
            known: set[str] = set()
            for key, value in one.value:
                if isinstance(key, yaml.ScalarNode):
                    if key.value in known:
                        raise Unreadable(key.start_mark.line + 1, f"the key {key.value[:40]!a} is there twice")
                    known.add(key.value)
                waiting += (key, value)


def load(raw: bytes, *, strict: bool = False) -> Any:
    """The one document in ``raw`` as plain values. Unreadable for anything else; ``strict`` refuses repeated keys."""
    try:
        refuse_aliases(raw)
        loader = Loader(raw)
        node = loader.get_single_node()
        if node is None:
            return None
        if strict:
            refuse_repeats(node)
        return loader.construct_document(node)
    except DAMAGE as error:
        raise unreadable(error) from None
