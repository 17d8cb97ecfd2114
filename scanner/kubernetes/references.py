"""Values that stand for something else, or for nothing: references, placeholders, what programs come with.

Only a *whole* value counts: a password may well begin with a dollar sign or hold a brace.
"""

from __future__ import annotations

import hashlib
import re

from scanner.manifest.template import actions

_REFERENCE = re.compile(
    r"""(?:
     \$\{[^}]*\}(?:[^\s$]*\$\{[^}]*\})*|\$\([^)]*\)|%[A-Za-z_]\w*%|\$[A-Z_][A-Z0-9_]*|\$\{\{.*\}\}|\$\[\[?.*\]\]?
    |%\{[A-Za-z_]\w*\}|\$__(?:file|env|vault)\{[^}]*\}       # collectd and Grafana
    |[\w+-]{0,20}(?:secret|vault|ssm|-sm)[\w+-]{0,20}://[^\s@]*|(?:k8s|secretsmanager|[a-z]+-sm):[\w./-]+\#[\w./-]+
    |<path:.*>                                              # argocd-vault-plugin
    |ref\+[a-z0-9]+://.*                                    # vals
    |vault:[\w/.-]+\#.*|>>vault:.*                          # bank-vaults
    |(?:op|sm|env|file|secret|secretref|keychain|akv|gcpsm|awssm|awsssm|infisical|doppler|keyring|bws|conjur)://.*
    |(?:file|env|secretkeyref|awssecret|ssm|azurekeyvault|gcpsecret|vault):[/\w].*
    |arn:aws[\w-]*:(?:secretsmanager|ssm|kms|iam|sts)\b.*|urn:[a-z0-9][a-z0-9-]{1,30}:[^\s:]\S*
    |projects/[^/\s]+/(?:secrets|locations)/\S*
    |https?://[\w.-]+\.vault(?:core)?\.azure\.(?:net|cn|us)\b.*|@Microsoft\.KeyVault\(.*\)
    |\{\{resolve:.*\}\}|!(?:Ref|Sub|GetAtt|vault|ImportValue)\b.*
    |\$[\w.-]+:[\w.-]+                                      # argocd-cm: $secret:key
    |\$[a-z0-9]+(?:-[a-z0-9]+)*-(?:password|token|secret|key|username|url|webhook)  # notifications: $slack-token
    |\$(?:oidc|dex|webhook|github|google|azure|secret|microsoft)[\w.-]*\.[\w.-]+
    |\?\{\w+:.*\}                                           # kapitan
    |(?:data|var|local|module|each|random_password|random_string|tls_private_key|aws_\w+|google_\w+|azurerm_\w+)
        \.[\w.\[\]"*-]+
    |@/[\w.-]+(?:/[\w.-]+)+                                 # what is in a file, to options of commands
    |[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*\[["'][\w.-]+["']\](?:[\[.].*)?   # what code looks up, or calls
    |[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+\([^\s()]*(?:\(.*)?\)
    |(?:os\.environ|process\.env|System\.getenv|getenv)\b.*
    |@@?[A-Z_]+@@?|__[A-Z0-9_.]+__|\#\{[^}]*\}\#?|\$\$[A-Z_]+\$\$|\{[A-Za-z_][\w.]*\}|\(\(.*\)\)|%[sdvq]
    )""",
    re.VERBOSE | re.DOTALL,
)
_PLACEHOLDER = re.compile(
    r"""(?:
     <[^<>]*>|\[[A-Za-z _-]*\]|["'`]{2}|\W*
    |\(?(?:none|null|nil|~|n/?a|tbd|todo|fixme|undefined|unset|empty|ignore|xxx|yyy|zzz|string|integer|boolean|object)\)?
    |(?:foo|bar|baz|qux|foobar|foo-?bar|hello|world|hello-?world|lorem|ipsum|bla+h*(?:bla+h*)*)\d?
    |-----BEGIN[ A-Z0-9]*-----\s*(?:-----END[ A-Z0-9]*-----\s*)?|[\w.-]{1,60}:\s{0,3}(?:\[\s*\]|\{\s*\}|null|~)
    |(?:my|the|some|a|new|old|real|actual|super|own)?[-_ ]?(?:base64|secret|password|token|api)[-_ ]?
        (?:encoded|value|string|data|text)(?:[-_ ]?\w+)?
    )""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_TELLING = re.compile(
    r"""redacted|change[-_ ]?(?:this|it|_me)|replace[-_ ]?(?:me|with|this)|placeholder|insert[-_ ]
    |fill[-_ ]?(?:me|in|this)|to[-_ ]?be[-_ ]|goes[-_ ]here|_here\b|-here\b|your[-_ ]|example|dummy|\bfake\b|x{4,}
    |\*{3,}|\.{3}|…|todo\b|override[-_ ]?me|sanitized|not[-_ ]?used|unused|ignored|omitted|masked|hidden
    |set[-_ ]?(?:me|by|via|from|in)[-_ ]|base64[-_ ]?encoded|encoded[-_ ]|b64[-_ ]|deadbeef
    |<[a-z]+(?:[ ][a-z]+)+>|^(?:this|here|it)[ ]is[ ]\D*\.$
    |^missing$|^not[-_ ](?:needed|required|set|applicable|relevant)$
    |\*\*\w*\*\*|^your[a-z]|[-_ ]x{3,}$|^x{3,}[-_ ]|blahblah|_?goes_?here|\(snip\)|\bshh+\b|\bfoobar\b""",
    re.VERBOSE | re.IGNORECASE,
)
# Shouted it is an order to whoever installs; small it is a password that is in use.
_ORDER = re.compile(r"CHANGE[-_ ]?(?:ME|IT)|Change[-_ ]?[Mm]e")
# The name of a variable where its value should be: MY_API_KEY, MYAPIKEY; emphasised in AsciiDoc: _P12-PASSWORD_.
_CONSTANT = re.compile(
    r"(?=.*(?:SECRET|PASSWORD|TOKEN|STRING))[A-Z]{2,12}(?:-[A-Z]{2,12}){2,6}|[A-Z][A-Z]+(?:_[A-Z]+)+|MY[A-Z]{4,}|_[A-Z][A-Z0-9]+(?:[_-][A-Z0-9]+)*_"
)
_RUN = re.compile(r"(\w)\1{7,}")
# No placeholder is longer.
_LONGEST_PLACEHOLDER = 200
# Default passwords of programs, and what keyboards and children give.
_WEAK = frozenset(
    """changeme changeit change-me change_me change-it change_it minioadmin 123456 1234567
    12345678 123456789 1234567890 1234 12345 0000 111111 qwerty letmein
    prom-operator toor pa55word passw0rd p@ssw0rd p@ssword p4ssw0rd harbor12345 tiger scott neo4j1""".split()
)
# Words that people make a password of when they only need one to stand there.
_STOCK = re.compile(
    r"""(?:not|me|my|your|our|the|a|an|some|this|that|is|it|its|as|for|of|in|with|and|very|super|ultra|top|mega|most|extra|secure
    |secured|safe|strong|weak|long|new|old|secrets?|passwords?|passwd|passphrase|pass|pwd|pw|keys?|tokens?|val(?:ue)?s?|data|text
    |string|plain|default|initial|demo|tests?|testing|tester|sample|dummy|temp|tmp|foo|bar|baz|any|thing|something|anything
    |admin|administrator|root|user|users|username|name|login|auth|access|api|app|application|client|server|service|principal
    |principle|account|db|database|data|base|sql|postgres(?:ql)?|mysql|redis|mongo(?:db)?|rabbitmq|private|public|shared
    |credentials?|cred|config|local|ids?|aws|gcp|azure|some|drift|change|replace|encrypt(?:ed|ion)?|dev|prod|production|staging|stage|github|gitlab|registry|repo|email|smtp|ldap|oidc
    |oauth|jwt|session|cookie|encryption|signing|webhook|monitoring|grafana|vault|k8s|kubernetes|cluster|namespace|node
    |one|two|three|first|second|random|only|other|real|good|bad|hello|world|example|current|target|source|fake|invalid|valid
    |passcode|abc|xyz|console|guest|operator|manager|simple|basic|cookie|erlang|bitnami|minio|mariadb|rabbit|elastic
    |elasticsearch|kibana|keycloak|sonar(?:qube)?|jenkins|airflow|superset|consul|nomad|neo4j|cassandra|couchbase|wordpress
    |nextcloud|zabbix|gitea|gogs|kafka|zookeeper|etcd|harbor|drupal|joomla|mongo-?express|influx(?:db)?|clickhouse|argocd?
    |[\W_]|1234567?8?9?0?(?!\d)|\d{1,4}(?!\d)|cas?|certs?|crt|tls|ssl)+""",
    re.VERBOSE,
)
_LONGEST_STOCK = 60
# Small words with joints between them.
_WORDS = re.compile(r"[a-z]{2,16}(?:[-_ ][a-z]{2,16}){1,6}")
_LETTERS = re.compile(r"[^A-Za-z]+")
_WORD = re.compile(r"(?!.*[b-df-hj-np-tv-z]{4})(?=.*[aeiouyAEIOUY])(?:[A-Z]?[a-z]{2,11})")
# Values that documentation of Kubernetes and its tools shows, by SHA-256: everyone has them, so nobody leaks them.
_SHOWN = frozenset(
    """0011cc25eb4320717494d2703e8cba85743e71b500283c21c8b88147992f9059
    13fe7a38a57c46053ee3a4716358619ff37ebc5674976f1a09fc189be5a3e5dd
    15a1b278f7e9cd1525e75fd9182d7bc0c6c00e4fa9e678c2184655491f98f1a2
    166f41cd7664c9c7afecf20e633907a6e615a3633b3a705b3a0b309e0b570c7f
    1cb639acc3d83e698960f68e9ff7b318d57c5d113a7f25d484a41c0870fa4ac4
    28d296be3bf525f09d97eb59dee8b3fd1d69b85b6bc085752c653a51ccdd0a53
    3002888f967a7086ab52fcc9e8bbc3e46724c349828ce6c8625b850a7036e876
    366da6cf65a08841e25019549f7175df15fbaa93bf4f9a35f911adc0738b918a
    3efafe12de7a42d16ed2090bc48a71d96a962828c01ad4cb82899f8ca83d5d4d
    444f68dfe679e31ae8d976e1d78e833ef41ade1d3c16de957fbc2c3e98a26340
    50d8aa76c5b9dd3c1c41abade6b1a68272d55cd3a05c7eb1cf78d57d232f720a
    66337256703eecc9d5e12f8b85a02fc86d98c832137fc075a9566dcc9dc8eb36
    7ac33997544e3175d266bd022439b22cdb16508c01163f26e5cb2a3e1045a979
    9f42b70ae4a3ea393d514db5b2bc49f092d4361adec2692e91ebfec501b0078e
    9f9f5111f7b27a781f1f1ddde5ebc2dd2b796bfc7365c9c28b548e564176929f
    a4b8b245ab28bc4f72dcaa0d9ba9f73d6488fa758a2a5cb55ecb11511f002f80
    a95c3cc2e3e2c66c96e00ddc5a72590aaef332aa00e0d3d79c987ce6677cbe5a
    aa6547439583c3a275d4542a0df6c1ad6a863971be9f2a2220f027cc02aef615
    af4a8f51c9e6ef23bfebdbf14c130e55a10b9b6bf8da00d7af0308f221b47faf
    b721f35de683d3e990da075fc9176dccab1e4a6f54ba70e521332d095166a7a2
    cd6ea9bbd0d8b3111d7a5a871797e5a9651f3fff51c6250654e6b957ba0723a0
    cee0302d59844d32bdca915c8203dd44b33fbb7edc19051ea37abedf28ecd472
    d27713a4fb1f6ffbfc8b08be5d405f63a7955fd13114acfac77e05645dac7afb
    e7caf6225c194f6b2795fb2420ad83503b30c63b6230e7da197c39f023accb35
    ed9e7f1b1b39b776a6190993bb9a69f92e1e089f3b30487b02d6d37f27c56906
    eff9eb68b7eaa494bc421f36109b0c996249389c6926dd47c8ccd5bfb9067c3e
    f6d527e6d01865481134f29788be2afe7fc3c702e1a55d7ceafac5f35199e8dc
    fe1f3840edb48d1963b07a5b04f83f00974f59b69f772f6c9c2bd88aac916eee""".split()
)


def reference(value: str) -> bool:
    """True when all of ``value`` names another place: a variable, a vault path, a template without own text."""
    text = value.strip()
    if not text:
        return True
    if _REFERENCE.fullmatch(text):
        return True
    return "{" in text and templated(text)


def templated(value: str) -> bool:
    """True when nothing but template actions and punctuation is in ``value``, and no action holds a literal."""
    rest, at = [], 0
    for action in actions(value):
        rest.append(value[at : action.start()])
        at = action.end()
    return at > 0 and not re.search(r"\w{4,}", "".join(rest) + value[at:])


def placeholder(value: str) -> bool:
    """True when ``value`` was written to be replaced, or is one that documentation shows."""
    text = value.strip()
    if len(text) > _LONGEST_PLACEHOLDER:
        return len(set(text)) <= 2
    if (
        not text
        or _PLACEHOLDER.fullmatch(text)
        or _TELLING.search(text)
        or _ORDER.search(text)
        or _CONSTANT.fullmatch(text)
    ):
        return True
    return _monotonous(text) or hashlib.sha256(text.encode()).hexdigest() in _SHOWN


def weak(value: str) -> bool:
    """True for a password that everybody tries first, or that is made of nothing but such words."""
    small = value.strip().lower()
    return small in _WEAK or (len(small) <= _LONGEST_STOCK and _STOCK.fullmatch(small) is not None)


def named_after(value: str, name: str) -> bool:
    """True for words that end as ``name`` does: ``smtp-password`` for what is called password."""
    if _WORDS.fullmatch(value) is None:
        return False
    said, asked = (_LETTERS.sub("", text).lower() for text in (re.split(r"[-_ ]", value)[-1], name))
    return len(said) > 4 and asked.endswith(said)


def word(value: str) -> bool:
    """True for one word that can be spoken, and that nothing else is in: what a person names a thing."""
    return _WORD.fullmatch(value.strip()) is not None


def default(value: str) -> bool:
    """True for a password that a program comes with."""
    return value.strip().lower() in _WEAK


def shipped(value: str) -> bool:
    """True for such a password that does not ask whoever installs the program to change it."""
    return default(value) and not value.strip().lower().startswith("change")


def _monotonous(text: str) -> bool:
    """One or two characters over and over, or counting up."""
    small = text.lower()
    if len(small) >= 4 and len(set(small)) <= 2:
        return True
    run = _RUN.search(text)
    if run and len(run.group()) * 2 >= len(text):
        return True
    return len(small) >= 8 and (small in "0123456789" * 4 or small in "abcdefghijklmnopqrstuvwxyz0123456789" * 2)
