"""What the plugin says elsewhere: cards and to-dos of the workbench, timelines, search."""

from __future__ import annotations

from flask import url_for
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import today
from core.extensions.phrases import phrase
from core.host.contract import Card, Found, Place, Subject, TimelineEntry, Todo
from core.web.filters import money
from plugins.donations.permissions import Action
from plugins.donations.queries import campaigns, gifts, spendings, statistics
from plugins.donations.rules import words

CAMPAIGN = phrase(N_("捐赠活动：%(title)s"))
SPENT = phrase(N_("使用捐赠款 %(amount)s：%(what)s"))
MEANT_FOR = phrase(N_("指定给本人的捐赠 %(amount)s"))
RECEIVED = phrase(N_("领取捐赠款 %(amount)s"))
RECEIVED_AS = phrase(N_("领取捐赠款 %(amount)s：%(what)s"))
_SHOWN = 20
_COUNTED = phrase(N_("%(count)s 笔"))


def cards(session: Session, place: Place) -> list[Card]:
    """What was given at and below a place this year."""
    scope = place.scope(Action.GIFT_READ)
    if not scope.tenants:
        return []
    year = statistics.total(session, scope, statistics.Period(today().replace(month=1, day=1), today()))
    return [Card(N_("今年收到捐赠"), money(year.total), _COUNTED(count=year.count), url_for("donations.statistics_page", code=place.code))]


def todos(session: Session, place: Place) -> list[Todo]:
    """Orders that wait for an answer, from whoever enters gifts; orders answered, from whoever gave them."""
    found: list[Todo] = []
    here = url_for("donations.orders_list", code=place.code)
    for action, state, title in ((Action.GIFT_WRITE, "open", N_("答复捐赠纠正通知")),
                                 (Action.ORDER_WRITE, "answered", N_("核对已答复的捐赠纠正通知"))):
        scope = place.scope(action)
        count, due = campaigns.waiting_orders(session, scope, state) if scope.tenants else (0, None)
        if count:
            found.append(Todo(title, here, due, count))
    return found


def of_unit(session: Session, place: Place) -> list[TimelineEntry]:
    """Campaigns and payments at and below a unit."""
    events = [TimelineEntry(row.starts_on, CAMPAIGN(title=row.title), url_for("donations.campaign", code=place.code, campaign_id=row.id))
              for row in campaigns.list_campaigns(session, place.scope(Action.CAMPAIGN_READ), limit=_SHOWN)]
    paid = [TimelineEntry(row.spent_on, SPENT(amount=money(row.amount), what=words.label(words.USES, row.use)),
                          url_for("donations.spending", code=place.code, spending_id=row.id))
            for row in spendings.list_spendings(session, place.scope(Action.SPENDING_READ), limit=_SHOWN) if row.state == "paid"]
    return events + paid


def of_person(session: Session, place: Place, person: Subject) -> list[TimelineEntry]:
    """What was given for one person, and what of it was paid out."""
    given = [TimelineEntry(row.given_on, MEANT_FOR(amount=money(row.amount)),
                           url_for("donations.gift", code=place.code, gift_id=row.id))
             for row in gifts.gifts_for_person(session, place.scope(Action.GIFT_READ), person.id)]
    paid = [TimelineEntry(row.spent_on, RECEIVED(amount=money(row.amount)),
                          url_for("donations.spending", code=place.code, spending_id=row.id))
            for row in spendings.spendings_for_person(session, place.scope(Action.SPENDING_READ), person.id)]
    return given + paid


def of_household(session: Session, place: Place, household: Subject) -> list[TimelineEntry]:
    """What was paid out to one household."""
    return [TimelineEntry(row.spent_on, RECEIVED_AS(amount=money(row.amount), what=words.label(words.USES, row.use)),
                          url_for("donations.spending", code=place.code, spending_id=row.id))
            for row in spendings.spendings_for_household(session, place.scope(Action.SPENDING_READ), household.id)]


def hits(session: Session, place: Place, text: str, limit: int) -> list[Found]:
    """Gifts by reference or donor, and campaigns by title, that begin with the words."""
    found = [Found(row.donor_name or row.reference, f"捐赠 {row.given_on} {money(row.amount)}",
                   url_for("donations.gift", code=place.code, gift_id=row.id))
             for row in gifts.search(session, place.scope(Action.GIFT_READ), text, limit)]
    return found + [Found(row.title, f"捐赠活动 {row.code}", url_for("donations.campaign", code=place.code, campaign_id=row.id))
                    for row in campaigns.search(session, place.scope(Action.CAMPAIGN_READ), text, limit - len(found))]
