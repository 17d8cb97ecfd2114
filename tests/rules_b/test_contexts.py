"""The same credentials in the places where people leave them: one finding each, and none for the look-alikes."""

from __future__ import annotations

from functools import cache

import pytest

from scanner import scan_text
from scanner.model.finding import Finding
from scanner.model.levels import Confidence, Severity
from scanner.ruleset.examples import fill

FOUND = [
    # HTTP
    ("http-key-header", "curl -H 'X-Auth-Token:<<%H32>>' https://api.acme.dev", "run.sh"),
    ("http-key-header", '.header("X-Api-Key", "<<%A32>>")', "Client.java"),
    ("http-key-header", "GET https://api.acme.dev\nX-Api-Key: <<%A32>>\n", "calls.http"),
    ("http-key-header", '@{ "X-Api-Key" = "<<%A32>>" }', "call.ps1"),
    ("http-bearer", "'Authorization' => 'Bearer ' . '<<%A32>>'", "client.php"),
    ("http-bearer", '{"name": "Authorization", "value": "Bearer <<%A32>>"}', "traffic.har"),
    ("http-basic", '{"name": "Authorization", "value": "Basic <<%b64(svc: %A12)>>"}', "traffic.har"),
    ("http-authorization", 'headers = {"Authorization": "Token <<%H40>>"}', "client.py"),
    ("curl-oauth2-bearer", "curl --oauth2-bearer <<%A40>> https://api.acme.dev", "run.sh"),
    # addresses
    ("url-password", "replace acme.dev/x => https://ci:<<%A20>>@git.acme.dev/x v1.0.0", "go.mod"),
    ("url-password", "--extra-index-url https://ci:<<%A20>>@pypi.acme.dev/simple", "requirements.txt"),
    ("url-token-as-user", "git+https://<<%A40>>@git.acme.dev/acme/app", "requirements.txt"),
    ("url-password", "next=https%3A%2F%2Fci%3A<<%A16>>%40git.acme.dev%2Fapp", "access.log"),
    ("database-url-password", '"first line\\npostgres://app:<<%A16>>@db/app"', "conf.json"),
    ("database-url-password", "DATABASE_URL=postgres://app:<<%A8 %pct(@/#) %A4>>@db/app", ".env"),
    ("database-url-password", "url: redis://:<<%A16>>@cache:6379", "values.yml"),
    ("database-url-password", "uri = 'mongodb://app:<<%A16>>@h1,h2,h3/?replicaSet=x'", "db.py"),
    ("database-url-password", 'DB = "mssql+pyodbc://sa:<<%A12>>@server/db?driver=ODBC"', "settings.py"),
    ("connection-string-password", '"Default": "Server=x;Database=y;User Id=z;Password=<<%A12>>;"', "appsettings.json"),
    # command lines
    ("client-password", "sqlcmd -S db -U sa -P <<%A12>> -Q 'select 1'", "init.sh"),
    ("expect-password", 'expect { "assword:" { send "<<%A12>>\\r" } }', "login.exp"),
    # newer formats, and tokens in the wrong place
    ("supabase-secret-key", "SUPABASE_KEY=<<sb_secret_ %W22 _ %A8>>", ".env.local"),
    ("slack-bot-token", '"text\\n<<xoxb- %D12 - %D13 - %A24>>\\n"', "notes.json"),
    ("openai-api-key", "q?key%3D<<sk-proj- %W74 T3BlbkFJ %W74>>", "urls.log"),
    ("telegram-bot-url", "https://api.telegram.org/bot<<%D9 :AA %W33>>/sendMessage", "notify.sh"),
    ("vault-unseal-key", "Unseal Key 3: <<%B44>>", "init.log"),
    ("docker-swarm-join-token", "docker swarm join --token <<SWMTKN-1- %N50 - %N25>> 10.0.0.1:2377", "join.sh"),
]  # fmt: skip

SILENT = [
    ("SENTRY_DSN=https://<<%H32>>@o4504.ingest.sentry.io/4504", ".env"),
    ("NEXT_PUBLIC_SUPABASE_KEY=<<sb_publishable_ %W22 _ %A8>>", ".env"),
    ("stripe = Stripe('<<pk_live_ %A24>>')", "shop.js"),
    ("mapboxgl.accessToken = '<<pk.eyJ1Ijoi %A40 . %W22>>';", "map.js"),
    ("posthog.init('<<phc_ %A43>>')", "app.js"),
    ("kubeadm join 10.0.0.1:6443 --token $TOKEN --discovery-token-ca-cert-hash sha256:<<%H64>>", "join.sh"),
    ("https://${USER}:${TOKEN}@git.acme.dev/app", "ci.sh"),
    ("postgres://{{ user }}:{{ password }}@{{ host }}/app", "values.yml"),
    ("Server=db;Database=app;User Id=app;Password=${DB_PASSWORD};", "app.config"),
    ("Authorization: Bearer ${TOKEN}", "calls.http"),
    ("curl -u \"$USER:$PASSWORD\" https://api.acme.dev", "run.sh"),
    ("datadog_agent_sha256 = '<<%H64>>'", "versions.bzl"),
    ("okta_issuer = 'https://acme.okta.com/oauth2/default'", "settings.py"),
    ("[Peer]\nPublicKey = <<%B42 A=>>\n", "wg0.conf"),
    ("bob:<<$apr1$ %A8 $ %A22>>", "README.md"),
]  # fmt: skip


@cache
def found(text: str, path: str) -> tuple[Finding, ...]:
    return scan_text(fill(text, path), path)


@pytest.mark.parametrize(("rule", "text", "path"), FOUND)
def test_one_finding_where_it_was_left(rule: str, text: str, path: str) -> None:
    assert [finding.rule for finding in found(text, path)] == [rule]


@pytest.mark.parametrize(("text", "path"), SILENT)
def test_nothing_to_report(text: str, path: str) -> None:
    assert [finding.rule for finding in found(text, path)] == []


def test_details_never_hold_a_password_or_a_token_in_the_users_place() -> None:
    secret = fill("<<%A40>>", "d")
    text = f"https://{secret}:x-oauth-basic@git.acme.dev/app\nhttps://{secret}:{secret[::-1]}@git.acme.dev/a\n"
    findings = scan_text(text, "ci.sh")
    assert len(findings) == 2
    for finding in findings:
        assert secret not in str(finding.detail)
        assert secret[::-1] not in str(finding.detail) + finding.excerpt


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"unique_id": "<<AROA %S17>>"}', "terraform.tfstate"),
        ("TWILIO_ACCOUNT_SID=<<AC %H32>>", ".env"),
        ("GITLAB_TOKEN=<<glpat- abcd1234 abcd1234 abcd>>", ".env"),
        ("DATADOG_API_KEY=<<01234567 89abcdef 01234567 89abcdef>>", ".env"),
    ],
)
def test_identifiers_and_tokens_that_count_up_are_low(text: str, path: str) -> None:
    (finding,) = found(text, path)
    assert (finding.severity, finding.confidence) == (Severity.LOW, Confidence.LOW)
