"""One line of a baseline: a finding that someone knows of, and what was decided about it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date

from scanner.suppress.digest import Digest

# In the order in which a merge prefers them: what asks for work wins over what lets it rest.
DECISIONS = ("real", "accepted", "false", "open")
# One shape for whoever reads a line, as text or as bytes: rule, digest, and fields after blanks. Rules that come
# with a repository may be called anything: such a name is quoted.
_PLAIN_RULE = r"[A-Za-z0-9][A-Za-z0-9._:/@-]*"
SHAPE = (
    rf"[ \t]*({_PLAIN_RULE}|\"(?:[^\"\\\n]|\\[^\n])*\")"
    r"[ \t]+(([0-9a-f]{8})\.([fs])\.([0-9a-f]{32}))(?:[ \t]++([^\n]*+))?"
)
_LINE = re.compile(SHAPE + r"\Z")
_PLAIN = re.compile(_PLAIN_RULE + r"\Z")
_FIELD = re.compile(r"([a-z]+)=(\"(?:[^\"\\]|\\.)*\"|[^ \t\"][^ \t]*)(?:[ \t]+|\Z)")
_DELIMITERS = frozenset(' "\\')
_SHOWN_FIELDS = ("decision", "path", "owner", "expires", "reason")


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What an entry is about. ``path`` is a pattern (``docs/paths``) and empty for every place."""

    rule: str
    digest: Digest
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A known finding.

    ``decision`` is ``open`` (nobody looked yet), ``false`` (no secret), ``accepted`` (a secret we live with)
    or ``real`` (to be rotated). ``expires`` is the last day on which the entry holds, as ISO date.
    """

    key: Key
    decision: str = "open"
    owner: str = ""
    expires: str = ""
    reason: str = ""

    def render(self) -> str:
        """The entry as one line without its line break."""
        values = {"decision": self.decision, "path": self.key.path, "owner": self.owner}
        values |= {"expires": self.expires, "reason": self.reason}
        shown = [f"{name}={_quoted(values[name])}" for name in _SHOWN_FIELDS if values[name]]
        rule = self.key.rule if _PLAIN.match(self.key.rule) else _string(self.key.rule)
        return " ".join((rule, self.key.digest.render(), *shown))

    @property
    def name(self) -> str:
        """How notes and verdicts name the entry, whole; one name a line of the file."""
        path = f" in {self.key.path}" if self.key.path else ""
        return f"{self.key.rule} {self.key.digest.render()}{path}"

    @property
    def shown(self) -> str:
        """The name for people: the digest's first digits find the line."""
        path = f" in {self.key.path}" if self.key.path else ""
        return f"{self.key.rule} {self.key.digest.value[:8]}{path}"


def parse_entry(line: str) -> Entry:
    """The entry written on ``line``. ValueError, without the line in it, says what is wrong."""
    shaped = _LINE.match(line)
    if not shaped:
        raise ValueError("this line is no entry: take it back from version control")
    rule, _, *digest, rest = shaped.groups("")
    values = _fields(rest)
    decision = values.pop("decision", "open")
    if decision not in DECISIONS:
        raise ValueError(f"the decision must be one of {', '.join(DECISIONS)}")
    checked_date(values.get("expires", ""))
    return Entry(key=Key(_unquoted(rule), Digest(*digest), values.pop("path", "")), decision=decision, **values)


def checked_date(text: str) -> str:
    """``text`` itself: an ISO date or nothing. ValueError when it is neither."""
    if text:
        try:
            valid = date.fromisoformat(text).isoformat() == text
        except ValueError:
            valid = False
        if not valid:
            raise ValueError("expires must be a date like 2027-01-31")
    return text


def _fields(text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    position = 0
    while position < len(text):
        found = _FIELD.match(text, position)
        if not found:
            raise ValueError('expected key=value, or key="value with blanks"')
        name, value = found.groups()
        if name not in _SHOWN_FIELDS or name in values:
            raise ValueError(f"unexpected {name}=")
        values[name] = _unquoted(value)
        position = found.end()
    return values


def _quoted(value: str) -> str:
    return value if value.isprintable() and not set(value) & _DELIMITERS else _string(value)


def _string(value: str) -> str:
    return json.dumps(value, ensure_ascii=not value.isprintable())


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    try:
        text: str = json.loads(value)
    except (ValueError, RecursionError):
        raise ValueError("a quoted value is damaged") from None
    return text
