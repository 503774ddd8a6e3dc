"""What the rules of a run keep more."""

from __future__ import annotations

revision = "education_aid_0006"
down_revision = "education_aid_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
