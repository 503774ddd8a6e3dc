"""Items as the published plans state them, and what a plan may not say."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from typing import Any

import pytest

from core.conditions import parse
from core.config import ROOT
from core.tenancy.grammar import check, grammar
from core.tenancy.services import as_if_applied, sound_profile
from plugins.education_aid.plan import SECTIONS, wording
from plugins.education_aid.plan.vocabulary import VOCABULARY
from plugins.education_aid.queries.facts import Asked, gather
from plugins.education_aid.queries.pupils import names_in
from plugins.education_aid.rules.sharing import share_of, shared
from plugins.education_aid.services.reading import plan_items
from tests.factories.tenancy import KNOWN, profile_text
from tests.plugins.education_aid.conftest import AUTUMN_2016, County, plugins

USED = '\n[[plugin]]\ncode = "education_aid"\nclause = "一"\n'


def item(amount: str, *, where: str = '{ stage = "senior" }', more: str = "") -> str:
    return f'\n[[education_aid.item]]\ncode = "one"\nname = "测试项目"\nclause = "一"\nwhere = {where}\namount = {amount}\n{more}'


def problems(*sections: str) -> list[tuple[str, str, str]]:
    known = grammar(SECTIONS, {"education_aid": ()}, {"education_aid": "学生资助"})
    found = check(profile_text(USED, *sections), "profile.toml", known, directory=KNOWN)
    return [(one.key, one.rule, one.clause) for one in found.problems if one.severity == "error"]


def printed(path: str, section: str, code: str) -> dict[str, Any]:
    """An entry of a shipped plan as it is written."""
    data = tomllib.loads((ROOT / "tenants" / path).read_text(encoding="utf-8"))
    found: dict[str, Any] = next(one for one in data["education_aid"][section] if one["code"] == code)
    return found


def holds(where: dict[str, Any], **facts: Any) -> bool | None:
    condition, faults = parse(where, VOCABULARY)
    assert faults == []
    return condition.holds(facts)


@pytest.mark.clause("EA-009")
def test_masked_print_where_a_number_is_due_is_refused_with_its_clause() -> None:
    assert problems(item('{ fixed = "20xx" }')) == [("education_aid.item[one].amount.fixed", "bare-mask", "一")]
    assert problems(item('{ fixed = "2000" }')) == []


@pytest.mark.clause("EA-033")
def test_a_masked_amount_waits_and_a_set_one_counts(guiding: County) -> None:
    assert wording.amount({"state": "masked", "printed": "20xx元"}) == "金额待核实（原文“20xx元”）"
    assert problems(item('{ state = "masked", printed = "20xx元" }')) == []
    [grant] = [one for one in plan_items(guiding.session, guiding.tenant, AUTUMN_2016).items if one.code == "vocational-grant"]
    assert grant.amount.fen == 200_000


@pytest.mark.clause("EA-007")
def test_what_is_paid_by_the_day_states_its_days() -> None:
    assert problems(item('{ fixed = "4.00", per = "day" }')) == [("education_aid.item[one].amount.days", "aid-days", "一")]
    assert problems(item('{ fixed = "4.00", per = "day", days = 200 }')) == []
    assert problems(item('{ fixed = "4.00", per = "month" }')) == [("education_aid.item[one].amount.months", "aid-days", "一")]


@pytest.mark.parametrize(("section", "rule"), [
    (item('{ fixed = "1.00", average = "2.00" }'), "aid-amount"), (item("{ per = \"year\" }"), "aid-amount"),
    (item('{ average = "2.00", least = "3.00" }'), "aid-band"), (item('{ fixed = "1.00", least = "0.50" }'), "aid-band"),
    (item('{ fixed = "1.00" }', where='{ sage = "senior" }'), "condition-fact"),
    (item('{ cases = [{ where = { stage = "太学" }, fixed = "1.00" }] }'), "condition-word"),
    (item('{ fixed = "1.00" }', more='kind = "discretionary"'), "aid-amount"),
    (item('{ fixed = "1.00" }', more='share = { parts = [{ payer = "province" }] }'), "aid-share"),
    (item('{ fixed = "1.00" }', more='share = { parts = [{ payer = "city", rest = true }, { payer = "county", rest = true }] }'),
     "aid-share"),
    (item('{ fixed = "1.00" }', more='universal = "yes"'), "wrong-type"),
])
def test_a_plan_that_cannot_be_worked_by_is_refused(section: str, rule: str) -> None:
    assert [found[1] for found in problems(section)] == [rule]


def group(items: str, code: str = "g") -> str:
    return f'\n[[education_aid.exclusive]]\ncode = "{code}"\nname = "不重复享受"\nclause = "一"\nitems = {items}\n'


@pytest.mark.parametrize(("section", "rule"), [
    (group('["a"]'), "aid-exclusive"), (group('["a", "a"]'), "aid-exclusive"),
    (group('["a", "b"]') + group('["b", "c"]', "h"), "aid-exclusive"), (group('["a", "b"]') + 'keep = "lowest"\n', "wrong-type"),
    (item('{ fixed = "1.00" }', more='replaces = ["one"]'), "aid-ring"),
    (item('{ fixed = "1.00" }', where='{ not = { holds = "one" } }'), "aid-ring"),
    (item('{ fixed = "1.00" }', where='{ received_terms = 3 }'), "condition-shape"),
    (item('{ fixed = "1.00" }', where='{ days_since.typhoon = { lt = 30 } }'), "condition-word"),
    (item('{ fixed = "1.00" }', where='{ age_at.02-30 = { gte = 6 } }'), "condition-word"),
])
def test_groups_rings_and_families_are_checked(section: str, rule: str) -> None:
    assert [found[1] for found in problems(section)] == [rule]


def test_a_condition_on_what_was_had_reads_as_a_sentence() -> None:
    assert problems(group('["one", "national"]'), item('{ fixed = "1.00" }', where='{ received_terms.one = { lt = 6 } }')) == []
    condition, faults = parse({"received_terms": {"rain-dew": {"lt": 6}}, "days_since": {"受灾": {"lte": 365}}}, VOCABULARY)
    assert faults == [] and condition.facts == ["received_terms.rain-dew", "days_since.disaster"]
    assert condition.describe() == "“rain-dew”已享受的学期数不满 6 学期；受灾起的天数不超过 365 天"


def test_sentences_name_units_and_items_and_not_their_codes(guiding: County) -> None:
    names = names_in(guiding.session, plan_items(guiding.session, guiding.tenant, AUTUMN_2016).items)
    assert wording.named("学校所在为522723；1522723 元", names) == "学校所在为贵定县；1522723 元"
    assert wording.named("senior-fee、senior-fees", names) == "普通高中免学杂费、senior-fees"
    assert wording.named("不限", {}) == "不限"


def test_a_group_that_names_an_unknown_item_says_so(guiding: County) -> None:
    text = (ROOT / "tenants" / "guizhou" / "guiding.toml").read_text(encoding="utf-8")
    named = group('["senior-grant", "typo"]').replace('clause = "一"', 'clause = "措施（一）"')
    profile = sound_profile(guiding.session, plugins(), text + named, "guiding.toml")
    with as_if_applied(guiding.session, guiding.tenant.id, profile):
        found = plan_items(guiding.session, guiding.tenant, AUTUMN_2016)
    assert {one.code: one.why for one in found.open}["g"] == "这一天没有生效的项目：typo"
    assert [one.items for one in found.groups] == [("senior-grant", "typo")]


def test_an_item_without_an_amount_says_so() -> None:
    text = '\n[[education_aid.item]]\ncode = "one"\nname = "测试"\nclause = "一"\n'
    assert problems(text) == [("education_aid.item[one].amount", "missing-key", "一")]
    assert problems(text + "universal = true\n") == []


@pytest.mark.clause("EA-038")
def test_parts_printed_beside_a_whole_must_add_up() -> None:
    entry = printed("gansu/province.toml", "target", "free-vocational")
    assert sum(entry["parts"]) == entry["wanted"] == 126_000
    text = ('\n[[education_aid.target]]\ncode = "t"\nname = "目标"\nclause = "一"\n'
            'measure = "count"\nwanted = 126000\nparts = [80000, 45000]\n')
    assert problems(text) == [("education_aid.target[t].parts", "aid-parts", "一")]


@pytest.mark.clause("EA-032")
def test_six_to_four_to_the_fen() -> None:
    share = share_of(printed("gansu/province.toml", "item", "preschool-care")["share"])
    assert shared(Decimal("1000.00"), share) == {"province": "600.00", "city_county": "400.00"}
    assert shared(Decimal("333.33"), share) == {"province": "200.00", "city_county": "133.33"}


@pytest.mark.clause("EA-035")
def test_the_county_of_origin_bears_its_part_and_the_schools_county_nothing() -> None:
    share = share_of(printed("gansu/province.toml", "item", "college-free")["share"])
    places = {"origin_county": "620822", "school_county": "620102"}
    assert shared(Decimal("5600.00"), share, places=places) == {"province": "3360.00", "origin_county:620822": "2240.00"}


@pytest.mark.clause("EA-027")
def test_thirteen_free_years_begin_with_the_last_year_of_kindergarten() -> None:
    where = printed("shaanxi/dali.toml", "item", "preschool-thirteen")["where"]
    assert holds(where, stage="preschool", grade=3) is True and holds(where, stage="preschool", grade=2) is False
    senior = printed("shaanxi/dali.toml", "item", "senior-thirteen")["where"]
    assert holds(senior, stage="senior", grade=3) is True


@pytest.mark.clause("EA-069")
def test_aid_of_the_city_is_for_pupils_on_its_register() -> None:
    where = printed("henan/jiyuan.toml", "item", "love-pool")["where"]
    facts = {"stage": "primary", "category": {"hardship_special"}}
    assert holds(where, **facts, school={"00", "41", "419001"}) is True
    assert holds(where, **facts, school={"00", "41", "4101"}) is False


@pytest.mark.clause("EA-026")
def test_registered_households_count_as_the_highest_tier(guiding: County) -> None:
    entry = printed("shaanxi/dali.toml", "preference", "extreme-tier")
    condition = parse(entry["where"], VOCABULARY)[0]
    child = guiding.child("primary", "filing_card", "hardship_general")
    other = guiding.child("primary", "hardship_general")
    found = gather(guiding.session, guiding.tenant.id, 2016, 1, AUTUMN_2016, Asked(tiers=[(condition, entry["tier"])]))
    tiers = {row.person_id: facts["tier"] for row, facts in zip(found.rows, found.facts, strict=True)}
    assert tiers == {child.id: "hardship_special", other.id: "hardship_general"}
