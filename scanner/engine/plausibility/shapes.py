"""Values whose form says that they are something else: an address, a version, a date, a name, a public key."""

from __future__ import annotations

import re

from scanner.engine.plausibility.lazy import Lazy

_TOP_LEVELS = (
    rb"com|org|net|io|dev|edu|gov|local|localdomain|internal|svc"
    rb"|de|uk|co|cloud|app|me|ru|fr|cn|jp|lan|test|example|invalid"
)
_ENDINGS = (
    rb"pem|key|crt|cer|der|p12|pfx|jks|keystore|json|ya?ml|txt|conf|cfg|ini|properties|env|xml|py|js|ts|go|rb|java|php|sh|md"
    rb"|html?|css|png|jpe?g|gif|svg|sql|db|log|enc|gpg|asc|pub|toml|tfstate|tf|tar|gz|zip|exe|dll|so|bin|dat|csv|c|h|cpp|cs"
    rb"|vue|tsx?|jsx|kdbx?|nk|creds|jwt|lock|mo|po|inc|tpl|tmpl|erb|ex|service|socket|bat|ps1"
)
_EXPRESSIONS: tuple[tuple[str, bytes], ...] = (
    ("address", rb"[a-z][a-z0-9+.-]{1,15}://.* | //[\w.-]+/.* | (?:mailto|urn|jdbc):.* | data:[\w/+-]+[;,].*"),
    ("address", rb"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,12}"),
    ("address", rb"\[?(?:\d{1,3}\.){3}\d{1,3}(?:[:/]\d+)?\]?"),
    ("address", rb"[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){3,7}(?:/\d+)? | (?:[0-9a-f]{2}[:-]){5,}[0-9a-f]{2}"),
    ("host name", rb"(?:[a-z0-9_-]+\.)+(?:" + _TOP_LEVELS + rb")\.?(?::\d+)?(?:/.*)?"),
    ("path", rb"(?:~|\.{1,2}|[a-z]:|\$?[\w.-]*)?[/\\][\w.$+-]+(?:[/\\][\w.*$+:@\ -]*)+"),
    ("path", rb"\#!\s?/.* | \.{1,2}[/\\].* | [/\\][\w.-]+ | ~[/\\]?[\w./-]* | [a-z]:[/\\].*"),
    # A group or an account of Windows: "BUILTIN\\Users".
    ("account", rb"(?-i:[A-Z]{3,15}\\{1,2}[A-Z][a-z]+(?:[\s-]?[A-Z][a-z]+)*)"),
    ("option", rb"--?[a-z][a-z0-9]*(?:-[a-z0-9]+)*(?:=[\w.-]{1,24})?"),
    ("file name", rb"[\w./@\ -]+\.(?:" + _ENDINGS + rb")"),
    ("version", rb"[\^~<>=v]*\s?\d+(?:\.\d+)+(?:[-+.]?[a-z]{1,8}[\d.]*)?(?:[-+][\w.-]*)? | [\w-]+/\d+(?:\.\d+)+"),
    ("version", rb"[\w.-]+:(?:jar|bundle|pom|war|ear|aar|maven-plugin|test-jar)(?::[\w.-]+)+"),
    ("version", rb"(?:npm|workspace|portal|patch|catalog):[@^~*\w].*"),
    # A range, and a branch or a repository at a commit.
    ("version", rb"(?:[\^~<>=!]{1,2}\s?\d+(?:\.[\d*]+)*,\s?)+[\^~<>=!]{1,2}\s?\d+(?:\.[\d*]+)*"),
    ("version", rb"[a-z][\w./:@-]*\#[0-9a-f]{40}"),
    # A procedure or a table of SQL Server.
    ("name", rb"\[\w+\]\.\[\w+\]?(?:\s.*)?"),
    # A secret or a file that holds one, where charts name it: "rabbitmq-ca".
    (
        "name",
        rb"(?-i:(?:[a-z]{2,20}-){1,5}(?:ca|tls|certs?|crt|secrets?|creds|credentials|keys?|tokens?|auth|config))",
    ),
    # What tools call the indices and constraints of a table.
    ("name", rb"(?:idx|uniq|fk|pk|uk|ix|fk_rails|index)_[0-9a-f]{8,32}"),
    ("locale", rb"(?-i:[a-z]{2,3}[_-](?:[A-Z]{2}|[A-Z][a-z]{3}|\d{3}))"),
    # Packages of distributions: "1:4.13+dfsg1-4ubuntu3.2".
    ("version", rb"(?:\d+:)?\d+(?:\.\d+)+(?:[+~-]+[a-z\d.]{1,24}){1,4}"),
    ("date", rb"\d{8}(?:\ \d\d:\d\d:\d\d(?:\.\d+)?|T\d{6}(?:[.,]\d+)?Z?)"),
    ("date", rb"\d{4}[-/.]\d\d?[-/.]\d\d?(?:[T\ ][\d:.+-]*Z?)? | \d\d?[-/.]\d\d?[-/.]\d{4}"),
    ("time", rb"\d\d?:\d\d(?::\d\d)?(?:\.\d+)? | (?:\d{1,6}[hms]){2,3}"),
    # Which ones a value may consist of.
    ("characters", rb"[\^\[]*(?:a-z|a-f|0-9){2,}[^a-z0-9]{0,20}"),
    # The largest that 64 bits hold, and the next: digits alone may else be a token.
    ("largest number", rb"1844674407370955161\d|922337203685477580\d"),
    (
        "number",
        rb"[-+]?(?:\d{1,3}(?:[,_]\d{3})+|\d{1,3}(?:,\d{1,3})+|\d*\.\d+|\d{1,5}\.|\d+(?:e[-+]?\d+)?)(?:px|em|%|ms|s|m|h|d|kb|mb|gb|k|l|u|ul|f)?",
    ),
    ("number", rb"[-+]?0x[0-9a-f]{1,8}u?l?|0b[01]+ | [-+]?[\d_.]+_?[iuf](?:8|16|32|64|128|size) | \d+\.\.[.=<]?\d+"),
    ("colour", rb"\#(?:[0-9a-f]{3,4}|[0-9a-f]{6}(?:[0-9a-f]{2})?)"),
    # The first of several fields of a measurement, in the protocol of InfluxDB.
    ("number", rb"\d{1,12}[iu]?(?:,[a-z]\w*=[^=,;]*)+"),
    # So many in a second: what is allowed.
    ("number", rb"\d+/(?:\d{0,4}(?:s|sec|second|m|min|minute|h|hour|d|day)s?)"),
    ("hash", rb"(?:(?:hmac-)?sha-?\d{1,3}|md5|sha|h1|sha512_256|blake2\w*|crc32|git|nix32)[-:=~][\w+/=~-]{16,}"),
    ("content id", rb"(?-i:Qm[1-9A-HJ-NP-Za-km-z]{44}|baf[a-z2-7]{56})"),
    ("public key", rb"(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-\S+|sk-\S+@openssh\.com|age1[a-z0-9]{30,}).*"),
    ("public key", rb"(?:-----BEGIN\s)?.{0,30}(?:CERTIFICATE|PUBLIC\sKEY|X509).*"),
    # Base64 of SubjectPublicKeyInfo, RSA and elliptic curves: in a private key these are followed by other bytes.
    (
        "public key",
        rb"M[A-Za-z0-9][\w+/]{0,30}(?:IBCgKCAQEA|CAQ8AMIIBCgKCAQEA|ANBgkqhkiG9w0BAQEFAAO|DQYJKoZIhvcNAQEBBQADS"
        rb"|BgkqhkiG9w0BAQ[A-Z]{3}AO|BgcqhkjOPQIB).*",
    ),
    # The same for elliptic curves, where it begins the value: of a private key the numbers come first.
    (
        "public key",
        rb"(?-i:MFkwEwYHKoZIzj0CAQ|MFYwEAYHKoZIzj0CAQ|MHYwEAYHKoZIzj0CAQ|MIGbMBAGByqGSM49AgEGBSuBBAAj|MCowBQYDK2V[uw]AyEA)[\w+/=-]*",
    ),
    # By which minisign tells who signed.
    ("public key", rb"(?-i:RW[QRST])[a-z0-9+/]{53}"),
    ("public key", rb"AAAA(?:B3NzaC1|C3NzaC1|E2VjZHNh)[A-Za-z0-9+/=]{20,} | pk[._](?:live|test|eyJ).*"),
    # The public half of what Tailscale's machines know each other by; "privkey:" is the other.
    ("public key", rb"(?-i:nodekey|discokey|mkey):[0-9a-f]{64}"),
    # What a vendor calls publishable, and the consumer keys by which Salesforce knows an application.
    ("public key", rb"(?:live|test|proj|app)_pub(?:lic|lishable)?_[\w-]+ | (?-i:phc_)\w{32,} | (?-i:3MVG9)[\w.]{60,}"),
    ("expression", rb"\(?\(?[&|!]?\(?\w+=.*\)\)? | .*(?:\\[1-9]|\.\*).*"),
    ("expression", rb".*(?:\[\^|\[a-z|\[0-9|\\[dwsb][+*{)\]]|\(\?[:=!<i]|\.[*+][?)$]|\[\\w|\)\$$).*"),
    ("expression", rb"/?\^.*\$/?[gimsux]{0,3}"),
    # What a framework checks a field by: "required|string|max:255".
    (
        "expression",
        rb"(?=.*\b(?:required|nullable|string|sometimes|confirmed|(?:min|max|between|size):\d))"
        rb"[a-z_]+(?::[^|\s]+)?(?:\|[a-z_]+(?::[^|\s]+)?)+",
    ),
    ("expression", rb"(?:min|max|size|digits|length|between|same|different):[\w,]+"),
    # Names that grep is to leave out.
    ("expression", rb".*\\\|\^?\w.*"),
    (
        "time zone",
        rb"(?-i:(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)"
        rb"(?:/[A-Z][A-Za-z_-]+){1,2})",
    ),
    ("scope", rb"\w+(?:/|%2F)\d{8}(?:/|%2F).*"),
    ("assignments", rb"[<>!:]?[a-z0-9_][\w.]*=[^=,;]+(?:[,;&][a-z_][\w.]*=[^=,;]*)*"),
    ("mark-up", rb"</?[a-z][^>]*>?.* | &[a-z]+; | .*</\w+>"),
    # What stands for each text in the language in which Crowdin shows translators a program.
    ("mark-up", rb"(?:crwdn[se]\d+:\d+)+"),
    # What a column holds, in SQL.
    (
        "type",
        rb"(?:n?(?:var)?char2?|character(?:\svarying)?|(?:var)?binary|n?text|decimal|numeric|number|(?:big|tiny)?int|float"
        rb"|timestamp|datetime)\(\d+(?:,\s?\d+)?\)",
    ),
    # The same where a framework writes it: "VCHAR_UNI:40".
    ("type", rb"(?-i:[A-Z]{3,10}(?:_[A-Z]{2,8})?:\d{1,5})"),
    ("region", rb"(?:us|eu|ap|sa|ca|me|af)-(?:gov-)?[a-z]+-\d"),
    (
        "algorithm",
        rb"(?:hmac|scram|rsa|ecdsa|dsa|aes|sha|hs|rs|es|ps|ed|x|ecdh|ec|des|md|ssh)[-_]?(?:sha)?[-_]?\d{1,4}(?::\d+)?"
        rb"(?:[-_/](?:[a-z]{2,8}|\d{1,4})){0,5}",
    ),
    (
        "algorithm",
        rb"argon2(?:id?|d)? | pbkdf2(?:[-_]\w+)?"
        rb"| (?:aes|serpent|twofish|camellia)-[a-z]{3}(?:-[a-z\d]+){0,3}(?::\w+)?",
    ),
    # Ciphers, and those that are not wanted.
    ("algorithm", rb"(?=[^:]*(?::[^:]*)?:[+!-]|[+!-])[+!]?[\w@=-]{2,41}(?::[+!]?[\w@=-]{2,41}){3,}"),
    # What Django keeps for a user who has no password.
    ("no password", rb"(?-i:!(?:[0-9A-Za-z]{40})?)"),
    ("algorithm", rb"ed25519.* | secp\d+\w\d | (?:PBKDF2|PBEWith|HMAC|id-)\w*With[\w-]+"),
)
# All as one, each in a group: to ask them one by one takes five times as long, and it is asked of every value.
_SHAPES = Lazy(
    b"|".join(b"(?P<shape%d>%b)" % (number, source) for number, (_, source) in enumerate(_EXPRESSIONS)),
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
# Longer values are of no form that is of use here.
_LONGEST = 2048
_UUID = Lazy(rb"\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?", re.IGNORECASE)
_CONTRACT = Lazy(rb"0x[0-9A-Fa-f]{40}")
_HEXADECIMAL = Lazy(rb"[0-9a-f]+|[0-9A-F]+")
_CONSTANT = Lazy(rb"[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)+")


def shape(value: bytes) -> str:
    """What ``value`` is by its form alone, or an empty string."""
    found = _SHAPES.pattern.fullmatch(value) if len(value) <= _LONGEST else None
    return _EXPRESSIONS[int((found.lastgroup or "").removeprefix("shape"))][0] if found else ""


def is_uuid(value: bytes) -> bool:
    """True for a UUID, braces or not."""
    return _UUID.pattern.fullmatch(value) is not None


def is_contract(value: bytes) -> bool:
    """True for an address on Ethereum and its like; a private key there has 64 digits."""
    return _CONTRACT.pattern.fullmatch(value) is not None


def is_constant(value: bytes) -> bool:
    """True for ``SCREAMING_SNAKE_CASE`` and ``TSM-SSH``: the name of a variable, or a label."""
    return _CONSTANT.pattern.fullmatch(value) is not None


def is_hexadecimal(value: bytes) -> bool:
    """True for digits of base 16 in one case."""
    return _HEXADECIMAL.pattern.fullmatch(value) is not None
