"""Folders follow their person: into another's when two records become one, back, and out of existence."""

from __future__ import annotations

import uuid

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.documents.models import Blob, Document, Photo
from core.documents.permissions import Action
from core.extensions import Actor, utcnow
from core.trail.services import record

#: what stands in place of an erased document's title
ERASED = "（已抹去）"


def follow_merge(session: Session, tenant_id: str, merge_id: uuid.UUID, kept_id: uuid.UUID,
                 merged_id: uuid.UUID) -> int:
    """Move the documents of the merged record into the kept one's folder; how many."""
    moving = _of(session, tenant_id, merged_id)
    for document in moving:
        document.subject_id, document.came_by = kept_id, [*document.came_by, str(merge_id)]
    session.flush()  # a parting in the same transaction reads what is stored
    return len(moving)


def take_back(session: Session, tenant_id: str, merge_id: uuid.UUID, kept_id: uuid.UUID,
              merged_id: uuid.UUID) -> int:
    """Move back what came by a merge; what has been added since stays. How many went back."""
    returning = [document for document in _of(session, tenant_id, kept_id)
                 if document.came_by and document.came_by[-1] == str(merge_id)]
    for document in returning:
        document.subject_id, document.came_by = merged_id, document.came_by[:-1]
    session.flush()  # as above
    return len(returning)


def erase(session: Session, tenant_id: str, person_id: uuid.UUID, actor: Actor) -> int:
    """Destroy a person's documents: words, names and photographs at once; the files' keys with them, unless another
    folder holds the same file. How many."""
    documents = _of(session, tenant_id, person_id)
    blobs = {document.blob_id for document in documents if document.blob_id}
    ids = [document.id for document in documents]
    session.execute(delete(Photo).where(Photo.tenant_id == tenant_id, Photo.document_id.in_(ids)))
    for document in documents:
        document.title, document.text, document.file_name, document.blob_id = ERASED, "", "", None
        document.removed_at, document.removed_for = document.removed_at or utcnow(), "依法抹去个人信息"
        record(session, actor, Action.WRITE, "依法抹去一份档案材料", subject=f"document:{document.id}",
               tenant_id=tenant_id, unit_id=document.unit_id)
    session.flush()  # which files are still used is asked of the database
    used = set(session.scalars(select(Document.blob_id).where(Document.tenant_id == tenant_id,
                                                              Document.blob_id.in_(blobs))))
    for blob in session.scalars(select(Blob).where(Blob.tenant_id == tenant_id, Blob.id.in_(blobs - used))):
        blob.cipher_sealed = None  # without its key the file cannot be opened by anybody; the sweep removes it
    return len(documents)


def _of(session: Session, tenant_id: str, person_id: uuid.UUID) -> list[Document]:
    statement = select(Document).where(Document.tenant_id == tenant_id, Document.subject_id == person_id)
    return list(session.scalars(statement.order_by(Document.id)))
