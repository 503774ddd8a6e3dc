"""Photographs of handing over: filed in the unit's archive, public only with the consent of the children's guardians."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.documents.models import Document
from core.documents.rules.photos import read_photo
from core.documents.rules.sniffing import PHOTO, safe_name, sniff
from core.documents.services import Upload, add_file, read_file, remove_document
from core.documents.storage import SHOWN, Store
from core.documents.subjects import UNIT, Subject
from core.errors import N_, InvalidInput
from core.extensions import Actor, today
from core.extensions.phrases import phrase
from core.host.contract import FolderItem, FolderSpec
from core.publicity.services import Attachment
from core.trail.services import record
from core.units.models import Unit
from core.units.queries import get_unit
from plugins.donations.models import Campaign, Photo
from plugins.donations.permissions import Action
from plugins.donations.queries import photos as queries

PHOTOGRAPHED = phrase(N_("登记发放照片“%(title)s”，%(shown)s"))
#: in one go; a phone sends them all at once
MOST_AT_ONCE = 20
CEREMONY = FolderItem("ceremony", N_("发放仪式照片"), required=False, most=500, clause="DN-036")
FOLDER = FolderSpec("donations.campaigns", N_("捐赠活动档案"), UNIT, (CEREMONY,), clause="DN-036")
_LEAST_REASON = 4


@dataclass(frozen=True)
class Caption:
    """What is said of photographs that come together. Without a day each has the day its camera wrote into it."""

    title: str
    taken_on: dt.date | None = None
    consent_on: dt.date | None = None
    wanted_public: bool = False


def file_photos(session: Session, store: Store, campaign: Campaign, uploads: Sequence[Upload], said: Caption, actor: Actor
                ) -> list[Photo]:
    """File photographs of a campaign's ceremony, all or none. Raises InvalidInput for what is no photograph."""
    if not uploads:
        raise InvalidInput(N_("请选择照片"), {"files": N_("至少一张")})
    if len(uploads) > MOST_AT_ONCE:
        raise InvalidInput(N_("一次最多上传 %(most)s 张照片"), {"files": N_("太多了，请分几次上传")}, most=MOST_AT_ONCE)
    if said.consent_on is not None and said.consent_on > today():
        raise InvalidInput(N_("监护人同意的日期还没有到"), {"consent_on": N_("不能晚于今天")})
    if said.wanted_public and said.consent_on is None:
        raise InvalidInput(N_("照片上有学生的，监护人同意后才能公开：请填写同意日期，或者不公开"), {"consent_on": N_("公开须填写")})
    unit = get_unit(session, campaign.unit_id)
    return [_file(session, store, campaign, unit, upload, said, actor) for upload in uploads]


def _file(session: Session, store: Store, campaign: Campaign, unit: Unit, upload: Upload, said: Caption, actor: Actor) -> Photo:
    name = safe_name(upload.name)
    if sniff(name, upload.data).kind != PHOTO:
        raise InvalidInput(N_("“%(name)s”不是照片，请上传 jpg、png 或 webp"), {"files": N_("只收照片")}, name=name)
    on = said.taken_on or _day_of(name, upload.data)
    subject = Subject(UNIT, unit.id, unit.name, campaign.tenant_id, unit.id)
    document = add_file(session, store, actor, subject, FOLDER, CEREMONY, upload, on, said.title)
    return add_photo(session, campaign.tenant_id, unit, document.id, said.title, on, actor, consent_on=said.consent_on,
                     wanted_public=said.wanted_public, campaign_id=campaign.id)


def _day_of(name: str, data: bytes) -> dt.date:
    """The day by the camera's clock; today where it has none, or goes wrong."""
    taken = read_photo(name, data).taken_at
    return taken.date() if taken is not None and taken.date() <= today() else today()


def add_photo(session: Session, tenant_id: str, unit: Unit, document_id: uuid.UUID, title: str, taken_on: dt.date, actor: Actor, *,
              consent_on: dt.date | None = None, wanted_public: bool = False, campaign_id: uuid.UUID | None = None) -> Photo:
    """Note a photograph that has been filed. Without a guardian's consent it is not public, whatever was asked."""
    made = Photo(tenant_id=tenant_id, unit_id=unit.id, document_id=document_id, campaign_id=campaign_id, title=title.strip()[:120],
                 taken_on=taken_on, consent_on=consent_on, public=wanted_public and consent_on is not None)
    session.add(made)
    session.flush()  # the entry below must not outlive a refused row
    shown = "公开" if made.public else "不公开" + ("（没有监护人同意）" if wanted_public else "")
    record(session, actor, Action.CAMPAIGN_WRITE, PHOTOGRAPHED(title=made.title, shown=shown), subject=f"donations.photos:{made.id}",
           tenant_id=tenant_id, unit_id=unit.id, after={"public": made.public})
    return made


def take_out(session: Session, photo: Photo, document: Document, actor: Actor, reason: str) -> None:
    """Take a photograph out of the archive; what is brought back from there is public no more."""
    if len(reason.strip()) < _LEAST_REASON:
        raise InvalidInput(N_("请写明撤出的理由，至少 4 个字"), {"reason": N_("至少 4 个字")})
    photo.public = False
    remove_document(session, actor, document, reason.strip()[:200])


def public_photos(session: Session, store: Store, campaign: Campaign) -> list[Attachment]:
    """The photographs that may be published with a campaign, redrawn without what the camera wrote into them."""
    found = [(photo, document) for photo, document in queries.list_photos(session, campaign) if photo.public]
    return [Attachment(f"{photo.title}-{number:02d}.jpg", read_file(session, store, document, SHOWN))
            for number, (photo, document) in enumerate(found, 1)]
