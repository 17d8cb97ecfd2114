"""An index: replacing the places of one repository read the places of all."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the index."""
    op.create_index("occurrences_by_repository", "occurrences", ["repository"], unique=False)
