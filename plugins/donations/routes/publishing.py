"""What has to be published and by when; looking at a notice before it is public, and publishing it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.documents.storage import Store
from core.errors import N_, NotFound, PlatformError
from core.extensions import today
from core.host.request import plugin_host
from core.publicity.models import OPEN, DutyClock, Notice
from core.publicity.rules.periods import days_overdue, is_shown
from core.publicity.rules.snapshots import table_of
from core.publicity.services import Attachment, missing
from core.web.markers import require
from core.web.request import actor, db, settings
from plugins.donations.models import Campaign
from plugins.donations.permissions import Action
from plugins.donations.queries import campaigns
from plugins.donations.queries import publishing as queries
from plugins.donations.queries.photos import count_public
from plugins.donations.routes.blueprint import blueprint, scope_for, show
from plugins.donations.services import publishing

#: of a table that is looked at before it is public
PREVIEWED = 200


@dataclass(frozen=True)
class Duty:
    """A campaign or project that has ended, with its clock and its newest notice."""

    one: publishing.Ended
    clock: DutyClock | None
    notice: Notice | None
    #: what its publicity still lacks, as messages with parameters; None where there is no notice
    lacks: tuple[tuple[str, dict[str, object]], ...] | None = None

    @classmethod
    def of(cls, one: publishing.Ended, clock: DutyClock | None, notice: Notice | None) -> Duty:
        """With what is still missing of its publicity: an objection that nobody has answered, days that run."""
        lacks = tuple(missing(db(), publishing.subject_of(one))) if notice is not None else None
        return cls(one, clock, notice, lacks)

    @property
    def kind(self) -> str:
        """campaigns or projects, as in its address."""
        return "campaigns" if isinstance(self.one, Campaign) else "projects"

    @property
    def showing(self) -> bool:
        """Whether the public sees its notice now."""
        return self.notice is not None and self.notice.state == OPEN and is_shown(self.notice.opens_on, self.notice.closes_on, today())

    @property
    def late(self) -> int:
        """Working days since it should have been published."""
        return days_overdue(self.clock.due_on, today()) if self.clock and self.clock.state == "running" else 0


@blueprint.get("/publicity")
@require(Action.CAMPAIGN_READ)
def publicity(code: str) -> str:
    """What has ended, by when it has to be published, and where it stands."""
    found = queries.ended(db(), scope_for(Action.CAMPAIGN_READ), today())
    subjects = [publishing.subject_of(one) for one in found]
    clocks, notices = queries.clocks_for(db(), subjects), queries.notices_for(db(), subjects)
    rows = [Duty.of(one, clocks.get(subject), notices.get(subject)) for one, subject in zip(found, subjects, strict=True)]
    return show("publicity.html", rows=rows, today=today())


@blueprint.get("/publicity/<kind>/<uuid:record_id>")
@require(Action.CAMPAIGN_READ)
def publicity_preview(code: str, kind: str, record_id: uuid.UUID) -> str:
    """What the notice would show, and nothing else would be public."""
    return _preview(_ended(kind, record_id, Action.CAMPAIGN_READ))


@blueprint.post("/publicity/<kind>/<uuid:record_id>")
@require(Action.CAMPAIGN_APPROVE)
def publicity_publish(code: str, kind: str, record_id: uuid.UUID) -> ResponseReturnValue:
    """Publish it with its attachments."""
    one = _ended(kind, record_id, Action.CAMPAIGN_APPROVE)
    files = [Attachment(file.filename, file.read()) for file in request.files.getlist("files") if file.filename]
    try:
        notice = publishing.publish(db(), plugin_host(), one, actor(), attachments=files, store=Store.of(settings()),
                                    photos=bool(request.form.get("photos")))
    except PlatformError as refused:
        db().rollback()
        return _preview(_ended(kind, record_id, Action.CAMPAIGN_APPROVE), refused), refused.status
    flash(gettext("已公示，到 %(day)s 自动撤下", day=notice.closes_on or gettext("撤下为止")), "success")
    return redirect(url_for("donations.publicity", code=code))


def _ended(kind: str, record_id: uuid.UUID, action: str) -> publishing.Ended:
    scope = scope_for(action)
    if kind == "campaigns":
        return campaigns.get_campaign(db(), scope, record_id)
    if kind == "projects":
        return campaigns.get_project(db(), scope, record_id)
    raise NotFound(N_("没有这个页面"))


def _preview(one: publishing.Ended, refused: PlatformError | None = None) -> str:
    spec, subject = publishing.spec_of(one), publishing.subject_of(one)
    rows = table_of(spec.columns, publishing.rows_of(db(), one))
    duty = Duty.of(one, queries.clocks_for(db(), [subject]).get(subject), queries.notices_for(db(), [subject]).get(subject))
    photos = count_public(db(), one) if isinstance(one, Campaign) else 0
    return show("publicity_preview.html", duty=duty, spec=spec, title=publishing.title_of(one), rows=rows[:PREVIEWED], count=len(rows),
                refused=refused, photos=photos)
