"""Certificates that go through a process."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.extensions import Id, Yuan

revision = "sample_0002"
down_revision = "sample_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sample_certificates",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("donor", sa.String(80), nullable=False),
        sa.Column("amount", Yuan()),
        sa.Column("number", sa.Integer()),
        sa.Column("removed_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_sample_certificates"),
        sa.UniqueConstraint("tenant_id", "number", name="uq_sample_certificates_tenant_id_number"),
    )
    for name in ("unit_id", "state"):
        op.create_index(f"ix_sample_certificates_tenant_id_{name}_id", "sample_certificates", ["tenant_id", name, "id"])


def downgrade() -> None:
    op.drop_table("sample_certificates")
