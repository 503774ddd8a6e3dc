"""The daily sweep: files whose documents were taken out long ago, and files no row knows."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from core.documents.models import Blob, Document, Photo
from core.documents.queries import KEPT_DAYS
from core.documents.storage import Store
from core.extensions import utcnow
from core.host.contract import JobRun

#: a file without a row may belong to a transaction that is still going on
SETTLED = dt.timedelta(days=1)


def tidy(run: JobRun) -> None:
    """Destroy what was taken out more than 30 days ago, then remove files without a row."""
    store = Store.of(run.settings)
    with run.transaction("清理已撤出材料的文件") as session:
        gone = forget_removed(session)
    for tenant_id, blob_id in gone:  # rows first: a crash here leaves files, which the next line finds another day
        store.remove(tenant_id, blob_id.hex)
    strays = remove_strays(run, store)
    with run.transaction("清理已撤出材料的文件") as session:
        run.finish_in(session, f"销毁了 {len(gone)} 个已撤出材料的文件，清理了 {strays} 个没有登记的文件")


def forget_removed(session: Session) -> list[tuple[str, uuid.UUID]]:
    """Let go of the files of documents taken out long ago; gives those no document needs any more. The documents
    themselves stay, so that what was taken out, by whom and why, can be read."""
    before = utcnow() - dt.timedelta(days=KEPT_DAYS)
    old = select(Document.id).where(Document.removed_at < before)
    session.execute(delete(Photo).where(Photo.document_id.in_(old)))
    session.execute(update(Document).where(Document.removed_at < before, Document.blob_id.is_not(None))
                    .values(blob_id=None).execution_options(synchronize_session=False))
    unused = ~exists().where(Document.tenant_id == Blob.tenant_id, Document.blob_id == Blob.id)
    settled = Blob.stored_at < utcnow() - SETTLED
    gone = [(tenant_id, blob_id)
            for tenant_id, blob_id in session.execute(select(Blob.tenant_id, Blob.id).where(unused, settled))]
    for tenant_id, blob_id in gone:
        session.execute(delete(Blob).where(Blob.tenant_id == tenant_id, Blob.id == blob_id))
    return gone


def remove_strays(run: JobRun, store: Store) -> int:
    """Remove files that no row knows: of a transaction that was rolled back, or of a sweep that was cut off."""
    found: dict[str, set[str]] = {}
    for tenant_id, file_id in store.list_files(dt.datetime.now(dt.UTC) - SETTLED):
        found.setdefault(tenant_id, set()).add(file_id)
    removed = 0
    for tenant_id, files in sorted(found.items()):
        with run.transaction("核对文件与登记") as session:
            known = {blob_id.hex for blob_id in session.scalars(select(Blob.id).where(Blob.tenant_id == tenant_id))}
        for file_id in sorted(files - known):
            store.remove(tenant_id, file_id)
            removed += 1
    return removed
