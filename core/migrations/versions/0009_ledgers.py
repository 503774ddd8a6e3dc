"""Reserved."""

from __future__ import annotations

revision = "0009_ledgers"
down_revision = "0008_registry"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
