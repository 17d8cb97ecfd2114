"""Every vendor's format in every place where people leave tokens: found once, whole, and as what it is.

All cells are files of one folder, which is scanned once; each place is a test that names the formats it loses.
"""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from scanner import scan_paths
from scanner.model.levels import Severity
from scanner.pipeline.options import ScanOptions
from scanner.ruleset.examples import fill

# What the variable is called, the rule that has to find the token, how to make one. A form that every other vendor
# shares needs the name: it is left out where a place has none.
MARKED = """
ANTHROPIC_API_KEY anthropic-api-key sk-ant-api03- %W93 AA
CLAUDE_CODE_OAUTH_TOKEN anthropic-oauth-token sk-ant-oat01- %W93 AA
JIRA_TOKEN atlassian-api-token ATATT3xFfGF0 %W171 = %crc8hexupper
AWS_ID aws-access-key-id %aws(AKIA)
AWS_SESSION_TOKEN aws-session-token IQoJb3JpZ2luX2Vj %B300 ==
AWS_BEARER_TOKEN_BEDROCK aws-bedrock-api-key ABSKQmVkcm9ja0FQSUtleS %B106 =
AZURE_STORAGE_KEY azure-storage-key %azure(Default0,+ASt,88)
COSMOS_KEY azure-cosmos-key %azure(MastRO00,ACDb,88)
REDIS_KEY azure-messaging-key %azure(Access00,AzCa,44)
AZURE_DEVOPS_EXT_PAT azure-devops-pat %cask(AZDO)
AZURE_CLIENT_SECRET azure-client-secret %A3 8Q %[~]1 %W33 a
BITBUCKET_APP_PASSWORD bitbucket-app-password ATBB %A24 %crc8hexupper
BITBUCKET_TOKEN bitbucket-server-token BBDC- %b64( %[1234567]1 %D11 : %A20 )
BREVO_API_KEY brevo-api-key xkeysib- %H64 - %A16
BUILDKITE_TOKEN buildkite-token bkua_ %N40
CIRCLECI_TOKEN circleci-token CCIPAT_ %A22 _ %H40
CLOUDFLARE_API_TOKEN cloudflare-token cfut_ %A40 %crc8hexbody
CARGO_REGISTRY_TOKEN crates-io-token cio %A28 aB7x
DATABRICKS_TOKEN databricks-token dapi %H32
DIGITALOCEAN_TOKEN digitalocean-token dop_v1_ %H64
DISCORD_TOKEN discord-bot-token %b64url(2 %D17) . %W6 . %W37 a
DOCKER_PAT docker-hub-token dckr_pat_ %W26 a
DOPPLER_TOKEN doppler-token dp.pt. %A43
DYNATRACE_API_TOKEN dynatrace-token dt0c01. %S24 . %S64
FACEBOOK_TOKEN facebook-access-token EAAG %A160 ZD
FIGMA_TOKEN figma-access-token figd_ %W39 a
GOOGLE_API_KEY gcp-api-key AIzaSy %W32 a
GEMINI_API_KEY google-auth-key AQ.Ab8RN6 %W43 a
GOOGLE_CLIENT_SECRET google-oauth-client-secret GOCSPX- %W27 a
GITHUB_TOKEN github-personal-access-token ghp_ %A30 %crc62
GH_PAT github-fine-grained-token github_pat_ %A22 _ %A59
GITHUB_APP_TOKEN github-installation-token ghs_123456_ %jwt({"iss":"github","exp":4102444800})
GITLAB_TOKEN gitlab-personal-access-token glpat- %W19 a
GITLAB_ROUTABLE gitlab-personal-access-token glpat- %W32 .01.0w %crc36
GITLAB_RUNNER gitlab-runner-token glrt- %W19 a
GRAFANA_TOKEN grafana-service-account-token glsa_ %A32 _ %crc8hexle
GROQ_API_KEY groq-api-key gsk_ %A20 WGdyb3FY %A24
HEROKU_API_KEY heroku-api-key HRKU-AA %W57 a
HUBSPOT_TOKEN hubspot-private-app-token pat-na1- %uuid
HF_TOKEN huggingface-token hf_ %A34
JFROG_KEY jfrog-api-key AKCp %A69
K3S_TOKEN k3s-node-token K10 %H64 ::server: %H32
LINEAR_API_KEY linear-api-key lin_api_ %A40
MAILCHIMP_API_KEY mailchimp-api-key %H32 -us12
MAILGUN_API_KEY mailgun-api-key key- %H32
NATS_SEED nats-nkey-seed %nkey(U)
NETLIFY_AUTH_TOKEN netlify-token nfp_ %A36
NEW_RELIC_API_KEY newrelic-user-key NRAK- %M27
NOTION_TOKEN notion-token ntn_ %D11 %A35
NPM_TOKEN npm-access-token npm_ %A30 %crc62
NUGET_API_KEY nuget-api-key oy2 %T43
NVIDIA_API_KEY nvidia-api-key nvapi- %W63 a
OPENAI_API_KEY openai-api-key sk-proj- %W74 T3BlbkFJ %W73 a
OPENROUTER_API_KEY openrouter-api-key sk-or-v1- %H64
PLANETSCALE_TOKEN planetscale-token pscale_tkn_ %W42 a
POSTMAN_API_KEY postman-api-key PMAK- %H24 - %H34
PULUMI_ACCESS_TOKEN pulumi-access-token pul- %H40
TWINE_PASSWORD pypi-upload-token %pypi()
GEM_HOST_API_KEY rubygems-api-key rubygems_ %H48
SENDGRID_API_KEY sendgrid-api-key SG. %W22 . %W42 a
SENTRY_AUTH_TOKEN sentry-user-token sntryu_ %H64
SHOPIFY_TOKEN shopify-access-token shpat_ %H32
SLACK_BOT_TOKEN slack-bot-token xoxb- %D12 - %D13 - %A24
SLACK_APP_TOKEN slack-app-token xapp-1-A %M10 - %D13 - %H64
SLACK_WEBHOOK slack-webhook https://hooks.slack.com/services/T %M10 /B %M10 / %A24
SONAR_TOKEN sonar-token sqp_ %H40
SQUARE_ACCESS_TOKEN square-access-token sq0atp- %W21 a
STRIPE_SECRET_KEY stripe-live-key sk_live_ %A24
STRIPE_WEBHOOK_SECRET stripe-webhook-secret whsec_ %A32
SUPABASE_SECRET_KEY supabase-secret-key sb_secret_ %W22 _ %A8
TS_AUTHKEY tailscale-key tskey-auth- %A12 CNTRL - %A32
TELEGRAM_BOT_TOKEN telegram-bot-token %D10 :AA %W32 a
TFE_TOKEN terraform-cloud-token %A14 .atlasv1. %W66 a
VAULT_TOKEN vault-service-token hvs.CAES %W89 a
VERCEL_TOKEN vercel-token vcp_ %W55 a
XAI_API_KEY xai-api-key xai- %A80
AGE_IDENTITY age-secret-key %age(AGE-SECRET-KEY-)
"""
NAMED = """
AWS_SECRET_ACCESS_KEY aws-secret-access-key-named %B36 aB7x
AUTH0_CLIENT_SECRET auth0-client-secret %W63 a
COHERE_API_KEY cohere-api-key %A40
DATADOG_API_KEY datadog-api-key %H32
FASTLY_API_TOKEN fastly-token %W31 a
HCLOUD_TOKEN hetzner-token %A60 aB7x
LINODE_TOKEN linode-token %H64
OKTA_API_TOKEN okta-api-token 00 %W39 a
SNYK_TOKEN snyk-token %uuid
SPLUNK_HEC_TOKEN splunk-hec-token %uuid
TWILIO_AUTH_TOKEN twilio-auth-token %H32
MISTRAL_API_KEY mistral-api-key %A32
"""

# A place: the file, and the text around a token, with its name spelled as it is spelled there.
PLACES: dict[str, tuple[str, str]] = {
    "dotenv": (".env", "A=1\n@NAME@=@TOKEN@\nB=2\n"),
    "shell": ("run.sh", "#!/bin/sh\nexport @NAME@='@TOKEN@'\n"),
    "shell-argument": ("run.sh", "tool --@na-me@ @TOKEN@ --verbose\n"),
    "batch": ("run.bat", "set @NAME@=@TOKEN@\r\n"),
    "powershell": ("run.ps1", '$env:@NAME@ = "@TOKEN@"\n'),
    "yaml": ("config.yml", "a: 1\nservice:\n  @name@: @TOKEN@\n  b: 2\n"),
    "yaml-quoted": ("config.yml", 'service:\n  @camelName@: "@TOKEN@"\n'),
    "json": ("config.json", '{\n  "a": 1,\n  "@camelName@": "@TOKEN@",\n  "b": 2\n}\n'),
    "json-on-one-line": ("config.json", '{"a":1,"@name@":"@TOKEN@","b":[1,2,3],"c":{"d":null}}'),
    "json-in-a-string": ("event.json", '{"m":"{\\"@camelName@\\":\\"@TOKEN@\\"}"}'),
    "toml": ("config.toml", '[service]\n@name@ = "@TOKEN@"\n'),
    "ini": ("config.ini", "[service]\n@name@ = @TOKEN@\n"),
    "properties": ("app.properties", "service.@na-me@=@TOKEN@\n"),
    "xml-element": ("config.xml", "<a>\n  <@camelName@>@TOKEN@</@camelName@>\n</a>\n"),
    "xml-attribute": ("app.config", '<add key="@Name@" value="@TOKEN@" />\n'),
    "plist": ("Info.plist", "<dict>\n<key>@Name@</key>\n<string>@TOKEN@</string>\n</dict>\n"),
    "android-resource": ("strings.xml", '<resources>\n<string name="@name@">@TOKEN@</string>\n</resources>\n'),
    "python": ("a.py", 'import os\n@NAME@ = "@TOKEN@"\n'),
    "python-argument": ("a.py", "client = Client(@name@='@TOKEN@', timeout=3)\n"),
    "python-wrapped": ("a.py", '@name@ = SecretStr("@TOKEN@")\n'),
    "javascript": ("a.js", "init({ @camelName@: '@TOKEN@', debug: true });\n"),
    "typescript": ("a.ts", 'class A {\n  private readonly @camelName@: string = "@TOKEN@";\n}\n'),
    "go": ("a.go", 'func f() {\n\t@camelName@ := "@TOKEN@"\n}\n'),
    "go-field": ("a.go", 'cfg := Config{\n\t@Name@: "@TOKEN@",\n}\n'),
    "java": ("A.java", 'class A { private static final String @NAME@ = "@TOKEN@"; }\n'),
    "java-setter": ("A.java", 'config.set@Name@("@TOKEN@");\n'),
    "c-sharp": ("A.cs", 'public const string @Name@ = "@TOKEN@";\n'),
    "c-sharp-verbatim": ("A.cs", 'var @camelName@ = @"@TOKEN@";\n'),
    "php": ("a.php", "<?php define('@NAME@', '@TOKEN@');\n"),
    "ruby": ("a.rb", "ENV['@NAME@'] = '@TOKEN@'\n"),
    "rust": ("a.rs", 'const @NAME@: &str = "@TOKEN@";\n'),
    "rust-wrapped": ("a.rs", 'let @name@ = String::from("@TOKEN@");\n'),
    "kotlin": ("a.kt", 'val @camelName@ = "@TOKEN@"\n'),
    "gradle": ("build.gradle.kts", 'buildConfigField("String", "@NAME@", "\\"@TOKEN@\\"")\n'),
    "swift": ("a.swift", 'let @camelName@: String = "@TOKEN@"\n'),
    "terraform": ("main.tf", 'provider "x" {\n  @name@ = "@TOKEN@"\n}\n'),
    "notebook": ("a.ipynb", '{"cells":[{"cell_type":"code","source":["import os\\n","@NAME@ = \\"@TOKEN@\\"\\n"]}]}'),
    "http-header": ("a.http", "GET https://api.acme.dev/x HTTP/1.1\nX-@na-me@: @TOKEN@\nAccept: */*\n"),
    "docker-env": ("Dockerfile", "FROM alpine\nENV @NAME@=@TOKEN@\n"),
    "docker-arg": ("Dockerfile", 'FROM alpine\nARG @NAME@="@TOKEN@"\nRUN make\n'),
    "compose-list": ("docker-compose.yml", "services:\n  a:\n    environment:\n      - @NAME@=@TOKEN@\n      - B=1\n"),
    "workflow": (".github/workflows/ci.yml", "jobs:\n  a:\n    env:\n      @NAME@: @TOKEN@\n    steps:\n      - run: make\n"),
    "workflow-step": (".github/workflows/ci.yml", "    steps:\n      - run: |\n          @NAME@=@TOKEN@ make deploy\n"),
    "pod": ("pod.yaml", "kind: Pod\nspec:\n  containers:\n  - name: a\n    env:\n    - name: @NAME@\n      value: @TOKEN@\n"),
    "markdown-fence": ("README.md", "# Use\n\n```bash\nexport @NAME@=@TOKEN@\n```\n"),
    "markdown-inline": ("README.md", "Set `@NAME@` to `@TOKEN@` and run it.\n"),
    "comma-separated": ("a.csv", "env,name,value,date\nprod,@NAME@,@TOKEN@,2024-01-01\n"),
    "log": ("app.log", "2024-03-01T10:00:00Z INFO worker[12]: using @NAME@=@TOKEN@ for upload\n"),
    "comment": ("a.py", "# @NAME@: @TOKEN@\n"),
    "html": ("a.html", '<script>window.@camelName@="@TOKEN@";</script>\n'),
    "other-script": ("a.md", "Schlüssel für @NAME@: @TOKEN@ – geändert\n"),
    "end-of-file": ("notes.txt", "some text\n@NAME@=@TOKEN@"),
    "line-breaks-of-windows": (".env.local", "A=1\r\n@NAME@=@TOKEN@\r\nB=1\r\n"),
    "escaped-line-breaks": ("event.json", '{"m":"first\\n@NAME@=@TOKEN@\\nlast"}'),
}  # fmt: skip
WITHOUT_NAME: dict[str, tuple[str, str]] = {
    "alone": ("token.txt", "@TOKEN@"),
    "start-of-file": ("notes.txt", "@TOKEN@ is what it takes\nmore\n"),
    "bearer": ("a.http", "GET /x HTTP/1.1\nAuthorization: Bearer @TOKEN@\n"),
    "curl-header": ("run.sh", 'curl -s -H "Authorization: Bearer @TOKEN@" https://api.acme.dev/v1\n'),
    "curl-user": ("run.sh", "curl -u 'user:@TOKEN@' https://api.acme.dev/v1\n"),
    "headers-in-a-log": ("app.log", '10:00:00 DEBUG request headers={"authorization":"Bearer @TOKEN@"}\n'),
    "other-quotes": ("a.txt", "キー「@TOKEN@」です\n"),
    "url-query": ("a.txt", "see https://api.acme.dev/x?t=@TOKEN@&page=2\n"),
    "url-password": ("run.sh", "git clone https://ci:@TOKEN@@git.acme.dev/a/b.git\n"),
    "url-user": ("run.sh", "git clone https://@TOKEN@@git.acme.dev/a/b.git\n"),
}
# What an address would have to escape.
_UNSAFE = re.compile(r"[^0-9A-Za-z._~-]")
_SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata:\n  KEY: VALUE\n"
# Formats whose own parts a place takes for its own: a webhook is an address, not a value in one.
_NOT_IN = {"slack-webhook": {"curl-user"}}


def _cells() -> Iterator[tuple[str, str, str, str, str]]:
    """Place, rule, token, file name, text."""
    for table, places in ((MARKED, {**PLACES, **WITHOUT_NAME}), (NAMED, PLACES)):
        for row in table.strip().splitlines():
            name, rule, template = row.split(" ", 2)
            for place, (path, text) in places.items():
                token = fill(f"<<{template}>>", rule + place)
                if place not in _NOT_IN.get(rule, ()) and not (place.startswith("url-") and _UNSAFE.search(token)):
                    yield place, rule, token, path, _written(text, name, token)
            token = fill(f"<<{template}>>", f"{rule} in a secret")
            yield "secret", rule, token, "secret.yml", _encoded(name, token)
            token = fill(f"<<{template}>>", f"{rule} in a file in a secret")
            yield "file-in-a-secret", rule, token, "secret.yml", _encoded(".env", f"A=1\n{name}={token}\n")


def _written(text: str, name: str, token: str) -> str:
    """``text`` with the variable called as the place would call it."""
    words = [word.capitalize() for word in name.split("_")]
    spelled = {
        "TOKEN": token,
        "NAME": name,
        "Name": "".join(words),
        "name": name.lower(),
        "camelName": words[0].lower() + "".join(words[1:]),
        "na-me": name.lower().replace("_", "-"),
    }
    return re.sub("@(TOKEN|[Nn]ame|NAME|camelName|na-me)@", lambda found: spelled[found[1]], text)


def _encoded(key: str, value: str) -> str:
    return _SECRET.replace("KEY", key).replace("VALUE", base64.b64encode(value.encode()).decode())


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[str]]:
    """By place, what was not found once, whole and by its own rule."""
    root = tmp_path_factory.mktemp("matrix")
    wanted: dict[str, tuple[str, str, str]] = {}
    for number, (place, rule, token, path, text) in enumerate(_cells()):
        file = root / str(number) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
        wanted[str(number)] = (place, rule, token)
    found: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
    result = scan_paths([str(root)], ScanOptions(repo_config=False, show_secrets=True, severity=Severity.LOW))
    for finding in result.findings:
        for occurrence in finding.occurrences:
            number = Path(occurrence.path).relative_to(root).parts[0]
            found[number].append((finding.rule, finding.secret))
    wrong: dict[str, list[str]] = defaultdict(list)
    for number, (place, rule, token) in wanted.items():
        if found[number] != [(rule, token)]:
            wrong[place].append(f"{rule}: {[other for other, _ in found[number]] or 'nothing'}")
    return wrong


@pytest.mark.parametrize("place", [*PLACES, *WITHOUT_NAME, "secret", "file-in-a-secret"])
def test_every_format_is_found_once_and_whole(place: str, lost: Mapping[str, list[str]]) -> None:
    assert lost.get(place, []) == []
