"""Fund ledgers: accounts, movements, designations, transfers, recoveries, closed periods."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.extensions import Id, Json, Yuan

revision = "0015_funds"
down_revision = "0014_processes"
branch_labels = None
depends_on = None


def _text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def _account(column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant_id", column], ["fund_accounts.tenant_id", "fund_accounts.id"],
                                   name=f"fk_{table}_{column}")


def upgrade() -> None:
    op.create_table(
        "fund_accounts",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("code", _text(60), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("purposes", Json, nullable=False),
        sa.Column("fund", sa.String(length=60), nullable=False),
        sa.Column("pass_on_days", sa.Integer(), nullable=True),
        sa.Column("balance", Yuan, nullable=False),
        sa.Column("reserved", Yuan, nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_until", sa.Date(), nullable=True),
        sa.Column("checked_at", sa.DateTime(), nullable=True),
        sa.Column("fault", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("reserved >= 0 AND balance >= reserved", name=op.f("ck_fund_accounts_covered")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_fund_accounts")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_fund_accounts_tenant_id_code")),
    )
    op.create_index("ix_fund_accounts_tenant_id_unit_id_id", "fund_accounts", ["tenant_id", "unit_id", "id"])
    op.create_table(
        "fund_designations",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("amount", Yuan, nullable=False),
        sa.Column("amount_left", Yuan, nullable=False),
        sa.Column("place_id", Id, nullable=True),
        sa.Column("use", _text(60), nullable=False),
        sa.Column("project", sa.String(length=120), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("source", _text(120), nullable=False),
        sa.Column("parent_id", Id, nullable=True),
        sa.Column("came_by", Json, nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("amount_left >= 0 AND amount_left <= amount", name=op.f("ck_fund_designations_within")),
        _account("account_id", "fund_designations"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_fund_designations")),
    )
    op.create_index("ix_fund_designations_tenant_id_account_id_id", "fund_designations", ["tenant_id", "account_id", "id"])
    op.create_index("ix_fund_designations_tenant_id_person_id", "fund_designations", ["tenant_id", "person_id"])
    op.create_index("ix_fund_designations_tenant_id_unit_id_id", "fund_designations", ["tenant_id", "unit_id", "id"])
    op.create_table(
        "fund_movements",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("amount", Yuan, nullable=False),
        sa.Column("balance_after", Yuan, nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("key", _text(160), nullable=False),
        sa.Column("source", _text(120), nullable=False),
        sa.Column("use", _text(60), nullable=False),
        sa.Column("place_id", Id, nullable=True),
        sa.Column("project", sa.String(length=120), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("designation_id", Id, nullable=True),
        sa.Column("transfer_id", Id, nullable=True),
        sa.Column("recovery_id", Id, nullable=True),
        sa.Column("reverses_id", Id, nullable=True),
        sa.Column("memo", sa.String(length=200), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("booked_by", Id, nullable=True),
        sa.Column("booked_at", sa.DateTime(), nullable=False),
        sa.Column("came_by", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _account("account_id", "fund_movements"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_fund_movements")),
        sa.UniqueConstraint("tenant_id", "account_id", "number", name=op.f("uq_fund_movements_tenant_id_account_id_number")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_fund_movements_tenant_id_key")),
        sa.UniqueConstraint("tenant_id", "reverses_id", name=op.f("uq_fund_movements_tenant_id_reverses_id")),
    )
    op.create_index("ix_fund_movements_tenant_id_designation_id", "fund_movements", ["tenant_id", "designation_id"])
    op.create_index("ix_fund_movements_tenant_id_happened_on_id", "fund_movements", ["tenant_id", "happened_on", "id"])
    op.create_index("ix_fund_movements_tenant_id_person_id", "fund_movements", ["tenant_id", "person_id"])
    op.create_index("ix_fund_movements_tenant_id_recovery_id", "fund_movements", ["tenant_id", "recovery_id"])
    op.create_index("ix_fund_movements_tenant_id_source", "fund_movements", ["tenant_id", "source"])
    op.create_index("ix_fund_movements_tenant_id_transfer_id", "fund_movements", ["tenant_id", "transfer_id"])
    op.create_index("ix_fund_movements_tenant_id_unit_id_id", "fund_movements", ["tenant_id", "unit_id", "id"])
    op.create_table(
        "fund_periods",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("balance", Yuan, nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=False),
        sa.Column("reopened_at", sa.DateTime(), nullable=True),
        sa.Column("reopened", Json, nullable=False),
        _account("account_id", "fund_periods"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_fund_periods")),
    )
    op.create_index("ix_fund_periods_tenant_id_account_id_until", "fund_periods", ["tenant_id", "account_id", "until"])
    op.create_index("ix_fund_periods_tenant_id_unit_id_id", "fund_periods", ["tenant_id", "unit_id", "id"])
    op.create_table(
        "fund_recoveries",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("debtor_id", Id, nullable=False),
        sa.Column("amount", Yuan, nullable=False),
        sa.Column("recovered", Yuan, nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("source", _text(120), nullable=False),
        sa.Column("key", _text(160), nullable=False),
        sa.CheckConstraint("recovered >= 0 AND recovered <= amount", name=op.f("ck_fund_recoveries_within")),
        _account("account_id", "fund_recoveries"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_fund_recoveries")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_fund_recoveries_tenant_id_key")),
    )
    op.create_index("ix_fund_recoveries_tenant_id_unit_id_id", "fund_recoveries", ["tenant_id", "unit_id", "id"])
    op.create_table(
        "fund_transfers",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("from_id", Id, nullable=True),
        sa.Column("via_id", Id, nullable=True),
        sa.Column("to_id", Id, nullable=False),
        sa.Column("amount", Yuan, nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("arrived_on", sa.Date(), nullable=True),
        sa.Column("reversed_on", sa.Date(), nullable=True),
        sa.Column("arrived", Yuan, nullable=False),
        sa.Column("designation_id", Id, nullable=True),
        sa.Column("key", _text(160), nullable=False),
        sa.Column("source", _text(120), nullable=False),
        sa.Column("memo", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("arrived >= 0 AND arrived <= amount", name=op.f("ck_fund_transfers_within")),
        _account("from_id", "fund_transfers"),
        _account("to_id", "fund_transfers"),
        _account("via_id", "fund_transfers"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_fund_transfers")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_fund_transfers_tenant_id_key")),
    )
    op.create_index("ix_fund_transfers_tenant_id_arrived_on_id", "fund_transfers", ["tenant_id", "arrived_on", "id"])
    op.create_index("ix_fund_transfers_tenant_id_unit_id_id", "fund_transfers", ["tenant_id", "unit_id", "id"])


def downgrade() -> None:
    op.drop_table("fund_transfers")
    op.drop_table("fund_recoveries")
    op.drop_table("fund_periods")
    op.drop_table("fund_movements")
    op.drop_table("fund_designations")
    op.drop_table("fund_accounts")
