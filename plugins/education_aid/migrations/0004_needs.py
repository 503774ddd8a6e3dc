"""Surveys, needs, measures and pathways."""

from __future__ import annotations

revision = "education_aid_0004"
down_revision = "education_aid_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
