"""One value, one name, one verdict: what ``--show-dropped`` will say, and what must not be dropped."""

from __future__ import annotations

import base64

import pytest

from scanner import scan_text
from scanner.engine.plausibility import doubtful, hopeless, implausible, weak
from scanner.model.filekind import FileKind
from scanner.model.levels import Severity
from scanner.pipeline.options import ScanOptions
from scanner.ruleset.examples import fill


def random(template: str, seed: str = "") -> bytes:
    return fill(f"<<{template}>>", seed or template).encode()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"changeme", "placeholder"),
        (b"your-password-here", "placeholder"),
        (b"<password>", "placeholder"),
        (b"${DB_PASSWORD}", "template"),
        (b"{{ db_password }}", "template"),
        (b"%(password)s", "template"),
        (b"$DB_PASSWORD", "reference"),
        (b"%DB_PASSWORD%", "reference"),
        (b"[PSCredential]", "reference"),
        (b"profile::base2::db_pass", "reference"),
        (b":phabricator", "reference"),
        (b"[#958](https://acme.dev/issues/958)", "reference"),
        (b"20110531 12:48:09.154", "date"),
        (b"20240114T081500Z", "date"),
        ("eyJhbGciOiJIUzI1NiJ9x0A0\u2026".encode(), "placeholder"),
        (b"this mail must have", "text"),
        (b"BUILTIN\\Administrators", "account"),
        (b"24h0m0s", "time"),
        (b"A-Za-z0-9_-", "characters"),
        (rb"(\r\n|\r|\n|\n\r)", "signs"),
        (b"oltu:bundle:1.0.0.acme7v3", "version"),
        (b"passowrd", "stock value"),
        (b"somePassw0rd", "placeholder"),
        (b"$DB_PASSWORD,image.tag=v2", "reference"),
        (b"vault:secret/data/db#password", "reference"),
        (b"op://vault/item/password", "reference"),
        (b"_P12-PASSWORD_", "reference"),
        (b"&#xf21b;", "reference"),
        (b"-p$PW", "reference"),
        (b"#166534", "colour"),
        (b"+h.hex}g=h.hex}if(h.utf8!==undefined){g=f(h)}if", "code"),
        (b"100000/s", "number"),
        (b"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEUEBxq", "public key"),
        (b"%02X:%02X:%02X:%02X", "template"),
        (b"x\xfe?\xc1H\xff.X\xf1b", "binary"),
        (b"arn:aws:secretsmanager:eu-west-1:1:secret:db", "reference"),
        (b"ENC[AES256_GCM,data:abc]", "encrypted"),
        (b"{cipher}0123abcd", "encrypted"),
        (b"Mot de passe", "text"),
        ("Contraseña".encode(), "text"),
        (b"Contrase\\u00f1a", "text"),
        (b"),e?n.value.createNode(", "code"),
        (b"#!/usr/bin/python3", "path"),
        (b"k8s-infra-key", "words"),
        (b"don't", "text"),
        (b"********", "placeholder"),
        (b"aaaaaaaa", "repetition"),
        (b"12345678", "sequence"),
        (b"abcdefgh", "sequence"),
        (b"a1B2c3D4e5F6", "sequence"),
        (b"1a2b3c4f5e", "sequence"),
        (b"1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d", "sequence"),
        (b"password123", "stock value"),
        (b"Pa33w0rd", "stock value"),
        (b"secret", "stock value"),
        (b"testing", "stock value"),
        (b"Palavra-passe", "stock value"),
        (b"/run/secrets/db", "path"),
        (b"https://example.org/login", "placeholder"),
        (b"tls/server.pem", "file name"),
        (b"id_rsa.pub", "file name"),
        (b"1.2.3-beta", "version"),
        (b"1:4.13+dfsg1-4ubuntu3.2", "version"),
        (b"5.0.0+~cs13.3.24-1build1", "version"),
        (b"@/run/secrets/db.password", "reference"),
        (b"-acme}@db:5432/acme", "reference"),
        (b"YWRtaW4=", "stock value"),
        (b"true", "stock value"),
        (b"fooled", "words"),
        (b"^.{8,32}$", "expression"),
        (b"VCHAR_UNI:40", "type"),
    ],
)
def test_what_is_no_password_says_why(value: bytes, reason: str) -> None:
    assert implausible(value, mode="password", key="password", kind=FileKind.CONFIG, line=b'"' + value + b'"') == reason


def test_letters_in_groups_of_four_are_no_text_unless_they_are_words() -> None:
    shown = random("%[qxzwvkjh]4 ~ %[qxzwvkjh]4 ~ %[qxzwvkjh]4 ~ %[qxzwvkjh]4")
    assert implausible(shown, mode="password", key="mail_password", kind=FileKind.CODE) == ""
    assert implausible(b"this must have been", mode="password", key="mail_password", kind=FileKind.CODE) == "text"


@pytest.mark.parametrize(
    "parts",
    ["Sum mer2024!", "Grani teStone66#", "Lon don2012", "Berlin %[#]1 1989", "%L6 %D2", "%L8", "%D6", "tr0ub4dor& %D1"],
)
def test_what_people_choose_as_passwords_stays(parts: str) -> None:
    value = random(parts, "chosen")
    assert (
        implausible(value, mode="password", key="db_password", kind=FileKind.CONFIG, line=b"db_password: " + value)
        == ""
    )


@pytest.mark.parametrize("parts", [": %A14", "%A6 :: %A8 7", "[ %A8 ] %A6", "20110531 %A6 x7", "%A8 20240114 %A6"])
def test_what_begins_as_a_reference_or_a_date_stays(parts: str) -> None:
    value = random(parts, "resembling")
    shown = b'db_password = "' + value + b'"'
    assert implausible(value, mode="password", key="db_password", kind=FileKind.CODE, line=shown) == ""


def test_what_spring_compares_as_it_stands_is_no_hash() -> None:
    assert implausible(b"{noop}" + random("%A12"), mode="password", key="password", kind=FileKind.CODE) == ""
    assert implausible(b"{noop}password", mode="password", key="password", kind=FileKind.CODE) == "stock value"
    assert implausible(b"{bcrypt}" + random("%A12"), mode="password", key="password")


@pytest.mark.parametrize("parts", ["%A32", "%H40", "%N24", "%S32", "%B43 =", "%L24", "%W22", "%uuid"])
def test_generated_values_stay(parts: str) -> None:
    value = random(parts)
    assert implausible(value, mode="value", key="client_secret", line=b'client_secret = "' + value + b'"') == ""


@pytest.mark.parametrize(
    "key",
    ["next_page_token", "csrf_token", "public_key", "primary_key", "token_url", "password_reset_url", "secret_name",
     "passwordField", "cacheKey", "password_policy", "hashed_secret", "tokenType", "secretKeyRef", "password_driver",
     "networkPassphrase"],
)  # fmt: skip
def test_names_that_promise_nothing_silence_any_value(key: str) -> None:
    assert implausible(random("%A32"), mode="value", key=key) == "about a secret"


def test_an_address_by_content_is_no_key() -> None:
    assert implausible(b"Qm" + random("%[abcdefghkmnpqrstuvwxyzABCDEFGHJKLMNPQR23456789]44"), mode="value", key="key")


def test_a_weak_name_needs_a_strong_value() -> None:
    assert implausible(random("%uuid"), mode="value", key="key") == "identifier"
    assert implausible(random("%H40"), mode="value", key="key") == "identifier"
    assert implausible(random("%L20"), mode="value", key="key") == "identifier"
    assert implausible(random("%A20 %D3 %A20"), mode="value", key="key", line=b"") == ""


def test_a_weak_name_has_no_value_with_signs_that_no_key_has() -> None:
    assert implausible(random("%A12 # %A14 %D2"), mode="value", key="key", line=b"") == "identifier"
    assert implausible(random("%D2 | %A40"), mode="value", key="key", line=b"") == ""


def test_the_largest_integer_is_no_token() -> None:
    assert implausible(b"18446744073709551616", mode="value", key="remaining_tokens") == "largest number"
    assert implausible(b"90412783655120934471", mode="value", key="bot_token") == ""


def test_what_a_vendor_publishes_is_no_secret() -> None:
    assert implausible(b"live_pub_" + random("%H31"), mode="value", key="token") == "public key"
    assert implausible(b"3MVG9" + random("%A80"), mode="value", key="salesforce_key") == "public key"


def test_base64_of_plain_words_is_no_secret() -> None:
    value = base64.b64encode(b"this is a password")
    assert implausible(value, mode="value", key="secret", line=b'"' + value + b'"') == "text"
    assert implausible(base64.b64encode(b"user:changeme"), mode="value", key="auth_token") == "placeholder"


def test_base64_of_a_login_is_judged_by_its_password() -> None:
    value = base64.b64encode(b"ci:" + random("%A14"))
    assert implausible(value, mode="value", key="auth_token") == ""


def test_a_bare_word_in_code_is_a_name() -> None:
    line = b"login(password=passwd_hash, token=tok)"
    assert implausible(b"tok7x", mode="value", key="token", kind=FileKind.CODE, line=line)
    assert (
        implausible(b"kwzpwd", mode="password", key="password", kind=FileKind.CODE, line=b"password = kwzpwd") == "code"
    )


@pytest.mark.parametrize("value", [b"==t.ownPass", b"t,this.tenant=n}static", b"{view:null,op:"])
def test_what_is_left_of_minified_code_is_no_password(value: bytes) -> None:
    line = b"a('" + b"x" * 1200 + b"');pass=" + value + b' e="'
    assert implausible(value, mode="password", key="pass", kind=FileKind.CODE, line=line) in ("code", "words")


@pytest.mark.parametrize(
    ("value", "mode", "key"),
    [(b"pwdtxt", "password", "password"), (b"xxxxxxxxxxxx", "value", "api_key"), (b"bearer", "value", "token_type")],
)
def test_what_is_hopeless_is_implausible_on_every_line(value: bytes, mode: str, key: str) -> None:
    assert hopeless(value, mode=mode, key=key, kind=FileKind.CODE)
    for line in (b"", value, b'"' + value + b'"', b"f(" + value + b")"):
        assert implausible(value, mode=mode, key=key, kind=FileKind.CODE, line=line)


def test_what_only_its_line_makes_implausible_is_not_hopeless() -> None:
    assert not hopeless(b"kwzpwd", mode="password", key="password", kind=FileKind.CODE)
    assert not hopeless(b"xxxxxxxxxxxx", mode="none", key="api_key", kind=FileKind.CODE)


@pytest.mark.parametrize(
    ("value", "kind", "reason"),
    [
        (b"dragon1987", FileKind.CONFIG, ""),
        (b"dragon1987", FileKind.CODE, ""),
        (b"dragon87", FileKind.CODE, ""),
        (b"dragon87", FileKind.PROSE, "words"),
        (b"dragon7", FileKind.CODE, ""),
        (b"level7", FileKind.CODE, "words"),
        (b"dragon1234", FileKind.CONFIG, ""),
        (b"level1234", FileKind.CONFIG, "words"),
        (b"mastz222", FileKind.CODE, ""),
        (b"sunset12", FileKind.CONFIG, ""),
        (b"sunset", FileKind.CONFIG, "words"),
        (b"blue182sky", FileKind.CONFIG, ""),
        (b"varchar2", FileKind.CODE, "words"),
        (b"123456789ABCDEF" + b"0" * 37, FileKind.CONFIG, "words"),
        (b"base64", FileKind.CONFIG, "words"),
    ],
)
def test_a_word_with_a_number_is_a_password_where_settings_are_kept(value: bytes, kind: FileKind, reason: str) -> None:
    assert implausible(value, mode="password", key="password", kind=kind, line=b'"' + value + b'"') == reason


@pytest.mark.parametrize("value", [b"Gold-Finch-3", b"g0ld-finch", b"Sunset.Lake1", b"R4il" + b"Road-Ties"])
def test_words_with_a_sign_and_a_digit_are_a_password_if_nobody_would_name_a_thing_so(value: bytes) -> None:
    line = b'"' + value + b'"'
    assert implausible(value, mode="password", key="password", kind=FileKind.CONFIG, line=line) == ""
    assert implausible(b"gold-finch-3", mode="password", key="password", kind=FileKind.CONFIG, line=line) == "words"


@pytest.mark.parametrize(
    ("value", "kind", "reason"),
    [
        (b"let" + b"mein77", FileKind.CONFIG, ""),
        (b"let" + b"mein77", FileKind.CODE, "stock value"),
        (b"let" + b"mein12", FileKind.CONFIG, "stock value"),
        (b"P4ss" + b"word!", FileKind.DOTENV, ""),
        (b"Qwerty" + b"!23", FileKind.DOTENV, ""),
        (b"Qwerty" + b"!23", FileKind.CODE, "sequence"),
    ],
)
def test_a_stock_word_is_a_password_when_dressed_up_in_settings(value: bytes, kind: FileKind, reason: str) -> None:
    assert implausible(value, mode="password", key="password", kind=kind, line=b'"' + value + b'"') == reason


def test_a_password_like_its_user_is_a_default() -> None:
    line = b"host=db user=qzxwv password=qzxwv"
    assert implausible(b"qzxwv", mode="password", key="password", line=line) == "same as the user"


def test_digits_for_letters_are_a_dummy_in_prose_and_a_password_elsewhere() -> None:
    value = b"b4ckup5" + b"erver"
    line = b'"' + value + b'"'
    assert implausible(value, mode="password", key="password", kind=FileKind.PROSE, line=line) == "words"
    assert implausible(value, mode="password", key="password", kind=FileKind.CODE, line=line) == ""
    assert implausible(value, mode="literal", key="password", kind=FileKind.DOTENV, line=line) == ""
    stock = b"sup3r" + b"_s3cr3t"
    assert implausible(stock, mode="password", key="password", kind=FileKind.CODE, line=b'"' + stock + b'"') == "words"


@pytest.mark.parametrize("value", [b"sunshine", b"blue river 7", b"correct-horse-battery"])
def test_where_every_literal_is_a_secret_words_are_too(value: bytes) -> None:
    assert implausible(value, mode="literal", key="password", kind=FileKind.CONFIG) == ""


@pytest.mark.parametrize("value", [b"password", b"changeme", b"${PASSWORD}", b"%(secret)s", b"/etc/secret", b"none"])
def test_where_every_literal_is_a_secret_references_and_stock_words_are_not(value: bytes) -> None:
    assert implausible(value, mode="literal", key="password", kind=FileKind.CONFIG)


def test_token_mode_drops_only_what_was_written_to_be_replaced() -> None:
    assert implausible(b"ghp_" + b"x" * 36, mode="token")
    assert implausible(b"sk_live_" + b"YOUR_KEY_HERE_0000000000", mode="token")
    assert implausible(b"AKIA" + b"1234567890ABCDEF", mode="token")
    for seed in range(300):
        assert implausible(random("%A36", str(seed)), mode="token") == ""
        assert implausible(random("%H40", str(seed)), mode="token") == ""


@pytest.mark.parametrize(
    "body",
    [
        b"a" * 24,
        b"a" * 12 + b"3" * 14 + b"7f",
        b"Fake" * 6,
        b"abcdefghijklmnopqrstuvwx",
        b"1234567890" * 3,
        b"your_token_goes_here",
    ],
)
def test_token_mode_drops_one_character_a_counted_row_and_words(body: bytes) -> None:
    assert implausible(b"sk_live_" + body, mode="token")


@pytest.mark.parametrize(
    "body", [b"1234567890abcdef" * 2, b"abcd1234" * 4, b"0deadbeef" * 4, b"7f3a" + b"12345678" * 3]
)
def test_what_counts_up_only_in_part_stays_a_token_in_doubt(body: bytes) -> None:
    assert implausible(b"sk_live_" + body, mode="token") == ""
    assert doubtful(b"sk_live_" + body)
    assert doubtful(b"sk_live_" + body)


def test_generated_tokens_are_not_in_doubt() -> None:
    for form in ("%A36", "%H32", "%N20"):
        assert [seed for seed in range(300) if doubtful(b"sk_live_" + random(form, str(seed)))] == []


def test_mode_none_asks_nothing() -> None:
    assert implausible(b"changeme", mode="none") == ""


@pytest.mark.parametrize(
    ("key", "reason"), [("acme_token", "no token"), ("apiKey", "no token"), ("app_secret", ""), ("password", "")]
)
def test_no_service_issues_a_token_with_signs_in_it(key: str, reason: str) -> None:
    value = random("%A12 ? %A14")
    mode = "password" if key == "password" else "value"
    assert implausible(value, mode=mode, key=key, kind=FileKind.CONFIG, line=b'"' + value + b'"') == reason


def test_a_password_like_the_user_named_beside_it_is_weak() -> None:
    compose = "services:\n  db:\n    environment:\n      POSTGRES_USER: radar\n      POSTGRES_PASSWORD: {}\n"
    (same,) = scan_text(compose.format("radar"), "compose.yml")
    (other,) = scan_text(compose.format(fill("<<%A12>>", "other")), "compose.yml")
    assert same.severity is Severity.LOW
    assert other.severity > Severity.LOW


@pytest.mark.parametrize("name", ["hwScaleFilterFirstPass", "shadow_pass", "en_PW", "os_users_password_ageing"])
def test_a_pass_of_several_and_a_country_are_no_passwords(name: str) -> None:
    assert implausible(random("%A14"), mode="password", key=name) == "about a secret"


@pytest.mark.parametrize("value", [b"=49ftoUer6aYZOzdkRzlENnW8PHnD9", b"?95ZU2ka660BftE1Gj2u14s"])
def test_what_is_left_of_a_comparison_is_no_token(value: bytes) -> None:
    assert implausible(value, mode="value", key="api_secret") == "no token"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('const token = "0x<<%H40>>"\n', "coins.ts"),
        ("USDC_TOKEN=0x<<%H40>>\n", ".env"),
        ('tokens := []string{"0x<<%H40>>"}\n', "coins.go"),
    ],
)
def test_the_address_of_a_contract_is_a_low_finding(text: str, path: str) -> None:
    (found,) = scan_text(fill(text, "contract"), path)
    assert (found.severity, found.detail["doubt"]) == (Severity.LOW, "looks like the address of a contract")


def test_a_private_key_of_such_an_account_is_none() -> None:
    (found,) = scan_text(fill('private_key = "0x<<%H64>>"\n', "account"), "deploy.ts")
    assert found.severity == Severity.MEDIUM


def test_a_value_that_repeats_the_end_of_its_name_is_none() -> None:
    line = b'"NET_WIFI_PSK": "wifi-psk"'
    assert (
        implausible(b"wifi-psk", mode="password", key="NET_WIFI_PSK", kind=FileKind.CODE, line=line) == "named like it"
    )
    assert implausible(b"wifi-psk7", mode="password", key="NET_WIFI_PSK", kind=FileKind.CONFIG, line=line) == ""


@pytest.mark.parametrize(
    "value", [b"HIGH:!aNULL:!MD5:!DSS", b"!DSS:!RC4:kEDH:AES128-SHA", b"argon2i", b"aes-xts-plain64"]
)
def test_ciphers_are_no_passwords(value: bytes) -> None:
    line = b'"' + value + b'"'
    assert implausible(value, mode="password", key="password", kind=FileKind.CONFIG, line=line) == "algorithm"


def test_what_django_keeps_for_users_without_a_password_is_none() -> None:
    value = b"!" + random("%A40")
    assert implausible(value, mode="password", key="password", kind=FileKind.DATA, line=value) == "no password"


def test_a_password_is_its_user_where_a_shell_gives_both_by_default() -> None:
    lines = b'DB_USER=${SHOP_USER:-"shopkeeper"}\nDB_PASS=${SHOP_PASS:-"shopkeeper"}'
    assert weak(b"shopkeeper", lines)


@pytest.mark.parametrize(
    ("value", "key", "reason"),
    [
        (b"radii.xs", "token", "name"),
        (b"radii.m", "token", "name"),
        (b"Pacific/Palau", "pw", "time zone"),
        (rb"\|^TERM=\|^RUBY_", "pwd", "expression"),
        (b"glove.6b.50d", "TokenEmbedding", "about a secret"),
        (b"pwned", "WeakPasswordReasons", "about a secret"),
        (b"meilleur", "token_str", "words"),
    ],
)
def test_what_programs_call_their_own_things_is_no_secret(value: bytes, key: str, reason: str) -> None:
    assert implausible(value, mode="value", key=key, kind=FileKind.CODE, line=b'"' + value + b'"') == reason


@pytest.mark.parametrize("dots", ["...", "\N{HORIZONTAL ELLIPSIS}"])
def test_a_token_that_dots_go_on_is_in_doubt(dots: str) -> None:
    token = fill("<<sk_live_ %A24>>", "dots")
    (cut,) = scan_text(f'key = "{token}{dots}"\n', "pay.py")
    assert (cut.severity, cut.detail["doubt"]) == (Severity.LOW, "looks like a part of one")
    (whole,) = scan_text(f'key = "{token}"\n', "pay.py")
    assert whole.severity > Severity.LOW


@pytest.mark.parametrize("path", ["validation.md", "Rule.php"])
def test_what_belongs_to_a_scope_is_no_password(path: str) -> None:
    assert scan_text("'password' => ['required', Password::min(8)]\n", path) == ()
    assert len(scan_text(fill("password: <<%A14>>\n", "scope"), path)) == 1


@pytest.mark.parametrize(
    ("value", "reason"),
    [(b"kq7!Wd2^Tz9*mLx4!Pv8c", ""), (b"kq7wd2^tz9*mlx4pv8c", "no token"), (b"a7!B2^c", "no token")],
)
def test_a_token_that_a_generator_of_passwords_made_may_have_signs(value: bytes, reason: str) -> None:
    line = b'BUILD_TOKEN = "' + value + b'"'
    assert implausible(value, mode="value", key="BUILD_TOKEN", kind=FileKind.CODE, line=line) == reason


# What a generator or a person makes, in every shape that a rule which silences might take for something else.
SHAPES = ("%A32", "%H40", "%W43", "%uuid", "%N24", "%L6 - %D4 %C2", "%B30 ==")


def found(text: str, path: str) -> list[str | None]:
    told = scan_text(text, path, ScanOptions(show_secrets=True))
    return [finding.secret for finding in told if finding.severity > Severity.LOW]


@pytest.mark.parametrize("shape", [*SHAPES, "tk1_lft:a9c7", "abxqtrvn_plqwzrty:mnbvcxzq"])
def test_kinds_of_tokens_are_names_and_what_looks_a_little_like_them_is_none(shape: str) -> None:
    value = fill(f"<<{shape}>>", shape)
    text = f'public const string AccessToken = "{value}";\npublic const string RefreshToken = "oi_reft+jwt";\n'
    assert found(text, "Constants.cs") == [value]
    assert found('public const string IdentityToken = "tkn_lft:idt";\n', "Constants.cs") == []


def test_a_password_of_short_words_joined_in_two_ways_is_none_of_a_standards_names() -> None:
    assert found('password = "kxq_wvz:pmt"\n', "a.py") == ["kxq_wvz:pmt"]


@pytest.mark.parametrize("value", ["KnotRealm77x", "NotRealmadrid2024!", *SHAPES])
def test_not_real_is_said_by_a_whole_word(value: str) -> None:
    made = fill(f"<<{value}>>", value) if "%" in value else value
    name = "password" if "!" in made or "x" == made[-1:] else "api_key"
    assert found(f'{name} = "{made}"\n', "a.py") == [made]
    assert found(f'api_key = "notreal{fill("<<%A25>>", value)}"\n', "a.py") == []


@pytest.mark.parametrize("kind", ["nodekey", "discokey", "mkey"])
def test_of_two_halves_of_a_key_the_private_one_is_told(kind: str) -> None:
    digits = fill("<<%H64>>", kind)
    assert found(f'{{"NodeKey": "{kind}:{digits}"}}\n', "netmap.json") == []
    assert found(f'{{"PrivateNodeKey": "privkey:{digits}"}}\n', "state.json") == [f"privkey:{digits}"]


@pytest.mark.parametrize("token", ["ghp_ %A30 %crc62", "glpat- %W20", "AKIA %S16"])
def test_in_a_list_of_commits_digests_are_commits_and_tokens_are_tokens(token: str) -> None:
    commit = fill("<<%H40>>", token)
    text = f"# Format everything, see https://github.com/acme/app/pull/7\n{commit}\n"
    assert found(text, ".git-blame-ignore-revs") == []
    made = fill(f"<<{token}>>", token)
    assert found(f"{text}# {made}\n", ".git-blame-ignore-revs") == [made]


def test_wrong_twice_says_so_and_once_may_be_a_word_of_a_password() -> None:
    wrong = "github_pat_" + "wrong" * 12
    assert found(f"const token = '{wrong}'\n", "validate.spec.ts") == []
    assert found("const password = 'wrongTurn#58vq'\n", "a.ts") == ["wrongTurn#58vq"]
    token = fill("<<github_pat_ %A22 _wrong %A54>>", "once")
    assert found(f"const token = '{token}'\n", "a.ts") == [token]
