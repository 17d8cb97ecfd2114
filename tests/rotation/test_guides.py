"""The shipped guides, one by one, and what the loader says of bad ones."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.model.errors import ConfigError
from scanner.rotation import guides
from scanner.rotation.advice import fill
from scanner.rotation.guide import GuideSyntaxError, check_link, parse_guide
from scanner.rotation.guides import all_guides, guide_ids, guide_or_generic, load_guide

# What rules may point to. A new guide is added here too, so that none disappears unnoticed.
IDS = set(
    """gcp-api-key gcp-service-account google-oauth gcs-hmac gcp-secret-manager aws-access-key aws-session aws-bedrock
    aws-secrets-manager azure-two-keys azure-app-secret azure-devops azure-key-vault github-token github-app gitlab-token
    atlassian npm pypi docker-registry terraform-cloud slack discord-telegram stripe payments twilio email-provider
    observability grafana dev-saas ai-provider data-platform managed-database cloudflare hosting vault-token
    vault-database vault-unseal database ssh-pgp-key tls-key kubernetes-sa-token kubeconfig kubernetes-encryption-key
    sealed-secrets-key encryption-key secret-store-credential registry-or-signing generic""".split()
)

GOOD = {
    "id": "x",
    "title": "X",
    "summary": "Do it.",
    "steps": [{"phase": "create", "text": "Make {name}.", "command": "make {name} -n {namespace}"}],
    "last_used": "The log.",
    "blast_radius": "All.",
}


def test_every_guide_that_rules_may_name_is_shipped():
    assert set(guide_ids()) >= IDS


@pytest.mark.parametrize("guide_id", guide_ids())
def test_guide_reads_and_leads_from_a_new_value_to_the_end_of_the_old(guide_id):
    guide = load_guide(guide_id)
    phases = [step.phase for step in guide.steps]
    assert guide.id == guide_id
    assert "revoke" in phases, "a guide that never ends the old value is no rotation"
    assert "audit" in phases
    assert len(guide.steps) >= 5
    for step in guide.steps:
        assert step.text[0].isupper() and step.text.endswith((".", ":")), step.text
        assert len(step.text) <= 320, step.text
        for line in step.command.splitlines():
            assert not re.search(r"(?<![$])\{[a-z_]+\s", line)


@pytest.mark.parametrize("guide", all_guides(), ids=lambda guide: guide.id)
def test_unfilled_placeholders_are_shown_by_name_and_none_is_left_in_braces(guide):
    advice = fill(guide, {})
    for step in advice.steps:
        assert not re.search(r"(?<![${])\{[a-z_]+\}", step.command + step.text)
    given = fill(guide, {"namespace": "prod", "name": "db", "key": "password", "account": "123456789012"})
    assert [step.phase for step in given.steps] == [step.phase for step in advice.steps]


def test_the_traps_that_cost_an_outage_are_told():
    def text(guide_id):
        guide = load_guide(guide_id)
        return " ".join([guide.summary, *guide.traps, *(step.text for step in guide.steps)])

    assert "immediately" in text("cloudflare") and "second token" in text("cloudflare")
    assert "rotate endpoint" in text("gitlab-token")
    assert "no fallback" in text("gcp-secret-manager")
    assert "no rotation" in text("sealed-secrets-key") and "rotate every value" in text("sealed-secrets-key")


def test_no_guide_names_a_package_registry_host():
    hosts = ("pypi.org", "npmjs.com", "npmjs.org", "rubygems.org", "crates.io/", "nuget.org", "hub.docker.com")
    for guide in all_guides():
        said = " ".join([guide.summary, *guide.links, *guide.traps, *(s.text + s.command for s in guide.steps)])
        assert not [host for host in hosts if host in said], guide.id


def test_a_placeholder_is_filled_from_detail_and_quoted_for_the_shell():
    guide = parse_guide(GOOD)
    advice = fill(guide, {"name": "db; rm -rf ~", "namespace": "prod"})
    assert advice.steps[0].command == "make 'db; rm -rf ~' -n prod"
    assert fill(guide, {"name": "--force", "namespace": "p"}).steps[0].command == "make <NAME> -n p"


def test_a_value_with_control_characters_cannot_steer_the_terminal():
    advice = fill(parse_guide(GOOD), {"name": "a\x1b[2Jb\n‮"})
    assert "\x1b" not in advice.steps[0].command and "\n" not in advice.steps[0].command
    assert "\x1b" not in advice.steps[0].text


def test_detail_with_blanks_in_its_name_fills_the_placeholder():
    entry = {**GOOD, "steps": [{"phase": "revoke", "text": "Go.", "command": "x {service_account}"}]}
    assert fill(parse_guide(entry), {"service account": "bot"}).steps[0].command == "x bot"


def test_shell_expansions_json_and_templates_are_no_placeholders():
    command = """curl -d '{"a":["$T"]}' ${HOME} '{{user}}' {key}"""
    entry = {**GOOD, "steps": [{"phase": "revoke", "text": "Go.", "command": command}]}
    assert fill(parse_guide(entry), {}).steps[0].command == command.replace("{key}", "<KEY>")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": ""}, "'title'"),
        ({"surprise": 1}, "unknown key 'surprise'"),
        ({"steps": []}, "'steps'"),
        ({"steps": [{"phase": "later", "text": "x"}]}, "'phase' is 'later'"),
        ({"steps": [{"phase": "revoke", "text": "x"}, {"phase": "create", "text": "y"}]}, "comes after"),
        ({"steps": [{"phase": "revoke", "text": "x", "cmd": "y"}]}, "unknown key 'cmd'"),
        ({"links": ["http://plain.example"]}, "not a whole https address"),
        ({"links": ["https://nodot"]}, "not a whole https address"),
        ({"links": "https://a.example"}, "'links'"),
        ({"traps": [1]}, "'traps'"),
    ],
)
def test_a_bad_guide_is_refused_by_the_key_that_is_wrong(change, said):
    with pytest.raises(GuideSyntaxError, match=re.escape(said)):
        parse_guide({**GOOD, **change})


def test_a_link_with_blanks_or_markup_is_refused():
    for link in ("https://a.example/x y", "https://a.example/<b>", "https://a.example/)", "javascript:x"):
        with pytest.raises(GuideSyntaxError):
            check_link(link)
    check_link("https://docs.example.com/a/b-c_d.html#x")


def test_unknown_guides_are_an_error_for_rules_and_generic_for_findings():
    with pytest.raises(ConfigError, match="no rotation guide 'nope'"):
        load_guide("nope")
    with pytest.raises(ConfigError):
        load_guide("../providers/aws")
    assert guide_or_generic("nope").id == "generic"
    assert guide_or_generic("").id == "generic"


def test_a_broken_file_is_named_with_its_line(tmp_path, monkeypatch):
    folder = tmp_path / "rotation"
    folder.mkdir()
    (folder / "bad.yml").write_text("id: bad\ntitle: [\n")
    (folder / "other.yml").write_text(
        "id: another\ntitle: T\nsummary: s\nlast_used: l\nblast_radius: b\nsteps: [{phase: revoke, text: x}]\n"
    )
    monkeypatch.setattr(guides, "rules_dir", lambda: tmp_path)
    with pytest.raises(ConfigError, match=r"bad\.yml:\d+: not valid YAML"):
        load_guide("bad")
    with pytest.raises(ConfigError, match="the file is named 'other'"):
        load_guide("other")


def test_the_hook_reads_one_guide_without_the_rest_of_the_package():
    code = (
        "import sys; from scanner.rotation.guides import load_guide; assert 'yaml' not in sys.modules;"
        "load_guide('generic');"
        "print(sorted(m for m in sys.modules if m.startswith('scanner.') and not m.startswith(('scanner.model', 'scanner.rotation', 'scanner.ruleset'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.stdout.strip() == "[]", done.stderr
