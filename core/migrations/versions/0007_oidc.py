"""Reserved."""

from __future__ import annotations

revision = "0007_oidc"
down_revision = "0006_webhooks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
