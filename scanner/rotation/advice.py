"""A guide for one finding: its placeholders filled in from what the finding says about itself."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from scanner.model.finding import Finding
from scanner.rotation.guide import PLACEHOLDER, Guide, GuideStep
from scanner.rotation.guides import guide_or_generic
from scanner.rotation.known import placeholders

# Characters no shell reads as anything but themselves. Values come from scanned files, which are hostile.
_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./][A-Za-z0-9_@%+=:,./-]*")


@dataclass(frozen=True, slots=True)
class Advice:
    """What a report says about replacing one finding's secret."""

    guide: str
    title: str
    summary: str
    steps: tuple[GuideStep, ...]
    last_used: str
    blast_radius: str
    traps: tuple[str, ...]
    links: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """The ``rotation`` value of a finding in JSON: ``guide``, ``summary``, ``steps`` (sentences), ``links``."""
        return {
            "guide": self.guide,
            "summary": self.summary,
            "steps": [sentence(step) for step in self.steps],
            "links": list(self.links),
        }

    def lines(self, limit: int | None = None) -> list[str]:
        """Numbered steps as plain text, commands indented below their step; at most ``limit`` steps."""
        out: list[str] = []
        for number, step in enumerate(self.steps[:limit], 1):
            out.append(f"{number}. {step.text}")
            out.extend(f"     {line}" for line in step.command.splitlines())
        return out


def advise(finding: Finding) -> dict[str, object]:
    """``{"guide", "summary", "steps", "links"}`` for a report about ``finding``.

    Never fails over an unknown guide: the generic one stands in.
    """
    return advice_for(finding).to_json()


def advice_for(finding: Finding) -> Advice:
    """The whole advice for ``finding``, commands apart from their sentences."""
    return fill(guide_or_generic(finding.guide), finding.detail)


def fill(guide: Guide, detail: Mapping[str, str]) -> Advice:
    """``guide`` with every placeholder replaced: by ``detail``'s value, or by its own name as ``<NAME>``.

    In commands a value that a shell would read as more than a word is quoted; control characters never pass.
    """
    detail = placeholders(guide.id, detail)
    return Advice(
        guide=guide.id,
        title=guide.title,
        summary=_text(guide.summary, detail),
        steps=tuple(
            GuideStep(step.phase, _text(step.text, detail), fill_command(step.command, detail)) for step in guide.steps
        ),
        last_used=_text(guide.last_used, detail),
        blast_radius=_text(guide.blast_radius, detail),
        traps=tuple(_text(trap, detail) for trap in guide.traps),
        links=guide.links,
    )


def fill_command(template: str, detail: Mapping[str, str]) -> str:
    """A shell command with its placeholders filled, each value one word to the shell."""
    return PLACEHOLDER.sub(lambda match: _word(match[1], detail), template)


def quoted(value: str) -> str:
    """``value`` as one word of a POSIX shell, with unprintable characters replaced by ``?``."""
    clean = printable(value)
    return clean if _PLAIN.fullmatch(clean) else shlex.quote(clean)


def printable(value: str) -> str:
    """``value`` on one line and without anything that could steer a terminal or reorder text."""
    return "".join(char if char.isprintable() else "?" for char in value)


def _named(name: str, detail: Mapping[str, str]) -> str:
    """The detail called ``name``; details may be spelt with blanks or hyphens ("service account")."""
    for spelling in (name, name.replace("_", " "), name.replace("_", "-")):
        if detail.get(spelling):
            return detail[spelling]
    return ""


def _word(name: str, detail: Mapping[str, str]) -> str:
    value = _named(name, detail)
    # Quoting does not keep a leading hyphen from being read as an option.
    return quoted(value) if value and not value.startswith("-") else f"<{name.upper()}>"


def _text(template: str, detail: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        found = _named(match[1], detail)
        return printable(found) if found else f"<{match[1].upper()}>"

    return PLACEHOLDER.sub(value, template)


def sentence(step: GuideStep) -> str:
    """A step on one line, its commands in backticks."""
    commands = ", then ".join(f"`{line.strip()}`" for line in step.command.splitlines() if line.strip())
    return f"{step.text} {commands}" if commands else step.text
