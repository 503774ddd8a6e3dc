"""The accounts that the routes of a plan lead to, opened when the first gift comes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.calendar.days import DayKind
from core.extensions import Actor
from core.funds import queries as funds
from core.funds.models import FundAccount
from core.funds.rules.retention import Term
from core.funds.services import open_account
from plugins.donations.models import Gift
from plugins.donations.services.routing import Routes, Stop

#: an account is open for gifts that came before the platform did
LONG_AGO = dt.date(2000, 1, 1)


@dataclass(frozen=True)
class Road:
    """Where the money of a gift goes: the account where it stays, and the one it waits in on the way."""

    target: FundAccount
    via: FundAccount | None = None
    term: Term | None = None
    route: str = ""


class Roads:
    """The accounts of a tenant's routes, read once for many gifts."""

    def __init__(self, session: Session, tenant_id: str, actor: Actor) -> None:
        self._session, self._tenant_id, self._actor = session, tenant_id, actor
        self._routes = Routes(session, tenant_id)
        self._accounts: dict[str, FundAccount] = {}

    def of(self, gift: Gift) -> Road:
        """The road of one gift; raises what `Routes.course` raises."""
        course = self._routes.course(gift)
        via = self._account(course.via, course.term) if course.via is not None else None
        return Road(self._account(course.target), via, course.term, course.route)

    def elsewhere(self, gift: Gift) -> bool:
        """Whether a booked gift names another route than the one it went."""
        return self._routes.knows(gift.route) and self.of(gift).target.id != gift.account_id

    def _account(self, stop: Stop, term: Term | None = None) -> FundAccount:
        if stop.code not in self._accounts:
            # accounts count plain days; each transfer carries its own day, whichever days the plan counts
            days = term.days if term is not None and term.kind is DayKind.CALENDAR else None
            self._accounts[stop.code] = funds.find_account(self._session, self._tenant_id, stop.code) or open_account(
                self._session, self._tenant_id, stop.unit, stop.code, stop.title, self._actor, kind=stop.kind, on=LONG_AGO,
                level=stop.level, pass_on_days=days, purposes=stop.purposes)
        return self._accounts[stop.code]
