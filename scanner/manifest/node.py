"""The nodes of a document that was read: values with the place they stand at.

Nodes keep byte spans of the *text that was read* (a document's ``place`` turns them into spans of the file). They
are plain objects compared by identity, because a document with aliases is a graph: walk it with ``walk``, which
visits each node once, never by hand. Nobody changes a node after reading.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.model.span import Span

# Longest chain of merge keys that is followed, each of which costs a step for each key: more is a bomb.
_MERGES = 128


class Node:
    """One value. ``span`` covers its content: without quotes, block header, anchor and tag."""

    __slots__ = ("span",)

    def __init__(self, span: Span) -> None:
        self.span = span

    @property
    def text(self) -> str:
        """A scalar's value; an empty string for anything else."""
        return ""

    def get(self, *path: str) -> Node | None:
        """The node at ``path`` below this one, through merge keys; None where a step is missing."""
        node: Node | None = self
        for step in path:
            node = node.child(step) if node is not None else None
        return node

    def child(self, key: str) -> Node | None:
        """The value of ``key`` in a mapping (of doubled keys the last), else None."""
        return None

    def pairs(self) -> Iterator[tuple[Scalar, Node]]:
        """Keys and values of a mapping, merged ones after its own; nothing for other nodes."""
        return iter(())

    def items(self) -> Iterator[Node]:
        """The entries of a sequence; nothing for other nodes."""
        return iter(())


class Scalar(Node):
    """A string, number, boolean or null, as written.

    ``style`` is the quote or block sign (``'``, ``"``, ``|``, ``>``), empty for a plain scalar. ``template`` is
    True when the value holds template actions; ``value`` then is the raw source of the scalar. ``tag`` is an
    explicit tag such as ``!vault``, else empty.
    """

    __slots__ = ("style", "tag", "template", "value")

    def __init__(self, value: str, span: Span, style: str = "", tag: str = "", *, template: bool = False) -> None:
        super().__init__(span)
        self.value = value
        self.style = style
        self.tag = tag
        self.template = template

    @property
    def text(self) -> str:
        return self.value


class Mapping(Node):
    """Keys and values in the order of the file; a doubled key is there twice."""

    __slots__ = ("_named", "own")

    def __init__(self, span: Span) -> None:
        super().__init__(span)
        self.own: list[tuple[Scalar, Node]] = []
        # Made when first asked for: most mappings never are.
        self._named: dict[str, Node] | None = None

    def child(self, key: str) -> Node | None:
        if self._named is None:
            self._named = {name.value: value for name, value in self.own}
            if "<<" in self._named:
                self._named = {name.value: value for name, value in self.pairs()}
        return self._named.get(key)

    def pairs(self) -> Iterator[tuple[Scalar, Node]]:
        merged = [value for name, value in self.own if name.value == "<<" and not isinstance(value, Scalar)]
        if not merged:
            yield from self.own
            return
        names = {name.value for name, _ in self.own}
        yield from ((name, value) for name, value in self.own if name.value != "<<")
        for base in _merged(merged):
            for name, value in base.own:
                if name.value not in names and name.value != "<<":
                    names.add(name.value)
                    yield name, value


class Sequence(Node):
    """Entries in the order of the file."""

    __slots__ = ("own",)

    def __init__(self, span: Span) -> None:
        super().__init__(span)
        self.own: list[Node] = []

    def items(self) -> Iterator[Node]:
        return iter(self.own)


def _merged(nodes: list[Node]) -> Iterator[Mapping]:
    """The mappings that merge keys bring in, each once, nearest first."""
    seen: set[int] = set()
    level = nodes
    for _ in range(_MERGES):
        deeper: list[Node] = []
        for node in level:
            if id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, Sequence):
                deeper += node.own
            elif isinstance(node, Mapping):
                yield node
                deeper += [value for name, value in node.own if name.value == "<<"]
        if not deeper:
            return
        level = deeper


def walk(root: Node) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Every node below ``root`` once, itself first, with the keys (or entry numbers) that lead to it.

    In the order of the file; an aliased node comes at the first way that leads to it.
    """
    seen: set[int] = set()
    todo: list[tuple[tuple[str, ...], Node]] = [((), root)]
    while todo:
        path, node = todo.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield path, node
        if isinstance(node, Mapping):
            todo += [((*path, name.value), value) for name, value in reversed(node.own)]
        elif isinstance(node, Sequence):
            todo += [((*path, str(at)), entry) for at, entry in reversed(list(enumerate(node.own)))]
