"""The tabs over the plugin's pages, each for those who may open it."""

from __future__ import annotations

from core.errors import N_
from plugins.donations.permissions import Action
from plugins.donations.routes.blueprint import blueprint

#: (endpoint, label, action), in the order they are shown
TABS: list[tuple[str, str, str]] = [
    ("donations.index", N_("捐赠活动"), Action.CAMPAIGN_READ),
    ("ledger-donations-gifts.index", N_("捐赠台账"), Action.GIFT_READ),
    ("donations.certificates_due", N_("捐赠证书"), Action.CERTIFICATE_READ),
    ("donations.publicity", N_("捐赠公示"), Action.CAMPAIGN_READ),
    ("donations.library", N_("认领"), Action.NEED_READ),
    ("donations.spendings_list", N_("款项使用"), Action.SPENDING_READ),
    ("donations.projects_list", N_("捐赠项目"), Action.SPENDING_READ),
    ("donations.statistics_page", N_("统计"), Action.GIFT_READ),
    ("donations.orders_list", N_("纠正通知"), Action.ORDER_READ),
]


@blueprint.app_template_global()
def donation_tabs() -> list[tuple[str, str, str]]:
    """The tabs, for templates."""
    return TABS
