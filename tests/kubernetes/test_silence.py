"""Regions that are claimed, and what they do to the rules for text."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
import yaml

from scanner.kubernetes import safe_regions
from scanner.model.match import Match
from scanner.model.text import Text
from scanner.ruleset.examples import fill
from tests.kubernetes.conftest import Found


def claimed(text: str, path: str = "a.yaml") -> list[str]:
    data = text.encode()
    return [data[span.start : span.end].decode() for span in safe_regions(Text.named(data, path))]


@pytest.mark.parametrize("width", [20, 24, 30, 32, 38, 40, 43, 44, 48, 64, 76])
@pytest.mark.parametrize("name", ["AWS_SECRET_ACCESS_KEY", "github_token", "vault_unseal_key", "password"])
def test_sealed_values_folded_at_any_width(found: Callable[[bytes, str], list[Found]], width: int, name: str) -> None:
    """A line of forty letters below that name would be a key anywhere else."""
    sealed = fill("<<AgB %B712 =>>", f"{width}{name}")
    lines = "".join(f"      {sealed[at : at + width]}\n" for at in range(0, len(sealed), width))
    text = f"apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec:\n  encryptedData:\n    {name}: >-\n{lines}"
    assert found(text.encode(), "a.yaml") == []


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


@pytest.mark.parametrize(
    "value", ["@/secrets/db/password", "@/var/run/secrets/pw", "change-me-redis", "minioadminchangeme"]
)
def test_files_to_read_and_orders_to_change_are_no_arguments_secrets(
    found: Callable[[bytes, str], list[Found]], value: str
) -> None:
    text = f"""apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{containers: [{{args: ["--db-password={value}"]}}]}}\n"""
    assert found(text.encode(), "a.yaml") == []


@pytest.mark.parametrize(
    "entry",
    [
        'userKey: self.values["CSI_NODE_SECRET"]', 'secretkey: base64.b64encode(made["Key"].encode("utf-8")).decode("utf-8")',
        "ca.password: _P12-PASSWORD_", "sasl.mechanism: SCRAM-SHA-512", "config: |\n    shards: []",
        "extra_args: -d=5", "APP__POSTGRES__MAINDB: app_main", "note: This is a file.", "password: ignore",
    ],
)  # fmt: skip
def test_code_orders_and_empty_settings_are_no_secrets(found: Callable[[bytes, str], list[Found]], entry: str) -> None:
    assert found(f"apiVersion: v1\nkind: Secret\nstringData:\n  {entry}\n".encode(), "a.yaml") == []


@pytest.mark.parametrize("key", ["mongodb", "MAINDB", "app.rootdb"])
def test_what_is_named_by_a_database_may_be_its_password(found: Callable[[bytes, str], list[Found]], key: str) -> None:
    value = fill("<<%A20>>", key)
    assert len(found(f"apiVersion: v1\nkind: Secret\nstringData:\n  {key}: {value}\n".encode(), "a.yaml")) == 1


@pytest.mark.parametrize("place", ["data", "stringData"])
def test_a_key_in_armour_that_is_empty_is_no_secret(found: Callable[[bytes, str], list[Found]], place: str) -> None:
    key = "|\n    -----BEGIN RSA PRIVATE KEY-----\n    -----END RSA PRIVATE KEY-----"
    assert found(f"apiVersion: v1\nkind: Secret\n{place}:\n  client-key.pem: {key}\n".encode(), "a.yaml") == []


def test_a_vendors_token_beside_references_is_still_found(found: Callable[[bytes, str], list[Found]]) -> None:
    token = fill("<<ghp_ %A30 %crc62>>", "a")
    text = (
        f"apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nspec: {{data: [{{remoteRef: {{key: {token}}}}}]}}\n"
    )
    assert [rule for _, rule, _, _ in found(text.encode(), "a.yaml")] == ["github-personal-access-token"]


def test_several_secrets_in_one_file_of_a_secret_are_all_found(found: Callable[[bytes, str], list[Found]]) -> None:
    passwords = [fill("<<Kq7- %A14>>", str(number)) for number in range(3)]
    config = "dbs:\n" + "".join(f"- name: db\n  password: {one}\n" for one in passwords)
    secret = {"apiVersion": "v1", "kind": "Secret", "stringData": {"config.yaml": config}}
    text = yaml.safe_dump(secret, default_style="|", sort_keys=False)
    lines = text.split("\n")
    at = [number for number, line in enumerate(lines, 1) if "password" in line]
    assert [line for line, _, _, _ in found(text.encode(), "a.yaml")] == at


def test_an_ordinary_manifest_imports_no_yaml() -> None:
    code = (
        "import sys, scanner.kubernetes as k\n"
        "from scanner.model.text import Text\n"
        "text = Text.named(b'apiVersion: v1\\nkind: Service\\n', 'a.yaml')\n"
        "assert not list(k.DETECTORS[0].detect(text, None)) and not k.safe_regions(text)\n"
        "assert not any(m.split('.')[0] == 'yaml' or m == 'scanner.kubernetes.dispatch' for m in sys.modules)\n"
        "assert len(k.DETECTORS) == len(k.ADVISING)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_verb_of_a_format_is_no_token(found: Callable[[bytes, str], list[Found]]) -> None:
    text = "apiVersion: v1\nkind: Config\nclusters: [{name: a}]\nusers:\n- name: a\n  user:\n    token: %s\n"
    assert found(text.encode(), "config.yaml") == []
    real = text.replace("%s", fill("<<%A32>>", "verb"))
    assert len(found(real.encode(), "config.yaml")) == 1


@pytest.mark.parametrize("shape", ["%A32", "%H40", "%uuid", "%L6 - %D4 %C2"])
@pytest.mark.parametrize(
    "beside",
    [
        "metadata: {name: db}",
        "enabled: true\nresources: {limits: {cpu: 1}}",
        "service: {type: ClusterIP}",
        "service: {type: ClusterIP}\nenabled: true",
        "data: {user: YXBw}\ntype: Opaque",
    ],
)
def test_a_part_of_a_secret_is_one_whatever_stands_beside_it(
    matches: Callable[[bytes, str], list[Match]], shape: str, beside: str
) -> None:
    value = fill(f"<<{shape}>>", shape)
    text = f"{beside}\nstringData:\n  type: git\n  blob: {value}\n"
    assert [text.encode()[one.span.start : one.span.end].decode() for one in matches(text.encode(), "patch.yaml")] == [
        value
    ]


def test_an_entity_whose_fields_are_called_like_those_of_a_secret_is_none(
    found: Callable[[bytes, str], list[Found]],
) -> None:
    field = fill("<<%A20>>", "view")
    text = f"""{{"fields": {{
      "action": {{"type": "enum"}}, "date": {{"type": "datetime"}}, "note": {{"type": "text"}},
      "data": {{"type": "jsonObject", "view": "crm:views/log/{field}"}}, "stringData": {{"type": "varchar", "view": "{field}"}}
    }}}}"""
    assert found(text.encode(), "entity.json") == []


@pytest.mark.parametrize(
    "value", ["http://10.30.10.15:8123", "https://ha.acme.net", "10.244.0.0/16", "redis://cache.prod.svc:6379/", "10.1.2.3"]
)
def test_where_a_host_or_a_network_is_opens_nothing(found: Callable[[bytes, str], list[Found]], value: str) -> None:
    """``SECRET_TRUSTED_PROXIES_1`` promises a secret, as everything does in a Secret of that prefix."""
    text = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  SECRET_TRUSTED_PROXIES_1: "
    assert found(f"{text}{value}\n".encode(), "a.yaml") == []
    hook = f"{value.rstrip('/')}/services/T0{value[-1]}x9Kq7/B01vZw3mB"
    assert len(found(f"{text}{hook}\n".encode(), "a.yaml")) == 1
