"""Reads of folders: what one holds, the newest of a scope, and pictures that are the same."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from core.access.scope import Scope
from core.access.scoping import Page, get_scoped, in_scope, scoped_page
from core.documents.models import Blob, Document, Photo
from core.documents.rules.photos import NEAR, distance
from core.errors import N_, NotFound
from core.extensions.phrases import phrase

#: what a timeline says of a document
FILED = phrase(N_("归档：%(title)s"))
PAGE = 50
#: units on one page of completeness
MOST_UNITS = 500
#: how long a document that was taken out can be brought back
KEPT_DAYS = 30


@dataclass(frozen=True)
class Pair:
    """Two documents with the same content, or pictures that differ in no more than `bits` bits of their hash."""

    one: Document
    other: Document
    bits: int

    @property
    def same(self) -> bool:
        """The very same file."""
        return self.one.blob_id == self.other.blob_id


def list_held(session: Session, tenant_id: str, folder: str, subject_id: uuid.UUID) -> list[Document]:
    """What a folder holds, newest day first."""
    statement = select(Document).where(Document.tenant_id == tenant_id, Document.subject_id == subject_id,
                                       Document.folder == folder, Document.removed_at.is_(None))
    return list(session.scalars(statement.order_by(Document.happened_on.desc(), Document.id.desc())))


def count_by_item(session: Session, tenant_id: str, folder: str, subject_id: uuid.UUID) -> dict[str, int]:
    """How many documents each item of a folder holds."""
    statement = select(Document.item, func.count()).where(
        Document.tenant_id == tenant_id, Document.subject_id == subject_id, Document.folder == folder,
        Document.removed_at.is_(None)).group_by(Document.item)
    return {row.item: row[1] for row in session.execute(statement)}


def counts_of(session: Session, scope: Scope, folder: str,
              subject_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, dict[str, int]]:
    """The same for many owners at once."""
    statement: Any = select(Document.subject_id, Document.item, func.count()).where(
        Document.subject_id.in_(list(subject_ids)), Document.folder == folder, Document.removed_at.is_(None))
    found: dict[uuid.UUID, dict[str, int]] = {}
    grouped = in_scope(statement, Document, scope).group_by(Document.subject_id, Document.item)
    for subject_id, item, count in session.execute(grouped):
        found.setdefault(subject_id, {})[item] = count
    return found


def list_newest(session: Session, scope: Scope, folder: str = "", before: uuid.UUID | None = None) -> Page[Document]:
    """The newest documents in scope, of one kind of folder or of all."""
    where = [Document.removed_at.is_(None), *([Document.folder == folder] if folder else [])]
    return scoped_page(session, Document, scope, before=before, limit=PAGE, where=where)


def get_document(session: Session, scope: Scope, document_id: uuid.UUID) -> Document:
    """A document in its folder; raises NotFound outside the scope or when it was taken out."""
    found = get_scoped(session, Document, document_id, scope)
    if found.removed_at is not None:
        raise NotFound(N_("这份材料已从档案撤出"))
    return found


def get_removed(session: Session, scope: Scope, document_id: uuid.UUID) -> Document:
    """A document that was taken out; raises NotFound."""
    found = get_scoped(session, Document, document_id, scope)
    if found.removed_at is None:
        raise NotFound(N_("这份材料没有撤出"))
    return found


def list_removed(session: Session, tenant_id: str, folder: str, subject_id: uuid.UUID,
                 since: dt.datetime) -> list[Document]:
    """What was taken out of a folder and can still be brought back."""
    statement = select(Document).where(Document.tenant_id == tenant_id, Document.subject_id == subject_id,
                                       Document.folder == folder, Document.removed_at > since)
    return list(session.scalars(statement.order_by(Document.removed_at.desc())))


def find_blob(session: Session, tenant_id: str, sha256: str) -> Blob | None:
    """The stored file of a content."""
    return session.scalar(select(Blob).where(Blob.tenant_id == tenant_id, Blob.sha256 == sha256))


def get_blob(session: Session, document: Document) -> Blob:
    """The file of a document; raises NotFound for a note."""
    found = session.get(Blob, (document.tenant_id, document.blob_id)) if document.blob_id else None
    if found is None:
        raise NotFound(N_("这份材料没有文件"))
    return found


def find_photo(session: Session, document: Document) -> Photo | None:
    """What a photograph says of itself."""
    return session.get(Photo, (document.tenant_id, document.id))


def has_content(session: Session, tenant_id: str, folder: str, subject_id: uuid.UUID, blob_id: uuid.UUID) -> bool:
    """Whether a folder already holds this very file."""
    statement = select(Document.id).where(
        Document.tenant_id == tenant_id, Document.subject_id == subject_id, Document.folder == folder,
        Document.blob_id == blob_id, Document.removed_at.is_(None))
    return session.scalar(statement.limit(1)) is not None


def list_alike(session: Session, scope: Scope, document: Document) -> list[Pair]:
    """Other documents in scope, of the same tenant, with the same content or nearly the same picture."""
    found = {other.id: Pair(document, other, 0) for other in _same(session, scope, document)}
    photo = find_photo(session, document)
    if photo is not None:
        for other, theirs in _near(session, scope, document, photo):
            bits = distance(photo.quarters, theirs.quarters)
            if bits <= NEAR:
                found.setdefault(other.id, Pair(document, other, bits))
    return sorted(found.values(), key=lambda pair: (pair.bits, str(pair.other.id)))


def list_pairs(session: Session, scope: Scope, limit: int = 200) -> list[Pair]:
    """Pictures in scope that stand in more than one folder or place, exact ones first."""
    mine, theirs = aliased(Photo), aliased(Photo)
    one, other = aliased(Document), aliased(Document)
    agree = or_(*(getattr(mine, name) == getattr(theirs, name) for name in ("first", "second", "third", "fourth")))
    statement: Any = (
        select(one, other, mine, theirs)
        .join(mine, and_(mine.tenant_id == one.tenant_id, mine.document_id == one.id))
        .join(theirs, and_(theirs.tenant_id == mine.tenant_id, theirs.document_id > mine.document_id, agree))
        .join(other, and_(other.tenant_id == theirs.tenant_id, other.id == theirs.document_id))
        .where(one.removed_at.is_(None), other.removed_at.is_(None))
        .order_by(one.id.desc()).limit(limit * 4)
    )
    statement = in_scope(in_scope(statement, one, scope), other, scope)
    pairs = [Pair(first, second, distance(left.quarters, right.quarters))
             for first, second, left, right in session.execute(statement)]
    return sorted((pair for pair in pairs if pair.bits <= NEAR), key=lambda pair: (not pair.same, pair.bits))[:limit]


def _same(session: Session, scope: Scope, document: Document) -> Sequence[Document]:
    if document.blob_id is None:
        return []
    statement = select(Document).where(Document.tenant_id == document.tenant_id, Document.blob_id == document.blob_id,
                                       Document.id != document.id, Document.removed_at.is_(None))
    return session.scalars(in_scope(statement, Document, scope).limit(PAGE)).all()


def _near(session: Session, scope: Scope, document: Document, photo: Photo) -> list[tuple[Document, Photo]]:
    agree = or_(Photo.first == photo.first, Photo.second == photo.second, Photo.third == photo.third,
                Photo.fourth == photo.fourth)
    statement: Any = (
        select(Document, Photo)
        .join(Photo, and_(Photo.tenant_id == Document.tenant_id, Photo.document_id == Document.id))
        .where(Document.tenant_id == document.tenant_id, Document.id != document.id, agree,
               Document.removed_at.is_(None)))
    return [(other, theirs) for other, theirs in session.execute(in_scope(statement, Document, scope).limit(500))]
