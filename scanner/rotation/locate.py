"""From a finding to the Secret it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.model.finding import Finding
from scanner.rotation.compose import Question
from scanner.rotation.made import Made
from scanner.rotation.repository import Repository
from scanner.rotation.valued import made_of_value

_LENGTH = re.compile(r"\((\d+) chars\)$")

# Kinds whose manifests can hold a value that is meant for one Secret.
_HOLDERS = ("Secret", "SealedSecret", "ExternalSecret", "ClusterExternalSecret", "secretGenerator")


def questions_for(repository: Repository, finding: Finding) -> list[Question]:
    """The Secrets that ``finding``'s value is part of; empty when it has nothing to do with one."""
    asked: dict[tuple[str, str, str, str], Question] = {}
    for namespace, name, key, path in _named(repository, finding):
        asked.setdefault(
            (namespace, name, key, path),
            Question(
                name,
                namespace,
                key,
                path,
                guide=finding.guide,
                detail=finding.detail,
                fingerprint=finding.fingerprint,
                length=_length(finding.redacted),
            ),
        )
    return list(asked.values())


def _named(repository: Repository, finding: Finding) -> Iterator[tuple[str, str, str, str]]:
    """Namespace, name, key and file of each Secret."""
    detail = finding.detail
    name, kind = detail.get("name", ""), detail.get("kind", "")
    if name and kind in (*_HOLDERS, "", "Kustomization"):
        yield detail.get("namespace", ""), name, detail.get("key", ""), finding.path
        return
    seen = False
    for place in dict.fromkeys((one.path, one.line) for one in finding.occurrences):
        for made, key in _holding(repository, *place):
            seen = True
            yield made.namespace, made.name, key, place[0]
        for item in repository.generators.get(place[0], ()):
            seen = True
            yield item.namespace, item.name, "", item.place.file
        for made, key in made_of_value(repository, *place, detail.get("key", "")):
            seen = True
            yield made.namespace, made.name, key, made.item.place.file
    if not seen:
        for made, key in _holding(repository, finding.path, finding.position.line):
            yield made.namespace, made.name, key, finding.path


def _holding(repository: Repository, path: str, line: int) -> list[tuple[Made, str]]:
    """The Secrets whose manifest covers ``line`` of ``path``, with the key that stands there."""
    here = [
        made for made in repository.made
        if made.kind in _HOLDERS and made.item.place.file == path and made.item.place.line <= line
    ]  # fmt: skip
    if not here:
        return []
    start = max(made.item.place.line for made in here)
    return [(made, _key_at(made, path, line)) for made in here if made.item.place.line == start]


def _key_at(made: Made, path: str, line: int) -> str:
    before = [(source.place.line, key) for key, source in made.keys.items()
              if source.place.file == path and source.place.line <= line and key != "*"]  # fmt: skip
    return max(before, default=(0, ""))[1]


def _length(redacted: str) -> int:
    found = _LENGTH.search(redacted)
    return int(found[1]) if found else 0
