"""Of long texts only the documents and entries that changed are read: what they hold is what whole versions hold."""

from __future__ import annotations

import base64
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.kubernetes import interest
from scanner.kubernetes.manifest import Manifests
from scanner.model.match import Inspect, Match
from scanner.model.text import Text
from scanner.pipeline import extent
from tests.conftest import token
from tests.pipeline.histories import Commit, Packing, Report, fresh_repository, imported, packed, swept

WORDS = "alpha beta gamma delta node path value index count total buffer user cache queue parse".split()


def secret(seed: int) -> str:
    return token(f"<<%A20>>{seed}")[:20]


def manifest(seed: int) -> str:
    value = base64.b64encode(secret(seed).encode()).decode()
    return f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: s{seed % 9}\ndata:\n  password: {value}\n"


def filler(seed: int) -> str:
    """Words, but no phrase: a table of phrases is no object, and how many there are is told by all entries."""
    return "-".join(WORDS[(seed * 7 + place * (seed % 5 + 1)) % len(WORDS)] for place in range(30 + seed % 17))


def entry(seed: int) -> dict[str, object]:
    """An entry of a list, most of them without a secret."""
    shapes: list[dict[str, object]] = [
        {"location": f"{seed}/", "text": filler(seed)},
        {"location": f"{seed}/", "text": f"{filler(seed)}\nexport TOKEN={token(str(seed))}\n{filler(seed + 1)}"},
        {"name": "DB_PASSWORD", "value": secret(seed), "more": filler(seed)},
        {"location": f"{seed}/", "text": f"{filler(seed)}\n---\n{manifest(seed)}---\n{filler(seed + 2)}"},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"c{seed}"}, "data": {"a": [filler(seed), {}]}},
        {"location": f"{seed}/", "text": f'{filler(seed)} {{ " ] }} [ \\ '},
    ]
    return shapes[seed % len(shapes)]


def document(seed: int) -> str:
    """A document of YAML, most of them without a secret."""
    crd = (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: things\nspec:\n"
        f"  description: {filler(seed)}\n"
    )
    shapes = [
        crd + "".join(f"  - {word}: string\n" for word in filler(seed).split("-")),
        crd + f"  password: {secret(seed)}\n  note: {token(str(seed))}\n" + f"  more: {filler(seed + 3)}\n" * 3,
        manifest(seed),
        f"apiVersion: apps/v1\nkind: Deployment\nspec:\n  note: {filler(seed)}\n  env:\n"
        f"  - name: API_TOKEN\n    value: {secret(seed)}\n",
        f"apiVersion: v1\nkind: ConfigMap\ndata:\n  fence: |\n    ```\n    {filler(seed)}\n    ```\n",
    ]
    return shapes[seed % len(shapes)]


# What wakes the detectors stays: what they found is carried on even where they would no longer be asked.


def one_line(seeds: Sequence[int]) -> bytes:
    return json.dumps({"config": {"about": "apiVersion"}, "docs": [entry(seed) for seed in (4, *seeds)]}).encode()


def printed(seeds: Sequence[int]) -> bytes:
    return json.dumps([entry(seed) for seed in (4, *seeds)], indent=2).encode()


def listed(seeds: Sequence[int]) -> bytes:
    return json.dumps({"kind": "List", "items": [entry(seed) for seed in (4, *seeds)]}, indent=1).encode()


def stream(seeds: Sequence[int]) -> bytes:
    return "---\n".join(document(seed) for seed in (4, *seeds)).encode()


WRITERS = {"index.json": one_line, "export.json": printed, "list.json": listed, "install.yaml": stream}
# Which entry goes, and what comes in its place.
edits = st.lists(st.tuples(st.integers(0, 30), st.lists(st.integers(0, 40), max_size=2)), min_size=1, max_size=6)
versions = st.tuples(st.sampled_from(sorted(WRITERS)), st.lists(st.integers(0, 40), min_size=4, max_size=14), edits)


@pytest.fixture
def _long(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every text passes for a long one."""
    monkeypatch.setattr(extent, "_SMALL", 64)
    monkeypatch.setattr(interest, "_LITTLE", 0)
    yield


@pytest.mark.usefixtures("_long")
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(given_=versions)
def test_what_changed_holds_all_there_is(
    given_: tuple[str, list[int], list[tuple[int, list[int]]]], clean_environment: dict[str, str]
) -> None:
    name, seeds, changes = given_
    states = [seeds]
    for at, come in changes:
        last = states[-1]
        at = min(at, len(last))
        states.append([*last[:at], *come, *last[at + 1 :]])
    with tempfile.TemporaryDirectory() as folder:
        repo = fresh_repository(Path(folder), clean_environment)
        imported(repo, [Commit({name: WRITERS[name](state)}) for state in states])
        packed(repo, Packing("repacked", window=250, depth=200))
        fresh, whole = swept(repo), swept(repo, "--whole-blobs")
    assert found(fresh) == found(whole)


def found(report: Report) -> set[tuple[str, str, str]]:
    return {
        (one["rule"], one["fingerprint"], place["commit"]) for one in report.findings for place in one["occurrences"]
    }


@pytest.mark.usefixtures("_long")
@pytest.mark.parametrize("keyed", [True, False])
# With deltas, and each version as it is.
@pytest.mark.parametrize("window", [250, 0])
def test_a_document_is_read_once_unless_hashes_can_be_foreseen(
    tmp_path: Path, clean_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, window: int, keyed: bool
) -> None:
    flags = SimpleNamespace(**{name: getattr(sys.flags, name) for name in dir(sys.flags) if not name.startswith("_")})
    flags.hash_randomization = int(keyed)
    monkeypatch.setattr(sys, "flags", flags)
    read = noted_reads(monkeypatch)
    # Each version differs from every other in which of two documents it has, without a secret and with one, and by a
    # secret of its own.
    states = [
        [
            *(quiet(f"{bit}-{number >> bit & 1}") for bit in range(3)),
            *(manifest(10 + 2 * bit + (number >> bit & 1)) for bit in range(3)),
            manifest(number),
        ]
        for number in range(8)
    ]
    repo = fresh_repository(tmp_path, clean_environment)
    imported(repo, [Commit({"install.yaml": "---\n".join(state).encode()}) for state in states])
    packed(repo, Packing("repacked", window=window, depth=200))
    places = found(swept(repo))
    own = {f"---\n{manifest(number)}".encode() for number in range(8)}
    parts = Counter(data for data in read if data.startswith(b"---") and data not in own)
    assert (max(parts.values()) == 1) is keyed
    assert places == found(swept(repo, "--whole-blobs"))
    assert len({fingerprint for _, fingerprint, _ in places}) == len(states) + 6


@pytest.mark.usefixtures("_long")
def test_what_git_made_from_a_page_that_quotes_it_is_read_part_by_part(
    tmp_path: Path, clean_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = noted_reads(monkeypatch)
    text = stream([2, 4, 7, 12])
    repo = fresh_repository(tmp_path, clean_environment)
    imported(repo, [Commit({"install.yaml": text, "install.html": b"<pre>\n" + text + b"</pre>\n" * 9})])
    packed(repo, Packing("repacked", window=250, depth=200))
    places = found(swept(repo))
    assert text not in read
    assert any(text.endswith(part) for part in read)
    assert places == found(swept(repo, "--whole-blobs"))
    assert {rule for rule, _, _ in places} == {"kubernetes-secret-value"}


def noted_reads(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What the detector of manifests reads from now on."""
    read: list[bytes] = []
    detect = Manifests.detect

    def noted(self: Manifests, text: Text, inspect: Inspect) -> Iterable[Match]:
        read.append(text.data)
        return detect(self, text, inspect)

    monkeypatch.setattr(Manifests, "detect", noted)
    return read


def quiet(name: str) -> str:
    """A document that wakes detectors and has nothing for them."""
    return f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\ndata: {{}}\n"
