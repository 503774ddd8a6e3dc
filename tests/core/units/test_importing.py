"""Loading lists of divisions: what comes in, what is refused, and that nothing is left half done."""

from __future__ import annotations

import datetime as dt
import gzip
import signal
import textwrap
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.config import ROOT
from core.errors import InvalidInput
from core.extensions import Database
from core.units import queries, services
from core.units.models import Unit, UnitOperation
from core.units.rules.divisions import DivisionsRefused
from core.units.services import Close, Create, Move, import_divisions
from tests.core.units.conftest import ACTOR, DAY, TODAY, contents
from tests.support import forks

HEADER = "code,name,level,parent_code\n"
SMALL = (HEADER + "99,测试省,province,\n9901,测试市,city,99\n990101,甲县,county,9901\n"
         "990101100,甲一镇,township,990101\n990101100001,甲一东村,village,990101100\n")


def load(session: Session, text: str | bytes, **options: object) -> services.ImportSummary:
    data = text.encode() if isinstance(text, str) else text
    return import_divisions(session, data, ACTOR, **options)  # type: ignore[arg-type]


def refused(session: Session, text: str | bytes, **options: object) -> list[tuple[int, str, str]]:
    with pytest.raises(DivisionsRefused) as caught:
        load(session, text, **options)
    session.flush()
    return [(fault.row, fault.code, fault.message) for fault in caught.value.faults]


def test_a_first_list_is_loaded_under_the_whole_country(session: Session) -> None:
    summary = load(session, SMALL)
    assert (summary.added, summary.total, summary.gone) == (5, 5, [])
    village = queries.get_unit_by_code(session, "990101100001")
    assert (village.path, village.depth, village.name) == ("00/99/01/01/100/001/", 5, "甲一东村")
    assert (village.pinyin, village.initials) == ("jiayidongcun", "jydc")
    assert village.since == dt.date(1949, 10, 1)
    assert [unit.code for unit in queries.ancestors(session, village)] == ["00", "99", "9901", "990101", "990101100"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("packed", [False, True])
def test_the_usual_encodings_are_read(session: Session, encoding: str, packed: bool) -> None:
    data = SMALL.replace("甲县", "㭎县").encode(encoding)
    load(session, gzip.compress(data) if packed else data)
    assert queries.get_unit_by_code(session, "990101").name == "㭎县"


def test_windows_line_ends_quotes_and_blank_lines_are_read(session: Session) -> None:
    load(session, SMALL.replace("甲县", '"甲,县"').replace("\n", "\r\n") + "\r\n\r\n")
    assert queries.get_unit_by_code(session, "990101").name == "甲,县"


@pytest.mark.parametrize(("row", "code", "message"), [
    ("990102,乙县,county,9902", "990102", "上级 9902 不在名单里，也不在系统里"),
    ("990101,甲县又,county,9901", "990101", "代码重复，与第 4 行相同"),
    ("990102,乙县,county,990101100001", "990102", "县级单位不能放在村级单位 990101100001 之下"),
    ("990102,,county,9901", "990102", "名称不能为空"),
    ("990102,乙\x01县,county,9901", "990102", "名称里有不能识别的字符"),
    (f"990102,{'乙' * 121},county,9901", "990102", "名称超过 120 个字"),
    ("9901A2,乙县,county,9901", "9901A2", "代码与层级不符：县级区划代码应为 6 位数字"),
    ("9901020,乙县,county,9901", "9901020", "代码与层级不符：县级区划代码应为 6 位数字"),
    (",乙县,county,9901", "", "缺少代码"),
    ("990102,乙县,shire,9901", "990102", "层级“shire”不是 province、city、county、township、village 之一"),
    ("00,又一个全国,country,", "00", "层级“country”不是 province、city、county、township、village 之一"),
    ("990102,乙县,county,", "990102", "缺少上级代码"),
    ("990102,乙县,county", "990102", "应有 4 列，现有 3 列"),
    ("990102,乙县,county,990102", "990102", "上级关系成环：990102 → 990102"),
])
def test_each_fault_names_its_row_and_nothing_is_loaded(
        session: Session, row: str, code: str, message: str) -> None:
    assert (7, code, message) in refused(session, SMALL + row + "\n")
    assert session.scalar(select(func.count()).select_from(Unit).where(Unit.code != "00")) == 0


def test_a_circle_is_shown_whole(session: Session) -> None:
    rows = "990101200,一镇,township,990101201\n990101201,二镇,township,990101200\n"
    assert refused(session, SMALL + rows) == [
        (7, "990101200", "上级关系成环：990101200 → 990101201 → 990101200"),
        (8, "990101201", "上级关系成环：990101201 → 990101200 → 990101201")]


def test_broken_encoding_names_its_rows(session: Session) -> None:
    data = SMALL.encode().replace("甲县".encode(), b"\xe7\x94\xff\xff")
    assert refused(session, data) == [(4, "990101", "文字不是有效的 UTF-8 编码")]
    gb = SMALL.encode("gb18030").replace("甲一镇".encode("gb18030"), b"\xbc\xff\xff")
    assert refused(session, gb) == [(5, "990101100", "文字不是有效的 GB18030 编码")]


def test_files_of_another_kind_are_refused(session: Session) -> None:
    assert refused(session, "")[0][:2] == (1, "")
    assert refused(session, "a,b\n1,2\n")[0][2] == "表头应为 code,name,level,parent_code，现为 a,b"
    assert refused(session, HEADER)[0] == (0, "", "没有区划")
    assert refused(session, SMALL, province="52")[0][2] == "没有省份 52 的区划"
    assert refused(session, gzip.compress(SMALL.encode())[:-9])[0][2] == "压缩文件不完整或已损坏"
    assert refused(session, HEADER + "a" * 200_000 + ",b,c,d\n")[0][2].startswith("不是合格的 CSV")


def test_many_faults_are_counted_but_not_all_listed(session: Session) -> None:
    with pytest.raises(DivisionsRefused) as caught:
        load(session, HEADER + "".join(f"99{n:04d},县,county,9999\n" for n in range(300)))
    assert len(caught.value.faults) == 300
    assert caught.value.text.count("第 ") == 200


def test_rows_in_any_order_are_loaded(session: Session) -> None:
    head, *rows = SMALL.strip().split("\n")
    assert load(session, "\n".join([head, *reversed(rows)])).added == 5
    assert queries.get_unit_by_code(session, "990101100001").depth == 5


def test_one_province_is_taken_out_of_a_list_of_several(session: Session) -> None:
    assert load(session, SMALL + "98,另一省,province,\n", province="99").added == 5
    assert queries.find_unit_by_code(session, "98") is None


def test_the_same_list_again_changes_nothing(session: Session) -> None:
    load(session, SMALL)
    before = contents(session)
    summary = load(session, SMALL)
    assert summary.unchanged and contents(session) == before
    assert session.scalar(select(func.count()).select_from(UnitOperation)) == 1


def test_a_newer_list_adds_renames_moves_and_reports_what_is_gone(session: Session) -> None:
    load(session, SMALL + "9902,测试二市,city,99\n990101101,甲二乡,township,990101\n")
    newer = (SMALL.replace("甲县", "甲市").replace("990101100,甲一镇,township,990101", "990101100,甲一镇,township,990102")
             + "9902,测试二市,city,99\n990102,乙县,county,9901\n")
    summary = load(session, newer, on=DAY)
    assert (summary.added, summary.renamed) == (1, [("990101", "甲县", "甲市")])
    assert summary.moved == [("990101100", "990101", "990102")]
    assert summary.gone == [("990101101", "甲二乡")]
    county, town = (queries.get_unit_by_code(session, code) for code in ("990101", "990101100"))
    old = queries.unit_as_of(session, county.id, DAY - dt.timedelta(days=1))
    assert old is not None and (old.name, county.name, county.pinyin) == ("甲县", "甲市", "jiashi")
    assert town.path == "00/99/01/02/990101100/"
    assert queries.get_unit_by_code(session, "990101100001").path == town.path + "001/"
    assert queries.get_unit_by_code(session, "990102").since == DAY
    assert queries.get_unit_by_code(session, "990101101").closed_on is None
    assert queries.operations_on(session, county.id)[0].sentence == "名单 7 个区划：新增 1，更名 1，划转 1"


def test_a_change_before_the_present_state_is_refused(session: Session) -> None:
    load(session, SMALL, on=DAY)
    faults = refused(session, SMALL.replace("甲县", "甲市"), on=DAY - dt.timedelta(days=1))
    assert faults == [(4, "990101", "甲县自 2020-01-01 起才是现在的状态，变更日期 2019-12-31 不能早于它")]


def test_a_change_on_the_first_day_replaces_the_name(session: Session) -> None:
    load(session, SMALL, on=DAY)
    load(session, SMALL.replace("甲县", "甲市"), on=DAY)
    county = queries.get_unit_by_code(session, "990101")
    assert [state.name for state in queries.states_of(session, county.id)] == ["甲市"]


def test_a_unit_is_not_added_before_its_parent(session: Session) -> None:
    load(session, SMALL, on=DAY)
    town = HEADER + "990101101,甲二乡,township,990101\n"
    faults = refused(session, town, on=DAY - dt.timedelta(days=1))
    assert faults == [(2, "990101101", "上级甲县自 2020-01-01 起才设立，日期 2019-12-31 不能早于它")]
    load(session, town)
    assert queries.get_unit_by_code(session, "990101101").since == DAY


def test_a_list_is_not_loaded_years_ahead(session: Session) -> None:
    with pytest.raises(InvalidInput, match="一年"):
        load(session, SMALL, on=dt.date.today() + dt.timedelta(days=500))  # noqa: DTZ011


def test_a_code_held_by_a_school_is_refused(session: Session) -> None:
    load(session, SMALL)
    county = queries.get_unit_by_code(session, "990101")
    services.do_operation(session, Create(on=DAY, parent=county.id, name="某校", kind="school", code="990199"),
                          ACTOR, today=TODAY)
    assert refused(session, SMALL + "990199,新县,county,9901\n") == [
        (7, "990199", "代码已被另一类单位占用")]


def test_a_new_unit_with_the_place_of_a_closed_one_gets_another_token(session: Session) -> None:
    load(session, SMALL)
    village = queries.get_unit_by_code(session, "990101100001")
    services.do_operation(session, Close(on=DAY, unit=village.id), ACTOR, today=TODAY)
    assert load(session, SMALL, on=DAY).added == 1
    again = queries.get_unit_by_code(session, "990101100001")
    assert again.id != village.id and again.path.startswith("00/99/01/01/100/x")


def test_a_part_of_a_province_is_loaded_under_what_is_there(session: Session) -> None:
    load(session, SMALL)
    summary = load(session, HEADER + "990101101,甲二乡,township,990101\n", on=DAY)
    assert (summary.added, summary.gone) == (1, [])
    assert queries.get_unit_by_code(session, "990101101").path == "00/99/01/01/101/"


def test_a_later_import_stands_in_the_way_of_undoing(session: Session) -> None:
    load(session, SMALL + "990102,乙县,county,9901\n")
    town, other = (queries.get_unit_by_code(session, code) for code in ("990101100", "990102"))
    move = services.do_operation(session, Move(on=DAY, unit=town.id, parent=other.id), ACTOR, today=TODAY)
    moved = SMALL.replace("township,990101", "township,990102") + "990102,乙县,county,9901\n"
    load(session, moved + "990101100002,甲一西村,village,990101100\n", on=TODAY)
    assert "名单" in services.why_not_undo(session, move)
    imported = queries.list_operations(session, queries.get_unit_by_code(session, "99"))[0]
    assert services.why_not_undo(session, imported).startswith("名单导入不能撤回")


def test_progress_counts_every_row(session: Session) -> None:
    counts: list[int] = []
    load(session, SMALL, progress=counts.append)
    load(session, SMALL + "990102,乙县,county,9901\n", progress=counts.append)
    assert sum(counts) == 5 + 6


def carried(province: str) -> Path:
    return ROOT / "tenants" / province / "divisions.csv.gz"


@pytest.mark.parametrize(("province", "code", "path"), [
    ("henan", "419001100", "00/41/90/01/100/"),  # 克井镇 in 济源市, a county directly under the province
    ("guangdong", "441900003", "00/44/19/00/003/"),  # 东城街道 in 东莞市, a city without counties
    ("guizhou", "522723108", "00/52/27/23/108/"),
])
def test_the_carried_lists_load(sqlite_database: Database, province: str, code: str, path: str) -> None:
    with sqlite_database.transaction() as session:
        summary = import_divisions(session, carried(province), ACTOR)
        assert summary.added == summary.total > 15_000
        assert queries.get_unit_by_code(session, code).path == path


def test_a_township_without_villages_loads(session: Session) -> None:
    assert load(session, SMALL + "990101101,甲二乡,township,990101\n").added == 6
    assert queries.list_children(session, queries.get_unit_by_code(session, "990101101")) == []


def test_a_power_cut_in_the_middle_leaves_the_state_before(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        load(session, SMALL)
    script = textwrap.dedent(f"""
        import os, signal
        from pathlib import Path
        from core.extensions import Actor, Database
        from core.units.services import import_divisions
        def cut(count, seen=[0]):
            seen[0] += count
            if seen[0] >= 10000:
                os.kill(os.getpid(), signal.SIGKILL)
        with Database({sqlite_database.url!r}).transaction() as session:
            import_divisions(session, Path({str(carried("guizhou"))!r}), Actor.command_line(), progress=cut)
    """)
    done = forks.run(script)
    assert done.code == -signal.SIGKILL, done.output
    with sqlite_database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Unit)) == 6
        assert session.connection().exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert import_divisions(session, carried("guizhou"), ACTOR).added == 19_572
