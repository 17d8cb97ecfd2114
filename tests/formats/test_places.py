"""Secrets whose name stands elsewhere: what a program falls back to, what a call is handed, columns, notes."""

from __future__ import annotations

import pytest

from scanner import scan_text
from scanner.model.levels import Severity
from scanner.ruleset.examples import fill

SILENT = [
    ("a.py", 'password = os.getenv("DB_PASSWORD", "")'),
    ("a.py", 'password = os.getenv("DB_PASSWORD", "changeme")'),
    ("a.py", 'password = os.getenv("DB_PASSWORD", DEFAULT_PASSWORD)'),
    ("a.js", 'const pw = process.env.DB_PASSWORD || "password";'),
    ("a.js", "const pw = process.env.DB_PASSWORD || config.db.password;"),
    ("a.rb", 'pw = ENV.fetch("DB_PASSWORD") { raise "DB_PASSWORD is missing" }'),
    ("a.rb", 'pw = ENV["DB_PASSWORD"] || abort("set DB_PASSWORD")'),
    (
        "A.cs",
        'var pw = Environment.GetEnvironmentVariable("DB_PASSWORD") ?? throw new Exception("DB_PASSWORD not set");',
    ),
    ("a.rs", 'let pw = env::var("DB_PASSWORD").expect("DB_PASSWORD must be set");'),
    ("a.rs", 'let pw = env::var("DB_PASSWORD").unwrap_or_else(|_| "postgres".into());'),
    ("a.go", 'pw := getEnv("DB_PASSWORD", "postgres")'),
    ("a.go", 'token := getEnv("TOKEN_FILE", "/var/run/secrets/token")'),
    ("a.php", "'password' => env('DB_PASSWORD', ''),"),
    ("a.lftp", "open -u $USER,$PASS sftp://ftp.acme.dev"),
    ("a.sh", 'lftp -u "$USER,$PASS" ftp.acme.dev'),
    ("A.cs", 'client.Authenticate("username", "password");'),
    ("A.cs", "client.Authenticate(user, password);"),
    ("a.py", 'server.login("you@example.com", "your-password")'),
    ("a.js", 'login("Enter user", "Enter password")'),
    ("a.js", 't.login("user.name", "login.title")'),
    ("a.js", 'cy.login("admin", "password")'),
    ("a.py", 'self.client.login("alice", "secret")'),
    ("a.js", 'router.auth("required", "isAuthenticated")'),
    ("a.md", "| User | Password |\n|------|----------|\n| admin | password |\n| joe | (see vault) |\n"),
    (
        "a.md",
        "| Name | Password | Description |\n|---|---|---|\n| `DB_PASSWORD` | required | The password of the database |\n",
    ),
    ("a.md", "| Option | Password | Default |\n|---|---|---|\n| auth | yes | no |\n| ldap | optional | v1.2.3 |\n"),
    ("a.md", "| Parameter | Token |\n|---|---|\n| id | string |\n"),
    ("a.md", "- admin / operator"),
    ("a.md", "- Linux / macOS"),
    ("a.md", "Login: username / password"),
    ("a.sql", "INSERT INTO users (id, name, password) VALUES (1, 'joe', MD5('x'));"),
    ("a.sql", "INSERT INTO users (id, name, password) VALUES (?, ?, ?);"),
    ("a.sql", "INSERT INTO users (id, name, password) VALUES (:id, :name, :password);"),
    ("a.py", 'cur.execute("INSERT INTO users (name, password) VALUES (%s, %s)", (name, pw))'),
    (
        "a.sql",
        "INSERT INTO `messages` (`key`, `password_help`) VALUES ('reset', 'Choose a password with eight letters');",
    ),
    ("a.ex", 'pw = System.get_env("DB_PASSWORD") || raise "DB_PASSWORD is not set"'),
    ("a.kt", 'val pw = System.getenv("DB_PASSWORD") ?: error("DB_PASSWORD is missing")'),
    ("a.pl", 'my $pw = $ENV{DB_PASSWORD} // die "no DB_PASSWORD in the environment";'),
    ("a.sh", 'curl -H "Token: $TOKEN" -H "Idempotency-Key: <<%uuid>>" https://api.acme.dev'),
    ("a.http", "Authorization: Custom-Scheme {{token}}"),
    ("a.md", "Authorization: please see chapter-4-of-the-manual"),
    ("audit.log", '{"auth":{"client_token":"hmac-sha256:<<%H64>>","password":"hmac-sha256:<<%H64>>"}}'),
    ("sources.toml", "minisign_key = '<<RWQf %B52>>'"),
    ("tool.1", "set \\f[V]TOOL_PASSWORD_CHANGE=1\\f[R] or --ask-password=false\\f[R]"),
    ("manual.html", '<h4 id="acme-pass">--pikpak-pass</h4>'),
    ("Browser.cpp", 'm_keepassBrowserUUID(Tools::hexToUuid("<<%H32>>"))'),
    ("const.go", 'errFmt = "authentication: file: password: argon2: " +'),
    ("vars.yml", "mysql_root_password: '----=>SetR00tPa$$wordH3r3!!<=----'"),
    ("login.sh", "vault login -method=userpass username=andrew\nvault login -method=aws role=dev-role"),
    ("sign.sh", "echo 'this is my plaintext entry NUMBER 2' | base64"),
    ("ca.pem", "-----BEGIN CERTIFICATE-----\n<<AAAAAAAAAAAAAAAAAAAAAAAw %B40>>\n-----END CERTIFICATE-----"),
]
SILENT += [
    ("Users.cs", 'await db.Run("[dbo].[User_ReadPasswordDetails]", "[dbo].[User_ReadManyPasswordDetailsById]");'),
    ("fields.json", '"description": "Login: Username=100, Password=101. Card: Code=303."'),
    ("App.java", 'static final AppConfig OAUTH_CONFIG = new AppConfig("<<%uuid>>", SCOPE);'),
    ("values.yaml", 'tls:\n  caSecret: "rabbitmq-ca"\n'),
    ("play.yml", "msg: \"{{ lookup('community.general.proton_pass', 'host_a', 'host_b') }}\""),
    ("Prefs.xib", '<textFieldCell key="cell" title="Password:" usesSingleLineMode="YES" id="1555">'),
    ("notes.md", "The option to generate a password is --method=sha-512 instead."),
    ("record.json", '"lastPasswordChangeUSec": 1641941238208691,'),
    ("config.yml", 'posthog:\n  token: "<<phc_ %A43>>"\n'),
    ("lock.csv", "prod,checkout,v6.1.0,github-actions,<<%H40>>,2026-07-04T00:00:00Z"),
    ("prompt.sh", "# Reminder for default login / password when the postinstall is not done yet"),
    ("parcels.json", '{"object": "ParcelList", "id": "<<pl_ %H32>>"}'),
    ("tokenizer.erl", 'Token = io_lib:format("\\\\u~4.16.0B", [Char]),'),
    ("schema.xml", '<modifyDataType columnName="PASSWORD" newDataType="varchar(200)" tableName="ACCOUNT"/>'),
    ("HttpUrl.kt", '* | `http://a%20b:c%20d@host/`       | `"a b"`      |'),
    ("UrlTest.kt", 'parse("http://user:%F0%9F%8D%A9@host/").password'),
    ("UrlTest.kt", 'parse("http://user:c%3A%01%40%2F%23%25d@host/").password'),
    ("UrlTest.kt", 'parse("http://user:%3D%5B%5D%3A%3B%22~%7C%3F@host/").password'),
    ("vendor.conf", "github.com/acme/newrelic_platform_go <<%H40>>"),
    ("vendor.conf", "github.com/acme/log-hook <<%H40>>"),
    ("bcrypt.yml", "password_length: 1..72"),
    ("errors.xyz", "ERROR_MAXIMUM_PASSWORD_DEFAULT = 2109_u32"),
    ("dir.cr", "if (pwd_info = ::Crystal::System::File.info?(pwd, follow_symlinks: true)) &&"),
    ("signature_spec.cr", "twitter%2Fupdate.json%26oauth_nonce%3D<<%A42>>%26oauth_version%3D1.0"),
]

SEEN = [
    ("server.sh", "PASS=OldTreeBird4"),
    ("Login.cs", 'new DirectoryEntry("LDAP://acme.dev",\n    "svc@acme.dev",\n    "<<%A12>>");'),
    ("rclone.txt", "api_key> <<%uuid>>"),
    ("login.sh", "vault login -method=userpass username=andrew password=<<%A12>>"),
    ("run.sh", "export VAULT_TOKEN=<<%uuid>>"),
    ("README.md", "[![c](https://c.acme.dev/badge.svg?token=<<%M10>>)](https://c.acme.dev)"),
    ("a.py", 'password = os.getenv("DB_PASSWORD", "<<%A14>>")'),
    ("a.py", 'PW = os.environ.get("DB_PASSWORD", default="<<%A14>>")'),
    ("a.py", 'x = config("DB_PASSWORD", default="<<%A14>>")'),
    ("a.go", 'pw := getEnv("DB_PASSWORD", "<<%A14>>")'),
    ("a.go", 'pw := envOr("DB_PASSWORD", "<<%A14>>")'),
    ("a.js", 'const pw = process.env.DB_PASSWORD || "<<%A14>>";'),
    ("a.js", "const pw = process.env['DB_PASSWORD'] ?? '<<%A14>>';"),
    ("a.sh", "PW=${DB_PASSWORD:-<<%A14>>}"),
    ("a.rb", 'pw = ENV["DB_PASSWORD"] || "<<%A14>>"'),
    ("a.rb", 'pw = ENV.fetch("DB_PASSWORD") { "<<%A14>>" }'),
    ("a.rb", 'pw = ENV.fetch("DB_PASSWORD", "<<%A14>>")'),
    ("A.java", 'String pw = System.getenv().getOrDefault("DB_PASSWORD", "<<%A14>>");'),
    ("A.java", 'String pw = System.getProperty("db.password", "<<%A14>>");'),
    ("A.cs", 'var pw = Environment.GetEnvironmentVariable("DB_PASSWORD") ?? "<<%A14>>";'),
    ("A.cs", 'var pw = Configuration["Db:Password"] ?? "<<%A14>>";'),
    ("a.php", "$pw = getenv('DB_PASSWORD') ?: '<<%A14>>';"),
    ("a.php", "$pw = $_ENV['DB_PASSWORD'] ?? '<<%A14>>';"),
    ("a.php", "'password' => env('DB_PASSWORD', '<<%A14>>'),"),
    ("a.ex", 'pw = System.get_env("DB_PASSWORD", "<<%A14>>")'),
    ("a.ex", 'pw = System.get_env("DB_PASSWORD") || "<<%A14>>"'),
    ("a.kt", 'val pw = System.getenv("DB_PASSWORD") ?: "<<%A14>>"'),
    ("a.rs", 'let pw = env::var("DB_PASSWORD").unwrap_or("<<%A14>>".to_string());'),
    ("a.rs", 'let pw = std::env::var("DB_PASSWORD").unwrap_or_else(|_| "<<%A14>>".into());'),
    ("a.scala", 'val pw = sys.env.getOrElse("DB_PASSWORD", "<<%A14>>")'),
    ("a.dart", "const pw = String.fromEnvironment('DB_PASSWORD', defaultValue: '<<%A14>>');"),
    ("a.swift", 'let pw = ProcessInfo.processInfo.environment["DB_PASSWORD"] ?? "<<%A14>>"'),
    ("a.pl", 'my $pw = $ENV{DB_PASSWORD} || "<<%A14>>";'),
    ("a.pl", 'my $pw = $ENV{DB_PASSWORD} // "<<%A14>>";'),
    ("a.lua", 'local pw = os.getenv("DB_PASSWORD") or "<<%A14>>"'),
    ("a.R", 'pw <- Sys.getenv("DB_PASSWORD", unset = "<<%A14>>")'),
    ("a.lftp", "open -u deploy,<<%A14>> sftp://ftp.acme.dev"),
    ("a.sh", 'lftp -e "open -u deploy,<<%A14>> ftp.acme.dev; mirror"'),
    ("A.cs", 'client.Authenticate("bot@acme.dev", "<<%A14>>");'),
    ("A.cs", 'await client.AuthenticateAsync("bot@acme.dev", "<<%A14>>");'),
    ("A.cs", 'client.Credentials = new NetworkCredential("bot@acme.dev", "<<%A14>>");'),
    ("a.py", 'server.login("bot@acme.dev", "<<%A14>>")'),
    ("a.py", 'smtp.login(user, "<<%A14>>")'),
    ("a.js", 'request.get(url).auth("bot", "<<%A14>>")'),
    ("a.go", 'req.SetBasicAuth("bot", "<<%A14>>")'),
    ("A.java", '.basicAuth("bot", "<<%A14>>")'),
    ("A.java", 'given().auth().preemptive().basic("bot", "<<%A14>>")'),
    ("a.py", 'ssh.connect("host", username="bot", password="<<%A14>>")'),
    ("a.py", 'auth=HTTPBasicAuth("bot", "<<%A14>>")'),
    ("a.py", 'requests.get(url, auth=HTTPBasicAuth(user, "<<%A14>>"))'),
    ("a.py", 'requests.get(url, auth=("bot", "<<%A14>>"))'),
    ("a.php", '$ftp = ftp_login($conn, "bot", "<<%A14>>");'),
    ("a.php", 'imap_open($mailbox, "bot", "<<%A14>>");'),
    ("a.php", 'ldap_bind($ds, "cn=admin,dc=acme", "<<%A14>>");'),
    ("a.go", 'smtp.PlainAuth("", "bot@acme.dev", "<<%A14>>", "smtp.acme.dev")'),
    ("a.rb", 'http.basic_auth("bot", "<<%A14>>")'),
    ("a.rb", 'Net::SSH.start("host", "bot", password: "<<%A14>>")'),
    ("a.vb", 'client.Login("bot", "<<%A14>>")'),
    ("A.java", 'new UsernamePasswordCredentials("bot", "<<%A14>>")'),
    ("A.java", 'ftp.login("bot", "<<%A14>>");'),
    ("A.java", '.inMemoryAuthentication().withUser("bot").password("<<%A14>>")'),
    ("a.cs", 'new DirectoryEntry("LDAP://x", "bot", "<<%A14>>")'),
    ("a.md", "| Service | URL | Login | Passwort |\n|---|---|---|---|\n| Grafana | http://g | admin | `<<%A14>>` |\n"),
    ("a.md", "Login: admin / <<%A12>>"),
    ("a.md", "- admin / <<%A12>>"),
    ("a.md", "Credentials: `admin` / `<<%A12>>`"),
    ("a.md", "username: admin password: <<%A12>>"),
    ("a.txt", "login admin, password <<%A12>>"),
    ("a.sql", "INSERT INTO users (id, name, password, mail) VALUES (1, 'joe', '<<%A14>>', 'a@b.c');"),
    ("a.py", "cur.execute(\"INSERT INTO users (name, password) VALUES ('joe', '<<%A14>>')\")"),
    ("a.sh", "curl -X POST https://api.acme.dev/token \\\n  -u robot:<<%A24>>"),
    ("a.sh", 'curl -H "Token: <<%H16>>" http://localhost:8080/api/tasks'),
    ("a.http", "Authorization: Acme-Token <<%H40>>"),
    ("a.json", '{"run": "ConvertTo-SecureString \\"<<%A12 !>>\\" -AsPlainText -Force"}'),
    ("a.py", 'client_oauth = " <<%A40>> "'),
    ("a.txt", "Secret Key:<<%A16>>"),
    # An id and a secret with joints of their own, without quotes.
    ("a.ini", "[kagi]\nkagi_api_key=<<%A11 . %A20 - %A6 _ %A20>>"),
    # More digits than letters, behind a mark that is no hex.
    ("a.ts", 'private readonly queueToken: string = "<<sk- 267385 d971 acbba413 add22add 53598c>>";'),
    ("a.sh", "git clone http://bot:<<%pct(@) %A9 %pct(#)>>@host/app.git"),
]


def above_info(text: str, path: str) -> list[str]:
    return [finding.rule for finding in scan_text(fill(text, path), path) if finding.severity > Severity.INFO]


@pytest.mark.parametrize(("path", "text"), SILENT, ids=[path for path, _ in SILENT])
def test_what_stands_for_a_secret_is_silent(path: str, text: str) -> None:
    assert above_info(text, path) == []


@pytest.mark.parametrize(("path", "text"), SEEN, ids=[path for path, _ in SEEN])
def test_a_secret_is_seen_once(path: str, text: str) -> None:
    assert len(above_info(text, path)) == 1


def test_every_row_of_a_table_is_read_and_only_its_column() -> None:
    rows = "".join(f"| u{n} | <<%A9 {n}x>> | <<%H12>> |\n" for n in range(5))
    text = fill("| User | Password | Build |\n|---|---|---|\n" + rows, "a.md")
    assert [finding.position.line for finding in scan_text(text, "a.md")] == [3, 4, 5, 6, 7]
