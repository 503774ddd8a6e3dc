"""Putting documents into folders, taking them out, looking at them: each leaves its entry on the trail."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.documents import queries
from core.documents.models import Blob, Document, Photo
from core.documents.permissions import Action
from core.documents.rules.photos import PhotoFacts, read_photo
from core.documents.rules.sniffing import OFFICE, PDF, PHOTO, TEXT, safe_name, sniff
from core.documents.storage import ORIGINAL, SHOWN, THUMB, Store, as_text, from_text, new_cipher
from core.documents.subjects import UNIT, Subject
from core.errors import N_, Conflict, InvalidInput, NotFound
from core.extensions import Actor, new_id, today, utcnow
from core.host.contract import FolderItem, FolderSpec
from core.privacy import vault_of
from core.privacy.columns import sensitive_fields, triple
from core.privacy.masks import mask_name
from core.trail.services import record

#: what the trail calls a document whose name may be a person's
_KINDS = {PHOTO: "照片", PDF: "PDF", OFFICE: "办公文件", TEXT: "文字"}


@dataclass(frozen=True)
class Upload:
    """A file as it came in: its name and content."""

    name: str
    data: bytes


def add_file(session: Session, store: Store, actor: Actor, subject: Subject, folder: FolderSpec, item: FolderItem,
             upload: Upload, happened_on: dt.date, title: str = "") -> Document:
    """Put a file into a folder. Raises InvalidInput for a kind that is not kept or a full item, Conflict where the
    folder holds this very file already."""
    _check(session, subject, folder, item, happened_on)
    name = safe_name(upload.name)
    kind = sniff(name, upload.data)
    photo = read_photo(name, upload.data) if kind.kind == PHOTO else None
    blob = _keep(session, store, subject.tenant_id, upload.data, photo)
    if queries.has_content(session, subject.tenant_id, folder.code, subject.id, blob.id):
        raise Conflict(N_("“%(name)s”已在这份档案里，没有重复存入"), name=name)
    document = _document(subject, folder, item, actor, happened_on, title or name.rpartition(".")[0] or name)
    document.kind, document.file_name, document.media_type = kind.kind, name, kind.media_type
    document.size, document.blob_id = len(upload.data), blob.id
    session.add(document)
    session.flush()  # what the photograph says refers to it
    if photo is not None:
        _note_photo(session, document, photo)
    _trail(session, actor, Action.WRITE, f"归档{_what(document)}到{_where(subject, folder, item)}", document)
    return document


def add_note(session: Session, actor: Actor, subject: Subject, folder: FolderSpec, item: FolderItem, text: str,
             happened_on: dt.date, title: str = "") -> Document:
    """Put a written note into a folder. Raises InvalidInput where it is empty or the item full."""
    _check(session, subject, folder, item, happened_on)
    if not text.strip():
        raise InvalidInput(N_("请上传文件，或者写下文字"), fields={"text": N_("不能为空")})
    document = _document(subject, folder, item, actor, happened_on, title or text.strip().splitlines()[0][:60])
    document.kind, document.text, document.media_type = TEXT, text.strip(), "text/plain"
    document.size = len(document.text.encode())
    session.add(document)
    session.flush()  # the entry below must not outlive a refused row
    _trail(session, actor, Action.WRITE, f"归档{_what(document)}到{_where(subject, folder, item)}", document)
    return document


def remove_document(session: Session, actor: Actor, document: Document, reason: str) -> None:
    """Take a document out; it can be brought back for 30 days, then its file is destroyed."""
    if document.removed_at is not None:
        raise Conflict(N_("这份材料已经撤出"))
    document.removed_at, document.removed_for = utcnow(), reason
    session.flush()  # raises where somebody was quicker
    _trail(session, actor, Action.WRITE, f"从档案撤出{_what(document)}", document, reason)


def restore_document(session: Session, actor: Actor, document: Document) -> None:
    """Bring back a document that was taken out."""
    blob = document.blob_id
    if blob and queries.has_content(session, document.tenant_id, document.folder, document.subject_id, blob):
        raise Conflict(N_("同一文件已重新归档，不必再恢复"))
    document.removed_at, document.removed_for = None, ""
    session.flush()  # as above
    _trail(session, actor, Action.WRITE, f"恢复档案材料{_what(document)}", document)


def read_file(session: Session, store: Store, document: Document, variant: str) -> bytes:
    """The content of a document's file: the original, or a photograph as it is shown. Raises NotFound."""
    if document.blob_id is None:
        return document.text.encode()
    blob = queries.get_blob(session, document)
    if variant != ORIGINAL and variant not in blob.variants:
        raise NotFound(N_("这份材料没有预览"))
    return store.get(document.tenant_id, blob.id.hex, variant, _cipher_of(session, blob))


def trail_look(session: Session, actor: Actor, document: Document, original: bool) -> None:
    """Leave the entry of a look at a document."""
    _trail(session, actor, Action.READ, f"{'下载' if original else '查看'}档案材料{_what(document)}", document)


def photo_place(session: Session, document: Document) -> str:
    """Where a photograph was taken, "26.57,107.23", or empty."""
    photo = queries.find_photo(session, document)
    if photo is None or photo.place_sealed is None:
        return ""
    return vault_of(session).open(sensitive_fields(Photo)["place"].purpose, photo.document_id, photo.place_sealed)


def _check(session: Session, subject: Subject, folder: FolderSpec, item: FolderItem, happened_on: dt.date) -> None:
    if happened_on > today():
        raise InvalidInput(N_("日期不能在今天之后"), fields={"happened_on": N_("不能在今天之后")})
    held = queries.count_by_item(session, subject.tenant_id, folder.code, subject.id).get(item.code, 0)
    if held >= item.most:
        raise InvalidInput(N_("“%(item)s”已有 %(most)s 件，不能再加"), item=item.title, most=item.most)


def _keep(session: Session, store: Store, tenant_id: str, data: bytes, photo: PhotoFacts | None) -> Blob:
    """The file goes in before its row: a row never lacks its file, and a file without a row is swept away later."""
    digest = hashlib.sha256(data).hexdigest()
    known = queries.find_blob(session, tenant_id, digest)
    if known is not None:
        return known
    blob_id, cipher = new_id(), new_cipher()
    variants = {ORIGINAL: data} | ({SHOWN: photo.shown, THUMB: photo.thumb} if photo else {})
    for variant, content in variants.items():
        store.put(tenant_id, blob_id.hex, variant, cipher, content)
    blob = Blob(tenant_id=tenant_id, id=blob_id, sha256=digest, size=len(data),
                variants=[name for name in variants if name != ORIGINAL],
                **triple(vault_of(session), Blob, "cipher", blob_id, as_text(cipher)))
    session.add(blob)
    try:
        session.flush()  # two people may bring the same file at once: the second is told here
    except IntegrityError as error:
        raise Conflict(N_("同一文件正由别人归档，请稍后再试")) from error
    return blob


def _cipher_of(session: Session, blob: Blob) -> bytes:
    sealed = blob.cipher_sealed
    if sealed is None:
        raise NotFound(N_("这份材料的文件已销毁"))
    return from_text(vault_of(session).open(sensitive_fields(Blob)["cipher"].purpose, blob.id, sealed))


def _note_photo(session: Session, document: Document, facts: PhotoFacts) -> None:
    first, second, third, fourth = facts.quarters
    place = f"{facts.place[0]},{facts.place[1]}" if facts.place else None
    session.add(Photo(tenant_id=document.tenant_id, document_id=document.id, width=facts.width, height=facts.height,
                      taken_at=facts.taken_at, first=first, second=second, third=third, fourth=fourth,
                      **triple(vault_of(session), Photo, "place", document.id, place)))
    session.flush()  # the entry that follows must not outlive a refused row


def _document(subject: Subject, folder: FolderSpec, item: FolderItem, actor: Actor, happened_on: dt.date,
              title: str) -> Document:
    return Document(tenant_id=subject.tenant_id, id=new_id(), unit_id=subject.unit_id, folder=folder.code,
                    item=item.code, subject_id=subject.id, title=title[:160], happened_on=happened_on,
                    added_by=actor.account_id, added_by_name=actor.name[:80])


def _what(document: Document) -> str:
    """What a document is called on the trail, which nobody can change when a person is erased: files of persons and
    households bear their names."""
    if document.subject_id != document.unit_id:
        return f"（{_KINDS.get(document.kind, document.kind)}）"
    return f"“{document.file_name or document.title}”"


def _where(subject: Subject, folder: FolderSpec, item: FolderItem) -> str:
    return f"“{subject.name if subject.kind == UNIT else mask_name(subject.name)}”的{folder.title}·{item.title}"


def _trail(session: Session, actor: Actor, action: Action, sentence: str, document: Document,
           reason: str = "") -> None:
    record(session, actor, action, sentence, subject=f"document:{document.id}", tenant_id=document.tenant_id,
           unit_id=document.unit_id, reason=reason)
