"""Whether a school lies in town or country, and where a graduate went."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019_localities"
down_revision = "0018_outreach"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Existing rows say nothing yet: the empty word is "not known"."""
    for table, column in (("registry_school_facts", "locality"), ("registry_enrolments", "destination")):
        with op.batch_alter_table(table) as altered:
            altered.add_column(sa.Column(column, sa.String(length=16), nullable=False, server_default=""))
        with op.batch_alter_table(table) as altered:
            altered.alter_column(column, server_default=None)


def downgrade() -> None:
    """Both columns go."""
    op.drop_column("registry_enrolments", "destination")
    op.drop_column("registry_school_facts", "locality")
