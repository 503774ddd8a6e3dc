"""Reserved."""

from __future__ import annotations

revision = "0008_registry"
down_revision = "0007_oidc"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
