"""What replaces a Secret, as its user sees it: a manifest that parses, no value, names quoted."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from scanner.cli import main
from scanner.ruleset.examples import fill

PASSWORD = fill("<<Kq7- %A12>>", "seal")
SECRET = f"""\
apiVersion: v1
kind: Secret
metadata: {{name: db, namespace: prod}}
type: kubernetes.io/basic-auth
stringData:
  username: app
  password: {PASSWORD}
"""
OTHER = "---\napiVersion: v1\nkind: Service\nmetadata: {name: db}\n"


def run(tmp_path: Path, text: str, *arguments: str) -> int:
    (tmp_path / "db.yaml").write_text(text)
    return main(["seal", *arguments, str(tmp_path / "db.yaml")])


def test_external_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, SECRET + OTHER, "--store", "vault", "--path", "kv/{namespace}/{name}") == 0
    out, err = capsys.readouterr()
    assert "Kq7" not in out + err
    made = yaml.safe_load(out)
    assert made["kind"] == "ExternalSecret"
    assert made["metadata"] == {"name": "db", "namespace": "prod"}
    assert made["spec"]["secretStoreRef"] == {"name": "vault", "kind": "ClusterSecretStore"}
    assert made["spec"]["target"]["template"]["type"] == "kubernetes.io/basic-auth"
    assert [entry["remoteRef"]["key"] for entry in made["spec"]["data"]] == ["kv/prod/db"] * 2
    assert {entry["secretKey"] for entry in made["spec"]["data"]} == {"username", "password"}
    assert "rotate" in err


def test_kubeseal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, SECRET, "--as", "kubeseal") == 0
    assert "kubeseal --format yaml --secret-file" in capsys.readouterr().out
    assert run(tmp_path, SECRET + OTHER, "--as", "kubeseal") == 0
    out = capsys.readouterr().out
    assert 'yq \'select(.kind == "Secret"' in out and "| kubeseal" in out and "Kq7" not in out


def test_hostile_names_stay_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        'apiVersion: v1\nkind: Secret\nmetadata: {name: "a\\n$(touch x) \'; rm"}\nstringData: {"true": '
        + PASSWORD
        + "}\n"
    )
    assert run(tmp_path, text) == 0
    made = yaml.safe_load(capsys.readouterr().out)
    assert made["metadata"]["name"] == "a\n$(touch x) '; rm"
    assert made["spec"]["data"][0]["secretKey"] == "true"
    assert run(tmp_path, text, "--as", "kubeseal") == 0
    for line in capsys.readouterr().out.splitlines():
        assert line.startswith(("#", "kubeseal ", "yq '"))


@pytest.mark.parametrize(
    "text",
    [
        OTHER,
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {password: '${PASSWORD}'}\n",
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec: {encryptedData: {}}\n",
        "kind: Secret\ndata: {a: 'ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]'}\nsops: {mac: x, version: 3}\n",
    ],
)
def test_nothing_to_replace(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert run(tmp_path, text) == 0
    out, err = capsys.readouterr()
    assert out == "" and "no Secret" in err


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seal", str(tmp_path / "none.yaml")]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_what_selects_the_secret_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labelled = SECRET.replace(
        "namespace: prod", "namespace: prod, labels: {argocd.argoproj.io/secret-type: repository}"
    )
    assert run(tmp_path, labelled + "immutable: true\n") == 0
    target = yaml.safe_load(capsys.readouterr().out)["spec"]["target"]
    assert target["immutable"] is True
    assert target["template"]["metadata"]["labels"] == {"argocd.argoproj.io/secret-type": "repository"}


def test_secrets_side_by_side_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, SECRET + "---\n" + SECRET.replace("prod", "test"), "--as", "kubeseal") == 0
    out = capsys.readouterr().out
    assert out.count('.metadata.namespace == "prod"') == out.count('.metadata.namespace == "test"') == 1
    listed = "apiVersion: v1\nkind: List\nitems:\n- " + SECRET.rstrip().replace("\n", "\n  ") + "\n"
    assert run(tmp_path, listed, "--as", "kubeseal") == 0
    assert "yq '.items[] | select" in capsys.readouterr().out


def test_a_secret_in_json_beside_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = f'---\n{{"apiVersion": "v1", "kind": "Secret", "metadata": {{"name": "b"}}, "stringData": {{"k": "{PASSWORD}"}}}}\n'
    assert run(tmp_path, SECRET + other, "--as", "kubeseal") == 0
    assert capsys.readouterr().out.count("yq 'select(") == 2


@pytest.mark.parametrize("wrong", [("--path", "{nope}/x"), ("--path", "{namespace"), ("--refresh", "an hour")])
def test_what_no_operator_reads_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: tuple[str, str]
) -> None:
    assert run(tmp_path, SECRET, *wrong) == 2
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)


def test_says_what_should_not_be_sealed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, SECRET.replace("basic-auth", "service-account-token")) == 0
    out = capsys.readouterr().out
    assert "# the cluster makes this token" in out and "Kq7" not in out
