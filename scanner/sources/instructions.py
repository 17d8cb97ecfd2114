"""What built an image: the instructions in its history, and the lines of a Dockerfile they come from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_NOP = re.compile(r"^/bin/sh -c #\(nop\)\s*")
_ARGS = re.compile(r"^(?:RUN\s+)?\|\d+\s+(.*?)\s*(?=(?:/[\w./+-]*(?:sh|bash|cmd\.exe|pwsh|powershell)\b|$))", re.DOTALL)
_ARG = re.compile(r"(?:^|\s)(?=[A-Za-z_][A-Za-z0-9_]*=)")
_SHELL = re.compile(r"^(?:RUN\s+)?/bin/(?:ba|da|a)?sh (?:-\w+(?: pipefail)? )*-c\s+")
_BUILDKIT = "# buildkit"
_BLANKS = re.compile(r"\s+")
_WORD = re.compile(r"^\s*([A-Za-z]+)\s+(.*)$", re.DOTALL)
_HEREDOC = re.compile(r"<<-?\s*[\"']?([A-Za-z_]\w*)[\"']?")
_KEYWORDS = frozenset(
    "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER "
    "VOLUME WORKDIR".split()
)


class Instruction(NamedTuple):
    """One step: its keyword, what follows it, and the build arguments (``NAME=value``) it was run with."""

    keyword: str
    text: str
    arguments: tuple[str, ...] = ()


class Written(NamedTuple):
    """An instruction as a Dockerfile has it, and the line it begins on."""

    line: int
    keyword: str
    text: str


def from_history(created_by: str) -> Instruction:
    """The instruction behind one entry of an image's history, as either builder writes it."""
    text = created_by
    if text.rstrip().endswith(_BUILDKIT):
        text = text.rstrip().removesuffix(_BUILDKIT).rstrip()
    nop = _NOP.match(text)
    if nop:
        text = text[nop.end() :]
    arguments: tuple[str, ...] = ()
    built_with = _ARGS.match(text)
    if built_with:
        arguments = tuple(part.strip() for part in _ARG.split(built_with.group(1)) if part.strip())
        return Instruction("RUN", _SHELL.sub("", text[built_with.end() :].strip()), arguments)
    shell = _SHELL.match(text)
    if shell:
        return Instruction("RUN", text[shell.end() :].strip())
    word = _WORD.match(text)
    if word and word.group(1).upper() in _KEYWORDS:
        return Instruction(word.group(1).upper(), word.group(2).strip())
    return Instruction("", text.strip())


def read_dockerfile(text: str) -> list[Written]:
    """The instructions of a Dockerfile, continued lines and here-documents joined."""
    found: list[Written] = []
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        start = at
        word = _WORD.match(lines[at])
        if word is None or word.group(1).upper() not in _KEYWORDS:
            at += 1
            continue
        joined: list[str] = []
        while at < len(lines):
            line = lines[at]
            at += 1
            if line.lstrip().startswith("#") and joined:
                continue
            joined.append(line.rstrip().removesuffix("\\"))
            if not line.rstrip().endswith("\\"):
                break
        for mark in _HEREDOC.findall(" ".join(joined)) if word.group(1).upper() in ("RUN", "COPY", "ADD") else ():
            while at < len(lines) and lines[at].strip() != mark:
                at += 1
            at += 1
        whole = _WORD.match(" ".join(joined))
        if whole:
            found.append(Written(start + 1, whole.group(1).upper(), whole.group(2)))
    return found


def lines_of(history: Sequence[Instruction], written: Sequence[Written]) -> list[int]:
    """For each entry of the history its line in the Dockerfile, 0 where it has none (it is the base image's).

    Both end with the same instruction, so they are compared from their ends; a stage that was not built into the image
    has no entries.
    """
    lines = [0] * len(history)
    left = len(written)
    for place in range(len(history) - 1, -1, -1):
        step = history[place]
        for candidate in range(left - 1, -1, -1):
            if written[candidate].keyword == step.keyword and _same(step, written[candidate]):
                lines[place], left = written[candidate].line, candidate
                break
    return lines


def _same(step: Instruction, line: Written) -> bool:
    ours, theirs = _normal(step.text), _normal(line.text)
    if ours == theirs or step.keyword in ("WORKDIR", "CMD", "ENTRYPOINT"):
        return True
    if step.keyword in ("COPY", "ADD"):
        # The history names a digest, or the flags that the builder added; the target is what both have.
        return ours.rpartition(" ")[2].rstrip("/") == theirs.rpartition(" ")[2].rstrip("/").strip('"]')
    if step.keyword in ("ENV", "LABEL", "ARG"):
        return ours.partition("=")[0] == theirs.replace(" ", "=", 1).partition("=")[0]
    return ours.replace(" ", "") == theirs.replace(" ", "")


def _normal(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()
