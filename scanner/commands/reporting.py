"""What commands give reports beside the findings: guidance, the rules' own words, the address of the files."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from scanner.report import GROUPINGS

if TYPE_CHECKING:
    from scanner.model.finding import Finding
    from scanner.ruleset.schema import Rule


def add_listing_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of every command that lists findings on a terminal."""
    parser.add_argument(
        "--group-by", default="secret", choices=GROUPINGS, help="sums of a long list instead of one block a secret"
    )
    parser.add_argument(
        "--limit", type=count, default=None, metavar="N", help="how much of a long list is printed; 0 prints all"
    )


def count(word: str) -> int:
    """A number from 0 up."""
    if not word.isdecimal():
        raise argparse.ArgumentTypeError(f"{word!a} is no number from 0 up")
    return int(word)


def guidance() -> Callable[[Finding], Mapping[str, object] | None]:
    """How to rotate a finding's secret. What depends on the same guide and details is worked out once."""
    known: dict[object, Mapping[str, object]] = {}

    def advice(finding: Finding) -> Mapping[str, object] | None:
        key = (finding.guide, *finding.detail.items())
        if key not in known:
            # Imported here: most reports have nothing to advise on.
            from scanner.rotation.advice import advise

            known[key] = advise(finding)
        return known[key]

    return advice


def descriptions(folders: tuple[str, ...] = ()) -> Callable[[str], Mapping[str, object] | None]:
    """What the rules say of themselves. The rules are read when the first one is asked for."""

    def describe(rule_id: str) -> Mapping[str, object] | None:
        rule = known_rules(folders).get(rule_id)
        if rule is None:
            return None
        return {
            "title": rule.title,
            "description": rule.description,
            "severity": rule.severity.label,
            "confidence": rule.confidence.label,
            "references": rule.references,
        }

    return describe


@lru_cache(maxsize=4)
def known_rules(folders: tuple[str, ...] = ()) -> Mapping[str, Rule]:
    """The shipped rules and those below ``folders``, by id."""
    from scanner.pipeline.build import text_scanner
    from scanner.pipeline.options import ScanOptions

    # Through the scanner's cache: reading the YAML again would take longer than the scan did.
    scanner = text_scanner(ScanOptions(rules=folders))
    return {rule.id: rule for rule in scanner.engine.rules}


def ci_remote(environ: Mapping[str, str] = os.environ) -> str:
    """The web address of the repository a CI job runs for; empty elsewhere."""
    if environ.get("GITHUB_REPOSITORY") and environ.get("GITHUB_SERVER_URL"):
        return f"{environ['GITHUB_SERVER_URL']}/{environ['GITHUB_REPOSITORY']}"
    return environ.get("CI_PROJECT_URL", "") or environ.get("BUILD_REPOSITORY_URI", "")
