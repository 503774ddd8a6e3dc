"""The pages of an import, as a clerk walks through them."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from core.access.guard import KEY as ACCESS
from core.access.models import Assignment
from core.accounts.models import Account
from core.accounts.passwords import hash_password
from core.accounts.services import assign, store_account
from core.extensions import Database, tenant_scope
from core.jobs.worker import begin_periodic, parts_of, run_due
from core.ledgers.imports import services
from core.ledgers.imports.models import Import
from core.units.queries import find_unit_by_code
from tests.conftest import ClientAs
from tests.core.ledgers.imports.conftest import COUNTY, HEADS, SCHOOL, household, id_number, roster
from tests.factories.world import ACTOR as COMMAND_LINE
from tests.factories.world import PASSWORD, SINCE
from tests.sample_plugin.models import Family
from tests.support.workbooks import excel, opened, saved

BASE = f"/u/{COUNTY}/p/sample/ledgers/families/imports"
AT_SCHOOL = f"/u/{SCHOOL}/p/sample/ledgers/families/imports"
BAD = {"身份证号": "990101199001011234"}


def upload(client: FlaskClient, content: bytes, name: str = "名册.xlsx", base: str = BASE, **more: str) -> TestResponse:
    return client.post(base, data={"file": (io.BytesIO(content), name), **more}, content_type="multipart/form-data")


def place_of(answer: TestResponse) -> str:
    assert answer.status_code == 302, answer.text
    return answer.location.partition("?")[0]


def columns(client: FlaskClient, place: str) -> dict[str, str]:
    """The form of the columns as it is proposed."""
    page = client.get(place).text
    found = {}
    for name, body in re.findall(r'<select class="form-select" name="(column-\w+)".*?>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="(\w+)" selected', body)
        found[name] = chosen[1] if chosen else ""
    return found


def checked(client: FlaskClient, content: bytes, base: str = BASE) -> str:
    """An import up to its result page; gives its address."""
    place = place_of(upload(client, content, base=base))
    assert client.post(f"{place}/columns", data=columns(client, place)).status_code == 302
    return place


def turn_of(client: FlaskClient, place: str) -> str:
    found = re.search(r'name="turn" value="(\d+)"', client.get(place).text)
    assert found
    return found[1]


@pytest.fixture
def colleague(app: Flask, app_database: Database, client_as: ClientAs) -> FlaskClient:
    """A second clerk of the same office, who may do all that the first may."""
    with app_database.transaction() as session:
        account = store_account(session, "jia-second", "测试壬", hash_password(PASSWORD), COMMAND_LINE)
        unit = find_unit_by_code(session, COUNTY)
        assert unit is not None
        assign(session, account, "aid_centre", unit, COMMAND_LINE, known=app.extensions[ACCESS], since=SINCE)
    return client_as("jia-second")


def count(database: Database) -> int:
    with database.session() as session, tenant_scope(session, COUNTY):
        return session.scalar(select(func.count(Family.id))) or 0


def test_from_upload_to_confirmation(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-aid")
    place = checked(client, roster(household(1), household(2), household(3, **BAD)))
    page = client.get(place).text
    assert "校验码不对" in page and BAD["身份证号"] in page
    assert "将新增 2 条、修改 0 条" in page
    assert count(app_database) == 0
    answer = client.post(f"{place}/confirm", data={"choice": "good", "turn": turn_of(client, place)}, follow_redirects=True)
    assert "新增 2 条，修改 0 条，未变 0 条，有误未导入 1 行" in answer.text
    assert count(app_database) == 2
    assert "已导入，余 1 行有误" in client.get(BASE).text

    answer = client.post(f"{place}/cells", data={"cell-5-C": id_number(3), "was-5-C": BAD["身份证号"]}, follow_redirects=True)
    assert "将新增 1 条、修改 0 条，2 条与已有相同不动" in answer.text
    client.post(f"{place}/confirm", data={"choice": "all", "turn": turn_of(client, place)})
    assert count(app_database) == 3


def test_the_returned_workbook_carries_on_and_only_its_owner_gets_it(client_as: ClientAs, colleague: FlaskClient) -> None:
    client = client_as("jia-aid")
    place = checked(client, roster(household(1), household(2, **BAD)))
    shown = colleague.get(place).text
    assert BAD["身份证号"] not in shown and "原内容只对上传人显示" in shown
    assert id_number(1) not in colleague.get(f"{place}?step=columns").text
    assert colleague.get(f"{place}/returned").status_code == 403
    book = opened(client.get(f"{place}/returned").data)
    book.worksheets[0]["C4"].value = id_number(2)
    again = place_of(upload(client, saved(book), "改好了.xlsx"))
    assert again == place
    assert "将新增 2 条" in client.get(place).text


def test_the_same_file_again_says_that_nothing_changed(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-aid")
    content = roster(household(1))
    place = checked(client, content)
    client.post(f"{place}/confirm", data={"choice": "all", "turn": turn_of(client, place)})
    answer = upload(client, content)
    assert place_of(answer) == place
    assert "什么都没有改变" in client.get(answer.location).text
    assert count(app_database) == 1


@pytest.mark.parametrize("confirming", [0, 1])
def test_a_large_list_is_judged_and_stored_in_the_background(
        app: Flask, client_as: ClientAs, app_database: Database, monkeypatch: pytest.MonkeyPatch, confirming: int) -> None:
    monkeypatch.setattr(services, "AT_ONCE", 2)
    client = client_as("jia-aid")
    place = checked(client, roster(*(household(number) for number in range(4)), household(9, **BAD)))
    assert "正在办理" in client.get(place).text
    assert run_due(app) >= 1
    assert "将新增 4 条" in client.get(place).text
    data = {"choice": "good", "turn": turn_of(client, place)}
    for _ in range(confirming + 1):
        client.post(f"{place}/confirm", data=data)
    assert count(app_database) == 0
    assert "存入导入的表格 · 受访家庭台账" in client.get("/u/990101/jobs").text
    run_due(app)
    assert count(app_database) == 4
    assert "有误未导入 1 行" in client.get(place).text


def test_an_outdated_confirmation_is_refused_and_the_second_of_two_changes_nothing(
        client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-aid")
    place = checked(client, roster(household(1), household(2, **BAD)))
    turn = turn_of(client, place)
    client.post(f"{place}/cells", data={"drop": "4"})
    assert client.post(f"{place}/confirm", data={"choice": "good", "turn": turn}).status_code == 409
    turn = turn_of(client, place)
    assert client.post(f"{place}/confirm", data={"choice": "all", "turn": turn}).status_code == 302
    assert client.post(f"{place}/confirm", data={"choice": "all", "turn": turn}).status_code == 409
    assert count(app_database) == 1


def test_a_file_that_cannot_be_read_is_refused_on_the_page(client_as: ClientAs) -> None:
    client = client_as("jia-aid")
    answer = upload(client, b"%PDF-1.7", "a.xlsx")
    assert answer.status_code == 422 and "这不是 Excel 工作簿" in answer.text
    assert "请选择要导入的文件" in client.post(BASE, data={}).text


def test_columns_chosen_wrongly_are_said_beside_the_choice(client_as: ClientAs) -> None:
    client = client_as("jia-aid")
    place = place_of(upload(client, roster(household(1))))
    answer = client.post(f"{place}/columns", data={**columns(client, place), "column-A": ""})
    assert answer.status_code == 422 and "必填的“户编号”还没有对应的列" in answer.text


def test_another_sheet_can_be_taken(client_as: ClientAs) -> None:
    def add(book: object) -> None:
        sheet = book.create_sheet("真的")  # type: ignore[attr-defined]
        for row in (HEADS, household(1), household(2)):
            sheet.append(row)
    client = client_as("jia-aid")
    place = place_of(upload(client, excel([["说明", "内容"], ["甲", "乙"]], change=add)))
    assert client.post(f"{place}/sheet", data={"sheet": "真的"}).status_code == 302
    assert columns(client, place)["column-A"] == "number"
    assert client.post(f"{place}/sheet", data={"sheet": "没有"}).status_code == 422


def test_a_discarded_import_is_found_again_as_discarded(client_as: ClientAs) -> None:
    client = client_as("jia-aid")
    place = checked(client, roster(household(1)))
    assert client.post(f"{place}/discard", follow_redirects=True).status_code == 200
    assert "这次导入已放弃" in client.get(place).text


def test_the_neighbour_and_the_school_beside_see_nothing(client_as: ClientAs, app_database: Database) -> None:
    place = checked(client_as("jia-aid"), roster(household(1)))
    number = uuid.UUID(place.rpartition("/")[2])
    for login, base in (("yi-aid", BASE), ("jia-school", AT_SCHOOL), ("", BASE)):
        client = client_as(login)
        for path, method in (("", "get"), ("/returned", "get"), ("/confirm", "post"), ("/discard", "post"), ("/cells", "post"),
                             ("/columns", "post"), ("/check", "post"), ("/sheet", "post")):
            answer = getattr(client, method)(f"{base}/{number}{path}")
            assert answer.status_code in (401, 403, 404) or "/sign-in" in answer.location, (login, path)
    with app_database.session() as session, tenant_scope(session, COUNTY):
        assert session.scalars(select(Import.state)).all() == ["checked"]


def test_background_work_for_somebody_who_may_no_longer_write_stores_nothing(
        app: Flask, client_as: ClientAs, colleague: FlaskClient, app_database: Database,
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "AT_ONCE", 0)
    client = client_as("jia-aid")
    place = checked(client, roster(household(1)))
    run_due(app)
    client.post(f"{place}/confirm", data={"choice": "all", "turn": turn_of(client, place)})
    with app_database.transaction() as session:
        account = session.scalars(select(Account.id).where(Account.login == "jia-aid")).one()
        session.execute(update(Assignment).where(Assignment.account_id == account).values(valid_to=dt.date(2016, 1, 1)))
    run_due(app)
    assert count(app_database) == 0
    assert "发起人已不能登记这本台账" in colleague.get(place).text


def test_forgotten_imports_are_given_up_and_files_nobody_refers_to_removed(
        app: Flask, client_as: ClientAs, app_database: Database) -> None:
    place = checked(client_as("jia-aid"), roster(household(1)))
    kept = checked(client_as("jia-aid"), roster(household(2)))
    folder = app.config["BANGFU_SETTINGS"].data_dir / "imports" / COUNTY
    stray = folder / "0123.sealed"
    stray.write_bytes(b"x")
    os.utime(stray, (0, 0))
    for path in folder.iterdir():
        os.utime(path, (0, 0))
    with app_database.transaction() as session, tenant_scope(session, COUNTY):
        old = session.get_one(Import, (COUNTY, uuid.UUID(place.rpartition("/")[2])))
        old.created_at -= dt.timedelta(days=40)
    begin_periodic(parts_of(app))
    run_due(app)
    assert "这次导入已放弃" in client_as("jia-aid").get(place).text
    assert "将新增 1 条" in client_as("jia-aid").get(kept).text
    assert not stray.exists() and len(list(folder.iterdir())) == 4


def test_merged_cells_are_asked_about_beside_their_column(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-aid")
    place = place_of(upload(client, excel([HEADS, household(1), household(2, 户主姓名="")], merged=["B2:B3"])))
    question = re.compile(r'name="fill" value="(\w+)"( checked)?')
    assert question.findall(client.get(place).text) == [("B", "")]
    assert "1 处合并的单元格，内容用于合并的每一行" in client.get(place).text
    wrong = client.post(f"{place}/columns", data={"column-B": "head", "fill": "B"})
    assert wrong.status_code == 422
    assert question.findall(wrong.text) == [("B", " checked")]

    assert client.post(f"{place}/columns", data={**columns(client, place), "fill": "B"}).status_code == 302
    assert "将新增 2 条" in client.get(place).text
    assert question.findall(client.get(f"{place}?step=columns").text) == [("B", " checked")]
    client.post(f"{place}/columns", data=columns(client, f"{place}?step=columns"))
    assert "将新增 1 条" in client.get(place).text
