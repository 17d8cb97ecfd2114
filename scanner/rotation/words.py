"""The words that the text and the Markdown runbook share."""

from __future__ import annotations

from scanner.rotation.durations import spoken
from scanner.rotation.runbook import CONTROLLER, Consumer, Exposure, Leak, Producer, Reader, Runbook, Term


def leak_line(book: Runbook) -> str:
    """``prod/db-creds key=password  fp:1f3a09bc len=24``."""
    parts = [leak_label(book.leak)]
    if book.leak.fingerprint:
        parts.append(f"fp:{book.leak.fingerprint[:8]}" + (f" len={book.leak.length}" if book.leak.length else ""))
    return "  ".join(parts)


def leak_label(leak: Leak) -> str:
    """``prod/db-creds key=password``, with the overlay where there is one."""
    label = leak.label + (f" key={leak.key}" if leak.key else "")
    return f"{label} (overlay {leak.overlay})" if leak.overlay else label


def producer_line(producer: Producer) -> str:
    """``k8s/prod/es.yaml:12 (ExternalSecret -> store vault-prod, remoteRef prod/db#password)``."""
    rest = ", ".join(producer.chain[1:])
    doubt = "  (inferred)" if producer.inferred else ""
    return f"{producer.place} ({producer.kind}{' -> ' + rest if rest else ''}){doubt}"


def who(consumer: Consumer, home: str) -> str:
    """``Deployment/api (4 replicas)``, ``CronJob/report "0 2 * * *"``; the namespace where it is not ``home``."""
    label = consumer.label
    if consumer.namespace != home and consumer.namespace:
        label = f"{consumer.kind}/{consumer.namespace}/{consumer.name}"
    if consumer.replicas is not None and consumer.replicas != 1:
        label += f" ({consumer.replicas} replicas)"
    if consumer.schedule:
        label += f' "{consumer.schedule}"'
    return label


def how(consumer: Consumer, home: str) -> str:
    """``env DB_PASSWORD``; which Secret where it is a copy, which key where it is another one."""
    words = consumer.via
    if not consumer.affected:
        kind = words.split(" ")[0] if words.startswith("env ") else words
        words = f"{kind} key={consumer.key} only" if consumer.key else f"{kind}, other keys only"
    if consumer.secret != home:
        words += f" (copy {consumer.secret})"
    return words


def update(consumer: Consumer) -> str:
    """What has to happen: ``hot (re-read!)``, ``restart, 2 waves``, ``next run``."""
    if not consumer.affected:
        return "unaffected"
    if consumer.when:
        return consumer.when
    waves = consumer.rollout.waves if consumer.rollout else None
    rounds = f", {waves} waves" if waves is not None and waves > 1 else ""
    if consumer.automatic or consumer.restart:
        return f"{consumer.automatic or 'restart'}{rounds}"
    return "hot" if consumer.hot else "hot (re-read!)"


def worst(consumer: Consumer) -> str:
    """``900+90+5 = 995 s``, ``905 s + rollout``, ``<= 24 h``, ``never by itself``."""
    if not consumer.affected:
        return "shares object"
    if consumer.asleep:
        return "none: suspended"
    if consumer.schedule:
        return f"<= {spoken(consumer.next_run)}" if consumer.next_run else "not known"
    if consumer.most.seconds is None:
        return "not known" if consumer.when == CONTROLLER else "never by itself"
    if consumer.restart or consumer.automatic:
        return f"{_long(consumer)}{consumer.most.seconds} s + rollout"
    return _long(consumer) + consumer.most.arithmetic()


def _long(consumer: Consumer) -> str:
    """A lead for times that nobody thinks of in seconds."""
    count = consumer.most.seconds or 0
    return f"~{round(count / 86_400)} days: " if count >= 2 * 86_400 else ""


def reader_line(reader: Reader) -> str:
    """``Role prod/ci-read (secrets get,list; no resourceNames) <- SA ci/deployer``."""
    what = f"secrets {','.join(reader.verbs)}; {reader.note}" if reader.outright else reader.note
    return f"{reader.role} ({what}) <- {reader.subject}"


def reader_words(reader: Reader) -> str:
    """``reader_line`` and what of it was concluded."""
    marked = f"  (inferred: {'; '.join(reader.inferred)})" if reader.inferred else ""
    return f"{reader_line(reader)}{marked}"


def exposure_lines(exposure: Exposure) -> list[str]:
    """The window in which the value lay open, and where it still does."""
    lines = []
    if exposure.since:
        by = (
            f" (commit {exposure.commit[:10]}" + (f" by {exposure.author})" if exposure.author else ")")
            if exposure.commit
            else ""
        )
        lines.append(f"{exposure.since} until {exposure.until or 'now'}{by}")
    else:
        lines.append(
            "since when is not known: scan the history (`unsealed history`) for the first commit that holds it"
        )
    if exposure.refs:
        lines.append(f"on {', '.join(exposure.refs)}")
    if exposure.in_head is not None:
        lines.append("still in HEAD" if exposure.in_head else "no longer in HEAD, but in history")
    if exposure.places:
        shown = exposure.places[:10]
        more = f" and {len(exposure.places) - len(shown)} more" if len(exposure.places) > len(shown) else ""
        lines.append(f"in {', '.join(shown)}{more}")
    return lines


def emergency(book: Runbook) -> str:
    """What to do first when the value is being abused at this moment."""
    ending = next((step.number for step in book.steps if step.phase in ("disable", "revoke")), len(book.steps))
    return f"In use right now by somebody else? Do step {ending} first."


def explain_lines(book: Runbook) -> list[str]:
    """The arithmetic of every time, each number with its source."""
    lines: list[str] = []
    for consumer in book.consumers:
        if not consumer.affected:
            continue
        lines.append(f"{consumer.label}, {consumer.via} ({consumer.place})")
        if consumer.most.never:
            lines.append(f"  no end: {consumer.most.never}")
        lines += [_term_line(term, "") for term in consumer.most.terms]
        lines += [_term_line(term, "rollout: ") for term in (consumer.rollout.terms if consumer.rollout else ())]
        best = consumer.least.arithmetic()
        if best:
            lines.append(f"  at best {best}, forced")
        lines += [f"  inferred: {reason}" for reason in consumer.inferred]
    lines += ["overlap", *(f"  {term}" for term in book.overlap_terms)]
    if book.overlap_reason:
        lines.append(f"  {book.overlap_reason}")
    if book.fastest is not None:
        lines.append(f"  best case, everything forced: {book.fastest} s")
    return lines


def _term_line(term: Term, before: str) -> str:
    return f"  {term.seconds:>8} s  {before}{term.what}" + (f" [{term.source}]" if term.source else "")
