#!/usr/bin/env python3
"""Writes docs/rules.md from the rules: what each finds, how grave, how it is checked, how to rotate.

python tools/rules_doc.py            write it
python tools/rules_doc.py --check    exit 1 when it is not current
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from scanner.rotation.guides import all_guides
from scanner.ruleset.loader import load_rules
from scanner.ruleset.location import rules_folder
from scanner.ruleset.schema import RuleSource

TARGET = Path(__file__).resolve().parent.parent / "docs" / "rules.md"
FOLDERS = {
    "providers": "Providers",
    "generic": "Generic",
    "formats": "File formats",
    "kubernetes": "Kubernetes and GitOps",
}

HEAD = """\
# Rules

<!-- Made by tools/rules_doc.py from rules/; change the rules, not this page. -->

{count} rules. Severity is what someone could do with the value; confidence is what the form alone tells before any
check. A check that passes makes it *verified-format*; one that fails demotes the finding and does not drop it. *How*
says what else is asked: a keyword or a partner nearby, a checksum, or that the value looks made by a machine and not
named by a person.
`unsealed rules show ID` shows a rule whole, `unsealed rotate ID` how to rotate what it finds.
"""


def main() -> int:
    """The exit code."""
    text = page(load_rules([rules_folder()]))
    if "--check" in sys.argv[1:]:
        current = TARGET.exists() and TARGET.read_text(encoding="utf-8") == text
        if not current:
            print("docs/rules.md is not current: run python tools/rules_doc.py")
        return 0 if current else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


def page(sources: Iterable[RuleSource]) -> str:
    """The whole page."""
    sources = list(sources)
    guides = {guide.id: guide.title for guide in all_guides()}
    parts = [HEAD.format(count=len(sources))]
    for folder, title in FOLDERS.items():
        inside = [source for source in sources if Path(source.file).parent.name == folder]
        parts.append(f"\n## {title}\n")
        for file, group in groupby(inside, key=lambda source: source.file):
            parts.append(
                f"\n### {Path(file).stem}\n\n| rule | finds | severity | confidence | how | rotation |\n"
                "|---|---|---|---|---|---|\n"
            )
            parts += [row(source, guides) for source in group]
    return "".join(parts)


def row(source: RuleSource, guides: dict[str, str]) -> str:
    """One rule as a row of its provider's table."""
    rule = source.rule
    how = []
    if rule.keywords:
        near = f"within {rule.near} lines of" if rule.near else "beside"
        shown = ", ".join(rule.keywords[:3]) + (" …" if len(rule.keywords) > 3 else "")
        how.append(f"{near} {shown}")
    if rule.pair:
        how.append(f"with its partner within {rule.near} lines" if rule.unpaired is None else "graver with its partner")
    how += rule.checks
    if rule.detector:
        how.append("structure")
    if rule.plausible in ("value", "password"):
        how.append(f"plausible as a {rule.plausible}")
    if rule.pack != "default":
        how.append(f"pack {rule.pack}")
    finds = f"**{cell(rule.title)}**. {cell(rule.description)}"
    rotation = cell(guides.get(rule.rotation, rule.rotation))
    scales = f"{rule.severity.label} | {rule.confidence.label}"
    return f"| `{rule.id}` | {finds} | {scales} | {cell('; '.join(how))} | {rotation} |\n"


def cell(text: str) -> str:
    """``text`` on one line, safe inside a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    sys.exit(main())
