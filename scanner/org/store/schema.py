"""The tables. ``migrations`` makes them; a test holds the two together."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

metadata = MetaData()

# SQLite counts up by itself only for a column of exactly this type.
_Id = BigInteger().with_variant(Integer, "sqlite")


class Moment(TypeDecorator[datetime]):
    """A point in time, UTC on both sides; SQLite keeps no offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """As UTC; a time without an offset is taken to be UTC."""
        return value if value is None else value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """With its offset."""
        return value if value is None else value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


# One row a setting: ``key`` is the id of the fingerprint key that this store was filled with.
settings = Table(
    "settings", metadata, Column("name", String(64), primary_key=True), Column("value", Text, nullable=False)
)

# ``tips`` are the commits (lines) whose history was scanned with ``rules``. ``family`` groups forks.
repositories = Table(
    "repositories",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("source", Text, nullable=False, server_default=""),
    Column("name", Text, nullable=False),
    Column("local", Boolean, nullable=False),
    Column("family", String(64), nullable=False),
    Column("host", Text, nullable=False, server_default=""),
    Column("visibility", String(32), nullable=False, server_default=""),
    Column("archived", Boolean, nullable=False),
    Column("fork", Boolean, nullable=False),
    Column("pushed", String(64), nullable=False, server_default=""),
    Column("first_seen", Moment, nullable=False),
    Column("rules", String(64), nullable=False, server_default=""),
    Column("tips", Text, nullable=False, server_default=""),
)

# ``finished`` is empty while a sweep runs, and stays so when it was killed: the next one goes on with it.
sweeps = Table(
    "sweeps",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("target", Text, nullable=False),
    Column("target_digest", String(64), nullable=False),
    Column("rules", String(64), nullable=False),
    Column("version", String(64), nullable=False),
    Column("started", Moment, nullable=False),
    Column("finished", Moment),
    Column("notified", Moment),
)

# The work list of a sweep, and what became of each repository: ``state`` is pending until it is known.
visits = Table(
    "visits",
    metadata,
    Column("sweep", _Id, ForeignKey("sweeps.id"), primary_key=True),
    Column("repository", _Id, ForeignKey("repositories.id"), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("texts", BigInteger, nullable=False, server_default="0"),
    Column("bytes", BigInteger, nullable=False, server_default="0"),
    Column("seconds", Float, nullable=False, server_default="0"),
)
Index("visits_by_state", visits.c.sweep, visits.c.state)

# What could not be scanned. ``repository`` is empty for a target that failed as a whole.
gaps = Table(
    "gaps",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("sweep", _Id, ForeignKey("sweeps.id"), nullable=False, index=True),
    Column("repository", _Id, ForeignKey("repositories.id"), index=True),
    Column("what", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("blocking", Boolean, nullable=False),
)

# One row a secret, wherever it is; ``state`` is open, rotating, rotated or accepted (until ``accepted_until``).
secrets = Table(
    "secrets",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("rule", String(200), nullable=False),
    Column("title", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("confidence", Integer, nullable=False),
    Column("redacted", Text, nullable=False),
    Column("guide", String(200), nullable=False, server_default=""),
    Column("first_sweep", _Id, ForeignKey("sweeps.id"), nullable=False, index=True),
    Column("first_seen", Moment, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("accepted_until", String(10), nullable=False, server_default=""),
    Column("owner", Text, nullable=False, server_default=""),
    Column("notes", Text, nullable=False, server_default=""),
    Column("rotated", Moment),
)

# One secret in one repository, with its first place there. ``gone``: a later full scan did not see it any more.
presences = Table(
    "presences",
    metadata,
    Column("fingerprint", String(64), ForeignKey("secrets.fingerprint"), primary_key=True),
    Column("repository", _Id, ForeignKey("repositories.id"), primary_key=True),
    Column("first_sweep", _Id, ForeignKey("sweeps.id"), nullable=False),
    Column("path", Text, nullable=False),
    Column("line", Integer, nullable=False),
    Column("column", Integer, nullable=False),
    Column("end_line", Integer, nullable=False),
    Column("end_column", Integer, nullable=False),
    Column("excerpt", Text, nullable=False),
    Column("commit", String(64), nullable=False),
    Column("author", Text, nullable=False),
    Column("date", String(64), nullable=False),
    Column("in_head", Boolean),
    Column("refs", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("status", String(32), nullable=False),
    Column("status_reason", Text, nullable=False),
    Column("gone", Boolean, nullable=False),
)
Index("presences_by_repository", presences.c.repository)

# Every place of a presence; ``place`` is a digest of commit, path and line, which are too long for a key.
occurrences = Table(
    "occurrences",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("repository", _Id, ForeignKey("repositories.id"), primary_key=True),
    Column("place", String(32), primary_key=True),
    Column("commit", String(64), nullable=False),
    Column("path", Text, nullable=False),
    Column("line", Integer, nullable=False),
    Column("date", String(64), nullable=False),
)

# A repository that is scanned as a whole replaces its places.
Index("occurrences_by_repository", occurrences.c.repository)

# Triage, never overwritten: who moved which secret to which state, and when.
events = Table(
    "events",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("fingerprint", String(64), ForeignKey("secrets.fingerprint"), nullable=False, index=True),
    Column("moment", Moment, nullable=False),
    Column("state", String(16), nullable=False),
    Column("who", Text, nullable=False),
    Column("note", Text, nullable=False),
)
