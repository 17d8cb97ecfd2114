"""Values that stand for a secret without being one: references, templates, ciphertext.

Only what is a reference as a *whole*, or is built with an unmistakable template mark, is one: a password may
well hold a dollar sign or a brace.
"""

from __future__ import annotations

import re

from scanner.engine.plausibility.lazy import Lazy
from scanner.model.filekind import FileKind

_TEMPLATE = Lazy(
    rb"""
     \{\{|\}\}|\{%|%\}|<%|%>|\#\{|\$\{|\$\(|\$\[\[|@@\w|\{\$     # jinja, erb, ruby, shell, make, azure, smarty
    |%\{[\w:.]+[(}]                                                # Hiera
    |%\(\w+\)[sdr]|%[sdvq]\b(?!\w)|%0[1-9][xXdu](?:[:.-]|$)|\{[A-Za-z_][\w.]*\}|\{\d*\}    # python, printf
    |~[\d*]*(?:\.[\d*]+){1,2}[A-Za-z]                              # Erlang's io_lib
    |\\\(|<<|>>|^\{[A-Za-z_$][\w.$?()]*\}?$|\$[A-Z_]{3,}[/@:]     # swift, our own examples, jsx, paths
    |^\[?\(?<[^<>]*>|^`.*`$|\$\w+->|::\w+\(                        # <your token>, `command`, php
    """,
    re.VERBOSE,
)
_WHOLE = Lazy(
    rb"""(?:
     %[A-Za-z_]\w*%?                                   # %VAR%
    |(?:%[A-Za-z_]\w*%|\$[A-Za-z_]\w*),[\w.-]+=.*        # $VAR, and the next of what helm is to set
    |\$(?:[A-Z_][A-Z0-9_]*|\d|[@*\#?])                 # $VAR, $1
    |\$(?:env|Env|ENV|secrets|script|global|this|self|config|params)(?::|->|\.).*
    |!(?:vault|Ref|Sub|GetAtt|ImportValue|secret|env_var|ENV|reference|encrypted).*
    |@[/~][\w./-]+                                     # @/run/secrets/password: what the file holds
    |-[^{}]*\}.*                                       # the end of ${NAME:-default}
    |--?[A-Za-z][\w-]{0,20}[= ]?\$\{?\w+\}?               # -p$PASSWORD
    |@(?:Microsoft\.KeyVault\(|\w+@|string/|\{).*
    |(?:ref\+|vault:|op://|sm://|env://|env:|file:|file://|secret://|gcp:secretmanager:|aws-sm:|awskms:|ssm:|keyring:|doppler://).*
    |arn:[\w-]*:.*
    |projects/[^/]+/(?:secrets|locations)/.*
    |https?://[\w.-]+\.vault(?:core)?\.azure\.(?:net|cn|us)/.*
    |\{\{?resolve:.*
    |\?\{\w+:.*                                        # kapitan
    |(?:env|getenv|lookup|secrets?|vault)\([\w.\"'-]+\)
    |[A-Z][A-Za-z0-9]*(?:::[A-Z][A-Za-z0-9]*)+(?:\.[a-z_]+[!?]?)?           # Ruby's Module::Class.method
    |[a-z_][a-z0-9_]*(?:::[a-z_][a-z0-9_]*)+|:[a-z_]{3,}(?:::[a-z_][a-z0-9_]*)*   # profile::db::pass, passwords::db
    |\[[A-Z][A-Za-z.]{2,40}\]?                          # the name of a type: [PSCredential]
    |\[[^\]\n]{1,80}\]\(https?:[^\s)]*\)?                # a link in Markdown
    |secretKeyRef|valueFrom|fromEnv|(?:&\#x?[0-9A-Fa-f]{1,6};)+
    |(?:var|local|data|module|each|path|terraform|random_password|aws_\w+|google_\w+|azurerm_\w+)\.[\w.\[\]"*-]+
    |(?:self|this|os|sys|process|config|cfg|settings|options|opts|args|env|ENV|request|req|params|props|state|ctx|context
       |secrets|credentials|creds|app|System|Environment|std|Rails|Deno|import\.meta|Bun|core)(?:\.|->|::|\[)[\w.$>:\[\]"'()-]*
    |__\w+__|_\w*REDACTED\w*_?|_[A-Z][A-Z0-9]+(?:[_-][A-Z0-9]+)*_  # the last one emphasised, in AsciiDoc
    )""",
    re.VERBOSE,
)
_CIPHERTEXT = Lazy(
    rb"""(?:
     (?:ENC|NACL|GPG|PGP|KMS|AES|RSA|DEC|AGE|SOPS|VAULT)\[.*\]?|ENC\(.*\)|\{cipher\}.*|\{(?:AES|AES256|3DES|DESede|RSA|COAM|xor)\}.*|\{[A-Za-z0-9+/]{16,}={0,2}\}|DEC::.*
    |\$ANSIBLE_VAULT.*|age1[a-z0-9]{20,}|age-encryption\.org.*
    |vault:v\d+:.*|v1:[A-Za-z0-9+/=]{16,}:.*|AQ[IE]CA[HR].*|EJ\[\d:.*|enc:v\d:.*|ENCRYPTED\[.*
    |Ag[A-D][A-Za-z0-9+/]{300,}.*                      # SealedSecret
    |gAAAAA[\w-]{60,}=*                                # Fernet
    )""",
    re.VERBOSE | re.DOTALL,
)
_HASH = Lazy(
    rb"""(?:
     (?:[\w.@-]{1,64}:)?\$(?:1|2[abxy]?|5|6|7|y|gy|apr1|argon2\w*|scrypt|pbkdf2[\w-]*|sha1|md5|P|H|S|bcrypt[\w-]*|racf|krb5\w*|DCC2|ml)\$.*
    |\{(?:CRYPT|SSHA\d*|SHA\d*|MD5|SMD5|PBKDF2[\w-]*|ARGON2|bcrypt|pbkdf2\w*)\}.*
    |(?:pbkdf2_sha\d+|pbkdf2:sha\d+|scrypt|bcrypt(?:_sha256)?|argon2|sha1|sha256|md5|crypt)[$:]\S*\$\S+
    |(?:sha\d+|md5|argon2)(?::[0-9a-f]{6,}){1,3}|scrypt:\d+:\d+:\d+\$.*|SCRAM-SHA-\d+\$.*|\*[0-9A-F]{40}|md5[0-9a-f]{32}
    )""",
    re.VERBOSE | re.DOTALL,
)
_VARIABLE = Lazy(rb"\$[A-Za-z_][\w:.\[\]'\"-]*(?:->[\w()>-]+)?|\$\d\w*(?:\.[A-Za-z_]\w*)+")
_NEGATED = Lazy(rb"!![A-Za-z_$][A-Za-z_.$]*")
_LOOKS_CALLED = Lazy(rb"(?:new\s+|await\s+|&|!)?[A-Za-z_$][\w.$:>-]*[({\[].*|.*\)\s*[;,]?", re.DOTALL)
_CHAIN = Lazy(rb"[*&!]?[A-Za-z_]\w*(?:\??(?:\.|->|::?)[A-Za-z_]\w*)+\??[;,)]*")


def reference(value: bytes, kind: FileKind, *, quoted: bool) -> str:
    """Why ``value`` stands for something else, or an empty string."""
    if _CIPHERTEXT.pattern.fullmatch(value):
        return "encrypted"
    if _TEMPLATE.pattern.search(value):
        return "template"
    if _WHOLE.pattern.fullmatch(value):
        return "reference"
    if _HASH.pattern.fullmatch(value):
        return "password hash"
    code = kind in (FileKind.CODE, FileKind.SHELL, FileKind.MINIFIED)
    if value.startswith(b"$") and _VARIABLE.pattern.fullmatch(value) and (code or b"_" in value or value[1:].isalpha()):
        return "variable"
    if not quoted and _NEGATED.pattern.fullmatch(value):
        return "code"
    if not quoted and (_LOOKS_CALLED.pattern.fullmatch(value) or _CHAIN.pattern.fullmatch(value)):
        return "code"
    return ""
