"""``unsealed rotate`` as its user sees it, in real repositories."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.cli import main
from scanner.git import worktree
from scanner.ruleset.examples import fill
from tests.conftest import Repository, unsealed

SECRET = """apiVersion: v1
kind: Secret
metadata:
  name: app
  namespace: shop
stringData:
  username: web
  token: {token}
"""
WEB = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: web
          image: x
          envFrom: [{secretRef: {name: app}}]
"""


def token(seed: str = "rotate") -> str:
    return fill("<<ghp_ %A30 %crc62>>", seed)


@pytest.fixture
def shop(repo: Repository) -> Repository:
    repo.write("k8s/secret.yaml", SECRET.format(token=token()))
    repo.write("k8s/web.yaml", WEB)
    repo.commit("first")
    repo.write("README.md", "hello\n")
    repo.commit("second")
    return repo


def fingerprint(repo: Repository, *arguments: str) -> str:
    findings = json.loads(repo.unsealed("scan", ".", "-f", "json", *arguments).out)["findings"]
    return next(one["fingerprint"] for one in findings if one["rule"].startswith("github"))


def test_a_fingerprint_gives_the_runbook_of_its_secret(shop: Repository) -> None:
    known = fingerprint(shop)
    ran = shop.unsealed("rotate", known[:8])
    assert ran.code == 0, ran.err
    assert f"LEAK  shop/app key=token  fp:{known[:8]} len=40  producer: k8s/secret.yaml:8 (Secret)" in ran.out
    assert "Deployment/web (2 replicas)  envFrom  k8s/web.yaml:11  restart, 2 waves  10 s + rollout" in ran.out
    assert "$ kubectl -n shop rollout restart deploy/web" in ran.out
    assert "api.github.com/credentials/revoke" in ran.out
    assert token() not in ran.out + ran.err


def test_the_exposure_window_begins_with_the_first_commit_that_holds_the_value(shop: Repository) -> None:
    first = shop.git("rev-list", "--max-parents=0", "HEAD").strip()
    shop.git("branch", "other")
    ran = shop.unsealed("rotate", fingerprint(shop), "--format", "markdown")
    assert ran.code == 0
    assert "## Exposure window" in ran.out
    assert "2024-05-01T12:00:00+00:00 until 20" in ran.out and first[:10] in ran.out
    assert "on main, other" in ran.out and "still in HEAD" in ran.out
    assert "- [ ] **1.** " in ran.out
    assert token() not in ran.out


def test_json_is_the_contract(shop: Repository) -> None:
    ran = shop.unsealed("rotate", "--secret", "shop/app#token", "-f", "json", "--explain")
    assert ran.code == 0
    made = json.loads(ran.out)
    assert made["secret"]["ns"] == "shop" and made["secret"]["key"] == "token"
    assert made["producer"] == {
        "kind": "Secret", "ns": "shop", "name": "app", "file": "k8s/secret.yaml", "line": 8, "chain": ["Secret shop/app"], "inferred": False,
    }  # fmt: skip
    (consumer,) = made["consumers"]
    assert consumer["restart"] is True and consumer["hot"] is False and consumer["t_max_s"] == 10
    assert made["overlap_s"] == 72
    assert [step["n"] for step in made["steps"]] == list(range(1, len(made["steps"]) + 1))
    assert made["also"] == [] and made["explain"]


def test_a_value_that_belongs_to_no_secret_gets_its_guide_and_its_window(shop: Repository) -> None:
    shop.write(".env", f"GH={token('elsewhere')}\n")
    shop.git("rm", "-rq", "k8s")
    shop.commit("third")
    ran = shop.unsealed("rotate", fingerprint(shop))
    assert ran.code == 0
    assert ran.out.startswith("ROTATE  GitHub")
    assert "in .env:1" in ran.out and "no Secret of this repository is made of the value" in ran.out


def test_a_file_that_feeds_a_generator_leads_to_its_secret(repo: Repository) -> None:
    repo.write("base/.env", f"TOKEN={token()}\n")
    repo.write(
        "base/kustomization.yaml",
        "namespace: shop\nsecretGenerator: [{name: app, envs: [.env]}]\nresources: [web.yaml]\n",
    )
    repo.write("base/web.yaml", WEB)
    repo.commit()
    ran = repo.unsealed("rotate", fingerprint(repo))
    assert "LEAK  shop/app" in ran.out and "kustomize name hash" in ran.out


def test_a_report_of_earlier_stands_in_for_the_work_tree(shop: Repository, tmp_path: Path) -> None:
    report = tmp_path / "findings.json"
    shop.unsealed("scan", ".", "-f", f"json={report}")
    known = fingerprint(shop)
    shop.git("rm", "-q", "k8s/secret.yaml")
    shop.commit("gone")
    ran = shop.unsealed("rotate", known, "--findings", str(report))
    assert ran.code == 3
    assert "no longer in HEAD, but in history" in ran.out
    assert "nothing in this repository makes shop/app" in ran.out
    assert "Deployment/web" in ran.out
    assert "the runbook is incomplete: 1 not resolved" in ran.err
    assert shop.unsealed("rotate", known, "--findings", str(report), "--exit-zero").code == 0
    ran = shop.unsealed("rotate", known)
    assert ran.code == 2 and "no finding with the fingerprint" in ran.err and "unsealed history" in ran.err


def test_rules_and_guides_are_shown_whole(repo: Repository) -> None:
    ran = repo.unsealed("rotate", "cloudflare")
    assert ran.code == 0 and "ends the old value immediately" in ran.out and "<TOKEN_ID>" in ran.out
    rule = repo.unsealed("rotate", "github-personal-access-token")
    assert rule.code == 0 and "GitHub" in rule.out
    made = json.loads(repo.unsealed("rotate", "cloudflare", "-f", "json").out)
    assert made["secret"] is None and made["consumers"] == [] and made["guide"]["id"] == "cloudflare"
    markdown = repo.unsealed("rotate", "cloudflare", "-f", "markdown").out
    assert markdown.startswith("# Rotate cloudflare") and "Used by" not in markdown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give a fingerprint, a rule or a guide"),
        (("cloudflare", "--secret", "a/b"), "give a fingerprint, a rule or a guide"),
        (("clouflare",), "near it: cloudflare"),
        (("--secret", "a/b/c"), "write NAMESPACE/NAME"),
        (("--secret", "shop/"), "write NAMESPACE/NAME"),
        (("--secret", "shop/apq"), "near it: shop/app"),
        (("--secret", "shop/app", "--guide", "nope"), "no rotation guide 'nope'"),
        (("--secret", "shop/app", "--revision", "nope"), "there is no such commit here"),
        (("--secret", "shop/app", "--revision=--output=x"), "there is no such commit here"),
        (("--secret", "shop/app", "--repository", "nowhere"), "there is no such folder"),
        (("--secret", "shop/app", "--nodes", "0"), "no whole number above 0"),
        (("deadbeef", "--findings", "missing.json"), "missing.json"),
        (("--secret", "shop/app", "-o", "no/such/folder/x"), "cannot be written"),
    ],
)
def test_what_cannot_be_is_one_line_and_code_2(shop: Repository, arguments: tuple[str, ...], said: str) -> None:
    ran = shop.unsealed("rotate", *arguments)
    assert ran.code == 2 and ran.out == ""
    assert said in ran.err


def test_an_ambiguous_beginning_lists_what_it_could_be(shop: Repository, tmp_path: Path) -> None:
    report = tmp_path / "f.json"
    shop.unsealed("scan", ".", "-f", f"json={report}")
    held = json.loads(report.read_text())
    one = next(item for item in held["findings"] if item["rule"].startswith("github"))
    twin = {**one, "fingerprint": one["fingerprint"][:8] + "0" * 24}
    report.write_text(json.dumps({**held, "findings": [one, twin]}))
    ran = shop.unsealed("rotate", one["fingerprint"][:8], "--findings", str(report))
    assert ran.code == 2 and "is the beginning of 2 fingerprints" in ran.err and twin["fingerprint"] in ran.err


def test_manifests_of_another_revision(shop: Repository) -> None:
    shop.git("rm", "-q", "k8s/web.yaml")
    shop.commit("without web")
    assert "no consumer in this repository" in shop.unsealed("rotate", "--secret", "shop/app").out
    then = shop.unsealed("rotate", "--secret", "shop/app", "--revision", "HEAD~1")
    assert then.code == 0 and "Deployment/web" in then.out


def test_ignored_files_and_links_are_not_read(shop: Repository) -> None:
    shop.write(".gitignore", "build/\n")
    shop.write("build/pod.yaml", WEB.replace("name: web,", "name: built,"))
    (shop.path / "k8s" / "again.yaml").symlink_to("web.yaml")
    out = shop.unsealed("rotate", "--secret", "shop/app").out
    assert "Deployment/built" not in out and out.count("Deployment/web (2 replicas)") == 1


def test_a_folder_outside_of_git_works_as_well(tmp_path: Path, clean_environment: dict[str, str]) -> None:
    (tmp_path / "plain" / "k8s").mkdir(parents=True)
    (tmp_path / "plain" / "k8s" / "web.yaml").write_text(WEB)
    ran = unsealed(
        "rotate",
        "--secret",
        "shop/app",
        "--repository",
        str(tmp_path / "plain"),
        cwd=tmp_path,
        environment=clean_environment,
    )
    assert ran.code == 3
    assert "Deployment/web" in ran.out and "k8s/web.yaml:11" in ran.out
    assert "nothing in this repository makes shop/app" in ran.out


def test_hostile_names_do_not_steer_the_terminal_or_the_shell(repo: Repository) -> None:
    repo.write(
        "a.yaml",
        'apiVersion: v1\nkind: Pod\nmetadata: {name: "x; rm -rf ~\\e[2J", namespace: "`id`"}\nspec: {containers: [{name: c, image: c, envFrom: [{secretRef: {name: s}}]}]}\n',
    )
    repo.write("b.yaml", 'apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: "`id`"}\n')
    for form in ("text", "markdown", "json"):
        out = repo.unsealed("rotate", "--secret", "`id`/s", "-f", form).out
        assert "\x1b" not in out
        assert "'x; rm -rf ~?[2J'" in out or form == "json"
    assert "kubectl -n '`id`' delete pod 'x; rm -rf ~?[2J'" in repo.unsealed("rotate", "--secret", "`id`/s").out


def test_output_goes_to_a_file(shop: Repository) -> None:
    ran = shop.unsealed("rotate", "--secret", "shop/app", "-f", "markdown", "-o", "runbook.md")
    assert ran.code == 0 and ran.out == ""
    assert (shop.path / "runbook.md").read_text().startswith("# Rotate shop/app")


def test_a_report_of_a_scan_carries_the_advice(shop: Repository) -> None:
    (found,) = json.loads(shop.unsealed("scan", "k8s/secret.yaml", "-f", "json").out)["findings"]
    assert found["rotation"]["guide"] == "github-token"
    assert any("credentials/revoke" in step for step in found["rotation"]["steps"])
    assert found["rotation"]["links"] == ["https://docs.github.com/rest/credentials/revoke"]


def test_a_value_of_a_chart_is_followed_into_the_secret_that_a_template_makes(repo: Repository) -> None:
    repo.write("chart/Chart.yaml", "name: shop\nversion: 1.0.0\n")
    repo.write("chart/values.yaml", f"web: {{}}\nauth:\n  api:\n    token: {token()}\n")
    repo.write(
        "chart/templates/secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ .Release.Name }}-api\ndata:\n"
        "  user: {{ .Values.auth.api.tokenUser | b64enc }}\n  key: {{ .Values.auth.api.token | b64enc | quote }}\n",
    )
    web = WEB.replace(", namespace: shop", "").replace("name: app", "name: '{{ .Release.Name }}-api'")
    repo.write("chart/templates/web.yaml", web)
    # The same value of a chart inside it, which sees it under another path.
    repo.write("chart/charts/inner/Chart.yaml", "name: inner\nversion: 1.0.0\n")
    repo.write("chart/charts/inner/templates/other.yaml", SECRET.format(token="{{ .Values.auth.api.token }}"))
    ran = repo.unsealed("rotate", fingerprint(repo))
    assert ran.code == 0, ran.err
    assert "LEAK  <.Release.Name>-api key=key (overlay chart)" in ran.out
    assert "producer: chart/templates/secret.yaml:7 (Secret)" in ran.out
    assert "Deployment/web (2 replicas)" in ran.out
    assert "shop/app" not in ran.out
    repo.write("chart/values.yaml", f"inner:\n  auth: {{api: {{token: {token()}}}}}\n")
    ran = repo.unsealed("rotate", fingerprint(repo))
    assert "LEAK  shop/app key=token" in ran.out


def test_an_ignore_file_that_keeps_git_busy_is_passed_over(
    shop: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(worktree, "PATIENCE", 0.5)
    shop.write_what_keeps_git_busy()
    assert main(["rotate", "--secret", "shop/app#token", "--repository", str(shop.path)]) == 0
    assert "kubectl" in capsys.readouterr().out
