"""Visits, payments, and where records stood before a change of the tree."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.extensions import Id, Json, Yuan

revision = "sample_0001"
down_revision = None
branch_labels = ("sample",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sample_visits",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("person_id", Id),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("amount", Yuan(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_sample_visits"),
    )
    op.create_index("ix_sample_visits_tenant_id_unit_id_id", "sample_visits", ["tenant_id", "unit_id", "id"])
    op.create_table(
        "sample_payments",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("visit_id", Id, nullable=False),
        sa.Column("amount", Yuan(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("submitted_by", Id),
        sa.Column("approved_by", Id),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_sample_payments"),
        sa.ForeignKeyConstraint(["tenant_id", "visit_id"], ["sample_visits.tenant_id", "sample_visits.id"],
                                name="fk_sample_payments_tenant_id_visit_id_sample_visits"),
    )
    op.create_index("ix_sample_payments_tenant_id_unit_id_id", "sample_payments", ["tenant_id", "unit_id", "id"])
    op.create_index("ix_sample_payments_tenant_id_visit_id", "sample_payments", ["tenant_id", "visit_id"])
    op.create_table(
        "sample_moved",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("operation_id", Id, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("record_id", Id, nullable=False),
        sa.Column("from_id", Id, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "operation_id", "kind", "record_id", name="pk_sample_moved"),
    )
    sealed = [column for name in ("id_number", "phone", "bank_card", "register_number")
              for column in (sa.Column(f"{name}_sealed", sa.LargeBinary()), sa.Column(f"{name}_key", sa.String(64)),
                             sa.Column(f"{name}_mask", sa.String(80), nullable=False))]
    op.create_table(
        "sample_families",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("head", sa.String(50), nullable=False),
        sa.Column("head_key", sa.String(50), nullable=False),
        *sealed,
        sa.Column("members", sa.Integer()),
        sa.Column("area", sa.Numeric(18, 4)),
        sa.Column("income", Yuan()),
        sa.Column("identified_on", sa.Date()),
        sa.Column("left_on", sa.Date()),
        sa.Column("paid_month", sa.String(7)),
        sa.Column("kind", sa.String(12)),
        sa.Column("causes", Json),
        sa.Column("water", sa.Boolean()),
        sa.Column("school_year", sa.SmallInteger()),
        sa.Column("term", sa.SmallInteger()),
        sa.Column("note", sa.String(2000)),
        sa.Column("extra", Json),
        sa.Column("removed_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_sample_families"),
    )
    for name in ("unit_id", "number", "head", "id_number_key", "income", "identified_on", "kind"):
        op.create_index(f"ix_sample_families_tenant_id_{name}_id", "sample_families", ["tenant_id", name, "id"])
    op.create_table(
        "sample_gifts",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("value", Yuan(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_sample_gifts"),
    )
    for name in ("unit_id", "given_on"):
        op.create_index(f"ix_sample_gifts_tenant_id_{name}_id", "sample_gifts", ["tenant_id", name, "id"])


def downgrade() -> None:
    for table in ("sample_gifts", "sample_families", "sample_moved", "sample_payments", "sample_visits"):
        op.drop_table(table)
