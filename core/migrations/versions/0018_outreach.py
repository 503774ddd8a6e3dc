"""Campaigns, what channels they went by, messages, refusals and gateways."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from core.extensions import Id

revision = "0018_outreach"
down_revision = "0017_inspections"
branch_labels = None
depends_on = None


def _text(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql"), nullable=False)


def _said(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=False)


def _id(name: str) -> sa.Column[Any]:
    return sa.Column(name, Id, nullable=False)


def _number(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _small(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.SmallInteger(), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(), nullable=nullable)


def _day(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _table(name: str, *parts: Any, indexes: tuple[tuple[str, ...], ...] = ()) -> None:
    op.create_table(name, sa.Column("tenant_id", sa.String(20), nullable=False), _id("id"), _id("unit_id"), *parts, _number("version"),
                    sa.PrimaryKeyConstraint("tenant_id", "id", name=f"pk_{name}"))
    for columns in (("unit_id", "id"), *indexes):
        op.create_index(f"ix_{name}_tenant_id_{'_'.join(columns)}", name, ["tenant_id", *columns])


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint("tenant_id", *columns, name="_".join(("uq", table, "tenant_id", *columns)))


def upgrade() -> None:
    _table("outreach_campaigns", _text("code", 40), _said("title", 120), _said("content", 2000), _said("message", 500), _said("area", 200),
           _day("begins_on"), _day("ends_on", nullable=True), _moment("made_at"), _moment("removed_at", nullable=True),
           _unique("outreach_campaigns", "code"), indexes=(("begins_on", "id"),))
    _table("outreach_uses", _text("campaign", 40), _said("channel", 24), _day("happened_on"), _said("place", 120),
           _number("reached", nullable=True), _said("note", 200), _moment("made_at"), _moment("removed_at", nullable=True),
           indexes=(("campaign", "id"), ("happened_on", "id")))
    _table("outreach_deliveries", _id("campaign_id"), _text("campaign", 40), _id("person_id"), _id("guardian_id"), _text("slot", 64),
           _said("phone_mask", 80), _said("state", 12), _said("reason", 24), _small("list_number"), _number("line"), _small("tries"),
           _moment("settled_at", nullable=True), _moment("made_at"),
           sa.ForeignKeyConstraint(["tenant_id", "campaign_id"], ["outreach_campaigns.tenant_id", "outreach_campaigns.id"],
                                   name="fk_outreach_deliveries_campaign_id"),
           _unique("outreach_deliveries", "campaign_id", "slot"), indexes=(("person_id",), ("state", "id")))
    op.create_index("ix_outreach_deliveries_campaign", "outreach_deliveries", ["tenant_id", "campaign_id", "state", "id"])
    _table("outreach_refusals", sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
           sa.Column("phone_key", sa.String(64), nullable=True), _said("phone_mask", 80), _day("refused_on"), _said("how", 120),
           _moment("made_at"), _moment("removed_at", nullable=True), indexes=(("phone_key",),))
    _table("outreach_gateways", _said("kind", 12), _said("url", 500), sa.Column("secret_sealed", sa.LargeBinary(), nullable=True),
           _small("chunk"), _said("file_kind", 8), _moment("changed_at"),
           sa.UniqueConstraint("tenant_id", name="uq_outreach_gateways_tenant_id"))


def downgrade() -> None:
    for name in ("gateways", "refusals", "deliveries", "uses", "campaigns"):
        op.drop_table(f"outreach_{name}")
