"""Runs of entitlements, the awards they found, what changed, and what could not be decided."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.extensions import Id, Json, Yuan

revision = "education_aid_0001"
down_revision = None
branch_labels = ("education_aid",)
depends_on = None


def _text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "education_aid_carried",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("merge_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("record_id", Id, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "merge_id", "kind", "record_id", name="pk_education_aid_carried"),
    )
    op.create_table(
        "education_aid_runs",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("school_year", sa.SmallInteger(), nullable=False),
        sa.Column("term", sa.SmallInteger(), nullable=False),
        sa.Column("as_on", sa.Date(), nullable=False),
        sa.Column("plans", Json, nullable=False),
        sa.Column("items_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("job_id", Id, nullable=True),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("account_id", Id, nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("cited_in", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_education_aid_runs"),
    )
    op.create_index("ix_education_aid_runs_tenant_id_unit_id_id", "education_aid_runs", ["tenant_id", "unit_id", "id"])
    op.create_index("ix_education_aid_runs_term", "education_aid_runs", ["tenant_id", "school_year", "term", "id"])
    op.create_table(
        "education_aid_awards",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("run_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("enrolment_id", Id, nullable=True),
        sa.Column("school_year", sa.SmallInteger(), nullable=False),
        sa.Column("term", sa.SmallInteger(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("class_name", _text(40), nullable=False),
        sa.Column("item", _text(60), nullable=False),
        sa.Column("item_name", sa.String(length=120), nullable=False),
        sa.Column("clause", sa.String(length=80), nullable=False),
        sa.Column("plan_tenant", sa.String(length=20), nullable=False),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("amount", Yuan, nullable=False),
        sa.Column("fund", sa.String(length=80), nullable=False),
        sa.Column("shares", Json, nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "run_id"], ["education_aid_runs.tenant_id", "education_aid_runs.id"], name="fk_education_aid_awards_run_id"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_education_aid_awards"),
    )
    op.create_index("ix_education_aid_awards_tenant_id_amount_id", "education_aid_awards", ["tenant_id", "amount", "id"])
    op.create_index("ix_education_aid_awards_tenant_id_run_id", "education_aid_awards", ["tenant_id", "run_id"])
    op.create_index("ix_education_aid_awards_tenant_id_unit_id_id", "education_aid_awards", ["tenant_id", "unit_id", "id"])
    op.create_index("ix_education_aid_awards_term", "education_aid_awards", ["tenant_id", "school_year", "term", "item", "id"])
    op.create_index(
        "uq_education_aid_awards_person", "education_aid_awards", ["tenant_id", "person_id", "school_year", "term", "item"], unique=True
    )
    op.create_table(
        "education_aid_differences",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("run_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("school_year", sa.SmallInteger(), nullable=False),
        sa.Column("term", sa.SmallInteger(), nullable=False),
        sa.Column("item", _text(60), nullable=False),
        sa.Column("item_name", sa.String(length=120), nullable=False),
        sa.Column("before", Yuan, nullable=False),
        sa.Column("after", Yuan, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "run_id"], ["education_aid_runs.tenant_id", "education_aid_runs.id"], name="fk_education_aid_differences_run_id"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_education_aid_differences"),
    )
    op.create_index("ix_education_aid_differences_tenant_id_run_id", "education_aid_differences", ["tenant_id", "run_id", "id"])
    op.create_index("ix_education_aid_differences_tenant_id_unit_id_id", "education_aid_differences", ["tenant_id", "unit_id", "id"])
    op.create_table(
        "education_aid_undecided",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("run_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("school_year", sa.SmallInteger(), nullable=False),
        sa.Column("term", sa.SmallInteger(), nullable=False),
        sa.Column("item", _text(60), nullable=False),
        sa.Column("item_name", sa.String(length=120), nullable=False),
        sa.Column("clause", sa.String(length=80), nullable=False),
        sa.Column("missing", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "run_id"], ["education_aid_runs.tenant_id", "education_aid_runs.id"], name="fk_education_aid_undecided_run_id"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_education_aid_undecided"),
    )
    op.create_index("ix_education_aid_undecided_tenant_id_run_id", "education_aid_undecided", ["tenant_id", "run_id", "id"])
    op.create_index("ix_education_aid_undecided_tenant_id_unit_id_id", "education_aid_undecided", ["tenant_id", "unit_id", "id"])
