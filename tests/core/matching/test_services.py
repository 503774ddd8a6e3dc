"""Lists taken in, compared and decided on, on both databases."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.errors import Conflict, InvalidInput, NotFound
from core.extensions import all_tenants, tenant_scope
from core.host.manager import PluginHost
from core.matching import comparing, exporting, queries
from core.matching.models import MatchCase, Source, SourceRow
from core.matching.neighbours import find_neighbours
from core.matching.services import deciding, finding, sources
from core.matching.services.sources import Place
from core.registry.models import PersonMerge
from core.registry.services import end_enrolment, erase_person, part_persons
from core.trail.models import TrailEntry
from core.units.models import Unit
from tests.core.matching.conftest import VILLAGE, Bring
from tests.factories.registry import ACTOR, JIA, YI, made_up_id, make_enrolment, make_person
from tests.support.workbooks import excel

Units = dict[str, Unit]
COUNTY = Scope(whole=(JIA,))
WHY = "户口簿核对"


def rows_of(session: Session, source: Source) -> list[SourceRow]:
    return list(session.scalars(select(SourceRow).where(SourceRow.source_id == source.id).order_by(SourceRow.row_number)))


def only_case(session: Session) -> MatchCase:
    return session.scalars(select(MatchCase)).one()


def test_a_list_is_kept_masked_and_matched_in_stages(session: Session, jia: Units, bring: Bring) -> None:
    one = make_person(session, jia[VILLAGE], name="样本甲", id_number=made_up_id(1))
    two = make_person(session, jia[VILLAGE], name="样本乙", birth_on=dt.date(2009, 5, 1))
    make_person(session, jia[VILLAGE], name="样本丙", id_number=made_up_id(3))
    source = bring([["样本甲", made_up_id(1), "", "低保"], ["样本乙", made_up_id(2), "甲一镇/甲一东村", ""],
                    ["样本丁", made_up_id(3), "", ""], ["样本戊", made_up_id(4), "甲一东村", ""], ["样本己", "99010120090501", "", ""]])
    found = rows_of(session, source)
    assert [(row.person_id, row.linked_by) for row in found] == [
        (one.id, "id_name"), (two.id, "place_birth_name"), (None, ""), (None, ""), (None, "")]
    assert source.counts == {"rows": 5, "faults": 1, "matched": 2, "review": 1, "unmatched": 2}
    assert found[1].unit_id == jia[VILLAGE].id and found[4].unit_id == jia[JIA].id
    assert (found[0].id_number_mask, found[4].id_fault) == (f"9901**********{made_up_id(1)[-4:]}", "length")
    assert only_case(session).reasons == ["same_id", "other_name", "same_birth"]


def test_other_columns_stay_with_their_long_numbers_masked(session: Session, jia: Units, bring: Bring) -> None:
    head = ["姓名", "身份证号", "家长电话", "监护人证件", "备注"]
    source = bring([["样本甲", made_up_id(1), "138 0000 0000", f"母 {made_up_id(2)}", "三口之家"]], head=head)
    kept = rows_of(session, source)[0].other
    assert kept == {"家长电话": "****0000", "监护人证件": f"母 ****{made_up_id(2)[-4:]}", "备注": "三口之家"}


def test_columns_are_named_once_for_a_header(session: Session, place: Place) -> None:
    head = ["姓名", "编号甲", "备注"]
    first = sources.take_in(session, place, excel([head, ["样本甲", made_up_id(1), "无"]]), "a.xlsx", "police", "", dt.date(2016, 9, 1))
    assert first.mapping["B"] == "other"
    with pytest.raises(InvalidInput, match="只有姓名"):
        sources.map_columns(session, place, first, first.mapping)
    sources.map_columns(session, place, first, {"A": "name", "B": "id_number", "C": ""})
    second = excel([head, ["样本乙", made_up_id(2), "无"]])  # made twice, its time of making would differ
    again = sources.take_in(session, place, second, "b.xlsx", "police", "", dt.date(2016, 10, 1))
    assert again.mapping == {"A": "name", "B": "id_number", "C": ""}
    with pytest.raises(Conflict, match="已经导入过"):
        sources.take_in(session, place, second, "b.xlsx", "police", "", dt.date(2016, 10, 1))


@pytest.mark.clause("EA-030")
def test_school_and_poverty_lists_differ_by_person(session: Session, jia: Units, bring: Bring) -> None:
    people = [[f"样本{'甲乙丙丁戊己庚辛壬癸'[at % 10]}{'一二三四五六七八九十百'[at // 10]}", made_up_id(at + 1), "甲一东村", "建档立卡"]
              for at in range(102)]
    school, poverty = bring(people[:100], "school"), bring(people[5:], "poverty")
    found = comparing.patterns(session, COUNTY, [school, poverty])
    assert {one.mask: one.count for one in found} == {3: 95, 1: 5, 2: 2}
    assert comparing.overlaps(found, 2) == [[100, 95], [95, 97]]
    only, after = comparing.page_of(session, COUNTY, [school, poverty], inside=0, missing=1)
    assert ({one.first.name for one in only}, after) == ({row[0] for row in people[:5]}, "")
    other, _ = comparing.page_of(session, COUNTY, [school, poverty], mask=2)
    assert {one.first.name for one in other} == {row[0] for row in people[100:]}


@pytest.mark.clause("EA-062")
def test_a_pupil_in_three_of_four_lists_is_missing_in_one(session: Session, jia: Units, bring: Bring) -> None:
    pupil, everywhere = ["样本甲", made_up_id(1), "甲一东村", ""], ["样本乙", made_up_id(2), "甲一东村", ""]
    lists = [bring([everywhere, *([] if kind == "national_aid" else [pupil])], kind, title)
             for kind, title in (("filing", "省系统"), ("national_aid", "全国系统"), ("poverty", "扶贫人口库"), ("school", "学校库"))]
    (one,), _ = comparing.page_of(session, COUNTY, lists)
    assert (one.first.name, [source.title for source in one.missing(lists)]) == ("样本甲", ["全国系统"])
    order = exporting.Order(COUNTY, lists, "presence")
    assert list(exporting.lines(session, order)) == [
        ["样本甲", f"9901**********{made_up_id(1)[-4:]}", "2009-05-01", "甲一东村", "", "", "有", "", "有", "有", "全国系统"]]


def test_lists_that_say_different_things_of_one_number_are_shown(session: Session, jia: Units, bring: Bring) -> None:
    one = bring([["样本甲", made_up_id(1), "", "低保"], ["样本乙", made_up_id(2), "", "低保"]], "civil_affairs")
    other = bring([["样本丁", made_up_id(1), "", "低保"], ["样本乙", made_up_id(2), "", "特困"]], "school")
    assert {found.mask for found in comparing.patterns(session, COUNTY, [one, other])} == {1, 2, 3}
    for column, names in (("name", [["样本甲", "样本丁"]]), ("category", [["样本乙", "样本乙"]]), ("birth", [])):
        found, _ = comparing.differences(session, COUNTY, [one, other], column)
        assert [[standing.rows[at].name for at in (0, 1)] for standing in found] == names
        order = exporting.Order(COUNTY, [one, other], "differences", column)
        assert len(list(exporting.lines(session, order))) == len(names)


def test_rows_without_a_number_are_one_person_only_with_birthday_and_place(session: Session, jia: Units, bring: Bring) -> None:
    head = ["姓名", "出生日期", "村"]
    rows = [["样本甲", "2009-05-01", "甲一东村"], ["样本乙", "", "甲一东村"]]
    one = bring(rows, "school", head=head)
    other = bring([["样本甲", "2009.5.1", "甲一镇/甲一东村"], ["样本乙", "", "甲一东村"]], "poverty", head=head)
    assert {found.mask: found.count for found in comparing.patterns(session, COUNTY, [one, other])} == {3: 1, 1: 1, 2: 1}


def test_a_scope_sees_its_own_rows_alone(session: Session, jia: Units, bring: Bring) -> None:
    from core.access.scope import Part
    from core.units.rules.levels import subtree

    source = bring([["样本甲", made_up_id(1), "甲一东村", ""], ["样本乙", made_up_id(2), "甲二北村", ""]])
    township = Scope(part=(Part(JIA, (subtree(jia["990101100"].path),)),))
    assert [row.name for row in queries.list_rows(session, township, source).rows] == ["样本甲"]
    with pytest.raises(NotFound):  # the list itself was brought by the county
        queries.get_source(session, township, source.id)


def test_a_decision_is_kept_reversible_and_remembered(session: Session, jia: Units, bring: Bring) -> None:
    person = make_person(session, jia[VILLAGE], name="样本丙", id_number=made_up_id(3))
    row = ["样本丁", made_up_id(3), "", ""]
    source = bring([row])
    case = only_case(session)
    deciding.decide(session, case, "match", ACTOR, note=WHY)
    assert rows_of(session, source)[0].person_id == person.id
    assert rows_of(session, bring([row, row], title="下一期", day=dt.date(2016, 10, 1)))[0].linked_by == "remembered"
    with pytest.raises(Conflict):
        deciding.decide(session, case, "different", ACTOR)
    deciding.undo(session, case, ACTOR, note="查明是两人")
    assert (rows_of(session, source)[0].person_id, case.state) == (None, "open")
    deciding.decide(session, case, "different", ACTOR, note=WHY)
    finding.match_source(session, source, ACTOR)
    bring([row, ["样本壬", made_up_id(9), "", ""]], title="再下一期", day=dt.date(2016, 11, 1))
    assert [one.state for one in session.scalars(select(MatchCase))] == ["different"]
    said = [entry.sentence for entry in session.scalars(select(TrailEntry).where(TrailEntry.subject == f"match:{case.id}"))]
    assert len(said) == 3 and all("样本" not in one for one in said)


def test_a_link_by_rule_can_be_undone_for_good(session: Session, jia: Units, bring: Bring) -> None:
    make_person(session, jia[VILLAGE], name="样本乙", birth_on=dt.date(2009, 5, 1))
    source = bring([["样本乙", "2009-05-01", "甲一东村"]], head=["姓名", "出生日期", "村"])
    (row,) = rows_of(session, source)
    deciding.unlink(session, row, ACTOR, note="同名同日的另一个孩子")
    finding.match_source(session, source, ACTOR)
    assert (rows_of(session, source)[0].person_id, queries.count_cases(session, COUNTY)) == (None, (0, False))


def test_duplicates_of_the_registry_are_merged_and_parted(session: Session, jia: Units, bring: Bring, host: PluginHost) -> None:
    one = make_person(session, jia[VILLAGE], name="样本甲", id_number=made_up_id(1))
    two = make_person(session, jia["990101100002"], name="样本甲", birth_on=dt.date(2009, 5, 1))
    source = bring([["样本甲", "2009-05-01", "甲一西村"]], head=["姓名", "出生日期", "村"])
    assert rows_of(session, source)[0].person_id == two.id
    assert finding.find_duplicates(session, JIA, None, ACTOR) == 1
    case = only_case(session)
    assert (case.kind, case.unit_id, case.stage) == ("registry", jia["990101100"].id, "name_birth")
    with pytest.raises(InvalidInput):
        deciding.decide(session, case, "match", ACTOR, hooks=host)
    deciding.decide(session, case, "match", ACTOR, note=WHY, kept=one.id, hooks=host)
    assert (two.merged_into, rows_of(session, source)[0].person_id) == (one.id, one.id)
    assert finding.find_duplicates(session, JIA, None, ACTOR) == 0
    deciding.undo(session, case, ACTOR, note="查明是两人", hooks=host)
    assert (two.state, rows_of(session, source)[0].person_id, case.state) == ("active", two.id, "open")
    deciding.decide(session, case, "match", ACTOR, note=WHY, kept=one.id, hooks=host)
    merge = session.get_one(PersonMerge, (JIA, case.merge_id))
    part_persons(session, merge, ACTOR, reason="在归并记录里撤回", hooks=host)
    assert (case.state, case.decided_by, case.merge_id, two.state) == ("open", "", None, "active"), "parted elsewhere, it is open again"
    deciding.decide(session, case, "different", ACTOR)
    assert finding.find_duplicates(session, JIA, None, ACTOR) == 0


def test_two_counties_share_a_question_through_masks(session: Session, units: Units) -> None:
    with tenant_scope(session, JIA):
        make_person(session, units[VILLAGE], name="样本甲", id_number=made_up_id(1))
        make_person(session, units[VILLAGE], name="样本乙", id_number=made_up_id(2))
    with tenant_scope(session, YI):
        make_person(session, units["990102100001"], YI, name="样本丁", id_number=made_up_id(1))
        make_person(session, units["990102100001"], YI, name="样本乙", id_number=made_up_id(2))
    with tenant_scope(session, JIA):
        assert (find_neighbours(session, JIA, ACTOR), find_neighbours(session, JIA, ACTOR)) == (1, 0)
        case = only_case(session)
        one, other = queries.sides_of(session, [case])[case.id]
        assert (one.name, other.where, other.name, other.birth) == ("样本甲", "乙县", "样**", "2009-**-**")
        assert [same for _, _, _, same in queries.compared(case, one, other)][:3] == [False, True, True]
        deciding.decide(session, case, "match", ACTOR, note=WHY)
    with tenant_scope(session, YI):
        theirs = only_case(session)
        assert (theirs.state, theirs.proposed, theirs.other_shown["name"]) == ("open", "match", "样**")
        assert find_neighbours(session, YI, ACTOR) == 0
        deciding.decide(session, theirs, "different", ACTOR)
    with tenant_scope(session, JIA):
        assert only_case(session).proposed == "different"
    with all_tenants(session, "核对"):
        about = session.scalars(select(TrailEntry).where(TrailEntry.action.startswith("core:match:"), TrailEntry.tenant_id == YI)).all()
        assert len(about) >= 3


def test_an_erased_person_leaves_no_name_in_a_list(session: Session, jia: Units, bring: Bring, host: PluginHost) -> None:
    person = make_person(session, jia[VILLAGE], name="样本甲", id_number=made_up_id(1))
    source = bring([["样本甲", made_up_id(1), "", "低保"]])
    erase_person(session, person, ACTOR, reason="本人请求，期限已满", hooks=host)
    session.expire_all()
    (row,) = rows_of(session, source)
    kept: tuple[Any, ...] = (row.name_key, row.birth_on, row.id_number_key, row.id_number_sealed, row.id_number_mask, row.other)
    assert ("样本" in row.name, kept, row.category) == (False, ("", None, None, None, "", {}), "低保")


def test_removing_a_list_keeps_what_was_decided_on_it(session: Session, jia: Units, bring: Bring, place: Place) -> None:
    make_person(session, jia[VILLAGE], name="样本丙", id_number=made_up_id(3))
    source = bring([["样本丁", made_up_id(3), "", ""]])
    deciding.decide(session, only_case(session), "different", ACTOR, note=WHY)
    sources.remove(session, place, source)
    session.flush()
    assert queries.list_sources(session, COUNTY).rows == []
    assert bring([["样本丁", made_up_id(3), "", "低保"]], day=dt.date(2016, 10, 1)).counts["review"] == 0


def test_a_pass_or_passport_matches_with_its_name_and_never_alone(session: Session, jia: Units, bring: Bring) -> None:
    hong_kong = make_person(session, jia[VILLAGE], name="样本港", id_kind="pass_hk_mo", id_number="H12345678")
    taiwan = make_person(session, jia[VILLAGE], name="样本台", id_kind="pass_tw", id_number="01234567")
    head = ("姓名", "证件类型", "证件号码", "村", "类别")
    found = rows_of(session, bring([
        ["样本港", "", "h12345678", "", ""], ["样本台", "台胞证", "01234567", "", ""], ["样本异", "护照", "H12345678", "", ""],
        ["样本台", "", "01234567", "", ""], ["样本护", "护照", "12", "", ""]], head=head))
    assert [(row.person_id, row.linked_by) for row in found] == [
        (hong_kong.id, "id_name"), (taiwan.id, "id_name"), (None, ""), (None, ""), (None, "")]
    assert [row.id_fault for row in found] == ["", "", "", "length", "length"], "digits alone are taken for a citizen's number"
    assert only_case(session).person_id == hong_kong.id, "one number, two names: somebody looks at it"


def test_the_school_somebody_has_finished_is_no_evidence(session: Session, jia: Units, bring: Bring) -> None:
    born, school = dt.date(2009, 5, 1), jia["990101-S01"]
    gone = make_person(session, jia[VILLAGE], name="样本毕", birth_on=born)
    make_enrolment(session, gone, school, 2015)
    end_enrolment(session, make_enrolment(session, gone, school, 2015, term=2), dt.date(2016, 7, 10), "graduated", ACTOR)
    there = make_person(session, jia[VILLAGE], name="样本读", birth_on=born)
    make_enrolment(session, there, school, 2015)
    make_enrolment(session, there, school, 2016)
    session.flush()
    rows = [["样本毕", made_up_id(5), "2009-05-01", school.name], ["样本读", made_up_id(6), "2009-05-01", school.name]]
    source = bring(rows, kind="school", head=("姓名", "身份证号", "出生日期", "学校"))
    assert [(row.person_id, row.linked_by) for row in rows_of(session, source)] == [(None, ""), (there.id, "place_birth_name")]
    case = only_case(session)
    assert case.person_id == gone.id and "same_school" not in case.reasons
    one, other = queries.sides_of(session, [case])[case.id]
    assert (one.school, other.school) == ("", school.name)
