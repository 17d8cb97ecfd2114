"""Regions that are claimed, and what they do to the rules for text."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

from scanner.kubernetes import safe_regions, sealed_regions
from scanner.model.text import Text
from scanner.ruleset.examples import fill
from tests.kubernetes.conftest import Found


def claimed(text: str, path: str = "a.yaml") -> list[str]:
    data = text.encode()
    return [data[span.start : span.end].decode() for span in safe_regions(Text.named(data, path))]


def test_sealed_values_are_ciphertext_and_plain_ones_are_not() -> None:
    sealed = fill("<<AgB %B712 =>>", "a")
    text = f"apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec: {{encryptedData: {{a: {sealed}, b: plain-text}}}}\n"
    data = text.encode()
    spans = [data[span.start : span.end].decode() for span in sealed_regions(Text.named(data, "a.yaml"))]
    assert spans == [sealed]
    assert set(claimed(text)) == {sealed, "plain-text"}


def test_ciphertext_in_any_file() -> None:
    value = fill("ENC[AES256_GCM,data:<<%B8>>,iv:<<%B43>>=,tag:<<%B22>>==,type:str]", "a")
    assert claimed(f"password={value}\n", "a.env") == [value]
    armour = fill("-----BEGIN AGE ENCRYPTED FILE-----\n<<%B64>>\n-----END AGE ENCRYPTED FILE-----", "a")
    assert claimed(f"x\n{armour}\ny\n", "a.txt") == [armour]


def test_schemas_references_and_certificates() -> None:
    schema = "apiVersion: v1\nkind: CustomResourceDefinition\nspec: {password: {default: x}}\n"
    assert claimed(schema) == [schema]
    text = "apiVersion: v1\nkind: SecretList\nspec: {secretKeyRef: {name: a, key: b}, caBundle: abc, other: c}\n"
    assert claimed(text) == ["{name: a, key: b}", "abc"]


def test_a_vendors_token_beside_references_is_still_found(found: Callable[[bytes, str], list[Found]]) -> None:
    token = fill("<<ghp_ %A30 %crc62>>", "a")
    text = (
        f"apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nspec: {{data: [{{remoteRef: {{key: {token}}}}}]}}\n"
    )
    assert [rule for _, rule, _, _ in found(text.encode(), "a.yaml")] == ["github-personal-access-token"]


def test_several_secrets_in_one_file_of_a_secret_are_all_found(found: Callable[[bytes, str], list[Found]]) -> None:
    passwords = [fill("<<Kq7- %A14>>", str(number)) for number in range(3)]
    lines = "".join(f"      - name: db{number}\n        password: {one}\n" for number, one in enumerate(passwords))
    text = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\nstringData:\n  config.yaml: |\n    dbs:\n{lines}"
    assert [line for line, _, _, _ in found(text.encode(), "a.yaml")] == [8, 10, 12]


def test_importing_the_package_imports_no_yaml() -> None:
    code = (
        "import sys, scanner.kubernetes as k\n"
        "assert not any(m.split('.')[0] == 'yaml' or m == 'scanner.kubernetes.dispatch' for m in sys.modules)\n"
        "assert len(k.DETECTORS) == len(k.ADVISING)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
