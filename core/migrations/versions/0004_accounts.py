"""Browsers, second factors, locks, workbooks and reviews of accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.extensions import Id, Json

revision = "0004_accounts"
down_revision = "0003_api"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("accounts", "session_key")
    op.add_column("accounts", sa.Column("must_change", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("accounts", sa.Column("first_until", sa.DateTime(), nullable=True))
    op.add_column("accounts", sa.Column("factor_key", sa.String(length=200), nullable=True))
    op.add_column("accounts", sa.Column("factor_since", sa.DateTime(), nullable=True))
    op.add_column("accounts", sa.Column("factor_step", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "account_passwords",
        sa.Column("id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_account_passwords_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_passwords")),
    )
    op.create_index(op.f("ix_account_passwords_account_id"), "account_passwords", ["account_id"])
    op.create_table(
        "account_sessions",
        sa.Column("id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_account_sessions_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_sessions")),
    )
    op.create_index("ix_account_sessions_account_id_ended_at", "account_sessions", ["account_id", "ended_at"])
    op.create_table(
        "account_attempts",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("locked_until", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_account_attempts")),
    )
    op.create_table(
        "account_recovery_codes",
        sa.Column("id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"],
                                name=op.f("fk_account_recovery_codes_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_recovery_codes")),
    )
    op.create_index(op.f("ix_account_recovery_codes_account_id"), "account_recovery_codes", ["account_id"])
    _administration()


def _administration() -> None:
    op.create_table(
        "account_imports",
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=True),
        sa.Column("uploaded_by", sa.String(length=80), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rows", Json, nullable=False),
        sa.Column("faults", Json, nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("marked", sa.LargeBinary(), nullable=True),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_account_imports_account_id_accounts")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_account_imports_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_imports")),
    )
    op.create_index("ix_account_imports_unit_id_id", "account_imports", ["unit_id", "id"])
    op.create_table(
        "account_reviews",
        sa.Column("id", Id, nullable=False),
        sa.Column("assignment_id", Id, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("reviewed_by", sa.String(length=80), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"],
                                name=op.f("fk_account_reviews_assignment_id_assignments")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_reviews")),
        sa.UniqueConstraint("assignment_id", "year", name=op.f("uq_account_reviews_assignment_id_year")),
    )


def downgrade() -> None:
    for table in ("account_reviews", "account_imports", "account_recovery_codes", "account_attempts",
                  "account_sessions", "account_passwords"):
        op.drop_table(table)
    with op.batch_alter_table("accounts") as accounts:
        for column in ("factor_step", "factor_since", "factor_key", "first_until", "must_change"):
            accounts.drop_column(column)
        # Nobody is signed in by an empty key: everybody has to sign in anew.
        accounts.add_column(sa.Column("session_key", sa.String(length=64), nullable=False, server_default=""))
