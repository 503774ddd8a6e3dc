"""Campaigns, gifts, what they were spent on, and the orders of supervisors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.extensions import Id, Json, Yuan

revision = "donations_0001"
down_revision = None
branch_labels = ("donations",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "donations_appeals",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("recipients", sa.Integer()),
        sa.Column("citation", sa.String(200), nullable=False),
        sa.Column("campaign_code", sa.String(40), nullable=False),
        sa.Column("note", sa.String(1000)),
        sa.Column("extra", Json),
        sa.Column("removed_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_donations_appeals"),
    )
    _index("donations_appeals", "held_on", "unit_id")
    op.create_table(
        "donations_campaigns",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("plan_code", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("holder", sa.String(120), nullable=False),
        sa.Column("holder_kind", sa.String(16), nullable=False),
        sa.Column("qualification", sa.String(80), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("concentrated_from", sa.Date()),
        sa.Column("concentrated_to", sa.Date()),
        sa.Column("ends_on", sa.Date()),
        sa.Column("use_state", sa.String(12), nullable=False),
        sa.Column("use_plan", sa.String(2000)),
        sa.Column("declared_on", sa.Date()),
        sa.Column("declared_by", sa.String(80), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("closed_on", sa.Date()),
        sa.Column("note", sa.String(1000)),
        sa.Column("created_by", Id),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_donations_campaigns"),
    )
    op.create_index("ix_donations_campaigns_tenant_id_code", "donations_campaigns", ["tenant_id", "code"], unique=True)
    _index("donations_campaigns", "starts_on", "unit_id")
    op.create_table(
        "donations_consumptions",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("buyer", sa.String(120), nullable=False),
        sa.Column("seller", sa.String(120), nullable=False),
        sa.Column("item", sa.String(120), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("amount", Yuan(), nullable=False),
        sa.Column("bought_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(1000)),
        sa.Column("extra", Json),
        sa.Column("removed_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_donations_consumptions"),
    )
    _index("donations_consumptions", "bought_on", "unit_id")
    op.create_table(
        "donations_contributions",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("contributor", sa.String(120), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("amount", Yuan()),
        sa.Column("persons", sa.Integer()),
        sa.Column("note", sa.String(1000)),
        sa.Column("extra", Json),
        sa.Column("removed_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_donations_contributions"),
    )
    _index("donations_contributions", "done_on", "unit_id")
    op.create_table(
        "donations_gifts",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("campaign_code", sa.String(40), nullable=False),
        sa.Column("campaign_id", Id),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("window", sa.String(12), nullable=False),
        sa.Column("donor_kind", sa.String(12), nullable=False),
        sa.Column("donor_name", sa.String(120), nullable=False),
        sa.Column("secret_name_sealed", sa.LargeBinary()),
        sa.Column("secret_name_key", sa.String(64)),
        sa.Column("secret_name_mask", sa.String(80), nullable=False),
        sa.Column("donor_unit_id", Id),
        sa.Column("line", sa.String(40), nullable=False),
        sa.Column("class_name", sa.String(40), nullable=False),
        sa.Column("consent", sa.String(8), nullable=False),
        sa.Column("form", sa.String(8), nullable=False),
        sa.Column("amount", Yuan(), nullable=False),
        sa.Column("item", sa.String(120), nullable=False),
        sa.Column("quantity", sa.Numeric(14, 2)),
        sa.Column("measure", sa.String(12), nullable=False),
        sa.Column("unit_price", Yuan()),
        sa.Column("valued", sa.Boolean()),
        sa.Column("valuer", sa.String(120), nullable=False),
        sa.Column("valuation_basis", sa.String(200), nullable=False),
        sa.Column("valued_on", sa.Date()),
        sa.Column("proof_number", sa.String(40), nullable=False),
        sa.Column("direct", sa.Boolean()),
        sa.Column("recipient", sa.String(120), nullable=False),
        sa.Column("collected_for", sa.String(120), nullable=False),
        sa.Column("designation", sa.String(8), nullable=False),
        sa.Column("designated_place_id", Id),
        sa.Column("designated_use", sa.String(16), nullable=False),
        sa.Column("designated_project", sa.String(40), nullable=False),
        sa.Column("designated_person_id", Id),
        sa.Column("released_on", sa.Date()),
        sa.Column("route", sa.String(40), nullable=False),
        sa.Column("account_id", Id),
        sa.Column("booked", Yuan()),
        sa.Column("receipt_number", sa.String(40)),
        sa.Column("receipt_on", sa.Date()),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("refunded_on", sa.Date()),
        sa.Column("note", sa.String(1000)),
        sa.Column("extra", Json),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_donations_gifts"),
    )
    op.create_index("ix_donations_gifts_tenant_id_receipt_number", "donations_gifts", ["tenant_id", "receipt_number"], unique=True)
    op.create_index("ix_donations_gifts_tenant_id_reference", "donations_gifts", ["tenant_id", "reference"], unique=True)
    _index("donations_gifts", "amount", "campaign_id", "donor_name", "donor_unit_id", "given_on", "unit_id")
    op.create_table(
        "donations_moved",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("operation_id", Id, nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("record_id", Id, nullable=False),
        sa.Column("from_id", Id, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "operation_id", "kind", "record_id", name="pk_donations_moved"),
    )
    op.create_table(
        "donations_orders",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(12), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("demand", sa.String(1000), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("opened_by", Id),
        sa.Column("opened_name", sa.String(80), nullable=False),
        sa.Column("answer", sa.String(1000), nullable=False),
        sa.Column("answered_on", sa.Date()),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("closed_on", sa.Date()),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_donations_orders"),
    )
    _index("donations_orders", "state", "unit_id")
    op.create_table(
        "donations_photos",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("document_id", Id, nullable=False),
        sa.Column("campaign_id", Id),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("consent_on", sa.Date()),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_donations_photos"),
    )
    _index("donations_photos", "unit_id")
    op.create_table(
        "donations_projects",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("campaign_code", sa.String(40), nullable=False),
        sa.Column("use", sa.String(16), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("note", sa.String(1000)),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_donations_projects"),
    )
    _index("donations_projects", "code", "ends_on", "unit_id")
    op.create_table(
        "donations_spendings",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("campaign_id", Id),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("gift_id", Id),
        sa.Column("project_code", sa.String(40), nullable=False),
        sa.Column("use", sa.String(16), nullable=False),
        sa.Column("amount", Yuan(), nullable=False),
        sa.Column("spent_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("late_days", sa.Integer(), nullable=False),
        sa.Column("place_id", Id),
        sa.Column("household_id", Id),
        sa.Column("person_id", Id),
        sa.Column("memo", sa.String(200), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_by", Id),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_donations_spendings"),
    )
    _index("donations_spendings", "household_id", "person_id", "project_code", "spent_on", "unit_id")
    op.create_table(
        "donations_contributors",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("gift_id", Id, nullable=False),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("amount", Yuan(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_donations_contributors"),
        sa.ForeignKeyConstraint(["tenant_id", "gift_id"], ["donations_gifts.tenant_id", "donations_gifts.id"],
                                name="fk_donations_contributors_tenant_id_gift_id_donations_gifts"),
    )
    _index("donations_contributors", "gift_id")


def _index(table: str, *names: str) -> None:
    for name in names:
        op.create_index(f"ix_{table}_tenant_id_{name}_id", table, ["tenant_id", name, "id"])


def downgrade() -> None:
    for table in ("donations_contributors", "donations_spendings", "donations_projects",
                  "donations_photos", "donations_orders", "donations_moved",
                  "donations_gifts", "donations_contributions", "donations_consumptions",
                  "donations_campaigns", "donations_appeals"):
        op.drop_table(table)
