"""Indexes by which the ledgers of people are put in order and searched."""

from __future__ import annotations

from alembic import op

revision = "0012_people"
down_revision = "0011_trail_indexes"
branch_labels = None
depends_on = None

INDEXES = (
    ("registry_households", "head_name"),
    ("registry_household_incomes", "year"),
    ("registry_persons", "name"),
    ("registry_persons", "id_number_mask"),
    ("registry_guardians", "name"),
    ("registry_staff", "name"),
    ("registry_staff", "retires_on"),
)


def upgrade() -> None:
    for table, column in INDEXES:
        op.create_index(f"ix_{table}_tenant_id_{column}_id", table, ["tenant_id", column, "id"])


def downgrade() -> None:
    for table, column in reversed(INDEXES):
        op.drop_index(f"ix_{table}_tenant_id_{column}_id", table_name=table)
