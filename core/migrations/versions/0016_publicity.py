"""Notices, objections and the clocks of publicity."""

from __future__ import annotations

revision = "0016_publicity"
down_revision = "0015_funds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
