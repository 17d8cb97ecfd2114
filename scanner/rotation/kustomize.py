"""Kustomize overlays, as far as they can be followed without running kustomize.

A kustomization that no other one in the repository uses is an overlay: it is rendered with its bases,
components, generators, patches, namespace, prefix and suffix. Remote bases, Helm inflation, plugins and
replacements are not followed; ``notes`` says which were met.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from scanner.rotation import ksops
from scanner.rotation.changes import (
    annotated,
    in_namespace,
    known_to_all,
    labelled,
    merged_generator,
    renamed,
    with_replicas,
)
from scanner.rotation.items import Document, Item, Renames
from scanner.rotation.patches import apply_operations, merge
from scanner.rotation.selecting import targets
from scanner.rotation.tree import Leaf, Place, Row, Table, Tree, at, rows, table, text, texts, truth, with_entry

FILE_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")

# A chain of bases this long, or this many visits, is no overlay anybody wrote.
_DEEPEST = 40
_MOST = 20_000


@dataclass(frozen=True, slots=True)
class Rendered:
    """What the overlays give, which files they used, and what could not be followed, by overlay."""

    items: tuple[Item, ...]
    used: frozenset[str]
    roots: frozenset[str]
    notes: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _Build:
    """One folder's result while its parents are still to come."""

    items: list[Item]
    renames: Renames = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class Kustomizer:
    """Renders the overlays among ``documents``. ``parse`` reads patches that stand inside a kustomization."""

    def __init__(
        self, kustomizations: Mapping[str, Document], documents: Mapping[str, list[Document]], parse: Parse
    ) -> None:
        self._kustomizations = kustomizations
        self._documents = documents
        self._parse = parse
        self._notes: list[str] = []
        self._used: set[str] = set()
        self._built: dict[str, _Build] = {}
        self._entered = 0

    def render(self) -> Rendered:
        """Every overlay of the repository."""
        roots = self._roots()
        items: list[Item] = []
        notes: dict[tuple[str, str], None] = {}
        for root in sorted(roots):
            self._notes = []
            build = self._build(root, ())
            items += [replace(item, overlay=root or ".") for item in known_to_all(build.items, build.renames)]
            notes.update({(root or ".", note): None for note in self._notes})
        return Rendered(tuple(items), frozenset(self._used), frozenset(roots), tuple(notes))

    def _roots(self) -> set[str]:
        used: set[str] = set()
        for folder, document in self._kustomizations.items():
            used |= {
                path for path in self._references(folder, document) if path in self._kustomizations and path != folder
            }
        roots = set(self._kustomizations) - used
        # Folders that only use each other have no way in; one of each circle is rendered, and meets the circle.
        reached = {folder for root in roots for folder in self._reachable(root)}
        for folder in sorted(set(self._kustomizations) - reached):
            if folder not in reached:
                roots.add(folder)
                reached |= set(self._reachable(folder))
        return roots

    def _reachable(self, folder: str) -> set[str]:
        seen: set[str] = set()
        open_ = [folder]
        while open_:
            at = open_.pop()
            if at in seen or at not in self._kustomizations:
                continue
            seen.add(at)
            open_ += list(self._references(at, self._kustomizations[at]))
        return seen

    def _references(self, folder: str, document: Document) -> Iterator[str]:
        yield from self._referenced(folder, document, "resources", "bases", "components")

    def _referenced(self, folder: str, document: Document, *keys: str) -> Iterator[str]:
        for key in keys:
            for word in texts(document.tree, key):
                if not _is_remote(word):
                    yield _join(folder, word)

    def _build(self, folder: str, above: tuple[str, ...]) -> _Build:
        """What ``folder`` gives. Worked out once: bases can be shared by more ways than could be walked."""
        known = self._built.get(folder)
        if known is not None and folder not in above:
            self._notes += known.notes
            return known
        start = len(self._notes)
        build = _Build([])
        if self._may_enter(folder, above):
            self._extend(build, folder, above)
        build.notes = tuple(self._notes[start:])
        self._built[folder] = build
        return build

    def _may_enter(self, folder: str, above: tuple[str, ...]) -> bool:
        self._entered += 1
        if folder in above or len(above) > _DEEPEST or self._entered > _MOST:
            self._notes.append(f"{self._kustomizations[folder].place}: kustomizations use each other in a circle")
            return False
        return True

    def _extend(self, build: _Build, folder: str, above: tuple[str, ...]) -> None:
        """Adds to ``build`` what the kustomization in ``folder`` makes, and changes all of it as it says.

        Components come after resources and change what is there already; that is what they are for.
        """
        document = self._kustomizations[folder]
        tree = document.tree
        self._used.add(document.place.file)
        self._gather(build, folder, document, (*above, folder))
        for path in self._referenced(folder, document, "components"):
            if path in self._kustomizations and self._may_enter(path, (*above, folder)):
                self._extend(build, path, (*above, folder))
        for made, behavior in (*self._generated(folder, document), *self._by_plugins(folder, document)):
            build.items = merged_generator(build.items, made, behavior)
        build.items = self._patched(folder, document, build.items)
        build.items = renamed(build.items, build.renames, text(tree, "namePrefix"), text(tree, "nameSuffix"))
        namespace = text(tree, "namespace")
        if namespace:
            build.items = [in_namespace(item, namespace) for item in build.items]
        build.items = annotated(build.items, table(tree, "commonAnnotations"), tree.place)
        for pairs in (table(tree, "commonLabels"), *(table(entry, "pairs") for entry in rows(tree, "labels"))):
            build.items = labelled(build.items, pairs, tree.place)
        build.items = with_replicas(build.items, rows(tree, "replicas"))
        for key in ("helmCharts", "helmChartInflationGenerator", "transformers", "replacements"):
            if key in tree.items:
                self._notes.append(f"{tree.items[key].place}: {key} are not followed")

    def _gather(self, build: _Build, folder: str, document: Document, above: tuple[str, ...]) -> None:
        for path in self._referenced(folder, document, "resources", "bases"):
            if path in self._kustomizations:
                inner = self._build(path, above)
                build.items += inner.items
                for written, now in inner.renames.items():
                    # The same name in two bases says nothing about who uses it out here.
                    build.renames[written] = now if build.renames.get(written, now) == now else ""
            elif path in self._documents:
                self._used.add(path)
                build.items += [_item(found) for found in self._documents[path]]
        # kustomize refuses one object twice; kept, they would double with each level of shared bases.
        unique = {(item.kind, item.group, item.namespace, item.name, item.place): item for item in build.items}
        build.items = list(unique.values())
        for key in ("resources", "bases", "components"):
            for word in texts(document.tree, key):
                if _is_remote(word):
                    self._notes.append(f"{document.place.file}: {word.split('?')[0]} is elsewhere and was not read")

    def _generated(self, folder: str, document: Document) -> Iterator[tuple[Item, str]]:
        """Each generated Secret and its ``behavior``."""
        options = at(document.tree, "generatorOptions")
        hashed = not truth(options, "disableNameSuffixHash")
        for entry in rows(document.tree, "secretGenerator"):
            if not isinstance(entry, Table):
                continue
            plain = truth(entry, "options", "disableNameSuffixHash")
            tree = with_entry(entry, ("data",), _generated_keys(entry, folder))
            for word in ("annotations", "labels"):
                pairs = {**table(options, word), **table(entry, "options", word)}
                if pairs:
                    tree = with_entry(tree, ("metadata", word), Table(pairs, entry.place))
            if truth(options, "immutable") or truth(entry, "options", "immutable"):
                tree = with_entry(tree, ("immutable",), Leaf("true", entry.place))
            made = Item(
                "Secret", "", text(entry, "name"), text(entry, "namespace"), tree, entry.place,
                generated=True, hashed=hashed and not plain,
            )  # fmt: skip
            yield made, text(entry, "behavior")

    def _by_plugins(self, folder: str, document: Document) -> Iterator[tuple[Item, str]]:
        """What the generators that are objects of their own make, as far as they are known."""
        for path in self._referenced(folder, document, "generators"):
            for found in self._documents.get(path, ()):
                self._used.add(path)
                if found.kind == ksops.KIND:
                    self._used.update(ksops.encrypted_manifests(found))
                    yield from ksops.decrypted(found, self._documents)
                else:
                    yield _item(found), ""

    def _patched(self, folder: str, document: Document, items: list[Item]) -> list[Item]:
        for target, patch in self._patches(folder, document):
            named = target if target is not None and target.items else patch
            if text(patch, "$patch") == "delete":
                items = [item for item in items if not targets(named, item)]
                continue
            change = apply_operations if isinstance(patch, Row) else merge
            items = [_with_tree(item, change(item.tree, patch)) if targets(named, item) else item for item in items]
        return items

    def _patches(self, folder: str, document: Document) -> Iterator[tuple[Table | None, Tree]]:
        for key in ("patches", "patchesJson6902"):
            for entry in rows(document.tree, key):
                target = entry.items.get("target") if isinstance(entry, Table) else None
                for patch in self._patch_texts(folder, entry):
                    yield (target if isinstance(target, Table) else None), patch
        for entry in rows(document.tree, "patchesStrategicMerge"):
            if isinstance(entry, Leaf):
                for patch in self._read(folder, entry.text, entry.place):
                    yield None, patch

    def _patch_texts(self, folder: str, entry: Tree) -> Iterator[Tree]:
        path, inline = text(entry, "path"), entry.items.get("patch") if isinstance(entry, Table) else None
        if path:
            yield from self._read(folder, path, entry.place)
        elif isinstance(inline, Leaf):
            yield from self._parse(inline.text, inline.place)

    def _read(self, folder: str, word: str, place: Place) -> Iterator[Tree]:
        if "\n" in word or "{" in word or ": " in word:
            # A patch that is written here; it may hold anything and is not to be named like a file.
            yield from self._parse(word, place)
            return
        path = _join(folder, word)
        self._used.add(path)
        for document in self._documents.get(path, ()):
            yield document.tree
        if path in self._documents:
            return
        found = self._parse.file(path)
        if found is None:
            self._notes.append(f"{place}: the patch {word} is not in the repository")
        yield from found or ()


class Parse(Protocol):
    """Reads what is no manifest of its own."""

    def __call__(self, source: str, place: Place) -> Iterable[Tree]:
        """The documents in a text that stands inside another file, at ``place``; nothing for what cannot be read."""
        ...

    def file(self, path: str) -> Iterable[Tree] | None:
        """The documents of a patch file that is no manifest; None where there is no such file."""
        ...


def generator_files(entry: Tree, folder: str) -> Iterator[tuple[str, str]]:
    """``(key, path)`` of what a secretGenerator reads; the key is empty for files of many lines (``envs``)."""
    for word in texts(entry, "files"):
        key, _, path = word.rpartition("=")
        yield key or posixpath.basename(path), _join(folder, path)
    for word in (*texts(entry, "envs"), *texts(entry, "env")):
        yield "", _join(folder, word)


def _generated_keys(entry: Table, folder: str) -> Table:
    keys: dict[str, Tree] = {}
    for literal in rows(entry, "literals"):
        if isinstance(literal, Leaf):
            keys[literal.text.partition("=")[0]] = Leaf("", literal.place)
    for key, path in generator_files(entry, folder):
        keys[key or "*"] = Leaf(path, entry.place)
    return Table(keys, entry.place)


def _item(document: Document) -> Item:
    return Item(document.kind, document.group, document.name, document.namespace, document.tree, document.place)


def _with_tree(item: Item, tree: Tree) -> Item:
    if not isinstance(tree, Table):
        return item
    return replace(item, tree=tree, namespace=text(tree, "metadata", "namespace") or item.namespace)


def _is_remote(word: str) -> bool:
    return "://" in word or "?ref=" in word or word.startswith("git@")


def _join(folder: str, word: str) -> str:
    """``word`` as seen from ``folder``, as a path from the repository's root."""
    path = posixpath.normpath(posixpath.join(folder, word))
    return "" if path == "." else path
