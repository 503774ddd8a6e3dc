"""Photographs of a campaign's ceremony: filing them from a phone or a desk, looking, taking out."""

from __future__ import annotations

import io
import uuid

from flask import Response, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.documents.services import Upload, read_file, trail_look
from core.documents.storage import SHOWN, THUMB, Store
from core.errors import PlatformError
from core.web.markers import require
from core.web.request import actor, database, db, settings
from plugins.donations.models import Campaign
from plugins.donations.permissions import Action
from plugins.donations.queries import campaigns
from plugins.donations.queries import photos as queries
from plugins.donations.routes.asking import may, need
from plugins.donations.routes.blueprint import blueprint, scope_for, show
from plugins.donations.schemas import PhotoSchema, blank, read
from plugins.donations.services import photos as services

_HERE = "/campaigns/<uuid:campaign_id>/photos"


@blueprint.get(_HERE)
@require(Action.CAMPAIGN_READ)
def photos(code: str, campaign_id: uuid.UUID) -> str:
    """All of them, and the form for more."""
    return _page(_get(campaign_id))


@blueprint.post(_HERE)
@require(Action.CAMPAIGN_WRITE)
def file_photos(code: str, campaign_id: uuid.UUID) -> ResponseReturnValue:
    """File some, all or none."""
    row = _get(campaign_id)
    need(Action.CAMPAIGN_WRITE, row.unit_id)
    uploads = [Upload(file.filename or "", file.read()) for file in request.files.getlist("files") if file.filename]
    try:
        entered = read(PhotoSchema(), request.form)
        added = services.file_photos(db(), Store.of(settings()), row, uploads, services.Caption(**entered), actor())
    except PlatformError as refused:
        db().rollback()
        return _page(_get(campaign_id), refused), refused.status
    flash(gettext("已归档 %(count)s 张照片", count=len(added)), "success")
    return redirect(url_for("donations.photos", code=code, campaign_id=campaign_id))


@blueprint.get(f"{_HERE}/<uuid:photo_id>")
@require(Action.CAMPAIGN_READ)
def photo(code: str, campaign_id: uuid.UUID, photo_id: uuid.UUID) -> str:
    """One of them; looking at it is on the trail."""
    row = _get(campaign_id)
    found, document = queries.get_photo(db(), row, photo_id)
    page = show("photo.html", row=row, photo=found, document=document, may_write=may(Action.CAMPAIGN_WRITE, row.unit_id))
    with database().transaction() as own:
        trail_look(own, actor(), document, original=False)
    return page


@blueprint.get(f"{_HERE}/<uuid:photo_id>/<any(shown, thumb):variant>.jpg")
@require(Action.CAMPAIGN_READ)
def photo_picture(code: str, campaign_id: uuid.UUID, photo_id: uuid.UUID, variant: str) -> Response:
    """The picture itself, redrawn without place and time."""
    _photo, document = queries.get_photo(db(), _get(campaign_id), photo_id)
    data = read_file(db(), Store.of(settings()), document, THUMB if variant == "thumb" else SHOWN)
    answer = send_file(io.BytesIO(data), mimetype="image/jpeg", etag=False)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post(f"{_HERE}/<uuid:photo_id>/remove")
@require(Action.CAMPAIGN_WRITE)
def remove_photo(code: str, campaign_id: uuid.UUID, photo_id: uuid.UUID) -> ResponseReturnValue:
    """Take one out, with the reason."""
    row = _get(campaign_id)
    need(Action.CAMPAIGN_WRITE, row.unit_id)
    found, document = queries.get_photo(db(), row, photo_id)
    services.take_out(db(), found, document, actor(), request.form.get("reason", ""))
    flash(gettext("已撤出，30 天内可以在档案里恢复"), "success")
    return redirect(url_for("donations.photos", code=code, campaign_id=campaign_id))


def _get(campaign_id: uuid.UUID) -> Campaign:
    return campaigns.get_campaign(db(), scope_for(Action.CAMPAIGN_READ), campaign_id)


def _page(row: Campaign, refused: PlatformError | None = None) -> str:
    return show("photos.html", row=row, shown=queries.list_photos(db(), row), refused=refused, errors=refused.fields if refused else {},
                entered=blank(PhotoSchema, request.form.to_dict()), folder=services.FOLDER.code,
                may_write=may(Action.CAMPAIGN_WRITE, row.unit_id))
