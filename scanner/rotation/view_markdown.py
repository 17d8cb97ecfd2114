"""A runbook to paste into a ticket: check boxes, tables, the exposure window."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from scanner.rotation import words
from scanner.rotation.advice import printable
from scanner.rotation.durations import spoken
from scanner.rotation.runbook import Runbook

# Names come from scanned files: nothing in them may become markup, a link or a mention.
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~&])")
_MENTION = re.compile(r"(?<![A-Za-z0-9])@(?=[A-Za-z0-9])")


def markdown_view(books: Sequence[Runbook], *, explain: bool = False) -> str:
    """All of ``books`` as GitHub-flavoured Markdown."""
    return "\n\n---\n\n".join("\n".join(_lines(book, explain=explain)) for book in books) + "\n"


def _escape(value: str) -> str:
    # A backslash does not keep a code host from notifying people; an empty comment between does.
    return _MENTION.sub("@<!-- -->", _MARKUP.sub(r"\\\1", printable(value)))


def _code(value: str) -> str:
    clean = printable(value).replace("|", "\\|")
    fence = "``" if "`" in clean else "`"
    return f"{fence} {clean} {fence}" if fence == "``" else f"`{clean}`"


def _lines(book: Runbook, *, explain: bool) -> Iterable[str]:
    yield f"# Rotate {_escape(words.leak_label(book.leak))}"
    yield ""
    if book.leak.fingerprint:
        yield f"Fingerprint {_code(book.leak.fingerprint)}" + (
            f", {book.leak.length} characters." if book.leak.length else "."
        )
        yield ""
    yield f"**{_escape(book.advised.title)}.** {_escape(book.advised.summary)}"
    if book.advised.why:
        yield f"(Guide {_code(book.advised.guide)} {_escape(book.advised.why)}.)"
    yield from _exposure(book)
    if not book.guide_only:
        yield from _made(book)
        yield from _consumers(book)
        yield from _readers(book)
    yield from _steps(book)
    yield from _list("Assumed", book.assumptions)
    yield from _list("Not resolved", book.unresolved)
    yield from _list("Traps", book.advised.traps)
    if book.advised.links:
        yield from ("", "## See", "", *(f"- <{link}>" for link in book.advised.links))
    if explain:
        yield from (
            "",
            "## How the times are counted",
            "",
            "```text",
            *map(printable, words.explain_lines(book)),
            "```",
        )


def _exposure(book: Runbook) -> Iterable[str]:
    if book.exposure is None:
        return
    yield from ("", "## Exposure window", "")
    yield from (f"- {_escape(line)}" for line in words.exposure_lines(book.exposure))
    yield f"- What it opens: {_escape(book.advised.blast_radius)}"
    yield f"- How to see its use: {_escape(book.advised.last_used)}"


def _made(book: Runbook) -> Iterable[str]:
    yield from ("", "## Made by", "")
    if not book.producers:
        yield "- nothing in this repository"
    for producer in book.producers:
        yield f"- {_escape(words.producer_line(producer))}"
    for copy in book.copies:
        label = f"{copy.namespace}/{copy.name}" if copy.namespace else copy.name
        yield f"- same value in {_escape(label)}: {_escape(words.producer_line(copy))}"


def _consumers(book: Runbook) -> Iterable[str]:
    yield from ("", "## Used by", "")
    if not book.consumers:
        yield "No consumer in this repository."
        return
    yield "| consumer | how | line | update | worst case |"
    yield "| --- | --- | --- | --- | --- |"
    for one in book.consumers:
        worst = words.worst(one) + (" (inferred)" if one.inferred else "")
        cells = (
            words.who(one, book.leak.namespace),
            words.how(one, book.leak.label),
            str(one.place),
            words.update(one),
            worst,
        )
        yield f"| {' | '.join(_escape(cell) for cell in cells)} |"
    notes: dict[str, None] = {}
    for one in book.consumers:
        if one.affected:
            for note in (*one.notes, *(one.rollout.warnings if one.rollout else ()), *one.inferred):
                notes[f"{one.label}: {note}"] = None
    if notes:
        yield ""
        yield from (f"- {_escape(note)}" for note in notes)


def _readers(book: Runbook) -> Iterable[str]:
    if book.readers:
        yield from ("", "## May also have been read by", "")
        said = ((words.reader_words(one), str(one.place)) for one in book.readers)
        yield from (f"- {_escape(who)} ({_escape(where)})" for who, where in said)


def _steps(book: Runbook) -> Iterable[str]:
    yield from ("", "## Steps", "")
    yield words.emergency(book)
    for contain in book.advised.contain:
        yield f"- {_escape(contain.text)}"
        if contain.command:
            yield from ("", *_fenced(contain.command, "  "), "")
    yield ""
    for step in book.steps:
        yield f"- [ ] **{step.number}.** {_escape(step.text)}"
        if step.command:
            yield from ("", *_fenced(step.command, "  "), "")
    if book.overlap is not None:
        exact, in_words = f"{book.overlap} s", spoken(book.overlap)
        said = [in_words] if in_words != exact else []
        said += [f"best case {spoken(book.fastest)}"] if book.fastest is not None else []
        yield f"\nOverlap: {exact}" + (f" ({', '.join(said)})." if said else ".")


def _fenced(command: str, indent: str) -> Iterable[str]:
    """A fenced block inside a list item. Four blanks beyond the item's own text would make the fence itself code."""
    return (f"{indent}{line}" for line in ("```sh", *map(printable, command.splitlines()), "```"))


def _list(title: str, lines: Sequence[str]) -> Iterable[str]:
    if lines:
        yield from ("", f"## {title}", "", *(f"- {_escape(line)}" for line in lines))
