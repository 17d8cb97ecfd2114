"""Versions that are passed over because nothing new in them stirs a detector: none may hold anything for one."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.engine.prefilter import Hit
from scanner.history.delta import Version, line_spans
from scanner.model.filekind import FileKind
from scanner.model.text import Text
from scanner.pipeline.build import text_scanner
from scanner.pipeline.calm import Calm
from scanner.pipeline.options import ScanOptions
from scanner.pipeline.sweep import LINES
from scanner.pipeline.text import TextScanner
from tests.conftest import token

PASSWORD = token("<<%A20>>")
LINES_OF_MANIFESTS = f"""apiVersion: v1
apiVersion: apps/v1
kind: Deployment
kind: ConfigMap
kind: Secret
kind: SealedSecret
kind: CustomResourceDefinition
kind: ExternalSecret
metadata:
  name: shop
  namespace: prod
spec:
data:
stringData:
  replicas: 3
  password: {PASSWORD}
  DB_PASSWORD: {PASSWORD}
  greeting: hello there
  token:
    {PASSWORD}
        - name: API_TOKEN
          value: {PASSWORD}
        - name: LEVEL
          value: info
        # a remark
        args: ["--api-token={PASSWORD}"]
  image: registry.example/shop:1.2
---
helm install shop ./chart --set password={PASSWORD}
helm install shop ./chart
replicaCount: 2
""".splitlines()

# What a history begins with, and most of what comes, stirs nothing by itself.
QUIET = [line for line in LINES_OF_MANIFESTS if PASSWORD not in line and not line.endswith(("Secret", "Data:"))]

lines = st.lists(st.sampled_from(QUIET), max_size=3) | st.lists(st.sampled_from(LINES_OF_MANIFESTS), max_size=4)
# Where, how many lines go there, and those that come.
edit = st.tuples(st.integers(0, 60), st.integers(0, 3), lines)


@cache
def scanner() -> TextScanner:
    return text_scanner(ScanOptions())


def hits_in(data: bytes, fresh: list[int] | None) -> list[Hit]:
    """What the first pass says of the fresh lines and of those around them."""
    hits = scanner().engine.prefilter(data)
    if fresh is None:
        return hits
    spans = line_spans(data, fresh, LINES, 0)
    return [hit for hit in hits if bisect_right(spans, hit.end - 1) % 2]


def finds(data: bytes, wakes: int) -> bool:
    text = Text(data, "a.yaml", FileKind.OTHER)
    woken = [scanner().detector(place) for place in range(wakes.bit_length()) if wakes >> place & 1]
    return any(list(detector.detect(text, scanner().scan)) for detector in woken)


@settings(max_examples=150, deadline=None)
@given(first=st.lists(st.sampled_from(QUIET), max_size=30), edits=st.lists(edit, max_size=8))
def test_what_is_calm_holds_nothing(first: list[str], edits: list[tuple[int, int, list[str]]]) -> None:
    calm = Calm(scanner())
    now = first
    version = Version(0, "\n".join(now).encode() + b"\n", None, None)
    calm.note(version, hits_in(version.data, None))
    for at, gone, come in edits:
        at = min(at, len(now))
        now = [*now[:at], *come, *now[at + gone :]]
        start = len("".join(f"{line}\n" for line in now[:at]))
        fresh = [start, start + len("".join(f"{line}\n" for line in come))]
        version = Version(0, "\n".join(now).encode() + b"\n", fresh, version)
        calm.note(version, hits_in(version.data, fresh))
        assert version.wakes <= 0 or not finds(version.data, version.wakes)


def test_most_manifests_are_calm_until_something_stirs() -> None:
    calm = Calm(scanner())
    head = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\nspec:\n  replicas: 3\n"
    first = Version(0, head.encode(), None, None)
    calm.note(first, hits_in(first.data, None))
    assert first.wakes > 0
    tail = f"        - name: API_TOKEN\n          value: {PASSWORD}\n"
    second = Version(1, (head + tail).encode(), [len(head), len(head + tail)], first)
    calm.note(second, hits_in(second.data, second.fresh))
    assert second.wakes < 0
    third = Version(2, head.encode(), [len(head), len(head)], second)
    calm.note(third, [])
    assert third.wakes < 0
