"""Targets that read text: manifests, encoded layers, keystores, whole texts through all stages."""

from __future__ import annotations

import base64
import gzip
import random
from collections.abc import Hashable, Sequence
from pathlib import Path

from fuzzing.target import Run, Target, size_class
from scanner.engine.decoders import layers
from scanner.engine.decoders.texts import unpacked
from scanner.engine.encoding import to_text
from scanner.formats.keystores import Keystores
from scanner.manifest.documents import documents, manifests
from scanner.manifest.islands import islands
from scanner.manifest.node import walk
from scanner.model.text import Text
from scanner.pipeline.build import text_scanner
from scanner.pipeline.options import ScanOptions
from scanner.ruleset.example_stores import keystore
from scanner.ruleset.examples import fill

_MANIFESTS = (
    b"apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n  namespace: a\ntype: Opaque\nstringData:\n  password: abc\n",
    b"kind: Secret\ndata: {a: YWJj, b: 'ZGVm'}\n---\nkind: List\nitems:\n- kind: ConfigMap\n  data:\n    x: |\n      y: 1\n",
    b'{"apiVersion": "v1", "kind": "Secret", "data": {"a": "YWJj\\u0041"}}\n{"kind": "Pod"}\n',
    b"a: &x [1, *x]\nb: {<<: *x, c: !!binary abc}\nd: >-\n  folded\n  text\n? complex\n: value\n",
    b"{{- if .Values.x }}\nkind: Secret\nstringData:\n  p: {{ .Values.p | quote }}\n{{- end }}\n",
    b"kind: Secret\nstringData:\n\tp: 'it''s'\n\tq: \"a\\x41\\n\"\nsops:\n  mac: ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]\n",
    b"text\n```yaml\nkind: Secret\nstringData:\n  a: b\n```\nEOF\nkubectl create secret generic a --from-literal=b=c\n",
)
_MANIFEST_WORDS = (
    b"kind: Secret\n", b"stringData:\n", b"data:\n", b"---\n", b"- ", b"  ", b": ", b"&a ", b"*a", b"<<: ", b"{", b"}",
    b"[", b"]", b"|\n", b">-\n", b"'", b'"', b"\\", b"#", b"{{", b"}}", b"\xef\xbb\xbf", b"\xc2\x85", b"%YAML 1.1\n", b"!!", b"? ",
)  # fmt: skip


def _manifest(_folder: Path) -> Run:
    def run(data: bytes) -> Hashable:
        found: list[Hashable] = []
        for document in documents(data):
            nodes = sum(1 for _ in walk(document.root))
            found.append((document.how, size_class(nodes), sum(1 for _ in manifests(document))))
        return (*found[:6], size_class(len(islands(data).layers)))

    return run


def _encoded_seeds() -> Sequence[bytes]:
    inner = b"password = correct horse battery\n"
    packed = base64.b64encode(gzip.compress(inner * 3))
    return [
        b'x = "' + base64.b64encode(inner) + b'"\n',
        base64.urlsafe_b64encode(inner * 4) + b"\n" + inner.hex().encode() + b"\n",
        b"data: " + packed + b"\n",
        b"a%20password%3D%22secret%22%0A" * 3,
        b'"pass\\u0077ord\\x3d\\"abc\\" \\n" + "more" + \\\n "again"\n',
        "pаsswоrd = sеcret".encode(),
        base64.b64encode(inner.decode().encode("utf-16-le")),
        b"\n".join(base64.encodebytes(inner * 9).splitlines()),
    ]


def _encoded(_folder: Path) -> Run:
    def run(data: bytes) -> Hashable:
        found: list[Hashable] = []
        for layer in layers(data):
            assert 0 <= layer.outer.start < layer.outer.end <= len(data), "a layer lies outside its text"
            found.append((layer.codec, size_class(len(layer.data))))
        found.append(size_class(len(unpacked(data, 1 << 16)[0])))
        return tuple(found[:8])

    return run


def _store_seeds() -> Sequence[bytes]:
    forms = ("jks", "jks-stock", "jceks", "truststore", "pkcs12", "pkcs12-certificates", "kdbx")
    encoded = [keystore(form, random.Random(form)).encode() for form in forms]
    return [*(base64.b64decode(one) for one in encoded), *(b"store: " + one + b"\n" for one in encoded)]


def _store(_folder: Path) -> Run:
    detector = Keystores()

    def run(data: bytes) -> Hashable:
        found = list(detector.detect(Text.named(data, "a.jks"), lambda text: []))
        for match in found:
            assert 0 <= match.span.start <= match.span.end <= len(data)
        return tuple((match.rule, match.severity) for match in found)

    return run


def _text_seeds() -> Sequence[bytes]:
    token = fill("<<ghp_ %A30 %crc62>>", "fuzz").encode()
    key = fill("<<%pem(RSA)>>", "fuzz").encode()
    return [
        *_MANIFESTS, *_encoded_seeds(),
        b'key = "' + token + b'"\n', base64.b64encode(b"token: " + token), key[:2000],
        b"AWS_ACCESS_KEY_ID=AKIA" + b"\nAWS_SECRET_ACCESS_KEY=\npassword: hunter2\nurl=postgres://u:p@h/d\n",
        ("Ключ " + token.decode()).encode("utf-16"), b"a\0b\0password=abc\0",
    ]  # fmt: skip


def _text(_folder: Path) -> Run:
    scanner = text_scanner(ScanOptions())
    names = ("a.yaml", "a.py", ".env", "a.json", "a.md", "values.yaml", "Dockerfile", "a.tf", "id_rsa", "config")

    def run(data: bytes) -> Hashable:
        text = to_text(data[1:], names[data[0] % len(names)] if data else "")
        matches = scanner.scan(text)
        for match in matches:
            assert 0 <= match.span.start <= match.span.end <= len(text.data), "a match lies outside its text"
        assert not scanner.engine.runaways(), "an expression ran out of time"
        return tuple((match.rule, bool(match.reason)) for match in matches[:6])

    return run


TARGETS = (
    Target("yaml", _manifest, lambda: _MANIFESTS, _MANIFEST_WORDS, 4096, 512),
    Target(
        "decoders",
        _encoded,
        _encoded_seeds,
        (b"%3D", b"\\u0041", b"\\x41", b"=", b"==", b'" + "', b"0x", b"\\\n"),
        4096,
    ),
    Target("keystores", _store, _store_seeds, (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce", b"MII", b"\x02\x01\x03\x30")),
    Target(
        "text",
        _text,
        _text_seeds,
        (*_MANIFEST_WORDS, b"password=", b"secret: ", b"-----BEGIN ", b"ghp_", b"AKIA"),
        2048,
        256,
    ),
)
