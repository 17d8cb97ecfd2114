"""What lies behind a limit is found all the same, or it is said that not all was looked at."""

from __future__ import annotations

import base64
import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import scanner as api
from scanner.model.text import Text
from scanner.pipeline.build import text_scanner
from scanner.pipeline.options import ScanOptions
from scanner.pipeline.text import TextScanner
from scanner.ruleset.examples import fill
from scanner.sources.portions import PORTION
from tests.conftest import Repository, token

PASSWORD = fill("<<Kq7- %A12>>", "behind a limit")


@pytest.fixture
def scanner() -> TextScanner:
    return text_scanner(ScanOptions())


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def manifest(password: str = PASSWORD, indent: int = 0) -> str:
    lines = ("apiVersion: v1", "kind: Secret", "metadata:", "  name: db", "data:", f"  color: {encoded(password)}")
    return "".join(f"{' ' * indent}{line}\n" for line in lines)


def release(content: dict[str, object]) -> str:
    packed = base64.b64encode(gzip.compress(json.dumps(content).encode())).decode()
    head = "apiVersion: v1\nkind: Secret\ntype: helm.sh/release.v1\nmetadata:\n  name: sh.helm.release.v1.app.v1\n"
    return f"{head}data:\n  release: {encoded(packed)}\n"


def hooks() -> str:
    plain = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c{}\n"
    made = [{"manifest": plain.format(number)} for number in range(250)]
    return release({"name": "app", "manifest": "", "hooks": [*made, {"manifest": manifest()}]})


def fences() -> str:
    plain = "a page\n```yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n```\n"
    return f"# Manual\n{plain * 600}```yaml\n{manifest()}```\n"


def objects() -> str:
    value = json.dumps({"kind": "Secret", "apiVersion": "v1", "data": {"color": encoded(PASSWORD)}})
    return 'const a = {"kind": "ConfigMap", "apiVersion": "v1"};\n' * 600 + f"const s = {value};\n"


def large_object() -> str:
    data = {f"key{number}": "x" * 60 for number in range(20_000)} | {"color": encoded(PASSWORD)}
    return f"const s = {json.dumps({'kind': 'Secret', 'apiVersion': 'v1', 'data': data})};\n"


def merged() -> str:
    chain = "".join(f"  m{number}: &m{number}\n    <<: *m{number - 1}\n    k{number}: ''\n" for number in range(1, 30))
    base = f"x:\n  m0: &m0\n    color: {encoded(PASSWORD)}\n"
    return f"{base}{chain}kind: Secret\napiVersion: v1\ndata:\n  <<: *m29\n"


def terraform() -> str:
    keys = "".join(f'    key{number} = "{"x" * 60}"\n' for number in range(3500))
    return f'resource "kubernetes_secret" "a" {{\n  data = {{\n{keys}    color = "{PASSWORD}"\n  }}\n}}\n'


def heredoc() -> str:
    text = "note = nothing of interest\n" * 2000 + f"db_password = {PASSWORD}\n"
    return f'resource "kubernetes_secret" "a" {{\n  data = {{\n    color = <<-EOT\n{text}    EOT\n  }}\n}}\n'


def command() -> str:
    return f"vault kv put secret/a {' '.join(f'key{number}=blue' for number in range(800))} password={PASSWORD}\n"


def template() -> str:
    text = f'{{{{ .Values.password | default "{PASSWORD * 40}" }}}}'
    return f"kind: Secret\napiVersion: v1\nstringData:\n  password: {text}\n"


def jsonnet() -> str:
    return f"kind: Secret\napiVersion: v1\ndata:\n  password: std.base64('{PASSWORD * 40}')\n"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.yaml", hooks()), ("a.md", fences()), ("a.js", objects()), ("a.js", large_object()),
        ("a.yaml", merged()), ("a.tf", terraform()), ("a.tf", heredoc()), ("a.sh", command()),
        ("templates/a.yaml", template()), ("a.yaml", jsonnet()),
    ],
    ids=[
        "hooks", "fences", "objects", "large object", "merged", "terraform", "heredoc", "command",
        "template", "jsonnet",
    ],
)  # fmt: skip
def test_the_last_of_many_is_found(scanner: TextScanner, path: str, text: str) -> None:
    secrets = {match.secret.reveal() for match in scanner.scan(Text.named(text.encode(), path)) if not match.reason}
    assert secrets & {PASSWORD.encode(), (PASSWORD * 40).encode()}
    assert not scanner.skipped()


def nested() -> str:
    text = manifest()
    for number in range(6):
        inner = "".join(f"    {line}\n" for line in text.splitlines())
        text = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: n{number}\ndata:\n  inner.yaml: |\n{inner}"
    return text


def deep() -> str:
    return "".join(f"{' ' * number}a:\n" for number in range(200)) + manifest(indent=200)


def deep_lines() -> str:
    inner = json.dumps({"kind": "Secret", "apiVersion": "v1", "data": {"color": encoded(PASSWORD)}})
    return '{"kind":"Secret"}\n' + '{"a":' * 200 + inner + "}" * 200 + "\n"


def large_inner() -> str:
    some = "".join(f"      key{number}: {'x' * 60}\n" for number in range(130_000))
    head = "apiVersion: v1\nkind: ConfigMap\ndata:\n  one.yaml: |\n    kind: Secret\n    stringData:\n"
    return f"{head}{some}  two.yaml: |\n{manifest(indent=4)}"


def packed_value() -> str:
    text = "a line that packs well\n" * 100_000 + f"{PASSWORD}\n"
    packed = base64.b64encode(gzip.compress(text.encode())).decode()
    return f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\ndata:\n  notes.txt: {packed}\n"


def packed_text() -> str:
    text = "a line that packs well\n" * 100_000 + f"key = {token()}\n"
    return f"data: {base64.b64encode(gzip.compress(text.encode())).decode()}\n"


def long_text() -> str:
    text = "login: a line of text\n" * 450_000 + f"key = {token()}\n"
    return f"data: {encoded(text)}\n"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.yaml", nested()), ("a.yaml", deep()), ("a.json", deep_lines()), ("a.yaml", large_inner()),
        ("a.yaml", packed_value()), ("a.txt", packed_text()), ("a.txt", long_text()),
    ],
    ids=["nested", "deep", "deep lines", "large inner", "packed value", "packed text", "long text"],
)  # fmt: skip
def test_what_is_left_out_is_said(scanner: TextScanner, path: str, text: str) -> None:
    scanner.scan(Text.named(text.encode(), path))
    (entry,) = scanner.skipped()
    assert not entry.blocking and "than the limits allow" in entry.why


def test_a_release_inside_secrets_too_deep_is_said(repo: Repository) -> None:
    text = manifest()
    for _ in range(6):
        text = f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: n\ndata:\n  inner.yaml: {encoded(text)}\n"
    repo.write("a.yaml", text)
    ran = repo.unsealed("scan", ".", "--strict")
    assert ran.code == 3 and "than the limits allow" in ran.err + ran.out


def test_a_manifest_that_goes_on_beyond_its_room_is_said(tmp_path: Path) -> None:
    """Of texts that are read in portions, so much around a manifest's signs is read as structure."""
    keys = f"  key: {'x' * 80}\n" * 220_000
    (tmp_path / "a.yaml").write_text(f"apiVersion: v1\nkind: Secret\nstringData:\n{keys}  color: {PASSWORD}\n")
    result = api.scan_paths([str(tmp_path)])
    assert [entry.blocking for entry in result.summary.skipped] == [False]
    (tmp_path / "a.yaml").write_text(f"{manifest()}---\n# {'nothing here ' * 8}\n" + "# nothing\n" * 1_900_000)
    result = api.scan_paths([str(tmp_path)])
    assert (len(result.findings), result.summary.skipped) == (1, ())


def folded(text: bytes) -> bytes:
    return base64.encodebytes(text)


def in_hex(text: bytes) -> bytes:
    return b"data = " + text.hex().encode() + b"\n"


@pytest.mark.parametrize("form", [folded, in_hex])
def test_a_run_longer_than_a_portion_is_decoded_in_each(tmp_path: Path, form: object) -> None:
    lines = b"a line of some text\n" * (2 * PORTION // 20)
    for at in (100, PORTION, len(lines) - 100):
        text = lines[:at] + f"\npassword = {token()}\n".encode() + lines[at:]
        (tmp_path / "a.txt").write_bytes(form(text))  # type: ignore[operator]
        assert [finding.rule for finding in api.scan_paths([str(tmp_path)]).findings] == ["github-personal-access-token"]


def sources() -> Iterator[tuple[str, str]]:
    yield "hex with a sign", f"data = 0x{f'password = {token()} and more'.encode().hex()}\n"
    yield "half a byte more", f"f{f'password = {token()} and more'.encode().hex()}\n"
    yield "short word in hex", f"x = {f'this is {token()} and no more'.encode().hex()}\n"
    packed = base64.b64encode(gzip.compress(f"key: {token()}\n".encode())).decode()
    yield "a release as kubectl prints it", encoded(packed)
    yield "joined over wide gaps", f'x = "{token()[:20]}"{" " * 20}+{" " * 20}"{token()[20:]}"\n'


@pytest.mark.parametrize("text", [text for _, text in sources()], ids=[name for name, _ in sources()])
def test_encoded_in_other_ways(scanner: TextScanner, text: str) -> None:
    assert [match.rule for match in scanner.scan(Text.named(text.encode(), "a.txt"))] == [
        "github-personal-access-token"
    ]


def test_a_file_of_a_generator_many_folders_below(repo: Repository) -> None:
    generator = "secretGenerator:\n- name: a\n  envs:\n  - a/b/c/d/e/app.env\n"
    repo.write("kustomization.yaml", generator)
    repo.write("a/b/c/d/e/app.env", f"motd=purple-42-{PASSWORD}\n")
    for command in (("scan", "."), ("staged",)):
        repo.git("add", "-A")
        assert repo.unsealed(*command).code == 1, command


def test_a_generator_in_a_tree_of_more_than_a_megabyte(repo: Repository) -> None:
    blob = repo.git("hash-object", "-w", "--stdin", data=f"motd=purple-42-{PASSWORD}\n".encode()).strip()
    what = repo.git("hash-object", "-w", "--stdin", data=b"secretGenerator:\n- name: a\n  envs:\n  - app.env\n").strip()
    empty = repo.git("hash-object", "-w", "--stdin", data=b"nothing\n").strip()
    entries = [f"100644 blob {empty}\tnothing-of-interest-number-{number}.txt" for number in range(22_000)]
    entries += [f"100644 blob {blob}\tapp.env", f"100644 blob {what}\tkustomization.yaml"]
    tree = repo.git("mktree", data=("\n".join(entries) + "\n").encode()).strip()
    assert int(repo.git("cat-file", "-s", tree)) > 1 << 20
    repo.git("update-ref", "refs/heads/main", repo.git("commit-tree", "-m", "all", tree).strip())
    assert repo.unsealed("history", os.fspath(repo.path)).code == 1
