"""Outside lists, their rows, and pairs that may be one person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.extensions import Id, Json

revision = "0013_matching"
down_revision = "0012_people"
branch_labels = None
depends_on = None


def _text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "matching_sources",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("as_on", sa.Date(), nullable=False),
        sa.Column("file_name", sa.String(length=160), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("staged", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("mapping", Json, nullable=False),
        sa.Column("others", Json, nullable=False),
        sa.Column("notes", Json, nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("job_id", Id, nullable=True),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("account_id", Id, nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_matching_sources")),
    )
    op.create_index("ix_matching_sources_tenant_id_unit_id_id", "matching_sources", ["tenant_id", "unit_id", "id"])
    op.create_table(
        "matching_source_rows",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("source_id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("name", _text(80), nullable=False),
        sa.Column("name_key", _text(80), nullable=False),
        sa.Column("birth_on", sa.Date(), nullable=True),
        sa.Column("id_number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id_number_key", sa.String(length=64), nullable=True),
        sa.Column("id_number_mask", sa.String(length=80), nullable=False),
        sa.Column("id_fault", sa.String(length=12), nullable=False),
        sa.Column("village_id", Id, nullable=True),
        sa.Column("school_id", Id, nullable=True),
        sa.Column("village", sa.String(length=120), nullable=False),
        sa.Column("school", sa.String(length=120), nullable=False),
        sa.Column("guardian", sa.String(length=80), nullable=False),
        sa.Column("category", sa.String(length=80), nullable=False),
        sa.Column("other", Json, nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("linked_by", sa.String(length=20), nullable=False),
        sa.Column("came_by", Json, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "source_id"], ["matching_sources.tenant_id", "matching_sources.id"],
                                name="fk_matching_source_rows_source_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_matching_source_rows")),
    )
    for columns in (["unit_id", "id"], ["source_id", "id"], ["id_number_key"], ["person_id"]):
        op.create_index(f"ix_matching_source_rows_tenant_id_{'_'.join(columns)}", "matching_source_rows", ["tenant_id", *columns])
    op.create_table(
        "matching_cases",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("pair", sa.String(length=80), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("other_id", Id, nullable=False),
        sa.Column("source_id", Id, nullable=True),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("reasons", Json, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("merge_id", Id, nullable=True),
        sa.Column("other_tenant", sa.String(length=20), nullable=False),
        sa.Column("other_shown", Json, nullable=False),
        sa.Column("proposed", sa.String(length=10), nullable=False),
        sa.Column("proposed_at", sa.DateTime(), nullable=True),
        sa.Column("aside_by", Id, nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_matching_cases")),
    )
    op.create_index("uq_matching_cases_tenant_id_pair", "matching_cases", ["tenant_id", "pair"], unique=True)
    for columns in (["unit_id", "id"], ["state", "id"], ["person_id"], ["other_id"]):
        op.create_index(f"ix_matching_cases_tenant_id_{'_'.join(columns)}", "matching_cases", ["tenant_id", *columns])


def downgrade() -> None:
    op.drop_table("matching_cases")
    op.drop_table("matching_source_rows")
    op.drop_table("matching_sources")
