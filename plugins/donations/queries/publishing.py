"""What of gifts and their use becomes public: as donors agreed, by class, without households and persons."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import in_scope
from core.publicity.models import DutyClock, Notice
from core.units.queries import units_by_id
from plugins.donations.models import Campaign, Gift, Project, Spending
from plugins.donations.rules import words
from plugins.donations.rules.naming import ANONYMOUS, public_name

#: kinds whose gifts are shown together: of pupils by class, of anonymous donors all in one
_PUPILS, _ANONYMOUS = "pupils", "anonymous"
MOST = 200
CHUNK = 500
Row = TypeVar("Row", DutyClock, Notice)


def ended(session: Session, scope: Scope, day: dt.date) -> list[Campaign | Project]:
    """The campaigns and projects in scope that have ended, the latest first."""
    campaigns = in_scope(select(Campaign).where(Campaign.state == "closed"), Campaign, scope)
    projects = in_scope(select(Project).where(Project.ends_on <= day), Project, scope)
    found: list[Campaign | Project] = [*session.scalars(campaigns.order_by(Campaign.id.desc()).limit(MOST)),
                                       *session.scalars(projects.order_by(Project.id.desc()).limit(MOST))]
    return sorted(found, key=lambda one: (ended_on(one) or dt.date.min, one.id), reverse=True)


def ended_lately(session: Session, day: dt.date) -> list[Campaign | Project]:
    """What has ended within the last year, in the open scope."""
    since = day - dt.timedelta(days=366)
    return [*session.scalars(select(Campaign).where(Campaign.state == "closed", Campaign.closed_on.between(since, day))),
            *session.scalars(select(Project).where(Project.ends_on.between(since, day)))]


def campaigns_over(session: Session, day: dt.date) -> Sequence[Campaign]:
    """The open campaigns whose last day lies before a day, in the open scope."""
    return session.scalars(select(Campaign).where(Campaign.state == "open", Campaign.ends_on < day).order_by(Campaign.id)).all()


def ended_on(one: Campaign | Project) -> dt.date | None:
    """The day from which its clock runs."""
    return one.closed_on if isinstance(one, Campaign) else one.ends_on


def clocks_for(session: Session, subjects: Iterable[str]) -> dict[str, DutyClock]:
    """The clocks of subjects, by subject."""
    rows = _by_subject(session, DutyClock, subjects)
    return {clock.subject: clock for clock in rows}


def notices_for(session: Session, subjects: Iterable[str]) -> dict[str, Notice]:
    """The newest notice of each subject."""
    rows = sorted(_by_subject(session, Notice, subjects), key=lambda notice: notice.id)
    return {notice.subject: notice for notice in rows}


def _by_subject(session: Session, model: type[Row], subjects: Iterable[str]) -> list[Row]:
    wanted = list(subjects)
    found: list[Row] = []
    for at in range(0, len(wanted), CHUNK):
        found += session.scalars(select(model).where(model.subject.in_(wanted[at : at + CHUNK]))).all()
    return found


def gift_rows(session: Session, campaign: Campaign) -> list[dict[str, Any]]:
    """Donors and amounts of a campaign, by day: nobody is put in an order of amounts."""
    gifts = session.execute(select(*_SHOWN).where(Gift.tenant_id == campaign.tenant_id, Gift.campaign_id == campaign.id,
                                                  Gift.state == "recorded").order_by(Gift.given_on, Gift.id)).all()
    shown = [_gift_row(gift) for gift in gifts if gift.donor_kind not in (_PUPILS, _ANONYMOUS)]
    pupils = [gift for gift in gifts if gift.donor_kind == _PUPILS]
    schools = units_by_id(session, {gift.unit_id for gift in pupils})
    shown += _together(pupils, lambda gift: f"{schools[gift.unit_id].name} {gift.class_name}".strip())
    return shown + _together([gift for gift in gifts if gift.donor_kind == _ANONYMOUS], lambda gift: ANONYMOUS)


_SHOWN = (Gift.donor_kind, Gift.donor_name, Gift.consent, Gift.class_name, Gift.form, Gift.amount, Gift.item, Gift.quantity,
          Gift.measure, Gift.given_on, Gift.unit_id)


def _gift_row(gift: Any) -> dict[str, Any]:
    counted = f"{gift.quantity.normalize():f}{gift.measure}" if gift.quantity is not None else ""
    return {"donor": public_name(gift.donor_kind, gift.donor_name, gift.consent), "form": words.label(words.FORMS, gift.form),
            "goods": f"{gift.item} {counted}".strip(), "amount": gift.amount, "on": gift.given_on}


def _together(gifts: Sequence[Any], name_of: Callable[[Any], str]) -> list[dict[str, Any]]:
    """One row for all gifts of a name and a form, without the single ones."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for gift in gifts:
        name, form = name_of(gift), words.label(words.FORMS, gift.form)
        row = found.setdefault((name, form), {"donor": name, "form": form, "goods": "", "amount": Decimal(0), "on": gift.given_on})
        row["amount"] += gift.amount
        row["on"] = max(row["on"], gift.given_on)
    return list(found.values())


def use_rows(session: Session, project: Project) -> list[dict[str, Any]]:
    """What a project was spent on, by use and place: no household, no person."""
    place = func.coalesce(Spending.place_id, Spending.unit_id)
    rows = session.execute(
        select(Spending.use, place, func.count(), func.sum(Spending.amount), func.max(Spending.spent_on))
        .where(Spending.tenant_id == project.tenant_id, Spending.project_code == project.code, Spending.state == "paid")
        .group_by(Spending.use, place).order_by(Spending.use, place)).all()
    places = units_by_id(session, {uuid.UUID(str(row[1])) for row in rows})
    return [{"use": words.label(words.USES, use), "place": places[uuid.UUID(str(at))].name, "payments": count, "amount": total,
             "on": last} for use, at, count, total, last in rows]
