"""Check forms, checks, findings and their closing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.extensions import Id, Json

revision = "0017_inspections"
down_revision = "0016_publicity"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inspections",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("clause", sa.String(length=400), nullable=False),
        sa.Column("period", sa.String(length=12), nullable=False),
        sa.Column("begun_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("items", Json, nullable=False),
        sa.Column("signers", Json, nullable=False),
        sa.Column("columns", Json, nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("checked_count", sa.Integer(), nullable=False),
        sa.Column("faulty_count", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("begun_by", Id, nullable=True),
        sa.Column("begun_by_name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inspections")),
        sa.UniqueConstraint("tenant_id", "unit_id", "form", "period", name="uq_inspections_period"),
    )
    op.create_index("ix_inspections_tenant_id_due_on_id", "inspections", ["tenant_id", "due_on", "id"])
    op.create_index("ix_inspections_tenant_id_state_due_on", "inspections", ["tenant_id", "state", "due_on"])
    op.create_index("ix_inspections_tenant_id_unit_id_id", "inspections", ["tenant_id", "unit_id", "id"])
    op.create_table(
        "findings",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("kind_name", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("clause", sa.String(length=200), nullable=False),
        sa.Column("inspection_id", Id, nullable=True),
        sa.Column("row_title", sa.String(length=120), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("by_unit_id", Id, nullable=False),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("limit_on", sa.Date(), nullable=True),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("fixed_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id", "inspection_id"], ["inspections.tenant_id", "inspections.id"],
                                name="fk_findings_inspection_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_findings")),
    )
    op.create_index("ix_findings_tenant_id_inspection_id", "findings", ["tenant_id", "inspection_id"])
    op.create_index("ix_findings_tenant_id_raised_on_id", "findings", ["tenant_id", "raised_on", "id"])
    op.create_index("ix_findings_tenant_id_state_id", "findings", ["tenant_id", "state", "id"])
    op.create_index("ix_findings_tenant_id_unit_id_id", "findings", ["tenant_id", "unit_id", "id"])
    op.create_table(
        "inspection_rows",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("inspection_id", Id, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("answers", Json, nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("result", sa.String(length=8), nullable=False),
        sa.Column("checked_by", sa.String(length=80), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id", "inspection_id"], ["inspections.tenant_id", "inspections.id"],
                                name="fk_inspection_rows_inspection_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inspection_rows")),
        sa.UniqueConstraint("tenant_id", "inspection_id", "key", name="uq_inspection_rows_key"),
    )
    op.create_table(
        "inspection_signatures",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("inspection_id", Id, nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "inspection_id"], ["inspections.tenant_id", "inspections.id"],
                                name="fk_inspection_signatures_inspection_id"),
        sa.PrimaryKeyConstraint("tenant_id", "inspection_id", "part", name=op.f("pk_inspection_signatures")),
        sa.UniqueConstraint("tenant_id", "inspection_id", "account_id", name="uq_inspection_signatures_account_id"),
    )
    op.create_table(
        "finding_evidence",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("finding_id", Id, nullable=False),
        sa.Column("document_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "document_id"], ["documents.tenant_id", "documents.id"],
                                name="fk_finding_evidence_document_id"),
        sa.ForeignKeyConstraint(["tenant_id", "finding_id"], ["findings.tenant_id", "findings.id"],
                                name="fk_finding_evidence_finding_id"),
        sa.PrimaryKeyConstraint("tenant_id", "finding_id", "document_id", name=op.f("pk_finding_evidence")),
    )


def downgrade() -> None:
    op.drop_table("finding_evidence")
    op.drop_table("inspection_signatures")
    op.drop_table("inspection_rows")
    op.drop_table("findings")
    op.drop_table("inspections")
