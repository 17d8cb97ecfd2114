"""Scenario repositories: one text file each, with the manifests and what the runbook must say.

    # what it shows
    ask: prod/db-creds#password
    == k8s/es.yaml
    ...
    == expect
    row: Deployment/web | volume | k8s/web.yaml:12 | hot (re-read!) | 900+90+5 = 995 s
    overlap: 1194

``row`` lines are the whole consumer table, in order. Other lines: ``overlap`` (seconds or null), ``producer``, ``reader``
(all of them), ``has`` and ``hasnt`` (in the text view with --explain), ``unresolved`` and ``assumed`` (part of one),
``books`` (how many runbooks), ``step`` (a command that must be there), ``copy``.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from pathlib import Path

from scanner.rotation import words
from scanner.rotation.compose import Question, runbooks_for
from scanner.rotation.repository import index_repository
from scanner.rotation.runbook import Runbook
from scanner.rotation.view_text import text_view

FOLDER = Path(__file__).parent / "scenarios"


@dataclass(frozen=True)
class Scenario:
    """One file of ``scenarios``."""

    name: str
    question: Question
    files: dict[str, str]
    expect: list[tuple[str, str]] = field(default_factory=list)

    def wanted(self, kind: str) -> list[str]:
        """What is expected under ``kind``."""
        return [value for key, value in self.expect if key == kind]

    def runbooks(self, extra: dict[str, str] | None = None) -> list[Runbook]:
        """The runbooks of this repository, with ``extra`` files in it."""
        return run({**self.files, **(extra or {})}, self.question)


def run(files: dict[str, str], question: Question) -> list[Runbook]:
    """The runbooks for ``question`` in a repository of ``files``."""
    return runbooks_for(index_repository((path, text.encode()) for path, text in files.items()), question)


def ask(spec: str) -> Question:
    """``[NS/]NAME[#KEY] [nodes=N]``."""
    secret, *options = shlex.split(spec)
    place, _, key = secret.partition("#")
    namespace, _, name = place.rpartition("/") if "{{" not in place else ("", "", place)
    given = dict(option.split("=") for option in options)
    nodes = int(given["nodes"]) if "nodes" in given else None
    return Question(name, namespace, key, nodes=nodes, guide=given.get("guide", ""))


def load(path: Path) -> Scenario:
    """One scenario file."""
    head, *parts = path.read_text("utf-8").split("\n== ")
    asked = next(line.removeprefix("ask: ") for line in head.splitlines() if line.startswith("ask: "))
    files, expect = {}, []
    for part in parts:
        name, _, body = part.partition("\n")
        if name.strip() == "expect":
            expect = [
                (key, value.strip())
                for key, _, value in (line.partition(":") for line in body.splitlines())
                if key.strip()
            ]
        else:
            files[name.strip()] = body + "\n"
    return Scenario(path.stem, ask(asked), files, expect)


def scenarios() -> list[Scenario]:
    """All of them."""
    return [load(path) for path in sorted(FOLDER.glob("*.txt"))]


def table(book: Runbook) -> list[str]:
    """The consumer table as ``row`` lines."""
    return [
        " | ".join(
            (words.who(one, book.leak.namespace), words.how(one, book.leak.label), str(one.place), words.update(one),
             words.worst(one) + (" (inferred)" if one.inferred else ""))
        )
        for one in book.consumers
    ]  # fmt: skip


def shown(books: list[Runbook]) -> str:
    """What the user sees with --explain, on long lines."""
    return text_view(books, explain=True, width=100_000)
