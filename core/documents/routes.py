"""Archive folders in the browser: what they hold, what is missing, adding, looking, taking out."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Iterable
from typing import Any

from flask import Response, current_app, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from marshmallow import ValidationError

from core.access.words import csv_file
from core.documents import queries, services
from core.documents.folders import among, list_folders, with_plan
from core.documents.models import Document
from core.documents.permissions import Action
from core.documents.rules.folders import completeness
from core.documents.rules.sniffing import PHOTO, safe_name, sniff
from core.documents.schemas import DocumentSchema, RemovalSchema
from core.documents.services import Upload
from core.documents.storage import ORIGINAL, SHOWN, THUMB, Store
from core.documents.subjects import UNIT, Subject, find_subject, names_of
from core.errors import N_, InvalidInput, NotFound, NotPermitted, PlatformError
from core.extensions import local, today, utcnow
from core.host.contract import FolderItem, FolderSpec
from core.host.queries import enabled
from core.host.request import plugin_host
from core.units.queries import get_unit, list_children
from core.web.i18n import said
from core.web.markers import require, unit_blueprint
from core.web.request import actor, database, db, id_argument, settings, unit, viewer

blueprint = unit_blueprint("documents", __name__, template_folder="templates")

#: files in one go
MOST_AT_ONCE = 20
KINDS = {"photo": N_("照片"), "pdf": "PDF", "office": N_("办公文件"), "text": N_("文字")}
SIGNS = {"photo": "photo", "pdf": "file-type-pdf", "office": "file-text", "text": "notes"}


class FilesRefused(InvalidInput):
    """Some of the files that came in one go cannot be kept; `faults` says of each why."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(N_("有文件不能存入"))
        self.faults = faults


@blueprint.get("/archive")
@require(Action.READ)
def overview(code: str) -> str:
    """The working unit's own folder."""
    return _folder_page("core.unit", unit().id)


@blueprint.get("/archive/units")
@require(Action.READ)
def units(code: str) -> str:
    """How complete the folders of the units beneath are."""
    spec = _spec("core.unit")
    children = [child for child in list_children(db(), unit(), limit=queries.MOST_UNITS) if viewer().allowed(Action.READ, child)]
    counts = queries.counts_of(db(), g.scope, spec.code, [child.id for child in children])
    rows = []
    for child in children:
        found = completeness(spec.items, counts.get(child.id, {}))
        rows.append((child, found, sum(counts.get(child.id, {}).values()), _titles(found.missing)))
    return render_template("documents/units.html", rows=rows)


@blueprint.get("/archive/newest")
@require(Action.READ)
def newest(code: str) -> str:
    """The newest documents of the unit and everything beneath it."""
    page = queries.list_newest(db(), g.scope, request.args.get("folder", ""), id_argument("before"))
    return render_template("documents/newest.html", rows=_named(page), more=page.next, kinds=KINDS, signs=SIGNS,
                           folders=[(spec.code, gettext(spec.title)) for spec in _specs()])


@blueprint.get("/archive/alike")
@require(Action.READ)
def alike(code: str) -> str:
    """Pictures that stand in more than one place."""
    pairs = queries.list_pairs(db(), g.scope)
    names = _names([document for pair in pairs for document in (pair.one, pair.other)])
    return render_template("documents/alike.html", pairs=pairs, names=names)


@blueprint.get("/archive/<folder>/<uuid:subject_id>")
@require(Action.READ)
def folder(code: str, folder: str, subject_id: uuid.UUID) -> str:
    """One folder, item by item."""
    return _folder_page(folder, subject_id)


@blueprint.get("/archive/<folder>/<uuid:subject_id>/list.csv")
@require(Action.EXPORT)
def listed(code: str, folder: str, subject_id: uuid.UUID) -> Response:
    """The folder's table of contents as a file."""
    subject, spec = _open(folder, subject_id)
    titles = {item.code: gettext(item.title) for item in spec.items}
    head = [gettext("材料"), gettext("项目"), gettext("种类"), gettext("日期"), gettext("归档人"), gettext("归档时间"), gettext("文件名")]
    rows = [(held.title, titles.get(held.item, held.item), gettext(KINDS[held.kind]), held.happened_on,
             held.added_by_name, f"{local(held.added_at):%Y-%m-%d %H:%M}", held.file_name)
            for held in queries.list_held(db(), subject.tenant_id, spec.code, subject.id)]
    return csv_file(f"archive-{code}", head, rows)


@blueprint.post("/archive/<folder>/<uuid:subject_id>/<item>")
@require(Action.WRITE)
def add(code: str, folder: str, subject_id: uuid.UUID, item: str) -> ResponseReturnValue:
    """Put files, or a note, into an item. With one bad file nothing is stored, and all bad ones are named."""
    subject, spec = _open(folder, subject_id)
    found = _item(spec, item)
    try:
        entered = DocumentSchema().load({name: request.form[name] for name in ("title", "text", "happened_on")
                                         if name in request.form})
        uploads = [Upload(file.filename or "", file.read()) for file in request.files.getlist("files") if file.filename]
        added = _added(subject, spec, found, uploads, entered)
    except ValidationError as error:
        return _folder_page(folder, subject_id, item, _problems(error)), 422
    except PlatformError as error:
        faults = error.faults if isinstance(error, FilesRefused) else [said(error)]
        db().rollback()
        return _folder_page(folder, subject_id, item, faults), error.status
    _warn_of_alike(added)
    flash(gettext("已归档 %(count)s 件", count=len(added)), "success")
    return redirect(url_for("documents.folder", code=code, folder=spec.code, subject_id=subject.id))


@blueprint.get("/documents/<uuid:document_id>")
@require(Action.READ)
def show(code: str, document_id: uuid.UUID) -> str:
    """One document; looking at it is on the trail."""
    document = queries.get_document(db(), g.scope, document_id)
    spec, subject = _spec(document.folder), _subject_of(document)
    photo = queries.find_photo(db(), document)
    pairs = queries.list_alike(db(), g.scope, document)
    place = services.photo_place(db(), document) if photo and viewer().allowed(Action.WRITE, unit()) else ""
    names = _names([document, *(pair.other for pair in pairs)])
    page = render_template("documents/show.html", document=document, spec=spec, subject=subject, photo=photo,
                           place=place, pairs=pairs, names=names, kinds=KINDS, item_title=_item_title(spec, document))
    _trail_look(document, original=False)
    return page


@blueprint.get("/documents/<uuid:document_id>/file")
@require(Action.READ)
def file(code: str, document_id: uuid.UUID) -> Response:
    """The original, as a download; trailed before it is given."""
    document = queries.get_document(db(), g.scope, document_id)
    data = services.read_file(db(), _store(), document, ORIGINAL)
    _trail_look(document, original=True)
    name = document.file_name or f"{safe_name(document.title)}.txt"
    return _sent(data, document.media_type, name)


@blueprint.get("/documents/<uuid:document_id>/picture/<any(shown, thumb):variant>")
@require(Action.READ)
def picture(code: str, document_id: uuid.UUID, variant: str) -> Response:
    """A photograph as it is shown: redrawn, without what the camera wrote into it."""
    document = queries.get_document(db(), g.scope, document_id)
    if document.kind != PHOTO:
        raise NotFound(N_("这份材料没有预览"))
    return _sent(services.read_file(db(), _store(), document, THUMB if variant == THUMB else SHOWN), "image/jpeg")


@blueprint.post("/documents/<uuid:document_id>/remove")
@require(Action.WRITE)
def remove(code: str, document_id: uuid.UUID) -> ResponseReturnValue:
    """Take a document out, with the reason."""
    document = queries.get_document(db(), g.scope, document_id)
    try:
        reason = RemovalSchema().load({"reason": request.form.get("reason", "").strip()})["reason"]
    except ValidationError as error:
        raise InvalidInput(N_("请写明撤出的理由，至少 4 个字"), fields={"reason": "；".join(_problems(error))}) from error
    services.remove_document(db(), actor(), document, reason)
    flash(gettext("已撤出，30 天内可以恢复"), "success")
    return redirect(url_for("documents.folder", code=code, folder=document.folder, subject_id=document.subject_id))


@blueprint.post("/documents/<uuid:document_id>/restore")
@require(Action.WRITE)
def restore(code: str, document_id: uuid.UUID) -> ResponseReturnValue:
    """Bring a document back."""
    document = queries.get_removed(db(), g.scope, document_id)
    services.restore_document(db(), actor(), document)
    flash(gettext("已恢复"), "success")
    return redirect(url_for("documents.folder", code=code, folder=document.folder, subject_id=document.subject_id))


def _folder_page(folder: str, subject_id: uuid.UUID, failed: str = "", faults: list[str] | None = None) -> str:
    subject, spec = _open(folder, subject_id)
    held = queries.list_held(db(), subject.tenant_id, spec.code, subject.id)
    by_item: dict[str, list[Document]] = {item.code: [] for item in spec.items}
    for document in held:
        by_item.setdefault(document.item, []).append(document)
    whole = completeness(spec.items, {item: len(found) for item, found in by_item.items()})
    since = utcnow() - dt.timedelta(days=queries.KEPT_DAYS)
    removed = queries.list_removed(db(), subject.tenant_id, spec.code, subject.id, since)
    may_write = viewer().allowed(Action.WRITE, unit())
    return render_template("documents/folder.html", subject=subject, spec=spec, by_item=by_item, removed=removed,
                           whole=whole, missing=_titles(whole.missing), today=today(), kinds=KINDS,
                           signs=SIGNS, failed=failed, faults=faults or [], may_write=may_write,
                           entered=request.form, total=len(held))


def _added(subject: Subject, spec: FolderSpec, item: FolderItem, uploads: list[Upload],
           entered: dict[str, Any]) -> list[Document]:
    session, person, day, title = db(), actor(), entered["happened_on"], entered["title"].strip()
    if len(uploads) > MOST_AT_ONCE:
        raise InvalidInput(N_("一次最多上传 %(most)s 个文件"), most=MOST_AT_ONCE)
    if faults := _faults_of(uploads):
        raise FilesRefused(faults)
    added = [services.add_file(session, _store(), person, subject, spec, item, upload, day,
                               title if len(uploads) == 1 else "") for upload in uploads]
    if entered["text"].strip() or not uploads:
        added.append(services.add_note(session, person, subject, spec, item, entered["text"], day,
                                       title if not uploads else ""))
    return added


def _faults_of(uploads: list[Upload]) -> list[str]:
    faults = []
    for upload in uploads:
        try:
            sniff(safe_name(upload.name), upload.data)
        except PlatformError as error:
            faults.append(said(error))
    return faults


def _warn_of_alike(added: list[Document]) -> None:
    """Say at once where the same picture already stands."""
    for document in added:
        pairs = queries.list_alike(db(), g.scope, document) if document.kind == PHOTO else []
        if pairs:
            flash(gettext("“%(name)s”与已归档的 %(count)s 张照片相同或几乎相同，请核对", name=document.title, count=len(pairs)),
                  "warning")


def _open(folder: str, subject_id: uuid.UUID) -> tuple[Subject, FolderSpec]:
    spec = _spec(folder)
    subject = find_subject(db(), g.scope, spec.subject, subject_id, unit())
    if subject.kind == UNIT and not viewer().allowed(Action.READ, get_unit(db(), subject.id)):
        raise NotFound(N_("没有这份档案，或者它不在您的范围内"))
    if request.method == "POST" and not viewer().allowed(Action.WRITE, get_unit(db(), subject.unit_id)):
        raise NotPermitted(N_("您不能在这个单位归档"))
    return subject, with_plan(db(), spec, subject.tenant_id)


def _subject_of(document: Document) -> Subject:
    return find_subject(db(), g.scope, _spec(document.folder).subject, document.subject_id, unit())


def _specs() -> list[FolderSpec]:
    """The folders kept here, asked for once in a request."""
    if "folders" not in g:
        g.folders = list_folders(plugin_host(), enabled(db(), plugin_host(), g.tenant_id))
    found: list[FolderSpec] = g.folders
    return found


def _spec(code: str) -> FolderSpec:
    return among(_specs(), code)


def _item(spec: FolderSpec, code: str) -> FolderItem:
    for item in spec.items:
        if item.code == code:
            return item
    raise NotFound(N_("这份档案没有这个项目"))


def _item_title(spec: FolderSpec, document: Document) -> str:
    return next((item.title for item in spec.items if item.code == document.item), document.item)


def _problems(error: ValidationError) -> list[str]:
    """Each field's own message, once."""
    found = error.messages if isinstance(error.messages, dict) else {}
    return [gettext(text) for texts in found.values() for text in texts]


def _titles(items: Iterable[FolderItem]) -> str:
    return "、".join(gettext(item.title) for item in items)


def _named(documents: Iterable[Document]) -> list[tuple[Document, str]]:
    found = list(documents)
    names = _names(found)
    return [(document, names.get(document.subject_id, "")) for document in found]


def _names(documents: list[Document]) -> dict[uuid.UUID, str]:
    """The owners' names of documents of any folders."""
    kinds = {spec.code: spec.subject for spec in _specs()}
    by_kind: dict[str, set[uuid.UUID]] = {}
    for document in documents:
        by_kind.setdefault(kinds.get(document.folder, UNIT), set()).add(document.subject_id)
    return {owner: name for kind, ids in by_kind.items()
            for owner, name in names_of(db(), g.scope, kind, ids).items()}


def _trail_look(document: Document, *, original: bool) -> None:
    with database().transaction() as own:
        services.trail_look(own, actor(), document, original)


def _store() -> Store:
    """Opened at first use and kept: S3 is asked for its connection once."""
    kept = current_app.extensions
    if "bangfu.files" not in kept:
        kept["bangfu.files"] = Store.of(settings())
    found: Store = kept["bangfu.files"]
    return found


def _sent(data: bytes, media_type: str, download: str = "") -> Response:
    answer = send_file(io.BytesIO(data), mimetype=media_type, as_attachment=bool(download),
                       download_name=download or None, etag=False)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
