"""Filling counties with made-up people, a transaction for each, so that a run that was cut off goes on."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
from sqlalchemy.orm import Session

from core.errors import N_, InvalidInput, NotFound
from core.extensions import Actor, Database, tenant_scope, today
from core.registry.permissions import Action
from core.synthetic.founding import found_schools, found_tenant
from core.synthetic.queries import (
    PREFIX,
    County,
    Node,
    is_filled,
    list_counties,
    list_schools,
    list_villages,
    with_sizes,
)
from core.synthetic.rules.children import Place
from core.synthetic.rules.faults import KINDS, SAME
from core.synthetic.rules.population import Population, populate
from core.synthetic.rules.schools import needed, townships_used
from core.synthetic.writing import Writer
from core.trail.services import record

MOST, MOST_EACH = 2_000_000, 200_000
#: the household file begins with the recognition of that year
FIRST_YEAR = 2014
ACTOR = Actor(None, "演示数据", role="platform_admin", source="cli")
Progress = Callable[[County], object]


@dataclass(frozen=True)
class Wish:
    """What is wanted of a run. `faults`: share of children entered a second time; `truth`: folder for the tables that
    say which entries are one person, a file for each county."""

    seed: int = 1
    year: int = 2016
    faults: float = 0.0
    truth: Path | None = None


@dataclass
class Outcome:
    """Counties filled and left as they were, and the rows written into each table."""

    filled: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)


def plan_run(session: Session, province: str, students: int, wish: Wish, only: str = "") -> list[County]:
    """The counties of a run with their pupils; with `only` all of them live in that county. InvalidInput where it would
    be too many, NotFound where there is no such place."""
    last = today().year - 1
    if not FIRST_YEAR <= wish.year <= last:
        raise InvalidInput(N_("学年须在 %(first)d 到 %(last)d 之间"), first=FIRST_YEAR, last=last)
    if not 1 <= students <= MOST:
        raise InvalidInput(N_("学生数须在 1 到 %(most)d 之间"), most=MOST)
    counties = list_counties(session, province)
    if only:
        counties = [one for one in counties if only in (one.unit.code, one.unit.name)]
        if not counties:
            raise NotFound(N_("这个省没有代码或名称为 %(code)s、并且有乡镇的县"), code=only)
    if not counties:
        raise NotFound(N_("这个省还没有乡镇，请先导入完整的区划"))
    sized = with_sizes(counties, students)
    crowded = [one.unit.name for one in sized if one.size > MOST_EACH]
    if crowded:
        raise InvalidInput(N_("%(name)s一个县超过 %(most)d 名学生，请减少学生数"), name=crowded[0], most=MOST_EACH)
    return sized


def fill(database: Database, counties: Sequence[County], wish: Wish, progress: Progress | None = None,
         actor: Actor = ACTOR) -> Outcome:
    """Fill counties one after another; those that are filled already are left. Memory is that of one county."""
    places = places_of(counties)
    outcome = Outcome()
    for county, place in zip(counties, places, strict=True):
        with database.transaction() as session:
            counts = fill_county(session, county, place, places, wish, actor)
        if counts is None:
            outcome.left.append(county.unit.name)
        else:
            outcome.filled.append(county.unit.name)
            for table, count in counts.items():
                outcome.rows[table] = outcome.rows.get(table, 0) + count
        if progress:
            progress(county)
    return outcome


def places_of(counties: Sequence[County]) -> list[Place]:
    """The counties as the rules know them: of each some children go to school in the next one of another tenant."""
    found = []
    for at, county in enumerate(counties):
        others = [*counties[at + 1 :], *counties[:at]]
        found.append(county.as_place(next((one for one in others if one.tenant_id != county.tenant_id), None)))
    return found


def fill_county(session: Session, county: County, place: Place, places: list[Place], wish: Wish,
                actor: Actor) -> dict[str, int] | None:
    """Fill one county in the session's transaction: the rows for each table, or None where it is filled already."""
    with tenant_scope(session, county.tenant_id):
        if is_filled(session, county):
            return None
        if not county.founded:
            found_tenant(session, county, actor)
        townships = _used(session, county)
        villages = list_villages(session, townships)
        schools, there = _schools(session, county, townships, place, actor)
        made = populate(place, places, [one.township for one in villages], there, wish.seed, wish.year, wish.faults)
        writer = Writer(session, county.tenant_id, county.unit.id, county.unit.name, villages, schools, actor)
        writer.write(made, there, wish.year)
        _trail(session, county, made, writer.counts, wish, actor)
        if wish.truth is not None:
            _write_truth(wish.truth / f"{county.unit.code}.csv", made, writer)
        return writer.counts


def _used(session: Session, county: County) -> list[Node]:
    """As many townships as the pupils need, of those that have villages; the first stands for the county seat."""
    inhabited = {one.township for one in list_villages(session, county.townships)}
    there = [one for at, one in enumerate(county.townships) if at in inhabited]
    if not there:
        raise NotFound(N_("%(name)s还没有村，请先导入完整的区划"), name=county.unit.name)
    return there[: townships_used(county.size, len(there))]


def _schools(session: Session, county: County, townships: Sequence[Node], place: Place,
             actor: Actor) -> tuple[list[uuid.UUID], pl.DataFrame]:
    """The schools there are and those founded now: their ids, and what the rules ask of them."""
    have = list_schools(session, county, townships)
    wanted = needed(place, [one.name for one in townships], [(stage, at) for _, stage, at in have])
    ids = [*(unit_id for unit_id, _, _ in have), *found_schools(session, county, townships, wanted, actor)]
    known = [*((stage, at) for _, stage, at in have), *((one.stage, one.township) for one in wanted)]
    return ids, pl.DataFrame(
        {"school": range(len(ids)), "stage": [stage for stage, _ in known],
         "township": [-1 if at is None else at for _, at in known]},
        schema={"school": pl.Int64, "stage": pl.String, "township": pl.Int64})


def _trail(session: Session, county: County, made: Population, counts: dict[str, int], wish: Wish, actor: Actor) -> None:
    """One entry for the county: there is nobody whose own trail it could be."""
    record(session, actor, Action.PERSON_WRITE,
           f"在{county.unit.name}生成演示人口：{made.households.height} 户、{made.children.height} 名学生，均为虚构",
           subject=f"{PREFIX}:{county.unit.code}", tenant_id=county.tenant_id, unit_id=county.unit.id,
           after={"rows": dict(counts), "seed": wish.seed, "year": wish.year, "faults": wish.faults, "digest": made.digest})


def _write_truth(path: Path, made: Population, writer: Writer) -> None:
    """Pairs of entries with the truth about them; a run of this county that was cut off writes it again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    children = made.children["name"].to_list()
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("tenant", "one_id", "other_id", "one_name", "other_name", "fault", "fault_label", "same_person"))
        for at, (child, name, fault) in enumerate(made.doubles.select("child", "name", "fault").iter_rows()):
            table.writerow((writer.tenant_id, writer.children[child], writer.doubles[at], children[child], name, fault,
                            KINDS[fault], int(fault in SAME)))
        for child in made.children.filter(pl.col("twin"))["child"].to_list():
            table.writerow((writer.tenant_id, writer.children[child - 1], writer.children[child], children[child - 1],
                            children[child], "twins", KINDS["twins"], 0))
