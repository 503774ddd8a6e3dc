"""What was done in processes, and by when the next step is due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.extensions import Id

revision = "0014_processes"
down_revision = "0013_matching"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "process_marks",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("process", sa.String(length=60), nullable=False),
        sa.Column("record_id", Id, nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("from_state", sa.String(length=16), nullable=False),
        sa.Column("to_state", sa.String(length=16), nullable=False),
        sa.Column("account_id", Id, nullable=True),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_process_marks")),
    )
    op.create_index("ix_process_marks_tenant_id_record_id_id", "process_marks", ["tenant_id", "record_id", "id"])
    op.create_table(
        "process_dues",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("process", sa.String(length=60), nullable=False),
        sa.Column("record_id", Id, nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=8), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("clause", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "process", "record_id", "step", name=op.f("pk_process_dues")),
    )
    op.create_index("ix_process_dues_tenant_id_process_due_on", "process_dues", ["tenant_id", "process", "due_on"])


def downgrade() -> None:
    op.drop_table("process_dues")
    op.drop_table("process_marks")
