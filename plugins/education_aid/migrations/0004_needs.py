"""Surveys, needs, measures, pathways and the two databases."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from core.extensions import Id, Json

revision = "education_aid_0004"
down_revision = "education_aid_0003"
branch_labels = None
depends_on = None

_SURVEYS, _MEASURES, _PATHWAYS, _STEPS, _ROLLS = (
    f"education_aid_{name}" for name in ("surveys", "measures", "pathways", "pathway_steps", "rolls"))


def _text(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql"), nullable=False)


def _said(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=False)


def _id(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, Id, nullable=nullable)


def _day(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _small(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.SmallInteger(), nullable=False)


def _removed() -> sa.Column[Any]:
    return sa.Column("removed_at", sa.DateTime(), nullable=True)


def _table(name: str, *parts: Any, indexes: tuple[tuple[str, ...], ...] = ()) -> None:
    op.create_table(
        name,
        sa.Column("tenant_id", sa.String(20), nullable=False),
        _id("id"),
        _id("unit_id"),
        *parts,
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=f"pk_{name}"),
    )
    for columns in (("unit_id", "id"), *indexes):
        op.create_index(f"ix_{name}_tenant_id_{'_'.join(columns)}", name, ["tenant_id", *columns])


def _once(name: str, *columns: str) -> None:
    op.create_index(f"uq_{name}_person", name, ["tenant_id", "person_id", *columns], unique=True)


def upgrade() -> None:
    _table(_SURVEYS, _id("person_id"), _small("school_year"), _day("surveyed_on"), _said("stage", 16), _said("category", 32),
           _said("needs", 200), _said("note", 400), sa.Column("extra", Json, nullable=False), _removed(),
           indexes=(("school_year", "id"),))
    _once(_SURVEYS, "school_year")
    _table(_MEASURES, _id("person_id"), _small("school_year"), _text("need", 40), _text("title", 200), _said("clause", 80),
           _said("owner", 80), _day("due_on", nullable=True), _said("state", 12), _said("progress", 400), _day("done_on", nullable=True),
           indexes=(("school_year", "id"), ("state", "id"), ("due_on", "id")))
    _once(_MEASURES, "school_year", "need", "title")
    _table(_PATHWAYS, _id("person_id"), _text("pathway", 40), _said("stage", 16), _small("grade"), _day("since"),
           _day("expected_end", nullable=True), _said("state", 12), _day("ended_on", nullable=True), _said("ended_why", 200), _removed(),
           indexes=(("state", "id"), ("expected_end", "id")))
    _once(_PATHWAYS, "pathway")
    _table(_STEPS, _id("member_id"), _day("happened_on"), _said("from_stage", 16), _said("to_stage", 16), _said("why", 200),
           sa.ForeignKeyConstraint(["tenant_id", "member_id"], [f"{_PATHWAYS}.tenant_id", f"{_PATHWAYS}.id"],
                                   name=f"fk_{_STEPS}_member_id"),
           indexes=(("member_id", "id"),))
    _table(_ROLLS, _id("person_id"), _id("household_id", nullable=True), _said("kind", 8), _day("entered_on"), _said("entered_why", 200),
           _day("left_on", nullable=True), _said("left_why", 200), _said("state", 8),
           indexes=(("person_id", "kind"), ("entered_on", "id"), ("state", "id")))


def downgrade() -> None:
    for name in (_STEPS, _PATHWAYS, _MEASURES, _SURVEYS, _ROLLS):
        op.drop_table(name)
