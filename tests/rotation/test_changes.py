"""What kustomizations change in objects, and in which ones."""

from __future__ import annotations

import time

import pytest

from scanner.rotation.changes import annotated, merged_generator
from scanner.rotation.items import Item
from scanner.rotation.reader import read_inline
from scanner.rotation.selecting import name_fits, selects, targets
from scanner.rotation.tree import Place, Table, rows, table, text

HERE = Place("over/kustomization.yaml", 1)


def tree(source: str) -> Table:
    found = next(iter(read_inline(source, HERE)))
    assert isinstance(found, Table)
    return found


def item(source: str, *, kind: str = "Secret", file: str = "over/kustomization.yaml") -> Item:
    return Item(kind, "", "s", "", tree(source), Place(file, 1), generated=True, hashed=True)


def test_annotations_reach_the_pods_as_well() -> None:
    web = item("spec: {template: {metadata: {annotations: {a: x}}, spec: {}}}", kind="Deployment")
    job = item("spec: {jobTemplate: {spec: {template: {spec: {}}}}}", kind="CronJob")
    first, second, secret = annotated([web, job, item("data: {}")], tree("b: y").items, HERE)
    assert first.annotations() == {"b": "y"}
    pods = table(first.tree, "spec", "template", "metadata", "annotations")
    assert {key: text(value) for key, value in pods.items()} == {"a": "x", "b": "y"}
    assert text(second.tree, "spec", "jobTemplate", "spec", "template", "metadata", "annotations", "b") == "y"
    assert table(secret.tree, "spec") == {}


BASE = "name: s\ndata: {a: '1', b: '2'}\nmetadata: {labels: {old: x}}\nfiles: [k=key.txt]"
MADE = "name: s\ndata: {b: '3'}\nmetadata: {labels: {new: y}, annotations: {n: z}}\nfiles: [own.txt]\nimmutable: 'true'"


def test_a_generator_adds_to_that_of_a_base() -> None:
    base = item(BASE, file="base/kustomization.yaml")
    (both,) = merged_generator([base], item(MADE), "merge")
    assert {key: text(value) for key, value in table(both.tree, "data").items()} == {"a": "1", "b": "3"}
    assert both.labels() == {"old": "x", "new": "y"} and both.annotations() == {"n": "z"}
    assert text(both.tree, "immutable") == "true"
    assert [text(one) for one in rows(both.tree, "files")] == ["k=key.txt", "../over/own.txt"]


@pytest.mark.parametrize(("behavior", "keys"), [("replace", [{"b"}]), ("create", [{"a", "b"}, {"b"}])])
def test_a_generator_takes_the_place_of_that_of_a_base_only_when_told(behavior: str, keys: list[set[str]]) -> None:
    made = merged_generator([item(BASE, file="base/kustomization.yaml")], item(MADE), behavior)
    assert [set(table(one.tree, "data")) for one in made] == keys


@pytest.mark.parametrize(
    ("target", "meant"),
    [
        ("annotationSelector: team=web", True),
        ("annotationSelector: team=db", False),
        ("labelSelector: 'app in (a, b)'", True),
        ("{kind: Secret, name: s.*, labelSelector: '!app'}", False),
        ("{kind: Deployment}", False),
    ],
)
def test_a_target_is_met_by_all_it_says(target: str, meant: bool) -> None:
    one = item("metadata: {name: s, labels: {app: a}, annotations: {team: web}}")
    assert targets(tree(target), one) == meant


@pytest.mark.parametrize(
    ("expression", "taken"),
    [
        ("{key: app, operator: Exists}", True),
        ("{key: old, operator: Exists}", False),
        ("{key: old, operator: DoesNotExist}", True),
        ("{key: app, operator: DoesNotExist}", False),
        ("{key: app, operator: NotIn, values: [a]}", False),
        ("{key: app, operator: Near, values: [a]}", False),
    ],
)
def test_a_selector_of_expressions(expression: str, taken: bool) -> None:
    assert selects(tree(f"matchExpressions: [{expression}]"), {"app": "a"}) == taken


def test_an_expression_that_runs_for_hours_is_given_up() -> None:
    started = time.process_time()
    assert not name_fits(r"(a|aa)+x?$b", "a" * 60)
    assert time.process_time() - started < 5
