"""The verdict on the values of a manifest: silent, a credential that a rule knows, or secret by its place.

In a Secret nothing has to look random: what stands there opens something unless it says otherwise. Everywhere else
the rules for text judge, under the name the structure gives a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from scanner.kubernetes import ciphertext, helm, names, references, settings, values
from scanner.kubernetes.entries import Entry, Inner, inspected
from scanner.kubernetes.findings import ASSIGNED, STRUCTURE, TYPED, Findings
from scanner.manifest.documents import Document
from scanner.manifest.layer import of_scalar
from scanner.manifest.node import Mapping as MappingNode
from scanner.manifest.node import Scalar
from scanner.model.levels import Confidence, Severity
from scanner.model.span import Span

_LONGEST_EXAMPLE = 4000
# Values shorter than this open nothing; "true" and "8080" are no passwords either.
_SHORTEST, _SHORTEST_PROMISED, _LONGEST_SWITCH = 4, 3, 5


def silent(entry: Entry) -> bool:
    """True for values that are none: empty, references, placeholders, ciphertext."""
    # Of bytes that are no text, hardly any would be a letter: to expressions they look like dots and dashes.
    for text in {entry.text, entry.scalar.value} if values.is_text(entry.value) else {entry.scalar.value}:
        if not text.strip() or references.reference(text) or references.placeholder(text):
            return True
        if ciphertext.encrypted(text) or text.lstrip().startswith(("ENC[", "$ANSIBLE_VAULT")):
            return True
    if _encoded_placeholder(entry):
        return True
    return entry.scalar.tag in ("!vault", "!Ref", "!Sub", "!ImportValue", "!reference")


def _encoded_placeholder(entry: Entry) -> bool:
    """True for base64 of a placeholder, or of a file in which everything is an example."""
    data = values.decoded(entry.text) if 8 <= len(entry.value) < _LONGEST_EXAMPLE else None
    if not data or not values.is_text(data):
        return False
    return data.count(b"example") > 2 or references.placeholder(data.decode("utf-8", "replace"))


def secret_values(
    entries: Sequence[Entry],
    out: Findings,
    *,
    detail: Mapping[str, str],
    rule: str = "kubernetes-secret-value",
) -> None:
    """Reports the values of a Secret, or of what becomes one: one finding a key."""
    for entry in entries:
        out.regions.append(entry.span)
    plain = [entry for entry in entries if not entry.scalar.template and not silent(entry)]
    # Whoever knows the user's name guesses the same as a password.
    users = {entry.text for entry in plain if names.identifier(entry.name)}
    for entry, inner in zip(plain, inspected(plain, out.inspect), strict=True):
        told = {**detail, "key": names.plain(entry.name)}
        if _is_file(entry.value):
            _file(entry, inner, out, detail=told, rule=rule)
        elif _credentials(entry, inner, out, told) or _known_harmless(entry) or _dropped(inner):
            continue
        elif not (out.loose and _weak(entry)):
            severity = Severity.LOW if entry.text in users else severity_of(entry)
            _by_place(entry, out, detail=told, rule=rule, severity=severity)
    _templated([entry for entry in entries if entry.scalar.template], out, detail=detail, rule=rule)


def assigned_values(
    entries: Sequence[Entry], out: Findings, *, detail: Mapping[str, str], rule: str, specific: int = ASSIGNED
) -> None:
    """Reports values elsewhere (environment, arguments, parameters) that the rules or their name call secret."""
    plain = [entry for entry in entries if not entry.scalar.template and not silent(entry)]
    # Of the whole document, so only once, and only where a password was found.
    known: dict[int, set[str]] = {}
    for entry, inner in zip(plain, inspected(plain, out.inspect), strict=True):
        told = {**detail, "key": names.plain(entry.name)}
        if _credentials(entry, inner, out, told) or _dropped(inner):
            continue
        # Words that only stand there are silent; what a program comes with opens it wherever nobody changed it.
        shipped = references.shipped(entry.text)
        if _weak(entry) and (out.loose or not shipped):
            continue
        if inner or (names.password(entry.name) and _chosen(entry) and not _about(entry)):
            document = entry.document
            if id(document) not in known:
                known[id(document)] = _identifiers(document)
            guessed = shipped or (not inner and entry.text in known[id(document)])
            severity = Severity.LOW if guessed else Severity.HIGH
            out.leak(rule, entry.span, entry.value, severity=severity, detail=told, specific=specific)


def _identifiers(document: Document) -> set[str]:
    """The users, databases and the like that ``document`` names: as a password each of them is guessed at once."""
    found = set()
    for path, node in document.nodes():
        if isinstance(node, Scalar) and path and names.identifier(path[-1]):
            found.add(node.value)
        elif isinstance(node, MappingNode):
            name, value = node.child("name"), node.child("value")
            if isinstance(name, Scalar) and isinstance(value, Scalar) and names.identifier(name.value):
                found.add(value.value)
    return found


def template_literals(entry: Entry, out: Findings, *, detail: Mapping[str, str]) -> None:
    """Reports strings that a chart's template gives to a secret value when nobody sets it."""
    if names.identifier(entry.name):
        return
    made: list[Entry] = []
    places: list[Span] = []
    source, where = entry.scalar.value, entry.scalar.span
    # The same bytes, unless the document is no UTF-8.
    layer = of_scalar(entry.document.data[where.start : where.end], where.start, style="", value=source.encode())
    for start, end, text in helm.literals(source):
        value = values.decoded(text) if entry.encoded and "b64enc" not in source else None
        literal = replace(entry, value=value if value and values.is_text(value) else text.encode(), encoded=False)
        if silent(replace(literal, scalar=_scalar(text, entry))) or values.harmless(literal.value):
            continue
        made.append(literal)
        first = len(source[:start].encode())
        places.append(Span(first, first + len(source[start:end].encode())))
    for literal, place, inner in zip(made, places, inspected(made, out.inspect), strict=True):
        told = {**detail, "key": names.plain(entry.name)}
        span = entry.document.place(layer.outer(place))
        best = next((one for one in inner if one.known), None)
        if best is not None:
            out.inner(best.match, span, severity=Severity.MEDIUM, detail=told)
        elif references.default(literal.text) or (len(literal.value) >= 4 and not references.weak(literal.text)):
            severity = Severity.LOW if references.default(literal.text) else Severity.HIGH
            out.leak("helm-template-literal", span, literal.value, severity=severity, detail=told)


def severity_of(entry: Entry) -> Severity:
    """By name and value: high where the name promises a secret, low for what everybody tries and for mere words."""
    promising = names.promising(entry.name)
    if _weak(entry) or entry.text == names.plain(entry.name):
        return Severity.LOW
    if not promising and references.word(entry.text):
        return Severity.LOW
    if values.hashed(entry.value):
        return Severity.MEDIUM
    return Severity.HIGH if promising else Severity.MEDIUM


def _weak(entry: Entry) -> bool:
    """True for words that everybody tries, or that only repeat what the value is called."""
    return references.weak(entry.text) or references.named_after(entry.text, entry.name)


def _credentials(entry: Entry, inner: Sequence[Inner], out: Findings, detail: Mapping[str, str]) -> bool:
    """Reports the credential that rules know in a value of one line; False when they know none."""
    known = _distinct(one for one in inner if one.known)
    whole = entry.encoded and len(known) == 1
    for one in known:
        _known(entry, one, out, span=entry.span if whole else entry.place(one.span), detail=detail)
    return bool(known)


def _file(entry: Entry, inner: Sequence[Inner], out: Findings, *, detail: Mapping[str, str], rule: str) -> None:
    """Reports everything that rules find in a file, each at its own place; of the file as such it says nothing."""
    found = _distinct(one for one in inner if not one.match.reason and not _shown(one))
    passwords: list[tuple[Entry, Span]] = []
    if names.public_file(entry.name):
        found = [one for one in found if one.known]
    else:
        passwords = list(_settings(entry, [one.span for one in inner]))
    whole = entry.encoded and len(found) + len(passwords) == 1
    for one in found:
        span = entry.span if whole else entry.place(one.span)
        if one.known:
            _known(entry, one, out, span=span, detail=detail)
        else:
            severity = max(severity_of(entry), one.match.severity)
            out.leak(
                rule, span, one.match.secret.reveal(), severity=severity, detail=detail, confidence=Confidence.MEDIUM
            )
    for one_of_them, place in passwords:
        if not (out.loose and references.weak(one_of_them.text)):
            span, severity = entry.span if whole else entry.place(place), severity_of(one_of_them)
            out.leak(rule, span, one_of_them.value, severity=severity, detail={**detail, "field": one_of_them.name})
    plain = b":" not in entry.value and b"=" not in entry.value and not values.public(entry.value)
    if not inner and plain and names.promising(entry.name):
        out.leak(rule, entry.span, entry.value, severity=severity_of(entry), detail=detail)


def _settings(entry: Entry, known: Sequence[Span]) -> Iterator[tuple[Entry, Span]]:
    """Passwords in a file that no rule has seen (or dropped) at their place."""
    for name, span in settings.passwords(entry.value):
        value = entry.value[span.start : span.end]
        one = replace(entry, name=name, value=value, scalar=_scalar(value.decode("utf-8", "replace"), entry))
        if not any(span.overlaps(other) for other in known) and not silent(one) and _chosen(one):
            yield one, span


def _shown(one: Inner) -> bool:
    """True for a value that documentation shows."""
    return not one.known and references.placeholder(one.match.secret.reveal().decode("utf-8", "replace"))


def _known(entry: Entry, one: Inner, out: Findings, *, span: Span, detail: Mapping[str, str]) -> None:
    """Reports one credential by the rule that knows it, as grave as its place makes it."""
    # An expired token or a test key is low whatever the key is called.
    raised = one.match.severity >= Severity.MEDIUM and not names.identifier(entry.name)
    told = {**detail, "encoded": "base64"} if entry.encoded else detail
    floor = severity_of(entry) if raised else one.match.severity
    out.inner(one.match, span, severity=floor, detail=told, specific=STRUCTURE)


def _distinct(inner: Iterable[Inner]) -> list[Inner]:
    """One match a secret, in the order given."""
    return list({one.match.secret: one for one in reversed(list(inner))}.values())[::-1]


def _dropped(inner: Sequence[Inner]) -> bool:
    """True when a vendor's rule knows the value and does not report it."""
    return bool(inner) and all(one.match.reason for one in inner)


def _known_harmless(entry: Entry) -> bool:
    """True for identifiers, addresses, certificates and public keys."""
    if names.identifier(entry.name) or values.public(entry.value):
        return True
    if values.path(entry.value) or values.address(entry.value) or values.directory_name(entry.value):
        return True
    if names.database(entry.name) and values.words(entry.value):
        return True
    length = len(entry.value.strip())
    if names.promising(entry.name):
        return length < _SHORTEST_PROMISED or (length <= _LONGEST_SWITCH and values.harmless(entry.value))
    return length < _SHORTEST or values.harmless(entry.value)


def _by_place(entry: Entry, out: Findings, *, detail: Mapping[str, str], rule: str, severity: Severity) -> None:
    """Reports a value that nothing but its place makes a secret."""
    if values.keystore(entry.value):
        out.leak("kubernetes-keystore", entry.span, entry.value, severity=Severity.HIGH, detail=detail)
        return
    secret = entry.value.strip() or entry.value
    confidence = Confidence.HIGH if severity >= Severity.HIGH else Confidence.MEDIUM
    out.leak(rule, entry.span, secret, severity=severity, detail=detail, confidence=confidence, specific=TYPED)


def _templated(entries: Sequence[Entry], out: Findings, *, detail: Mapping[str, str], rule: str) -> None:
    """Values with template actions: what is plain in one, beside an action or inside it, is committed in clear."""
    written = [replace(entry, encoded=False) for entry in entries]
    for entry, plain, inner in zip(entries, written, inspected(written, out.inspect), strict=True):
        told = {**detail, "key": names.plain(entry.name)}
        template_literals(entry, out, detail=detail)
        found = [one for one in inner if not one.match.reason]
        if not _is_file(entry.value):
            _credentials(plain, found, out, told)
        elif found:
            _file(plain, found, out, detail=told, rule=rule)


def _is_file(value: bytes) -> bool:
    """True for text of several lines or with a structure of its own."""
    if not values.is_text(value):
        return False
    bare = value.strip()
    return b"\n" in bare or bare[:1] + bare[-1:] in (b"{}", b"[]", b"<>")


def _chosen(entry: Entry) -> bool:
    """True when the value of a password-like name is one, and no switch, path or object's name."""
    return len(entry.value) >= 4 and not values.harmless(entry.value) and not _is_file(entry.value)


def _about(entry: Entry) -> bool:
    """True for a word or a command under a name that goes on after "password": how one is changed, or kept."""
    return not names.ends_in_password(entry.name) and (references.word(entry.text) or " " in entry.text.strip())


def _scalar(text: str, entry: Entry) -> Scalar:
    return Scalar(text, entry.scalar.span)
