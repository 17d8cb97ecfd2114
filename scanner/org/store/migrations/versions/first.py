"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make every table."""
    _repositories()
    _sweeps()
    _secrets()


def _repositories() -> None:
    op.create_table(
        "settings",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "repositories",
        sa.Column("id", _ID, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("local", sa.Boolean(), nullable=False),
        sa.Column("family", sa.String(length=64), nullable=False),
        sa.Column("host", sa.Text(), server_default="", nullable=False),
        sa.Column("visibility", sa.String(length=32), server_default="", nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("fork", sa.Boolean(), nullable=False),
        sa.Column("pushed", sa.String(length=64), server_default="", nullable=False),
        sa.Column("first_seen", _MOMENT, nullable=False),
        sa.Column("rules", sa.String(length=64), server_default="", nullable=False),
        sa.Column("tips", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )


def _sweeps() -> None:
    op.create_table(
        "sweeps",
        sa.Column("id", _ID, nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("target_digest", sa.String(length=64), nullable=False),
        sa.Column("rules", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("started", _MOMENT, nullable=False),
        sa.Column("finished", _MOMENT, nullable=True),
        sa.Column("notified", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "visits",
        sa.Column("sweep", _ID, nullable=False),
        sa.Column("repository", _ID, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("texts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("seconds", sa.Float(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["repository"], ["repositories.id"]),
        sa.ForeignKeyConstraint(["sweep"], ["sweeps.id"]),
        sa.PrimaryKeyConstraint("sweep", "repository"),
    )
    op.create_index("visits_by_state", "visits", ["sweep", "state"], unique=False)
    op.create_table(
        "gaps",
        sa.Column("id", _ID, nullable=False),
        sa.Column("sweep", _ID, nullable=False),
        sa.Column("repository", _ID, nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("blocking", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["repository"], ["repositories.id"]),
        sa.ForeignKeyConstraint(["sweep"], ["sweeps.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_gaps_repository"), "gaps", ["repository"], unique=False)
    op.create_index(op.f("ix_gaps_sweep"), "gaps", ["sweep"], unique=False)


def _secrets() -> None:
    op.create_table(
        "secrets",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Integer(), nullable=False),
        sa.Column("redacted", sa.Text(), nullable=False),
        sa.Column("guide", sa.String(length=200), server_default="", nullable=False),
        sa.Column("first_sweep", _ID, nullable=False),
        sa.Column("first_seen", _MOMENT, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("accepted_until", sa.String(length=10), server_default="", nullable=False),
        sa.Column("owner", sa.Text(), server_default="", nullable=False),
        sa.Column("notes", sa.Text(), server_default="", nullable=False),
        sa.Column("rotated", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["first_sweep"], ["sweeps.id"]),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
    op.create_index(op.f("ix_secrets_first_sweep"), "secrets", ["first_sweep"], unique=False)
    op.create_index(op.f("ix_secrets_state"), "secrets", ["state"], unique=False)
    op.create_table(
        "presences",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("repository", _ID, nullable=False),
        sa.Column("first_sweep", _ID, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("column", sa.Integer(), nullable=False),
        sa.Column("end_line", sa.Integer(), nullable=False),
        sa.Column("end_column", sa.Integer(), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("commit", sa.String(length=64), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("date", sa.String(length=64), nullable=False),
        sa.Column("in_head", sa.Boolean(), nullable=True),
        sa.Column("refs", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["fingerprint"], ["secrets.fingerprint"]),
        sa.ForeignKeyConstraint(["first_sweep"], ["sweeps.id"]),
        sa.ForeignKeyConstraint(["repository"], ["repositories.id"]),
        sa.PrimaryKeyConstraint("fingerprint", "repository"),
    )
    op.create_index("presences_by_repository", "presences", ["repository"], unique=False)
    op.create_table(
        "occurrences",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("repository", _ID, nullable=False),
        sa.Column("place", sa.String(length=32), nullable=False),
        sa.Column("commit", sa.String(length=64), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("date", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["repository"], ["repositories.id"]),
        sa.PrimaryKeyConstraint("fingerprint", "repository", "place"),
    )
    op.create_table(
        "events",
        sa.Column("id", _ID, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("moment", _MOMENT, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["fingerprint"], ["secrets.fingerprint"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_events_fingerprint"), "events", ["fingerprint"], unique=False)
