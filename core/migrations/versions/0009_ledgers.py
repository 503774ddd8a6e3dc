"""Ledgers: imports under way, and the mappings people have decided."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.extensions import Id, Json

revision = "0009_ledgers"
down_revision = "0008_registry"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_imports",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("ledger", sa.String(length=80), nullable=False),
        sa.Column("file_name", sa.String(length=160), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("file_kind", sa.String(length=4), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("sheets", Json, nullable=False),
        sa.Column("sheet", sa.String(length=80), nullable=False),
        sa.Column("mapping", Json, nullable=False),
        sa.Column("notes", Json, nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("source_sheet", sa.String(length=80), nullable=False),
        sa.Column("corrections", sa.String(length=80), nullable=False),
        sa.Column("rows_file", sa.String(length=80), nullable=False),
        sa.Column("errors_file", sa.String(length=80), nullable=False),
        sa.Column("choice", sa.String(length=10), nullable=False),
        sa.Column("job_id", Id, nullable=True),
        sa.Column("account_id", Id, nullable=True),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("checked_at", sa.DateTime(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("confirmed_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_ledger_imports")),
    )
    op.create_index("ix_ledger_imports_tenant_id_unit_id_id", "ledger_imports", ["tenant_id", "unit_id", "id"])
    op.create_index("ix_ledger_imports_tenant_id_ledger_file_hash", "ledger_imports", ["tenant_id", "ledger", "file_hash"])
    op.create_table(
        "ledger_mappings",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("ledger", sa.String(length=80), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.Column("fields", Json, nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "ledger", "signature", name=op.f("pk_ledger_mappings")),
    )
    op.create_table(
        "ledger_views",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("ledger", sa.String(length=60), nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("query", Json, nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_ledger_views")),
    )
    op.create_index("ix_ledger_views_tenant_id_unit_id_id", "ledger_views", ["tenant_id", "unit_id", "id"])


def downgrade() -> None:
    op.drop_table("ledger_views")
    op.drop_table("ledger_mappings")
    op.drop_table("ledger_imports")
