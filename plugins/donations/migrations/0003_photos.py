"""What gifts and campaigns keep more."""

from __future__ import annotations

revision = "donations_0003"
down_revision = "donations_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
