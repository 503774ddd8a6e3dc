"""Of which kind of document the number of a member of staff is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020_staff_documents"
down_revision = "0019_localities"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Until now every number was a citizen's."""
    with op.batch_alter_table("registry_staff") as altered:
        altered.add_column(sa.Column("id_kind", sa.String(length=16), nullable=False, server_default="citizen"))
    with op.batch_alter_table("registry_staff") as altered:
        altered.alter_column("id_kind", server_default=None)


def downgrade() -> None:
    """The kind goes; numbers of other documents stay as they are."""
    op.drop_column("registry_staff", "id_kind")
