"""A container image: every layer, deleted files included, and what its configuration and history tell."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from scanner.model.plural import plural
from scanner.model.result import ScanResult, ScanSummary, Skipped
from scanner.model.text import Text
from scanner.pipeline.context import OVERTIME
from scanner.pipeline.findings import Placed, placed, settled
from scanner.pipeline.parallel import processes, run_tasks
from scanner.pipeline.together import Together
from scanner.pipeline.unpack import texts_in
from scanner.sources import files
from scanner.sources.damage import DAMAGE, told
from scanner.sources.imagemanifest import Contents, ImageManifest, read_contents
from scanner.sources.imageparts import Part, Step, annotations_part, attestation_part, config_parts, cut, steps
from scanner.sources.imagestore import Store, open_store
from scanner.sources.instructions import Written, lines_of, read_dockerfile
from scanner.sources.layers import LayerNames, layer_files, no_names, remover
from scanner.sources.streams import Work

if TYPE_CHECKING:
    from scanner.model.match import Match
    from scanner.pipeline.context import Context
    from scanner.pipeline.parallel import Tick
    from scanner.pipeline.text import TextScanner
    from scanner.sources.streams import Reader

# One image unpacks to no more than this; what a registry accepts is far below it.
LARGEST_IMAGE = 64 * 1024 * 1024 * 1024
_LARGEST_DOCKERFILE = 4 * 1024 * 1024
_LONGEST_INSTRUCTION = 160


class _Layer(NamedTuple):
    """What one layer's file gave. Crosses processes: findings are redacted by then."""

    name: str
    found: list[Placed]
    names: LayerNames
    skipped: list[Skipped]
    texts: int
    bytes: int


class _Place(NamedTuple):
    """Where a layer's file stands: the prefix of its paths, its image, and its number there from 0."""

    prefix: str
    image: int
    number: int


class _Scan:
    """One archive being scanned."""

    def __init__(self, archive: str, scanner: TextScanner, context: Context, store: Store) -> None:
        self.shown = files.shown(os.path.normpath(archive))
        self._scanner = scanner
        self._context = context
        self._store = store
        self._together = Together(scanner, show_dropped=context.options.show_dropped)
        # What one process unpacks of all layers: a link costs nothing, and each may lead to the same layer.
        self._work = Work(LARGEST_IMAGE)
        # Bytes of the configuration, of its history and of attestations that were scanned.
        self.told = 0
        self.contents: Contents = read_contents(store)
        self.places: dict[str, _Place] = {}
        several = len(self.contents.images) > 1
        for at, image in enumerate(self.contents.images):
            for number, layer in enumerate(image.layers):
                prefix = f"{self.shown}!/{f'{at + 1}/' if several else ''}layers/{number + 1}/"
                self.places.setdefault(layer, _Place(prefix, at, number))

    def tasks(self) -> list[tuple[str, ...]]:
        """Layers to scan together: each by itself where it can be opened by itself, the largest first."""
        present = [name for name in self.places if name in self._store.sizes]
        if not self._store.separate:
            return [tuple(present)] if present else []
        return [(name,) for name in sorted(present, key=lambda name: -self._store.sizes[name])]

    def layers(self, names: tuple[str, ...]) -> list[_Layer]:
        """Scan these layers."""
        found = []
        try:
            for name, reader in self._store.readers(names):
                found.append(self._layer(name, reader))
        except DAMAGE as error:
            unread = [name for name in names if name not in {layer.name for layer in found}]
            missed = [Skipped(self.places[name].prefix.rstrip("/"), told(error, "archive")) for name in unread]
            found.append(_Layer("", [], no_names(), missed, 0, 0))
        return found

    def _layer(self, name: str, reader: Reader) -> _Layer:
        prefix, limits = self.places[name].prefix, self._context.options.archives
        largest = self._context.options.max_size
        found: list[Placed] = []
        skipped: list[Skipped] = []
        names = no_names()
        texts = size = 0
        try:
            for file in layer_files(reader, names, largest=largest, allowed=LARGEST_IMAGE, work=self._work):
                path = prefix + file.path
                if self._context.late():
                    skipped.append(Skipped(f"{path} and what follows in its layer", OVERTIME))
                    break
                if file.data is None:
                    skipped.append(Skipped(path, f"has {file.size:,} bytes, more than --max-size allows"))
                    continue
                size += file.size
                for text in texts_in(file.data, path, limits, skipped):
                    texts += 1
                    self._together.add(text)
                self._take(found, skipped)
        except DAMAGE as error:
            skipped.append(Skipped(prefix.rstrip("/"), told(error, "layer")))
        self._together.finish()
        self._take(found, skipped)
        return _Layer(name, found, names, [*skipped, *self._scanner.skipped()], texts, size)

    def _take(self, found: list[Placed], skipped: list[Skipped]) -> None:
        held, missed = self._together.take()
        for text, matches in held:
            found += self._placed(text, matches)
        skipped += missed

    def part(self, prefix: str, part: Part) -> tuple[list[Placed], bytes]:
        """Findings in a part of the configuration, and its bytes with every match replaced by its redacted view."""
        text = Text(part.data, f"{prefix}{part.name}", part.kind)
        self.told += len(part.data)
        matches = self._scanner.scan(text)
        return self._placed(text, matches), _redacted(part.data, matches)

    def attestation(self, number: int, name: str) -> list[Placed]:
        """Findings in one attestation."""
        found, _ = self.part(f"{self.shown}!/", attestation_part(self._store.json.get(name, b""), number))
        return [_detailed(one, {"part": "attestation"}) for one in found]

    def annotations(self) -> list[Placed]:
        """Findings in what is said of images and layers."""
        if not self.contents.annotations:
            return []
        found, _ = self.part(f"{self.shown}!/", annotations_part(self.contents.annotations))
        return [_detailed(one, {"part": "annotations"}) for one in found]

    def _placed(self, text: Text, matches: Sequence[Match]) -> list[Placed]:
        return placed(text, matches, context=self._context, rules=self._scanner.engine.rules)


class _Told:
    """What an image's history says of its layers, safe to be shown."""

    def __init__(self, scan: _Scan, at: int, written: Sequence[Written]) -> None:
        self.image = scan.contents.images[at]
        self.steps: list[Step] = steps(self.image.config)
        self.found: list[Placed] = []
        several = len(scan.contents.images) > 1
        prefix = f"{scan.shown}!/{f'{at + 1}/' if several else ''}"
        lines = lines_of([step.instruction for step in self.steps], written)
        self._lines = [f"line {line}" if line else "" for line in lines]
        self._instructions = [step.instruction.keyword for step in self.steps]
        parts = []
        for part in config_parts(self.image.config, self.steps):
            found, shown = scan.part(prefix, part)
            parts.append((part, found))
            if part.step >= 0 and not part.name.endswith("build-arguments"):
                self._instructions[part.step] = _short(shown)
        for part, found in parts:
            self.found += [_detailed(one, self._of_part(part, one)) for one in found]

    def _of_part(self, part: Part, one: Placed) -> dict[str, str]:
        if part.step >= 0:
            return self._of_step(part.step)
        if not part.name.endswith("/env"):
            return {"part": part.name}
        line = part.data.split(b"\n")[one.finding.position.line - 1]
        name = line.partition(b"=")[0].decode("utf-8", "replace")
        for place, step in enumerate(self.steps):
            if step.instruction.keyword == "ENV" and step.instruction.text.startswith(name):
                return {"part": part.name, **self._of_step(place)}
        return {"part": part.name}

    def _of_step(self, place: int) -> dict[str, str]:
        told = {"step": str(place + 1), "instruction": self._instructions[place]}
        if self.steps[place].layer:
            told["layer"] = f"{self.steps[place].layer} of {len(self.image.layers)}"
        if self._lines[place]:
            told["dockerfile"] = self._lines[place]
        return told

    def of_layer(self, number: int) -> dict[str, str]:
        """Detail of a finding in layer ``number`` (from 0)."""
        for place, step in enumerate(self.steps):
            if step.layer == number + 1:
                return self._of_step(place)
        return {"layer": f"{number + 1} of {len(self.image.layers)}"}


def scan_image(
    archive: str,
    scanner: TextScanner,
    context: Context,
    *,
    dockerfile: str = "",
    workers: int = 0,
    tick: Tick | None = None,
) -> ScanResult:
    """Everything in a docker-save archive or an OCI layout, as a tar or a folder.

    A file that a later layer deletes is reported like any other, and said to be: whoever has the image has it.
    ``dockerfile`` names the file whose lines are told with the findings. UsageError for what is no image.
    """
    started = time.monotonic()
    store = open_store(archive, LARGEST_IMAGE)
    scan = _Scan(archive, scanner, context, store)
    images, attestations = scan.contents.images, scan.contents.attestations
    skipped = [Skipped(f"{scan.shown}!/{name}", "is not in the archive") for name in scan.contents.missing]
    skipped += [Skipped(scan.shown, why) for why in scan.contents.cut]
    skipped += [Skipped(f"{scan.shown}!/{one.name}", why) for one in images if (why := cut(one.config))]
    if store.damage:
        skipped.append(Skipped(scan.shown, store.damage))
    if not images:
        skipped.append(Skipped(scan.shown, "holds no image: neither manifest.json nor index.json names one"))
    written = _written(dockerfile, skipped)
    told_of = [_Told(scan, at, written) for at in range(len(images))]
    found = [one for one_told in told_of for one in one_told.found]
    for number, name in enumerate(attestations, 1):
        found += scan.attestation(number, name)
    found += scan.annotations()
    # Raw values do not cross processes, so a run that shows them keeps to one.
    count = 1 if context.options.show_secrets else workers or processes()
    layers = {
        layer.name: layer for made in run_tasks(scan.tasks(), scan.layers, workers=count, tick=tick) for layer in made
    }
    for layer in layers.values():
        skipped += layer.skipped
        if layer.name:
            found += _of_layer(layer, scan, told_of, layers)
    told_texts = len(images) + len(attestations) + bool(scan.contents.annotations)
    # Judged first: only then is it known who silenced how much.
    findings = settled(found, context)
    summary = ScanSummary(
        target=archive,
        texts=sum(layer.texts for layer in layers.values()) + told_texts,
        bytes=scan.told + sum(layer.bytes for layer in layers.values()),
        seconds=time.monotonic() - started,
        skipped=tuple(dict.fromkeys([*skipped, *scanner.skipped()])),
        notes=(*context.notes, *(_named(image) for image in images)),
    )
    return ScanResult(findings, summary)


def _of_layer(layer: _Layer, scan: _Scan, told_of: Sequence[_Told], layers: dict[str, _Layer]) -> list[Placed]:
    """The layer's findings with what built it, and what took them away."""
    if not layer.found:
        return []
    place = scan.places[layer.name]
    told = told_of[place.image]
    later = [layers[name].names if name in layers else no_names() for name in told.image.layers[place.number + 1 :]]
    made = []
    for one in layer.found:
        detail = told.of_layer(place.number)
        path = one.finding.path.removeprefix(place.prefix).partition("!/")[0]
        by, how = remover(path, later)
        if by:
            step = told.of_layer(place.number + by)
            instruction = step.get("instruction", "")
            where = f"{step['layer']} ({instruction})" if instruction else step["layer"]
            detail["removed"] = f"{how} in layer {where}, still in the image"
        made.append(_detailed(one, detail))
    return made


def _named(image: ImageManifest) -> str:
    return f"image {image.name or 'without a name'}: {plural(len(image.layers), 'layer')}"


def _detailed(one: Placed, detail: dict[str, str]) -> Placed:
    return replace(one, finding=replace(one.finding, detail={**one.finding.detail, **detail}))


def _redacted(data: bytes, matches: Sequence[Match]) -> bytes:
    out, at = [], 0
    for match in sorted(matches, key=lambda match: match.span):
        if match.span.start >= at:
            out += [data[at : match.span.start], match.secret.redacted().encode()]
        at = max(at, match.span.end)
    return b"".join([*out, data[at:]])


def _short(shown: bytes) -> str:
    text = " ".join(shown.decode("utf-8", "replace").split())
    return text if len(text) <= _LONGEST_INSTRUCTION else text[:_LONGEST_INSTRUCTION] + "…"


def _written(dockerfile: str, skipped: list[Skipped]) -> list[Written]:
    if not dockerfile:
        return []
    data = files.read(dockerfile, _LARGEST_DOCKERFILE)
    if isinstance(data, Skipped):
        skipped.append(data)
        return []
    return read_dockerfile(data.decode("utf-8", "replace"))
