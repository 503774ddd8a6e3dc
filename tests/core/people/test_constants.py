"""A roster whose title says the term: entered once for all its rows, where the ledger needs it and no column says it."""

from __future__ import annotations

import io
import re
import uuid

from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from core.extensions import Database, tenant_scope
from core.registry.models import Enrolment
from tests.conftest import ClientAs
from tests.core.people.conftest import BORN, SCHOOL, Family
from tests.core.people.test_documents import confirmed
from tests.factories.registry import JIA, made_up_id
from tests.support.workbooks import excel, saved

LEDGER = f"/u/{SCHOOL}/ledgers/enrolments"
ROSTER = [["测试小学2017—2018学年秋季学期学生花名册"], ["学生姓名", "身份证号", "年级"], ["测试小", made_up_id(1, BORN), "二年级"],
          ["测试无", made_up_id(9, BORN), "二年级"]]
SAME = {"same-school_year": "2017-2018", "same-term": "秋季学期", "same-stage": "小学"}


def sent(client: FlaskClient, rows: list[list[object]] | bytes) -> str:
    content = rows if isinstance(rows, bytes) else excel(rows)
    return client.post(f"{LEDGER}/imports", data={"file": (io.BytesIO(content), "花名册.xlsx")},
                       content_type="multipart/form-data").location.partition("?")[0]


def mapped(client: FlaskClient, at: str, **same: str) -> object:
    return client.post(f"{at}/columns", data={"column-A": "", "column-B": "person_id", "column-C": "grade", **same})


def stored(database: Database, person_id: uuid.UUID) -> list[tuple[int, int, str, int | None]]:
    with database.session() as session, tenant_scope(session, JIA):
        return [(row.school_year, row.term, row.stage, row.grade) for row in session.scalars(
            select(Enrolment).where(Enrolment.person_id == person_id).order_by(Enrolment.school_year))]


def test_what_the_title_says_is_entered_once_and_holds_through_a_returned_file(
        client_as: ClientAs, app_database: Database, family: Family) -> None:
    client = client_as("jia-school")
    at = sent(client, ROSTER)
    page = client.get(at).text
    assert "整份表都一样的内容" in page and 'name="same-school_year"' in page and 'name="same-person_id"' not in page
    missing = mapped(client, at)
    assert missing.status_code == 422 and "必填的“学年、学期、学段”还没有对应的列" in missing.text
    wrong = mapped(client, at, **{**SAME, "same-school_year": "去年"})
    assert wrong.status_code == 422 and "学年" in wrong.text and 'value="去年"' in wrong.text
    assert mapped(client, at, **SAME).status_code == 302
    assert "将新增 1 条" in client.get(at).text and "测试无</span>" in client.get(at).text, "the name beside a number nobody has"
    assert 'value="2017-2018"' in client.get(f"{at}?step=columns").text
    book = load_workbook(io.BytesIO(client.get(f"{at}/returned").data))
    book.worksheets[0]["B4"].value = made_up_id(3, BORN.replace(year=2001))
    assert sent(client, saved(book)) == at
    assert "将新增 2 条" in client.get(at).text
    confirmed(client, at)
    assert stored(app_database, family.pupil)[-1] == (2017, 1, "primary", 2)
    assert stored(app_database, family.apprentice)[-1] == (2017, 1, "primary", 2)


def test_a_column_of_the_file_goes_before_what_is_said_for_all(client_as: ClientAs, app_database: Database, family: Family) -> None:
    client = client_as("jia-school")
    at = sent(client, [["学生姓名", "身份证号", "年级", "学年"], ["测试小", made_up_id(1, BORN), "3", "2018-2019"]])
    assert mapped(client, at, **{"column-D": "school_year"}, **SAME).status_code == 302
    confirmed(client, at)
    assert stored(app_database, family.pupil)[-1] == (2018, 1, "primary", 3)
    assert re.search(r"新增 1 条", client.get(at).text)
