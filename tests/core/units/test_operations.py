"""Every operation on the tree: what it writes, and what it refuses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import InvalidInput, NotFound, RuleViolation
from core.extensions import all_tenants, new_id
from core.trail.models import TrailEntry
from core.units import queries, services
from core.units.models import Unit, UnitOperation
from core.units.services import AssignRule, Close, Create, Merge, Move, NewUnit, Recode, Rename, Reopen, Split
from tests.core.units.conftest import DAY, TODAY, touches
from tests.factories.units import make_unit

Tree = dict[str, Unit]
Do = Callable[..., UnitOperation]
BEFORE = DAY - dt.timedelta(days=1)


def refusal(session: Session, order: Any, **options: Any) -> tuple[str, str]:
    """The field and the message of what plan_operation refuses."""
    with pytest.raises(InvalidInput) as caught:
        services.plan_operation(session, order, today=TODAY, **options)
    field, message = next(iter(caught.value.fields.items()))
    assert message == caught.value.text
    return field, message


@pytest.mark.clause("CO-045")
def test_a_station_stands_between_county_and_school(session: Session, tree: Tree, do: Do) -> None:
    county = tree["990102"]
    do(Create(on=DAY, parent=county.id, name="乙县第一教育指导站", kind="station"))
    station = queries.get_unit_by_code(session, "990102-Z01")
    do(Create(on=DAY, parent=station.id, name="乙县第二中学", kind="school", code="1131000001"))
    school = queries.get_unit_by_code(session, "1131000001")
    assert (station.level, school.level) == ("county", "county")
    names = [unit.name for unit in queries.ancestors(session, school)]
    assert names == ["全国", "测试省", "测试市", "乙县", "乙县第一教育指导站"]


def test_a_code_of_our_own_is_filled_in(session: Session, tree: Tree, do: Do) -> None:
    do(Create(on=DAY, parent=tree["990101"].id, name="甲县第二教育指导站", kind="station"))
    assert queries.get_unit_by_code(session, "990101-Z02").name == "甲县第二教育指导站"


def test_a_new_division_needs_a_code_of_its_level(session: Session, tree: Tree) -> None:
    new = {"on": DAY, "parent": tree["990101"].id, "name": "甲四镇", "kind": "division"}
    assert refusal(session, Create(**new, level="township", code="99010"))[0] == "code"
    assert refusal(session, Create(**new, level="", code="990101103"))[0] == "level"
    assert refusal(session, Create(**new, level="city", code="9903")) == (
        "parent", "市级单位不能放在县级单位之下")
    assert refusal(session, Create(**{**new, "kind": "fort"}, level="township", code="990101103"))[0] == "kind"


def test_a_division_does_not_stand_under_a_school(session: Session, tree: Tree) -> None:
    order = Create(on=DAY, parent=tree["990101-S02"].id, name="村", kind="division", level="village",
                   code="990101100009")
    assert refusal(session, order) == ("parent", "村级区划不能放在学校之下")


def test_an_open_code_is_not_given_twice(session: Session, tree: Tree, do: Do) -> None:
    order = Create(on=DAY, parent=tree["990102"].id, name="乙二镇", kind="division", level="township",
                   code="990101102")
    assert refusal(session, order) == ("code", "代码 990101102 已由甲三乡使用")
    do(Close(on=DAY, unit=tree["990101102"].id))
    do(order)
    assert queries.get_unit_by_code(session, "990101102").name == "乙二镇"


def test_names_are_checked(session: Session, tree: Tree) -> None:
    for name in ("  ", "甲" * 121, "甲\t县"):
        assert refusal(session, Rename(on=DAY, unit=tree["990101"].id, name=name))[0] == "name"
    assert refusal(session, Rename(on=DAY, unit=tree["990101"].id, name="甲县"))[0] == "name"


def test_a_rename_keeps_the_old_name_for_its_days(session: Session, tree: Tree, do: Do) -> None:
    county = tree["990101"]
    do(Rename(on=DAY, unit=county.id, name="甲市", document="测政发〔2020〕1号"))
    old, new = (queries.unit_as_of(session, county.id, day) for day in (BEFORE, DAY))
    assert old is not None and new is not None
    assert (old.name, new.name, county.pinyin) == ("甲县", "甲市", "jiashi")
    assert (old.until, new.since) == (DAY, DAY)


def test_a_change_on_the_first_day_of_a_state_replaces_it(session: Session, tree: Tree, do: Do) -> None:
    do(Rename(on=DAY, unit=tree["990101"].id, name="甲市"))
    do(Recode(on=DAY, unit=tree["990101"].id, code="990181"))
    assert [(s.code, s.name) for s in queries.states_of(session, tree["990101"].id)] == [
        ("990181", "甲市"), ("990101", "甲县")]


def test_a_recoded_unit_is_found_by_both_codes(session: Session, tree: Tree, do: Do) -> None:
    county = tree["990101"]
    do(Recode(on=DAY, unit=county.id, code="990181"))
    assert county.path == "00/99/01/81/"
    assert tree["990101100001"].path == "00/99/01/81/100/001/"
    assert queries.find_unit_by_code(session, "990101") is queries.find_unit_by_code(session, "990181")
    assert refusal(session, Recode(on=DAY, unit=county.id, code="990181"))[0] == "code"


def test_a_move_takes_all_beneath_along(session: Session, tree: Tree, do: Do) -> None:
    town = tree["990101100"]
    preview = services.plan_operation(session, Move(on=DAY, unit=town.id, parent=tree["990102"].id), today=TODAY)
    assert (preview.moving, preview.title) == (4, "划转")
    do(Move(on=DAY, unit=town.id, parent=tree["990102"].id))
    session.expire_all()
    assert town.path == "00/99/01/02/990101100/"
    assert tree["990101100001"].path == "00/99/01/02/990101100/001/"
    assert tree["990101100001"].depth == 5
    assert [a.name for a in queries.ancestors_as_of(session, town.id, BEFORE)][-1] == "甲县"
    assert [a.name for a in queries.ancestors_as_of(session, town.id, DAY)][-1] == "乙县"


def test_a_moved_units_token_gives_way_to_one_already_there(session: Session, tree: Tree, do: Do) -> None:
    do(Move(on=DAY, unit=tree["990101100"].id, parent=tree["990102"].id))
    make_unit(session, "990101100x", tree["990201"], kind="division", level="township")
    clash = tree["990102"].path + "990101100/"
    assert tree["990101100"].path == clash
    do(Close(on=DAY, unit=tree["990101-S02"].id))
    do(Close(on=DAY, unit=tree["990101100001"].id))
    do(Close(on=DAY, unit=tree["990101100002"].id))
    do(Close(on=DAY, unit=tree["990101100"].id))
    order = Create(on=DAY, parent=tree["990101"].id, name="甲一镇", kind="division", level="township",
                   code="990101100")
    do(order)
    again = queries.get_unit_by_code(session, "990101100")
    do(Move(on=DAY, unit=again.id, parent=tree["990102"].id))
    assert again.path == f"{tree['990102'].path}x{again.id.hex[-8:]}/"


def test_a_unit_does_not_move_under_itself(session: Session, tree: Tree) -> None:
    station, office = tree["990101-Z01"], tree["990101-S01"]
    assert refusal(session, Move(on=DAY, unit=station.id, parent=station.id))[1].endswith("不能放到自己之下")
    field, message = refusal(session, Move(on=DAY, unit=station.id, parent=office.id))
    assert field == "parent" and "之下" in message


def test_a_move_does_not_make_a_circle_on_an_earlier_day(session: Session, tree: Tree, do: Do) -> None:
    station, school, county = tree["990101-Z01"], tree["990101-S01"], tree["990101"]
    do(Move(on=dt.date(2021, 1, 1), unit=school.id, parent=county.id))
    assert refusal(session, Move(on=DAY, unit=station.id, parent=school.id))[0] == "on"
    do(Move(on=dt.date(2021, 1, 1), unit=station.id, parent=school.id))
    assert [a.code for a in queries.ancestors_as_of(session, station.id, TODAY)][-1] == "990101-S01"


def test_levels_nest(session: Session, tree: Tree) -> None:
    assert refusal(session, Move(on=DAY, unit=tree["990102"].id, parent=tree["990101100"].id)) == (
        "parent", "县级单位不能放在乡级单位之下")
    assert refusal(session, Move(on=DAY, unit=tree["990102"].id, parent=tree["9901"].id))[1] == (
        "乙县已经在测试市之下")


def test_a_moved_station_takes_the_level_of_its_place(session: Session, tree: Tree, do: Do) -> None:
    do(Move(on=DAY, unit=tree["990101-Z01"].id, parent=tree["990101100"].id))
    assert tree["990101-S01"].level == "township"
    then = queries.unit_as_of(session, tree["990101-S01"].id, BEFORE)
    assert then is not None and then.level == "county"


def test_days_are_checked(session: Session, tree: Tree, do: Do) -> None:
    county = tree["990101"]
    far = TODAY + dt.timedelta(days=400)
    assert "一年" in refusal(session, Rename(on=far, unit=county.id, name="甲市"))[1]
    do(Rename(on=DAY, unit=county.id, name="甲市"))
    assert refusal(session, Rename(on=BEFORE, unit=county.id, name="甲区")) == (
        "on", "甲市自 2020-01-01 起才是现在的状态，生效日期 2019-12-31 不能早于它")
    do(Create(on=DAY, parent=tree["9901"].id, name="丁县", kind="division", level="county", code="990103"))
    new = queries.get_unit_by_code(session, "990103")
    assert refusal(session, Move(on=BEFORE, unit=tree["990101102"].id, parent=new.id))[0] == "on"


def test_a_unit_with_open_children_does_not_close(session: Session, tree: Tree) -> None:
    with pytest.raises(RuleViolation, match="下面还有"):
        services.plan_operation(session, Close(on=DAY, unit=tree["990101"].id), today=TODAY)


def test_a_unit_does_not_close_before_its_children_have_left(session: Session, tree: Tree, do: Do) -> None:
    town, village = tree["990101101"], tree["990101101001"]
    do(Move(on=dt.date(2021, 5, 1), unit=village.id, parent=tree["990101100"].id))
    assert refusal(session, Close(on=dt.date(2021, 4, 30), unit=town.id))[1].startswith("甲二北村到 2021-05-01")
    do(Close(on=dt.date(2021, 5, 1), unit=town.id))
    assert queries.unit_as_of(session, town.id, dt.date(2021, 5, 1)) is None


def test_the_root_and_closed_units_are_not_changed(session: Session, tree: Tree, do: Do) -> None:
    assert refusal(session, Rename(on=DAY, unit=tree["00"].id, name="世界"))[0] == "unit"
    do(Close(on=DAY, unit=tree["990101102"].id))
    assert refusal(session, Rename(on=DAY, unit=tree["990101102"].id, name="甲三镇")) == (
        "unit", "甲三乡已于 2020-01-01 撤销")
    with pytest.raises(NotFound):
        services.plan_operation(session, Rename(on=DAY, unit=new_id(), name="无"), today=TODAY)


def test_a_merged_unit_hangs_under_its_successor(session: Session, tree: Tree, do: Do) -> None:
    one, two, into = tree["990101101"], tree["990101102"], tree["990101100"]
    operation = do(Merge(on=DAY, units=(one.id, two.id), into=into.id))
    session.expire_all()
    assert tree["990101101001"].parent_id == into.id
    assert tree["990101101001"].path == into.path + "990101101001/"
    assert one.path == into.path + "990101101/" and one.closed_on == DAY
    assert [(b.unit.name, b.later) for b in queries.successors(session, one.id)] == [("甲一镇", True)]
    assert [b.unit.name for b in queries.successors(session, into.id)] == ["甲二乡", "甲三乡"]
    assert operation.sentence == "自 2020-01-01 起把甲二乡、甲三乡并入甲一镇"
    assert touches(session, operation.id)[into.id] is True


def test_units_merge_into_a_new_one(session: Session, tree: Tree, do: Do) -> None:
    one, two = tree["990101101"], tree["990101102"]
    do(Merge(on=DAY, units=(one.id, two.id), into=NewUnit(code="990101105", name="甲五镇")))
    new = queries.get_unit_by_code(session, "990101105")
    assert (new.level, new.parent_id, new.since) == ("township", tree["990101"].id, DAY)
    assert [c.name for c in queries.list_children(session, new)] == ["甲二北村"]
    assert queries.unit_as_of(session, new.id, BEFORE) is None


def test_merging_refuses_what_does_not_fit(session: Session, tree: Tree) -> None:
    town = tree["990101100"]
    assert refusal(session, Merge(on=DAY, units=(), into=town.id))[0] == "units"
    assert refusal(session, Merge(on=DAY, units=(town.id,), into=town.id))[0] == "into"
    assert refusal(session, Merge(on=DAY, units=(tree["990102"].id,), into=town.id))[0] == "units"
    inside = NewUnit(code="990101109", name="新镇", parent=town.id)
    assert refusal(session, Merge(on=DAY, units=(town.id,), into=inside)) == (
        "parent", "新单位不能放在将要终止或拆分的单位之下")
    above = make_unit(session, "990101-O02", tree["990101-O01"], kind="office")
    order = Merge(on=DAY, units=(tree["990101-O01"].id, above.id), into=NewUnit(code="990101-O09", name="新科"))
    assert refusal(session, order)[0] == "units"
    assert refusal(session, Merge(on=DAY, units=(tree["990101-O01"].id,), into=above.id))[0] == "parent"


def test_a_tenants_unit_is_not_merged_away(session: Session, tree: Tree) -> None:
    protected = frozenset({tree["990101"].id, tree["990102"].id})
    order = Merge(on=DAY, units=(tree["990101"].id,), into=tree["990102"].id)
    with pytest.raises(RuleViolation, match="甲县是租户"):
        services.plan_operation(session, order, protected=protected, today=TODAY)
    moving = Move(on=DAY, unit=tree["990101100"].id, parent=tree["990102"].id)
    effects = services.plan_operation(session, moving, protected=protected, today=TODAY).effects
    assert [e.text for e in effects if e.status == "danger"] == [
        "所属租户由甲县变为乙县：以后的记录归乙县，已有记录留在甲县"]


def test_a_split_assigns_children_by_the_first_rule_that_fits(session: Session, tree: Tree, do: Do) -> None:
    county = tree["990101"]
    order = Split(
        on=DAY, unit=county.id, default="990104",
        targets=(NewUnit(code="990103", name="甲东县"), NewUnit(code="990104", name="甲西县")),
        rules=(AssignRule("990103", children=("990101-Z01",)), AssignRule("990103", name_starts="甲一"),
               AssignRule("990103", code_from="990101102", code_to="990101199")))
    preview = services.plan_operation(session, order, today=TODAY)
    assert [(t.unit.name, t.to, t.rule) for t in preview.transfers] == [
        ("甲县教育局基教科", "甲西县", "其余"), ("甲县教育指导站", "甲东县", "规则 1"), ("甲一镇", "甲东县", "规则 2"),
        ("甲二乡", "甲西县", "其余"), ("甲三乡", "甲东县", "规则 3")]
    operation = do(order)
    east = queries.get_unit_by_code(session, "990103")
    assert [c.name for c in queries.list_children(session, east)] == ["甲县教育指导站", "甲一镇", "甲三乡"]
    assert county.closed_on == DAY
    assert county.path == "00/99/01/01/"  # two successors: it stays where it last stood
    assert operation.detail["change"]["rules"][0]["to"] == queries.get_unit_by_code(session, "990104").id.hex


def test_a_unit_may_live_on_after_a_split(session: Session, tree: Tree, do: Do) -> None:
    county = tree["990101"]
    do(Split(on=DAY, unit=county.id, targets=(county.id, NewUnit(code="990103", name="甲东县")),
             rules=(AssignRule("990103", name_starts="甲一镇"),), default="990101"))
    assert county.closed_on is None
    assert tree["990101100"].path == "00/99/01/03/990101100/"
    then = queries.subtree_as_of(session, queries.get_unit_by_code(session, "990103"), BEFORE)
    assert then.include == (queries.subtree("00/99/01/03/"),)
    assert then.exclude == (queries.subtree("00/99/01/03/990101100/"),)


def test_a_split_may_give_to_a_unit_already_there(session: Session, tree: Tree, do: Do) -> None:
    order = Split(on=DAY, unit=tree["990101"].id, targets=(tree["990101"].id, tree["990102"].id), default="990101",
                  rules=(AssignRule("990102", children=("990101102",)),))
    do(order)
    assert tree["990101102"].parent_id == tree["990102"].id
    founded = Create(on=dt.date(2022, 1, 1), parent=tree["9901"].id, name="丁县", kind="division", level="county",
                     code="990103")
    late = queries.get_unit(session, do(founded).unit_id)
    assert refusal(session, Split(on=dt.date(2021, 1, 1), unit=tree["990101"].id,
                                  targets=(tree["990101"].id, late.id)))[0] == "on"


def test_a_path_is_found_even_where_every_short_token_is_taken(session: Session, tree: Tree, do: Do) -> None:
    town = tree["990101102"]
    below = tree["990102"].path
    for number, token in enumerate(("990101102", f"x{town.id.hex[-8:]}")):
        make_unit(session, f"99010210{number + 1}", tree["990102"], level="township").path = f"{below}{token}/"
    do(Move(on=DAY, unit=town.id, parent=tree["990102"].id))
    assert town.path == f"{below}x{town.id.hex}/"


def test_splitting_refuses_what_does_not_fit(session: Session, tree: Tree) -> None:
    county = tree["990101"]
    new = NewUnit(code="990103", name="甲东县")
    both = (county.id, new)

    def asked(**options: Any) -> str:
        return refusal(session, Split(on=DAY, unit=county.id, **{"targets": both, **options}))[0]

    assert asked(targets=(new,)) == "targets"
    assert asked(targets=(new, new)) == "targets"
    assert asked(rules=(AssignRule("990109", name_starts="甲"),)) == "rules"
    assert asked(rules=(AssignRule("990103", children=("990102100",)),)) == "rules"
    assert asked(default="990109") == "default"
    assert asked(targets=(county.id, tree["9902"].id)) == "targets"


def test_a_closed_unit_lives_again(session: Session, tree: Tree, do: Do) -> None:
    town = tree["990101102"]
    do(Merge(on=DAY, units=(town.id,), into=tree["990101101"].id))
    assert refusal(session, Reopen(on=DAY, unit=town.id))[0] == "on"
    later = dt.date(2022, 1, 1)
    do(Reopen(on=later, unit=town.id))
    assert town.path == "00/99/01/01/102/"
    found = [queries.unit_as_of(session, town.id, day) is not None
             for day in (BEFORE, DAY, later - dt.timedelta(days=1), later)]
    assert found == [True, False, False, True]
    assert refusal(session, Reopen(on=later, unit=town.id))[0] == "unit"
    between = queries.subtree_as_of(session, tree["990101101"], dt.date(2021, 1, 1))
    assert queries.subtree(town.path) in between.include


def test_a_unit_returns_under_another_parent_when_asked(session: Session, tree: Tree, do: Do) -> None:
    office = tree["990101-O01"]
    do(Close(on=DAY, unit=office.id))
    do(Reopen(on=dt.date(2021, 1, 1), unit=office.id, parent=tree["990101100"].id))
    assert (office.parent_id, office.level) == (tree["990101100"].id, "township")
    gap = queries.subtree_as_of(session, tree["990101"], dt.date(2020, 6, 1))
    assert gap.include == (queries.subtree("00/99/01/01/"),)  # closed then: it counts where it last stood


def test_a_code_taken_meanwhile_keeps_a_unit_closed(session: Session, tree: Tree, do: Do) -> None:
    do(Close(on=DAY, unit=tree["990101102"].id))
    do(Create(on=DAY, parent=tree["990101"].id, name="新三镇", kind="division", level="township",
              code="990101102"))
    assert refusal(session, Reopen(on=TODAY, unit=tree["990101102"].id))[0] == "code"


def test_every_operation_leaves_a_trail_entry(session: Session, tree: Tree, do: Do) -> None:
    do(Rename(on=DAY, unit=tree["990101"].id, name="甲市", document="测政发〔2020〕1号"), tenant_id="990101")
    with all_tenants(session, "核对"):
        entry = session.scalars(select(TrailEntry)).one()
    assert (entry.tenant_id, entry.sentence, entry.reason) == (
        "990101", "自 2020-01-01 起甲县更名为甲市", "测政发〔2020〕1号")
    assert entry.before is not None and tree["990101"].id.hex in entry.before["units"]


def test_operations_are_listed_for_the_units_above_and_for_the_unit(session: Session, tree: Tree, do: Do) -> None:
    first = do(Rename(on=DAY, unit=tree["990101100"].id, name="甲一街道"))
    second = do(Rename(on=DAY, unit=tree["990102"].id, name="乙市"))
    assert queries.list_operations(session, tree["9901"]) == [second, first]
    assert queries.list_operations(session, tree["9901"], after=second.id) == [first]
    assert queries.list_operations(session, tree["990101"]) == [first]
    assert queries.operations_on(session, tree["990101100"].id) == [first]
    assert queries.get_operation(session, first.id) is first
    with pytest.raises(NotFound):
        queries.get_operation(session, new_id())
