"""A ledger goes out as a workbook, is edited offline, and comes back cell by cell."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select, update

from core.extensions import Database, tenant_scope
from core.jobs.models import Job
from core.jobs.worker import run_due
from core.ledgers.workbooks import CODES, MARKS, MIME, REF
from core.trail.models import TrailEntry
from tests.core.ledgers.conftest import GOOD
from tests.core.ledgers.support import JIA, add_families
from tests.sample_plugin.models import Family

ClientAs = Callable[[str], FlaskClient]
BASE = "/u/990101/p/sample/ledgers/families"


def exported(client: FlaskClient, query: str = "", **form: str) -> bytes:
    answer = client.post(f"{BASE}/export{query}", data={"all_columns": "1", **form})
    assert answer.status_code == 200, answer.get_data(as_text=True)[:1000]
    return bytes(answer.get_data())


def edited(content: bytes, change: Callable[[Any, dict[str, int]], None]) -> bytes:
    """The file with its data sheet changed, as Excel would save it."""
    book = load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    change(sheet, {cell.value: cell.column for cell in sheet[2]})
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(client: FlaskClient, content: bytes, status: int = 200) -> str:
    answer = client.post(f"{BASE}/round-trip", data={"file": (io.BytesIO(content), "改过.xlsx")})
    assert answer.status_code == status, answer.get_data(as_text=True)[-3000:]
    return answer.get_data(as_text=True)


def confirm(client: FlaskClient, page: str, *mine: str) -> int:
    packed = re.search(r'name="changes" value="([^"]+)"', page)
    assert packed
    return int(client.post(f"{BASE}/round-trip/merge", data={"changes": packed[1], "mine": list(mine)}).status_code)


def families(database: Database) -> dict[str, Family]:
    with database.session() as session, tenant_scope(session, JIA):
        return {row.number: row for row in session.scalars(select(Family))}


def test_an_export_is_masked_watermarked_and_neutralised(app: Flask, client_as: ClientAs, app_database: Database) -> None:
    add_families(app, JIA, "990101-S01", {"note": "=HYPERLINK(\"http://x\")"})
    content = exported(client_as("jia-aid"))
    book = load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    cells = {head.value: cell for head, cell in zip(sheet[2], sheet[3], strict=True)}
    assert "导出人：测试08" in sheet["A1"].value and "990101" not in sheet["A1"].value
    assert cells["身份证号"].value == "1101**********002X" and GOOD["id_number"] not in str(zipped(content))
    assert cells["备注"].data_type == "s" and cells["备注"].value.startswith("=") and cells["备注"].quotePrefix
    assert (cells["人均纯收入（元）"].value, cells["识别日期"].value.isoformat()[:10]) == (3200.5, "2015-09-01")
    assert cells["致贫原因"].value == "因病、因学"
    assert book[MARKS].sheet_state == "veryHidden" and sheet.column_dimensions["T"].hidden
    assert "<f>" not in zipped(content)


def zipped(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "".join(book.read(name).decode() for name in book.namelist())


def test_originals_go_out_with_right_and_reason_only_and_are_trailed(app: Flask, client_as: ClientAs, app_database: Database) -> None:
    (family_id,) = add_families(app, JIA, "990101-S01", {})
    aid = client_as("jia-aid")
    assert aid.post(f"{BASE}/export", data={"originals": "1", "reason": "短"}).status_code == 422
    assert GOOD["id_number"] in zipped(exported(aid, originals="1", reason="报送省级系统"))
    assert client_as("jia-discipline").post(f"{BASE}/export", data={"originals": "1", "reason": "报送省级系统"}).status_code == 403
    with app_database.session() as session, tenant_scope(session, JIA):
        (entry,) = session.scalars(select(TrailEntry).where(TrailEntry.action == "core:identity:export"))
    assert (entry.row_count, entry.reason) == (1, "报送省级系统") and "1 条含原文" in entry.sentence
    assert "含原文" in aid.get(f"{BASE}/{family_id}").get_data(as_text=True)


def test_an_untouched_file_changes_nothing(app: Flask, client_as: ClientAs) -> None:
    add_families(app, JIA, "990101-S01", {"note": "=1+1"}, {"members": "7", "area": "100", "left_on": "2016-01-01"})
    client = client_as("jia-aid")
    assert "没有可合并的差别" in upload(client, exported(client))
    assert "没有可合并的差别" in upload(client, edited(exported(client), lambda sheet, at: None))


def test_edits_merge_conflicts_are_decided_and_bad_cells_stay_out(app: Flask, client_as: ClientAs, app_database: Database) -> None:
    ids = add_families(app, JIA, "990101-S01", {}, {}, {})
    client = client_as("jia-aid")
    content = exported(client, "?sort=number")
    with app_database.transaction() as session, tenant_scope(session, JIA):
        session.execute(update(Family).where(Family.number == "JX002").values(members=6, income=Decimal(1), version=2))

    def change(sheet: Any, at: dict[str, int]) -> None:
        sheet.cell(3, at["人口数（人）"]).value = 9
        sheet.cell(3, at["身份证号"]).value = "110105200001010032"
        sheet.cell(4, at["人口数（人）"]).value = 8
        sheet.cell(4, at["户类型"]).value = "低保户"
        sheet.cell(5, at["户类型"]).value = "不存在的类型"
        sheet.cell(5, at["备注"]).value = None
        sheet.insert_rows(4)  # a new row in between, without a number
        sheet.cell(4, at["户主姓名"]).value = "测试新"

    page = upload(client, edited(content, change))
    assert "户类型须是其中之一" in page and "有 1 行没有编号" in page and page.count('name="mine"') == 1
    assert "110105200001010032" not in re.sub(r'value="[^"]+"', "", page).split("<tbody>")[0]
    conflict = re.search(r'name="mine" value="([^"]+)"', page)
    assert conflict and conflict[1] == f"{ids[1].hex}.members"
    assert confirm(client, page) == 302
    found = families(app_database)
    assert (found["JX001"].members, found["JX001"].id_number_mask) == (9, "1101**********0032")
    assert (found["JX002"].members, found["JX002"].kind, str(found["JX002"].income)) == (6, "low", "1.00")
    assert (found["JX003"].kind, found["JX003"].note) == ("poor", None)
    assert confirm(client, page) == 409
    page = upload(client, edited(content, change))
    assert confirm(client, page, conflict[1]) == 302
    assert families(app_database)["JX002"].members == 8


def test_a_change_that_does_not_fit_what_is_stored_is_named_by_its_row(
        app: Flask, client_as: ClientAs, app_database: Database) -> None:
    add_families(app, JIA, "990101-S01", {"left_on": "2018-01-01"}, {"left_on": "2018-01-01"})
    client = client_as("jia-aid")

    def change(sheet: Any, at: dict[str, int]) -> None:
        for row in (3, 4):
            early = sheet.cell(row, at["户编号"]).value == "JX001"
            sheet.cell(row, at["退出日期"]).value = "2014-01-01" if early else "2017-01-01"

    page = upload(client, edited(exported(client), change))
    assert page.count("退出日期不能早于识别日期") == 1
    assert confirm(client, page) == 302
    assert [str(row.left_on) for _, row in sorted(families(app_database).items())] == ["2018-01-01", "2017-01-01"]


def test_a_sorted_and_shortened_file_still_finds_its_records(app: Flask, client_as: ClientAs, app_database: Database) -> None:
    add_families(app, JIA, "990101-S01", {}, {}, {})
    client = client_as("jia-aid")

    def change(sheet: Any, at: dict[str, int]) -> None:
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3, max_row=4)]
        for number, row in enumerate(reversed(rows), start=3):
            for column, value in enumerate(row, start=1):
                sheet.cell(number, column).value = value
        sheet.cell(3, at["人口数（人）"]).value = 3
        sheet.delete_rows(5)

    page = upload(client, edited(exported(client, "?sort=number"), change))
    assert "文件里少了 1 行" in page and confirm(client, page) == 302
    assert [families(app_database)[f"JX00{at}"].members for at in (1, 2, 3)] == [4, 3, 4]


@pytest.mark.parametrize("harm", ["marks", "ref", "other"])
def test_a_file_whose_marks_were_touched_is_refused(app: Flask, client_as: ClientAs, harm: str) -> None:
    add_families(app, JIA, "990101-S01", {}, {})
    client = client_as("jia-aid")

    def touch(content: bytes) -> bytes:
        book = load_workbook(io.BytesIO(content))
        if harm == "marks":
            book[MARKS]["C2"].value = "5"
        elif harm == "ref":
            heads = {cell.value: cell.column for cell in book.worksheets[0][2]}
            book.worksheets[0].delete_cols(heads[REF])
        else:
            del book[MARKS]
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    said = {"marks": "编号表被改动过", "ref": "它被删掉了", "other": "不是从台账导出的"}
    assert said[harm] in upload(client, touch(exported(client)), 422)


def test_nobody_takes_back_what_is_beyond_their_scope(app: Flask, client_as: ClientAs, app_database: Database) -> None:
    add_families(app, JIA, "990101-S01", {})
    content = edited(exported(client_as("jia-aid")), lambda sheet, at: setattr(sheet.cell(3, at["人口数（人）"]), "value", 9))
    central = client_as("jia-central")
    answer = central.post("/u/990101100/p/sample/ledgers/families/round-trip", data={"file": (io.BytesIO(content), "改过.xlsx")})
    assert "有 1 条已删除，或不在您可以修改的范围内" in answer.get_data(as_text=True)
    stolen = re.search(r'name="changes" value="([^"]+)"', upload(client_as("jia-aid"), content))
    assert stolen
    sent = central.post("/u/990101100/p/sample/ledgers/families/round-trip/merge", data={"changes": stolen[1]})
    assert sent.status_code == 422 and families(app_database)["JX001"].members == 4


def test_originals_that_a_job_wrote_lie_on_disk_unreadable(
        app: Flask, client_as: ClientAs, app_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.ledgers import exporting

    monkeypatch.setattr(exporting, "INLINE", 1)
    add_families(app, JIA, "990101-S01", {}, {"head": "测试乙"})
    aid = client_as("jia-aid")
    assert aid.post(f"{BASE}/export", data={"all_columns": "1", "originals": "1", "reason": "报送省级系统"}).status_code == 302
    run_due(app)
    with app_database.session() as session, tenant_scope(session, JIA):
        (job,) = session.scalars(select(Job))
    (path,) = (app.config["BANGFU_SETTINGS"].data_dir / "job-files").rglob("*.*")
    assert not path.read_bytes().startswith(b"PK") and GOOD["id_number"].encode() not in path.read_bytes()
    answer = aid.get(f"/u/{JIA}/jobs/{job.id}/file")
    assert answer.mimetype == MIME and GOOD["id_number"] in zipped(answer.get_data())
    assert f"UTF-8''{quote(job.file_name)}" in answer.headers["Content-Disposition"]


def test_the_template_offers_lists_and_says_how_to_write(client_as: ClientAs) -> None:
    content = client_as("jia-school").get("/u/990101-S01/p/sample/ledgers/families/template").get_data()
    book = load_workbook(io.BytesIO(content))
    heads = {cell.value: cell for cell in book.worksheets[0][1]}
    assert {"户编号*", "户主姓名*", "人口数（人）"} <= set(heads) and heads["户编号*"].comment is not None
    assert book[CODES].sheet_state == "veryHidden"
    assert [cell.value for cell in book[CODES][heads["户类型"].column_letter] if cell.value] == ["建档立卡户", "低保户", "其他"]
    ranges = " ".join(str(rule.sqref) for rule in book.worksheets[0].data_validations.dataValidation)
    assert f"{heads['户类型'].column_letter}2:" in ranges


def test_a_long_export_is_a_job_with_the_same_rights(
        app: Flask, client_as: ClientAs, app_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.ledgers import exporting

    monkeypatch.setattr(exporting, "INLINE", 1)
    add_families(app, JIA, "990101-S01", {}, {}, {"kind": "低保户"})
    client = client_as("jia-aid")
    assert client.post(f"{BASE}/export?kind=poor", data={"all_columns": "1"}).status_code == 302
    run_due(app)
    page = client.get("/u/990101/jobs").get_data(as_text=True)
    assert "已导出 2 条" in page and "导出台账 · 受访家庭台账" in page
    number = re.search(r"/u/990101/jobs/([0-9a-f-]{36})", page)
    assert number
    with client.get(f"/u/990101/jobs/{number[1]}/file") as file:
        assert load_workbook(io.BytesIO(file.get_data())).worksheets[0].max_row == 4
