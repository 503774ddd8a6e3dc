"""Lists that leave as files: projects with what was paid for each, correction orders with their answers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from core.extensions import Database, new_id, tenant_scope
from plugins.donations.models import Order, Project, Spending
from tests.plugins.donations.conftest import Browse
from tests.plugins.donations.giving import JIA, TOWN, County

DAY = dt.date(2018, 10, 17)


def test_projects_and_orders_leave_as_files_with_their_sums(browse: Browse, giving_database: Database, county: County) -> None:
    with giving_database.transaction() as session, tenant_scope(session, JIA):
        here = {"tenant_id": JIA, "unit_id": county.units[TOWN].id}
        session.add(Project(**here, code="路", title="修路项目", use="road", starts_on=DAY))
        paid = {**here, "account_id": new_id(), "project_code": "路", "use": "road", "spent_on": DAY}
        session.add_all(Spending(**paid, amount=Decimal(amount), state=state)
                        for amount, state in (("10.50", "paid"), ("2.00", "paid"), ("90.00", "reversed")))
        session.add(Order(**here, subject_kind="gift", subject_id=new_id(), demand="收据日期不一致", opened_on=DAY, due_on=DAY,
                          opened_name="测试纪检", answer="已更正", state="answered"))
    manager = browse("county-one")
    assert "12.50" in manager.get(f"/u/{JIA}/p/donations/projects").text
    assert "修路项目,修路,2018-10-17,,12.50" in manager.get(f"/u/{JIA}/p/donations/projects.csv").text
    assert "收据日期不一致,测试纪检,2018-10-17,2018-10-17,已答复,已更正" in manager.get(f"/u/{JIA}/p/donations/orders.csv").text
    assert browse("yi-admin").get(f"/u/{JIA}/p/donations/orders.csv").status_code == 404
