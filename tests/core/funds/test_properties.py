"""Any run of receipts, spending, transfers and reversals, taken or refused: every balance is its movements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import PlatformError
from core.extensions import Database, tenant_scope
from core.funds import queries
from core.funds.models import FundAccount, FundMovement, FundTransfer
from core.funds.recounting import recount
from core.funds.services import Wish, arrive, open_account, receive, reverse, send, spend
from core.tenancy.models import Tenant
from tests.core.funds.conftest import ACTOR, DAY, JIA
from tests.factories.units import make_tree

CODES = ("one", "two", "via")
AMOUNT = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("500.00"), places=2)
STEP = st.tuples(st.sampled_from(("receive", "wish", "spend", "draw", "send", "through", "arrive", "reverse", "reverse")),
                 AMOUNT, st.integers(0, 60), st.booleans())


class Model:
    """What each account should hold, kept beside the books as plain numbers."""

    def __init__(self, session: Session) -> None:
        self.session, self.held = session, dict.fromkeys(CODES, Decimal(0))

    def take(self, turn: int, step: tuple[str, Decimal, int, bool]) -> None:
        """Do one step; what the books refuse leaves the model as it was."""
        kind, amount, pick, swap = step
        held = dict(self.held)
        try:
            getattr(self, f"_{kind}")(f"k{turn}", amount, pick, swap)
        except PlatformError:
            self.held = held

    def account(self, code: str) -> FundAccount:
        found = queries.find_account(self.session, JIA, code)
        assert found is not None
        return found

    def _receive(self, key: str, amount: Decimal, pick: int, swap: bool, wish: Wish | None = None) -> None:
        code = CODES[swap]
        receive(self.session, self.account(code), amount, DAY, ACTOR, key=key, wish=wish)
        self.held[code] += amount

    def _wish(self, key: str, amount: Decimal, pick: int, swap: bool) -> None:
        self._receive(key, amount, pick, swap, Wish("助学", use="助学"))

    def _spend(self, key: str, amount: Decimal, pick: int, swap: bool, wish: Any = None) -> None:
        code = CODES[swap]
        spend(self.session, self.account(code), amount, DAY, ACTOR, key=key, use="助学", designation_id=wish)
        self.held[code] -= amount

    def _draw(self, key: str, amount: Decimal, pick: int, swap: bool) -> None:
        wishes = queries.open_designations(self.session, self.account(CODES[swap]))
        if wishes:
            self._spend(key, amount, pick, swap, wishes[pick % len(wishes)].id)

    def _send(self, key: str, amount: Decimal, pick: int, swap: bool) -> None:
        one, other = CODES[swap], CODES[not swap]
        wishes = queries.open_designations(self.session, self.account(one))
        named = wishes[pick % len(wishes)].id if wishes and pick % 2 else None
        send(self.session, self.account(one), self.account(other), amount, DAY, ACTOR, key=key, designation_id=named)
        self.held[one] -= amount
        self.held[other] += amount

    def _through(self, key: str, amount: Decimal, pick: int, swap: bool) -> None:
        one = None if pick % 3 == 0 else CODES[swap]
        send(self.session, self.account(one) if one else None, self.account(CODES[not swap]), amount, DAY, ACTOR, key=key,
             via=self.account("via"))
        if one:
            self.held[one] -= amount
        self.held["via"] += amount

    def _arrive(self, key: str, amount: Decimal, pick: int, swap: bool) -> None:
        found = list(self.session.scalars(select(FundTransfer).where(FundTransfer.via_id.is_not(None)).order_by(FundTransfer.id)))
        if found:
            transfer = found[pick % len(found)]
            arrive(self.session, transfer, DAY, ACTOR, amount=amount)
            self.held["via"] -= amount
            self.held[self._code(transfer.to_id)] += amount

    def _reverse(self, key: str, amount: Decimal, pick: int, swap: bool) -> None:
        found = list(self.session.scalars(select(FundMovement).order_by(FundMovement.id)))
        if found:
            for back in reverse(self.session, found[pick % len(found)], DAY + dt.timedelta(1), ACTOR, "登记错误"):
                self.held[self._code(back.account_id)] += back.amount

    def _code(self, account_id: Any) -> str:
        return queries.get_account(self.session, JIA, account_id).code


#: so that there is something to spend, to draw upon and to take back
FIRST = [("receive", Decimal(900), 0, False), ("receive", Decimal(900), 0, True), ("wish", Decimal(300), 0, False),
         ("wish", Decimal(300), 0, True), ("draw", Decimal(40), 0, False), ("send", Decimal(50), 1, True)]


@given(st.lists(STEP, min_size=1, max_size=25))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_balances_are_their_movements_whatever_is_done(sqlite_database: Database, steps: list[Any]) -> None:
    session = sqlite_database.session(write=True)
    try:
        _open(session)
        with tenant_scope(session, JIA):
            model = Model(session)
            for turn, step in enumerate([*FIRST, *steps]):
                model.take(turn, step)
            assert {code: model.account(code).balance for code in CODES} == model.held
            assert recount(session, JIA) == []
    finally:
        session.rollback()
        session.close()


def _open(session: Session) -> None:
    units = make_tree(session)
    session.add(Tenant(id=JIA, unit_id=units[JIA].id, founded_on=DAY))
    session.flush()
    kinds: dict[str, str] = {"one": "own", "two": "named", "via": "transit"}
    opened: Callable[..., FundAccount] = open_account
    with tenant_scope(session, JIA):
        for code in CODES:
            opened(session, JIA, units[JIA], code, code, ACTOR, kind=kinds[code], on=DAY)
