"""`unsealed rules check` holds every rule to a guide that exists, and high ones to one of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.cli import main

RULE = r"""
- id: acme-token
  title: Acme token
  description: Opens Acme.
  severity: {severity}
  token: 'acme_[0-9a-f]{{32}}'
  {rotation}
  examples: ['ACME=<<acme_ %H32>>']
  counter_examples: ['ACME=acme_none']
"""


@pytest.mark.parametrize(
    ("severity", "rotation", "code", "said"),
    [
        ("high", "rotation: nope", 2, "acme-token: names the rotation guide 'nope', which does not exist"),
        ("low", "rotation: nope", 2, "acme-token: names the rotation guide 'nope', which does not exist"),
        ("critical", "rotation: generic", 2, "acme-token: is critical and has no rotation guide of its own"),
        ("high", "rotation: generic", 2, "acme-token: is high and has no rotation guide of its own"),
        ("medium", "rotation: generic", 0, ""),
        ("high", "rotation: github-token", 0, ""),
    ],
)
def test_a_rule_needs_a_guide(
    severity: str, rotation: str, code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "acme.yml").write_text(RULE.format(severity=severity, rotation=rotation))
    assert main(["rules", "check", str(tmp_path)]) == code
    shown = capsys.readouterr()
    assert said in shown.out + shown.err


def test_a_high_rule_without_a_word_on_rotation_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "acme.yml").write_text(RULE.format(severity="high", rotation="keywords: [acme]"))
    assert main(["rules", "check", str(tmp_path)]) == 2
    shown = capsys.readouterr()
    assert "no rotation guide of its own" in shown.out + shown.err
