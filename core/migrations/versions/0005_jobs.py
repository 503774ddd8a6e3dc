"""Reserved."""

from __future__ import annotations

revision = "0005_jobs"
down_revision = "0004_accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
