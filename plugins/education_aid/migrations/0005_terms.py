"""Items of joint letters, awards set within a band, the order of a decided round."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from core.extensions import Id, Yuan

revision = "education_aid_0005"
down_revision = "education_aid_0004"
branch_labels = None
depends_on = None

_LETTERS, _ITEMS, _VARIED, _ROUNDS, _APPLICANTS = (
    f"education_aid_{name}" for name in ("letters", "letter_items", "varied", "rounds", "applicants"))


def _table(name: str, *parts: Any) -> None:
    op.create_table(
        name,
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        *parts,
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=f"pk_{name}"),
    )
    _index(name, "unit_id", "id")


def _index(name: str, *columns: str) -> None:
    op.create_index(f"ix_{name}_tenant_id_{'_'.join(columns)}", name, ["tenant_id", *columns])


def upgrade() -> None:
    """A letter so far asked about one case: that becomes its one item."""
    _table(_ITEMS, sa.Column("letter_id", Id, nullable=False), sa.Column("place", sa.SmallInteger(), nullable=False),
           sa.Column("case_id", Id, nullable=True), sa.Column("item_name", sa.String(120), nullable=False),
           sa.Column("amount", Yuan, nullable=False), sa.Column("reply", sa.String(12), nullable=False),
           sa.Column("reply_amount", Yuan, nullable=True),
           sa.ForeignKeyConstraint(["tenant_id", "letter_id"], [f"{_LETTERS}.tenant_id", f"{_LETTERS}.id"], name=f"fk_{_ITEMS}_letter_id"),
           sa.UniqueConstraint("tenant_id", "letter_id", "place", name=f"uq_{_ITEMS}_tenant_id_letter_id_place"))
    _index(_ITEMS, "case_id")
    op.execute("INSERT INTO education_aid_letter_items (tenant_id, id, unit_id, letter_id, place, case_id, item_name, amount, reply,"
               " reply_amount, version, made_at) SELECT tenant_id, id, unit_id, id, 1, case_id, item_name, amount, reply, reply_amount, 1,"
               " made_at FROM education_aid_letters")
    op.drop_index(f"ix_{_LETTERS}_tenant_id_case_id", _LETTERS)
    with op.batch_alter_table(_LETTERS) as table:
        table.drop_column("case_id")
        table.alter_column("item_name", existing_type=sa.String(120), type_=sa.String(160), existing_nullable=False)
    _table(_VARIED, sa.Column("person_id", Id, nullable=False), sa.Column("school_year", sa.SmallInteger(), nullable=False),
           sa.Column("term", sa.SmallInteger(), nullable=False),
           sa.Column("item", sa.String(60).with_variant(sa.String(60, collation="C"), "postgresql"), nullable=False),
           sa.Column("amount", Yuan, nullable=False), sa.Column("reason", sa.String(200), nullable=False))
    _index(_VARIED, "school_year", "term", "id")
    op.create_index(f"uq_{_VARIED}_person", _VARIED, ["tenant_id", "person_id", "school_year", "term", "item"], unique=True)
    with op.batch_alter_table(_ROUNDS) as table:
        table.alter_column("state", existing_type=sa.String(12), type_=sa.String(16), existing_nullable=False)
    _index(_ROUNDS, "state", "id")
    op.drop_index(f"ix_{_APPLICANTS}_tenant_id_round_id", _APPLICANTS)
    with op.batch_alter_table(_APPLICANTS) as table:
        table.add_column(sa.Column("rank", sa.Integer(), nullable=True))
    _index(_APPLICANTS, "round", "rank", "id")


def downgrade() -> None:
    """Of the items of a letter the first one stays as its case."""
    op.drop_index(f"ix_{_APPLICANTS}_tenant_id_round_rank_id", _APPLICANTS)
    with op.batch_alter_table(_APPLICANTS) as table:
        table.drop_column("rank")
    _index(_APPLICANTS, "round", "id")
    op.drop_index(f"ix_{_ROUNDS}_tenant_id_state_id", _ROUNDS)
    with op.batch_alter_table(_ROUNDS) as table:
        table.alter_column("state", existing_type=sa.String(16), type_=sa.String(12), existing_nullable=False)
    op.drop_table(_VARIED)
    with op.batch_alter_table(_LETTERS) as table:
        table.add_column(sa.Column("case_id", Id, nullable=True))
        table.alter_column("item_name", existing_type=sa.String(160), type_=sa.String(120), existing_nullable=False)
    op.execute("UPDATE education_aid_letters SET case_id = (SELECT case_id FROM education_aid_letter_items AS item WHERE"
               " item.tenant_id = education_aid_letters.tenant_id AND item.letter_id = education_aid_letters.id AND item.place = 1)")
    _index(_LETTERS, "case_id")
    op.drop_table(_ITEMS)
