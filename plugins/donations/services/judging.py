"""Gifts of a list judged before it is confirmed, by the very rules that hold when they are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput, ParameterError
from core.extensions.phrases import phrase
from core.funds import queries as funds
from core.funds.models import FundAccount
from core.funds.services.booking import shut
from core.host.ledgers import Proposed, Refusal
from plugins.donations.models import Gift
from plugins.donations.services.booking import is_cash
from plugins.donations.services.routing import Routes, Stop
from plugins.donations.services.terms import Terms

_COLUMNS = frozenset(column.key for column in Gift.__mapper__.column_attrs)
#: what moves money when it changes
_MONEY = ("amount", "given_on", "form", "collected_for", "designation", "designated_place_id", "designated_use",
          "designated_project", "designated_person_id")
_KEY = "reference"
_RECEIPTED = phrase(N_("已开票据 %(number)s，金额、日期和指定用途不能改；请先作废票据或办理退还"))


def judge(session: Session, tenant_id: str, rows: Sequence[Proposed]) -> list[Refusal]:
    """What is wrong with each of these gifts, at most one thing of each."""
    court = _Court(session, tenant_id)
    found = ((at, court.fault(new, old)) for at, (new, old) in enumerate(rows))
    return [Refusal(at, *fault) for at, fault in found if fault is not None]


class _Court:
    """Terms, routes and accounts of a tenant, read once."""

    def __init__(self, session: Session, tenant_id: str) -> None:
        self._session, self._tenant_id = session, tenant_id
        self._terms, self._routes = Terms(session, tenant_id), Routes(session, tenant_id)
        self._accounts: dict[str, FundAccount | None] = {}

    def fault(self, new: Mapping[str, Any], old: Mapping[str, Any] | None) -> tuple[str, str] | None:
        """Field and message, or None where the gift can be stored."""
        gift = Gift(**{name: value for name, value in new.items() if name in _COLUMNS and value is not None})
        gift.tenant_id, gift.designation = self._tenant_id, gift.designation or "none"
        gift.state = gift.state or "recorded"
        try:
            self._terms.hold(gift)
            if is_cash(gift):
                self._bookable(gift)
        except InvalidInput as error:
            return next(iter(error.fields.items()), (_KEY, error.text))
        except ParameterError as error:
            return "route", error.text
        if old is not None and old["receipt_number"] and gift.state == "recorded" and _moves(gift, old):
            return _KEY, _RECEIPTED(number=old["receipt_number"])
        return None

    def _bookable(self, gift: Gift) -> None:
        course = self._routes.course(gift)
        for stop in (course.via, course.target):
            reason = self._shut(stop, gift) if stop is not None else None
            if reason is not None:
                raise InvalidInput(reason.message, {"given_on": reason.text}, **reason.params)

    def _shut(self, stop: Stop, gift: Gift) -> Conflict | None:
        if stop.code not in self._accounts:
            self._accounts[stop.code] = funds.find_account(self._session, self._tenant_id, stop.code)
        account = self._accounts[stop.code]
        return shut(account, gift.given_on) if account is not None else None


def _moves(gift: Gift, old: Mapping[str, Any]) -> bool:
    return any((getattr(gift, name) or None) != (old[name] or None) for name in _MONEY)
