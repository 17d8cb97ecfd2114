"""A runbook for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap

from scanner.rotation import words
from scanner.rotation.advice import printable
from scanner.rotation.durations import spoken
from scanner.rotation.runbook import Runbook

_READERS = 12
_HEADINGS = ("consumer", "how", "line", "update", "worst case")


def text_view(books: Sequence[Runbook], *, explain: bool = False, width: int = 100) -> str:
    """All of ``books``, one below the other."""
    return "\n\n".join("\n".join(_clean(_lines(book, explain=explain, width=width))) for book in books) + "\n"


def _clean(lines: Iterable[str]) -> Iterable[str]:
    return (printable(line.rstrip()) for line in lines)


def _lines(book: Runbook, *, explain: bool, width: int) -> Iterable[str]:
    if book.guide_only:
        yield from _guide(book, width)
        return
    first = words.producer_line(book.producers[0]) if book.producers else "none in this repository"
    yield f"LEAK  {words.leak_line(book)}  producer: {first}"
    for producer in book.producers[1:]:
        yield f"      also made by: {words.producer_line(producer)}"
    for copy in book.copies:
        where = f"{copy.namespace}/{copy.name}" if copy.namespace else copy.name
        yield f"      same value in {where}: {words.producer_line(copy)}"
    if book.exposure:
        for line in words.exposure_lines(book.exposure):
            yield f"      exposed {line}" if line[:1].isdigit() or line.startswith("since") else f"      {line}"
    yield ""
    yield from _table(book)
    if book.readers:
        yield ""
        # The same grant can stand in several files; here each is said once.
        said = list(dict.fromkeys(words.reader_words(reader) for reader in book.readers))
        yield f"readers: {said[0]}"
        yield from (f"         {line}" for line in said[1:_READERS])
        if len(said) > _READERS:
            yield f"         and {len(said) - _READERS} more (--format json lists all)"
    yield ""
    yield from _plan(book, width)
    yield from _bullets("traps", book.advised.traps, width)
    yield from _bullets("assumed", book.assumptions, width)
    yield from _bullets("not resolved", book.unresolved, width)
    if explain:
        yield ""
        yield "how the times are counted"
        yield from (f"  {line}" for line in words.explain_lines(book))


def _guide(book: Runbook, width: int) -> Iterable[str]:
    yield f"ROTATE  {words.leak_line(book)}"
    if book.exposure:
        yield from (
            f"  exposed {line}" if line[:1].isdigit() else f"  {line}" for line in words.exposure_lines(book.exposure)
        )
    advised = book.advised
    yield from ("", *wrap(advised.summary, width), "")
    yield from _plan(book, width)
    yield ""
    for title, sentence in (("last used", advised.last_used), ("what it opens", advised.blast_radius)):
        yield from wrap(f"{title}: {sentence}", width, subsequent_indent="  ")
    yield from _bullets("traps", advised.traps, width)
    yield from _bullets("assumed", book.assumptions, width)
    yield from _bullets("not resolved", book.unresolved, width)


def _table(book: Runbook) -> Iterable[str]:
    if not book.consumers:
        yield "no consumer in this repository"
        return
    home = book.leak.namespace
    rows = [_HEADINGS] + [
        (words.who(one, home), words.how(one, book.leak.label), str(one.place), words.update(one), words.worst(one))
        for one in book.consumers
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS) - 1)]
    for at, row in enumerate(rows):
        line = "  ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=False))
        mark = "" if at == 0 or not book.consumers[at - 1].inferred else "  (inferred)"
        yield f"{line}  {row[-1]}{mark}"
    noted: dict[str, list[str]] = {}
    for one in book.consumers:
        for note in (*one.notes, *((one.rollout.warnings) if one.rollout else ()), *_why(one.inferred)):
            if one.affected:
                noted.setdefault(note, []).append(one.label)
    for note, labels in noted.items():
        yield f"  {', '.join(dict.fromkeys(labels))}: {note}"


def _why(reasons: tuple[str, ...]) -> tuple[str, ...]:
    return (f"inferred: {'; '.join(reasons)}",) if reasons else ()


def _plan(book: Runbook, width: int) -> Iterable[str]:
    advised = book.advised
    yield f"plan ({advised.title}{'; ' + advised.why if advised.why else ''}):"
    yield f"  {words.emergency(book)}"
    for first in advised.contain:
        for at, line in enumerate(wrap(first.text, width - 4, break_long_words=False, break_on_hyphens=False)):
            yield ("  - " if at == 0 else "    ") + line
        yield from (f"    $ {line}" for line in first.command.splitlines())
    for step in book.steps:
        lead = f"{step.number:>3}  "
        for at, line in enumerate(wrap(step.text, width - len(lead), break_long_words=False, break_on_hyphens=False)):
            yield (lead if at == 0 else " " * len(lead)) + line
        for command in step.command.splitlines():
            yield " " * len(lead) + "$ " + command
    if book.fastest is not None and book.overlap is not None:
        yield f"     best case {spoken(book.fastest)} with everything forced, worst case {spoken(book.overlap)}"
    yield from (f"  see {link}" for link in advised.links)


def _bullets(title: str, lines: Sequence[str], width: int) -> Iterable[str]:
    if lines:
        yield ""
        yield f"{title}:"
    for line in lines:
        for at, part in enumerate(wrap(line, width - 4, break_long_words=False, break_on_hyphens=False)):
            yield ("  - " if at == 0 else "    ") + part
