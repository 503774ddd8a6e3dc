"""What is made up is consistent, repeatable, and can be nobody."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from functools import lru_cache

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric

from core.registry.rules.documents import read_document
from core.registry.rules.identity import differing_digits, read_id, read_register_number
from core.registry.rules.names import name_key
from core.registry.rules.statuses import Span, against
from core.synthetic.rules import faults
from core.synthetic.rules.children import Place, children_of
from core.synthetic.rules.documents import EIGHTEEN
from core.synthetic.rules.draws import Draws
from core.synthetic.rules.numbers import COUNTIES_EACH, region_of
from core.synthetic.rules.population import Population, populate
from core.synthetic.rules.schools import needed
from core.synthetic.rules.words import WORKS
from core.synthetic.writing import _name_keys

TOWNS = ("甲镇", "乙镇", "丙乡", "丁乡")
VILLAGE_TOWNS = [0, 0, 1, 1, 2, 2, 3, 3]


def _schools(place: Place) -> pl.DataFrame:
    wanted = needed(place, TOWNS, [])
    return pl.DataFrame({"school": range(len(wanted)), "stage": [one.stage for one in wanted],
                         "township": [-1 if one.township is None else one.township for one in wanted]})


@lru_cache(maxsize=4)
def made(size: int = 700, seed: int = 1, year: int = 2016, share: float = .1) -> Population:
    """甲县, with 乙县 as the neighbour each way."""
    jia = Place("990101", "甲县", "990001", size, "990102", "乙县")
    yi = Place("990102", "乙县", "990002", size, "990101", "甲县")
    return populate(jia, [jia, yi], VILLAGE_TOWNS, _schools(jia), seed, year, share)


def test_chance_is_splitmix_of_seed_purpose_and_person() -> None:
    def expected(number: int) -> float:
        key = int.from_bytes(hashlib.sha256(b"7/990101/sex").digest()[:8])
        mixed = ((number + 1) * 0x9E3779B97F4A7C15 + key) % 2**64
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB % 2**64
        return ((mixed ^ mixed >> 31) >> 11) / 2**53

    people = pl.DataFrame({"at": [0, 1, 5, 10**9]}).with_columns(
        share=Draws(7, "990101").share("sex", pl.col("at")), kind=Draws(7, "990101").pick("sex", pl.col("at"), (("a", 1), ("b", 3))))
    assert people["share"].to_list() == [expected(number) for number in people["at"]]
    assert people["kind"].to_list() == ["a" if expected(number) < .25 else "b" for number in people["at"]]


def test_the_same_seed_makes_the_same_county_and_another_another() -> None:
    first = made(60).digest
    children_of.cache_clear()
    made.cache_clear()
    assert made(60).digest == first
    assert made(60, seed=2).digest != first


def test_identity_numbers_are_right_in_form_and_of_no_region() -> None:
    county = made()
    sealed = [number for frame in (county.children, county.adults, county.staff, county.newcomers, county.doubles)
              for number in frame.filter(pl.col("id_kind").is_in(EIGHTEEN))["id_number"]]
    assert all(ric.calc_check_digit(number) == number[-1] and number.startswith("99") for number in sealed)
    assert not any(read_id(number).fault or read_id(number).known_region for number in sealed)
    once = [*county.children["id_number"].drop_nulls(), *county.adults["id_number"], *county.staff["id_number"],
            *county.newcomers["id_number"]]
    assert len(set(once)) == len(once)
    for frame in (county.children, county.adults, county.staff):
        for number, born, sex in frame.filter(pl.col("id_kind").is_in(EIGHTEEN)).select("id_number", "birth_on", "sex").iter_rows():
            assert (read_id(number).birth_on, read_id(number).sex) == (born, sex)


def test_some_have_other_documents_right_in_form_visibly_nobodys_and_each_their_own() -> None:
    county = made(6_000)
    frames = (county.children, county.adults, county.staff)
    found: dict[str, list[str]] = {}
    for frame in frames:
        for kind, number, born, sex in frame.select("id_kind", "id_number", "birth_on", "sex").iter_rows():
            assert (kind == "none") == (number is None)
            if number is None:
                continue
            read = read_document(kind, number)
            assert not read.message and read.number == number, (kind, number)
            assert read.birth_on in (None, born) and read.sex in ("", sex)
            found.setdefault(kind, []).append(number)
    others = [number for kind, numbers in found.items() if kind != "citizen" for number in numbers]
    assert set(found) == {"citizen", "booklet", "settled", "pass_hk_mo", "pass_tw", "passport", "other"}
    assert all(re.match(r"99|[HM]99|TST|测试证", number) for number in others)
    assert len(set(others)) == len(others) < sum(map(len, found.values())) * .02
    for kind in ("pass_hk_mo", "pass_tw", "passport", "other"):
        holders = county.children.filter(pl.col("id_kind") == kind)
        assert holders.height and set(holders["register_number"].str.slice(0, 1)) == {"J"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_child_of_two_counties_has_one_document(seed: int) -> None:
    jia = Place("990101", "甲县", "990001", 4_000, "990102", "乙县")
    yi = Place("990102", "乙县", "990002", 4_000, "990101", "甲县")
    home = populate(jia, [jia, yi], VILLAGE_TOWNS, _schools(jia), seed, 2016)
    there = populate(yi, [jia, yi], VILLAGE_TOWNS, _schools(yi), seed, 2016)
    columns = ("name", "birth_on", "id_kind", "id_number", "register_number")
    sent = home.children.filter(pl.col("target") == "990102").select(columns).rows()
    assert sent == there.newcomers.filter(pl.col("home_code") == "990101").select(columns).rows()
    kinds = {row[2] for row in sent}
    assert "none" not in kinds and "citizen" in kinds
    own = set(there.children["id_number"]) | set(there.adults["id_number"]) | set(there.staff["id_number"])
    assert not own & {row[3] for row in sent}


def test_regions_of_all_counties_of_all_provinces_differ() -> None:
    regions = {region_of(province, at) for province in ("11", "52", "65", "82", "99") for at in range(COUNTIES_EACH)}
    assert len(regions) == 5 * COUNTIES_EACH and all(re.fullmatch(r"99\d{4}", region) for region in regions)


def test_phones_cards_and_register_numbers_can_be_nobodys() -> None:
    county = made()
    phones = county.adults["phone"].to_list()
    assert all(re.fullmatch(r"142\d{8}", phone) for phone in phones) and len(set(phones)) == len(phones)
    cards = [*county.adults["bank_card"].drop_nulls(), *county.children["bank_card"].drop_nulls()]
    assert all(re.fullmatch(r"9999\d{15}", card) and luhn.is_valid(card) for card in cards)
    assert len(set(cards)) == len(cards)
    registered = [read_register_number(number) for number in county.children["register_number"]]
    assert not any(one.fault for one in registered) and {one.form for one in registered} == {"formal", "temporary", "made_up"}


def test_names_are_visibly_made_up_hold_no_digits_and_have_the_keys_the_registry_gives() -> None:
    county = made()
    names = pl.concat([frame["name"] for frame in (county.children, county.adults, county.staff, county.guardians, county.doubles)])
    assert names.str.starts_with("测试").all() and not names.str.contains(r"[0-9A-Za-z]").any()
    assert _name_keys(names) == [name_key(name) for name in names]
    assert county.households["head_name"].str.starts_with("测试").all()


def _years(born: dt.date, day: dt.date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


#: age on 31 August before the first year of each stage
_ENTRY = {"preschool": 3, "primary": 6, "junior": 12, "senior": 15, "vocational": 15, "college": 18}


def _consistent(county: Population, size: int, year: int) -> None:
    assert county.children.height == size
    for stage, grade, born in county.children.select("stage", "grade", "birth_on").iter_rows():
        assert _years(born, dt.date(year, 8, 31)) == _ENTRY[stage] + grade - 1
    apart = county.children.filter(~pl.col("twin")).sort("household", "birth_on").with_columns(
        gap=pl.col("birth_on").diff().over("household"))
    assert apart["gap"].drop_nulls().min() is None or apart["gap"].drop_nulls().min() > dt.timedelta(days=300)
    assert county.children.group_by("household").agg(pl.col("village").n_unique())["village"].max() == 1
    elders = county.adults.join(county.households.select("household", "eldest_on"), on="household")
    assert (elders["birth_on"] < elders["eldest_on"].dt.offset_by("-20y")).all()
    heads = county.adults.filter(pl.col("head"))
    assert sorted(heads["household"]) == list(range(county.households.height)) and set(heads["relation"]) == {"户主"}
    assert county.children["household"].is_in(county.households["household"].implode()).all()
    minors = county.children.filter(pl.col("birth_on") > dt.date(year - 18, 9, 1))
    assert set(minors["child"]) == set(county.guardians["child"].drop_nulls())
    own = county.enrolments.filter(pl.col("term") == 1, pl.col("child").is_not_null())
    assert sorted(own["child"]) == list(range(size))
    here = own.filter(pl.col("elsewhere_place") == "")
    assert here["school"].null_count() == 0
    away = county.children.filter(pl.col("target") != "")
    assert sorted(own.filter(pl.col("elsewhere_place") != "")["child"]) == sorted(away["child"])
    gone = own.filter(pl.col("ending") == "dropped_out")["child"]
    spring = county.enrolments.filter(pl.col("term") == 2, pl.col("child").is_not_null())
    assert set(spring["child"]) == set(own["child"]) - set(gone)
    assert set(county.newcomers.with_row_index("newcomer")["newcomer"]) == set(
        county.enrolments.filter(pl.col("term") == 1)["newcomer"].drop_nulls())


@settings(max_examples=6)
@given(size=st.integers(1, 80), seed=st.integers(0, 2**40), year=st.sampled_from([2014, 2016, 2023]))
def test_any_county_is_consistent(size: int, seed: int, year: int) -> None:
    _consistent(made(size, seed, year), size, year)


def test_a_larger_county_is_consistent_and_has_every_kind_of_life() -> None:
    county = made()
    _consistent(county, 700, 2016)
    assert county.children["twin"].any() and set(county.households["form"]) >= {"couple", "away", "mother", "father"}
    pupils = county.enrolments.filter(pl.col("term") == 1, pl.col("stage") == "primary", pl.col("child").is_not_null(),
                                      pl.col("school").is_not_null())
    towns = dict(_schools(Place("990101", "甲县", "990001", 700)).select("school", "township").iter_rows())
    homes = dict(county.children.select("child", "village").iter_rows())
    at_home = [VILLAGE_TOWNS[homes[child]] == towns[school] for child, school in pupils.select("child", "school").iter_rows()]
    assert sum(at_home) / len(at_home) > .8
    country = pupils.filter(pl.col("school").replace_strict(towns) > 0)["boarding"].mean()
    assert country > pupils.filter(pl.col("school").replace_strict(towns) == 0)["boarding"].mean()
    orphans = county.households.filter(pl.col("form") == "orphan")["household"]
    assert not county.adults.filter(pl.col("household").is_in(orphans.implode()))["role"].is_in(["father", "mother"]).any()
    left = set(county.child_statuses.filter(pl.col("kind") == "left_behind")["child"])
    assert left == set(county.children.filter((pl.col("form") == "away") & (pl.col("position") < 12))["child"])


def test_parents_work_where_their_life_says_and_most_are_insured() -> None:
    county = made()
    adults = county.adults.join(county.households.select("household", "form"), on="household", how="left")
    parents = adults.filter(pl.col("role").is_in(["father", "mother"]))
    assert set(parents.filter(pl.col("form") == "away")["work"]) == {"elsewhere"}
    assert set(parents["work"]) == set(dict(WORKS)) and set(adults.filter(pl.col("role").str.starts_with("grand"))["work"]) == {"none"}
    assert set(parents.filter(pl.col("labour") == "lost", pl.col("form") != "away")["work"]) == {"none"}
    assert .9 < float(str(adults["medical_insurance"].mean())) < 1 > float(str(county.children["medical_insurance"].mean())) > .9
    assert .7 < float(str(adults["pension_insurance"].mean())) < .9


def test_children_at_school_in_the_neighbour_county_are_the_same_there() -> None:
    jia = Place("990101", "甲县", "990001", 700, "990102", "乙县")
    sent = children_of(jia, 1, 2016).filter(pl.col("target") == "990102")
    yi = Place("990102", "乙县", "990002", 700, "990101", "甲县")
    there = populate(yi, [jia, yi], VILLAGE_TOWNS, _schools(yi), 1, 2016).newcomers
    assert sent.height and there.select("name", "id_number", "birth_on", "stage", "grade").equals(
        sent.select("name", "id_number", "birth_on", "stage", "grade"))
    assert set(there["home_code"]) == {"990101"}


@pytest.mark.parametrize("year", [2014, 2016, 2020, 2023])
def test_statuses_of_one_kind_or_group_never_share_a_day(year: int) -> None:
    county = made(300, 3, year)
    for frame, whose in ((county.household_statuses, "household"), (county.child_statuses, "child")):
        for (_,), rows in frame.group_by(whose):
            spans = [Span(*row) for row in rows.select("kind", "since", "until").iter_rows()]
            for at, span in enumerate(spans):
                assert against(span, spans[:at]) is None
                assert span.until is None or span.since < span.until
    kinds = set(county.household_statuses["kind"])
    assert {"filing_card", "allowance"} <= kinds and ("monitored_unstable" in kinds) == (year > 2020)
    active = county.households.filter(pl.col("exited_on").is_null() & pl.col("kind").is_in(("poor", "poor_allowance")))
    assert (active.height == 0) == (year >= 2020)


def test_second_entries_have_the_fault_the_truth_says() -> None:
    county = made()
    twice = county.doubles.join(county.children.select("child", one="name", number="id_number", born="birth_on"), on="child")
    assert set(twice["fault"]) == set(faults.KINDS) - {"twins"}
    for row in twice.iter_rows(named=True):
        fault = row["fault"]
        assert (row["name"] != row["one"]) == (fault == "spelling")
        if fault in ("no_number", "birthday"):
            assert row["id_number"] is None
        elif row["number"] and fault == "wrong_digit":
            assert 1 <= differing_digits(row["id_number"], row["number"]) <= 2
        elif row["number"]:
            assert (row["id_number"] == row["number"]) == (fault != "namesake")
        assert (row["birth_on"] == row["born"]) == (fault not in ("birthday", "namesake"))


def test_incomes_are_of_poor_households_in_every_quarter_and_positive() -> None:
    county = made()
    poor = county.households.filter(pl.col("kind").is_in(("poor", "poor_allowance")))["household"]
    assert set(county.incomes["household"]) <= set(poor) and set(county.incomes["quarter"]) == {1, 2, 3, 4}
    assert (county.incomes["amount"] > 0).all()
    assert not county.incomes.select("household", "quarter", "kind").is_duplicated().any()


def test_a_term_stays_open_for_who_goes_on_to_the_next_as_in_the_registry() -> None:
    rows = made().enrolments.with_columns(whose=pl.format("{}/{}", pl.col("child").fill_null(-1), pl.col("newcomer").fill_null(-1)))
    autumn, spring = rows.filter(pl.col("term") == 1), rows.filter(pl.col("term") == 2)
    stayed = set(autumn.filter(pl.col("ended_on").is_null())["whose"])
    moved = set(autumn.filter(pl.col("ending") == "transferred")["whose"])
    assert stayed and moved and set(spring["whose"]) == stayed | moved
    assert set(autumn.filter(pl.col("ending") == "dropped_out")["whose"]).isdisjoint(spring["whose"])
    assert rows.filter(pl.col("ended_on").is_null() != (pl.col("ending") == "")).is_empty(), "an end has a day and a way"
