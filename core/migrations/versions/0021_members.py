"""Where members of a household work, and how they are insured, as the file of 建档立卡 has it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021_members"
down_revision = "0020_staff_documents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Until now nobody has said. Other tables refer to persons, so that SQLite may not build the table anew."""
    op.add_column("registry_persons", sa.Column("work", sa.String(length=24), nullable=False, server_default=""))
    op.add_column("registry_persons", sa.Column("medical_insurance", sa.Boolean(), nullable=True))
    op.add_column("registry_persons", sa.Column("pension_insurance", sa.Boolean(), nullable=True))
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("registry_persons", "work", server_default=None)


def downgrade() -> None:
    """What was said goes."""
    for name in ("work", "medical_insurance", "pension_insurance"):
        op.drop_column("registry_persons", name)
