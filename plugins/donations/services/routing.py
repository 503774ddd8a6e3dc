"""Through which accounts the money of a gift goes, as the plan says; nothing is opened or written here."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.calendar.days import DayKind
from core.errors import N_, InvalidInput
from core.funds.models import AccountKind
from core.funds.rules.retention import Term
from core.tenancy.queries import get_tenant
from core.units.models import Unit
from core.units.queries import ancestors, find_unit
from plugins.donations.models import Gift
from plugins.donations.plan.reading import Rule, rules_of
from plugins.donations.plan.schemas import CALENDAR_DAYS
from plugins.donations.rules import words
from plugins.donations.rules.routing import Facts, Way, choices

COLLECTED = "collected"


@dataclass(frozen=True)
class Stop:
    """An account as the plan names it, opened or not."""

    code: str
    title: str
    unit: Unit
    kind: AccountKind
    level: str = ""
    purposes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Course:
    """The way of a gift's money: where it stays, and where it waits before."""

    target: Stop
    via: Stop | None = None
    term: Term | None = None
    route: str = ""


class Routes:
    """The routes of a tenant's plan, read once for many gifts."""

    def __init__(self, session: Session, tenant_id: str) -> None:
        self._session = session
        self.home = get_tenant(session, tenant_id).unit
        self._routes = {rule.code: rule for rule in rules_of(session, tenant_id, "route")}
        self._pairs = {str(rule.get("donor", "")): rule for rule in rules_of(session, tenant_id, "pair")}
        self._funds = {str(rule.get("account", "")): rule for rule in rules_of(session, tenant_id, "fund")}
        self._units: dict[uuid.UUID, Unit] = {}

    def knows(self, route: str) -> bool:
        """Whether the plan has such a route now."""
        return route in self._routes

    def course(self, gift: Gift) -> Course:
        """The way of one gift. Raises InvalidInput at the field `route` where the plan leaves a choice or knows no such
        way, ParameterError where it masks what is needed."""
        if gift.collected_for:
            return Course(self._stop(COLLECTED, N_("代收捐赠款"), self._found(gift.unit_id), AccountKind.COLLECTED))
        names = tuple(name for name in (gift.donor_name, self._donor_unit(gift)) if name)
        ways = [Way(rule.code, str(rule.get("when", "any"))) for rule in self._routes.values()]
        found = choices(ways, Facts(gift.route, gift.designation, names), self._pairs)
        if gift.route and not found:
            raise InvalidInput(N_("方案里没有去向“%(route)s”"), {"route": N_("方案里没有这个去向")}, route=gift.route)
        if len(found) > 1:
            listed = "、".join(f"{code}（{self._routes[code].name}）" for code in found)
            raise InvalidInput(N_("这笔捐赠可以有几种去向，请写明：%(routes)s"), {"route": f"请选择去向：{listed}"}, routes=listed)
        if not found:
            return Course(self._stop("donations", N_("捐赠款"), self._found(gift.unit_id), AccountKind.OWN))
        return self._along(self._routes[found[0]], gift, names)

    def _along(self, route: Rule, gift: Gift, names: tuple[str, ...]) -> Course:
        hops = route.need("hops")
        last = self._last(hops[-1], route, gift, names)
        if len(hops) == 1:
            return Course(last, route=route.code)
        if gift.designation != "none":
            raise InvalidInput(N_("“%(route)s”经两级账户，不能带指定用途，请另选去向"), {"route": N_("指定用途的不走这条去向")},
                               route=route.name)
        first, days = hops[0], hops[0].get("days")
        via = self._stop(str(first["account"]), str(first["title"]), self.home, AccountKind.TRANSIT, str(first.get("level") or ""))
        term = Term(days, DayKind.of_unit(str(first.get("day_kind") or CALENDAR_DAYS))) if days else None
        return Course(last, via, term, route.code)

    def _last(self, hop: dict[str, Any], route: Rule, gift: Gift, names: tuple[str, ...]) -> Stop:
        code, title, level = str(hop["account"]), str(hop["title"]), str(hop.get("level") or "")
        if code in self._funds:
            fund = self._funds[code]
            uses = tuple(words.label(words.USES, use) for use in fund.get("uses") or ())
            return self._stop(code, fund.name, self.home, AccountKind.NAMED, level or str(fund.get("level") or ""), uses)
        if route.get("when") == "paired":
            pair = next(self._pairs[name] for name in names if name in self._pairs)
            recipient = "、".join(pair.need("recipients"))
            return self._stop(f"{code}:{pair.code}", f"{recipient}：{title}", self.home, AccountKind.OWN)
        unit = self._stands(level, gift)
        return self._stop(code, title if unit.id == self.home.id else f"{unit.name}：{title}", unit, AccountKind.OWN, level)

    def _stands(self, level: str, gift: Gift) -> Unit:
        """The unit of an account at a level: the place a gift is for, or the unit at or above where it was entered."""
        if level == "village" and gift.designated_place_id is not None:
            return self._found(gift.designated_place_id)
        own = self._found(gift.unit_id)
        if level == "school":
            return own
        line = [own, *reversed(ancestors(self._session, own))]
        within = [unit for unit in line if unit.path.startswith(self.home.path)]
        return next((unit for unit in within if unit.level == level and unit.kind == "division"), self.home)

    def _stop(self, code: str, title: str, unit: Unit, kind: AccountKind, level: str = "", purposes: tuple[str, ...] = ()) -> Stop:
        whole = f"donations.{code}" if unit.id == self.home.id else f"donations.{code}:{unit.code}"
        return Stop(whole, title, unit, kind, level if level != "school" else "", purposes)

    def _donor_unit(self, gift: Gift) -> str:
        return self._found(gift.donor_unit_id).name if gift.donor_unit_id else ""

    def _found(self, unit_id: uuid.UUID) -> Unit:
        if unit_id not in self._units:
            unit = find_unit(self._session, unit_id)
            if unit is None:
                raise InvalidInput(N_("没有这个单位，或者它不在您的范围内"))
            self._units[unit_id] = unit
        return self._units[unit_id]
