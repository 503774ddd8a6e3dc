"""A whole county: children, families, schools, staff, statuses and incomes that agree with each other."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields

import polars as pl

from core.synthetic.rules import faults, schools, statuses
from core.synthetic.rules.children import Place, arrivals, children_of
from core.synthetic.rules.documents import ADULT, CHILD, EIGHTEEN, STAFF, with_documents
from core.synthetic.rules.draws import Draws
from core.synthetic.rules.families import HEADS, adults_of, households_of, incomes_of
from core.synthetic.rules.numbers import register_number, with_id_numbers
from core.synthetic.rules.words import CONSENTS, TREATED

#: of those at school in the compulsory stages
DROPPED_OUT, TRANSFERRED, UNNUMBERED = .004, .005, .005
GUARDIANS = {"father": "父亲", "mother": "母亲", "grandfather": "祖父", "grandmother": "祖母"}
FAR_SCHOOLS = {**schools.TITLES, "college": "测试学院"}
COMPULSORY = ("primary", "junior")


@dataclass(frozen=True)
class Population:
    """What is made for one county, as frames that refer to each other by `household`, `adult`, `child` and `pupil`
    (numbers from 0); `school` and `village` are places in the lists given."""

    households: pl.DataFrame
    adults: pl.DataFrame
    children: pl.DataFrame
    #: from other counties, at school here; `home_code` names their county
    newcomers: pl.DataFrame
    guardians: pl.DataFrame
    enrolments: pl.DataFrame
    staff: pl.DataFrame
    household_statuses: pl.DataFrame
    child_statuses: pl.DataFrame
    incomes: pl.DataFrame
    #: second entries of children, with the fault in them
    doubles: pl.DataFrame

    @property
    def digest(self) -> str:
        """The same for the same seed, places and sizes."""
        found = hashlib.sha256()
        for one in fields(self):
            frame: pl.DataFrame = getattr(self, one.name)
            found.update(frame.write_csv().encode())
        return found.hexdigest()


def populate(place: Place, places: list[Place], township_of: Sequence[int], there: pl.DataFrame, seed: int, year: int,
             share: float = 0.0) -> Population:
    """Fill a county. `township_of`: each village's township; `there`: its schools as `school`, stage, township;
    `share`: of children entered a second time with a fault."""
    children = children_of(place, seed, year)
    households = households_of(children, len(township_of), place, seed, year)
    adults = adults_of(households, place, seed)
    heads = adults.filter(pl.col("head")).select("household", head_name="name")
    households = households.join(heads, on="household", how="left", maintain_order="left")
    children = at_home(children, households, place, seed)
    newcomers = _newcomers(places, place, seed, year)
    pupils = schools.placed(_pupils(children, newcomers), there, township_of, place, seed)
    staff = schools.staff_of(there, pupils, place, seed, year)
    adults, staff = _numbered(adults, staff, place, seed)
    return Population(
        households, adults, children, newcomers, _guardians(children, adults, newcomers, place, seed, year),
        _enrolments(pupils, children, there, place, seed, year), staff,
        statuses.household_statuses(households, place, seed, year),
        statuses.child_statuses(children, adults, place, seed, year), incomes_of(households, place, seed, year),
        faults.faulty(children, share, place, seed))


def at_home(children: pl.DataFrame, households: pl.DataFrame, place: Place, seed: int) -> pl.DataFrame:
    """Children with what their household says of them, their health, their document and their register number."""
    draws, whom = Draws(seed, place.code), pl.col("household") * 4 + pl.col("order")
    known = households.select("household", "village", "form", "kind", "ethnicity", "head")
    found = children.join(known, on="household", how="left", maintain_order="left")
    son, parents = pl.col("sex") == "male", pl.col("head").is_in(("father", "mother"))
    unnumbered = draws.happens("number", whom, UNNUMBERED) & (pl.col("target") == "")
    found = found.with_columns(_made=pl.col("id_number"), id_number=pl.when(~unnumbered).then("id_number"))
    found = with_documents(found, whom, CHILD, draws, place.region)
    form = (pl.when(~pl.col("id_kind").is_in(EIGHTEEN)).then(pl.lit("J")).when(draws.happens("temporary", whom, .01)).then(pl.lit("L"))
            .otherwise(pl.lit("G")))
    return found.with_columns(
        relation=pl.when(parents).then(pl.when(son).then(pl.lit("之子")).otherwise(pl.lit("之女")))
        .otherwise(pl.when(son).then(pl.lit("之孙子")).otherwise(pl.lit("之孙女"))),
        health=draws.pick("health", whom, (("healthy", .98), ("chronic", .008), ("serious", .002), ("disabled", .01))),
        medical_insurance=draws.happens("medical", whom, TREATED), register_number=register_number(form, pl.col("_made"))).drop("_made")


def _newcomers(places: list[Place], into: Place, seed: int, year: int) -> pl.DataFrame:
    found = [at_home(some, households_of(some, 1, home, seed, year), home, seed).with_columns(home_code=pl.lit(home.code))
             for home, some in arrivals(places, into, seed, year)]
    if found:
        return pl.concat(found)
    nobody = children_of(into, seed, year).clear()
    return at_home(nobody, households_of(nobody, 1, into, seed, year), into, seed).with_columns(home_code=pl.lit(""))


def _pupils(children: pl.DataFrame, newcomers: pl.DataFrame) -> pl.DataFrame:
    """Everybody at a school of the county: `child` of its own, `newcomer` of others."""
    kept = ("stage", "grade", "register_number", "position")
    own = children.filter(pl.col("target") == "").select(
        "child", "village", *kept, newcomer=pl.lit(None, dtype=pl.Int64))
    others = newcomers.with_row_index("newcomer").select(
        pl.lit(None, dtype=pl.Int64).alias("child"), pl.lit(-1, dtype=pl.Int64).alias("village"), *kept,
        pl.col("newcomer").cast(pl.Int64))
    return pl.concat([own, others])


def _numbered(adults: pl.DataFrame, staff: pl.DataFrame, place: Place, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    both = with_id_numbers(pl.concat([adults.select("birth_on", "sex"), staff.select("birth_on", "sex")]), place.region)
    numbers = both["id_number"]
    adults = adults.with_columns(id_number=numbers.slice(0, adults.height), adult=pl.int_range(pl.len(), dtype=pl.Int64))
    staff = staff.with_columns(id_number=numbers.slice(adults.height))
    return (with_documents(adults, pl.col("adult"), ADULT, Draws(seed, f"{place.code}/adults"), place.region),
            with_documents(staff, pl.col("staff"), STAFF, Draws(seed, f"{place.code}/staff"), place.region))


def _guardians(children: pl.DataFrame, adults: pl.DataFrame, newcomers: pl.DataFrame, place: Place, seed: int,
               year: int) -> pl.DataFrame:
    """One for each child under eighteen: `child` or `newcomer`, the adult where it lives here, name, relation, phone."""
    role = (pl.when(pl.col("form").is_in(("couple", "three")) & (pl.col("household") % 2 == 0)).then(pl.lit("mother"))
            .otherwise(pl.col("form").replace_strict(HEADS, default="", return_dtype=pl.String)))
    minor = pl.col("birth_on") > dt.date(year - 18, 9, 1)
    draws = Draws(seed, f"{place.code}/guardians")
    columns = adults.select("household", "role", "adult", "name", "phone", village_of="village")
    own = children.filter(minor).select("child", "household", role=role).join(
        columns, on=["household", "role"], how="left", maintain_order="left")
    own = own.select("child", "adult", "name", "phone", "role", pl.col("village_of").alias("village"),
                     newcomer=pl.lit(None, dtype=pl.Int64))
    parts = [own]
    if newcomers.height:
        # the guardian stayed at home and is known by the words of the child's own county alone
        parts.append(newcomers.with_row_index("newcomer").filter(minor).select(
            child=pl.lit(None, dtype=pl.Int64), adult=pl.lit(None, dtype=pl.Int64),
            name=pl.lit("测试监护") + pl.col("name").str.slice(-4), phone=pl.lit(None, dtype=pl.String), role=role,
            village=pl.lit(-1, dtype=pl.Int64), newcomer=pl.col("newcomer").cast(pl.Int64)))
    found, whom = pl.concat(parts), pl.int_range(pl.len(), dtype=pl.Int64)
    consent = draws.pick("consent", whom, CONSENTS)
    return found.with_columns(
        relation=pl.col("role").replace_strict(GUARDIANS, default="", return_dtype=pl.String), consent_kind=consent,
        consent_on=pl.when(consent != "").then(pl.date(year, 9, draws.whole("consent day", whom, 1, 20)))).drop("role")


def _enrolments(pupils: pl.DataFrame, children: pl.DataFrame, there: pl.DataFrame, place: Place, seed: int,
                year: int) -> pl.DataFrame:
    """Both terms: `child` or `newcomer`, `school` (none: elsewhere), and how it ended where it did."""
    draws, whom = Draws(seed, f"{place.code}/terms"), pl.int_range(pl.len(), dtype=pl.Int64)
    away = children.filter(pl.col("target") != "").select(
        "child", "stage", "grade", "register_number", elsewhere_place="target", elsewhere_school=_far_school(place))
    kept = ("child", "newcomer", "school", "stage", "grade", "class_name", "boarding", "register_number")
    first = pl.concat([pupils.select(kept), away], how="diagonal")
    compulsory = pl.col("stage").is_in(COMPULSORY) & pl.col("school").is_not_null() & pl.col("child").is_not_null()
    seats = there.filter(pl.col("township") == 0).group_by("stage", maintain_order=True).agg(seat=pl.col("school").first())
    first = first.join(seats, on="stage", how="left", maintain_order="left")
    fate = draws.share("fate", whom)
    moves = (fate < DROPPED_OUT + TRANSFERRED) & (pl.col("seat") != pl.col("school"))
    first = first.with_columns(ending=pl.when(compulsory & (pl.col("grade") >= 2) & (fate < DROPPED_OUT)).then(pl.lit("dropped_out"))
                               .when(compulsory & moves & (fate >= DROPPED_OUT)).then(pl.lit("transferred"))
                               .otherwise(pl.lit("")))
    ended = {"dropped_out": dt.date(year, 11, 15), "transferred": dt.date(year + 1, 1, 20), "": None}
    autumn = first.with_columns(term=pl.lit(1), begun_on=dt.date(year, 9, 1),
                                ended_on=pl.col("ending").replace_strict(ended, return_dtype=pl.Date))
    moved = pl.col("ending") == "transferred"
    spring = first.filter(pl.col("ending") != "dropped_out").with_columns(
        school=pl.when(moved).then("seat").otherwise("school"))
    last = pl.col("grade") == pl.when(pl.col("stage") == "primary").then(6).otherwise(3)
    spring = spring.with_columns(
        term=pl.lit(2), begun_on=dt.date(year + 1, 3, 1), ending=pl.when(last).then(pl.lit("graduated")).otherwise(pl.lit("")),
        ended_on=pl.when(last).then(dt.date(year + 1, 7, 10)))
    return pl.concat([autumn, spring]).drop("seat").with_columns(
        pl.col("class_name", "elsewhere_place", "elsewhere_school").fill_null(""), pl.col("boarding").fill_null(True))


def _far_school(place: Place) -> pl.Expr:
    title = pl.col("stage").replace_strict(FAR_SCHOOLS, return_dtype=pl.String)
    where = pl.when(pl.col("target") == place.neighbour).then(pl.lit(place.neighbour_name)).otherwise(pl.lit("外省"))
    return title + pl.lit("（") + where + pl.lit("）")
