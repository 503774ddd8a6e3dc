"""The smaller steps on the plugin's pages: people behind a gift, passing on, consent, projects, sharing out."""

from __future__ import annotations

import re
import uuid
from decimal import Decimal

import pytest

from core.extensions import Actor, Database, tenant_scope
from core.funds.models import FundAccount
from core.registry.models import Person
from core.units.queries import get_unit_by_code
from plugins.donations.models import Contributor, Gift, Project, Spending
from tests.conftest import ClientAs
from tests.plugins.donations.gifts.test_pages import JIA, base, give, people, start

__all__ = ["people"]
WHO = Actor(None, "测试甲")


@pytest.mark.usefixtures("people")
def test_a_pooled_gift_names_those_behind_it_and_the_sum_must_agree(client_as: ClientAs, app_database: Database) -> None:
    clerk = client_as("jia-giving")
    start(clerk, client_as("jia-manager"))
    address = give(clerk, donor_kind="pool", donor_name="测试商会", amount="500")
    for lines, said in (("测试甲 200", "名单合计 200.00 元，与捐赠 500.00 元不符"), ("测试甲二百", "第 1 行“测试甲二百”写得不对")):
        refused = clerk.post(f"{address}/contributors", data={"lines": lines})
        assert refused.status_code == 422
        assert said in refused.get_data(as_text=True)
    assert clerk.post(f"{address}/contributors", data={"lines": "测试甲 200\n测试乙，300.00\n"}).status_code == 302
    page = clerk.get(address).get_data(as_text=True)
    assert "测试乙" in page
    assert "300.00" in page
    single = give(clerk, reference="R2")
    assert clerk.post(f"{single}/contributors", data={"lines": "测试甲 1000.50"}).status_code == 422
    with app_database.session() as session, tenant_scope(session, JIA):
        assert [row.amount for row in session.query(Contributor).order_by(Contributor.amount)] == [Decimal("200.00"), Decimal("300.00")]


@pytest.mark.usefixtures("people")
def test_collected_money_is_passed_on_by_its_page(client_as: ClientAs, app_database: Database) -> None:
    clerk = client_as("jia-giving")
    start(clerk, client_as("jia-manager"))
    address = give(clerk, amount="3000", collected_for="测试慈善会")
    assert clerk.post(f"{address}/forward", data={"amount": "3000.01", "on": "2015-10-20"}).status_code == 409
    assert clerk.post(f"{address}/forward", data={"amount": "二千", "on": "2015-10-20"}).status_code == 422
    assert clerk.post(f"{address}/forward", data={"amount": "2900", "on": "2015-10-20"}).status_code == 302
    text = clerk.get(f"{base()}/spendings").get_data(as_text=True)
    assert "代收，须如数转交" in text
    assert "100.00" in text
    other = give(clerk, reference="R2")
    assert clerk.post(f"{other}/forward", data={"amount": "1", "on": "2015-10-20"}).status_code == 409


@pytest.mark.usefixtures("people")
def test_consent_to_another_use_and_giving_back_need_a_reason(client_as: ClientAs, app_database: Database) -> None:
    clerk = client_as("jia-giving")
    start(clerk, client_as("jia-manager"))
    address = give(clerk, designation="purpose", designated_use="study")
    assert clerk.post(f"{address}/release", data={"on": "2015-10-20", "reason": "嗯"}).status_code == 422
    assert clerk.post(f"{address}/release", data={"on": "2015-10-20", "reason": "书面同意书"}).status_code == 302
    assert clerk.post(f"{address}/release", data={"on": "2015-10-20", "reason": "书面同意书"}).status_code == 409
    assert "捐赠人同意改变用途" in clerk.get(address).get_data(as_text=True)
    for day, reason in (("2015-10-20", "无"), ("2014-01-01", "捐赠人撤回"), ("昨天", "捐赠人撤回")):
        assert clerk.post(f"{address}/refund", data={"on": day, "reason": reason}).status_code == 422
    assert clerk.post(f"{address}/refund", data={"on": "2015-11-01", "reason": "捐赠人撤回"}).status_code == 302
    assert clerk.post(f"{address}/refund", data={"on": "2015-11-01", "reason": "捐赠人撤回"}).status_code == 409
    with app_database.session() as session, tenant_scope(session, JIA):
        assert session.query(FundAccount).one().balance == Decimal("0.00")


@pytest.mark.usefixtures("people")
def test_a_correction_in_the_ledger_books_the_money_anew_until_there_is_a_receipt(client_as: ClientAs, app_database: Database) -> None:
    clerk = client_as("jia-giving")
    start(clerk, client_as("jia-manager"))
    address = give(clerk, amount="100")
    record = f"{base()}/ledgers/gifts/{address.rpartition('/')[2]}/edit"

    def edit(amount: str, version: int) -> int:
        form = clerk.get(record).get_data(as_text=True)
        sent = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', form)) | {
            "donor_kind": "unit", "form": "money", "consent": "named", "designation": "none", "amount": amount, "version": str(version)}
        return clerk.post(record, data={name: value for name, value in sent.items() if value}).status_code

    assert edit("90.5", 1) == 302
    with app_database.session() as session, tenant_scope(session, JIA):
        assert session.query(FundAccount).one().balance == Decimal("90.50")
        version = session.query(Gift).one().version
    assert clerk.post(f"{address}/receipt", data={"number": "77"}).status_code == 302
    assert edit("80", version + 1) == 409
    with app_database.session() as session, tenant_scope(session, JIA):
        assert session.query(FundAccount).one().balance == Decimal("90.50")


@pytest.mark.usefixtures("people")
def test_a_project_is_entered_used_and_ended(client_as: ClientAs, app_database: Database) -> None:
    clerk = client_as("jia-giving")
    start(clerk, client_as("jia-manager"))
    give(clerk)
    assert clerk.post(f"{base()}/projects/new", data={"code": "p 1", "title": "", "use": "x", "starts_on": "?"}).status_code == 422
    late = {"code": "p1", "title": "测试项目", "use": "study", "starts_on": "2016-01-01", "ends_on": "2015-01-01"}
    assert clerk.post(f"{base()}/projects/new", data=late).status_code == 422
    address = clerk.post(f"{base()}/projects/new", data={**late, "ends_on": ""}).headers["Location"]
    with app_database.session() as session, tenant_scope(session, JIA):
        account = session.query(FundAccount).one().id
    paid = clerk.post(f"{base()}/spendings/new", data={"account_id": str(account), "use": "study", "amount": "10", "spent_on": "2016-03-01",
                                                       "project_code": "p1", "place": "990101-S01"})
    assert paid.status_code == 302
    assert "甲县第一中学" in clerk.get(paid.headers["Location"]).get_data(as_text=True)
    assert "10.00" in clerk.get(address).get_data(as_text=True)
    assert clerk.post(f"{address}/end", data={"on": "2018-10-17"}).status_code == 302
    with app_database.session() as session, tenant_scope(session, JIA):
        assert str(session.query(Project).one().ends_on) == "2018-10-17"
    unknown = clerk.post(f"{base()}/spendings/new", data={"account_id": str(account), "use": "study", "amount": "10",
                                                          "spent_on": "2016-03-01", "place": "没有这个村"})
    assert unknown.status_code == 422
    assert "没有找到，或者它不在您的范围内" in unknown.get_data(as_text=True)


@pytest.mark.usefixtures("people")
@pytest.mark.clause("EA-070")
def test_a_pool_is_shared_out_by_the_form_and_the_remainder_stays(client_as: ClientAs, app_database: Database) -> None:
    aid = client_as("jia-aid")
    start(aid, client_as("jia-manager"))
    give(aid, amount="1000.50")
    with app_database.transaction() as session, tenant_scope(session, JIA):
        account = session.query(FundAccount).one().id
        school = get_unit_by_code(session, "990101-S01")
        people_ = [Person(tenant_id=JIA, unit_id=school.id, name=f"测试{name}", name_key=f"测试{name}") for name in "甲乙丙"]
        session.add_all(people_)
    sent = {"account_id": str(account), "use": "study", "spent_on": "2016-03-15", "persons": "测试甲\n测试乙\n测试丙",
            "key": str(uuid.uuid4())}
    assert aid.post(f"{base()}/spendings/share", data={**sent, "persons": "测试甲\n没有此人"}).status_code == 422
    assert aid.post(f"{base()}/spendings/share", data={**sent, "account_id": ""}).status_code == 422
    answer = aid.post(f"{base()}/spendings/share", data=sent, follow_redirects=True)
    assert "每人 333.00 元，共 3 人，余 1.50 元留在账户" in answer.get_data(as_text=True)
    with app_database.session() as session, tenant_scope(session, JIA):
        assert [row.amount for row in session.query(Spending)] == [Decimal("333.00")] * 3
        assert session.query(FundAccount).one().balance == Decimal("1.50")


@pytest.mark.usefixtures("people")
def test_tables_are_filtered_by_days_and_given_out_as_files(client_as: ClientAs) -> None:
    clerk = client_as("jia-giving")
    start(clerk, client_as("jia-manager"))
    give(clerk, line="firms")
    give(clerk, reference="R2", on="x", donor_kind="pupils", donor_name="", class_name="七（1）班", amount="5")
    text = clerk.get(f"{base()}/statistics?until=2015-12-31").get_data(as_text=True)
    assert "七（1）班" in text
    assert "1,005.50" in text
    assert clerk.get(f"{base()}/statistics?since=2016-01-01").status_code == 200
    assert clerk.get(f"{base()}/statistics?since=昨天").status_code == 422
    for by in ("line", "class", "unit", "donor", "form", "window", "nonsense"):
        answer = clerk.get(f"{base()}/statistics.csv?by={by}")
        assert answer.status_code == 200
        assert answer.get_data(as_text=True).startswith("\ufeff项目,笔数,捐款")
    assert "1000.50" in clerk.get(f"{base()}/statistics.csv?by=line").get_data(as_text=True)
    assert clerk.get(f"{base()}/spendings.csv").status_code == 200
