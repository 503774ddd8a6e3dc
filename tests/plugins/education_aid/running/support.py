"""甲县 and 乙县 at work: a plan that says how aid runs, children, awards, and short ways through the steps."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum import luhn

from core.documents.models import Document
from core.extensions import Actor, new_id
from core.funds.services import open_account, receive
from core.host.manager import PluginHost
from core.host.models import PluginSwitch
from core.processes.bulk import take_many
from core.publicity.models import Notice
from core.registry.models import Enrolment, Household, Person
from core.tenancy.models import Tenant
from core.units.models import Unit
from plugins.education_aid.models import AidRun, Application, Award, Batch, Payment
from plugins.education_aid.processes.applications import APPLICATION
from plugins.education_aid.rules.words import PARTS
from plugins.education_aid.services import applying
from tests.factories.registry import made_up_id, make_enrolment, make_household, make_person
from tests.factories.tenancy import apply_plan, days, profile_text

JIA, YI = "990101", "990102"
EAST, WEST, TOWN, SCHOOL, PRIMARY, YI_SCHOOL = ("990101100001", "990101100002", "990101100", "990101-S01", "990101-S02", "990102-S01")
CLERK, TEACHER, HEAD, CENTRE, CHIEF = (Actor(uuid.UUID(int=number), f"测试{name}") for number, name in
                                       enumerate(("经办", "班主任", "校长", "资助中心", "主任"), 1))
YEAR, TERM = 2019, 1
FLOW = """
[[education_aid.flow]]
code = "course"
name = "资助办理流程"
clause = "一"
township = {township}
pay_days = 10
case_days = 20
letter_days = 15
letter_issuers = ["甲县教育局", "甲县扶贫开发局"]
letter_prefix = "甲教助函"
"""
BANK = """
[[education_aid.bank]]
code = "test-bank"
name = "测试银行代发"
clause = "一"
bank = "测试银行"
account = "aid"
encoding = "utf-8-sig"
sent = [{ title = "批次", holds = "batch" }, { title = "序号", holds = "line" }, { title = "户名", holds = "name" },
        { title = "账号", holds = "card" }, { title = "金额", holds = "amount" }]
returned = [{ title = "批次", holds = "batch" }, { title = "序号", holds = "line" }, { title = "金额", holds = "amount" },
            { title = "结果", holds = "code" }]
success = ["00"]
reasons = { "14" = "账号不存在" }
"""
HUNT = """
[[education_aid.dropout]]
code = "cohort"
name = "适龄儿童少年"
clause = "一"
born_from = 2003-09-01
born_to = 2013-08-31
for_year = 2019
ceiling = "2"
case_days = 30
"""
PLUGIN = """
[[plugin]]
code = "education_aid"
clause = "一"
"""


def card(number: int) -> str:
    """A made-up card whose check digit is right."""
    body = f"622202{number:012d}"
    return body + luhn.calc_check_digit(body)


class County:
    """甲县: a session with both counties' scope open in turn, its units by code."""

    def __init__(self, session: Session, units: dict[str, Unit], host: PluginHost) -> None:
        self.session, self.units, self.host = session, units, host
        self._count = 0

    @classmethod
    def found(cls, session: Session, units: dict[str, Unit], host: PluginHost) -> None:
        """The tenants, with the plan of 甲县 and the plugin on in both."""
        for code in ("99", JIA, YI):
            session.add(Tenant(id=code, unit_id=units[code].id, founded_on=dt.date(2010, 1, 1)))
        session.flush()  # the plan belongs to one of them

    def plan(self, *sections: str, township: bool = False) -> None:
        """Let 甲县 work by this plan."""
        said = sections or (FLOW.format(township=str(township).lower()), BANK, HUNT)
        apply_plan(self.session, profile_text(days(5), PLUGIN, *said, starts="2010-01-01"), self.host)
        switch = self.session.get(PluginSwitch, (YI, "education_aid"))
        if switch is None:
            self.session.add(PluginSwitch(tenant_id=YI, plugin="education_aid", on=True, changed_by="测试"))
            self.session.flush()  # a letter asks for it

    def child(self, born: dt.date = dt.date(2008, 5, 1), *, village: str = EAST, school: str | None = SCHOOL, tenant: str = JIA,
              carded: bool = True, **values: Any) -> Person:
        """A child of a village, at a school in the autumn of 2019."""
        self._count += 1
        number = values.pop("number", self._count)
        known: dict[str, Any] = {"name": f"测试{'甲乙丙丁戊己庚辛壬癸'[number % 10]}{number}", "id_number": made_up_id(number, born)}
        if carded:
            known["bank_card"] = card(number)
        enrolled = {key: values.pop(key) for key in ("elsewhere_school", "elsewhere_place", "stage", "class_name") if key in values}
        made = make_person(self.session, self.units[village], tenant, birth_on=born, **{**known, **values})
        if school is not None:
            self.enrol(made, school, **enrolled)
        return made

    def enrol(self, person: Person, school: str, year: int = YEAR, **values: Any) -> Enrolment:
        """At a school in a term."""
        return make_enrolment(self.session, person, self.units[school], year, values.pop("stage", "junior"), **values)

    def household(self, village: str = EAST, **values: Any) -> Household:
        """A household of a village."""
        return make_household(self.session, self.units[village], **values)

    def award(self, person: Person, amount: str = "625.00", item: str = "boarding", *, school: str = SCHOOL,
              term: tuple[int, int] = (YEAR, TERM), name: str = "寄宿生生活补助", kind: str = "cash", tenant: str = JIA) -> Award:
        """What a run would have found."""
        run = self.session.scalar(select(AidRun).where(AidRun.tenant_id == tenant, AidRun.school_year == term[0], AidRun.term == term[1]))
        if run is None:
            run = AidRun(tenant_id=tenant, id=new_id(), unit_id=self.units[tenant].id, school_year=term[0], term=term[1],
                         as_on=dt.date(term[0], 9, 30), state="done")
            self.session.add(run)
            self.session.flush()  # the award refers to it
        made = Award(tenant_id=tenant, id=new_id(), unit_id=self.units[school].id, run_id=run.id, person_id=person.id, school_year=term[0],
                     term=term[1], item=item, item_name=name, kind=kind, amount=Decimal(amount), clause="一", stage="junior",
                     class_name="初一（1）班")
        self.session.add(made)
        self.session.flush()  # what follows asks for it
        return made

    def money(self, amount: str = "1000000") -> None:
        """An account that pays."""
        account = open_account(self.session, JIA, self.units[JIA], "aid", "资助专户", CENTRE, on=dt.date(2019, 1, 1))
        receive(self.session, account, Decimal(amount), dt.date(2019, 9, 2), CENTRE, key="test:budget")

    def applications(self, *states: str) -> list[Application]:
        """The applications that stand in these states, or all."""
        statement = select(Application).order_by(Application.id)
        if states:
            statement = statement.where(Application.state.in_(states))
        return list(self.session.scalars(statement))

    def step(self, code: str, actor: Actor, state: str, *, reason: str = "") -> None:
        """All applications of a state go a step; nobody may be refused."""
        taken = take_many(self.session, self.host, APPLICATION, self.applications(state), code, actor, reason)
        assert [str(one.why) for one in taken.refused] == []

    def to_publicity(self) -> Notice:
        """From the awards to the notice, by three people."""
        applying.draft_from_awards(self.session, JIA, YEAR, TERM, CLERK)
        self.step("submit", CLERK, "draft")
        self.step("review", TEACHER, "class_review")
        self.step("school", HEAD, "school_review")
        return applying.publicise(self.session, self.host, self.units[SCHOOL], self.applications("publicity"), HEAD)

    def approve(self) -> None:
        """From finished publicity to the county's approval."""
        self.step("to_county", HEAD, "publicity")
        self.step("approve", CHIEF, "county")

    def document(self, unit: str = SCHOOL, folder: str = "education_aid.papers", item: str = "publicity",
                 subject: uuid.UUID | None = None, on: dt.date = dt.date(2019, 10, 8)) -> Document:
        """A paper in a folder, as the slice of documents keeps it."""
        made = Document(tenant_id=JIA, id=new_id(), unit_id=self.units[unit].id, folder=folder, item=item,
                        subject_id=subject or self.units[unit].id, title="测试材料", happened_on=on, added_by=CLERK.account_id,
                        added_by_name=CLERK.name, kind="text", text="测试材料", media_type="text/plain", size=12)
        self.session.add(made)
        self.session.flush()  # what follows refers to it
        return made

    def file_parts(self, parts: Sequence[str] = tuple(code for code, _ in PARTS)) -> None:
        """Papers of the archive for all that is paid."""
        for part in parts:
            applying.file_part(self.session, self.applications("paid"), part, self.document(item=part), CENTRE)

    def payments(self) -> list[Payment]:
        """All payments, in their order."""
        return list(self.session.scalars(select(Payment).order_by(Payment.id).execution_options(populate_existing=True)))


def returned(batch: Batch, codes: dict[int, str], amount: str = "625.00", number: str = "") -> bytes:
    """A return file: line → code."""
    rows = ["批次,序号,金额,结果", *(f"{number or batch.number},{line},{amount},{code}" for line, code in codes.items())]
    return "\r\n".join(rows).encode("utf-8-sig")
