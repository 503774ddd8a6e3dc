"""Check forms, checks, findings and their closing."""

from __future__ import annotations

revision = "0017_inspections"
down_revision = "0016_publicity"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
