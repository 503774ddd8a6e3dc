"""Applications, payments by bank, cases, joint letters, and the hunt for children out of school."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from core.extensions import Id, Json, Yuan

revision = "education_aid_0002"
down_revision = "education_aid_0001"
branch_labels = None
depends_on = None


def _text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def _kept() -> list[sa.Column[Any]]:
    return [
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
    ]


def _within(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant_id", column], [f"{target}.tenant_id", f"{target}.id"], name=f"fk_{table}_{column}")


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint("tenant_id", *columns, name=f"uq_{table}_tenant_id_{'_'.join(columns)}")


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_tenant_id_{'_'.join(columns)}", table, ["tenant_id", *columns])


def upgrade() -> None:
    op.create_table(
        "education_aid_applications", *_kept(),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("school_year", sa.SmallInteger(), nullable=False),
        sa.Column("term", sa.SmallInteger(), nullable=False),
        sa.Column("item", _text(60), nullable=False),
        sa.Column("item_name", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("form", sa.String(16), nullable=False),
        sa.Column("amount", Yuan, nullable=False),
        sa.Column("fund", _text(60), nullable=False),
        sa.Column("clause", sa.String(300), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("class_name", _text(40), nullable=False),
        sa.Column("award_id", Id, nullable=True),
        sa.Column("notice_subject", _text(120), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("slot", _text(140), nullable=True),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_education_aid_applications"),
        _unique("education_aid_applications", "slot"),
    )
    _index("education_aid_applications", "person_id")
    _index("education_aid_applications", "school_year", "term", "id")
    _index("education_aid_applications", "state", "id")
    _index("education_aid_applications", "unit_id", "id")
    op.create_table(
        "education_aid_batches", *_kept(),
        sa.Column("number", _text(40), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column("format", _text(60), nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("total", Yuan, nullable=False),
        sa.Column("credited_count", sa.Integer(), nullable=False),
        sa.Column("credited_total", Yuan, nullable=False),
        sa.Column("returned_count", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("arrived_on", sa.Date(), nullable=True),
        sa.Column("made_by", Id, nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_education_aid_batches"),
        _unique("education_aid_batches", "number"),
    )
    _index("education_aid_batches", "state", "id")
    _index("education_aid_batches", "unit_id", "id")
    op.create_table(
        "education_aid_cases", *_kept(),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("school_year", sa.SmallInteger(), nullable=False),
        sa.Column("term", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("item", _text(60), nullable=False),
        sa.Column("item_name", sa.String(120), nullable=False),
        sa.Column("due", Yuan, nullable=False),
        sa.Column("paid", Yuan, nullable=False),
        sa.Column("why", sa.String(400), nullable=False),
        sa.Column("school", sa.String(120), nullable=False),
        sa.Column("outside", sa.Boolean(), nullable=False),
        sa.Column("place", sa.String(20), nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closing", sa.String(16), nullable=False),
        sa.Column("evidence", sa.String(400), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("slot", _text(160), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_education_aid_cases"),
        _unique("education_aid_cases", "slot"),
    )
    _index("education_aid_cases", "person_id")
    _index("education_aid_cases", "school_year", "term", "kind")
    _index("education_aid_cases", "state", "id")
    _index("education_aid_cases", "unit_id", "id")
    op.create_table(
        "education_aid_dropout_cases", *_kept(),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("school_year", sa.SmallInteger(), nullable=False),
        sa.Column("term", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("category", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("note", sa.String(400), nullable=False),
        sa.Column("school_id", Id, nullable=True),
        sa.Column("school", sa.String(120), nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closing", sa.String(16), nullable=False),
        sa.Column("evidence", sa.String(400), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("slot", _text(100), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_education_aid_dropout_cases"),
        _unique("education_aid_dropout_cases", "slot"),
    )
    _index("education_aid_dropout_cases", "person_id")
    _index("education_aid_dropout_cases", "school_id")
    _index("education_aid_dropout_cases", "state", "id")
    _index("education_aid_dropout_cases", "unit_id", "id")
    op.create_table(
        "education_aid_dropout_patches", *_kept(),
        sa.Column("staff", sa.String(80), nullable=False),
        sa.Column("post", sa.String(60), nullable=False),
        sa.Column("school_id", Id, nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_education_aid_dropout_patches"),
    )
    _index("education_aid_dropout_patches", "since", "id")
    _index("education_aid_dropout_patches", "unit_id", "id")
    op.create_table(
        "education_aid_dropout_reports", *_kept(),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("register", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("on_leave", sa.Integer(), nullable=False),
        sa.Column("dropped", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(400), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_education_aid_dropout_reports"),
        _unique("education_aid_dropout_reports", "unit_id", "month"),
    )
    _index("education_aid_dropout_reports", "month", "id")
    _index("education_aid_dropout_reports", "unit_id", "id")
    op.create_table(
        "education_aid_letters", *_kept(),
        sa.Column("direction", sa.String(4), nullable=False),
        sa.Column("number", _text(60), nullable=False),
        sa.Column("title", sa.String(160), nullable=False),
        sa.Column("issuers", Json, nullable=False),
        sa.Column("from_name", sa.String(120), nullable=False),
        sa.Column("to_code", sa.String(20), nullable=False),
        sa.Column("to_name", sa.String(160), nullable=False),
        sa.Column("school", sa.String(160), nullable=False),
        sa.Column("other_tenant", sa.String(20), nullable=False),
        sa.Column("twin_id", Id, nullable=True),
        sa.Column("case_id", Id, nullable=True),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("id_number_key", sa.String(80), nullable=False),
        sa.Column("id_number_mask", sa.String(40), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column("item_name", sa.String(120), nullable=False),
        sa.Column("amount", Yuan, nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("replied_on", sa.Date(), nullable=True),
        sa.Column("reply", sa.String(12), nullable=False),
        sa.Column("reply_amount", Yuan, nullable=True),
        sa.Column("reply_text", sa.String(400), nullable=False),
        sa.Column("replied_by", sa.String(80), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_education_aid_letters"),
        _unique("education_aid_letters", "direction", "number"),
    )
    _index("education_aid_letters", "case_id")
    _index("education_aid_letters", "person_id")
    _index("education_aid_letters", "state", "id")
    _index("education_aid_letters", "unit_id", "id")
    op.create_table(
        "education_aid_archive_parts", *_kept(),
        sa.Column("application_id", Id, nullable=False),
        sa.Column("part", sa.String(16), nullable=False),
        sa.Column("document_id", Id, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_education_aid_archive_parts"),
        _unique("education_aid_archive_parts", "application_id", "part"),
        _within("education_aid_archive_parts", "application_id", "education_aid_applications"),
    )
    _index("education_aid_archive_parts", "unit_id", "id")
    op.create_table(
        "education_aid_dropout_visits", *_kept(),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("visitor", sa.String(80), nullable=False),
        sa.Column("met", sa.String(80), nullable=False),
        sa.Column("result", sa.String(400), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_education_aid_dropout_visits"),
        _within("education_aid_dropout_visits", "case_id", "education_aid_dropout_cases"),
    )
    _index("education_aid_dropout_visits", "case_id", "id")
    _index("education_aid_dropout_visits", "unit_id", "id")
    op.create_table(
        "education_aid_payments", *_kept(),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("school_year", sa.SmallInteger(), nullable=False),
        sa.Column("term", sa.SmallInteger(), nullable=False),
        sa.Column("item", _text(60), nullable=False),
        sa.Column("item_name", sa.String(120), nullable=False),
        sa.Column("application_id", Id, nullable=False),
        sa.Column("amount", Yuan, nullable=False),
        sa.Column("fund", _text(60), nullable=False),
        sa.Column("batch_id", Id, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("credited_on", sa.Date(), nullable=True),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("slot", _text(140), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_education_aid_payments"),
        sa.CheckConstraint("amount > 0", name=op.f("ck_education_aid_payments_positive")),
        _unique("education_aid_payments", "slot"),
        _within("education_aid_payments", "application_id", "education_aid_applications"),
        _within("education_aid_payments", "batch_id", "education_aid_batches"),
    )
    _index("education_aid_payments", "application_id")
    _index("education_aid_payments", "batch_id", "id")
    _index("education_aid_payments", "person_id")
    _index("education_aid_payments", "school_year", "term", "id")
    _index("education_aid_payments", "state", "id")
    _index("education_aid_payments", "unit_id", "id")
    op.create_table(
        "education_aid_batch_lines", *_kept(),
        sa.Column("batch_id", Id, nullable=False),
        sa.Column("payment_id", Id, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("amount", Yuan, nullable=False),
        sa.Column("card_mask", sa.String(40), nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_education_aid_batch_lines"),
        _unique("education_aid_batch_lines", "batch_id", "line"),
        _unique("education_aid_batch_lines", "batch_id", "payment_id"),
        _within("education_aid_batch_lines", "batch_id", "education_aid_batches"),
        _within("education_aid_batch_lines", "payment_id", "education_aid_payments"),
    )
    _index("education_aid_batch_lines", "unit_id", "id")

