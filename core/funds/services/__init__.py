"""Everything that changes money. The caller has the tenant's scope open and commits."""

from core.funds.rules.uses import NO_RULES, UseRules
from core.funds.services.money import Wish, open_account, receive, spend
from core.funds.services.reversing import reverse
from core.funds.services.transfers import arrive, send

__all__ = ["NO_RULES", "UseRules", "Wish", "arrive", "open_account", "receive", "reverse", "send", "spend"]
