"""A population's frames as rows of the registry: ids given, numbers sealed, everything in bulk."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from sqlalchemy.orm import Session

from core.extensions import Actor, new_id
from core.ledgers.writing import check_open, insert_rows
from core.privacy import vault_of
from core.privacy.columns import triples
from core.registry.models import (
    Enrolment,
    Guardian,
    Household,
    HouseholdIncome,
    Person,
    SchoolFacts,
    Staff,
    Status,
)
from core.synthetic.queries import Village, schools_with_facts
from core.synthetic.rules.population import Population
from core.synthetic.rules.schools import KINDS

Ids = list[uuid.UUID]
Values = list[Any]
SOURCE = "演示生成（虚构）"


@dataclass
class Writer:
    """Writes one county into its tenant. `villages` and `schools` stand at their places in the rules' lists."""

    session: Session
    tenant_id: str
    county_id: uuid.UUID
    county_name: str
    villages: Sequence[Village]
    schools: Sequence[uuid.UUID]
    actor: Actor
    #: rows for each table
    counts: dict[str, int] = field(default_factory=dict)
    children: Ids = field(default_factory=list)
    doubles: Ids = field(default_factory=list)

    def write(self, made: Population, there: pl.DataFrame, year: int) -> None:
        """Everything of a county, in the session's transaction."""
        check_open(self.session, self.tenant_id)
        self.session.flush()  # tenant and schools must be there
        households = self._households(made.households)
        adults = self._people(made.adults, households)
        self.children = self._people(made.children, households)
        self.doubles = self._people(made.doubles.drop("bank_card", "register_number").with_columns(relation=pl.lit("其他")))
        newcomers = self._people(made.newcomers.drop("bank_card").with_columns(
            village=pl.lit(-1, dtype=pl.Int64), relation=pl.lit("")))
        self._guardians(made.guardians, adults, newcomers)
        self._enrolments(made.enrolments, newcomers, year)
        self._staff(made.staff)
        self._facts(there)
        self._statuses(made.household_statuses, "household", households, made.households["village"])
        self._statuses(made.child_statuses, "child", self.children, made.children["village"])
        self._statuses(_migrant(made.newcomers, year), "child", newcomers, pl.repeat(-1, made.newcomers.height, eager=True))
        self._incomes(made.incomes, households, year)

    def _put(self, model: Any, columns: dict[str, Values], sealed: dict[str, Values] | None = None) -> Ids:
        count = len(next(iter(columns.values())))
        if not count:
            return []
        ids = [new_id() for _ in range(count)]
        for name, texts in (sealed or {}).items():
            columns.update(triples(vault_of(self.session), model, name, ids, texts))
        insert_rows(self.session, model.__table__,
                    {"tenant_id": [self.tenant_id] * count, "id": ids, **columns, "version": [1] * count})
        self.counts[model.__tablename__] = self.counts.get(model.__tablename__, 0) + count
        return ids

    def _units(self, villages: pl.Series) -> Ids:
        """The unit of each village; for those from elsewhere the county."""
        return [self.villages[at].id if at >= 0 else self.county_id for at in villages.to_list()]

    def _addresses(self, villages: pl.Series) -> list[str]:
        return [f"{self.county_name}{self.villages[at].name}测试组" if at >= 0 else "" for at in villages.to_list()]

    def _households(self, made: pl.DataFrame) -> Ids:
        kept = ("number", "head_name", "identified_on", "standard", "kind", "main_cause", "water", "power", "helper_post", "exited_on")
        columns = _lists(made, *kept)
        columns |= {
            "unit_id": self._units(made["village"]), "address": self._addresses(made["village"]),
            "head_name_key": _name_keys(made["head_name"]), "causes": [[one] if one else [] for one in made["other_cause"].to_list()],
            "housing_area": made["area"].to_list(), "housing_structure": made["structure"].to_list(),
            "housing_danger": made["danger"].to_list(), "helper_name": made["helper"].to_list(),
            "helper_post": [post if name else "" for post, name in zip(made["helper_post"], made["helper"], strict=True)],
            "helper_unit": [f"{self.county_name}测试帮扶单位" if name else "" for name in made["helper"].to_list()],
            "state": ["exited" if day else "active" for day in made["exited_on"].to_list()]}
        return self._put(Household, columns, {"helper_phone": made["helper_phone"].to_list()})

    def _people(self, made: pl.DataFrame, households: Ids | None = None) -> Ids:
        """Adults, children, second entries and newcomers alike; what a frame does not know stays empty."""
        nothing = [None] * made.height
        columns = _lists(made, "relation", "name", "sex", "birth_on", "ethnicity", "health")
        columns |= {
            "unit_id": self._units(made["village"]), "address": self._addresses(made["village"]),
            "household_id": [households[at] for at in made["household"].to_list()] if households is not None else nothing,
            "name_key": _name_keys(made["name"]), "id_kind": made["id_kind"].to_list(),
            "schooling": made["schooling" if "schooling" in made.columns else "stage"].to_list(),
            **{name: made[name].to_list() if name in made.columns else ["none"] * made.height for name in ("labour", "work")},
            **{name: made[name].to_list() if name in made.columns else nothing for name in ("medical_insurance", "pension_insurance")}}
        if "home_code" in made.columns:
            columns["home_code"] = made["home_code"].to_list()
        sealed = {name: made[name].to_list() if name in made.columns else nothing
                  for name in ("id_number", "phone", "bank_card", "register_number")}
        return self._put(Person, columns, sealed)

    def _guardians(self, made: pl.DataFrame, adults: Ids, newcomers: Ids) -> None:
        columns = _lists(made, "name", "relation", "consent_kind", "consent_on")
        columns |= {"unit_id": self._units(made["village"]), "person_id": self._whose(made, newcomers),
                    "guardian_person_id": [None if at is None else adults[at] for at in made["adult"].to_list()]}
        self._put(Guardian, columns, {"phone": made["phone"].to_list()})

    def _whose(self, made: pl.DataFrame, newcomers: Ids) -> Ids:
        return [newcomers[other] if own is None else self.children[own]
                for own, other in zip(made["child"].to_list(), made["newcomer"].to_list(), strict=True)]

    def _enrolments(self, made: pl.DataFrame, newcomers: Ids, year: int) -> None:
        columns = _lists(made, "term", "stage", "grade", "class_name", "boarding", "begun_on", "ended_on", "ending",
                         "elsewhere_place", "elsewhere_school")
        columns |= {"unit_id": [self.county_id if at is None else self.schools[at] for at in made["school"].to_list()],
                    "person_id": self._whose(made, newcomers), "school_year": [year] * made.height}
        self._put(Enrolment, columns, {"register_number": made["register_number"].to_list()})

    def _staff(self, made: pl.DataFrame) -> None:
        columns = _lists(made, "name", "sex", "birth_on", "post", "rank", "party_member", "establishment", "retires_on",
                         "teaching_class", "since")
        columns |= {"unit_id": [self.schools[at] for at in made["school"].to_list()], "name_key": _name_keys(made["name"]),
                    "id_kind": made["id_kind"].to_list()}
        self._put(Staff, columns, {"id_number": made["id_number"].to_list(), "phone": made["phone"].to_list()})

    def _facts(self, there: pl.DataFrame) -> None:
        known = schools_with_facts(self.session, self.tenant_id, self.schools)
        rows = [(self.schools[row["school"]], row["stage"], row["township"]) for row in there.iter_rows(named=True)
                if self.schools[row["school"]] not in known]
        self._put(SchoolFacts, {
            "unit_id": [unit for unit, _, _ in rows], "kind": [KINDS[stage] for _, stage, _ in rows],
            "stages": [[stage] for _, stage, _ in rows],
            "owner_level": ["township" if stage in ("preschool", "primary") else "county" for _, stage, _ in rows],
            "ownership": ["inclusive_private" if stage == "preschool" and at % 4 == 1 else "public" for _, stage, at in rows],
            "boarding": [stage not in ("preschool", "primary") or (stage == "primary" and at > 0) for _, stage, at in rows]})

    def _statuses(self, made: pl.DataFrame, whose: str, ids: Ids, villages: pl.Series) -> None:
        subjects, where = made[whose].to_list(), villages.to_list()
        self._put(Status, _lists(made, "kind", "since", "until") | {
            "unit_id": self._units(pl.Series([where[at] for at in subjects], dtype=pl.Int64)),
            "subject_kind": ["household" if whose == "household" else "person"] * made.height,
            "subject_id": [ids[at] for at in subjects], "source": [SOURCE] * made.height,
            "noted_by": [self.actor.name[:80]] * made.height})

    def _incomes(self, made: pl.DataFrame, households: Ids, year: int) -> None:
        self._put(HouseholdIncome, _lists(made, "quarter", "kind", "amount") | {
            "unit_id": self._units(made["village"]), "household_id": [households[at] for at in made["household"].to_list()],
            "year": [year] * made.height})


def _lists(made: pl.DataFrame, *names: str) -> dict[str, Values]:
    return {name: made[name].to_list() for name in names}


def _name_keys(names: pl.Series) -> list[str]:
    """What `name_key` makes of our names: they have a dot at most, and no other writing."""
    return names.str.replace_all("·", "", literal=True).to_list()


def _migrant(newcomers: pl.DataFrame, year: int) -> pl.DataFrame:
    return newcomers.with_row_index("at").filter(pl.col("position") < 12).select(
        child=pl.col("at").cast(pl.Int64), kind=pl.lit("migrant_child"), since=pl.lit(dt.date(year, 9, 1)),
        until=pl.lit(None, dtype=pl.Date))
