"""Keystores as files, by what is in them: made by openssl where it is, and by hand."""

from __future__ import annotations

import base64
import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from scanner.formats.keystores import Keystores
from scanner.model.text import Text
from scanner.ruleset.example_stores import keystore
from tests.conftest import Repository
from tests.sources.samples import zipped


def found(data: bytes) -> list[tuple[str, str]]:
    return [(match.rule, match.severity.label) for match in Keystores().detect(Text.named(data, "x"), lambda text: [])]


def store(form: str) -> bytes:
    return base64.b64decode(keystore(form, random.Random(form)))


def test_stores_of_java_keepass_and_pkcs12() -> None:
    assert found(store("jks")) == [("java-keystore", "medium")]
    assert found(store("jks-stock")) == [("java-keystore", "critical")], "a password that everybody tries"
    assert found(store("jceks")) == [("java-keystore", "medium")]
    assert found(store("kdbx")) == [("keepass-database", "medium")]
    assert found(store("pkcs12")) == [("pkcs12-keystore", "medium")]


def test_certificates_alone_are_public() -> None:
    assert found(store("truststore")) == found(store("pkcs12-certificates")) == []


@pytest.mark.parametrize("form", ["jks", "pkcs12", "kdbx"])
def test_a_store_that_is_cut_or_lies_about_its_counts(form: str) -> None:
    data = store(form)
    for size in range(len(data)):
        found(data[:size])
        found(data[:size] + b"\xff" * 8 + data[size + 8 :])


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
@pytest.mark.parametrize(
    "options", [(), ("-legacy",), ("-certpbe", "NONE", "-keypbe", "NONE"), ("-nokeys",)], ids=" ".join
)
def test_what_openssl_writes(tmp_path: Path, options: tuple[str, ...]) -> None:
    def openssl(*arguments: str) -> int:
        return subprocess.run(["openssl", *arguments], cwd=tmp_path, capture_output=True).returncode

    assert openssl("req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", "k", "-out", "c", "-subj", "/CN=a") == 0
    if openssl("pkcs12", "-export", "-inkey", "k", "-in", "c", "-passout", "pass:x1", "-out", "s", *options):
        pytest.skip("this openssl has no such option")
    data = (tmp_path / "s").read_bytes()
    assert found(data) == ([] if "-nokeys" in options else [("pkcs12-keystore", "medium")])


def test_on_the_disk_in_an_archive_and_in_git(repo: Repository) -> None:
    repo.write("conf/server.bin", store("jks"))
    repo.write("app.jar", zipped({"META-INF/server.p12": store("pkcs12")}))
    repo.commit()
    for command in ("scan", "history"):
        report = json.loads(repo.unsealed(command, ".", "-f", "json").out)
        assert {(item["rule"], item["path"]) for item in report["findings"]} == {
            ("java-keystore", "conf/server.bin"), ("pkcs12-keystore", "app.jar!/META-INF/server.p12"),
        }  # fmt: skip
