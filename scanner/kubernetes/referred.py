"""Files that kustomize and ksops make Secrets of: what is in them is secret because a generator says so.

A file ``db-password.txt`` with one word in it says nothing by itself, and neither does ``color=purple-42`` in
``app.env``; as parts of a Secret they are judged like its values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from scanner.kubernetes.judge import secret_values, silent
from scanner.kubernetes.reading import read
from scanner.kubernetes.words import Words
from scanner.manifest.node import Node, Scalar, Sequence
from scanner.model.match import Inspect, Match
from scanner.model.text import Text

_LINE = re.compile(
    rb"""^[ \t]*(?:export[ \t]+)?(?P<key>[A-Za-z_][\w.-]{0,200})=
        (?:"(?P<double>[^"\r\n]*)"|'(?P<single>[^'\r\n]*)'|(?P<bare>[^\r\n]*(?<![ \t])))[ \t\r]*$""",
    re.MULTILINE | re.VERBOSE,
)
_CIPHERTEXT = (
    b"ENC[AES256_GCM",
    b"-----BEGIN AGE ENCRYPTED",
    b"-----BEGIN PGP MESSAGE",
    b"\0GITCRYPT",
    b"$ANSIBLE_VAULT",
)
_LONGEST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Referred:
    """A file as part of a Secret: lines of ``key=value`` where ``lines``, else all of it the value of ``key``."""

    path: str
    lines: bool
    key: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)

    triggers = ()
    names = ()

    def detect(self, text: Text, inspect: Inspect) -> Iterable[Match]:
        """What the file gives away, one match a key."""
        from scanner.kubernetes.findings import Findings

        data = text.data
        if len(data) > _LONGEST or not data.strip() or (not self.lines and any(sign in data for sign in _CIPHERTEXT)):
            return ()
        words = Words(data)
        if self.lines:
            # What SOPS writes about itself tells who can decrypt, and when it was done.
            own = b"sops_" if b"sops_mac=" in data else b"\0"
            entries = [
                words.entry(found.group("key").decode(), *found.span(found.lastgroup or "bare"))
                for found in _LINE.finditer(data)
                if not found.group("key").startswith(own)
            ]
        else:
            start = len(data) - len(data.lstrip())
            entries = [words.entry(self.key, start, len(data.rstrip()))]
        out = Findings(inspect)
        secret_values(
            [entry for entry in entries if entry.value.strip() and not silent(entry)],
            out,
            detail=self.detail,
            rule="kustomize-secret-literal",
        )
        return out.matches


def referred(text: Text) -> Iterator[Referred]:
    """The files that generators of ``text`` (a kustomization, a ksops generator) read, paths as written."""
    for document in read(text, _may_generate).documents:
        root = document.root
        for generator in _items(root.child("secretGenerator")):
            yield from _files(generator, _told(generator))
        kind = root.child("kind")
        if kind is not None and kind.text == "ksops":
            for generator in _items(root.child("secretFrom")):
                metadata = generator.child("metadata")
                yield from _files(generator, _told(metadata or generator))


def generators(text: Text) -> Iterator[str]:
    """The files that ``text``, a kustomization, names as generators, paths as written."""
    for document in read(text, _may_generate).documents:
        for item in _items(document.root.child("generators")):
            # One may stand there as a text of its own, which is read like any other.
            if isinstance(item, Scalar) and item.value.strip() and "\n" not in item.value:
                yield item.value.strip()


def _may_generate(part: bytes) -> bool:
    return b"secretGenerator" in part or b"ksops" in part or b"generators" in part


def _files(generator: Node, told: Mapping[str, str]) -> Iterator[Referred]:
    one = generator.child("env")
    for item in (*_items(generator.child("envs")), *([one] if one is not None else ())):
        if isinstance(item, Scalar) and item.value.strip():
            yield Referred(item.value.strip(), lines=True, detail=told)
    for key in ("files", "binaryFiles"):
        for item in _items(generator.child(key)):
            if not isinstance(item, Scalar) or not item.value.strip():
                continue
            name, equals, path = item.value.strip().partition("=")
            path = path if equals else name
            yield Referred(path, lines=False, key=name if equals else path.rsplit("/", 1)[-1], detail=told)


def _told(node: Node) -> dict[str, str]:
    named = ((key, node.child(key)) for key in ("namespace", "name"))
    return {"kind": "Secret", **{key: found.text for key, found in named if found is not None}}


def _items(node: Node | None) -> Iterator[Node]:
    return node.items() if isinstance(node, Sequence) else iter(())
