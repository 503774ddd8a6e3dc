"""Accounts by Excel: faults by cell, the workbook back, good rows on confirmation, nothing twice."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from core.accounts import workbooks
from core.accounts.models import Account
from core.accounts.queries import find_by_login, list_posts
from core.errors import InvalidInput
from core.extensions import Database

ClientAs = Callable[[str], FlaskClient]
PAGE = "/u/990101/accounts/excel"
HEAD = ["登录名*", "姓名*", "角色*", "单位编码*", "起", "止", "备注"]


def book(rows: list[list[object]], head: list[str] = HEAD) -> bytes:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(head)
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def people(count: int) -> list[list[object]]:
    return [[f"ren-{number:03d}", f"测试{number:03d}", "班主任", "990101-S01", "2026-09-01", "2036-09-01", "我的备注"]
            for number in range(count)]


def upload(client: FlaskClient, content: bytes) -> str:
    answer = client.post(PAGE, data={"file": (io.BytesIO(content), "名单.xlsx")})
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def count(database: Database) -> int:
    with database.session() as session:
        return session.scalar(select(func.count()).select_from(Account)) or 0


def test_five_hundred_rows_with_seven_faults(client_as: ClientAs, app: Flask, app_database: Database) -> None:
    client, rows, before = client_as("jia-admin"), people(500), count(app_database)
    rows[10][0] = "坏 名"
    rows[20][1] = None
    rows[30][2] = "校长"
    rows[40][3] = "990102-S01"
    rows[50][4] = "2026年9月"
    rows[60][5] = "2020-01-01"
    rows[70][2] = "平台管理员"
    content = book(rows)
    address = upload(client, content)
    page = client.get(address).text
    assert set(re.findall(r'data-label="单元格">([A-Z]+\d+)<', page)) == {"A12", "B22", "C32", "D42", "E52", "F62", "C72"}
    assert "确认办理 493 行" in page
    assert count(app_database) == before, "nothing is opened before it is confirmed"

    sheet = load_workbook(io.BytesIO(client.get(f"{address}/marked").data)).active
    assert sheet is not None
    marked = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment}
    assert marked == {"A12", "B22", "C32", "D42", "E52", "F62", "C72"}
    assert sheet["G12"].value == "我的备注"

    done = client.post(f"{address}/confirm")
    handed = load_workbook(io.BytesIO(done.data)).active
    assert handed is not None
    assert handed.max_row == 494
    assert count(app_database) == before + 493
    login, password = handed["A2"].value, handed["C2"].value
    assert app.test_client().post("/sign-in", data={"login": login, "password": password}).status_code == 302

    assert upload(client, content) == address
    assert "没有重复开立" in client.get(address).text
    assert client.post(f"{address}/confirm").status_code == 409
    rows[10][0] = "ren-010"
    again = upload(client, book(rows))
    assert "确认办理 1 行" in client.get(again).text
    client.post(f"{again}/confirm")
    assert count(app_database) == before + 494


def test_rows_that_clash_with_each_other_or_with_accounts_are_named(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-admin")
    page = client.get(upload(client, book([
        ["new-one", "测试一", "班主任", "990101-S01", None, None], ["new-one", "测试一", "班主任", "990101-S01", None, None],
        ["new-one", "测试二", "政教处", "990101-S01", None, None], ["jia-aid", "别人", "班主任", "990101-S01", None, None],
        [None, None, None, None, None, None]]))).text
    for cell, text in (("A3", "与第 2 行重复"), ("B4", "两个姓名"), ("A5", "已有别的账号")):
        assert cell in page
        assert text in page


def test_faults_with_numbers_are_told_in_the_readers_language(client_as: ClientAs) -> None:
    client, row = client_as("jia-admin"), ["new-one", "测试一", "班主任", "990101-S01", None, None]
    address = upload(client, book([row, row]))
    client.post("/language", data={"locale": "en"})
    page = client.get(address).text
    assert "与第 2 行重复" not in page and re.search(r"[Rr]ow 2\b", page)
    sheet = load_workbook(io.BytesIO(client.get(f"{address}/marked").data)).active
    assert sheet is not None and sheet["A3"].comment is not None and "与第 2 行重复" in sheet["A3"].comment.text


def test_an_account_that_stands_is_given_the_post_of_the_row(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-admin")
    with app_database.session() as session:
        account = find_by_login(session, "jia-aid")
        assert account is not None
        name = account.name
    rows: list[list[object]] = [["jia-aid", name, "班主任", "990101-S01"], ["jia-aid", name, "aid_centre", 990101.0]]
    address = upload(client, book(rows, HEAD[:4]))
    assert "没有错误" in client.get(f"{address}/marked").text
    assert client.post(f"{address}/confirm").location == address
    with app_database.session() as session:
        assert {post.role for post in list_posts(session, account.id)} == {"aid_centre", "class_teacher"}


def test_what_has_changed_since_the_upload_is_judged_again_and_nothing_is_half_done(
        client_as: ClientAs, app_database: Database) -> None:
    client, before = client_as("jia-admin"), count(app_database)
    address = upload(client, book(people(3)))
    client_as("province-admin").post("/u/99/access/rules", data={
        "role": "tenant_admin", "unit": "990101-S01", "eft": "deny", "what": "core.account|manage", "cond": "",
        "source": "省教〔2026〕1号", "note": "文", "step": "save"})
    assert client.post(f"{address}/confirm").status_code == 403
    assert count(app_database) == before


def test_a_list_belongs_to_its_unit(client_as: ClientAs) -> None:
    address = upload(client_as("jia-admin"), book(people(1)))
    other = client_as("yi-admin")
    moved = address.replace("990101", "990102")
    assert other.get(moved).status_code == 404
    assert other.post(f"{moved}/confirm").status_code == 404
    assert other.get(address).status_code == 404


@pytest.mark.parametrize(("content", "message"), [
    (b"", "不是 Excel"), (b"not a workbook", "不是 Excel"), (book([], ["姓名"]), "缺少列"), (book([]), "没有一行数据")])
def test_a_file_that_is_no_list_is_refused_whole(client_as: ClientAs, content: bytes, message: str) -> None:
    answer = client_as("jia-admin").post(PAGE, data={"file": (io.BytesIO(content), "x.xlsx")})
    assert answer.status_code == 422
    assert message in answer.text
    assert client_as("jia-admin").post(PAGE, data={}).status_code == 422


def test_a_bomb_and_a_book_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * (workbooks.MOST_UNPACKED + 1))
    with pytest.raises(InvalidInput, match="展开后太大"):
        workbooks.read(out.getvalue())
    monkeypatch.setattr(workbooks, "MOST_ROWS", 2)
    with pytest.raises(InvalidInput, match="最多 2 行"):
        workbooks.read(book(people(3)))


def test_the_template_lists_the_roles_and_units_of_the_giver(client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    assert client.get(PAGE).status_code == 200
    made = load_workbook(io.BytesIO(client.get(f"{PAGE}/template").data))
    lists = [[cell.value for cell in column] for column in made["可选值"].iter_cols()]
    assert "班主任" in lists[0]
    assert "平台管理员" not in lists[0]
    assert "990101-S01" in lists[1]
    assert "990102-S01" not in lists[1]
    assert len(made["账号"].data_validations.dataValidation) == 2
    assert workbooks.template([], [])


def test_a_row_for_oneself_is_named_and_dates_may_be_real_dates(client_as: ClientAs, app_database: Database) -> None:
    client = client_as("jia-admin")
    with app_database.session() as session:
        account = find_by_login(session, "jia-admin")
        assert account is not None
        name = account.name
    page = client.get(upload(client, book([
        ["jia-admin", name, "班主任", "990101-S01", None, None],
        ["dated", "测试日", "班主任", "990101-S01", dt.datetime(2026, 9, 1), None]]))).text  # noqa: DTZ001
    assert "不能给自己任职" in page
    assert "确认办理 1 行" in page
