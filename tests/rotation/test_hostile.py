"""Repositories that were written to be slow to read are read in no time, and say so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from scanner.rotation.compose import Question
from scanner.rotation.names import Fit, fit, shown

from .harness import run
from .harness import shown as page

SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: n}\n"


@contextmanager
def in_no_time(limit: float = 5.0) -> Iterator[None]:
    """Processor time, so that a busy machine does not matter."""
    started = time.process_time()
    yield
    assert time.process_time() - started < limit


def test_bases_that_are_shared_by_two_to_the_forty_ways() -> None:
    files = {"k0/kustomization.yaml": "resources: [s.yaml]\n", "k0/s.yaml": SECRET}
    for level in range(1, 40):
        for side in "ab":
            below = [f"../k{level - 1}{other}" for other in "ab"] if level > 1 else ["../k0"]
            files[f"k{level}{side}/kustomization.yaml"] = f"resources: [{', '.join(below)}]\n"
    with in_no_time():
        assert run(files, Question("s", "n"))


def test_components_that_use_each_other_twice() -> None:
    files = {
        "top/kustomization.yaml": "namespace: n\nresources: [s.yaml]\ncomponents: [../c0, ../c0]\n",
        "top/s.yaml": SECRET,
    }
    for level in range(30):
        files[f"c{level}/kustomization.yaml"] = f"kind: Component\ncomponents: [../c{level + 1}, ../c{level + 1}]\n"
    files["c30/kustomization.yaml"] = "kind: Component\nresources: []\n"
    with in_no_time(20):
        (book,) = run(files, Question("s", "n"))
    assert any("circle" in line for line in book.unresolved)


@pytest.mark.parametrize(
    "name",
    ["{{a}}" * 60 + "x", "{{a}}-" * 60 + "x", "{{" * 5_000, "{{ " + "x" * 100_000, "{{if}}" * 5_000, "${" * 30_000],
)
def test_names_with_very_many_holes(name: str) -> None:
    with in_no_time():
        assert fit(name, "-" * 250) in (Fit.NONE, Fit.TEMPLATE)
        assert shown(name)
        pod = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p, namespace: n}}\nspec:\n  containers:\n  - envFrom:\n    - secretRef:\n        name: '{name}'\n"
        run({"s.yaml": SECRET, "c/Chart.yaml": "name: c\n", "c/templates/p.yaml": pod}, Question("s", "n"))


def test_numbers_beyond_all_measure() -> None:
    nines = "9" * 6000
    workload = f"""apiVersion: apps/v1
kind: Deployment
metadata: {{name: d, namespace: n}}
spec:
  replicas: {nines}
  minReadySeconds: {nines}
  strategy: {{rollingUpdate: {{maxSurge: "{nines}%", maxUnavailable: {nines}}}}}
  template:
    spec:
      terminationGracePeriodSeconds: {nines}
      containers: [{{name: c, image: c, envFrom: [{{secretRef: {{name: s}}}}]}}]
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {{name: s, namespace: n}}
spec: {{refreshInterval: "{nines}h", syncWindows: {{kind: deny, windows: [{{schedule: "{nines} * * * *", duration: "{nines}s"}}]}}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {{name: c, namespace: n}}
spec: {{schedule: "*/{nines} * * * *", jobTemplate: {{spec: {{template: {{spec: {{containers: [{{envFrom: [{{secretRef: {{name: s}}}}]}}]}}}}}}}}}}
"""
    with in_no_time():
        text = page(run({"a.yaml": workload}, Question("s", "n")))
    assert "Deployment/d" in text and "CronJob/c" in text


def test_a_script_that_says_secret_a_hundred_thousand_times() -> None:
    pod = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p, namespace: n}}\nspec: {{containers: [{{args: ['{'secret ' * 100_000}']}}]}}\n"
    with in_no_time(10):
        run({"s.yaml": SECRET, "p.yaml": pod}, Question("s", "n"))
