"""What a sound profile says: values, states, dates, sections and their checks together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from marshmallow import Schema, ValidationError, fields, validate

from core.host.contract import Problem, SectionSpec
from core.tenancy.grammar import Amount, Count, Day, EntrySchema, Layer, MonthDay, State, Text, Word, check, grammar
from core.tenancy.grammar.checks import committees, milestones, phases
from core.tenancy.grammar.dates import (
    days_due,
    due_day,
    inclusive_days,
    inclusive_months,
    months_after,
    phase_on,
)
from core.tenancy.grammar.fields import Due, Texts
from core.tenancy.grammar.layering import prevails
from core.tenancy.grammar.masks import looks_masked, plain, states_in, worst
from core.tenancy.stages import expand
from core.tenancy.values import VALUES, comparable, describe
from tests.factories.tenancy import KNOWN, checked, profile_text


def rules(*sections: str, **head: str) -> list[str]:
    return [problem.rule for problem in checked(*sections, **head).problems]


@pytest.mark.parametrize("text", ["20xx元", "201x", "xx年", "__月2日", "贵党发[20xx]33号", "某月", "待定", "**元", "20××年"])
def test_masked_print_is_recognised(text: str) -> None:
    assert looks_masked(text)


@pytest.mark.parametrize("text", ["2000", "2016年", "x轴", "东教体助函〔2020〕7号", "10-20", "学生1名"])
def test_full_print_is_not_taken_for_masked(text: str) -> None:
    assert not looks_masked(text)


@pytest.mark.parametrize(("field", "value", "found"), [
    (Day(), dt.date(2016, 9, 1), dt.date(2016, 9, 1)),
    (Day(), "2016-09-01", dt.date(2016, 9, 1)),
    (Day(), "2017-02", dt.date(2017, 2, 1)),
    (Day(edge="last"), "2017-02", dt.date(2017, 2, 28)),
    (Day(), 2017, dt.date(2017, 1, 1)),
    (Day(edge="last"), 2017, dt.date(2017, 12, 31)),
    (Amount(), "100.00", Decimal("100.00")),
    (Amount(), 100, Decimal("100.00")),
    (Amount(), Decimal("0.5"), Decimal("0.50")),
    (Count(), 3, 3),
    (MonthDay(), "02-29", "02-29"),
    (Texts(), "基教科", ["基教科"]),
    (Texts(), ["基教科", "计财科"], ["基教科", "计财科"]),
    (Word(("a", "b")), "a", "a"),
    (Text(), "文", "文"),
    (Due(), "10-20", "10-20"),
    (Due(), 2017, dt.date(2017, 12, 31)),
    (Due(), {"months": 12}, {"months": 12}),
    (Due(), {"every": "month", "day": 25}, {"every": "month", "day": 25}),
    (Due(), {"every": "week"}, {"every": "week"}),
])
def test_fields_read_what_they_are_for(field: fields.Field[Any], value: object, found: object) -> None:
    assert field.deserialize(value) == found


@pytest.mark.parametrize(("field", "value", "rule"), [
    (Day(), "20xx-01-01", "bare-mask"), (Day(), "2017-13", "impossible-date"), (Day(), "2017-02-30", "impossible-date"),
    (Day(), "明天", "wrong-type"), (Day(), True, "wrong-type"), (Day(), dt.datetime(2016, 1, 1), "wrong-type"),  # noqa: DTZ001
    (Amount(), "20xx元", "bare-mask"), (Amount(), "1.005", "wrong-type"), (Amount(), -1, "wrong-type"),
    (Amount(), True, "wrong-type"), (Amount(), "NaN", "wrong-type"), (Amount(), [1], "wrong-type"),
    (Amount(), "1e300", "wrong-type"),
    (Count(), "5", "wrong-type"), (Count(), True, "wrong-type"), (Count(least=1), 0, "wrong-type"),
    (MonthDay(), "02-30", "impossible-date"), (MonthDay(), "xx-02", "bare-mask"), (MonthDay(), 1, "wrong-type"),
    (Text(), "  ", "wrong-type"), (Text(), 5, "wrong-type"), (Text(most=2), "三个字", "wrong-type"),
    (Text(unmasked=True), "[20xx]33号", "bare-mask"), (Texts(), ["", "a"], "wrong-type"),
    (Word(("a",)), ["a"], "wrong-type"),
    (Due(), {"month": 12}, "wrong-type"), (Due(), {"every": "day"}, "wrong-type"),
    (Due(), {"every": "month", "day": 32}, "wrong-type"), (Due(), {"months": 0}, "wrong-type"),
    (Due(), "__月2日", "bare-mask"),
])
def test_fields_refuse_the_rest_with_a_rule(field: fields.Field[Any], value: object, rule: str) -> None:
    with pytest.raises(ValidationError) as refused:
        field.deserialize(value)
    assert getattr(refused.value.messages[0], "rule", "") == rule


def test_states_load_are_inactive_and_are_listed_as_questions() -> None:
    found = checked('[[milestone]]\ncode = "m"\nname = "目标"\nclause = "一"\ndue = { state = "masked", printed = "xx年" }\n',
                    '[[value]]\ncode = "publicity.days"\nname = "公示"\nclause = "一"\nunit = "工作日"\n'
                    'value = { state = "unspecified" }\n')
    profile = found.profile
    assert profile is not None
    milestone, value = profile.entries
    assert (milestone.state, value.state) == ("masked", "unspecified")
    assert milestone.value["due"] == State("masked", "xx年")
    assert [(question.section, question.key, question.printed) for question in profile.questions] == [
        ("milestone", "due", "xx年"), ("value", "value", "")]
    assert worst(["pending", "unspecified"]) == "pending"
    assert worst([]) == "active"
    assert plain({"a": [milestone.value["due"], Decimal("1.0"), dt.date(2016, 1, 1), None]}) == {
        "a": [{"state": "masked", "printed": "xx年"}, "1.0", "2016-01-01", None]}
    assert [key for key, _ in states_in({"a": [State("masked", "x")], "b": {"state": "sound", "other": 1}})] == ["a[1]"]


def test_an_open_question_beside_the_amount_leaves_the_entry_active() -> None:
    found = checked('[[committee]]\ncode = "lg"\nname = "组"\nclause = "一"\nseats = [{ post = "组长" }]\n'
                    'members = { state = "unspecified", printed = "工作组成员" }\n')
    assert found.profile is not None
    assert found.profile.entries[0].state == "active"
    assert [question.key for question in found.profile.questions] == ["members"]


def test_a_state_in_one_seat_does_not_excuse_another() -> None:
    seats = '[[committee]]\ncode = "lg"\nname = "组"\nclause = "一"\nseats = [{ post = "组长" }, {s}]\ntotal = 3\n'
    fine = checked(seats.replace("{s}", '{ post = "成员", count = { state = "masked", printed = "x人" } }'))
    assert fine.profile is not None
    assert fine.profile.entries[0].value["seats"][0]["count"] == 1
    found = checked(seats.replace("{s}", '{ post = { state = "masked", printed = "x" } }, { count = 2 }'))
    assert [(problem.rule, problem.key) for problem in found.errors] == [
        ("missing-key", "committee[lg].seats[3].post")]
    nested = checked(seats.replace("{s}", '{ posts = { state = "pending", printed = "x" }, post = "员" }'))
    assert [(problem.rule, problem.key) for problem in nested.errors] == [("unknown-key", "committee[lg].seats[2].posts")]


def test_an_unknown_key_does_not_slip_through_as_a_state() -> None:
    state = '{ state = "pending", printed = "x" }'
    section = f'[[value]]\ncode = "publicity.days"\nname = "公示"\nclause = "一"\nunit = "工作日"\nvalue = 5\nvaule = {state}\n'
    assert rules(section) == ["unknown-key"]
    assert rules(section.replace("vaule", "reference")) == []


@pytest.mark.parametrize(("state", "rule"), [
    ('{ state = "masked" }', "unknown-state"), ('{ state = "pending", printed = 5 }', "unknown-state"),
    ('{ state = "masked", printed = "x", value = 5 }', "unknown-key"),
])
def test_a_state_quotes_its_print_and_nothing_else(state: str, rule: str) -> None:
    section = f'[[value]]\ncode = "publicity.days"\nname = "公示"\nclause = "一"\nunit = "工作日"\nvalue = {state}\n'
    assert rules(section) == [rule]


def test_identity_keys_may_not_be_states() -> None:
    state = '{ state = "pending", printed = "x" }'
    assert "state-not-allowed" in rules(f'[[duty]]\ncode = {state}\nname = "n"\nclause = "一"\nbody = "局"\n')
    assert "state-not-allowed" in rules(f'[[stage]]\ncode = "primary"\nlabel = {state}\nclause = "一"\n')
    assert rules('[[duty]]\nname = "n"\nclause = "一"\nbody = "局"\n') == ["missing-key"]
    assert rules('[[duty]]\ncode = "大写"\nname = "n"\nclause = "一"\nbody = "局"\n') == ["wrong-type"]
    assert rules('[[duty]]\ncode = "d"\nclause = 5\nbody = "局"\n') == ["missing-key", "wrong-type"]


def test_head_tables_are_required_and_shaped() -> None:
    known = grammar()
    assert [problem.rule for problem in check("schema = 1\n", "f", known).problems] == ["missing-key", "missing-key"]
    wrong = 'schema = 1\n[tenant]\nunit = "990101"\nname = "甲县"\n[document]\ntitle = "x"\n'
    assert "wrong-type" in [problem.rule for problem in check(wrong, "f", known, directory=KNOWN).problems]
    assert "missing-key" in [problem.rule for problem in
                             check(profile_text().replace("starts = 2016-09-01", ""), "f", known).problems]
    assert "duplicate-code" in rules('[[clause]]\nid = "一"\ntext = "又"\n')
    assert "missing-key" in rules('[[clause]]\ntext = "没有编号"\n')
    assert rules("[extra]\na = 1\n") == ["unknown-key"]
    assert rules("[[extra]]\na = 1\n") == ["unknown-key"]
    assert rules("[tenant_x]\n") == ["unknown-key"]
    assert rules('[[plug.item]]\ncode = "a"\n') == ["unknown-key"]
    assert rules("schema_x = 1\n") != []


def test_a_section_of_a_plugin_is_read_once_its_plugin_is_there() -> None:
    class ItemSchema(EntrySchema):
        principal: ClassVar[tuple[str, ...]] = ("amount",)
        amount = Amount(required=True)

    def not_above_1000(entries: list[dict[str, Any]]) -> list[Problem]:
        return [Problem(f"{entry['key']}.amount", "too-much", "高于一千", clause=entry["clause"])
                for entry in entries if isinstance(entry["amount"], Decimal) and entry["amount"] > 1000]

    spec = SectionSpec("plug.item", "待遇", ItemSchema, check=not_above_1000)
    text = profile_text('[[plugin]]\ncode = "plug"\nclause = "一"\n',
                        '[[plug.item]]\ncode = "a"\nname = "补助"\nclause = "一"\namount = "1200.00"\n')
    refused = check(text, "f", grammar(), directory=KNOWN)
    assert "没有安装" in next(problem for problem in refused.errors if problem.rule == "unknown-key").message
    found = check(text, "f", grammar([spec], {"plug": ()}), directory=KNOWN)
    assert [(problem.rule, problem.line) for problem in found.errors] == [("too-much", text[: text.index("amount")].count("\n") + 1)]
    clean = check(text.replace("1200", "900"), "f", grammar([spec], {"plug": ()}), directory=KNOWN)
    assert clean.profile is not None
    assert clean.profile.section("plug.item")[0].value == {"amount": Decimal("900.00")}


def test_a_check_that_names_no_entry_points_at_the_section() -> None:
    spec = SectionSpec("plug.item", "待遇", EntrySchema, check=lambda entries: [Problem("plug.item", "odd", "怪")])
    text = profile_text('[[plugin]]\ncode = "plug"\nclause = "一"\n', '[[plug.item]]\ncode = "a"\nname = "b"\nclause = "一"\n')
    problem = check(text, "f", grammar([spec], {"plug": ()}), directory=KNOWN).errors[0]
    assert text.split("\n")[problem.line - 1] == "[[plug.item]]"


def test_plain_marshmallow_schemas_of_third_parties_get_chinese_messages() -> None:
    class Loose(Schema):
        number = fields.Integer(strict=True)
        other = fields.String(validate=validate.Equal("好"))

    spec = SectionSpec("plug.item", "待遇", Loose)
    text = profile_text('[[plugin]]\ncode = "plug"\nclause = "一"\n',
                        '[[plug.item]]\ncode = "a"\nname = "b"\nclause = "一"\nnumber = "五"\nother = "坏"\nodd = [1]\n')
    found = check(text, "f", grammar([spec], {"plug": ()}), directory=KNOWN)
    assert [problem.rule for problem in found.errors] == ["wrong-type", "wrong-type", "unknown-key"]
    assert found.errors[0].message == "须为整数"


def test_section_must_be_a_list_of_tables() -> None:
    assert rules('[duty]\ncode = "d"\n') == ["wrong-type"]


def test_dated_versions_of_one_code_may_follow_each_other() -> None:
    value = '[[value]]\ncode = "publicity.days"\nname = "公示"\nclause = "一"\nvalue = {n}\nunit = "工作日"\n{days}\n'
    assert rules(value.format(n=5, days="to = 2017-12-31"), value.format(n=7, days="from = 2018-01-01")) == []
    assert rules(value.format(n=5, days="to = 2018-01-01"), value.format(n=7, days="from = 2018-01-01")) == ["duplicate-code"]


def test_phases_need_their_dates() -> None:
    assert rules('[[phase]]\ncode = "p"\nname = "p"\nclause = "一"\nfrom = 2020-01-01\n') == ["missing-key"]


@pytest.mark.clause("CO-004", "CO-005")
def test_three_phases_of_103_days_join_day_by_day() -> None:
    phase = '[[phase]]\ncode = "{0}"\nname = "{0}"\nclause = "一"\nfrom = {1}\nto = {2}\n'
    found = checked(phase.format("p1", "2020-03-15", "2020-03-27"), phase.format("p2", "2020-03-28", "2020-06-15"),
                    phase.format("p3", "2020-06-16", "2020-06-25"), starts="2020-03-15")
    assert found.problems == []
    assert found.profile is not None
    values = [{**entry.value, "code": entry.code} for entry in found.profile.section("phase")]
    assert [inclusive_days(value["from"], value["to"]) for value in values] == [13, 80, 10]
    assert inclusive_days(values[0]["from"], values[-1]["to"]) == 103
    for day, code in (("2020-03-27", "p1"), ("2020-03-28", "p2"), ("2020-06-15", "p2"), ("2020-06-16", "p3")):
        where = phase_on(values, dt.date.fromisoformat(day))
        assert where is not None
        assert where["code"] == code
    assert phase_on(values, dt.date(2020, 6, 26)) is None


def entry(code: str, **values: object) -> dict[str, Any]:
    return {"key": f"x[{code}]", "code": code, "name": code, "clause": "一", **values}


def test_a_masked_phase_binds_none_of_its_neighbours() -> None:
    masked = State("masked", "x月")
    first = entry("a", **{"from": dt.date(2020, 1, 1), "to": dt.date(2020, 1, 31)})
    hidden = entry("b", **{"from": masked, "to": masked}, precision="month")
    last = entry("c", **{"from": dt.date(2020, 4, 1), "to": dt.date(2020, 4, 30)})
    assert phases([first, hidden, last]) == []
    assert [problem.rule for problem in phases([first, last, hidden])] == ["phase-gap"]
    assert phases([{**first, "series": "甲"}, {**last, "series": "乙"}]) == []


def test_a_phase_by_the_year_covers_whole_years() -> None:
    year = entry("a", **{"from": dt.date(2016, 1, 1), "to": dt.date(2018, 12, 31)}, precision="year")
    assert phases([year]) == []
    assert [problem.rule for problem in phases([{**year, "to": dt.date(2018, 6, 30)}])] == ["phase-precision"]


@pytest.mark.clause("CO-010")
def test_four_phases_by_month_from_april_to_december_make_nine_months() -> None:
    months = (("2015-04", "2015-04"), ("2015-05", "2015-05"), ("2015-06", "2015-07"), ("2015-08", "2015-12"))
    sections = [f'[[phase]]\ncode = "p{number}"\nname = "p"\nclause = "一"\nfrom = "{start}"\nto = "{end}"\nprecision = "month"\n'
                for number, (start, end) in enumerate(months, 1)]
    profile = checked(*sections, starts="2015-04-01").profile
    assert profile is not None
    found = profile.section("phase")
    assert [inclusive_months(item.value["from"], item.value["to"]) for item in found] == [1, 1, 2, 5]
    assert found[3].valid_to == dt.date(2015, 12, 31)


@pytest.mark.clause("CO-011")
def test_three_yearly_milestones_fall_12_24_and_36_months_after_the_start() -> None:
    milestone = '[[milestone]]\ncode = "y{0}"\nname = "第{0}年"\nclause = "一"\ndue = {{ months = {1} }}\n'
    profile = checked(*(milestone.format(year, 12 * year) for year in (1, 2, 3)), starts="2015-04-01").profile
    assert profile is not None
    days = [due_day(item.value["due"], item.valid_from or dt.date.min, 2015) for item in profile.section("milestone")]
    assert days == [dt.date(2016, 4, 1), dt.date(2017, 4, 1), dt.date(2018, 4, 1)]


def test_milestones_are_not_due_before_the_start_nor_out_of_order() -> None:
    start = dt.date(2016, 1, 1)
    early = entry("a", due=dt.date(2015, 1, 1), **{"from": start})
    assert [problem.rule for problem in milestones([early])] == ["milestone-order"]
    masked = entry("b", due=State("masked", "xx年"), **{"from": start})
    unknown = entry("c", due="10-20", **{"from": State("masked", "xx年")})
    assert milestones([masked, unknown]) == []


@pytest.mark.clause("CO-021")
def test_a_masked_year_leaves_the_target_inactive_until_it_is_set() -> None:
    milestone = '[[milestone]]\ncode = "m"\nname = "学前目标"\nclause = "一"\ndue = {due}\n'
    masked = checked(milestone.replace("{due}", '{ state = "masked", printed = "20xx年" }')).profile
    assert masked is not None
    assert masked.entries[0].state == "masked"
    assert due_day(masked.entries[0].value["due"], dt.date(2016, 9, 1), 2017) is None
    known = checked(milestone.replace("{due}", "2017")).profile
    assert known is not None
    assert known.entries[0].state == "active"
    assert known.entries[0].value["due"] == dt.date(2017, 12, 31)


@pytest.mark.clause("CO-049")
def test_the_plans_own_word_for_a_stage_maps_to_the_shared_code() -> None:
    stage = '[[stage]]\ncode = "{code}"\nlabel = "{label}"\nclause = "一"\n'
    profile = checked(stage.format(code="primary", label="完小"), stage.format(code="primary", label="小学")).profile
    assert profile is not None
    assert [(item.code, item.value["code"]) for item in profile.section("stage")] == [("完小", "primary"), ("小学", "primary")]
    assert [problem.rule for problem in checked(stage.format(code="elementary", label="完小")).errors] == ["unknown-stage"]
    assert expand(["compulsory", "senior"]) == {"primary", "junior", "senior"}


@pytest.mark.clause("CO-001")
def test_a_committee_of_one_head_eight_deputies_and_five_members_has_fourteen_seats() -> None:
    section = ('[[committee]]\ncode = "lg"\nname = "领导小组"\nclause = "一"\ntotal = 14\nseats = [\n'
               '{ post = "组长" }, { post = "副组长", count = 8, standing = 1 }, { post = "成员", count = 5 } ]\n'
               'members = { state = "unspecified", printed = "工作组成员" }\n')
    found = checked(section)
    assert found.problems == []
    assert found.profile is not None
    seats = found.profile.entries[0].value["seats"]
    assert [(seat["count"], seat["standing"]) for seat in seats] == [(1, 0), (8, 1), (5, 0)]
    assert [question.key for question in found.profile.questions] == ["members"]
    assert [problem.rule for problem in checked(section.replace("count = 5", "count = 6")).errors] == ["committee-total"]


def test_seats_name_a_post_once_and_at_least_one() -> None:
    twice = [{"post": "成员", "count": 1, "standing": 0}, {"post": "成员", "count": 2, "standing": 0}]
    assert [problem.rule for problem in committees([entry("a", seats=twice)])] == ["committee-seats"]
    assert [problem.rule for problem in committees([entry("a", seats=[])])] == ["committee-seats"]
    assert committees([entry("a", seats=State("masked", "名单略"))]) == []
    assert committees([entry("a", seats=[{"post": "成员", "count": State("masked", "x"), "standing": 0}], total=3)]) == []


def test_tags_list_each_unit_once() -> None:
    tag = '[[tag]]\ncode = "t"\nname = "片区"\nclause = "一"\n{rest}\n'
    assert rules(tag.format(rest='units = ["990101", "990101"]')) == ["tag-count"]
    assert rules(tag.format(rest="count = 75")) == []
    assert rules(tag.format(rest='units = ["990101", "990102"]\ncount = 2')) == []
    assert rules(tag.format(rest='units = ["990101", "123456"]')) == ["unit-unknown"]
    assert rules(tag.format(rest='units = { state = "masked", printed = "名单略" }')) == []
    assert rules(tag.format(rest='units = ["990101", { state = "masked", printed = "某县" }]')) == ["wrong-type"]


def test_units_named_by_committees_and_contacts_must_exist() -> None:
    committee = '[[committee]]\ncode = "lg"\nname = "组"\nclause = "一"\nseats = [{ post = "组长" }]\noffice_unit = "1"\n'
    contact = '[[contact]]\ncode = "c"\nname = "联络员"\nclause = "一"\nper = "county"\nnamed = [{ unit = "990101" }, { unit = "2" }]\n'
    assert [problem.key for problem in checked(committee, contact).errors] == [
        "committee[lg].office_unit", "contact[c].named[2].unit"]


def test_a_contact_may_be_a_masked_unit() -> None:
    contact = '[[contact]]\ncode = "c"\nname = "联络员"\nclause = "一"\nper = "county"\n'
    assert rules(contact + 'named = [{ unit = { state = "masked", printed = "某县" } }]\n') == []


def test_a_state_inside_a_free_table_or_an_optional_one_is_put_back() -> None:
    class Inner(Schema):
        low = Amount()
        high = Amount()

    class Free(EntrySchema):
        facts = fields.Dict()
        band = fields.Nested(Inner)
        bands = fields.List(fields.Nested(Inner))

    spec = SectionSpec("plug.item", "待遇", Free)
    masked = '{ state = "masked", printed = "x" }'
    text = profile_text('[[plugin]]\ncode = "plug"\nclause = "一"\n',
                        f'[[plug.item]]\ncode = "a"\nname = "b"\nclause = "一"\nfacts = {{ any = {masked} }}\n'
                        f"band = {{ low = 5, high = {masked} }}\nbands = [{{ low = {masked} }}, {{ high = 2 }}]\n")
    profile = check(text, "f", grammar([spec], {"plug": ()}), directory=KNOWN).profile
    assert profile is not None
    value = profile.section("plug.item")[0].value
    assert value["facts"] == {"any": State("masked", "x")}
    assert value["band"] == {"low": Decimal("5.00"), "high": State("masked", "x")}
    assert value["bands"] == [{"low": State("masked", "x")}, {"high": Decimal("2.00")}]


def layer(mode: str, section: str, name: str = "测试省") -> Layer:
    profile = checked(section.rstrip() + f'\nmode = "{mode}"\n', unit="99", name=name).profile
    assert profile is not None
    return Layer("99", name, profile.entries)


def test_a_layer_binds_only_what_it_can_compare_and_what_is_known() -> None:
    start = '[[value]]\ncode = "school_year.start"\nname = "学年"\nclause = "一"\nvalue = "{0}"\nunit = "月-日"\n'
    duty = '[[duty]]\ncode = "d"\nname = "任务"\nclause = "一"\nbody = "{0}"\n'
    masked = ('[[value]]\ncode = "school_year.start"\nname = "学年"\nclause = "一"\n'
              'value = { state = "pending", printed = "另定" }\nunit = "月-日"\n')

    def found(section: str, upper: Layer) -> list[str]:
        outcome = check(profile_text(section), "f", grammar(), directory=KNOWN, layers=[upper])
        return [problem.rule for problem in outcome.problems]

    assert found(start.format("08-25"), layer("floor", start.format("09-01"))) == []
    assert found(start.format("09-01"), layer("fixed", start.format("09-01"))) == []
    assert found(start.format("08-25"), layer("fixed", start.format("09-01"))) == ["layer-fixed"]
    assert found(masked, layer("fixed", start.format("09-01"))) == []
    assert found(duty.format("乙科"), layer("floor", duty.format("甲科"))) == []
    assert found(start.format("08-25"), layer("fixed", masked)) == []
    upper = layer("fixed", start.format("09-01")).entries[0]
    lower = checked(masked).profile
    assert lower is not None
    assert prevails(upper, lower.entries[0], grammar())


def test_a_made_up_place_says_where_it_stands() -> None:
    head = {"unit": "998801", "name": "虚构县"}
    assert rules(place="fictitious = true\n", **head) == ["unit-place", "unit-place", "unit-unknown"]
    fine = 'fictitious = true\nunder = "9901"\nlevel = "county"\n'
    assert rules(place=fine, **head) == []
    assert rules(place=fine.replace("9901", "77"), **head) == ["unit-place"]
    assert rules(place=fine) == ["unit-place"]
    assert rules(place='kind = "school"\nunder = "990101"\n', unit="990101-S01", name="某中学") == []


def test_only_the_national_base_lists_programmes() -> None:
    found = checked('[[programme]]\ncode = "aid"\ntitle = "学生资助"\n', unit="00", name="全国")
    assert found.problems == []
    assert found.profile is not None
    assert found.profile.entries[0].name == "学生资助"


def test_values_are_registered_with_their_units() -> None:
    for code, spec in VALUES.items():
        assert spec.code == code
        assert spec.units
        assert spec.summary
    assert VALUES["publicity.days"].fault(5) is None
    assert VALUES["publicity.days"].fault("五") is not None
    assert rules('[[value]]\ncode = "publicity.days"\nname = "公示"\nclause = "一"\nvalue = 0\nunit = "工作日"\n') == ["wrong-type"]
    assert rules('[[value]]\ncode = "publicity.days"\nname = "公示"\nclause = "一"\nvalue = 5\n') == ["value-unit"]
    assert comparable({"value": "09-01"}) is None
    assert comparable({"value": 5, "unit": "工作日"}) == ("工作日", 5)
    assert describe({"value": "09-01", "unit": "月-日"}) == "每年 09-01"


def test_days_fall_due_by_day_by_year_by_month_and_by_quarter() -> None:
    start = dt.date(2020, 1, 1)
    assert months_after(dt.date(2015, 1, 31), 1) == dt.date(2015, 2, 28)
    assert days_due("02-29", start, 2021) == [dt.date(2021, 2, 28)]
    assert days_due(dt.date(2020, 5, 5), start, 2020) == [dt.date(2020, 5, 5)]
    assert days_due(dt.date(2020, 5, 5), start, 2021) == []
    assert len(days_due({"every": "month", "day": 31}, start, 2020)) == 12
    assert days_due({"every": "quarter", "day": 25}, dt.date(2020, 6, 1), 2020)[0] == dt.date(2020, 6, 25)
    assert days_due({"every": "week"}, start, 2020) == []
    assert days_due(State("masked", "x"), start, 2020) == []


@pytest.mark.clause("CO-029")
def test_a_masked_report_date_loads_with_a_warning_and_makes_no_reminder() -> None:
    found = checked('[[report]]\ncode = "r"\nname = "活动情况"\nclause = "一"\nby = "各县"\nto = "地区"\n'
                    'due = { state = "masked", printed = "__月2日" }\n')
    assert [(problem.rule, problem.severity) for problem in found.problems] == [("report-due-masked", "warning")]
    assert found.profile is not None
    report = found.profile.entries[0]
    assert report.state == "masked"
    assert days_due(report.value["due"], dt.date(2016, 1, 1), 2016) == []


def test_a_bom_before_text_is_no_fault() -> None:
    assert check("\ufeff" + profile_text(), "f", grammar(), directory=KNOWN).problems == []


def test_mapping_of_plain_values_keeps_numbers() -> None:
    value: Mapping[str, object] = {"n": 5, "flag": True}
    assert plain(value) == value
