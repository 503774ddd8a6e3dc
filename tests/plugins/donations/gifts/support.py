"""甲县 with one of the shipped plans, and short ways to give and to look."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from core.config import ROOT
from core.extensions import Actor
from core.funds import queries as funds
from core.host.manager import PluginHost
from core.ledgers import storing
from core.ledgers.checking import compile_schema
from core.ledgers.context import Context
from core.units.models import Unit
from plugins.donations.ledgers.gifts import GIFTS
from plugins.donations.models import Campaign, Gift
from plugins.donations.services import campaigns
from tests.factories.tenancy import apply_plan, profile_text

JIA = "990101"
TOWN, VILLAGE, OTHER_VILLAGE, SCHOOL = "990101100", "990101100001", "990101100002", "990101-S01"
ACTOR = Actor(uuid.UUID(int=1), "测试甲")
OTHER = Actor(uuid.UUID(int=2), "测试乙")


@cache
def shipped(name: str) -> str:
    """The clauses and the sections about giving of a shipped plan, to be made 甲县's."""
    text = (ROOT / "tenants" / name).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=\[)", text)
    kept = [block for block in blocks if block.startswith(("[[clause]]", "[[donations."))]
    clause = kept[0].split('id = "')[1].split('"')[0]
    rest = [block for block in kept if not (block.startswith("[[clause]]") and 'id = "一"\n' in block)]
    return "\n" + "\n\n".join([*rest, f'[[plugin]]\ncode = "donations"\nclause = "{clause}"\n'])


class County:
    """甲县 at work: a session with its scope open, its units by code, and short ways to do things."""

    def __init__(self, session: Session, units: dict[str, Unit], host: PluginHost) -> None:
        self.session, self.units, self.host = session, units, host

    @property
    def home(self) -> Unit:
        return self.units[JIA]

    def plan(self, name: str = "", text: str = "", starts: str = "2010-01-01") -> None:
        """Let 甲县 work by a shipped plan, or by these sections."""
        apply_plan(self.session, profile_text(shipped(name) if name else text, starts=starts), self.host)

    def campaign(self, code: str = "c1", *, opened: bool = True, **values: Any) -> Campaign:
        """A campaign, declared and open."""
        given = {"title": "测试捐赠活动", "plan_code": "", "kind": "internal", "holder": "甲县教育局", "holder_kind": "office",
                 "qualification": "", "starts_on": dt.date(2010, 1, 1), "concentrated_from": None, "concentrated_to": None,
                 "ends_on": None, "use_plan": "", "note": ""} | values
        made = campaigns.draft(self.session, JIA, self.home, {"code": code, **given}, ACTOR)
        if opened:
            campaigns.declare(self.session, made, ACTOR)
            campaigns.open_campaign(self.session, made, ACTOR)
        return made

    def give(self, reference: str, amount: str | None = None, *, unit: str = JIA, on: str = "2015-10-16", **values: str) -> Gift:
        """A gift by the very form of the ledger."""
        sent = {"reference": reference, "campaign_code": "c1", "given_on": on, "donor_kind": "unit", "donor_name": "测试公司",
                "form": "money", "amount": amount or "", **values}
        context = Context({"unit": lambda texts: {text: self.units[text].id for text in texts if text in self.units},
                           "person": lambda texts: {text: uuid.UUID(text) for text in texts}})
        typed = compile_schema(GIFTS, context)().load({name: value for name, value in sent.items() if value != ""})
        made = storing.create(self.session, GIFTS, JIA, self.units[unit].id, typed, ACTOR)
        return self.gift(made)

    def gift(self, gift_id: uuid.UUID) -> Gift:
        """A gift as it is stored."""
        found = self.session.get(Gift, (JIA, gift_id), populate_existing=True)
        assert found is not None
        return found

    def balance(self, code: str) -> Decimal | None:
        """What an account holds, or None where there is no such account."""
        found = funds.find_account(self.session, JIA, code)
        return None if found is None else found.balance


def yuan(text: str) -> Decimal:
    """An amount as people write it."""
    return Decimal(text.replace(",", ""))
