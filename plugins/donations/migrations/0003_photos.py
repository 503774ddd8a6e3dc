"""Photographs are found by their campaign."""

from __future__ import annotations

from alembic import op

revision = "donations_0003"
down_revision = "donations_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_donations_photos_tenant_id_campaign_id_id", "donations_photos", ["tenant_id", "campaign_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_donations_photos_tenant_id_campaign_id_id", "donations_photos")
