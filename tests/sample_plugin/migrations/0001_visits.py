"""Visits, payments, and where records stood before a change of the tree."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.extensions import Id, Yuan

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


def downgrade() -> None:
    for table in ("sample_moved", "sample_payments", "sample_visits"):
        op.drop_table(table)
