"""What running a term keeps more."""

from __future__ import annotations

revision = "education_aid_0005"
down_revision = "education_aid_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
