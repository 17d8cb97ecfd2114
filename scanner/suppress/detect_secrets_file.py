"""Reading ``.secrets.baseline``: today's form and the one of before version 1."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from scanner.model.errors import ConfigError
from scanner.suppress.detect_secrets import DetectSecrets, Known, Limits
from scanner.suppress.patterns import compiled

FILE_NAME = ".secrets.baseline"
_SHA1 = re.compile(r"[0-9a-fA-F]{40}\Z")
_FILTERS = "detect_secrets.filters."
_REGEX_FILTERS = {
    _FILTERS + "regex.should_exclude_file": "files",
    _FILTERS + "regex.should_exclude_line": "lines",
    _FILTERS + "regex.should_exclude_secret": "secrets",
}
_WORD_FILTER = _FILTERS + "wordlist.should_exclude_secret"
# What these do is done here by plausibility, by inline marks, or is no matter of a baseline.
_COVERED = (_FILTERS + "allowlist.", _FILTERS + "heuristic.", _FILTERS + "common.")
_LIMITED = {"HexHighEntropyString", "Base64HighEntropyString", "KeywordDetector"}
# The kinds of that tool's release 1.5; a file that lists fewer had some switched off.
_PLUGINS = frozenset(
    "ArtifactoryDetector AWSKeyDetector AzureStorageKeyDetector BasicAuthDetector CloudantDetector"
    " DiscordBotTokenDetector GitHubTokenDetector GitLabTokenDetector IbmCloudIamDetector IbmCosHmacDetector"
    " IPPublicDetector JwtTokenDetector MailchimpDetector NpmDetector OpenAIDetector PrivateKeyDetector"
    " PypiTokenDetector SendGridDetector SlackDetector SoftlayerDetector SquareOAuthDetector StripeDetector"
    " TelegramBotTokenDetector TwilioKeyDetector".split()
)
Read = Callable[[str], bytes | None]


def looks_like_detect_secrets(document: object) -> bool:
    """True for the JSON object that tool writes."""
    return isinstance(document, dict) and isinstance(document.get("results"), dict) and "plugins_used" in document


def parse_detect_secrets(document: Mapping[str, Any], name: str, read: Read) -> tuple[DetectSecrets, tuple[str, ...]]:
    """The source for a parsed file, and what of it cannot be carried over.

    ``read`` gives the content of a file beside it (the word list), or None.
    """
    try:
        known = _known(document["results"])
        plugins = {plugin["name"]: plugin for plugin in document["plugins_used"]}
        filters = _old_filters(document) or [dict(entry) for entry in document.get("filters_used") or ()]
        left = _left_plugins(plugins, document)
        patterns: dict[str, list[str]] = {"files": [], "lines": [], "secrets": []}
        words: frozenset[str] = frozenset()
        for entry in filters:
            path = entry["path"]
            if path in _REGEX_FILTERS:
                patterns[_REGEX_FILTERS[path]] += _readable(entry["pattern"], left)
            elif path == _WORD_FILTER:
                words |= _words(entry, read, left)
            elif not path.startswith(_COVERED):
                left.append(f"the filter {path}")
        limits = _limits(plugins, left)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ConfigError(f"{name}: damaged, or not a baseline of detect-secrets") from None
    source = DetectSecrets(
        name=name,
        known=known,
        files=tuple(patterns["files"]),
        lines=tuple(patterns["lines"]),
        secrets=tuple(patterns["secrets"]),
        words=words,
        limits=limits,
    )
    return source, tuple(left)


def _known(results: Mapping[str, list[Mapping[str, Any]]]) -> dict[str, tuple[Known, ...]]:
    known: dict[tuple[str, str], Known] = {}
    for file, entries in results.items():
        path = file.replace("\\", "/").removeprefix("./")
        number = 0
        for entry in entries:
            if not _SHA1.match(entry["hashed_secret"]):
                raise ValueError(path)
            digest = entry["hashed_secret"].lower()
            if (digest, path) not in known:
                number += 1
            before = known.get((digest, path), Known(path, number, ()))
            label = _label(entry) if before.label is None else before.label
            known[digest, path] = Known(path, before.number, (*before.kinds, str(entry["type"])), label)
    grouped: dict[str, tuple[Known, ...]] = {}
    for (digest, _), one in known.items():
        grouped[digest] = (*grouped.get(digest, ()), one)
    return grouped


def _label(entry: Mapping[str, Any]) -> bool | None:
    label = entry.get("is_secret")
    return None if label is None else bool(label)


def _old_filters(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The exclusions of the form before version 1, as filters."""
    filters = []
    excluded = document.get("exclude") or {}
    for kind, path in (("files", "regex.should_exclude_file"), ("lines", "regex.should_exclude_line")):
        if excluded.get(kind):
            filters.append({"path": _FILTERS + path, "pattern": [excluded[kind]]})
    listed = document.get("word_list") or {}
    if listed.get("file"):
        filters.append({"path": _WORD_FILTER, "file_name": listed["file"]})
    return filters


def _words(entry: Mapping[str, Any], read: Read, left: list[str]) -> frozenset[str]:
    file = entry.get("file_name") or ""
    content = read(file)
    if content is None:
        left.append(f"the word list {file}, which is not there")
        return frozenset()
    least = int(entry.get("min_length", 3))
    words = (line.strip().lower() for line in content.decode("utf-8", "replace").split("\n"))
    return frozenset(word for word in words if len(word) >= least)


def _readable(patterns: Iterable[str], left: list[str]) -> list[str]:
    """Those of the expressions that are expressions; the others are named."""
    kept = []
    for pattern in patterns:
        try:
            compiled(pattern)
            kept.append(pattern)
        except ConfigError as error:
            left.append(f"an expression ({error})")
    return kept


def _limits(plugins: Mapping[str, Mapping[str, Any]], left: list[str]) -> Limits:
    excluded = plugins.get("KeywordDetector", {}).get("keyword_exclude") or ""
    hexadecimal, base64 = plugins.get("HexHighEntropyString"), plugins.get("Base64HighEntropyString")
    return Limits(
        hexadecimal=_limit(hexadecimal, "hex_limit", 3.0),
        base64=_limit(base64, "base64_limit", 4.5),
        keyword="KeywordDetector" in plugins,
        keyword_exclude="".join(_readable([excluded], left)),
    )


def _limit(plugin: Mapping[str, Any] | None, old: str, default: float) -> float | None:
    return None if plugin is None else float(plugin.get("limit", plugin.get(old, default)))


def _left_plugins(plugins: Iterable[str], document: Mapping[str, Any]) -> list[str]:
    names = set(plugins)
    left = [f"the plugin {name}" for name in sorted(names - _PLUGINS - _LIMITED)]
    # Older releases knew fewer kinds: what they do not list, nobody switched off.
    if str(document.get("version", "")).startswith("1."):
        left += [f"that {name} is switched off" for name in sorted(_PLUGINS - names)]
    left += [f"the plugins in {path}" for path in document.get("custom_plugin_paths") or ()]
    return left
