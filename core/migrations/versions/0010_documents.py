"""Reserved."""

from __future__ import annotations

revision = "0010_documents"
down_revision = "0009_ledgers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
