"""The pages of a county's public site: what is being shown, its rows, and objections to it."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, g, request, url_for
from flask_limiter.util import get_remote_address

from core.accounts.sign_in import limiter
from core.documents.storage import Store
from core.errors import N_, InvalidInput, NotFound
from core.extensions import today
from core.host.request import plugin_host
from core.publicity import queries
from core.publicity.models import OPEN, Notice
from core.publicity.rules.periods import days_left, is_shown
from core.publicity.services import object_to
from core.publicity.services.evidence import read_file
from core.publicity.services.objecting import MOST_CONTACT, MOST_TEXT, OUTCOMES, follow_up
from core.publicity.site import caching
from core.publicity.site.caching import LISTED
from core.publicity.site.parts import public_parts
from core.publicity.site.rendering import render_public
from core.publicity.site.rows import filled, markup_of
from core.units.queries import units_by_id
from core.web.markers import public
from core.web.request import actor, db, settings

WHY = "公示和公开内容向社会公开，不需登录"
blueprint = Blueprint("public", __name__, url_prefix="/public/<code>", template_folder="../templates")
blueprint.public_site = True  # type: ignore[attr-defined]
caching.install(blueprint)


class NoticeOver(NotFound):
    """The notice was here and is not shown any more."""

    status = 410
    title = N_("公示已结束")


@blueprint.get("/")
@public(WHY)
def home(code: str) -> Response:
    notices = queries.shown_notices(db(), g.tenant_id, today())
    units = units_by_id(db(), {notice.unit_id for notice in notices})
    dated = [(notice, days_left(notice.closes_on, today())) for notice in notices if notice.closes_on]
    parts = public_parts(db(), plugin_host(), g.tenant_id)
    shown = {part.url for part in parts}
    lasting = [notice for notice in notices if notice.closes_on is None
               and url_for("public.notice", code=g.unit.code, notice_id=notice.id) not in shown]
    return render_public("public/home.html", robots=LISTED, dated=dated, units=units, lasting=lasting, parts=parts)


@blueprint.get("/notices/<uuid:notice_id>")
@public(WHY)
def notice(code: str, notice_id: uuid.UUID) -> Response:
    number = request.args.get("page", 1, type=int)
    asked = queries.find_page(db(), g.tenant_id, notice_id, number)
    found = _open_to_all(asked[0] if asked is not None else None)
    pages = max(1, -(-found.row_count // queries.PAGE))
    if asked is None or not 1 <= number <= pages:
        raise NotFound(N_("没有这一页"))
    columns, cells = filled(found.columns, asked[1])
    rows = markup_of(cells, [kind for _, _, _, kind in columns], (number - 1) * queries.PAGE + 1)
    return render_public("public/notice.html", notice=found, columns=columns, rows=rows, number=number, pages=pages,
                         left=days_left(found.closes_on, today()),
                         unit=g.unit if found.unit_id == g.unit.id else units_by_id(db(), {found.unit_id}).get(found.unit_id))


@blueprint.get("/notices/<uuid:notice_id>/files/<uuid:file_id>")
@public(WHY)
def file(code: str, notice_id: uuid.UUID, file_id: uuid.UUID) -> Response:
    found = _shown(notice_id)
    data = read_file(db(), Store.of(settings()), found, file_id.hex)
    facts = next(item for item in found.attachments if item["id"] == file_id.hex)
    made = Response(data, content_type=facts["media_type"])
    made.headers.set("Content-Disposition", "attachment", filename=facts["name"])
    made.headers["Cache-Control"] = "no-store"
    return made


@blueprint.get("/notices/<uuid:notice_id>/objection")
@public("任何人都可以对公示提出异议，不需登录")
def objection_form(code: str, notice_id: uuid.UUID) -> Response:
    return _form(_open(notice_id))


@blueprint.post("/notices/<uuid:notice_id>/objection")
@public("任何人都可以对公示提出异议，不需登录")
@limiter.limit("5 per minute; 20 per hour", key_func=get_remote_address)
def object_here(code: str, notice_id: uuid.UUID) -> Response:
    found = _open(notice_id)
    text, contact = request.form.get("text", ""), request.form.get("contact", "")
    try:
        objection, confirmation = object_to(db(), plugin_host(), found, text, contact, actor())
    except InvalidInput as error:
        return _form(found, 422, error.fields)
    return render_public("public/objected.html", keeps=False, notice=found, objection=objection,
                         confirmation="-".join(confirmation[at : at + 4] for at in (0, 4, 8)))


@blueprint.get("/objections")
@public("提出异议的人凭查询码看答复，不需登录")
def follow_up_form(code: str) -> Response:
    return render_public("public/follow_up.html", found=None, outcomes=OUTCOMES, error="")


@blueprint.post("/objections")
@public("提出异议的人凭查询码看答复，不需登录")
@limiter.limit("10 per minute; 60 per hour", key_func=get_remote_address)
def follow_up_here(code: str) -> Response:
    try:
        objection, about = follow_up(db(), g.tenant_id, request.form.get("code", ""))
    except NotFound as error:
        return render_public("public/follow_up.html", status=404, keeps=False, found=None, outcomes=OUTCOMES, error=error.text)
    return render_public("public/follow_up.html", keeps=False, found=objection, notice=about, outcomes=OUTCOMES, error="")


def _shown(notice_id: uuid.UUID) -> Notice:
    """A notice that is shown today: 404 where there never was one here, 410 once it is over."""
    return _open_to_all(queries.find_public(db(), g.tenant_id, notice_id))


def _open_to_all(found: Notice | None) -> Notice:
    if found is None or found.opens_on > today():
        raise NotFound(N_("没有这件公示，请核对地址"))
    if found.state != OPEN or not is_shown(found.opens_on, found.closes_on, today()):
        raise NoticeOver(N_("这件公示已经结束，内容不再公开"))
    return found


def _open(notice_id: uuid.UUID) -> Notice:
    """The same, if objections are taken."""
    found = _shown(notice_id)
    if not found.objections:
        raise NotFound(N_("这件公示不在网页上接收异议"))
    return found


def _form(found: Notice, status: int = 200, errors: dict[str, str] | None = None) -> Response:
    return render_public("public/objection.html", status=status, keeps=False, notice=found, entered=request.form,
                         errors=errors or {}, most_text=MOST_TEXT, most_contact=MOST_CONTACT)
