"""Problems: raised, measure, evidence, closing by somebody else above; rates by type and unit."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.viewer import load_viewer
from core.documents.models import Document
from core.documents.services import Upload, remove_document
from core.documents.storage import Store
from core.errors import Conflict, InvalidInput, NotPermitted, RuleViolation
from core.extensions import Actor, Database, tenant_scope
from core.inspections import queries
from core.inspections.models import Finding
from core.inspections.plan import kinds_at
from core.inspections.process import FINDING
from core.inspections.services.rectifying import file_evidence, give_measure, office_of, report_result
from core.processes.models import ProcessDue
from core.processes.services import take
from core.tenancy.queries import get_tenant
from core.units.queries import get_unit_by_code
from core.web.filters import percent
from tests.conftest import ClientAs
from tests.core.inspections.conftest import AUDITOR, COUNTY, DAY, JIA, SCHOOL, MoveTo, as_actor, at_work, raised

WHOLE = Scope((JIA,))
LIST = f"/u/{JIA}/findings"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.at("", tmp_path)


def fixed(session: Session, store: Store, finding: Finding, actor: Actor = COUNTY) -> None:
    """Measure, evidence and result."""
    give_measure(session, None, finding, "补齐并公示", "分管负责人", dt.date(2026, 11, 20), actor)
    unit = get_unit_by_code(session, JIA)
    file_evidence(session, store, finding, unit, Upload(f"{finding.id}.txt", f"整改说明 {finding.id}".encode()), actor)
    report_result(session, None, finding, "已补齐", actor)


def closed(session: Session, store: Store, finding: Finding) -> None:
    fixed(session, store, finding)
    take(session, None, FINDING, finding, "close", AUDITOR)


@pytest.mark.clause("EA-066")
def test_four_problems_opened_and_three_closed_are_75_percent(jia: Session, store: Store) -> None:
    kinds = kinds_at(jia, get_tenant(jia, JIA))
    assert [kind.name for kind in kinds] == ["教师待遇", "资源薄弱", "职业教育", "资助与营养不到位"]
    found = [raised(jia, kind.name, kind=kind) for kind in kinds]
    for finding in found[:3]:
        closed(jia, store, finding)
    jia.flush()
    assert percent(queries.tally(jia, WHOLE).rate) == "75.0%"
    assert [(one.name, one.tally.closed) for one in queries.by_kind(jia, WHOLE)] == [
        ("教师待遇", 1), ("职业教育", 1), ("资助与营养不到位", 0), ("资源薄弱", 1)]


@pytest.mark.clause("EA-066")
def test_a_problem_is_closed_with_evidence_alone(jia: Session, store: Store) -> None:
    finding = raised(jia)
    give_measure(jia, None, finding, "补齐", "分管负责人", dt.date(2026, 11, 20), COUNTY)
    with pytest.raises(RuleViolation, match="没有佐证材料"):
        report_result(jia, None, finding, "已补齐", COUNTY)
    file_evidence(jia, store, finding, get_unit_by_code(jia, JIA), Upload("a.txt", b"proof"), COUNTY)
    report_result(jia, None, finding, "已补齐", COUNTY)
    remove_document(jia, COUNTY, jia.scalars(select(Document)).one(), "放错了")
    with pytest.raises(RuleViolation, match="没有佐证材料"):
        take(jia, None, FINDING, finding, "close", AUDITOR)


def test_one_file_proves_two_problems_and_neither_twice(jia: Session, store: Store) -> None:
    unit, file = get_unit_by_code(jia, JIA), Upload("a.txt", b"proof")
    one, other = raised(jia), raised(jia)
    assert file_evidence(jia, store, one, unit, file, COUNTY) is file_evidence(jia, store, other, unit, file, COUNTY)
    with pytest.raises(Conflict, match="已是这个问题的佐证"):
        file_evidence(jia, store, one, unit, file, COUNTY)


@pytest.mark.clause("EA-066")
def test_whoever_took_the_measure_cannot_close(jia: Session, store: Store) -> None:
    finding, person = raised(jia, by=JIA), as_actor(jia, "jia-admin")
    fixed(jia, store, finding, person)
    with pytest.raises(RuleViolation, match="须由另一人办理"):
        take(jia, None, FINDING, finding, "close", person)
    take(jia, None, FINDING, finding, "close", as_actor(jia, "jia-aid"))
    assert (finding.state, finding.closed_on) == ("closed", DAY)


@pytest.mark.clause("CO-007")
def test_opened_on_1_april_fixed_on_3_and_verified_on_5_it_is_closed_in_four_days(
    jia: Session, store: Store, move_to: MoveTo, client_as: ClientAs
) -> None:
    move_to(dt.date(2020, 4, 1))
    finding = raised(jia, limit_on=dt.date(2020, 4, 10))
    move_to(dt.date(2020, 4, 3))
    give_measure(jia, None, finding, "补齐", "分管负责人", dt.date(2020, 4, 10), COUNTY)
    file_evidence(jia, store, finding, get_unit_by_code(jia, JIA), Upload("a.txt", b"proof"), COUNTY)
    report_result(jia, None, finding, "已补齐", COUNTY)
    move_to(dt.date(2020, 4, 5))
    take(jia, None, FINDING, finding, "close", AUDITOR)
    jia.commit()
    assert (finding.fixed_on, finding.closed_on) == (dt.date(2020, 4, 3), dt.date(2020, 4, 5))
    assert "用时 4 天" in client_as("city-auditor").get(f"/u/9901/findings/{finding.id}").text


def test_days_of_raiser_and_owner_are_the_deadlines(jia: Session) -> None:
    finding = raised(jia)

    def dues() -> list[tuple[str, dt.date]]:
        return [(due.step, due.due_on) for due in jia.scalars(select(ProcessDue))]

    assert dues() == [("measure", dt.date(2026, 11, 30))]
    give_measure(jia, None, finding, "补齐", "分管负责人", dt.date(2026, 11, 20), COUNTY)
    assert dues() == [("report", dt.date(2026, 11, 20))]
    raised(jia, way="lasting")
    assert dues() == [("report", dt.date(2026, 11, 20))]


@pytest.mark.parametrize("day", [None, dt.date(2026, 11, 1), dt.date(2026, 12, 1)])
def test_a_measure_names_a_day_between_today_and_the_one_set(jia: Session, day: dt.date | None) -> None:
    with pytest.raises(InvalidInput) as refused:
        give_measure(jia, None, raised(jia), "补齐", " ", day, COUNTY)
    assert set(refused.value.fields) == {"owner", "due_on"}


def test_a_problem_says_what_is_wrong_and_by_when(jia: Session) -> None:
    with pytest.raises(InvalidInput) as refused:
        raised(jia, " ", limit_on=None)
    assert set(refused.value.fields) == {"title", "limit_on"}
    assert raised(jia, way="at_once", limit_on=None).limit_on == DAY


def test_overdue_ones_are_counted_and_listed(jia: Session, move_to: MoveTo) -> None:
    late, other = raised(jia), raised(jia, way="lasting", limit_on=None)
    move_to(dt.date(2026, 12, 1))
    jia.flush()
    assert queries.tally(jia, WHOLE).late == 1
    assert [row.id for row in queries.list_findings(jia, WHOLE, queries.narrowed({"late": "1"}))] == [late.id]
    assert len(queries.list_findings(jia, WHOLE, queries.narrowed({"state": "open", "kind": "-"}))) == 2
    assert other.limit_on is None


def test_counts_drill_from_the_city_to_the_school(app_database: Database, planned: Database) -> None:
    with at_work(planned) as session:
        for unit in (JIA, SCHOOL, SCHOOL):
            raised(session, unit=unit)
    with planned.session() as session, tenant_scope(session, JIA):
        def split(code: str) -> list[tuple[str, int]]:
            return [(one.name, one.tally.raised) for one in queries.by_unit(session, WHOLE, get_unit_by_code(session, code))]

        assert split("9901") == [("甲县", 3)]
        assert split(JIA) == [("甲县", 1), ("甲县教育指导站", 2)]
        assert split("990101-Z01") == [("甲县第一中学", 2)]


def test_a_problem_is_raised_for_the_nearest_post_that_may(jia: Session) -> None:
    unit = get_unit_by_code(jia, SCHOOL)
    for login, office in (("city-auditor", "9901"), ("jia-admin", JIA)):
        actor = as_actor(jia, login)
        assert actor.account_id is not None
        assert office_of(jia, load_viewer(jia, actor.account_id, actor.name), unit).code == office
    actor = as_actor(jia, "jia-school")
    assert actor.account_id is not None
    with pytest.raises(NotPermitted):
        office_of(jia, load_viewer(jia, actor.account_id, actor.name), unit)


def test_the_upper_level_closes_what_it_raised_and_the_county_cannot(
    app: Flask, planned: Database, client_as: ClientAs, store: Store
) -> None:
    city, county = client_as("city-auditor"), client_as("jia-aid")
    made = city.post(f"{LIST}/new", data={"title": "资助公示不全", "way": "at_once", "kind": "k4"})
    assert made.status_code == 302
    finding_id = made.location.rpartition("/")[2]
    page, step = f"{LIST}/{finding_id}", f"/u/{JIA}/processes/finding/{finding_id}/close"
    assert "资助公示不全" in county.get(f"/u/{JIA}/todos").text
    answer = client_as("jia-admin").post(f"{page}/measure", data={"measure": "补齐", "owner": "分管负责人", "due_on": DAY.isoformat()})
    assert answer.status_code == 302
    with at_work(planned) as session:
        finding = session.get_one(Finding, (JIA, uuid.UUID(finding_id)))
        file_evidence(session, store, finding, get_unit_by_code(session, JIA), Upload("a.txt", b"proof"), COUNTY)
    assert client_as("jia-admin").post(f"{page}/result", data={"result": "已补齐"}).status_code == 302
    assert county.post(step).status_code == 403
    assert "复核销号" not in county.get(f"/u/{JIA}/todos").text
    assert "复核销号" in city.get("/u/9901/todos").text
    assert "100.0%" not in city.get("/u/9901/findings").text
    assert city.post(f"/u/9901/processes/finding/{finding_id}/close").status_code == 302
    assert "100.0%" in city.get("/u/9901/findings").text


def test_what_is_sent_back_is_not_fixed(jia: Session, store: Store) -> None:
    finding = raised(jia)
    fixed(jia, store, finding)
    take(jia, None, FINDING, finding, "redo", AUDITOR, "佐证看不清")
    assert (finding.state, finding.fixed_on) == ("fixing", None)


def test_an_auditor_raises_and_changes_nothing_else(planned: Database, client_as: ClientAs) -> None:
    with at_work(planned) as session:
        page = f"{LIST}/{raised(session).id}"
    auditor: FlaskClient = client_as("city-auditor")
    assert auditor.get(page).status_code == 200
    assert auditor.post(f"{page}/measure", data={}).status_code == 403
    assert client_as("jia-school").get(f"/u/{SCHOOL}/findings/new").status_code == 403
    assert client_as("yi-admin").get(f"/u/990102/findings/{page.rpartition('/')[2]}").status_code == 404


def test_a_problem_found_in_a_row_refers_to_its_check(planned: Database, client_as: ClientAs) -> None:
    admin = client_as("jia-admin")
    check = client_as("jia-general").post(f"/u/{SCHOOL}/checks", data={"form": "meals"}).location.rpartition("/")[2]
    with planned.session() as session, tenant_scope(session, JIA):
        inspection = session.get_one(queries.Inspection, (JIA, uuid.UUID(check)))
        (row,) = queries.rows_of(session, inspection)
    address = f"{LIST}/new?inspection={check}&row={row.id}"
    assert "伙食检查：甲县第一中学" in admin.get(address).text
    made = admin.post(address, data={"title": "补助没有用在饭菜上", "way": "at_once"})
    assert "检查：伙食检查" in admin.get(made.location).text
    assert "补助没有用在饭菜上" in admin.get(f"/u/{SCHOOL}/checks/{check}").text
    assert admin.get(f"{LIST}/new?inspection={check}&row={check}").status_code == 404


def test_a_unit_tells_of_its_problems_in_its_timeline_and_on_the_workbench(planned: Database, client_as: ClientAs) -> None:
    with at_work(planned) as session:
        raised(session, "公示栏没有更新")
    admin = client_as("jia-admin")
    assert "提出问题：公示栏没有更新" in admin.get(f"/u/{JIA}/units").text
    assert "问题销号率" in admin.get(f"/u/{JIA}/").text
