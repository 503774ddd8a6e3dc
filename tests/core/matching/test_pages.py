"""Lists and pairs in the browser: brought in, compared, decided, given out; neighbours shut out."""

from __future__ import annotations

import datetime as dt
import io
import re
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from core.errors import InvalidInput
from core.extensions import Database, tenant_scope
from core.jobs.running import Parts
from core.jobs.worker import run_due
from core.matching import exporting, jobs
from core.matching.models import MatchCase, Source, SourceRow
from core.matching.services import finding, sources
from core.registry.models import Person
from core.trail.models import TrailEntry
from core.units.queries import get_unit_by_code
from tests.conftest import ClientAs
from tests.factories.registry import JIA, YI, made_up_id, make_person
from tests.support.workbooks import excel, opened

HEAD = ["姓名", "身份证号", "村", "家长电话"]
VILLAGE = "990101100001"


def person(database: Database, code: str = VILLAGE, tenant_id: str = JIA, **values: object) -> uuid.UUID:
    with database.transaction() as session, tenant_scope(session, tenant_id):
        return make_person(session, get_unit_by_code(session, code), tenant_id, **values).id


def upload(client: FlaskClient, rows: list[list[str]], kind: str = "school", code: str = JIA, title: str = "") -> TestResponse:
    data = {"file": (io.BytesIO(excel([HEAD, *rows])), "名单.xlsx"), "kind": kind, "as_on": "2016-09-01", "title": title}
    return client.post(f"/u/{code}/sources", data=data, content_type="multipart/form-data")


def brought(client: FlaskClient, rows: list[list[str]], kind: str = "school", title: str = "") -> str:
    """A list with its columns as they are proposed; gives its address."""
    place: str = upload(client, rows, kind, title=title).location
    page = client.get(place).text
    form = {}
    for name, body in re.findall(r'<select class="form-select" name="(column-\w+)".*?>(.*?)</select>', page, re.S):
        found = re.search(r'value="(\w+)" selected', body)
        form[name] = found[1] if found else ""
    assert client.post(f"{place}/columns", data=form).status_code == 302
    return place


def case_here(database: Database, tenant_id: str = JIA) -> MatchCase:
    with database.session() as session, tenant_scope(session, tenant_id):
        return session.scalars(select(MatchCase)).one()


def test_two_lists_are_brought_in_and_compared_to_the_person(app_database: Database, client_as: ClientAs) -> None:
    aid = client_as("jia-aid")
    assert "还没有名单" in aid.get(f"/u/{JIA}/sources").text
    everybody, first = ["样本甲", made_up_id(1), "甲一东村", "13800000000"], ["样本乙", made_up_id(2), "甲一东村", ""]
    one, other = brought(aid, [everybody, first], title="学校名单"), brought(aid, [everybody], "poverty", "扶贫名单")
    page = aid.get(one).text
    assert "样本甲" in page and "****0000" in page and "13800000000" not in page and made_up_id(1) not in page
    ids = [place.rpartition("/")[2] for place in (one, other)]
    asked = "&".join(f"s={found}" for found in ids)
    matrix = aid.get(f"/u/{JIA}/sources/compare?{asked}").text
    assert "同有 1" in matrix and "这里没有 1" in matrix
    drilled = aid.get(f"/u/{JIA}/sources/persons?{asked}&inside=0&missing=1").text
    assert "样本乙" in drilled and "缺：扶贫名单" in drilled and "样本甲" not in drilled
    assert "没有不一致的" in aid.get(f"/u/{JIA}/sources/differences?{asked}").text


def test_what_is_wrong_with_an_upload_is_said_on_the_page(client_as: ClientAs) -> None:
    aid = client_as("jia-aid")
    for answer in (upload(aid, [["样本甲", "", "", ""]], kind="none"), aid.post(f"/u/{JIA}/sources", data={"kind": "school"})):
        assert (answer.status_code, "需要改正" in answer.text) == (422, True)
    place = upload(aid, [["样本甲", made_up_id(1), "", ""]]).location
    answer = aid.post(f"{place}/columns", data={"column-A": "name", "column-B": ""})
    assert (answer.status_code, "只有姓名不能比对" in answer.text) == (422, True)
    assert aid.get(f"/u/{JIA}/sources/compare?s={place.rpartition('/')[2]}").status_code == 422
    assert "请选择 2 至 8 份名单" in aid.get(f"/u/{JIA}/sources/compare?").text


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_list_goes_out_masked_and_on_the_trail(app_database: Database, client_as: ClientAs, form: str) -> None:
    aid = client_as("jia-aid")
    rows = [["-样本甲", made_up_id(1), "甲一东村", ""]]
    ids = [place.rpartition("/")[2] for place in (brought(aid, rows), brought(aid, [["样本乙", made_up_id(2), "", ""]], "police"))]
    answer = aid.get(f"/u/{JIA}/sources/list.{form}?s={ids[0]}&s={ids[1]}&mask=1")
    if form == "xlsx":
        cells = [[cell.value for cell in row] for row in opened(answer.data).active.iter_rows()]
        assert cells[2][0] == "-样本甲" and cells[2][1] == f"9901**********{made_up_id(1)[-4:]}" and len(cells) == 3
    else:
        assert made_up_id(1) not in answer.text and "样本甲" in answer.text and "样本乙" not in answer.text
    with app_database.session() as session, tenant_scope(session, JIA):
        assert any("导出" in entry.sentence for entry in session.scalars(select(TrailEntry)))


def test_a_pair_is_decided_and_taken_back_in_the_browser(app_database: Database, client_as: ClientAs) -> None:
    known, aid = person(app_database, name="样本丙", id_number=made_up_id(3)), client_as("jia-aid")
    brought(aid, [["样本戊", made_up_id(3), "甲一东村", ""]])
    assert "样本戊" in aid.get(f"/u/{JIA}/matching").text
    address = f"/u/{JIA}/matching/{case_here(app_database).id}"
    page = aid.get(address).text
    assert "证件号一致" in page and "姓名不同" in page and made_up_id(3) not in page
    assert aid.post(f"{address}/decide", data={"decision": "match"}).status_code == 302
    with app_database.session() as session, tenant_scope(session, JIA):
        assert session.scalars(select(SourceRow.person_id)).all() == [known]
    assert "同一人" in aid.get(f"/u/{JIA}/matching?state=match").text
    assert aid.post(f"{address}/undo", data={"note": ""}).status_code == 422
    assert aid.post(f"{address}/undo", data={"note": "查明是两人"}).status_code == 302
    assert case_here(app_database).state == "open"


def test_duplicates_are_merged_by_the_county_alone(app_database: Database, client_as: ClientAs) -> None:
    one = person(app_database, name="样本甲", id_number=made_up_id(1))
    person(app_database, name="样本甲", birth_on=dt.date(2009, 5, 1))
    aid, township = client_as("jia-aid"), client_as("jia-central")
    assert township.post("/u/990101100/matching/find").status_code == 403
    assert aid.post(f"/u/{JIA}/matching/find").status_code == 302
    case = case_here(app_database)
    address = f"/u/990101100/matching/{case.id}"
    assert township.get(address).status_code == 200
    assert township.post(f"{address}/decide", data={"decision": "match", "note": "户口簿核对"}).status_code == 403
    form = {"decision": "match", "note": "户口簿核对", "kept": str(one)}
    assert aid.post(f"/u/{JIA}/matching/{case.id}/decide", data=form).status_code == 302
    with app_database.session() as session, tenant_scope(session, JIA):
        assert sorted(session.scalars(select(Person.state))) == ["active", "merged"]


def test_the_neighbour_finds_nothing_of_ours(app_database: Database, client_as: ClientAs) -> None:
    person(app_database, name="样本丙", id_number=made_up_id(3))
    aid, neighbour = client_as("jia-aid"), client_as("yi-aid")
    place = brought(aid, [["样本戊", made_up_id(3), "甲一东村", ""]])
    source, case = place.rpartition("/")[2], case_here(app_database)
    with app_database.session() as session, tenant_scope(session, JIA):
        row = session.scalars(select(SourceRow.id)).one()
    for address in (f"sources/{source}", f"sources/compare?s={source}&s={source}", f"sources/persons?s={source}", f"matching/{case.id}",
                    f"sources/differences?s={source}", f"sources/list.csv?s={source}"):
        assert neighbour.get(f"/u/{YI}/{address}").status_code == 404, address
    for address in (f"sources/{source}/columns", f"sources/{source}/match", f"sources/{source}/remove", f"sources/rows/{row}/unlink",
                    f"matching/{case.id}/decide", f"matching/{case.id}/undo"):
        assert neighbour.post(f"/u/{YI}/{address}", data={"decision": "match", "note": "户口簿核对"}).status_code == 404, address
    assert all("样本" not in neighbour.get(f"/u/{YI}/{part}").text for part in ("sources", "matching"))
    assert neighbour.get(f"/u/{JIA}/sources").status_code == 404


def test_long_lists_are_taken_in_compared_and_given_out_by_jobs(app: Flask, app_database: Database, client_as: ClientAs,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "AT_ONCE", 1)
    monkeypatch.setattr(jobs, "PERSONS_AT_ONCE", 0)
    monkeypatch.setattr(exporting, "INLINE", 0)
    person(app_database, name="样本甲", id_number=made_up_id(1))
    aid = client_as("jia-aid")
    parts = Parts(app.config["BANGFU_SETTINGS"], app_database, app.extensions["bangfu.host"])
    rows = [["样本甲", made_up_id(1), "甲一东村", ""], ["样本乙", made_up_id(2), "", ""]]
    first, second = brought(aid, rows), brought(aid, rows[:1], "police")
    assert "排队中" in aid.get(first).text
    run_due(parts)
    with app_database.session() as session, tenant_scope(session, JIA):
        assert [one.counts["matched"] for one in session.scalars(select(Source).order_by(Source.id))] == [1, 1]
    aid.post(f"/u/{JIA}/matching/find")
    assert "正在查找重复" in aid.get(f"/u/{JIA}/matching").text and "正在查找重复" not in client_as("yi-aid").get("/u/990102/matching").text
    ids = [place.rpartition("/")[2] for place in (first, second)]
    answer = aid.get(f"/u/{JIA}/sources/list.xlsx?s={ids[0]}&s={ids[1]}")
    assert "/jobs/" in answer.location
    run_due(parts)
    assert "正在查找重复" not in aid.get(f"/u/{JIA}/matching").text
    assert "疑似重复待核 0 对" in aid.get(f"/u/{JIA}/jobs").text
    with aid.get(f"{answer.location}/file") as file:
        book = opened(file.data)
    assert [row[0].value for row in book.active.iter_rows(min_row=3)] == ["样本乙"]


def test_nobody_is_called_missing_before_the_comparison_is_over(app: Flask, app_database: Database, client_as: ClientAs,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "AT_ONCE", 1)
    person(app_database, name="样本甲", id_number=made_up_id(1))
    aid = client_as("jia-aid")
    place = brought(aid, [["样本甲", made_up_id(1), "甲一东村", ""], ["样本乙", made_up_id(2), "", ""]])
    seen: list[tuple[str, str]] = []
    look = finding.look_at_source

    def looking(session: Session, source: Source) -> finding.Findings:
        """What people see while the lists are compared."""
        seen.append((aid.get(f"{place}?which=unmatched").text, aid.get(f"/u/{JIA}/sources").text))
        return look(session, source)

    monkeypatch.setattr(finding, "look_at_source", looking)
    parts = Parts(app.config["BANGFU_SETTINGS"], app_database, app.extensions["bangfu.host"])
    run_due(parts)
    (page, listed), = seen
    assert "与本库的比对还没有完成" in page and "正在比对" in page and ">本库没有<" not in page and "未对上" not in page
    assert "样本甲" in page and "正在与本库比对" in listed and "没有 2" not in listed
    page, listed = aid.get(place).text, aid.get(f"/u/{JIA}/sources").text
    assert ">本库没有<" in page and "未对上" in page and "还没有完成" not in page
    assert "对上 1 · 待核 0 · 没有 1" in listed
    aid.post(f"{place}/match")
    run_due(parts)
    assert "下面还是上一次比对的结果" in seen[1][0] and ">本库没有<" in seen[1][0]


def test_a_list_whose_comparison_was_given_up_says_so(app: Flask, app_database: Database, client_as: ClientAs,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "AT_ONCE", 1)
    aid = client_as("jia-aid")
    place = brought(aid, [["样本甲", made_up_id(1), "", ""], ["样本乙", made_up_id(2), "", ""]])

    def broken(session: Session, source: Source) -> finding.Findings:
        raise InvalidInput("这份名单不能比对")

    monkeypatch.setattr(finding, "look_at_source", broken)
    for _ in range(10):
        run_due(Parts(app.config["BANGFU_SETTINGS"], app_database, app.extensions["bangfu.host"]), early=True)
    page = aid.get(place).text
    assert "后台办理没有成功" in page and "还没有与本库比对" in page and ">本库没有<" not in page
    assert "还没有与本库比对" in aid.get(f"/u/{JIA}/sources").text
