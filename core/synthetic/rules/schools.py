"""Which schools a county needs, who goes to which, in which class, and who teaches there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from core.synthetic.rules.children import Place
from core.synthetic.rules.draws import Draws
from core.synthetic.rules.numbers import phone
from core.synthetic.rules.words import ESTABLISHMENTS, RANKS, numerals

#: pupils for each township that is used, for each school of the county, in a class, for each teacher
TOWNSHIP, COUNTY_SCHOOL, CLASS, TEACHER = 60, 1_500, 45, 14
TITLES = {"preschool": "测试幼儿园", "primary": "测试小学", "junior": "测试中学", "senior": "测试高级中学", "vocational": "测试职业学校"}
KINDS = {"preschool": "kindergarten", "primary": "primary", "junior": "junior", "senior": "senior", "vocational": "vocational"}
_SIGNS = (("preschool", ("幼儿园",)), ("vocational", ("职业", "中职", "职教")), ("senior", ("高级中学", "高中", "第一中学")),
          ("primary", ("小学", "教学点", "完小")), ("junior", ("中学", "初中")))
#: how many of a village's children go to a school of the county seat
TO_SEAT = {"preschool": .12, "primary": .15, "junior": .2}
NUMBERS = "一二三四五六"


@dataclass(frozen=True)
class School:
    """A school that is there or is needed: its stage, its township (from 0, or none: the county's own)."""

    stage: str
    township: int | None
    name: str


def stage_of(name: str) -> str:
    """The stage that a school's name speaks of, or nothing."""
    return next((stage for stage, signs in _SIGNS if any(sign in name for sign in signs)), "")


def townships_used(size: int, there: int) -> int:
    """Over how many townships so many pupils are spread."""
    return max(1, min(there, size // TOWNSHIP))


def needed(place: Place, townships: Sequence[str], have: Iterable[tuple[str, int | None]]) -> list[School]:
    """The schools still to be founded: a kindergarten and a primary school in each township, a junior middle school in
    every third, and the county's own of the upper stages. `have`: stage and township of those there are."""
    there = set(have)
    wanted = [(stage, at) for stage in ("preschool", "primary") for at in range(len(townships))]
    wanted += [("junior", at) for at in range(0, len(townships), 3)]
    found = [School(stage, at, f"{TITLES[stage]}（{townships[at]}）") for stage, at in wanted if (stage, at) not in there]
    for stage in ("senior", "vocational"):
        if (stage, None) not in there:
            count = 1 + place.size // 10 // COUNTY_SCHOOL
            found += [School(stage, None, f"{TITLES[stage]}{'' if count == 1 else f'第{at + 1}校'}（{place.name}）")
                      for at in range(count)]
    return found


def placed(children: pl.DataFrame, schools: pl.DataFrame, township_of: Sequence[int], place: Place,
           seed: int) -> pl.DataFrame:
    """Children (with `village`, or -1 for those from elsewhere) with `school` (from 0), boarding and class. `schools`:
    `school`, stage, township (-1: the county's own); `township_of` gives each village's township."""
    draws, whom = Draws(seed, f"{place.code}/school"), pl.col("draw")
    children = children.with_columns(draw=pl.int_range(pl.len(), dtype=pl.Int64))
    home = pl.lit(pl.Series("home", [*township_of, 0], dtype=pl.Int64)).gather(
        pl.when(pl.col("village") < 0).then(len(township_of)).otherwise(pl.col("village")).cast(pl.UInt32))
    share = pl.col("stage").replace_strict(TO_SEAT, default=1.0, return_dtype=pl.Float64)
    at_seat = (draws.share("seat", whom) < share) | (pl.col("village") < 0)
    children = children.with_columns(home=home, township=pl.when(at_seat).then(0).otherwise(home))
    children = children.with_columns(township=pl.when(pl.col("stage") == "junior").then(pl.col("township") // 3 * 3)
                                     .when(pl.col("stage").is_in(("senior", "vocational"))).then(-1)
                                     .otherwise(pl.col("township")))
    options = schools.group_by("stage", "township", maintain_order=True).agg(options="school")
    children = children.join(options, on=["stage", "township"], how="left", maintain_order="left")
    chosen = draws.whole("which", whom, 0, pl.col("options").list.len().cast(pl.Int64) - 1)
    children = children.with_columns(school=pl.col("options").list.get(chosen)).drop("options")
    rank = pl.int_range(pl.len()).over("school", "stage", "grade")
    return children.with_columns(
        class_name=_class_name(pl.col("stage"), pl.col("grade"), rank // CLASS + 1),
        boarding=draws.share("boarding", whom) < _boarding()).drop("draw")


def _boarding() -> pl.Expr:
    """More board where the school is far: at the upper stages, and in the country more than at the county seat."""
    stage, away, country = pl.col("stage"), pl.col("home") != pl.col("township"), pl.col("township") > 0
    return (pl.when(stage.is_in(("senior", "vocational"))).then(.9)
            .when(stage == "junior").then(pl.when(away).then(.85).when(country).then(.6).otherwise(.2))
            .when((stage == "primary") & (pl.col("grade") >= 3)).then(pl.when(country).then(.3).otherwise(.08)).otherwise(0.0))


def _class_name(stage: pl.Expr, grade: pl.Expr, number: pl.Expr) -> pl.Expr:
    words = pl.when(stage == "preschool").then((grade - 1).replace_strict({0: "小", 1: "中", 2: "大"}, default="", return_dtype=pl.String)
                                               ).otherwise(grade.replace_strict(
                                                   dict(enumerate(NUMBERS, 1)), default="", return_dtype=pl.String))
    return words + pl.lit("（") + number.cast(pl.String) + pl.lit("）班")


def staff_of(schools: pl.DataFrame, pupils: pl.DataFrame, place: Place, seed: int, year: int) -> pl.DataFrame:
    """Who teaches: `school`, name, sex, birth_on, phone, post, rank, establishment, party_member, retires_on,
    teaching_class, since. The first of a school is its head; then each class has a teacher of its own."""
    counts = pupils.group_by("school").agg(pupils=pl.len().cast(pl.Int64))
    classes = pupils.group_by("school").agg(classes=pl.col("class_name").unique().sort())
    there = schools.join(counts, on="school", how="left", maintain_order="left").join(
        classes, on="school", how="left", maintain_order="left").with_columns(pl.col("pupils").fill_null(0))
    there = there.with_columns(teachers=pl.max_horizontal(pl.col("pupils") // TEACHER,
                                                          pl.col("classes").list.len().fill_null(0).cast(pl.Int64) + 1, 2))
    found = there.select("school", "classes", place=pl.int_ranges(0, "teachers")).explode("place").with_columns(
        staff=pl.int_range(pl.len(), dtype=pl.Int64))
    draws, whom, head = Draws(seed, f"{place.code}/staff"), pl.col("staff"), pl.col("place") == 0
    sex = pl.when(draws.happens("sex", whom, .45)).then(pl.lit("male")).otherwise(pl.lit("female"))
    birth = pl.date(year - 59 + draws.whole("age", whom, 0, 34), draws.whole("month", whom, 1, 12), draws.whole("day", whom, 1, 28))
    teaching = pl.when(head).then(pl.lit("")).otherwise(
        pl.col("classes").list.get(pl.col("place") - 1, null_on_oob=True).fill_null(""))
    found = found.with_columns(
        sex=sex, birth_on=birth, name=pl.lit("测试教") + numerals(whom + 1), teaching_class=teaching,
        phone=phone(place.region, 80_000_000 + whom), rank=draws.pick("rank", whom, RANKS),
        establishment=draws.pick("establishment", whom, ESTABLISHMENTS),
        party_member=draws.happens("party", whom, .3))
    return found.with_columns(
        post=pl.when(head).then(pl.lit("校长")).when(pl.col("teaching_class") != "").then(pl.lit("班主任")).otherwise(pl.lit("教师")),
        retires_on=pl.when(pl.col("sex") == "male").then(pl.col("birth_on").dt.offset_by("60y"))
        .otherwise(pl.col("birth_on").dt.offset_by("55y")),
        since=pl.min_horizontal(pl.col("birth_on").dt.offset_by("23y"), pl.date(year, 8, 25))).drop("classes", "place")
