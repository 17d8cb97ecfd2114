"""Reads rule files. Only for a cold cache, the self-test and documentation: the hook never comes here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from scanner.model.errors import ConfigError
from scanner.model.regular import read_regular
from scanner.ruleset.gitleaks import read_gitleaks
from scanner.ruleset.location import example_files, rule_files
from scanner.ruleset.schema import RuleSource, RuleSyntaxError, parse_rule
from scanner.ruleset.yamlfile import DAMAGE, Loader, refuse_aliases, refuse_repeats, unreadable

# The largest of ours has 100 KB.
_LARGEST = 16 * 1024 * 1024


def load_rules(folders: Sequence[Path | str]) -> tuple[RuleSource, ...]:
    """Every rule below ``folders``, in file order.

    A ``.toml`` file is a gitleaks configuration; its rules replace shipped ones of the same id, as gitleaks
    would have it. Raises ConfigError naming file, line and key for anything that is not of the format, and for an id
    that is used twice.
    """
    rules: dict[str, RuleSource] = {}
    for folder in folders:
        if str(folder).endswith(".toml"):
            rules |= {source.rule.id: source for source in read_gitleaks(Path(folder)).rules}
            continue
        files = [Path(name) for name in rule_files(str(folder))]
        if not files:
            raise ConfigError(f"{folder}: no rule files (*.yml) here")
        for path in files:
            for source in read_rule_file(path):
                known = rules.get(source.rule.id)
                if known:
                    raise ConfigError(
                        f"{path}:{source.line}: the id {source.rule.id!r} is used already at {known.file}:{known.line}"
                    )
                rules[source.rule.id] = source
    return tuple(rules.values())


def read_rule_file(path: Path) -> Iterator[RuleSource]:
    """The rules of one file. A file whose top level is no list of rules is an error, an empty one is not."""
    try:
        raw = read_regular(path, _LARGEST)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        refuse_aliases(raw)
        loader = Loader(raw)
        node = loader.get_single_node()
    except DAMAGE as error:
        raise ConfigError(unreadable(error, 1).at(path)) from None
    if node is None:
        return
    if not isinstance(node, yaml.SequenceNode):
        if _is_other_data(node):
            return
        raise ConfigError(f"{path}:1: a rule file holds a list of rules (each beginning with '- id:')")
    for item in node.value:
        line = item.start_mark.line + 1
        if not isinstance(item, yaml.MappingNode):
            raise ConfigError(f"{path}:{line}: a rule is a mapping (keys and values)")
        try:
            refuse_repeats(item)
            entry = loader.construct_document(item)
        except DAMAGE as error:
            raise ConfigError(unreadable(error, line).at(path)) from None
        try:
            rule, examples, counter = parse_rule(entry)
        except RuleSyntaxError as error:
            raise ConfigError(f"{path}:{line}: rule {entry.get('id', '?')}: {error}") from None
        yield RuleSource(rule, examples, counter, str(path), line)


def _is_other_data(node: yaml.Node) -> bool:
    """True for a mapping under ``known_examples``: data beside the rules, read by its own reader."""
    return isinstance(node, yaml.MappingNode) and any(key.value == "known_examples" for key, _ in node.value)


def load_known_examples(folders: Sequence[Path | str]) -> dict[str, str]:
    """SHA-256 (hex) of documented public example values -> what they are."""
    known: dict[str, str] = {}
    for folder in folders:
        for name in example_files(str(folder)):
            data = yaml.load(Path(name).read_bytes(), Loader=Loader)  # noqa: S506 - a safe loader, chosen above
            try:
                for entry in data.get("known_examples", []) if isinstance(data, dict) else []:
                    known[str(entry["sha256"])] = str(entry["what"])
            except (KeyError, TypeError):
                raise ConfigError(f"{name}: a known example has a sha256 and a what") from None
    return known
