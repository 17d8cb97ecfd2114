"""The same traps in other clothes: each idea that must be seen (or seen through) in a second language or format."""

from __future__ import annotations

import pytest

from scanner import scan_text
from scanner.model.levels import Severity
from scanner.ruleset.examples import fill

SILENT = [
    ("pod.json", '{"apiVersion":"v1","kind":"Secret","data":{"tls.crt":"<<%b64(-----BEGIN~CERTIFICATE-----)>>"}}'),
    ("sealed.json", '{"kind":"SealedSecret","spec":{"encryptedData":{"password":"<<AgA %B705>>="}}}'),
    ("prod.env", "DB_PASSWORD=ENC[AES256_GCM,data:<<%B12>>==,iv:<<%B43>>=,tag:<<%B22>>==,type:str]"),
    ("deps.lock.json", '{"dependencies":{"token":{"contentHash":"<<%B86>>=="}}}'),
    ("mix.lock", '"token_lib": {:hex, :token_lib, "1.2.3", "<<%H64>>", [:mix], [], "hexpm", "<<%H64>>"},'),
    ("pubspec.lock", '  oauth2:\n    description:\n      sha256: "<<%H64>>"\n'),
    ("nginx.conf", "add_header Content-Security-Policy \"script-src 'sha256-<<%B43>>=' 'nonce-<<%A32>>'\";"),
    ("flake.nix", 'token-tool = { url = "github:a/token-tool/<<%H40>>"; };'),
    ("main.bicep", "param keyVaultSecretsUserRoleId string = '<<%uuid>>'"),
    ("WORKSPACE", 'http_archive(name = "oauth_token", sha256 = "<<%H64>>")'),
    ("style.css", ".token{background:url(data:image/png;base64,<<%B400>>)}"),
    ("keys.tf", 'public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA<<%B43>> deploy@ci"'),
    ("values.yaml", "auth:\n  existingSecret: prod-postgres-credentials-x7\n  adminPasswordKey: postgres-password\n"),
    ("secret.tpl", "kind: Secret\ndata:\n  password: {{ randAlphaNum 32 | b64enc | quote }}\n"),
    ("appsettings.json", '{"Default":"Server=db;User Id=sa;Password=#{DB_PASSWORD}#;","ApiKey":"__API_KEY__"}'),
    ("application.properties", "spring.datasource.password=${DB_PASSWORD:}\njwt.secret=@jwt.secret@\n"),
    (
        "azure-pipelines.yml",
        "- script: deploy --token $(DeployToken)\n  env:\n    SECRET_KEY: $[variables.secretKey]\n",
    ),
    ("main.rs", 'let token = std::env::var("API_TOKEN").expect("API_TOKEN not set");'),
    ("deploy.ps1", '$password = Read-Host -AsSecureString "Password"'),
    ("login.dart", "InputDecoration(labelText: 'Password', hintText: 'Enter your password')"),
    ("user.ex", "field :password, :string, virtual: true\nfield :hashed_password, :string, redact: true"),
    ("config.php", "'recaptcha_site_key' => '6Lc<<%W37>>',"),
    ("user.proto", "string password = 2;\nstring api_token = 3 [deprecated = true];"),
    ("schema.graphql", "input Login { password: String!, token: ID }"),
    ("jwks.json", '{"keys":[{"kty":"RSA","kid":"<<%W27>>","n":"<<%W342>>","e":"AQAB"}]}'),
    ("ci.yml", "required-secrets: [NPM_TOKEN, AWS_SECRET_ACCESS_KEY, SLACK_WEBHOOK]"),
    ("app.yml", "password: '{cipher}<<%H64>>'\ntoken: vault:v1:<<%B60>>==\nsecret: ENC(<<%B32>>)"),
    ("database.yml", "password: <%= ENV.fetch('DB_PASSWORD') %>"),
    ("azuredeploy.json", '{"adminPassword": {"value": "[parameters(\'adminPassword\')]"}}'),
]

SEEN = [
    ("main.go", "const m = `apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  password: <<%A16>>\n`"),
    ("f.yaml", "{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {password: <<%A16>>}}"),
    ("s.yaml", 'kind: Secret\nstringData:\n  password: {{ .Values.password | default "<<%A16>>" | quote }}\n'),
    ("key.java", 'String k = "" <<%concat(%pem(EC))>>;'),
    ("app.js", 'const t = "<<xoxb- %D11 ->>" + "<<%D12 ->>" + "<<%A24>>";'),
    ("settings.py", "DATABASES = {'default': {'PASSWORD': '<<Fr1 day!night>>'}}"),
    ("oracle.sql", "CREATE USER app IDENTIFIED BY <<%L1 %A13>>;"),
    ("mssql.sql", "CREATE LOGIN app WITH PASSWORD = '<<%A14>>';"),
    (".zsh_history", ": 1700000000:0;curl -u admin:<<%A14>> https://repo.example.net/x\n"),
    ("ci.log", "+ docker login -u ci -p <<%A20>> registry.example.net\n"),
    ("app.yml", "db_pass\u200bword: <<%A14>>"),
    ("c.env", "DB_P\u0410SSWORD=<<%A14>>"),
    ("config.exs", 'config :app, App.Repo,\n  password: "<<%A14>>"'),
    ("database.yml", "password: <%= ENV.fetch('DB_PASSWORD', '<<%A14>>') %>"),
    ("compose.yml", "environment:\n  DB_PASSWORD: ${DB_PASSWORD:-<<%A14>>}\n"),
    ("application.yml", "jwt:\n  secret: ${JWT_SECRET:<<%A32>>}\n"),
    ("config.go", 'viper.SetDefault("jwt.secret", "<<%A24>>")'),
    ("kickstart.cfg", "rootpw --plaintext <<%A14>>"),
    ("cloud-init.yml", "chpasswd:\n  list: |\n    root:<<%A14>>\n"),
    ("main.bicep", "param adminPassword string = '<<%A14>>'"),
    ("arm.json", '{\n  "parameters": {\n    "adminPassword": {\n      "value": "<<%A14>>"\n    }\n  }\n}'),
    ("x.vb", 'Dim password As String = "<<%A14>>"'),
    ("x.fish", "set -x API_TOKEN <<%A32>>"),
    ("app.R", 'Sys.setenv(API_TOKEN = "<<%A32>>")'),
]


def above_info(text: str, path: str) -> list[str]:
    return [finding.rule for finding in scan_text(fill(text, path), path) if finding.severity > Severity.INFO]


@pytest.mark.parametrize(("path", "text"), SILENT, ids=[path for path, _ in SILENT])
def test_what_only_looks_like_a_secret_is_silent(path: str, text: str) -> None:
    assert above_info(text, path) == []


@pytest.mark.parametrize(("path", "text"), SEEN, ids=[path for path, _ in SEEN])
def test_a_secret_is_seen_once(path: str, text: str) -> None:
    assert len(above_info(text, path)) == 1
