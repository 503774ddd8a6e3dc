"""A draft on the facts of a past run: who gains, what it costs, what is used as it is, and what must be kept."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from core.config import ROOT
from core.errors import Conflict, InvalidInput, RuleViolation
from core.host.contract import Effect
from core.tenancy.grammar import ProfileRefused
from core.tenancy.models import Plan
from core.tenancy.services import plan_effects, sound_profile
from plugins.education_aid.models.awards import AidRun, Award
from plugins.education_aid.rules.items import ACTUAL, AVERAGE, Amount, Item
from plugins.education_aid.rules.what_if import Tried as Items
from plugins.education_aid.rules.what_if import changed_codes, months_between, with_related
from plugins.education_aid.services import what_if
from plugins.education_aid.services.months import NOWHERE, REGISTRY, Months, months_of
from tests.plugins.education_aid.conftest import ACTOR, County, plugins
from tests.plugins.education_aid.test_engine import item, where

GUIDING_TEXT = (ROOT / "tenants" / "guizhou" / "guiding.toml").read_text(encoding="utf-8")
TOP_UP = 'amount = { fixed = "100.00", per = "year" }'


def draft(*changes: tuple[str, str]) -> bytes:
    text = GUIDING_TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text.encode()


def tried(county: County, snapshot: AidRun, data: bytes) -> AidRun:
    run = what_if.begin_what_if(county.session, plugins(), snapshot, data, "guiding.toml", "提标试算", ACTOR)
    what_if.run_what_if(county.session, plugins(), run, ACTOR)
    return run


@pytest.fixture
def snapshot(guiding: County) -> AidRun:
    """Two boarders of whom one is on file, and a pupil who goes home."""
    guiding.child("primary", "filing_card", boarding=True)
    guiding.child("junior", "allowance", boarding=True)
    guiding.child("primary", "filing_card", boarding=False)
    return guiding.run()


def test_a_higher_top_up_shows_who_gains_and_who_pays(guiding: County, snapshot: AidRun) -> None:
    counts: dict[str, Any] = tried(guiding, snapshot, draft((TOP_UP, TOP_UP.replace("100.00", "301.00")))).counts
    assert (counts["gainers"], counts["losers"], counts["difference"]) == (1, 0, "100.50")
    assert counts["items"] == {"compulsory-boarding-county": ["义务教育寄宿生生活补助（县级提标）", 1, "50.00", 1, "150.50"]}
    assert counts["funds"] == {"县专项扶贫资金": "100.50"} and counts["payers"] == {"county": "100.50"}
    assert [total for _, total in counts["sample"]["gainers"]] == ["100.50"] and counts["reused"] > 10


def test_losers_are_counted_and_the_awards_stay_as_they_are(guiding: County, snapshot: AidRun) -> None:
    before = guiding.session.scalar(select(func.sum(Award.amount)))
    counts = tried(guiding, snapshot, draft((TOP_UP, TOP_UP.replace("100.00", "60.00")))).counts
    assert (counts["gainers"], counts["losers"], counts["difference"]) == (0, 1, "-20.00")
    assert guiding.session.scalar(select(func.sum(Award.amount))) == before


def test_nothing_of_the_draft_is_left_in_the_plans(guiding: County, snapshot: AidRun) -> None:
    versions = guiding.session.scalar(select(func.count()).select_from(Plan))
    tried(guiding, snapshot, draft((TOP_UP, TOP_UP.replace("100.00", "200.00"))))
    assert guiding.session.scalar(select(func.count()).select_from(Plan)) == versions


def test_the_same_plan_changes_nothing_and_uses_every_item_as_it_is(guiding: County, snapshot: AidRun) -> None:
    counts = tried(guiding, snapshot, draft()).counts
    assert (counts["gainers"], counts["losers"], counts["difference"], counts["items"]) == (0, 0, "0.00", {})
    assert tried(guiding, snapshot, draft()).items_hash


def test_a_draft_below_a_floor_is_refused_with_the_rule(guiding: County, snapshot: AidRun) -> None:
    low = """
[[education_aid.item]]
code = "compulsory-boarding"
name = "寄宿生生活补助"
clause = "措施（一）2"
to = 2023-12-31
where = { stage = "compulsory", boarding = true, category = "filing_card" }
amount = { cases = [{ where = { stage = "primary" }, fixed = "1000.00" }, { where = { stage = "junior" }, fixed = "1200.00" }] }
"""
    with pytest.raises(ProfileRefused) as refused:
        what_if.begin_what_if(guiding.session, plugins(), snapshot, draft() + low.encode(), "guiding.toml", "", ACTOR)
    [problem] = [one for one in refused.value.problems if one.rule == "layer-floor"]
    assert "1200.00 低于“全国”" in problem.message and "1250.00" in problem.message


def test_another_countys_plan_is_refused(guiding: County, snapshot: AidRun) -> None:
    other = draft(('unit = "522723"', 'unit = "522701"'), ('name = "贵定县"', 'name = "都匀市"'))
    with pytest.raises(InvalidInput, match="都匀市"):
        what_if.begin_what_if(guiding.session, plugins(), snapshot, other, "x.toml", "", ACTOR)


def test_what_was_cited_is_kept(guiding: County, snapshot: AidRun) -> None:
    run = tried(guiding, snapshot, draft())
    what_if.cite(guiding.session, run, "县政府常务会议材料", ACTOR)
    with pytest.raises(RuleViolation, match="常务会议"):
        what_if.remove(guiding.session, run, ACTOR)
    free = tried(guiding, snapshot, draft())
    what_if.remove(guiding.session, free, ACTOR)
    guiding.session.flush()
    assert guiding.session.get(AidRun, (free.tenant_id, free.id)) is None
    with pytest.raises(RuleViolation):
        what_if.remove(guiding.session, snapshot, ACTOR)


def test_only_a_finished_run_can_be_the_base(guiding: County, snapshot: AidRun) -> None:
    snapshot.state = "waiting"
    with pytest.raises(Conflict):
        what_if.begin_what_if(guiding.session, plugins(), snapshot, draft(), "guiding.toml", "", ACTOR)


def test_an_item_is_changed_with_what_it_depends_on() -> None:
    base, top = item("base", 1_000), item("top", 100, adds_to="base")
    dearer: Item = item("base", 2_000)
    assert changed_codes(Items([base, top]), Items([dearer, top])) == {"base", "top"}
    assert changed_codes(Items([base, top]), Items([base, item("top", 200, adds_to="base")])) == {"top"}
    assert changed_codes(Items([base, item("x")]), Items([base])) == {"x"}
    assert [one.code for one in with_related(Items([base, top, item("x")]), {"top"})] == ["base", "top"]
    average = item("base", amount=Amount(AVERAGE, 1_000), condition=where(boarding=True))
    assert changed_codes(Items([base]), Items([average])) == {"base"}


def test_what_the_plan_gives_changes_the_items_that_ask_about_it() -> None:
    listed, tiered = item("listed", condition=where(home_tag="poor")), item("tiered", condition=where(tier="hardship_special"))
    waived = item("waived", amount=Amount(ACTUAL, actual=("fee_care",)))
    items = Items([listed, tiered, waived, item("other", condition=where(home="52"))])
    assert changed_codes(items, items, frozenset({"tag"})) == {"listed"}
    assert changed_codes(items, items, frozenset({"tier"})) == {"tiered"}
    assert changed_codes(items, items, frozenset({"fee"})) == {"waived"}
    assert changed_codes(items, items) == frozenset()


def test_months_come_from_the_days_of_the_registry_where_the_plan_states_no_terms(guiding: County) -> None:
    def found() -> Months:
        return months_of(guiding.session, guiding.tenant, 2016, 1, guiding.on)

    for _ in range(2):
        guiding.child("primary", begun_on=dt.date(2016, 9, 1))
    assert found() == Months((), NOWHERE)
    guiding.child("primary", begun_on=dt.date(2016, 10, 8), ended_on=dt.date(2017, 1, 15), ending="promoted")
    assert found() == Months(("2016-09", "2016-10", "2016-11", "2016-12", "2017-01"), REGISTRY)


def test_the_preview_of_a_plan_says_who_gains_and_what_it_costs(guiding: County, snapshot: AidRun) -> None:
    def effects(text: bytes) -> list[Effect]:
        profile = sound_profile(guiding.session, plugins(), text, "guiding.toml")
        return plan_effects(guiding.session, plugins(), guiding.tenant, profile)

    said = effects(draft((TOP_UP, TOP_UP.replace("100.00", "301.00"))))
    assert [(one.count, one.status) for one in said] == [(1, "info"), (0, "info"), (0, "info")]
    assert "多支出 100.50 元" in said[0].text and "1 人 50.00 元变为 1 人 150.50 元" in said[1].text
    assert said[2].text == "资金“县专项扶贫资金”多支出 100.50 元"
    assert [one.text for one in effects(draft())] == ["应享的项目、标准和对象都没有变化"]
    assert any(one.status == "warning" for one in effects(draft((TOP_UP, TOP_UP.replace("100.00", "60.00")))))


def test_a_group_of_the_draft_counts_those_who_get_one_only(guiding: County, snapshot: AidRun) -> None:
    group = """
[[education_aid.exclusive]]
code = "one-only"
name = "寄宿补助与膳食补助不重复享受"
clause = "措施（一）2"
items = ["compulsory-boarding", "compulsory-meals"]
"""
    counts = tried(guiding, snapshot, draft() + group.encode()).counts
    assert counts["displaced"] == [0, 2]
    assert counts["items"]["compulsory-meals"][1::2] == [3, 1] and counts["losers"] == 2


def test_months_of_a_term_go_over_the_turn_of_the_year() -> None:
    assert months_between(2016, "09-01", "01-15") == ["2016-09", "2016-10", "2016-11", "2016-12", "2017-01"]
    assert months_between(2017, "03-01", "07-10")[-1] == "2017-07"
    assert Decimal(len(months_between(2016, "09-01", "09-30"))) == 1
