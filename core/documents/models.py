"""Documents of archive folders, the sealed files behind them, and what photographs say of themselves."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import ForeignKeyConstraint, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id, Json, TenantScoped, new_id, utcnow
from core.privacy.columns import sealed_column


class Blob(TenantScoped, Base):
    """One file of a tenant by its content; its own key is sealed by the vault, so that renewing the vault's keys
    never rewrites files."""

    __tablename__ = "document_blobs"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    #: of the content in the clear, in hex
    sha256: Mapped[str] = mapped_column(String(64))
    #: bytes of the content in the clear
    size: Mapped[int] = mapped_column(Integer)
    #: the file's key
    cipher_sealed: Mapped[bytes | None] = sealed_column("text")
    #: what lies beside the original: shown and thumb of a photograph
    variants: Mapped[list[str]] = mapped_column(Json, default=list)
    stored_at: Mapped[dt.datetime] = mapped_column(default=utcnow)

    __table_args__ = (UniqueConstraint("tenant_id", "sha256"),)


class Document(TenantScoped, Base):
    """One piece of a folder: a photograph, a file, or a written note."""

    __tablename__ = "documents"

    id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: code of the folder and of its item, and whose folder it is: a unit, a household or a person
    folder: Mapped[str] = mapped_column(String(60))
    item: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: photo, pdf, office, text
    kind: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(160))
    #: the words of a note; empty of a file
    text: Mapped[str] = mapped_column(Text, default="")
    file_name: Mapped[str] = mapped_column(String(160), default="")
    media_type: Mapped[str] = mapped_column(String(120), default="")
    size: Mapped[int] = mapped_column(Integer, default=0)
    blob_id: Mapped[uuid.UUID | None] = mapped_column(Id)
    #: the day it is about
    happened_on: Mapped[dt.date]
    added_by: Mapped[uuid.UUID | None] = mapped_column(Id)
    added_by_name: Mapped[str] = mapped_column(String(80))
    added_at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    removed_at: Mapped[dt.datetime | None]
    #: why it was taken out
    removed_for: Mapped[str] = mapped_column(String(200), default="")
    #: the merges of persons by which it came into this folder, the latest last
    came_by: Mapped[list[str]] = mapped_column(Json, default=list)
    version: Mapped[int] = mapped_column(Integer, default=1)

    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "blob_id"], ["document_blobs.tenant_id", "document_blobs.id"],
                             name="fk_documents_blob"),
        Index("ix_documents_tenant_id_unit_id_id", "tenant_id", "unit_id", "id"),
        Index("ix_documents_tenant_id_subject_id_folder", "tenant_id", "subject_id", "folder"),
        Index("ix_documents_tenant_id_blob_id", "tenant_id", "blob_id"),
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # as the mapper asks for it


class Photo(TenantScoped, Base):
    """What a photograph says of itself. Four quarters of its difference hash find near-duplicates: two hashes
    that differ in at most three bits agree in one quarter at least."""

    __tablename__ = "document_photos"

    document_id: Mapped[uuid.UUID] = mapped_column(Id, primary_key=True)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    #: by the camera's clock
    taken_at: Mapped[dt.datetime | None]
    #: latitude and longitude, "26.57,107.23"; never shown with the picture
    place_sealed: Mapped[bytes | None] = sealed_column("text", owner="document_id")
    first: Mapped[int] = mapped_column(Integer)
    second: Mapped[int] = mapped_column(Integer)
    third: Mapped[int] = mapped_column(Integer)
    fourth: Mapped[int] = mapped_column(Integer)

    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "document_id"], ["documents.tenant_id", "documents.id"],
                             name="fk_document_photos_document"),
        Index("ix_document_photos_tenant_id_first", "tenant_id", "first"),
        Index("ix_document_photos_tenant_id_second", "tenant_id", "second"),
        Index("ix_document_photos_tenant_id_third", "tenant_id", "third"),
        Index("ix_document_photos_tenant_id_fourth", "tenant_id", "fourth"),
    )

    @property
    def quarters(self) -> tuple[int, int, int, int]:
        """The hash in its four quarters of 16 bits."""
        return self.first, self.second, self.third, self.fourth
