"""The pages of awards within a band: the school sets them, both numbers are shown, the neighbour finds nothing."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from plugins.education_aid.models import Award
from plugins.education_aid.services.entitling import begin_run, run_term
from tests.conftest import ClientAs
from tests.plugins.education_aid.running.support import CLERK, JIA, SCHOOL, TERM, YEAR, County
from tests.plugins.education_aid.running.test_pages import AT, TERM_ARGS, jia, seen

__all__ = ["jia"]
GRANT = """
[[education_aid.item]]
code = "grant"
name = "测试助学金"
clause = "一"
where = { stage = "junior" }
amount = { average = "2000.00", least = "1000.00", most = "3000.00", per = "year" }
"""


def test_a_school_sets_its_awards_and_is_told_both_numbers_where_the_mean_leaves(jia: County, client_as: ClientAs) -> None:
    jia.plan(GRANT)
    for _ in range(2):
        jia.child()
    run_term(jia.session, begin_run(jia.session, JIA, jia.units[JIA].id, YEAR, TERM, dt.date(YEAR, 10, 8), CLERK), CLERK)
    jia.session.commit()
    first, second = jia.session.scalars(select(Award.id).where(Award.item == "grant").order_by(Award.id)).all()
    place = f"{AT.replace(JIA, SCHOOL)}/bands/{jia.units[SCHOOL].id}/grant"
    school = client_as("jia-school")
    assert "1,000.00" in seen(school, f"{AT.replace(JIA, SCHOOL)}/bands?{TERM_ARGS}")
    sent = {"school_year": YEAR, "term": TERM, "reason": "按困难程度分档", f"amount-{first}": "1200"}
    assert school.post(place, data={**sent, "reason": ""}).status_code == 422
    refused = school.post(place, data=sent)
    assert refused.status_code == 409
    assert "平均 1100.00 元" in refused.text
    assert "平均标准是 1000.00 元" in refused.text
    assert school.post(place, data={**sent, f"amount-{second}": "800"}).status_code == 302
    jia.session.rollback()
    assert sorted(str(one) for one in jia.session.scalars(select(Award.amount).where(Award.item == "grant"))) == ["1200.00", "800.00"]
    assert client_as("yi-aid").get(f"{place}?{TERM_ARGS}").status_code == 404
    assert client_as("jia-admin").post(place, data=sent).status_code == 403
