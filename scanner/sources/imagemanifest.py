"""What an image archive says it holds: images with their configuration, layers and attestations.

docker-save (``manifest.json``) and OCI (``index.json``) are both read; new archives have both. Everything is taken
from JSON that anyone may have written: what is not of the expected form is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from scanner.sources.imagestore import Store, plain_name

_ATTESTATION = "attestation-manifest"
_IN_TOTO = "in-toto"
# Indexes within indexes.
_DEEPEST = 4
_MOST_IMAGES = 200
_MOST_ANNOTATIONS = 20_000


class ImageManifest(NamedTuple):
    """One image: a name to show, its configuration, the names of its layers' files in order."""

    name: str
    config: Mapping[str, object]
    layers: tuple[str, ...]


class Contents(NamedTuple):
    """All that an archive holds. ``attestations`` and ``missing`` are names of files; ``annotations`` are what an index
    or a manifest says beside images and layers, as ``key=value``; ``cut`` tells what was more than the limits."""

    images: tuple[ImageManifest, ...]
    attestations: tuple[str, ...]
    annotations: tuple[str, ...]
    missing: tuple[str, ...]
    cut: tuple[str, ...] = ()


def read_contents(store: Store) -> Contents:
    """The images, by docker's manifest where there is one; attestations by OCI's index."""
    found = _Reading(store)
    for entry in _list(found.parsed("manifest.json")):
        found.docker(_mapping(entry))
    found.index(_mapping(found.parsed("index.json")), _DEEPEST)
    for name in found.attestations:
        # Read as it stands where it is no JSON.
        if name in store.sizes and name not in store.json:
            found.parsed(name)
    return Contents(
        images=tuple(found.images),
        attestations=tuple(dict.fromkeys(found.attestations)),
        annotations=tuple(found.annotations),
        missing=tuple(dict.fromkeys(found.missing)),
        cut=tuple(found.cut),
    )


class _Reading:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: set[tuple[str, ...]] = set()
        # By its name and whether it is said to be an attestation, how deep below a manifest was looked at.
        self._known: dict[tuple[str, bool], int] = {}
        self.images: list[ImageManifest] = []
        self.attestations: list[str] = []
        # Kept in order; each once, for an archive may name one manifest many times.
        self.annotations: dict[str, None] = {}
        self.missing: list[str] = []
        self.cut: dict[str, None] = {}

    def parsed(self, name: str) -> object:
        """The JSON in a file, or None; a file that cannot be read as such is told."""
        found = parse(self._store.json.get(name))
        if found is None and name in self._store.sizes:
            self.cut[f"{name} cannot be read as JSON, or is too large to be: what it names was not scanned"] = None
        return found

    def docker(self, entry: Mapping[str, object]) -> None:
        """One entry of docker's manifest."""
        layers = tuple(plain_name(str(name)) for name in _list(entry.get("Layers")))
        tags = [str(tag) for tag in _list(entry.get("RepoTags"))]
        self._add(tags[0] if tags else "", plain_name(str(entry.get("Config"))), layers)

    def index(self, index: Mapping[str, object], depth: int) -> None:
        """The manifests of an index, and of the indexes in it."""
        self._note(index)
        for item in _list(index.get("manifests")):
            described = _mapping(item)
            self._note(described)
            name = blob(described)
            if not depth:
                self.cut[f"has indexes in more than {_DEEPEST} others: they were not read"] = None
            if not name or not depth:
                continue
            if name not in self._store.sizes:
                # An index may list platforms that were not saved; without any image at all it is told.
                continue
            # An index may list itself, and a manifest of megabytes ten thousand times.
            key = (name, _is_called_attestation(described))
            if self._known.get(key, 0) >= depth:
                continue
            self._known[key] = depth
            inner = _mapping(self.parsed(name))
            if "manifests" in inner:
                self.index(inner, depth - 1)
            elif _is_attestation(described, inner):
                self.attestations += [blob(_mapping(layer)) for layer in _list(inner.get("layers"))]
            else:
                self._oci(described, inner)

    def _note(self, described: Mapping[str, object]) -> None:
        """Keep the annotations of an index, a manifest or a descriptor."""
        for key, value in _mapping(described.get("annotations")).items():
            line = f"{key}={value}"
            if line not in self.annotations and len(self.annotations) >= _MOST_ANNOTATIONS:
                self.cut[f"has more than {_MOST_ANNOTATIONS:,} annotations: the others were not scanned"] = None
                return
            self.annotations[line] = None

    def _oci(self, described: Mapping[str, object], manifest: Mapping[str, object]) -> None:
        for one in (manifest, manifest.get("config"), *_list(manifest.get("layers"))):
            self._note(_mapping(one))
        notes = _mapping(described.get("annotations"))
        platform = _mapping(described.get("platform"))
        name = str(notes.get("io.containerd.image.name") or notes.get("org.opencontainers.image.ref.name") or "")
        if platform:
            name = f"{name} {platform.get('os')}/{platform.get('architecture')}".strip()
        layers = tuple(blob(_mapping(layer)) for layer in _list(manifest.get("layers")))
        self._add(name, blob(_mapping(manifest.get("config"))), layers)

    def _add(self, name: str, config: str, layers: tuple[str, ...]) -> None:
        if (config, *layers) in self._seen:
            return
        if len(self.images) >= _MOST_IMAGES:
            self.cut[f"has more than {_MOST_IMAGES} images: the others were not scanned"] = None
            return
        self._seen.add((config, *layers))
        parsed = _mapping(self.parsed(config))
        if not parsed:
            self.missing.append(config)
        self.missing += [layer for layer in layers if layer not in self._store.sizes]
        self.images.append(ImageManifest(name, parsed, layers))


def blob(described: Mapping[str, object]) -> str:
    """The file that a descriptor's digest names, or an empty string."""
    algorithm, _, digest = str(described.get("digest") or "").partition(":")
    if not algorithm.isalnum() or not digest.isalnum():
        return ""
    return f"blobs/{algorithm}/{digest}"


def parse(data: bytes | None) -> object:
    """JSON, or None for what is none or goes too deep."""
    try:
        found: object = json.loads(data) if data else None
    except (ValueError, RecursionError):
        return None
    return found


def leaves(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every string in a JSON value with the key it stands under, in order."""
    waiting = [(path, value)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, str):
            yield path, value
        elif isinstance(value, dict):
            waiting += [(str(key), inner) for key, inner in reversed(value.items())]
        elif isinstance(value, list):
            waiting += [(path, inner) for inner in reversed(value)]


def _is_called_attestation(described: Mapping[str, object]) -> bool:
    return _mapping(described.get("annotations")).get("vnd.docker.reference.type") == _ATTESTATION


def _is_attestation(described: Mapping[str, object], manifest: Mapping[str, object]) -> bool:
    if _is_called_attestation(described):
        return True
    kinds = [str(_mapping(layer).get("mediaType")) for layer in _list(manifest.get("layers"))]
    return bool(kinds) and all(_IN_TOTO in kind for kind in kinds)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
