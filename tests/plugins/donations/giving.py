"""甲县 with a plan about giving, people who hold its roles, and gifts straight into the table."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.catalogue import catalogue
from core.access.viewer import Viewer, load_viewer
from core.accounts.models import Account
from core.accounts.services import assign, store_account
from core.extensions import Actor, new_id
from core.host.manager import PluginHost
from core.units.models import Unit
from plugins.donations.models import Campaign, Contributor, Gift
from tests.factories.tenancy import apply_plan, days, profile_text
from tests.factories.world import ACTOR, SINCE, make_world
from tests.support.hosts import loaded

JIA, TOWN, VILLAGE = "990101", "990101100", "990101100001"
PLUGIN = """
[[plugin]]
code = "donations"
clause = "一"
"""
THRESHOLD = """
[[donations.threshold]]
code = "{code}"
name = "大额捐赠"
clause = "一"
donor = "{donor}"
amount = "{amount}"
comparator = "{comparator}"
basis = "{basis}"
honour = "捐赠证书"
issuer = "县人民政府"
issuer_level = "county"
{more}
"""
CLOCKS = """
[[donations.clock]]
code = "gifts"
name = "公示捐赠单位、个人和额度"
clause = "一"
event = "campaign_end"
days = 30
day_kind = "工作日"

[[donations.clock]]
code = "use"
name = "公示捐赠款项使用情况"
clause = "一"
event = "project_end"
days = 30
day_kind = "工作日"
"""
LIBRARY = """
[[donations.library]]
code = "needs"
name = "受助项目库"
clause = "一"
least = 1
most = 2
"""
ROUTE = """
[[donations.route]]
code = "county"
name = "统一上交专户"
clause = "一"
hops = [{ account = "county-special", title = "县专户", level = "county" }]
"""
_references = itertools.count(1)


def threshold(donor: str = "unit", amount: str = "50000.00", *, code: str = "", comparator: str = "gt", basis: str = "single",
              more: str = "") -> str:
    """An entry of the plan."""
    return THRESHOLD.format(code=code or f"large-{donor}", donor=donor, amount=amount, comparator=comparator, basis=basis, more=more)


PLAN = (days(7), threshold(), threshold("person", "5000.00"), CLOCKS, LIBRARY, ROUTE)
#: login → (role, code of the unit)
PEOPLE = {
    "town-clerk": ("donations_clerk", TOWN),
    "town-manager": ("donations_manager", TOWN),
    "county-one": ("donations_manager", JIA),
    "county-two": ("donations_manager", JIA),
}


@dataclass(frozen=True)
class County:
    """What tests need of it: units by code, the host, people by login."""

    units: dict[str, Unit]
    host: PluginHost
    people: dict[str, Actor]

    def viewer(self, session: Session, login: str) -> Viewer:
        """What a person may do now."""
        actor = self.people[login]
        assert actor.account_id is not None
        return load_viewer(session, actor.account_id, actor.name)


def make_county(session: Session, data_dir: Path) -> County:
    """Fill an empty database; commits nothing."""
    host = loaded()
    units = make_world(session, host)
    give_plan(session, host, *PLAN)
    return County(units, host, hire(session, host, units))


def find_county(session: Session, host: PluginHost) -> County:
    """The same of a database that was copied."""
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    accounts = {account.login: account for account in session.scalars(select(Account).where(Account.login.in_(PEOPLE)))}
    people = {login: Actor(accounts[login].id, accounts[login].name, role=role) for login, (role, _) in PEOPLE.items()}
    return County(units, host, people)


def give_plan(session: Session, host: PluginHost, *sections: str) -> None:
    """Let these sections be the plan of 甲县."""
    apply_plan(session, profile_text(PLUGIN, *sections, starts="2015-01-01"), host)


def hire(session: Session, host: PluginHost, units: dict[str, Unit]) -> dict[str, Actor]:
    """The people of PEOPLE, with the password of the world's people."""
    hashed = session.scalars(select(Account.password_hash)).first()
    assert hashed is not None
    known, people = catalogue(host), {}
    for number, (login, (role, code)) in enumerate(PEOPLE.items()):
        account = store_account(session, login, f"测试捐{number + 1}", hashed, ACTOR)
        assign(session, account, role, units[code], ACTOR, known=known, since=SINCE)
        people[login] = Actor(account.id, account.name, role=role)
    return people


def give(session: Session, unit: Unit, amount: str, *, donor: str = "测试公司", kind: str = "unit", on: str = "2026-10-01",
         **more: Any) -> Gift:
    """A gift of money, as it stands in the table once it is recorded."""
    gift = Gift(**{"tenant_id": JIA, "id": new_id(), "unit_id": unit.id, "reference": f"测{next(_references):05d}",
                   "campaign_code": "日", "given_on": dt.date.fromisoformat(on), "donor_kind": kind, "donor_name": donor,
                   "form": "money", "amount": Decimal(amount), **more})
    session.add(gift)
    session.flush()
    return gift


def contribute(session: Session, gift: Gift, count: int) -> None:
    """So many who put the same into a pooled gift."""
    share = gift.amount / count
    session.add_all(Contributor(tenant_id=JIA, unit_id=gift.unit_id, gift_id=gift.id, name=f"测试{number:02d}", amount=share)
                    for number in range(count))
    session.flush()


def campaign(session: Session, unit: Unit, *, code: str = "日", title: str = "扶贫日捐赠", **more: Any) -> Campaign:
    """A campaign that is open."""
    made = Campaign(**{"tenant_id": JIA, "id": new_id(), "unit_id": unit.id, "code": code, "title": title, "kind": "internal",
                       "holder": "甲县扶贫办", "holder_kind": "office", "starts_on": dt.date(2015, 1, 1), "state": "open", **more})
    session.add(made)
    session.flush()
    return made


