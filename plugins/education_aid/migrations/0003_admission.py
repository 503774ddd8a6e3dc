"""Rounds of admission, applicants, referrals, loans, work beside study, charges of schools, values of targets."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from core.extensions import Id, Yuan

revision = "education_aid_0003"
down_revision = "education_aid_0002"
branch_labels = None
depends_on = None


def _text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def _table(name: str, *parts: Any, unique: tuple[str, ...] = (), indexes: tuple[tuple[str, ...], ...] = ()) -> None:
    key = [sa.UniqueConstraint("tenant_id", *unique, name=f"uq_{name}_tenant_id_{'_'.join(unique)}")] if unique else []
    op.create_table(
        name,
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        *parts,
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=f"pk_{name}"),
        *key,
    )
    for columns in (("unit_id", "id"), *indexes):
        op.create_index(f"ix_{name}_tenant_id_{'_'.join(columns)}", name, ["tenant_id", *columns])


def _person() -> sa.Column[Any]:
    return sa.Column("person_id", Id, nullable=False)


def _small(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.SmallInteger(), nullable=False)


def _said(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=False)


def _number(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _yuan(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, Yuan, nullable=nullable)


def _score(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Numeric(7, 2), nullable=True)


def _day(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _removed() -> sa.Column[Any]:
    return sa.Column("removed_at", sa.DateTime(), nullable=True)


def upgrade() -> None:
    _admission()
    _offers()


def _admission() -> None:
    _table("education_aid_rounds", sa.Column("code", _text(40), nullable=False), _said("title", 120), _said("destination", 80),
           _small("school_year"), _small("term"), _day("facts_on"), _number("places"), _score("cutoff"), _score("pool_cutoff"),
           _said("state", 12), _day("decided_on", nullable=True),
           sa.CheckConstraint("places >= 0", name=op.f("ck_education_aid_rounds_places")),
           unique=("code",), indexes=(("school_year", "id"),))
    _table("education_aid_applicants", sa.Column("round", _text(40), nullable=False), _person(), _score("score"), _number("came"),
           _said("outcome", 12), _said("reason", 200),
           indexes=(("round", "id"),))
    op.create_index("uq_education_aid_applicants_person", "education_aid_applicants", ["tenant_id", "person_id", "round"], unique=True)
    _table("education_aid_referrals", _person(), _small("school_year"), _small("term"), sa.Column("round", _text(40), nullable=False),
           _said("destination", 80), _said("clause", 80), _day("referred_on"), _said("state", 12), _said("school", 120),
           _said("note", 200), sa.Column("slot", _text(100), nullable=False),
           unique=("slot",), indexes=(("state", "id"), ("person_id",)))


def _offers() -> None:
    _table("education_aid_loans", _person(), _small("school_year"), _yuan("asked", nullable=True), _said("state", 12),
           _yuan("granted", nullable=True), _said("basis", 200), _said("bank", 60), _said("note", 200),
           indexes=(("school_year", "id"),))
    op.create_index("uq_education_aid_loans_person", "education_aid_loans", ["tenant_id", "person_id", "school_year"], unique=True)
    _table("education_aid_work_study", _said("title", 120), _small("school_year"), _number("places"), _number("filled"),
           _yuan("pay", nullable=True), _day("since"), _removed(), indexes=(("since", "id"),))
    _table("education_aid_charges", _said("title", 120), _said("stage", 16), _yuan("amount"), _said("per", 8), _day("since"),
           _said("document", 200), _removed(), indexes=(("since", "id"),))
    _table("education_aid_target_values", sa.Column("target", _text(60), nullable=False), _small("year"), _number("counted"),
           _number("base", nullable=True), _said("source", 200),
           unique=("target", "year", "unit_id"), indexes=(("year", "id"),))

