"""The folders in the browser: added, missing, looked at, neighbours shut out."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import func, select

from core.documents.models import Blob, Document
from core.extensions import Database, all_tenants
from core.trail.models import TrailEntry
from core.units.queries import get_unit_by_code
from tests.conftest import ClientAs
from tests.core.documents.pictures import PDF, photo

SCHOOL = "990101-S01"


def upload(client: object, database: Database, *files: tuple[str, bytes], item: str = "photo", **form: str):  # type: ignore[no-untyped-def]
    with database.session() as session:
        unit = get_unit_by_code(session, SCHOOL).id
    data = {"happened_on": "2016-10-17", **form, "files": [(io.BytesIO(content), name) for name, content in files]}
    return client.post(f"/u/{SCHOOL}/archive/core.unit/{unit}/{item}", data=data)  # type: ignore[attr-defined]


def kept(database: Database) -> int:
    with database.session() as session, all_tenants(session, "核对"):
        return session.scalar(select(func.count(Document.id))) or 0


def sentences(database: Database) -> list[str]:
    with database.session() as session, all_tenants(session, "核对"):
        return list(session.scalars(select(TrailEntry.sentence)))


def test_a_school_files_photos_and_the_county_sees_what_is_missing(client_as: ClientAs, app_database: Database) -> None:
    school = client_as("jia-school")
    page = school.get(f"/u/{SCHOOL}/archive").get_data(as_text=True)
    assert "还缺 2 项必备材料" in page and "文字材料、图片资料" in page
    assert upload(school, app_database, ("走访.jpg", photo()), ("会议.jpg", photo(8))).status_code == 302
    page = school.get(f"/u/{SCHOOL}/archive").get_data(as_text=True)
    assert "已归档 2 件" in page and "还缺 1 项必备材料" in page and page.count('class="bf-thumb"') == 2
    county = client_as("jia-aid").get("/u/990101/archive/newest").get_data(as_text=True)
    assert "走访" in county and "会议" in county
    assert "甲县第一中学" in county


def test_with_one_bad_file_nothing_is_stored_and_each_is_named(client_as: ClientAs, app_database: Database) -> None:
    school = client_as("jia-school")
    answer = upload(school, app_database, ("好.jpg", photo()), ("坏.exe", b"MZ00"), ("其实.pdf", photo(8)))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "“坏.exe”的类型不能存入" in page and "“其实.pdf”的内容其实是 jpg 文件" in page
    assert kept(app_database) == 0
    with app_database.session() as session, all_tenants(session, "核对"):
        assert session.scalar(select(func.count(Blob.id))) == 0


def test_a_wrong_date_is_said_at_the_form(client_as: ClientAs, app_database: Database) -> None:
    answer = upload(client_as("jia-school"), app_database, ("好.jpg", photo()), happened_on="2016年10月")
    assert answer.status_code == 422 and "请写成 2026-11-21 这样的日期" in answer.get_data(as_text=True)


def test_a_look_and_a_download_leave_entries_and_the_picture_is_stripped(client_as: ClientAs,
                                                                         app_database: Database) -> None:
    school = client_as("jia-school")
    upload(school, app_database, ("走访.jpg", photo()))
    (document,) = set(re.findall(rf"/u/{SCHOOL}/documents/([0-9a-f-]+)\"", school.get(f"/u/{SCHOOL}/archive").get_data(as_text=True)))
    page = school.get(f"/u/{SCHOOL}/documents/{document}").get_data(as_text=True)
    assert "2016-10-17" in page and "26.57,107.23" in page
    assert "2016-10-17 09:30" in page  # by the camera's clock, not moved to ours
    auditor = client_as("city-auditor").get(f"/u/{SCHOOL}/documents/{document}")
    assert auditor.status_code == 200 and "26.57,107.23" not in auditor.get_data(as_text=True)
    shown = school.get(f"/u/{SCHOOL}/documents/{document}/picture/shown")
    assert shown.mimetype == "image/jpeg" and b"Exif" not in shown.data
    original = school.get(f"/u/{SCHOOL}/documents/{document}/file")
    assert original.data == photo() and "attachment" in original.headers["Content-Disposition"]
    assert "sandbox" in original.headers["Content-Security-Policy"]
    said = sentences(app_database)
    assert "查看档案材料“走访.jpg”" in said and "下载档案材料“走访.jpg”" in said


def test_neighbours_find_nothing(client_as: ClientAs, app_database: Database) -> None:
    school = client_as("jia-school")
    upload(school, app_database, ("走访.jpg", photo()))
    with app_database.session() as session, all_tenants(session, "核对"):
        document = session.scalars(select(Document)).one()
    yi = client_as("yi-aid")
    for path in ("", "/file", "/picture/shown", "/picture/thumb"):
        assert yi.get(f"/u/990102/documents/{document.id}{path}").status_code == 404
        assert yi.get(f"/u/{SCHOOL}/documents/{document.id}{path}").status_code == 404
    assert yi.post(f"/u/990102/documents/{document.id}/remove", data={"reason": "与我无关"}).status_code == 404
    assert yi.get(f"/u/990102/archive/core.unit/{document.subject_id}").status_code == 404
    for page in ("newest", "alike", "units"):
        assert "走访" not in yi.get(f"/u/990102/archive/{page}").get_data(as_text=True)


def test_an_auditor_reads_but_files_and_removes_nothing(client_as: ClientAs, app_database: Database) -> None:
    upload(client_as("jia-school"), app_database, ("函.pdf", PDF), item="material")
    auditor = client_as("city-auditor")
    assert upload(auditor, app_database, ("函二.pdf", PDF + b"2"), item="material").status_code == 403
    with app_database.session() as session, all_tenants(session, "核对"):
        document = session.scalars(select(Document)).one()
    assert auditor.get(f"/u/{SCHOOL}/documents/{document.id}").status_code == 200
    assert auditor.post(f"/u/{SCHOOL}/documents/{document.id}/remove", data={"reason": "试一试看"}).status_code == 403
    listed = auditor.get(f"/u/{SCHOOL}/archive/core.unit/{document.subject_id}/list.csv")
    assert listed.status_code == 200 and "函" in listed.get_data(as_text=True)


def test_taking_out_asks_why_and_can_be_undone(client_as: ClientAs, app_database: Database) -> None:
    school = client_as("jia-school")
    upload(school, app_database, ("函.pdf", PDF), item="material")
    with app_database.session() as session, all_tenants(session, "核对"):
        document = session.scalars(select(Document)).one()
    refused = school.post(f"/u/{SCHOOL}/documents/{document.id}/remove", data={"reason": "错"})
    assert refused.status_code == 422
    assert "至少 4 个字" in refused.text and "[" not in refused.text.partition("<main")[2]
    assert school.post(f"/u/{SCHOOL}/documents/{document.id}/remove", data={"reason": "放错了项目"}).status_code == 302
    page = school.get(f"/u/{SCHOOL}/archive").get_data(as_text=True)
    assert "已撤出，可恢复" in page and "放错了项目" in page
    assert school.post(f"/u/{SCHOOL}/documents/{document.id}/restore").status_code == 302
    assert school.get(f"/u/{SCHOOL}/documents/{document.id}").status_code == 200


@pytest.mark.parametrize("page", ["newest", "alike", "units"])
def test_empty_pages_say_the_next_step(client_as: ClientAs, page: str) -> None:
    answer = client_as("jia-school").get(f"/u/{SCHOOL}/archive/{page}")
    assert answer.status_code == 200 and "bf-empty" in answer.get_data(as_text=True)
