"""Message campaigns and what was sent."""

from __future__ import annotations

revision = "0018_outreach"
down_revision = "0017_inspections"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
