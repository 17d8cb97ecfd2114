"""Advice comes only when asked for, is info, and says why and what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.cli import main
from scanner.model.levels import Severity
from scanner.model.text import Text
from scanner.pipeline.text import TextScanner

ROLE = (
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: r, namespace: n}}\n"
    "rules:\n- apiGroups: {groups}\n  resources: {resources}\n  verbs: {verbs}\n"
)
DEPLOYMENT = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n"
    "      - name: web\n        envFrom:\n        - secretRef: {name: all}\n"
)


def advice(adviser: TextScanner, text: str) -> list[str]:
    found = [match for match in adviser.scan(Text.named(text.encode(), "a.yaml")) if match.rule.startswith("advice-")]
    assert all(match.severity is Severity.INFO and match.detail["why"] and match.detail["do"] for match in found)
    return [match.rule for match in found]


@pytest.mark.parametrize(
    ("kind", "groups", "resources", "verbs", "expected"),
    [
        ("Role", '[""]', "[secrets]", "[get]", True),
        ("ClusterRole", '["*"]', '["*"]', '["*"]', True),
        ("Role", '[""]', "[pods, secrets]", "[watch]", True),
        ("Role", '[""]', "[secrets]", "[create, update]", False),
        ("Role", "[apps]", '["*"]', "[get]", False),
        ("Role", '[""]', "[configmaps]", "[get]", False),
    ],
)
def test_roles(adviser: TextScanner, kind: str, groups: str, resources: str, verbs: str, expected: bool) -> None:
    text = ROLE.format(kind=kind, groups=groups, resources=resources, verbs=verbs)
    assert advice(adviser, text) == (["advice-rbac-reads-secrets"] if expected else [])


def test_not_without_being_asked(scanner: TextScanner, adviser: TextScanner) -> None:
    assert advice(adviser, DEPLOYMENT) == ["advice-secret-in-environment"]
    assert scanner.scan(Text.named(DEPLOYMENT.encode(), "a.yaml")) == []


@pytest.mark.parametrize(
    ("interval", "expected"), [('"0"', True), ("0s", True), ("48h", True), ("1h", False), ("1h0m0s", False)]
)
def test_refresh(adviser: TextScanner, interval: str, expected: bool) -> None:
    text = f"apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nspec: {{refreshInterval: {interval}}}\n"
    assert advice(adviser, text) == (["advice-external-secret-refresh"] if expected else [])


def test_advice_does_not_hide_a_leak(adviser: TextScanner) -> None:
    text = (
        "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n"
        "  providers:\n  - aescbc: {keys: [{name: a, secret: "
        + "c2VjcmV0a2V5MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM="
        + "}]}\n"
    )
    found = {match.rule for match in adviser.scan(Text.named(text.encode(), "a.yaml")) if not match.reason}
    assert "kubernetes-encryption-key" in found


def test_a_secret_in_clear_among_sealed_ones_of_other_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    value = "Kq7-" + "x81Lm2QpZt"
    (tmp_path / "a.yaml").write_text("apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nspec: {data: []}\n")
    (tmp_path / "b.yaml").write_text(
        f"apiVersion: v1\nkind: Secret\nmetadata: {{name: db}}\nstringData: {{x: {value}}}\n"
    )
    monkeypatch.chdir(tmp_path)
    assert main(["scan", ".", "--advice", "-f", "jsonl"]) == 1
    found = {one["rule"]: one for one in map(json.loads, capsys.readouterr().out.splitlines())}
    assert set(found) == {"kubernetes-secret-value", "advice-unsealed-secret"}
    assert found["advice-unsealed-secret"]["severity"] == "info"
    (tmp_path / "a.yaml").unlink()
    assert main(["scan", ".", "--advice", "-f", "jsonl"]) == 1
    assert "advice-unsealed-secret" not in capsys.readouterr().out
