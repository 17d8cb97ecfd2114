"""Command lines: ``kubectl create secret``, ``helm --set``, ``vault write``, ``echo | base64``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.kubernetes import names, references
from scanner.kubernetes.entries import Entry
from scanner.kubernetes.findings import Findings
from scanner.kubernetes.judge import assigned_values, secret_values, silent
from scanner.kubernetes.words import Words
from scanner.model.levels import Confidence, Severity
from scanner.model.match import Inspect, Match
from scanner.model.text import Text

# Between an option and its value: "=", blanks, or the next entry of a list.
_GAP = rb"(?:=|[ \t]+|[\"'],\s{0,200}(?=[\"'])|[ \t]*\\?\r?\n\s{0,200}-\s+)"
_LITERAL = re.compile(rb"--from-literal" + _GAP + rb"(?P<open>[\"']?)(?P<key>[\w.-]{1,253})=")
_PASSWORD = re.compile(rb"--docker-password" + _GAP)
_SET = re.compile(rb"--set(?:-string|-literal)?" + _GAP + rb"(?P<open>[\"']?)(?=[\w.\[\]\\/-]{1,300}=)")
_SET_PAIR = re.compile(rb"(?<![\w.\[\]\\/-])(?P<key>[\w.\[\]\\/-]{1,300})=(?P<value>(?:[^,\\]|\\.)*)")
_VAULT = re.compile(
    rb"vault[ \t]+(?:write|kv[ \t]+(?:put|patch)|login(?=[ \t]+-method))(?P<rest>(?:[^\n\\|;&]|\\\r?\n|\\.)++)"
)
_VAULT_PAIR = re.compile(rb"(?<![\w.-])(?P<key>[A-Za-z_][\w.-]{0,100})=")
_LOGIN = re.compile(rb"vault[ \t]+login(?:[ \t]+-[\w-]+(?:=\S+)?)*[ \t]+(?:token=)?(?![A-Za-z_]+=)(?=[\w.\"'])")
_UNSEAL = re.compile(rb"vault[ \t]+operator[ \t]+unseal(?:[ \t]+-[\w-]+(?:=\S+)?)*[ \t]+(?=[A-Za-z0-9+/\"'])")
_ECHO = re.compile(rb"(?:echo|printf)[ \t]+(?:-n?e?n?[ \t]+|[\"']%s[\"'][ \t]+)?(?=\S)")
_UUID = re.compile(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TO_BASE64 = re.compile(rb"\|[ \t]*base64\b(?![ \t]+(?:-d|-D|--decode))")
_BARE_END = re.compile(rb"[\s\"'`|;&<>()]|\Z")
_VARIABLE = re.compile(r"\$[A-Za-z_{(\[]|`|\$\d|%\w+%|\$\$")
_MOST_WORDS = 4
_KEY_SHAPE = re.compile(r"[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{44}|[0-9a-f]{64,66}")


def judged(text: Text, inspect: Inspect) -> list[Match]:
    """The literals of commands in ``text`` that are secrets."""
    out = Findings(inspect)
    words = Words(text.data)
    literals = [entry for entry in _kubectl(words) if not references.weak(entry.text)]
    secret_values(literals, out, detail={"command": "kubectl create secret"}, rule="kubectl-secret-literal")
    assigned_values(
        list(_helm(words)), out, detail={"command": "helm --set"}, rule="helm-set-literal"
    )  # fmt: skip
    assigned_values(
        list(_vault(words)), out, detail={"command": "vault write"}, rule="vault-command-literal"
    )  # fmt: skip
    _logins(words, out)
    _encoded(words, out)
    return out.matches


def _kubectl(words: Words) -> Iterator[Entry]:
    data = words.data
    for found in _LITERAL.finditer(data):
        # In a list the whole option is quoted: the quote is before its dashes.
        before = data[found.start() - 1 : found.start()]
        quote = found.group("open") or (before if before in (b'"', b"'") else b"")
        yield from _entry(words, found.group("key").decode(), found.end(), quote)
    for found in _PASSWORD.finditer(data):
        yield from _entry(words, "docker-password", found.end(), b"")


def _helm(words: Words) -> Iterator[Entry]:
    for found in _SET.finditer(words.data):
        start, end = _word(words.data, found.end(), found.group("open"))
        for pair in _SET_PAIR.finditer(words.data, start, end):
            key = pair.group("key").decode().replace("\\", "")
            if names.promising(key.rsplit(".", 1)[-1]):
                yield from _entry(words, key, pair.start("value"), b"", limit=pair.end("value"))


def _vault(words: Words) -> Iterator[Entry]:
    for found in _VAULT.finditer(words.data):
        for pair in _VAULT_PAIR.finditer(words.data, found.start("rest"), found.end("rest")):
            key = pair.group("key").decode()
            if names.weakly_promising(key) and words.data[pair.end() : pair.end() + 1] != b"@":
                yield from _entry(words, key, pair.end(), b"")


def _logins(words: Words, out: Findings) -> None:
    for found in _LOGIN.finditer(words.data):
        for entry in _entry(words, "token", found.end(), b""):
            if not silent(entry) and len(entry.value) >= 8 and not references.weak(entry.text):
                out.leak(
                    "vault-command-literal", entry.span, entry.value, severity=Severity.HIGH, specific=2,
                    detail={"command": "vault login"},
                )  # fmt: skip
    for found in _UNSEAL.finditer(words.data):
        for entry in _entry(words, "unseal key", found.end(), b""):
            if _KEY_SHAPE.fullmatch(entry.text) and not silent(entry):
                out.leak(
                    "vault-command-literal", entry.span, entry.value, severity=Severity.CRITICAL, specific=2,
                    detail={"command": "vault operator unseal"},
                )  # fmt: skip


def _encoded(words: Words, out: Findings) -> None:
    """What somebody encodes by hand is about to be pasted into a Secret."""
    data = words.data
    for found in _TO_BASE64.finditer(data):
        line = data.rfind(b"\n", 0, found.start()) + 1
        echo = next(iter(_ECHO.finditer(data, line, found.start())), None)
        if echo is None:
            continue
        for entry in _entry(words, "value", echo.end(), b""):
            between = data[entry.scalar.span.end : found.start()]
            if not between.strip(b" \t\"'") and _password_like(entry) and not _UUID.fullmatch(entry.value):
                out.leak(
                    "shell-base64-literal", entry.span, entry.value, severity=Severity.MEDIUM, specific=2,
                    confidence=Confidence.MEDIUM, detail={"command": "echo | base64"},
                )  # fmt: skip


def _password_like(entry: Entry) -> bool:
    text = entry.text
    kinds = sum((any(map(str.isdigit, text)), any(map(str.isalpha, text)), not text.isalnum()))
    # A sentence that shows what an encoded text looks like.
    if len(text) < 8 or kinds < 2 or len(text.split()) > _MOST_WORDS or ":" in text or "${" in text:
        return False
    return any(map(str.isdigit, text)) and not silent(entry)


def _entry(words: Words, name: str, at: int, quote: bytes, *, limit: int | None = None) -> Iterator[Entry]:
    """The word at ``at`` unless the shell puts something else in its place."""
    start, end = _word(words.data, at, quote, limit)
    inside = quote or words.data[start - 1 : start]
    entry = words.entry(name, start, end)
    if start < end and (inside == b"'" or not _VARIABLE.search(entry.text)):
        yield entry


def _word(data: bytes, at: int, quote: bytes, limit: int | None = None) -> tuple[int, int]:
    """Start and end of the shell's word at ``at``, without quotes; ``quote`` is one that is open already."""
    limit = len(data) if limit is None else limit
    if not quote and data[at : at + 2] in (b'\\"', b"\\'"):
        at += 1
    if not quote and data[at : at + 1] in (b'"', b"'"):
        quote = data[at : at + 1]
        at += 1
    if not quote:
        found = _BARE_END.search(data, at, limit)
        return at, found.start() if found else limit
    end = at
    while end < limit and data[end : end + 1] not in (quote, b"\n"):
        end += 2 if data[end : end + 1] == b"\\" and quote == b'"' else 1
    return at, min(end, limit)
