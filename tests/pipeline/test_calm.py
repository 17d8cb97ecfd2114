"""Versions that are passed over because nothing new in them stirs a detector: none may hold anything new for one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.engine.prefilter import Hit
from scanner.history.linespans import line_spans
from scanner.history.vectors import vector
from scanner.history.walk import Version
from scanner.kubernetes import interest
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
const manifest = `
`
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


def found(version: Version, kind: FileKind = FileKind.OTHER) -> set[tuple[str, str]]:
    """The secrets that the detectors find which the text wakes, by rule."""
    text = Text(version.data, "a.yaml", kind)
    first, gate = scanner().engine.first_trigger, scanner().engine.first_gate
    by_trigger = [place for _, place in scanner().engine.triggers.literals]
    hits = scanner().engine.prefilter(version.data)
    woken = {by_trigger[hit.entry - first] for hit in hits if first <= hit.entry < gate}
    every = [match for place in woken for match in scanner().detector(place).detect(text, scanner().scan)]
    return {(match.rule, match.secret.reveal().decode()) for match in every if not match.reason}


@pytest.fixture(params=[0, 16 * 1024], ids=["long", "short"])
def size(request: pytest.FixtureRequest) -> Iterator[None]:
    """Texts that pass for long ones, and for short ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(interest, "_LITTLE", request.param)
        yield


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from([FileKind.OTHER, FileKind.CODE]),
    first=st.lists(st.sampled_from(QUIET), max_size=30),
    edits=st.lists(edit, max_size=8),
)
@pytest.mark.usefixtures("size")
def test_what_is_calm_holds_nothing_new(
    kind: FileKind, first: list[str], edits: list[tuple[int, int, list[str]]]
) -> None:
    calm = Calm(scanner())
    now = first
    version = Version(0, "\n".join(now).encode() + b"\n", None, None)
    calm.note(version, hits_in(version.data, None), kind)
    for at, gone, come in edits:
        at = min(at, len(now))
        now = [*now[:at], *come, *now[at + gone :]]
        start = len("".join(f"{line}\n" for line in now[:at]))
        fresh = [start, start + len("".join(f"{line}\n" for line in come))]
        base = version
        version = Version(0, "\n".join(now).encode() + b"\n", vector(fresh), base)
        calm.note(version, hits_in(version.data, fresh), kind)
        assert not calm.holds_nothing_new(version) or found(version, kind) <= found(base, kind)


def version_of(
    data: str, base: Version | None = None, fresh: list[int] | None = None, kind: FileKind = FileKind.OTHER
) -> Version:
    made = Version(0, data.encode(), None if fresh is None else vector(fresh), base)
    Calm(scanner()).note(made, hits_in(made.data, fresh), kind)
    return made


HEAD = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\nspec:\n  replicas: 3\n"
VARIABLE = f"        - name: API_TOKEN\n          value: {PASSWORD}\n"


def test_most_manifests_are_calm_until_something_stirs() -> None:
    calm = Calm(scanner())
    first = version_of(HEAD)
    assert calm.holds_nothing_new(first)
    second = version_of(HEAD + VARIABLE, first, [len(HEAD), len(HEAD + VARIABLE)])
    assert not calm.holds_nothing_new(second)
    third = version_of(HEAD, second, [len(HEAD), len(HEAD)])
    assert not calm.holds_nothing_new(third)


def test_a_long_text_is_calm_again_where_a_variable_stays_as_it_is() -> None:
    calm = Calm(scanner())
    rest = "          # nothing to see here\n" * 2000
    first = version_of(HEAD + rest)
    second = version_of(HEAD + rest + VARIABLE, first, [len(HEAD + rest), len(HEAD + rest + VARIABLE)])
    assert calm.holds_nothing_new(first) and not calm.holds_nothing_new(second)
    third = version_of(HEAD + "# more\n" + rest + VARIABLE, second, [len(HEAD), len(HEAD) + 7])
    assert calm.holds_nothing_new(third)
    beside = version_of(HEAD + rest + VARIABLE + "# x\n", second, [len(HEAD + rest + VARIABLE)] * 2)
    assert not calm.holds_nothing_new(beside)


def test_a_list_of_arguments_that_gets_its_name_stirs() -> None:
    entries = "".join(f"        - --level={number}\n" for number in range(2000))
    option = f"        - --api-token={PASSWORD}\n"
    first = version_of(HEAD + "        words:\n" + entries + option)
    name = "        args:\n"
    second = version_of(HEAD + name + entries + option, first, [len(HEAD), len(HEAD) + len(name)])
    assert not Calm(scanner()).holds_nothing_new(second)
    assert found(second)


def test_what_a_kind_makes_a_secret_stirs_in_each_version() -> None:
    calm = Calm(scanner())
    rest = "  a: b\n" * 4000
    secret = "apiVersion: v1\nkind: Secret\ndata:\n"
    first = version_of(secret + rest)
    second = version_of(secret + rest + "  c: ZA==\n", first, [len(secret + rest), len(secret + rest) + 10])
    assert not calm.holds_nothing_new(first) and not calm.holds_nothing_new(second)


def test_a_program_without_manifests_is_calm_until_one_begins() -> None:
    calm = Calm(scanner())
    code = "const words = `\n" + "  a: b\n" * 20 + f"stringData:\n  password: {PASSWORD}\n`\n"
    first = version_of(code, kind=FileKind.CODE)
    assert calm.holds_nothing_new(first) and not found(first, FileKind.CODE)
    line = "apiVersion: v1\n"
    at = code.index("  a: b")
    second = version_of(code[:at] + line + code[at:], first, [at, at + len(line)], FileKind.CODE)
    assert not calm.holds_nothing_new(second) and found(second, FileKind.CODE)
