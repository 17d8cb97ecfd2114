"""A manifest's values with the file and line each was written in.

Nodes of one object may come from several files, because overlays patch what a base says; so each node
knows its own place. Scalars are text: whether ``5`` is a number or a string matters to nobody here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple


class Place(NamedTuple):
    """Where something was written; lines count from 1, and 0 stands for the file as a whole."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


NOWHERE = Place("", 0)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar. ``null`` and an absent value are the empty string."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping, in the order of the file."""

    items: dict[str, Tree] = field(default_factory=dict)
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Row:
    """A sequence."""

    items: tuple[Tree, ...] = ()
    place: Place = NOWHERE


Tree = Leaf | Table | Row


def at(tree: Tree | None, *path: str) -> Tree | None:
    """The node below ``tree`` at ``path``; None where a step is missing or is no mapping."""
    for step in path:
        if not isinstance(tree, Table):
            return None
        tree = tree.items.get(step)
    return tree


def text(tree: Tree | None, *path: str) -> str:
    """The scalar at ``path``; empty where there is none."""
    node = at(tree, *path)
    return node.text if isinstance(node, Leaf) else ""


def rows(tree: Tree | None, *path: str) -> tuple[Tree, ...]:
    """The members of the sequence at ``path``; empty where there is none."""
    node = at(tree, *path)
    return node.items if isinstance(node, Row) else ()


def table(tree: Tree | None, *path: str) -> dict[str, Tree]:
    """The members of the mapping at ``path``; empty where there is none."""
    node = at(tree, *path)
    return node.items if isinstance(node, Table) else {}


def texts(tree: Tree | None, *path: str) -> tuple[str, ...]:
    """The scalars of the sequence at ``path``; a lone scalar counts as a sequence of one."""
    node = at(tree, *path)
    if isinstance(node, Leaf):
        return (node.text,) if node.text else ()
    return tuple(item.text for item in rows(node) if isinstance(item, Leaf))


def truth(tree: Tree | None, *path: str) -> bool:
    """True for the scalar ``true`` in any case."""
    return text(tree, *path).lower() == "true"


def number(tree: Tree | None, *path: str) -> int | None:
    """The whole number at ``path``; None where there is none, a template included."""
    word = text(tree, *path)
    return int(word) if len(word) < 10 and word.removeprefix("-").isdecimal() else None


def place(tree: Tree | None, *path: str) -> Place | None:
    """Where the node at ``path`` was written."""
    node = at(tree, *path)
    return node.place if node is not None else None


def walk(tree: Tree | None) -> Iterator[tuple[tuple[str, ...], Tree]]:
    """Every node at and below ``tree`` with its path, in the order of the file; members of sequences are ``[]``.

    Aliases make a document a graph, and a hostile one can have more paths than anybody could walk; hence mappings and
    sequences come once. A scalar comes in each place that has it.
    """
    seen: set[int] = set()
    open_: list[tuple[tuple[str, ...], Tree]] = [((), tree)] if tree is not None else []
    while open_:
        path, node = open_.pop()
        if id(node) in seen:
            continue
        if isinstance(node, (Table, Row)):
            seen.add(id(node))
        yield path, node
        if isinstance(node, Table):
            open_ += [((*path, key), item) for key, item in reversed(node.items.items())]
        elif isinstance(node, Row):
            open_ += [((*path, "[]"), item) for item in reversed(node.items)]


def with_entry(tree: Table, path: tuple[str, ...], value: Tree) -> Table:
    """A copy of ``tree`` with ``value`` at ``path``; mappings on the way are made where they are missing."""
    head, *rest = path
    inner = tree.items.get(head)
    below = inner if isinstance(inner, Table) else Table(place=value.place)
    entry = with_entry(below, tuple(rest), value) if rest else value
    return Table({**tree.items, head: entry}, tree.place)
