"""What was done in processes, and by when the next step is due."""

from __future__ import annotations

revision = "0014_processes"
down_revision = "0013_matching"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
