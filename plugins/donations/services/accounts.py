"""The accounts that the routes of a plan lead to, opened when the first gift comes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.errors import N_, InvalidInput
from core.extensions import Actor
from core.funds import queries as funds
from core.funds.models import AccountKind, FundAccount
from core.funds.services import open_account
from core.tenancy.queries import get_tenant
from core.units.models import Unit
from core.units.queries import ancestors, find_unit
from plugins.donations.models import Gift
from plugins.donations.plan.reading import Rule, rules_of
from plugins.donations.rules import words
from plugins.donations.rules.routing import Facts, Way, choices

#: an account is open for gifts that came before the platform did
LONG_AGO = dt.date(2000, 1, 1)
COLLECTED = "collected"


@dataclass(frozen=True)
class Road:
    """Where the money of a gift goes: the account where it stays, and the one it waits in on the way."""

    target: FundAccount
    via: FundAccount | None = None
    due_days: int | None = None
    route: str = ""


class Roads:
    """The routes of a tenant's plan, read once for many gifts."""

    def __init__(self, session: Session, tenant_id: str, actor: Actor) -> None:
        self._session, self._tenant_id, self._actor = session, tenant_id, actor
        self.home = get_tenant(session, tenant_id).unit
        self.routes = {rule.code: rule for rule in rules_of(session, tenant_id, "route")}
        self.pairs = {str(rule.get("donor", "")): rule for rule in rules_of(session, tenant_id, "pair")}
        self.funds = {str(rule.get("account", "")): rule for rule in rules_of(session, tenant_id, "fund")}
        self._units: dict[Any, Unit] = {}
        self._accounts: dict[str, FundAccount] = {}

    def of(self, gift: Gift) -> Road:
        """The road of one gift; raises InvalidInput at the field `route` where the plan leaves a choice."""
        if gift.collected_for:
            return Road(self._account(COLLECTED, N_("代收捐赠款"), self._unit(gift), AccountKind.COLLECTED))
        names = tuple(name for name in (gift.donor_name, self._donor_unit(gift)) if name)
        ways = [Way(rule.code, str(rule.get("when", "any"))) for rule in self.routes.values()]
        found = choices(ways, Facts(gift.route, gift.designation, names), self.pairs)
        if gift.route and not found:
            raise InvalidInput(N_("方案里没有去向“%(route)s”"), {"route": N_("方案里没有这个去向")}, route=gift.route)
        if len(found) > 1:
            names_ = "、".join(f"{code}（{self.routes[code].name}）" for code in found)
            raise InvalidInput(N_("这笔捐赠可以有几种去向，请写明：%(routes)s"), {"route": f"请选择去向：{names_}"}, routes=names_)
        if not found:
            return Road(self._account("donations", N_("捐赠款"), self._unit(gift), AccountKind.OWN))
        return self._along(self.routes[found[0]], gift, names)

    def _along(self, route: Rule, gift: Gift, names: tuple[str, ...]) -> Road:
        hops = route.need("hops")
        last = self._last(hops[-1], route, gift, names)
        if len(hops) == 1:
            return Road(last, route=route.code)
        if gift.designation != "none":
            raise InvalidInput(N_("“%(route)s”经两级账户，不能带指定用途，请另选去向"), {"route": N_("指定用途的不走这条去向")},
                               route=route.name)
        first = hops[0]
        via = self._account(str(first["account"]), str(first["title"]), self.home, AccountKind.TRANSIT, first.get("level"),
                            first.get("days"))
        return Road(last, via, first.get("days"), route.code)

    def _last(self, hop: dict[str, Any], route: Rule, gift: Gift, names: tuple[str, ...]) -> FundAccount:
        code, title, level = str(hop["account"]), str(hop["title"]), str(hop.get("level") or "")
        if code in self.funds:
            fund = self.funds[code]
            uses = [words.label(words.USES, use) for use in fund.get("uses") or []]
            return self._account(code, fund.name, self.home, AccountKind.NAMED, level, purposes=uses)
        if route.get("when") == "paired":
            pair = next(self.pairs[name] for name in names if name in self.pairs)
            recipient = "、".join(pair.need("recipients"))
            return self._account(f"{code}:{pair.code}", f"{recipient}：{title}", self.home, AccountKind.OWN)
        unit = self._stands(level, gift)
        return self._account(code, title if unit.id == self.home.id else f"{unit.name}：{title}", unit, AccountKind.OWN, level)

    def _stands(self, level: str, gift: Gift) -> Unit:
        """The unit of an account at a level: the place a gift is for, or the unit at or above where it was entered."""
        if level == "village" and gift.designated_place_id is not None:
            return self._found(gift.designated_place_id)
        own = self._unit(gift)
        if level == "school":
            return own
        line = [own, *reversed(ancestors(self._session, own))]
        within = [unit for unit in line if unit.path.startswith(self.home.path)]
        return next((unit for unit in within if unit.level == level and unit.kind == "division"), self.home)

    def _account(self, code: str, title: str, unit: Unit, kind: AccountKind, level: str | None = "", days: int | None = None,
                 purposes: list[str] | None = None) -> FundAccount:
        whole = f"donations.{code}" if unit.id == self.home.id else f"donations.{code}:{unit.code}"
        if whole not in self._accounts:
            self._accounts[whole] = funds.find_account(self._session, self._tenant_id, whole) or open_account(
                self._session, self._tenant_id, unit, whole, title, self._actor, kind=kind, on=LONG_AGO,
                level=level if level and level != "school" else "", pass_on_days=days, purposes=purposes or ())
        return self._accounts[whole]

    def _donor_unit(self, gift: Gift) -> str:
        return self._found(gift.donor_unit_id).name if gift.donor_unit_id else ""

    def _unit(self, gift: Gift) -> Unit:
        return self._found(gift.unit_id)

    def _found(self, unit_id: Any) -> Unit:
        if unit_id not in self._units:
            unit = find_unit(self._session, unit_id)
            if unit is None:
                raise InvalidInput(N_("没有这个单位，或者它不在您的范围内"))
            self._units[unit_id] = unit
        return self._units[unit_id]
