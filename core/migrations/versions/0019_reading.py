"""Indexes for reading ledgers by any column."""

from __future__ import annotations

revision = "0019_reading"
down_revision = "0018_outreach"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
