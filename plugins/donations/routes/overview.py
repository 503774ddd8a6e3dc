"""捐赠: what has come and gone, the campaigns of the place, and the way to everything else."""

from __future__ import annotations

from flask import g, url_for

from core.errors import N_
from core.extensions import today
from core.host.contract import Card
from core.web.filters import money
from core.web.markers import require
from core.web.request import db, id_argument, unit, viewer
from plugins.donations.permissions import Action
from plugins.donations.queries import campaigns, spendings, statistics
from plugins.donations.routes.blueprint import blueprint, scope_for, show


@blueprint.get("/")
@require(Action.CAMPAIGN_READ)
def index(code: str) -> str:
    """The campaigns, newest first, under the numbers of the place."""
    rows = campaigns.list_campaigns(db(), scope_for(Action.CAMPAIGN_READ), id_argument("before"))
    shown = {row.id for row in rows}
    above = campaigns.running(db(), g.tenant_id) if viewer().allowed(Action.GIFT_WRITE) else []
    return show("index.html", rows=rows, cards=_cards(), above=[row for row in above if row.id not in shown])


def _cards() -> list[Card]:
    """What the viewer may see of the whole."""
    found: list[Card] = []
    if viewer().allowed(Action.GIFT_READ):
        whole = statistics.total(db(), scope_for(Action.GIFT_READ), statistics.Period(None, today()))
        here = url_for("donations.statistics_page", code=unit().code)
        found += [Card(N_("捐款"), money(whole.money), url=here), Card(N_("捐物（估价）"), money(whole.goods), url=here)]
    if viewer().allowed(Action.SPENDING_READ):
        found.append(Card(N_("已使用"), money(spendings.total_spent(db(), scope_for(Action.SPENDING_READ))),
                          url=url_for("donations.spendings_list", code=unit().code)))
    if viewer().allowed(Action.ORDER_READ):
        count = campaigns.count_open_orders(db(), scope_for(Action.ORDER_READ))
        found.append(Card(N_("待纠正"), str(count), url=url_for("donations.orders_list", code=unit().code),
                          status="warning" if count else "plain"))
    return found
