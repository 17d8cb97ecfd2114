"""Sample values live in tests and examples: generic findings there are low, a vendor's token is what it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.model.levels import Severity
from scanner.pipeline.places import severity_at
from scanner.ruleset.examples import fill
from scanner.ruleset.schema import Rule
from tests.conftest import make_repository

KEY = Rule("private-key", "Private key", "It opens what it was made for.", Severity.CRITICAL, checks=("private-key",))


@pytest.mark.parametrize(
    "path",
    [
        *("tests/a.py", "src/test/java/A.java", "a_test.go", "docs/x.md", "pkg/testdata/x", "x.spec.ts"),
        *("app/src/integrationTest/resources/users.yml", "app/src/LoginTest.java", "web/LoginSpec.groovy"),
        *("man/ipsec.secrets.5.in", "src/client.1.md", "usr/share/man/man5/x.5"),
        *("config/locales/fr/devise.yml", "resources/lang/pt_BR/auth.php", "web/i18n/de/login.ts"),
    ],
)
def test_generic_ones_are_low_in_samples(path: str) -> None:
    assert severity_at(path, Severity.MEDIUM, 1) is Severity.LOW
    assert severity_at(path, Severity.CRITICAL, 3) is Severity.CRITICAL


@pytest.mark.parametrize(
    "path",
    [
        "src/attestation.py",
        "latest/app.py",
        "contest.yml",
        "src/Contest.java",
        "src/Latest/app.php",
        "prod/config.yml",
        "src/lang/Lexer.java",
        "app.log.1",
        "v2.1.yml",
        "conf/settings-1.2.xml",
        "deploy/notes-10.4.txt",
        "",
    ],
)
def test_elsewhere_nothing_changes(path: str) -> None:
    assert severity_at(path, Severity.MEDIUM, 1) is Severity.MEDIUM


def test_info_stays_info() -> None:
    assert severity_at("tests/a.py", Severity.INFO, 1) is Severity.INFO


@pytest.mark.parametrize(
    ("path", "severity"),
    [
        ("usr/lib/x86_64-linux-gnu/libgnutls.so.30.34.3", Severity.INFO),
        ("layer/usr/share/misc/magic.mgc", Severity.INFO),
        ("redhat/keys/stub_key.priv", Severity.INFO),
        ("test/dummy.pem", Severity.INFO),
        ("usr/lib/libbilling.so.1", Severity.CRITICAL),
        ("srv/ssh/id_ed25519", Severity.CRITICAL),
        ("conf/fakeeh.pem", Severity.CRITICAL),
    ],
)
def test_keys_of_self_tests_and_declared_dummies_are_examples(path: str, severity: Severity) -> None:
    assert severity_at(path, Severity.CRITICAL, 3, KEY) is severity
    assert severity_at(path, Severity.CRITICAL, 3) is Severity.CRITICAL


@pytest.mark.parametrize("ending", ["env", "tfvars", "pem", "yaml"])
@pytest.mark.parametrize("mode", ["scan", "history"])
def test_a_dummy_beside_a_key_makes_no_example_of_it(
    tmp_path: Path, clean_environment: dict[str, str], ending: str, mode: str
) -> None:
    repository = make_repository(tmp_path / "r", clean_environment)
    for name, key in ("fake", "a"), ("prod", "b"), ("both/fake", "c"), ("both/server", "c"):
        repository.write(f"{name}.{ending}", fill("<<%pem(EC)>>", key))
    repository.commit("keys")
    report = json.loads(repository.unsealed(mode, ".", "-f", "json", "--no-progress").out)
    graded = {(one["path"], one["severity"], one["detail"].get("example", "")) for one in report["findings"]}
    dummy = "a dummy, by the name of its file"
    assert {(f"fake.{ending}", "info", dummy), (f"prod.{ending}", "critical", "")} <= graded
    # One key at two places is as grave as at the worse one, wherever it is shown.
    assert "critical" in {severity for path, severity, _ in graded if path.startswith("both/")}
