"""Sealed batches, public keys and rows of bulk work for the trail; before and after as the text written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.extensions import Id, Json

revision = "0002_trail"
down_revision = "0001_core"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_trail_entries_tenant_id_at", table_name="trail_entries")
    with op.batch_alter_table("trail_entries") as table:
        table.add_column(sa.Column("row_count", sa.Integer(), nullable=True))
        table.add_column(sa.Column("rows_digest", sa.String(length=64), nullable=True))
        for name in ("before", "after"):
            table.alter_column(name, existing_type=Json, type_=sa.Text(), existing_nullable=True,
                               postgresql_using=f'"{name}"::text')
    for name in ("before", "after"):
        # JSON columns held JSON's own null where there was nothing.
        op.execute(sa.text(f"UPDATE trail_entries SET \"{name}\" = NULL WHERE \"{name}\" = 'null'"))  # noqa: S608
    op.create_index("ix_trail_entries_tenant_id_unit_id_id", "trail_entries", ["tenant_id", "unit_id", "id"])
    op.create_index("ix_trail_entries_tenant_id_subject_id", "trail_entries", ["tenant_id", "subject", "id"])
    op.create_table(
        "trail_rows",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("entry_id", Id, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "entry_id", name=op.f("pk_trail_rows")),
    )
    op.create_table(
        "trail_batches",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed_at", sa.String(length=26), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_id", Id, nullable=False),
        sa.Column("last_id", Id, nullable=False),
        sa.Column("ids", sa.LargeBinary(), nullable=False),
        sa.Column("links", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, sa.String(length=64), nullable=False) for name in ("root", "ids_digest", "previous", "head")),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        *_upper(),
        sa.PrimaryKeyConstraint("tenant_id", "number", name=op.f("pk_trail_batches")),
    )
    op.create_table(
        "trail_keys",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("public", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        *_upper(),
        sa.PrimaryKeyConstraint("tenant_id", "key_id", name=op.f("pk_trail_keys")),
    )


def _upper() -> list[sa.Column[str]]:
    return [sa.Column("upper_tenant", sa.String(length=20), nullable=False),
            sa.Column("upper_key_id", sa.String(length=16), nullable=False),
            sa.Column("upper_signature", sa.String(length=128), nullable=False)]


def downgrade() -> None:
    op.drop_table("trail_keys")
    op.drop_table("trail_batches")
    op.drop_table("trail_rows")
    op.drop_index("ix_trail_entries_tenant_id_subject_id", table_name="trail_entries")
    op.drop_index("ix_trail_entries_tenant_id_unit_id_id", table_name="trail_entries")
    with op.batch_alter_table("trail_entries") as table:
        for name in ("before", "after"):
            table.alter_column(name, existing_type=sa.Text(), type_=Json, existing_nullable=True,
                               postgresql_using=f'"{name}"::jsonb')
        table.drop_column("rows_digest")
        table.drop_column("row_count")
    op.create_index("ix_trail_entries_tenant_id_at", "trail_entries", ["tenant_id", "at"], unique=False)
