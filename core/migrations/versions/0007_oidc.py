"""Identity providers, the accounts linked to them, and the browsers they have let in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.extensions import Id

revision = "0007_oidc"
down_revision = "0006_webhooks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_providers",
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("client_id", sa.String(length=200), nullable=False),
        sa.Column("client_secret", sa.Text(), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("link_claim", sa.String(length=60), nullable=False),
        sa.Column("factor_values", sa.String(length=300), nullable=False),
        sa.Column("home", sa.String(length=200), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_identity_providers_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_providers")),
    )
    op.create_index(op.f("ix_identity_providers_unit_id"), "identity_providers", ["unit_id"])
    op.create_table(
        "account_identities",
        sa.Column("id", Id, nullable=False),
        sa.Column("provider_id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("subject_hash", sa.String(length=64), nullable=True),
        sa.Column("first_hash", sa.String(length=64), nullable=True),
        sa.Column("hint", sa.String(length=40), nullable=False),
        sa.Column("linked_by", sa.String(length=80), nullable=False),
        sa.Column("linked_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["provider_id"], ["identity_providers.id"],
                                name=op.f("fk_account_identities_provider_id_identity_providers")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_account_identities_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_identities")),
        sa.UniqueConstraint("provider_id", "account_id", name=op.f("uq_account_identities_provider_id_account_id")),
        sa.UniqueConstraint("provider_id", "subject_hash", name=op.f("uq_account_identities_provider_id_subject_hash")),
        sa.UniqueConstraint("provider_id", "first_hash", name=op.f("uq_account_identities_provider_id_first_hash")),
    )
    op.create_index(op.f("ix_account_identities_account_id"), "account_identities", ["account_id"])
    op.create_table(
        "account_session_origins",
        sa.Column("session_id", Id, nullable=False),
        sa.Column("identity_id", Id, nullable=False),
        sa.Column("strong", sa.Boolean(), nullable=False),
        sa.Column("sign_out_at", sa.String(length=300), nullable=False),
        sa.Column("id_token", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["account_sessions.id"],
                                name=op.f("fk_account_session_origins_session_id_account_sessions")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_account_session_origins")),
    )


def downgrade() -> None:
    op.drop_table("account_session_origins")
    op.drop_table("account_identities")
    op.drop_table("identity_providers")
