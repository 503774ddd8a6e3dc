"""The table of jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.extensions import Id, Json

revision = "0005_jobs"
down_revision = "0004_accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=True),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("arguments", Json, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=True),
        sa.Column("open_key", sa.String(length=120), nullable=True),
        sa.Column("account_id", Id, nullable=True),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("not_before", sa.DateTime(), nullable=False),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("started_at", sa.DateTime(), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.Column("cancelled_by", sa.String(length=80), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("sentence", sa.String(length=400), nullable=False),
        sa.Column("result", Json, nullable=True),
        sa.Column("file_name", sa.String(length=160), nullable=False),
        sa.Column("file_type", sa.String(length=120), nullable=False),
        sa.Column("file_size", sa.BigInteger(), nullable=False),
        sa.Column("file_path", sa.String(length=200), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("noticed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("tenant_id", "open_key", name=op.f("uq_jobs_tenant_id_open_key")),
    )
    op.create_index("ix_jobs_tenant_id_unit_id_id", "jobs", ["tenant_id", "unit_id", "id"])
    op.create_index("ix_jobs_account_id_noticed", "jobs", ["account_id", "noticed"])
    op.create_index("ix_jobs_state_not_before", "jobs", ["state", "not_before"])


def downgrade() -> None:
    op.drop_table("jobs")
