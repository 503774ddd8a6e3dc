"""Archive folders: documents, their sealed files, and what photographs say of themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.extensions import Id, Json

revision = "0010_documents"
down_revision = "0009_ledgers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document_blobs",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("cipher_sealed", sa.LargeBinary()),
        sa.Column("variants", Json, nullable=False),
        sa.Column("stored_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_document_blobs")),
        sa.UniqueConstraint("tenant_id", "sha256", name=op.f("uq_document_blobs_tenant_id_sha256")),
    )
    op.create_table(
        "documents",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("folder", sa.String(60), nullable=False),
        sa.Column("item", sa.String(60), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("title", sa.String(160), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("file_name", sa.String(160), nullable=False),
        sa.Column("media_type", sa.String(120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("blob_id", Id),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("added_by", Id),
        sa.Column("added_by_name", sa.String(80), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("removed_at", sa.DateTime()),
        sa.Column("removed_for", sa.String(200), nullable=False),
        sa.Column("came_by", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_documents")),
        sa.ForeignKeyConstraint(["tenant_id", "blob_id"], ["document_blobs.tenant_id", "document_blobs.id"],
                                name="fk_documents_blob"),
    )
    op.create_index("ix_documents_tenant_id_unit_id_id", "documents", ["tenant_id", "unit_id", "id"])
    op.create_index("ix_documents_tenant_id_subject_id_folder", "documents", ["tenant_id", "subject_id", "folder"])
    op.create_index("ix_documents_tenant_id_blob_id", "documents", ["tenant_id", "blob_id"])
    op.create_table(
        "document_photos",
        sa.Column("tenant_id", sa.String(20), nullable=False),
        sa.Column("document_id", Id, nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime()),
        sa.Column("place_sealed", sa.LargeBinary()),
        *(sa.Column(quarter, sa.Integer(), nullable=False) for quarter in ("first", "second", "third", "fourth")),
        sa.PrimaryKeyConstraint("tenant_id", "document_id", name=op.f("pk_document_photos")),
        sa.ForeignKeyConstraint(["tenant_id", "document_id"], ["documents.tenant_id", "documents.id"],
                                name="fk_document_photos_document"),
    )
    for quarter in ("first", "second", "third", "fourth"):
        op.create_index(f"ix_document_photos_tenant_id_{quarter}", "document_photos", ["tenant_id", quarter])


def downgrade() -> None:
    op.drop_table("document_photos")
    op.drop_table("documents")
    op.drop_table("document_blobs")
