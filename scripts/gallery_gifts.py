"""What the gallery shows of gifts that the demo has no case of: a photograph of handing over."""

from __future__ import annotations

import datetime as dt
import io

from flask import Flask
from PIL import Image
from sqlalchemy import select

from core.documents.services import Upload
from core.documents.storage import Store
from core.extensions import Actor, tenant_scope, today
from plugins.donations.models import Campaign, Photo
from plugins.donations.services.demo_ended import CODE
from plugins.donations.services.photos import Caption, file_photos

COUNTY = "522723"
_SIZE = (640, 480)


def make(app: Flask) -> None:
    """A photograph, filed once with the ended campaign of the demo's county."""
    with app.extensions["bangfu.database"].transaction() as session, tenant_scope(session, COUNTY):
        campaign = session.scalars(select(Campaign).where(Campaign.tenant_id == COUNTY, Campaign.code == CODE)).first()
        if campaign is None or session.scalars(select(Photo).where(Photo.campaign_id == campaign.id)).first() is not None:
            return
        day = today() - dt.timedelta(days=15)
        said = Caption("图书角发放仪式（演示）", day, consent_on=day, wanted_public=True)
        file_photos(session, Store.of(app.config["BANGFU_SETTINGS"]), campaign, [Upload("发放仪式.jpg", _picture())], said,
                    Actor.command_line())


def _picture() -> bytes:
    """A made-up picture: nobody is on it."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize(_SIZE).convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()
