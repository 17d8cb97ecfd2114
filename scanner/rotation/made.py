"""One Secret as something in the repository makes it: its keys, and the outside values they are made of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from scanner.rotation.items import Item
from scanner.rotation.tree import Leaf, Place, at

# Where an object writes the labels of the Secret it makes.
_LABELS: dict[str, tuple[tuple[str, ...], ...]] = {
    "Secret": (("metadata", "labels"), ("options", "labels")),
    "SealedSecret": (("spec", "template", "metadata", "labels"),),
    "ExternalSecret": (("spec", "target", "template", "metadata", "labels"),),
    "ClusterExternalSecret": (("spec", "externalSecretSpec", "target", "template", "metadata", "labels"),),
    "Certificate": (("spec", "secretTemplate", "labels"),),
}


@dataclass(frozen=True, slots=True)
class Remote:
    """A value in an outside store. ``prop`` is empty for the whole entry, ``*`` where a search decides.

    ``maybe`` marks one of several entries of which the manifest does not say which one has the property.
    """

    store: str
    key: str
    prop: str = ""
    maybe: bool = field(default=False, compare=False)

    def holds(self, other: Remote) -> bool:
        """True when one of the two contains the other's value."""
        same = self.store == other.store and self.key == other.key and "*" not in (self.prop, other.prop)
        return same and (not self.prop or not other.prop or self.prop == other.prop)

    def __str__(self) -> str:
        return f"{self.key}#{self.prop}" if self.prop else self.key


@dataclass(frozen=True, slots=True)
class KeySource:
    """Where one key of the Secret comes from."""

    place: Place
    remotes: tuple[Remote, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """One Secret as one object makes it. ``keys`` are those that can be read off; ``open`` says there may be more.

    ``annotations`` are those the Secret will carry. ``immutable`` Secrets are replaced, never changed.
    """

    item: Item
    name: str
    namespace: str
    place: Place
    keys: dict[str, KeySource]
    open: bool = False
    immutable: bool = False
    annotations: tuple[tuple[str, str], ...] = ()
    store: str = ""

    @property
    def kind(self) -> str:
        """The kind of the object that makes it; kustomize's generator has none."""
        return "secretGenerator" if self.item.generated else self.item.kind

    @property
    def fixed(self) -> bool:
        """Whether it has to be deleted before it can change; with a hash in its name another takes its place."""
        return self.immutable and not self.item.hashed

    def key_place(self, key: str) -> Place:
        """Where ``key`` is written, else where the object is."""
        source = self.keys.get(key)
        return source.place if source else self.place

    def label(self, key: str) -> Leaf | None:
        """The value of the label ``key`` that the Secret carries; None where it has none."""
        for path in _LABELS.get(self.item.kind, ()):
            found = at(self.item.tree, *path, key)
            if isinstance(found, Leaf):
                return found
        return None

    def remotes(self, key: str) -> tuple[Remote, ...]:
        """The outside values that ``key`` (or, when empty, any key) is made of.

        Where a whole entry of the store becomes the Secret, a key has the name of the entry's property.
        """
        if not key:
            return tuple(remote for source in self.keys.values() for remote in source.remotes)
        if key in self.keys:
            return self.keys[key].remotes
        whole = self.keys["*"].remotes if "*" in self.keys else ()
        return tuple(replace(remote, prop=remote.prop or key) for remote in whole if remote.prop != "*")

    def keys_with(self, remotes: tuple[Remote, ...]) -> frozenset[str]:
        """The keys that hold any of ``remotes``; ``*`` stands for keys that cannot be told."""
        found: set[str] = set()
        for key, source in self.keys.items():
            held = [remote for own in source.remotes for remote in remotes if own.holds(remote)]
            if held:
                found |= {key} if key != "*" else {remote.prop or "*" for remote in held}
        return frozenset(found)

    def surely_holds(self, remotes: tuple[Remote, ...]) -> bool:
        """Whether some key holds one of ``remotes`` and the manifests leave no choice of entries."""
        return any(
            own.holds(remote) and not (own.maybe or remote.maybe)
            for source in self.keys.values()
            for own in source.remotes
            for remote in remotes
        )
