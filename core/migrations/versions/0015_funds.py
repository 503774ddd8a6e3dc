"""Fund ledgers: accounts, movements, designations, transfers."""

from __future__ import annotations

revision = "0015_funds"
down_revision = "0014_processes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
