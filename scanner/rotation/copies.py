"""Other Secrets that hold the same value: fed from the same entry of a store, pushed to one, or mirrored.

Followed to its end: what a PushSecret writes may feed an ExternalSecret elsewhere. Going round in a circle is
noticed, said and ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from scanner.rotation.items import Item
from scanner.rotation.made import Made, Remote
from scanner.rotation.repository import Repository
from scanner.rotation.stores import find_store
from scanner.rotation.subjects import Matcher, Subject
from scanner.rotation.tree import at, rows, text

# "namespace/name" of the Secret that is mirrored, on the Secret that mirrors it.
_MIRRORS = ("reflector.v1.k8s.emberstack.com/reflects", "replicator.v1.mittwald.de/replicate-from")
_MIRRORED = (
    "reflector.v1.k8s.emberstack.com/reflection-auto-enabled",
    "replicator.v1.mittwald.de/replicate-to",
    "replicator.v1.mittwald.de/replicate-to-matching",
)


_WHICH_ENTRY = "several entries of the store are fetched whole, and nothing says which one has this property"


@dataclass(frozen=True, slots=True)
class Copies:
    """``subjects`` hold the value too, ``remotes`` are what it is outside, ``pushes`` say where it is written to."""

    subjects: tuple[Subject, ...]
    remotes: tuple[Remote, ...]
    pushes: tuple[str, ...]
    unresolved: tuple[str, ...]


def copies_of(repository: Repository, subject: Subject, leaked: str) -> Copies:
    """Every other Secret in the repository that holds the value of ``subject``'s key ``leaked`` (empty for any key)."""
    search = _Search(repository, subject, leaked)
    search.run()
    return Copies(
        tuple(search.found),
        tuple(search.remotes),
        tuple(dict.fromkeys(search.pushes)),
        tuple(dict.fromkeys(search.circles)),
    )


class _Search:
    def __init__(self, repository: Repository, subject: Subject, leaked: str) -> None:
        self._repository = repository
        self._first = subject
        self._leaked = leaked
        self._open = [subject]
        self._seen = {id(made) for made in subject.made}
        self._identities: dict[str, str] = {}
        self.found: list[Subject] = []
        self.remotes: list[Remote] = []
        self.pushes: list[str] = []
        self.circles: list[str] = []

    def run(self) -> None:
        # Only the leaked key's own sources are followed: a key that is built of several values leads to others too.
        self.remotes += self._remotes_of(self._first)
        while self._open:
            subject = self._open.pop(0)
            self.remotes += [remote for remote in self._pushed(subject) if remote not in self.remotes]
            for made in self._repository.made:
                if id(made) in self._seen:
                    continue
                mirrored = self._mirrored_keys(made, subject)
                if mirrored is not None:
                    self._take(made, mirrored)
                    continue
                canonical = replace_remotes(made, self._canonical)
                keys = self._keys(canonical, tuple(self.remotes))
                if keys is not None:
                    sure = canonical.surely_holds(tuple(self.remotes))
                    self._take(made, keys, () if sure else (_WHICH_ENTRY,))

    def _take(self, made: Made, keys: frozenset[str], inferred: tuple[str, ...] = ()) -> None:
        self._seen.add(id(made))
        copy = Subject(made.namespace, made.name, keys, made.item.overlay, (made,), inferred)
        if (copy.namespace, copy.name, copy.overlay) != (self._first.namespace, self._first.name, self._first.overlay):
            self.found.append(copy)
            self._open.append(copy)

    def _keys(self, made: Made, remotes: tuple[Remote, ...]) -> frozenset[str] | None:
        """The keys of ``made`` that hold one of ``remotes``; empty for "cannot be told", None for none."""
        if not remotes:
            return None
        held = made.keys_with(remotes)
        if not held:
            return None
        return frozenset() if "*" in held else held

    def _mirrored_keys(self, made: Made, subject: Subject) -> frozenset[str] | None:
        wanted = f"{subject.namespace}/{subject.name}"
        mirrors = any(key in _MIRRORS and value == wanted for key, value in made.annotations)
        return subject.keys if mirrors else None

    def _remotes_of(self, subject: Subject) -> tuple[Remote, ...]:
        found: list[Remote] = []
        for made in subject.made:
            canonical = replace_remotes(made, self._canonical)
            found += [remote for remote in canonical.remotes(self._leaked) if remote.key]
        return tuple(dict.fromkeys(found))

    def _canonical(self, remote: Remote) -> Remote:
        if remote.store not in self._identities:
            store = find_store(self._repository, remote.store)
            self._identities[remote.store] = store.identity if store else remote.store
        return replace(remote, store=self._identities[remote.store])

    def _pushed(self, subject: Subject) -> Iterator[Remote]:
        matcher = Matcher(self._repository, subject)
        for item in self._repository.of_kind("PushSecret"):
            name = text(item.tree, "spec", "selector", "secret", "name")
            if not name or matcher.match(item, name) is None:
                continue
            for remote in _push_targets(item, subject):
                canonical = self._canonical(remote)
                self.pushes.append(f"{item.label} writes it to {remote} ({item.place})")
                if canonical in self.remotes:
                    self.circles.append(
                        f"{item.place}: {item.label} writes back to {remote}, which the Secret is made from; "
                        "the two feed each other"
                    )
                yield canonical


def mirrored_by_annotation(subject: Subject) -> str:
    """The annotation by which a controller copies the Secret to other namespaces; empty where there is none."""
    for made in subject.made:
        for key, value in made.annotations:
            if key in _MIRRORED and value:
                return f"{key}: {value}"
    return ""


def replace_remotes(made: Made, change: Callable[[Remote], Remote]) -> Made:
    """``made`` with every remote passed through ``change``."""
    keys = {
        key: replace(source, remotes=tuple(change(remote) for remote in source.remotes))
        for key, source in made.keys.items()
    }
    return replace(made, keys=keys)


def _push_targets(item: Item, subject: Subject) -> Iterator[Remote]:
    stores = []
    for ref in rows(item.tree, "spec", "secretStoreRefs"):
        kind = text(ref, "kind") or "SecretStore"
        home = "" if kind == "ClusterSecretStore" else f"{item.namespace}/"
        stores.append(f"{kind}/{home}{text(ref, 'name')}")
    for entry in rows(item.tree, "spec", "data"):
        key = text(entry, "match", "secretKey")
        if subject.keys and key and key not in subject.keys:
            continue
        target = at(entry, "match", "remoteRef")
        for store in stores:
            yield Remote(store, text(target, "remoteKey"), text(target, "property"))
