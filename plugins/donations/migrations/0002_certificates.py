"""Certificates with their numbers and seals, the library of needs and its pledges."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.extensions import Id, Yuan

revision = "donations_0002"
down_revision = "donations_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "donations_certificates",
        *_record(),
        sa.Column("threshold_code", sa.String(60), nullable=False),
        sa.Column("clause", sa.String(300), nullable=False),
        sa.Column("donor_kind", sa.String(12), nullable=False),
        sa.Column("donor_name", sa.String(120), nullable=False),
        sa.Column("consent", sa.String(8), nullable=False),
        sa.Column("amount", Yuan, nullable=False),
        sa.Column("gifts", sa.Integer(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("honour", sa.String(60), nullable=False),
        sa.Column("issuer", sa.String(120), nullable=False),
        sa.Column("issuer_unit_id", Id, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("series", sa.Integer()),
        sa.Column("serial", sa.Integer()),
        sa.Column("issued_on", sa.Date()),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("public_name", sa.String(120), nullable=False),
        sa.Column("public_key", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
        sa.Column("revoked_on", sa.Date()),
        sa.Column("replaces_id", Id),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_donations_certificates"),
    )
    _index("donations_certificates", "unit_id", "state", "number", "donor_name", "amount", "issued_on")
    op.create_index("ix_donations_certificates_tenant_id_token", "donations_certificates", ["tenant_id", "token"], unique=True)
    op.create_index("ix_donations_certificates_tenant_id_issuer_series", "donations_certificates",
                    ["tenant_id", "issuer_unit_id", "series", "serial"], unique=True)
    op.create_table(
        "donations_certificate_claims",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("honour", sa.String(60), nullable=False),
        sa.Column("gift_id", Id, nullable=False),
        sa.Column("certificate_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "certificate_id"],
                                ["donations_certificates.tenant_id", "donations_certificates.id"],
                                name="fk_donations_certificate_claims_certificate_id"),
        sa.PrimaryKeyConstraint("tenant_id", "subject_id", "honour", name="pk_donations_certificate_claims"),
    )
    for name in ("certificate_id", "gift_id"):
        op.create_index(f"ix_donations_certificate_claims_tenant_id_{name}", "donations_certificate_claims", ["tenant_id", name])
    op.create_table(
        "donations_certificate_series",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("issuer_unit_id", Id, nullable=False),
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "issuer_unit_id", "series", name="pk_donations_certificate_series"),
    )
    op.create_table(
        "donations_seals",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.Column("set_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "unit_id", name="pk_donations_seals"),
    )
    _needs()


def _needs() -> None:
    op.create_table(
        "donations_needs",
        *_record(),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("summary", sa.String(200), nullable=False),
        sa.Column("amount", Yuan, nullable=False),
        sa.Column("pledged", Yuan, nullable=False),
        sa.Column("person_id", Id),
        sa.Column("household_id", Id),
        sa.Column("consent_on", sa.Date()),
        sa.Column("consent_by", sa.String(50), nullable=False),
        sa.Column("consent_proof", sa.String(120), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("listed_on", sa.Date()),
        sa.Column("note", sa.String(1000)),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_donations_needs"),
    )
    _index("donations_needs", "unit_id", "state", "amount", "person_id", "household_id")
    op.create_index("ix_donations_needs_tenant_id_code", "donations_needs", ["tenant_id", "code"], unique=True)
    op.create_table(
        "donations_pledges",
        *_record(),
        sa.Column("need_id", Id, nullable=False),
        sa.Column("donor_kind", sa.String(12), nullable=False),
        sa.Column("donor_name", sa.String(120), nullable=False),
        sa.Column("consent", sa.String(8), nullable=False),
        sa.Column("amount", Yuan, nullable=False),
        sa.Column("pledged_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("delivered_on", sa.Date()),
        sa.Column("confirmed_on", sa.Date()),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_donations_pledges"),
    )
    _index("donations_pledges", "unit_id", "need_id", "state", "pledged_on")


def downgrade() -> None:
    for table in ("donations_pledges", "donations_needs", "donations_seals", "donations_certificate_series",
                  "donations_certificate_claims", "donations_certificates"):
        op.drop_table(table)


def _record() -> list[sa.Column]:  # type: ignore[type-arg]
    return [sa.Column("tenant_id", sa.String(20), nullable=False), sa.Column("id", Id, nullable=False),
            sa.Column("unit_id", Id, nullable=False), sa.Column("version", sa.Integer(), nullable=False)]


def _index(table: str, *names: str) -> None:
    for name in names:
        op.create_index(f"ix_{table}_tenant_id_{name}_id", table, ["tenant_id", name, "id"])
