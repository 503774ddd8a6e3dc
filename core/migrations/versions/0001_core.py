"""The tables of core as first laid."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.extensions import Id, Json, PathText

revision = "0001_core"
down_revision = None
branch_labels = ("core",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_cases",
        sa.Column("id", Id, nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("expect", sa.String(length=5), nullable=False),
        sa.Column("because", sa.String(length=200), nullable=False),
        sa.Column("added_by", sa.String(length=80), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_cases")),
    )
    op.create_table(
        "access_rules",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.String(length=1), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("tenant", sa.String(length=400), nullable=False),
        sa.Column("obj", sa.String(length=80), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("cond", sa.String(length=80), nullable=False),
        sa.Column("eft", sa.String(length=5), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("owner", sa.String(length=400), nullable=False),
        sa.Column("since_version", sa.Integer(), nullable=False),
        sa.Column("until_version", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_rules")),
    )
    op.create_table(
        "access_versions",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_access_versions")),
    )
    op.create_table(
        "accounts",
        sa.Column("id", Id, nullable=False),
        sa.Column("login", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("session_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("login", name=op.f("uq_accounts_login")),
    )
    op.create_table(
        "plans",
        sa.Column("id", Id, nullable=False),
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("head", Json, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=True),
        sa.Column("proposed_by", sa.String(length=80), nullable=False),
        sa.Column("proposed_account_id", Id, nullable=True),
        sa.Column("proposed_at", sa.DateTime(), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_account_id", Id, nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
    )
    op.create_index("uq_plans_tenant_id_version", "plans", ["tenant_id", "version"], unique=True)

    op.create_table(
        "plugin_switches",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("plugin", sa.String(length=40), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "plugin", name=op.f("pk_plugin_switches")),
    )
    op.create_table(
        "trail_entries",
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("account_id", Id, nullable=True),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("unit_id", Id, nullable=True),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("sentence", sa.String(length=400), nullable=False),
        sa.Column("before", Json, nullable=True),
        sa.Column("after", Json, nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_trail_entries")),
    )
    op.create_index("ix_trail_entries_tenant_id_at", "trail_entries", ["tenant_id", "at"], unique=False)

    op.create_table(
        "unit_operations",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("sentence", sa.String(length=400), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("detail", Json, nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=False),
        sa.Column("done_by", sa.String(length=80), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_operations")),
    )
    op.create_table(
        "units",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False),
        sa.Column("name", sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("parent_id", Id, nullable=True),
        sa.Column("path", PathText, nullable=False),
        sa.Column("depth", sa.SmallInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("pinyin", sa.String(length=260).with_variant(sa.String(length=260, collation="C"), "postgresql"), nullable=False),
        sa.Column("initials", sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["units.id"], name=op.f("fk_units_parent_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("path", name=op.f("uq_units_path")),
    )
    op.create_index("ix_units_code", "units", ["code"], unique=False)
    op.create_index("ix_units_depth_initials", "units", ["depth", "initials"], unique=False)
    op.create_index("ix_units_depth_name", "units", ["depth", "name"], unique=False)
    op.create_index("ix_units_depth_pinyin", "units", ["depth", "pinyin"], unique=False)
    op.create_index("ix_units_parent_id_code", "units", ["parent_id", "code"], unique=False)
    op.create_index("uq_units_open_code", "units", ["code"], unique=True,
        sqlite_where=sa.text("closed_on IS NULL"), postgresql_where=sa.text("closed_on IS NULL"))

    op.create_table(
        "assignments",
        sa.Column("id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("given_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_assignments_account_id_accounts")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_assignments_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
    )
    op.create_index("ix_assignments_account_id", "assignments", ["account_id"], unique=False)
    op.create_index("ix_assignments_unit_id_role", "assignments", ["unit_id", "role"], unique=False)

    op.create_table(
        "break_glass",
        sa.Column("id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("notified_unit_id", Id, nullable=False),
        sa.Column("noted_by", sa.String(length=80), nullable=True),
        sa.Column("noted_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_break_glass_account_id_accounts")),
        sa.ForeignKeyConstraint(["notified_unit_id"], ["units.id"], name=op.f("fk_break_glass_notified_unit_id_units")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_break_glass_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_glass")),
    )
    op.create_index(op.f("ix_break_glass_account_id"), "break_glass", ["account_id"], unique=False)

    op.create_table(
        "plan_entries",
        sa.Column("id", Id, nullable=False),
        sa.Column("plan_id", Id, nullable=False),
        sa.Column("tenant_id", sa.String(length=20), nullable=False),
        sa.Column("section", sa.String(length=60), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("clause", sa.String(length=80), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_plan_entries_plan_id_plans")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_entries")),
    )
    op.create_index(op.f("ix_plan_entries_plan_id"), "plan_entries", ["plan_id"], unique=False)
    op.create_index("ix_plan_entries_tenant_id_section_code", "plan_entries", ["tenant_id", "section", "code"], unique=False)

    op.create_table(
        "tenants",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("founded_on", sa.Date(), nullable=False),
        sa.Column("fictitious", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_tenants_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
        sa.UniqueConstraint("unit_id", name=op.f("uq_tenants_unit_id")),
    )
    op.create_table(
        "unit_links",
        sa.Column("id", Id, nullable=False),
        sa.Column("from_id", Id, nullable=False),
        sa.Column("to_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("operation_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["from_id"], ["units.id"], name=op.f("fk_unit_links_from_id_units")),
        sa.ForeignKeyConstraint(["operation_id"], ["unit_operations.id"], name=op.f("fk_unit_links_operation_id_unit_operations")),
        sa.ForeignKeyConstraint(["to_id"], ["units.id"], name=op.f("fk_unit_links_to_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_links")),
    )
    op.create_index(op.f("ix_unit_links_from_id"), "unit_links", ["from_id"], unique=False)
    op.create_index(op.f("ix_unit_links_on"), "unit_links", ["on"], unique=False)
    op.create_index(op.f("ix_unit_links_to_id"), "unit_links", ["to_id"], unique=False)

    op.create_table(
        "unit_touches",
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("operation_id", Id, nullable=False),
        sa.Column("changed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["operation_id"], ["unit_operations.id"], name=op.f("fk_unit_touches_operation_id_unit_operations")),
        sa.PrimaryKeyConstraint("unit_id", "operation_id", name=op.f("pk_unit_touches")),
    )
    op.create_index("ix_unit_touches_operation_id", "unit_touches", ["operation_id"], unique=False)

    op.create_table(
        "unit_versions",
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("code", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("parent_id", Id, nullable=True),
        sa.Column("operation_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_versions_unit_id_units")),
        sa.PrimaryKeyConstraint("unit_id", "since", name=op.f("pk_unit_versions")),
    )
    op.create_index(op.f("ix_unit_versions_code"), "unit_versions", ["code"], unique=False)
    op.create_index(op.f("ix_unit_versions_operation_id"), "unit_versions", ["operation_id"], unique=False)
    op.create_index(op.f("ix_unit_versions_parent_id"), "unit_versions", ["parent_id"], unique=False)
    op.create_index("ix_unit_versions_until", "unit_versions", ["until"], unique=False)



def downgrade() -> None:
    op.drop_index("ix_unit_versions_until", table_name="unit_versions")
    op.drop_index(op.f("ix_unit_versions_parent_id"), table_name="unit_versions")
    op.drop_index(op.f("ix_unit_versions_operation_id"), table_name="unit_versions")
    op.drop_index(op.f("ix_unit_versions_code"), table_name="unit_versions")

    op.drop_table("unit_versions")
    op.drop_index("ix_unit_touches_operation_id", table_name="unit_touches")

    op.drop_table("unit_touches")
    op.drop_index(op.f("ix_unit_links_to_id"), table_name="unit_links")
    op.drop_index(op.f("ix_unit_links_on"), table_name="unit_links")
    op.drop_index(op.f("ix_unit_links_from_id"), table_name="unit_links")

    op.drop_table("unit_links")
    op.drop_table("tenants")
    op.drop_index("ix_plan_entries_tenant_id_section_code", table_name="plan_entries")
    op.drop_index(op.f("ix_plan_entries_plan_id"), table_name="plan_entries")

    op.drop_table("plan_entries")
    op.drop_index(op.f("ix_break_glass_account_id"), table_name="break_glass")

    op.drop_table("break_glass")
    op.drop_index("ix_assignments_unit_id_role", table_name="assignments")
    op.drop_index("ix_assignments_account_id", table_name="assignments")

    op.drop_table("assignments")
    op.drop_index("uq_units_open_code", table_name="units",
        sqlite_where=sa.text("closed_on IS NULL"), postgresql_where=sa.text("closed_on IS NULL"))
    op.drop_index("ix_units_parent_id_code", table_name="units")
    op.drop_index("ix_units_depth_pinyin", table_name="units")
    op.drop_index("ix_units_depth_name", table_name="units")
    op.drop_index("ix_units_depth_initials", table_name="units")
    op.drop_index("ix_units_code", table_name="units")

    op.drop_table("units")
    op.drop_table("unit_operations")
    op.drop_index("ix_trail_entries_tenant_id_at", table_name="trail_entries")

    op.drop_table("trail_entries")
    op.drop_table("plugin_switches")
    op.drop_index("uq_plans_tenant_id_version", table_name="plans")

    op.drop_table("plans")
    op.drop_table("accounts")
    op.drop_table("access_versions")
    op.drop_table("access_rules")
    op.drop_table("access_cases")
