"""Everything that changes money. The caller has the tenant's scope open and commits."""

from core.funds.rules.uses import NO_RULES, UseRules
from core.funds.services.closing import close_account, close_period, reopen_period
from core.funds.services.money import Wish, open_account, receive, spend
from core.funds.services.recovering import order_recovery, recover
from core.funds.services.reversing import reverse
from core.funds.services.transfers import arrive, pass_on, send

__all__ = ["NO_RULES", "UseRules", "Wish", "arrive", "close_account", "close_period", "open_account", "order_recovery",
           "pass_on", "receive", "recover", "reopen_period", "reverse", "send", "spend"]
