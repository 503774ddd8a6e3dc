"""Notices, objections and the clocks of publicity."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.extensions import Id, Json

revision = "0016_publicity"
down_revision = "0015_funds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("spec", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("clause", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("columns", Json, nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("attachments", Json, nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("day_unit", sa.String(length=10), nullable=False),
        sa.Column("days_source", sa.String(length=400), nullable=False),
        sa.Column("days_flag", sa.String(length=400), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("objections", sa.Boolean(), nullable=False),
        sa.Column("opened_by", Id, nullable=True),
        sa.Column("opened_by_name", sa.String(length=80), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("ended_for", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_notices")),
    )
    for columns in (["unit_id", "id"], ["subject"], ["state", "closes_on"]):
        op.create_index(f"ix_notices_tenant_id_{'_'.join(columns)}", "notices", ["tenant_id", *columns])
    op.create_table(
        "notice_pages",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("notice_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rows", Json, nullable=False),
        sa.Column("erased", Json, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "notice_id"], ["notices.tenant_id", "notices.id"],
                                name="fk_notice_pages_notice_id"),
        sa.PrimaryKeyConstraint("tenant_id", "notice_id", "number", name=op.f("pk_notice_pages")),
    )
    op.create_table(
        "notice_people",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("notice_id", Id, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "notice_id"], ["notices.tenant_id", "notices.id"],
                                name="fk_notice_people_notice_id"),
        sa.PrimaryKeyConstraint("tenant_id", "notice_id", "place", name=op.f("pk_notice_people")),
    )
    op.create_index("ix_notice_people_tenant_id_person_id", "notice_people", ["tenant_id", "person_id"])
    op.create_table(
        "notice_files",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("notice_id", Id, nullable=False),
        sa.Column("cipher_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id", "notice_id"], ["notices.tenant_id", "notices.id"],
                                name="fk_notice_files_notice_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_notice_files")),
    )
    op.create_index("ix_notice_files_tenant_id_notice_id", "notice_files", ["tenant_id", "notice_id"])
    op.create_table(
        "public_stamps",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("stamp", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_public_stamps")),
    )
    _objections()
    _clocks()


def _objections() -> None:
    op.create_table(
        "notice_objections",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("notice_id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("code_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("code_key", sa.String(length=64), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_source", sa.String(length=400), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.String(length=80), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "notice_id"], ["notices.tenant_id", "notices.id"],
                                name="fk_notice_objections_notice_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_notice_objections")),
    )
    for columns in (["unit_id", "id"], ["notice_id"], ["code_key"], ["state", "due_on"]):
        op.create_index(f"ix_notice_objections_tenant_id_{'_'.join(columns)}", "notice_objections",
                        ["tenant_id", *columns])


def _clocks() -> None:
    op.create_table(
        "duty_clocks",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("spec", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("event_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("terms", Json, nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("met_on", sa.Date(), nullable=True),
        sa.Column("met_by", sa.String(length=400), nullable=False),
        sa.Column("notice_id", Id, nullable=True),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_duty_clocks")),
        sa.UniqueConstraint("tenant_id", "spec", "subject", name=op.f("uq_duty_clocks_tenant_id_spec_subject")),
    )
    for columns in (["unit_id", "id"], ["state", "due_on"]):
        op.create_index(f"ix_duty_clocks_tenant_id_{'_'.join(columns)}", "duty_clocks", ["tenant_id", *columns])


def downgrade() -> None:
    for table in ("duty_clocks", "notice_objections", "notice_files", "notice_people", "notice_pages", "notices", "public_stamps"):
        op.drop_table(table)
