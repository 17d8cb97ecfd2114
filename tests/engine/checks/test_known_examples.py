"""Values that documentation prints for everyone are shown as info, not as leaks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scanner.model.levels import Severity
from scanner.model.text import Text
from scanner.pipeline.build import text_scanner
from scanner.pipeline.options import ScanOptions
from scanner.ruleset.loader import load_known_examples
from scanner.ruleset.location import rules_dir

# Assembled here, so that no file holds them whole.
DOCUMENTED = {
    "aws id": "aws_access_key_id = " + "AKIA" + "IOSFODNN7" + "EXAMPLE",
    "stripe": 'key = "' + "sk_test_" + "4eC39HqLyjWDarj" + 'tT1zdp7dc"',
    "github": "token: " + "gho_" + "16C7e42F292c6912" + "E7710c838347Ae178B4a",
    "azurite": "AccountKey="
    + "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50u"
    + "SRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
    "age": "AGE-SECRET-" + "KEY-1G0Q5K9TV4REQ3ZSQRMTMG8NSW" + "QGYT0T7TZ33RAZEE0GZYVZN0APSU24RK7",
}


@pytest.mark.parametrize("name", DOCUMENTED)
def test_documented_values_are_info(name: str) -> None:
    found = text_scanner(ScanOptions()).scan(Text.named(DOCUMENTED[name].encode(), "settings.ini"))
    assert [match.severity for match in found if not match.reason] == [Severity.INFO]
    assert "example" in found[0].detail


def test_only_digests_are_kept() -> None:
    known = load_known_examples([rules_dir()])
    assert len(known) > 50
    assert all(re.fullmatch("[0-9a-f]{64}", digest) and what for digest, what in known.items())
    text = (Path(rules_dir()) / "generic" / "known-examples.yml").read_text()
    assert "EXAMPLE" not in text
