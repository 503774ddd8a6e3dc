"""An import from upload to confirmation: staged, judged cell by cell, stored at once, and never twice."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.errors import Conflict, InvalidInput, NotFound
from core.extensions import tenant_scope
from core.ledgers.imports import confirming, desk, queries, returning, services, uploading
from core.ledgers.imports.models import State
from core.privacy import rotation
from core.privacy.vault import KEY
from core.trail.models import TrailEntry
from tests.core.ledgers.imports.conftest import COUNTY, HEADS, SCHOOL, Office, household, id_number, roster
from tests.sample_plugin.ledgers import FAMILIES
from tests.support.workbooks import excel, opened, saved

BAD = {"身份证号": "990101199001011234"}


def errors_of(office: Office, number: object) -> list[tuple[object, ...]]:
    with office.database.session() as session, tenant_scope(session, COUNTY):
        here = office.desk(session)
        found = queries.get_import(session, FAMILIES, number, here.scope)  # type: ignore[arg-type]
        return desk.errors_of(here, found).select("row", "column", "field", "value").rows()


def test_a_roster_is_staged_judged_and_stored_in_one_step(both_offices: Office) -> None:
    office = both_offices
    found = office.checked(roster(*(household(number) for number in range(30)), household(30, **BAD)))
    assert found.state == State.CHECKED
    assert (found.counts["rows"], found.counts["good"], found.counts["bad"], found.counts["created"]) == (31, 30, 1, 30)
    assert errors_of(office, found.id) == [(33, "C", "id_number", BAD["身份证号"])]
    assert office.families() == []

    stored = office.confirm(found)
    assert (stored.created, stored.updated, stored.unchanged) == (30, 0, 0)
    rows = office.families()
    assert len(rows) == 30
    assert {row.unit_id for row in rows} == {office.units[COUNTY].id}
    assert rows[0].identified_on.isoformat() == "2015-09-01"
    assert "*" in rows[0].id_number_mask


def test_the_same_file_again_changes_nothing_and_says_so(office: Office) -> None:
    content = roster(household(1))
    found = office.checked(content)
    office.confirm(found)
    again = office.do(uploading.take_in, "改了名.xlsx", content)
    assert (again.outcome, again.found.id) == ("again", found.id)
    assert len(office.families()) == 1
    afresh = office.do(uploading.take_in, "名册.xlsx", content, afresh=True)
    office.do(services.map_columns, afresh.found.mapping, number=afresh.found.id)
    office.do(services.check, number=afresh.found.id)
    assert office.at(afresh.found.id).counts["unchanged"] == 1
    assert office.confirm(office.at(afresh.found.id)).unchanged == 1
    assert [row.version for row in office.families()] == [1]


def test_a_changed_row_changes_its_record_and_leaves_what_the_file_does_not_say(office: Office) -> None:
    office.confirm(office.checked(roster(household(1), household(2))))
    found = office.checked(excel([["户编号", "户主姓名", "人口数"], ["JX0001", "测试乙", "6"], ["JX0002", "测试丙", "4"]]))
    assert (found.counts["updated"], found.counts["unchanged"], found.counts["created"]) == (1, 1, 0)
    office.confirm(found)
    rows = office.families()
    assert [(row.number, row.members, row.version) for row in rows] == [("JX0001", 6, 2), ("JX0002", 4, 1)]
    assert rows[0].identified_on is not None
    assert rows[0].id_number_key is not None


def test_all_or_nothing_stores_nothing_while_a_row_is_bad(office: Office) -> None:
    found = office.checked(roster(household(1), household(2, **BAD)))
    with pytest.raises(InvalidInput, match="还有 1 行有误"):
        office.confirm(found, confirming.ALL)
    assert office.families() == []


def test_rows_twice_in_a_file_and_rows_of_another_unit_are_refused_by_name(office: Office) -> None:
    office.confirm(office.checked(roster(household(1))))
    found = office.checked(roster(household(1, 人口数="9"), household(2), household(2)), code=SCHOOL)
    assert errors_of(office, found.id) == [(3, "A", "number", "JX0001"), (5, "A", "number", "JX0002")]
    assert found.counts["good"] == 1
    office.confirm(found, code=SCHOOL)
    assert [row.members for row in office.families()] == [4, 4]


def test_a_record_that_moves_out_of_scope_after_the_check_stops_the_confirmation(office: Office) -> None:
    found = office.checked(roster(household(1)), code=SCHOOL)
    office.confirm(office.checked(roster(household(1, 人口数="7"))))
    with pytest.raises(Conflict, match="重新核对"):
        office.confirm(found, code=SCHOOL)
    assert [row.members for row in office.families()] == [7]


def test_cells_put_right_in_the_browser_make_the_row_good(office: Office) -> None:
    found = office.checked(roster(household(1, **BAD), household(2, 人口数="四"), household(3, 人口数="x")))
    office.do(services.correct, [(3, "C", id_number(1)), (4, "D", " 4 ")], number=found.id)
    office.do(services.correct, [], [5], number=found.id)
    with pytest.raises(Conflict, match="重新核对"):
        office.confirm(found)
    office.do(services.check, number=found.id)
    assert office.at(found.id).counts["bad"] == 0
    assert office.at(found.id).corrections
    office.confirm(office.at(found.id), confirming.ALL)
    assert [row.number for row in office.families()] == ["JX0001", "JX0002"]


def test_the_returned_workbook_put_right_carries_the_same_import_on(office: Office) -> None:
    found = office.checked(roster(household(1), household(2, **BAD), household(3, 人口数="x")))
    office.confirm(found)
    assert len(office.families()) == 1
    content, name = office.do(services.returned, number=found.id)
    assert name == "名册（待改正）.xlsx"
    book = opened(content)
    page = book.worksheets[0]
    assert page["C4"].comment is not None and "校验码" in page["C4"].comment.text
    assert page["D5"].fill.fgColor.rgb.endswith("FFC7CE")
    assert [row[0].value for row in book["错误清单"].iter_rows(min_row=2)] == [4, 5]
    page["C4"].value, page["D5"].value = id_number(2), 5
    taken = office.do(uploading.take_in, name, saved(book))
    assert (taken.outcome, taken.found.id, taken.found.state) == ("continued", found.id, State.MAPPED)
    office.do(services.check, number=found.id)
    counts = office.at(found.id).counts
    assert (counts["bad"], counts["unchanged"], counts["created"]) == (0, 1, 2)
    stored = office.confirm(office.at(found.id), confirming.ALL)
    assert (stored.created, stored.unchanged) == (2, 1)
    assert len(office.families()) == 3
    assert list((office.folder / "imports" / COUNTY).iterdir()) == []


def test_a_mapping_is_remembered_for_its_header(office: Office) -> None:
    heads = ["编号", "户主", "人"]
    content = excel([heads, ["JX0001", "测试甲", "4"]])
    taken = office.do(uploading.take_in, "a.xlsx", content)
    assert taken.found.mapping == {"A": "number"}
    with pytest.raises(InvalidInput, match="户主姓名"):
        office.do(services.map_columns, {"A": "number"}, number=taken.found.id)
    with pytest.raises(InvalidInput, match="不止一列"):
        office.do(services.map_columns, {"A": "number", "B": "head", "C": "head"}, number=taken.found.id)
    office.do(services.map_columns, {"A": "number", "B": "head", "C": "members"}, number=taken.found.id)
    other = office.do(uploading.take_in, "b.xlsx", excel([["人", "编号", "户主"], ["3", "JX0002", "测试乙"]]))
    assert other.found.mapping == {"A": "members", "B": "number", "C": "head"}


def test_what_is_discarded_leaves_no_file_and_cannot_go_on(office: Office) -> None:
    found = office.checked(roster(household(1)))
    assert list((office.folder / "imports" / COUNTY).iterdir())
    office.do(services.discard, number=found.id)
    assert list((office.folder / "imports" / COUNTY).iterdir()) == []
    assert office.at(found.id).state == State.DISCARDED
    with pytest.raises(Conflict):
        office.confirm(found)
    with pytest.raises(Conflict):
        office.do(services.correct, [(3, "C", "x")], number=found.id)


def test_another_unit_does_not_find_the_import(office: Office) -> None:
    found = office.checked(roster(household(1)))
    with pytest.raises(NotFound):
        office.do(services.check, number=found.id, code=SCHOOL)


def test_nothing_of_a_roster_lies_readable_on_disk(office: Office) -> None:
    found = office.checked(roster(household(1, 人口数="x")))
    office.do(services.correct, [(3, "C", id_number(1))], number=found.id)
    assert len(list((office.folder / "imports" / COUNTY).iterdir())) == 5
    for path in (office.folder / "imports" / COUNTY).iterdir():
        data = path.read_bytes()
        assert b"PK" not in data[:64] and "测试".encode() not in data and id_number(1).encode() not in data


def test_every_step_is_on_the_trail(office: Office) -> None:
    found = office.checked(roster(household(1)))
    office.confirm(found)
    with office.database.session() as session, tenant_scope(session, COUNTY):
        said = "\n".join(session.scalars(select(TrailEntry.sentence).where(TrailEntry.tenant_id == COUNTY)
                                         .order_by(TrailEntry.id)))
    assert "上传“名册.xlsx”" in said
    assert "导入“名册.xlsx”新增 1 条" in said
    assert "新增 1 条，修改 0 条，未变 0 条" in said


def test_excel_serials_are_days_and_a_lost_number_is_an_error(office: Office) -> None:
    rows = [household(1, 识别日期=42248), household(2, 身份证号=int(id_number(2)[:17]) * 10)]
    found = office.checked(roster(*rows))
    assert errors_of(office, found.id)[0][:3] == (4, "C", "id_number")
    assert any("日期序号" in message for message, _ in found.notes)
    office.confirm(found)
    assert office.families()[0].identified_on.isoformat() == "2015-09-01"


def test_the_header_of_a_file_is_no_place_for_a_mapping_that_lacks_what_is_needed(office: Office) -> None:
    taken = office.do(uploading.take_in, "a.csv", ",".join(HEADS[1:]).encode() + "\n测试甲,,4,2015.9.1\n".encode())
    with pytest.raises(InvalidInput, match="户编号"):
        office.do(services.map_columns, taken.found.mapping, number=taken.found.id)


def test_of_a_very_large_list_the_bad_rows_alone_come_back_and_are_taken_back(
        office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(returning, "MOST_MARKED", 10)
    found = office.checked(roster(household(1), household(2, **BAD), household(3), household(4, 人口数="x")))
    content, name = office.do(services.returned, number=found.id)
    book = opened(content)
    page = book.worksheets[0]
    assert [row[0].value for row in page.iter_rows(min_row=2)] == ["JX0002", "JX0004"]
    assert page["C2"].comment is not None and page["D3"].comment is not None
    page["C2"].value, page["D3"].value = id_number(2), 4
    taken = office.do(uploading.take_in, name, saved(book))
    assert (taken.outcome, taken.found.id) == ("continued", found.id)
    office.do(services.check, number=found.id)
    assert office.at(found.id).counts["bad"] == 0
    office.confirm(office.at(found.id), confirming.ALL)
    assert [row.number for row in office.families()] == ["JX0001", "JX0002", "JX0003", "JX0004"]


def test_units_named_in_a_file_resolve_within_the_importers_reach(office: Office) -> None:
    def with_unit(number: int, unit: str) -> list[object]:
        return [*household(number), unit]

    heads = [*HEADS, "所属单位"]
    content = excel([heads, with_unit(1, SCHOOL), with_unit(2, "990102"), with_unit(3, ""), with_unit(4, "990101100")])
    found = office.checked(content)
    assert errors_of(office, found.id) == [(3, "F", "unit_id", "990102")]
    office.confirm(found)
    units = {row.number: row.unit_id for row in office.families()}
    assert units == {"JX0001": office.units[SCHOOL].id, "JX0003": office.units[COUNTY].id,
                     "JX0004": office.units["990101100"].id}
    at_school = office.checked(excel([heads, with_unit(8, SCHOOL), with_unit(9, "990101100")]), code=SCHOOL)
    assert errors_of(office, at_school.id) == [(3, "F", "unit_id", "990101100")]


def test_what_waits_on_disk_opens_after_the_keys_were_renewed_and_the_old_ones_put_aside(office: Office) -> None:
    found = office.checked(roster(household(1), household(2, **BAD)))
    office.do(services.correct, [(4, "C", id_number(2))], number=found.id)
    vault = office.database.info[KEY]
    with office.database.transaction() as session:
        assert rotation.begin(session, vault) == 2
    rotation.reseal(office.database.transaction, vault)
    rotation.reseal_files(vault, office.folder)
    with office.database.session() as session:
        assert rotation.retire(session, vault, office.folder, grace=dt.timedelta(0)) == [1]
    assert vault.keys.versions() == [2]
    with office.database.session() as session, tenant_scope(session, COUNTY):
        here = office.desk(session)
        corrections = desk.corrections_of(here, queries.get_import(session, FAMILIES, found.id, here.scope))
    assert corrections.cells == {4: {"C": id_number(2)}}
    office.do(services.check, number=found.id)
    assert office.confirm(office.at(found.id)).created == 2


def merged_roster() -> bytes:
    """Three members of a household; the day of identification stands once, merged over all of them."""
    return excel([HEADS, household(1), household(2, 识别日期=""), household(3, 户主姓名="", 识别日期=""), household(4)],
                 merged=["E2:E4", "B3:B4"])


def test_what_merged_cells_mean_for_each_row_is_asked_not_guessed(office: Office) -> None:
    found = office.checked(merged_roster())
    assert errors_of(office, found.id) == [(4, "B", "head", None)]
    office.confirm(found)
    assert [row.identified_on is None for row in office.families()] == [False, True, False]


def test_merged_cells_hold_for_each_of_their_rows_once_somebody_says_so(office: Office) -> None:
    found = office.checked(merged_roster())
    office.do(services.map_columns, found.mapping, ["B", "E", "ZZ"], number=found.id)
    office.do(services.check, number=found.id)
    assert errors_of(office, found.id) == []
    office.confirm(office.at(found.id))
    rows = office.families()
    assert [row.head for row in rows] == ["测试乙", "测试丙", "测试丙", "测试戊"]
    assert len({row.identified_on for row in rows}) == 1


def test_the_returned_workbook_parts_merged_cells_that_must_be_filled_in(office: Office) -> None:
    found = office.checked(merged_roster())
    office.do(services.map_columns, found.mapping, ["E"], number=found.id)
    office.do(services.check, number=found.id)
    content, name = office.do(services.returned, number=found.id)
    book = opened(content)
    page = book.worksheets[0]
    assert [page[place].value for place in ("E2", "E3", "E4")] == ["2015.9.1"] * 3
    assert page["B4"].comment is not None
    assert not page.merged_cells.ranges

    page["B4"] = "测试丁"
    office.do(uploading.take_in, name, saved(book))
    office.do(services.check, number=found.id)
    office.confirm(office.at(found.id))
    rows = office.families()
    assert [row.head for row in rows] == ["测试乙", "测试丙", "测试丁", "测试戊"]
    assert all(row.identified_on is not None for row in rows)
