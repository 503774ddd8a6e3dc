"""The pages of the trail, as people of the small province see them."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from core.auditing import queries
from core.extensions import Actor, Database, all_tenants, utcnow
from core.trail.models import TrailEntry
from core.trail.offline import verify_file
from core.trail.redaction import redact
from core.trail.services import record, record_batch
from core.units.queries import get_unit_by_code
from tests.conftest import ClientAs

ACTOR = Actor(None, "测试记", role="tenant_admin", source="web")
PAGE = "/u/990101/trail"


@pytest.fixture
def entries(app_database: Database) -> dict[str, uuid.UUID]:
    """Something in 甲县, in its school, and in 乙县, from two minutes ago."""
    with app_database.transaction() as session:
        for code, tenant, sentence, action in (
                ("990101", "990101", "修改县里的数", "core:plan:write"), ("990101-S01", "990101", "学校改名", "core:unit:write"),
                ("990102", "990102", "邻县的事", "core:plan:write")):
            record(session, ACTOR, action, sentence, subject="plan:1", tenant_id=tenant, reason="测试理由",
                   unit_id=get_unit_by_code(session, code).id, before={"amount": "100.00", "same": "x"},
                   after={"amount": "120.00", "same": "x", "new": [1]})
        record_batch(session, ACTOR, "core:plan:write", "批量核定 150 人", subject="plan:2", tenant_id="990101",
                     unit_id=get_unit_by_code(session, "990101").id, fields=["state"],
                     rows=[(f"row-{number}", ["draft"], ["approved"]) for number in range(150)])
    with app_database.session() as session, all_tenants(session, "核对"):
        return {row.sentence: row.id for row in session.scalars(select(TrailEntry))}


def seal(app: Flask, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seal by the button, as if two minutes had passed."""
    from core.trail import sealing

    monkeypatch.setattr(sealing, "utcnow", lambda: utcnow() + dt.timedelta(minutes=2))
    answer = client_as("jia-admin").post("/u/990101/trail/seal")
    assert answer.status_code == 302
    monkeypatch.undo()


def test_the_list_shows_what_is_in_scope_newest_first(client_as: ClientAs, entries: dict[str, uuid.UUID]) -> None:
    page = client_as("jia-admin").get(PAGE).text
    assert page.index("批量核定 150 人") < page.index("学校改名") < page.index("修改县里的数")
    assert "邻县的事" not in page and "待封存" in page and "这是什么" in page
    school = client_as("jia-admin").get("/u/990101-S01/trail").text
    assert "学校改名" in school and "修改县里的数" not in school
    assert "邻县的事" in client_as("province-auditor").get("/u/99/trail").text


@pytest.mark.parametrize("rare", [0, 2_000])
def test_a_ledger_is_found_whether_it_is_rare_or_common(client_as: ClientAs, entries: dict[str, uuid.UUID], rare: int,
                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "RARE", rare)
    page = client_as("jia-admin").get(f"{PAGE}?ledger=core:unit").text
    assert "学校改名" in page and "修改县里的数" not in page


def test_numbers_are_hidden_by_the_key_of_the_platforms_own_folder(app: Flask, tmp_path: Path,
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANGFU_DATA_DIR", str(tmp_path / "elsewhere"))
    hidden = redact("13800138000")
    assert hidden.startswith("手机#") and (tmp_path / "keys" / "redaction.key").exists()
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(("query", "shown", "hidden"), [
    ("who=测试记", "学校改名", "没有符合条件"),
    ("who=别人", "没有符合条件的留痕", "学校改名"),
    ("ledger=core:unit", "学校改名", "修改县里的数"),
    ("action=core:plan:write", "修改县里的数", "学校改名"),
    ("unit=990101-S01", "学校改名", "修改县里的数"),
    ("until=2020-01-01", "没有符合条件的留痕", "学校改名"),
    ("since=2020-01-01&until=2099-01-01", "学校改名", "没有符合条件"),
    ("since=2099-01-01", "没有符合条件的留痕", "学校改名"),
])
def test_filters_stand_in_the_address(client_as: ClientAs, entries: dict[str, uuid.UUID], query: str, shown: str,
                                      hidden: str) -> None:
    page = client_as("jia-admin").get(f"{PAGE}?{query}")
    assert page.status_code == 200
    assert shown in page.text and hidden not in page.text


def test_today_is_a_day_in_china(client_as: ClientAs, entries: dict[str, uuid.UUID]) -> None:
    today = (utcnow() + dt.timedelta(hours=8)).date()
    assert "学校改名" in client_as("jia-admin").get(f"{PAGE}?since={today}&until={today}").text
    assert "学校改名" not in client_as("jia-admin").get(f"{PAGE}?since={today + dt.timedelta(days=1)}").text


@pytest.mark.parametrize(("query", "says"), [("since=gestern", "日期应写作"), ("unit=990102", "不在本单位之下")])
def test_a_filter_that_cannot_be_read_is_said(client_as: ClientAs, query: str, says: str) -> None:
    answer = client_as("jia-admin").get(f"{PAGE}?{query}")
    assert answer.status_code == 422 and says in answer.text


def test_pages_follow_one_another(client_as: ClientAs, app_database: Database) -> None:
    with app_database.transaction() as session:
        for number in range(60):
            record(session, ACTOR, "core:plan:write", f"事项{number:03}", subject="plan:1", tenant_id="990101")
    client = client_as("jia-admin")
    first = client.get(f"{PAGE}?who=测试记").text
    assert "事项059" in first and "事项009" not in first
    with app_database.session() as session, all_tenants(session, "核对"):
        at = session.scalars(select(TrailEntry.id).where(TrailEntry.sentence == "事项010")).one()
    assert "事项009" in client.get(f"{PAGE}?who=测试记&before={at}").text
    assert client.get(f"{PAGE}?before=nonsense").status_code == 422


def test_an_entry_shows_before_and_after(client_as: ClientAs, entries: dict[str, uuid.UUID]) -> None:
    page = client_as("jia-admin").get(f"{PAGE}/entries/{entries['修改县里的数']}").text
    assert "<del>100.00</del>" in page and "<ins>120.00</ins>" in page and "测试理由" in page
    assert client_as("jia-admin").get(f"{PAGE}/entries/{entries['邻县的事']}").status_code == 404
    assert client_as("yi-admin").get(f"/u/990102/trail/entries/{entries['学校改名']}").status_code == 404


def test_bulk_work_shows_its_rows_a_page_at_a_time(client_as: ClientAs, entries: dict[str, uuid.UUID]) -> None:
    address = f"{PAGE}/entries/{entries['批量核定 150 人']}"
    first, second = (client_as("jia-admin").get(f"{address}{query}").text for query in ("", "?start=100"))
    assert "row-99" in first and "row-100" not in first and "state：draft → approved" in first
    assert "row-149" in second and "row-99<" not in second


def test_each_entry_says_how_it_is_sealed(app: Flask, client_as: ClientAs, app_database: Database,
                                          entries: dict[str, uuid.UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    seal(app, client_as, monkeypatch)
    client = client_as("jia-admin")
    assert "已封存第1批" in client.get(PAGE).text
    verified = client.get(f"{PAGE}/batches?verify=1").text
    assert "核对完好" in verified and "第 1 批" in verified and "99" in verified
    with app_database.engine.begin() as connection:
        connection.execute(text("UPDATE trail_entries SET sentence = '学校没改名' WHERE sentence = '学校改名'"))
    assert "链条断裂" in client.get(PAGE).text
    assert "链条断裂" in client.get(f"{PAGE}/entries/{entries['学校改名']}").text
    broken = client.get(f"{PAGE}/batches?verify=1").text
    assert "被改动" in broken and entries["学校改名"].hex in broken
    assert "核对甲县的留痕：1 批，1 处不对" in client.get(PAGE).text


def test_a_part_of_a_tenant_has_no_seals_of_its_own(client_as: ClientAs) -> None:
    client = client_as("jia-admin")
    assert "请到租户所在的单位查看" in client.get("/u/990101100/trail/batches").text
    assert client.get("/u/990101100/trail/sealed.jsonl").status_code == 403
    assert client.post("/u/990101100/trail/seal").status_code == 403


def test_an_auditor_verifies_and_does_not_seal(client_as: ClientAs) -> None:
    client = client_as("province-auditor")
    assert client.get("/u/990101/trail/batches?verify=1").status_code == 200
    assert client.post("/u/990101/trail/seal").status_code == 403
    assert "还没有封存" in client.get("/u/990101/trail/batches").text


def test_what_is_listed_is_given_as_a_file_and_that_is_trailed(client_as: ClientAs, app_database: Database,
                                                               entries: dict[str, uuid.UUID]) -> None:
    answer = client_as("jia-admin").get(f"{PAGE}.csv?ledger=core:unit")
    assert answer.mimetype == "text/csv" and answer.text.startswith("\ufeff")
    assert "学校改名" in answer.text and "修改县里的数" not in answer.text and "100.00 → 120.00" in answer.text
    assert "导出trail-990101.csv，1行" in client_as("jia-admin").get(PAGE).text


def test_the_sealed_file_proves_itself(app: Flask, client_as: ClientAs, app_database: Database, tmp_path: Path,
                                       entries: dict[str, uuid.UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    seal(app, client_as, monkeypatch)
    answer = client_as("jia-discipline").get(f"{PAGE}/sealed.jsonl")
    assert answer.status_code == 200
    file = tmp_path / "trail.jsonl"
    file.write_bytes(answer.data)
    report = verify_file(file)
    assert report.faults == [] and report.entries >= 3
    assert json.loads(answer.data.splitlines()[0])["tenant_id"] == "990101"
    assert "导出甲县的封存留痕" in client_as("jia-admin").get(PAGE).text


def test_the_menu_leads_to_the_trail(client_as: ClientAs) -> None:
    assert 'href="/u/990101/trail"' in client_as("jia-admin").get("/u/990101/").text
    assert 'href="/u/990101/trail"' not in client_as("jia-aid").get("/u/990101/").text
