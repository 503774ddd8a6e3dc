"""Who and what on the trail, so that a rare person or action is found without reading a tenant's whole trail."""

from __future__ import annotations

from alembic import op

revision = "0011_trail_indexes"
down_revision = "0010_documents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_trail_entries_tenant_id_who_id", "trail_entries", ["tenant_id", "who", "id"])
    op.create_index("ix_trail_entries_tenant_id_action_id", "trail_entries", ["tenant_id", "action", "id"])


def downgrade() -> None:
    op.drop_index("ix_trail_entries_tenant_id_action_id", table_name="trail_entries")
    op.drop_index("ix_trail_entries_tenant_id_who_id", table_name="trail_entries")
