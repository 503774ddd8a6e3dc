"""Grades stand in words where people read them, and come back from those words as they were."""

from __future__ import annotations

import io
import re
from typing import Any

import polars as pl
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from core.extensions import Database, tenant_scope
from core.ledgers.checking import check_frame
from core.ledgers.context import Context
from core.people import deriving
from core.people.ledgers import ENROLMENTS
from core.people.ledgers.schools import HIGHEST, grade_called
from core.registry.models import Enrolment, Person
from core.units.queries import get_unit_by_code
from scripts import assets
from tests.conftest import ClientAs
from tests.core.ledgers.test_round_trip import edited
from tests.core.people.conftest import SCHOOL, Family
from tests.factories.registry import JIA, make_enrolment

BASE = f"/u/{SCHOOL}/ledgers/enrolments"


def pupils(database: Database, family: Family) -> None:
    """测试小 in 四年级 and, years later, in 七年级."""
    with database.transaction() as session, tenant_scope(session, JIA):
        child, school = session.get_one(Person, (JIA, family.pupil)), get_unit_by_code(session, SCHOOL)
        make_enrolment(session, child, school, stage="primary", grade=4, school_year=2019)
        make_enrolment(session, child, school, stage="junior", grade=1, school_year=2022)


def grades(database: Database) -> dict[int, tuple[str, int | None]]:
    with database.session() as session, tenant_scope(session, JIA):
        found = session.scalars(select(Enrolment).where(Enrolment.school_year.in_((2019, 2022))))
        return {row.school_year: (row.stage, row.grade) for row in found}


def come_back(client: FlaskClient, content: bytes) -> str:
    answer = client.post(f"{BASE}/round-trip", data={"file": (io.BytesIO(content), "改过.xlsx")})
    assert answer.status_code == 200, answer.text
    return answer.text


def test_every_grade_in_words_is_read_as_it_was() -> None:
    rows = [(stage, grade) for stage, most in HIGHEST.items() for grade in range(1, most + 1)]
    said = [grade_called(stage, grade) for stage, grade in rows]
    checked = check_frame(ENROLMENTS, pl.DataFrame({"stage": [stage for stage, _ in rows], "grade": said}), Context(partial=True))
    assert checked.errors.is_empty(), checked.errors
    assert deriving.enrolments(checked.rows, None)["grade"].to_list() == [grade for _, grade in rows]  # type: ignore[arg-type]


def test_the_list_and_the_record_say_a_grade_in_words(client_as: ClientAs, family: Family, app_database: Database) -> None:
    pupils(app_database, family)
    client = client_as("jia-school")
    page = client.get(f"{BASE}/").text
    cells = re.findall(r'<td data-label="年级"[^>]*>(.*?)</td>', page)
    assert {"四年级", "七年级", "一年级"} <= set(cells) and "bf-num" not in "".join(cells)
    assert "四年级" in client.get(f"{BASE}/?columns=grade").text, "where the stage is not shown, it is asked for all the same"
    record = re.search(r'/ledgers/enrolments/([0-9a-f-]{36})', page)
    assert record is not None
    assert "<dt>年级</dt><dd>\n七年级" in client.get(f"{BASE}/{record[1]}").text
    assets.compile_catalogues()
    client.post("/language", data={"locale": "en", "next": "/"})
    assert "Grade 4" in client.get(f"{BASE}/").text


def test_a_file_says_grades_in_words_and_takes_them_back(client_as: ClientAs, family: Family, app_database: Database) -> None:
    pupils(app_database, family)
    client = client_as("jia-school")
    answer = client.post(f"{BASE}/export", data={"all_columns": "1"})
    content = bytes(answer.get_data())
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    at = {cell.value: cell.column for cell in sheet[2]}
    places = {sheet.cell(row, at["学年"]).value: row for row in range(3, sheet.max_row + 1)}
    assert [sheet.cell(places[year], at["年级"]).value for year in ("2019-2020", "2022-2023")] == ["四年级", "七年级"]
    assert "没有可合并的差别" in come_back(client, content)

    def change(sheet: Any, at: dict[str, int]) -> None:
        sheet.cell(places["2019-2020"], at["年级"]).value = 5
        sheet.cell(places["2022-2023"], at["年级"]).value = "八年级"

    page = come_back(client, edited(content, change))
    assert "五年级" in page and "八年级" in page and 'name="mine"' not in page
    packed = re.search(r'name="changes" value="([^"]+)"', page)
    assert packed is not None
    assert client.post(f"{BASE}/round-trip/merge", data={"changes": packed[1]}).status_code == 302
    assert grades(app_database) == {2019: ("primary", 5), 2022: ("junior", 2)}


def test_a_stage_that_changes_along_is_the_one_the_grade_is_said_in(
        client_as: ClientAs, family: Family, app_database: Database) -> None:
    pupils(app_database, family)
    client = client_as("jia-school")
    content = bytes(client.post(f"{BASE}/export?school_year=2022", data={"all_columns": "1"}).get_data())

    def change(sheet: Any, at: dict[str, int]) -> None:
        sheet.cell(3, at["学段"]).value = "小学"
        sheet.cell(3, at["年级"]).value = 2

    page = come_back(client, edited(content, change))
    packed = re.search(r'name="changes" value="([^"]+)"', page)
    assert packed is not None and "二年级" in page
    assert client.post(f"{BASE}/round-trip/merge", data={"changes": packed[1]}).status_code == 302
    assert grades(app_database)[2022] == ("primary", 2)
