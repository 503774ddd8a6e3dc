"""Households, persons, guardians, enrolments, staff, school attributes, statuses, and what they were before; how many
originals a person has looked at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.extensions import Id, Json, Yuan

revision = "0008_registry"
down_revision = "0007_oidc"
branch_labels = None
depends_on = None


def text(length: int) -> sa.String:
    """Text compared byte by byte."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "privacy_reveals",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", "day", name=op.f("pk_privacy_reveals")),
    )
    op.create_table(
        "registry_households",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("number", text(40), nullable=False),
        sa.Column("head_name", text(80), nullable=False),
        sa.Column("head_name_key", text(80), nullable=False),
        sa.Column("address", sa.String(200), nullable=False),
        sa.Column("identified_on", sa.Date()),
        sa.Column("standard", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("main_cause", sa.String(24), nullable=False),
        sa.Column("causes", Json, nullable=False),
        sa.Column("housing_area", Yuan()),
        sa.Column("housing_structure", sa.String(24), nullable=False),
        sa.Column("housing_danger", sa.String(4), nullable=False),
        sa.Column("water", sa.Boolean()),
        sa.Column("power", sa.Boolean()),
        sa.Column("helper_name", sa.String(80), nullable=False),
        sa.Column("helper_unit", sa.String(120), nullable=False),
        sa.Column("helper_post", sa.String(80), nullable=False),
        sa.Column("helper_phone_sealed", sa.LargeBinary()),
        sa.Column("helper_phone_key", sa.String(64)),
        sa.Column("helper_phone_mask", sa.String(80), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("exited_on", sa.Date()),
        sa.Column("holds_from", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime()),
        sa.Column("extra", Json, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_registry_households")),
    )
    op.create_index("ix_registry_households_tenant_id_head_name_key_id", "registry_households",
                    ["tenant_id", "head_name_key", "id"])
    op.create_index("ix_registry_households_tenant_id_identified_on_id", "registry_households",
                    ["tenant_id", "identified_on", "id"])
    op.create_index("ix_registry_households_tenant_id_number_id", "registry_households",
                    ["tenant_id", "number", "id"])
    op.create_index("ix_registry_households_tenant_id_unit_id_id", "registry_households",
                    ["tenant_id", "unit_id", "id"])
    op.create_table(
        "registry_moved",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("operation_id", Id, nullable=False),
        sa.Column("record_id", Id, nullable=False),
        sa.Column("subject_kind", sa.String(40), nullable=False),
        sa.Column("from_id", Id, nullable=False),
        sa.Column("to_id", Id, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "operation_id", "record_id", "subject_kind", name=op.f("pk_registry_moved")),
    )
    op.create_table(
        "registry_past",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("subject_kind", sa.String(40), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("values", Json, nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_registry_past")),
    )
    op.create_index("ix_registry_past_subject", "registry_past", ["tenant_id", "subject_id", "since"])
    op.create_table(
        "registry_person_merges",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("kept_id", Id, nullable=False),
        sa.Column("merged_id", Id, nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("detail", Json, nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=False),
        sa.Column("done_by", sa.String(80), nullable=False),
        sa.Column("undone_at", sa.DateTime()),
        sa.Column("undone_by", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime()),
        sa.Column("extra", Json, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_registry_person_merges")),
    )
    op.create_index("ix_registry_person_merges_tenant_id_kept_id", "registry_person_merges", ["tenant_id", "kept_id"])
    op.create_index("ix_registry_person_merges_tenant_id_merged_id", "registry_person_merges",
                    ["tenant_id", "merged_id"])
    op.create_index("ix_registry_person_merges_tenant_id_unit_id_id", "registry_person_merges",
                    ["tenant_id", "unit_id", "id"])
    op.create_table(
        "registry_school_facts",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("stages", Json, nullable=False),
        sa.Column("owner_level", sa.String(12), nullable=False),
        sa.Column("ownership", sa.String(20), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("boarding", sa.Boolean(), nullable=False),
        sa.Column("holds_from", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime()),
        sa.Column("extra", Json, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_registry_school_facts")),
    )
    op.create_index("ix_registry_school_facts_tenant_id_unit_id_id", "registry_school_facts",
                    ["tenant_id", "unit_id", "id"])
    op.create_index("uq_registry_school_facts_tenant_id_unit_id", "registry_school_facts",
                    ["tenant_id", "unit_id"], unique=True)
    op.create_table(
        "registry_staff",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("person_id", Id),
        sa.Column("name", text(80), nullable=False),
        sa.Column("name_key", text(80), nullable=False),
        sa.Column("sex", sa.String(8), nullable=False),
        sa.Column("birth_on", sa.Date()),
        sa.Column("id_number_sealed", sa.LargeBinary()),
        sa.Column("id_number_key", sa.String(64)),
        sa.Column("id_number_mask", sa.String(80), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary()),
        sa.Column("phone_key", sa.String(64)),
        sa.Column("phone_mask", sa.String(80), nullable=False),
        sa.Column("post", sa.String(40), nullable=False),
        sa.Column("rank", sa.String(40), nullable=False),
        sa.Column("party_member", sa.Boolean(), nullable=False),
        sa.Column("establishment", sa.String(16), nullable=False),
        sa.Column("retires_on", sa.Date()),
        sa.Column("teaching_class", text(40), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("since", sa.Date()),
        sa.Column("until", sa.Date()),
        sa.Column("holds_from", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime()),
        sa.Column("extra", Json, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_registry_staff")),
    )
    op.create_index("ix_registry_staff_tenant_id_id_number_key", "registry_staff", ["tenant_id", "id_number_key"])
    op.create_index("ix_registry_staff_tenant_id_name_key_id", "registry_staff", ["tenant_id", "name_key", "id"])
    op.create_index("ix_registry_staff_tenant_id_person_id", "registry_staff", ["tenant_id", "person_id"])
    op.create_index("ix_registry_staff_tenant_id_unit_id_id", "registry_staff", ["tenant_id", "unit_id", "id"])
    op.create_table(
        "registry_statuses",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("subject_kind", sa.String(12), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("source", sa.String(120), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("noted_by", sa.String(80), nullable=False),
        sa.Column("ended_by", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime()),
        sa.Column("extra", Json, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_registry_statuses")),
    )
    op.create_index("ix_registry_statuses_subject", "registry_statuses", ["tenant_id", "subject_id", "kind", "since"])
    op.create_index("ix_registry_statuses_tenant_id_kind_since", "registry_statuses", ["tenant_id", "kind", "since"])
    op.create_index("ix_registry_statuses_tenant_id_since_id", "registry_statuses", ["tenant_id", "since", "id"])
    op.create_index("ix_registry_statuses_tenant_id_unit_id_id", "registry_statuses", ["tenant_id", "unit_id", "id"])
    op.create_table(
        "registry_household_incomes",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("household_id", Id, nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("quarter", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("amount", Yuan(), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime()),
        sa.Column("extra", Json, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "household_id"], ["registry_households.tenant_id", "registry_households.id"],
                                name=op.f("fk_registry_household_incomes_household_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_registry_household_incomes")),
    )
    op.create_index("ix_registry_household_incomes_household", "registry_household_incomes",
                    ["tenant_id", "household_id", "year", "quarter"])
    op.create_index("ix_registry_household_incomes_tenant_id_unit_id_id", "registry_household_incomes",
                    ["tenant_id", "unit_id", "id"])
    op.create_table(
        "registry_persons",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("household_id", Id),
        sa.Column("relation", sa.String(20), nullable=False),
        sa.Column("name", text(80), nullable=False),
        sa.Column("name_key", text(80), nullable=False),
        sa.Column("sex", sa.String(8), nullable=False),
        sa.Column("birth_on", sa.Date()),
        sa.Column("id_kind", sa.String(16), nullable=False),
        sa.Column("id_number_sealed", sa.LargeBinary()),
        sa.Column("id_number_key", sa.String(64)),
        sa.Column("id_number_mask", sa.String(80), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary()),
        sa.Column("phone_key", sa.String(64)),
        sa.Column("phone_mask", sa.String(80), nullable=False),
        sa.Column("bank_card_sealed", sa.LargeBinary()),
        sa.Column("bank_card_key", sa.String(64)),
        sa.Column("bank_card_mask", sa.String(80), nullable=False),
        sa.Column("register_number_sealed", sa.LargeBinary()),
        sa.Column("register_number_key", sa.String(64)),
        sa.Column("register_number_mask", sa.String(80), nullable=False),
        sa.Column("home_code", sa.String(20), nullable=False),
        sa.Column("address", sa.String(200), nullable=False),
        sa.Column("ethnicity", sa.String(20), nullable=False),
        sa.Column("schooling", sa.String(24), nullable=False),
        sa.Column("health", sa.String(24), nullable=False),
        sa.Column("labour", sa.String(24), nullable=False),
        sa.Column("died_on", sa.Date()),
        sa.Column("merged_into", Id),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("holds_from", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime()),
        sa.Column("extra", Json, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "household_id"], ["registry_households.tenant_id", "registry_households.id"],
                                name=op.f("fk_registry_persons_household_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_registry_persons")),
    )
    op.create_index("ix_registry_persons_id_number_key", "registry_persons", ["id_number_key"])
    op.create_index("ix_registry_persons_tenant_id_bank_card_key", "registry_persons", ["tenant_id", "bank_card_key"])
    op.create_index("ix_registry_persons_tenant_id_birth_on_id", "registry_persons", ["tenant_id", "birth_on", "id"])
    op.create_index("ix_registry_persons_tenant_id_household_id", "registry_persons", ["tenant_id", "household_id"])
    op.create_index("ix_registry_persons_tenant_id_id_number_key", "registry_persons", ["tenant_id", "id_number_key"])
    op.create_index("ix_registry_persons_tenant_id_merged_into", "registry_persons", ["tenant_id", "merged_into"])
    op.create_index("ix_registry_persons_tenant_id_name_key_id", "registry_persons", ["tenant_id", "name_key", "id"])
    op.create_index("ix_registry_persons_tenant_id_phone_key", "registry_persons", ["tenant_id", "phone_key"])
    op.create_index("ix_registry_persons_tenant_id_register_number_key", "registry_persons",
                    ["tenant_id", "register_number_key"])
    op.create_index("ix_registry_persons_tenant_id_unit_id_id", "registry_persons", ["tenant_id", "unit_id", "id"])
    op.create_table(
        "registry_enrolments",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("school_year", sa.SmallInteger(), nullable=False),
        sa.Column("term", sa.SmallInteger(), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("grade", sa.SmallInteger()),
        sa.Column("class_name", text(40), nullable=False),
        sa.Column("boarding", sa.Boolean(), nullable=False),
        sa.Column("begun_on", sa.Date()),
        sa.Column("ended_on", sa.Date()),
        sa.Column("ending", sa.String(16), nullable=False),
        sa.Column("elsewhere_place", sa.String(20), nullable=False),
        sa.Column("elsewhere_school", sa.String(120), nullable=False),
        sa.Column("register_number_sealed", sa.LargeBinary()),
        sa.Column("register_number_key", sa.String(64)),
        sa.Column("register_number_mask", sa.String(80), nullable=False),
        sa.Column("holds_from", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime()),
        sa.Column("extra", Json, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "person_id"], ["registry_persons.tenant_id", "registry_persons.id"],
                                name=op.f("fk_registry_enrolments_person_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_registry_enrolments")),
    )
    op.create_index("ix_registry_enrolments_class", "registry_enrolments",
                    ["tenant_id", "unit_id", "school_year", "term", "stage", "grade", "class_name"])
    op.create_index("ix_registry_enrolments_person", "registry_enrolments",
                    ["tenant_id", "person_id", "school_year", "term"])
    op.create_index("ix_registry_enrolments_tenant_id_register_number_key", "registry_enrolments",
                    ["tenant_id", "register_number_key"])
    op.create_index("ix_registry_enrolments_tenant_id_school_year_id", "registry_enrolments",
                    ["tenant_id", "school_year", "id"])
    op.create_index("ix_registry_enrolments_tenant_id_unit_id_id", "registry_enrolments",
                    ["tenant_id", "unit_id", "id"])
    op.create_table(
        "registry_guardians",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("name", text(80), nullable=False),
        sa.Column("relation", sa.String(20), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary()),
        sa.Column("phone_key", sa.String(64)),
        sa.Column("phone_mask", sa.String(80), nullable=False),
        sa.Column("guardian_person_id", Id),
        sa.Column("consent_kind", sa.String(16), nullable=False),
        sa.Column("consent_on", sa.Date()),
        sa.Column("consent_until", sa.Date()),
        sa.Column("consent_document_id", Id),
        sa.Column("holds_from", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime()),
        sa.Column("extra", Json, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "person_id"], ["registry_persons.tenant_id", "registry_persons.id"],
                                name=op.f("fk_registry_guardians_person_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_registry_guardians")),
    )
    op.create_index("ix_registry_guardians_tenant_id_guardian_person_id", "registry_guardians",
                    ["tenant_id", "guardian_person_id"])
    op.create_index("ix_registry_guardians_tenant_id_person_id", "registry_guardians", ["tenant_id", "person_id"])
    op.create_index("ix_registry_guardians_tenant_id_phone_key", "registry_guardians", ["tenant_id", "phone_key"])
    op.create_index("ix_registry_guardians_tenant_id_unit_id_id", "registry_guardians",
                    ["tenant_id", "unit_id", "id"])


def downgrade() -> None:
    for table in (
        "registry_guardians",
        "registry_enrolments",
        "registry_persons",
        "registry_household_incomes",
        "registry_statuses",
        "registry_staff",
        "registry_school_facts",
        "registry_person_merges",
        "registry_past",
        "registry_moved",
        "registry_households",
        "privacy_reveals",
    ):
        op.drop_table(table)
