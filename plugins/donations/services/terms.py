"""What campaign and plan ask of a gift before it counts: a campaign that runs on its day, a wish that may be granted."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from core.errors import N_, InvalidInput
from core.extensions import today
from plugins.donations.models import Campaign, Gift
from plugins.donations.plan.reading import Rule, rules_of
from plugins.donations.queries import gifts as queries
from plugins.donations.rules import windows, words


class Terms:
    """The campaigns of a tenant and what its plan says of them, read once for many gifts."""

    def __init__(self, session: Session, tenant_id: str) -> None:
        self._campaigns: Mapping[str, Campaign] = queries.campaigns_by_code(session, tenant_id)
        self._rules = {rule.code: rule for rule in rules_of(session, tenant_id, "campaign")}
        self._forbidden = {str(rule.get("use")): rule.clause for rule in rules_of(session, tenant_id, "use")
                           if not rule.get("allowed", True)}

    def hold(self, gift: Gift) -> Campaign:
        """The campaign of a gift that keeps all of them; raises InvalidInput at the field that is wrong."""
        found = self._campaign(gift)
        rule = self._rules.get(found.plan_code)
        self._wish(gift, rule)
        if rule is not None and rule.get("own_place") and gift.designated_place_id is None:
            raise InvalidInput(N_("“%(title)s”的款物用于本单位帮扶的村、户，须写明指定的地方（凭据号 %(reference)s；%(clause)s）"),
                               {"designated_place_id": N_("须写明本单位帮扶的村")}, title=found.title, reference=gift.reference,
                               clause=rule.clause)
        return found

    def _campaign(self, gift: Gift) -> Campaign:
        found = self._campaigns.get(gift.campaign_code)
        if found is None:
            raise InvalidInput(N_("没有编号为“%(code)s”的捐赠活动（凭据号 %(reference)s）"),
                               {"campaign_code": N_("没有这个捐赠活动，请先登记活动")}, code=gift.campaign_code, reference=gift.reference)
        if found.state == "draft":
            raise InvalidInput(N_("捐赠活动“%(title)s”还没有开启（凭据号 %(reference)s）"), {"campaign_code": N_("这个活动还没有开启")},
                               title=found.title, reference=gift.reference)
        ends = found.closed_on if found.state == "closed" else found.ends_on
        wrong = windows.outside(gift.given_on, found.starts_on, ends, today())
        if wrong:
            raise InvalidInput(N_("%(wrong)s：%(day)s（凭据号 %(reference)s；活动“%(title)s”%(first)s 至 %(last)s）"), {"given_on": wrong},
                               wrong=wrong, day=gift.given_on, reference=gift.reference, title=found.title, first=found.starts_on,
                               last=ends or "长期")
        return found

    def _wish(self, gift: Gift, rule: Rule | None) -> None:
        """A wish that plan or campaign would never let anybody spend is told to the donor before it is taken."""
        use = gift.designated_use
        if not use:
            return
        clause = self._forbidden.get(use, "")
        uses = rule.get("uses") if rule is not None else None
        if not clause and rule is not None and uses and use not in uses:
            clause = rule.clause
        if clause:
            raise InvalidInput(N_("捐赠款不得用于“%(use)s”（凭据号 %(reference)s；%(clause)s），请与捐赠人商定别的用途"),
                               {"designated_use": N_("方案不允许这个用途")}, use=words.label(words.USES, use),
                               reference=gift.reference, clause=clause)
