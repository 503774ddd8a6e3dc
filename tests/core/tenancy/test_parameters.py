"""Values through the layers, nearest tenants, gaps; on both databases."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from core.errors import NotFound, ParameterError
from core.extensions import Actor
from core.host.manager import PluginHost
from core.tenancy import queries
from core.tenancy.contacts import contact_gaps
from core.tenancy.entries import describe, from_row, typed
from core.tenancy.grammar import Entry, State, grammar
from core.tenancy.models import Tenant
from core.tenancy.pages import belonging, column_of, compare, duty_lists, layer_rows, plan_page
from core.tenancy.parameters import effective, effective_all, parameter
from core.tenancy.services import layers_above
from core.units.models import Unit
from tests.factories.tenancy import apply_plan, days, profile_text, tenant_with_plan
from tests.factories.units import make_tree, make_unit

MASKED = days(7).replace("value = 7", 'value = { state = "masked", printed = "x个工作日" }')


@pytest.fixture
def units(session: Session) -> dict[str, Unit]:
    return make_tree(session)


def test_the_nearest_layer_speaks_and_says_where(session: Session, units: dict[str, Unit]) -> None:
    tenant_with_plan(session, days(5, "floor"), unit="00", name="全国")
    county = tenant_with_plan(session, days(7))
    found = effective(session, county, "value", "publicity.days")
    assert found is not None
    assert (found.value["value"], found.source.tenant.id, found.bounded) == (7, "990101", False)
    assert found.source.reference == "甲县方案　一"
    assert [source.tenant.id for source in found.chain] == ["00", "990101"]
    assert parameter(session, county, "publicity.days") == 7
    assert effective(session, county, "value", "school_year.days") is None


def test_a_later_and_tighter_upper_bound_holds_until_the_lower_plan_is_changed(
    session: Session, units: dict[str, Unit]
) -> None:
    county = tenant_with_plan(session, days(4))
    tenant_with_plan(session, days(5, "floor"), unit="00", name="全国")
    tenant_with_plan(session, days(8, "floor"), unit="99", name="测试省")
    found = effective(session, county, "value", "publicity.days")
    assert found is not None
    assert (found.value["value"], found.source.tenant.id, found.bounded) == (8, "99", True)


def test_a_fixed_value_above_holds(session: Session, units: dict[str, Unit]) -> None:
    county = tenant_with_plan(session, days(10))
    tenant_with_plan(session, days(5, "fixed"), unit="00", name="全国")
    assert parameter(session, county, "publicity.days") == 5


def test_a_whole_section_is_read_at_once_and_says_what_its_entries_say(session: Session, units: dict[str, Unit]) -> None:
    kept = days(4).replace("publicity", "objection")
    later = days(7, unit="教学日").replace("publicity", "school_year") + "from = 2018-01-01\n"
    county = tenant_with_plan(session, later, kept, days(4))
    tenant_with_plan(session, days(5, "floor"), kept.replace("4", "3"), unit="00", name="全国")
    day, asked = dt.date(2017, 9, 1), list[str]()
    bind = session.connection()
    event.listen(bind, "before_cursor_execute", lambda *given: asked.append(given[2]))
    found = effective_all(session, county, "value", on=day)
    assert len(asked) <= 3, "layers, plans and entries, however many there are"
    assert [(one.source.entry.code, one.value["value"], one.bounded) for one in found] == [
        ("publicity.days", 5, True), ("objection.days", 4, False)]
    assert found == [effective(session, county, "value", one.source.entry.code, on=day) for one in found]


def test_a_masked_or_missing_parameter_raises_and_is_never_guessed(session: Session, units: dict[str, Unit]) -> None:
    tenant_with_plan(session, days(5), unit="00", name="全国")
    county = tenant_with_plan(session, MASKED)
    with pytest.raises(ParameterError) as refused:
        parameter(session, county, "publicity.days")
    assert "x个工作日" in refused.value.text
    assert refused.value.key == "value[publicity.days].value"
    with pytest.raises(ParameterError) as absent:
        parameter(session, county, "school_year.days", on=dt.date(2018, 1, 1))
    assert "2018-01-01" in absent.value.text
    with pytest.raises(ParameterError):
        parameter(session, county, "publicity.days", key="nothing")


def test_dated_values_answer_for_their_own_days(session: Session, units: dict[str, Unit]) -> None:
    county = tenant_with_plan(session, days(5) + "to = 2017-12-31\n", days(7) + "from = 2018-01-01\n")
    assert parameter(session, county, "publicity.days", on=dt.date(2017, 12, 31)) == 5
    assert parameter(session, county, "publicity.days", on=dt.date(2018, 1, 1)) == 7
    with pytest.raises(ParameterError):
        parameter(session, county, "publicity.days", on=dt.date(2016, 8, 31))


def test_a_unit_belongs_to_the_nearest_tenant_above(session: Session, units: dict[str, Unit]) -> None:
    assert queries.tenant_of(session, units["990101"]) is None
    assert belonging(session, units["990101"]).plan is None
    province = tenant_with_plan(session, unit="99", name="测试省")
    county = tenant_with_plan(session)
    school = queries.tenant_of(session, units["990101-S01"])
    assert school is not None
    assert school.id == county.id
    assert [place.id for place in queries.layers(session, county)] == ["99"]
    assert [place.id for place in queries.tenants_under(session, units["9901"].path)] == ["990101"]
    place = belonging(session, units["990102"])
    assert place.tenant is not None
    assert (place.own, place.tenant.id, place.tenant_id) == (False, province.id, "990102")
    with pytest.raises(NotFound):
        queries.get_tenant(session, "990102")
    with pytest.raises(NotFound):
        queries.get_version(session, county.id, 9)
    assert layers_above(session, typed_place("998877", "997766"), grammar()) == []


def typed_place(unit: str, under: str) -> object:
    from core.tenancy.grammar import Place

    return Place(unit, "无处", under=under)


@pytest.mark.clause("CO-003")
def test_a_county_sees_its_own_tenant_and_the_province_all_seventy_five(session: Session, units: dict[str, Unit]) -> None:
    for number in range(75):
        unit = make_unit(session, f"9903{number:02d}", units["99"], level="county")
        session.add(Tenant(id=unit.code, unit_id=unit.id, founded_on=queries.today()))
    session.flush()
    county = queries.get_tenant(session, "990307")
    assert len(queries.tenants_under(session, units["99"].path)) == 75
    assert [place.id for place in queries.tenants_under(session, county.unit.path)] == ["990307"]
    levels = ("province", "city", "county", "school", "person")
    duty = '[[duty]]\ncode = "d-{0}"\nname = "职责"\nclause = "一"\nbody = "{0}"\nlevel = "{0}"\n'
    plan = apply_plan(session, profile_text(*(duty.format(level) for level in levels), unit="99", name="测试省"))
    assert [row.value["level"] for row in queries.list_entries(session, plan, "duty")] == list(levels)


@pytest.mark.clause("CO-020")
def test_four_departments_make_four_duty_lists_and_an_item_without_department_a_gap(
    session: Session, units: dict[str, Unit]
) -> None:
    duty = '[[duty]]\ncode = "{0}"\nname = "任务{0}"\nclause = "一"\n{1}\n'
    bodies = ('body = "教育厅"', 'body = "发改委"', 'body = "财政厅"', 'body = ["编办", "人社厅"]', "")
    sections = [duty.format(number, body) for number, body in enumerate(bodies)]
    sections[3] = sections[3].replace('["编办", "人社厅"]', '"编办、人社厅"')
    plan = apply_plan(session, profile_text(*sections))
    lists, gaps = duty_lists([from_row(row) for row in queries.list_entries(session, plan)])
    assert list(lists) == ["教育厅", "发改委", "财政厅", "编办、人社厅"]
    assert [entry.name for entry in gaps] == ["任务4"]
    assert plan_page(session, plan, grammar()).gaps == ["任务“任务4”没有责任部门"]


@pytest.mark.clause("CO-033")
def test_a_unit_that_has_named_no_contact_is_a_gap(session: Session, units: dict[str, Unit]) -> None:
    contact = '[[contact]]\ncode = "c"\nname = "联络员"\nclause = "一"\nper = "{0}"\nnamed = [{{ unit = "{1}", post = "办公室" }}]\n'
    tenant = tenant_with_plan(session, contact.format("county", "990101"), unit="9901", name="测试市")
    plan = queries.running_plan(session, tenant.id)
    assert plan is not None
    entry = typed(from_row(queries.list_entries(session, plan, "contact")[0]), grammar())
    assert [unit.code for unit in contact_gaps(session, tenant, entry)] == ["990102"]

    def gaps(per: object) -> list[str]:
        asked = Entry("contact", "c", 0, "联络员", "一", None, None, "active", "open", {"per": per})
        return [unit.code for unit in contact_gaps(session, tenant, asked)]

    assert gaps("unit") == ["990101", "990102"]
    assert gaps("school") == ["990101-S02", "990101-S01", "990102-S01"] or len(gaps("school")) == 3
    assert gaps(State("masked", "各单位")) == []


def test_two_plans_stand_side_by_side_and_layers_row_by_row(session: Session, units: dict[str, Unit]) -> None:
    province = tenant_with_plan(session, days(5, "floor"), unit="99", name="测试省")
    duty = '[[duty]]\ncode = "d"\nname = "任务"\nclause = "一"\nbody = "{0}"\n'
    left = tenant_with_plan(session, days(7), duty.format("基教科"))
    right = tenant_with_plan(session, days(7), duty.format("计财科"), unit="990102", name="乙县")
    found = compare(session, left, right, grammar())
    assert (found.differences, found.contested) == (1, 1)
    assert [(title, [pair.same for pair in pairs]) for title, pairs in found.sections] == [
        ("责任分工", [False]), ("参数", [True])]
    assert found.sections[0][1][0].name == "任务"
    columns = [column_of(session, place) for place in (province, left)]
    shared = layer_rows(columns, grammar(), shared_only=True)
    assert [(title, [row.mode for row in rows]) for title, rows in shared] == [("参数", ["floor"])]
    assert [title for title, _ in layer_rows(columns, grammar(), shared_only=False)] == ["责任分工", "参数"]
    bare = Tenant(id="990201", unit_id=units["990201"].id, founded_on=queries.today())
    session.add(bare)
    session.flush()
    assert column_of(session, queries.get_tenant(session, "990201")).entries == []


def test_entries_of_a_plugin_that_is_gone_are_shown_as_they_were_stored(session: Session, units: dict[str, Unit]) -> None:
    entry = Entry("gone.item", "a", 0, "旧项", "一", None, None, "active", "open", {"amount": "5.00"})
    assert typed(entry, grammar()) is entry
    assert describe(entry, grammar()) == "amount 5.00"
    phase = '[[phase]]\ncode = "p"\nname = "阶段"\nclause = "一"\nfrom = 2016-09-01\nto = { state = "masked", printed = "x月" }\n'
    tenant = tenant_with_plan(session, phase)
    plan = queries.running_plan(session, tenant.id)
    assert plan is not None
    row = from_row(queries.list_entries(session, plan, "phase")[0])
    assert typed(row, grammar()).value == {"precision": "day", "from": dt.date(2016, 9, 1), "to": State("masked", "x月")}
    assert Actor.command_line().source == "cli"
    assert PluginHost().requires == {}
