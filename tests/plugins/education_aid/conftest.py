"""贵定县 as a tenant with its real plan over the national base, and made-up children."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core.config import ROOT
from core.extensions import Actor, Database, new_id, tenant_scope
from core.host.manager import PluginHost
from core.registry.models import Enrolment, Household, Person, SchoolFacts, Status
from core.tenancy.queries import TenantPlace, get_tenant
from core.tenancy.services import apply_from_command_line
from core.units.models import Kind, Level, Unit
from core.units.queries import find_unit_by_code
from plugins.education_aid.models.awards import AidRun, Award
from plugins.education_aid.services.entitling import begin_run, run_term
from tests.support.hosts import loaded

GUIDING, NEIGHBOUR = "522723", "522701"
ACTOR = Actor(None, "测试经办", role="aid_centre")
AUTUMN_2016 = dt.date(2016, 9, 1)


def plugins() -> PluginHost:
    """The host with every built-in and installed plugin."""
    return loaded()


@dataclass
class County:
    """A county with the means to put children into it."""

    session: Session
    tenant: TenantPlace
    units: dict[str, Unit]
    schools: dict[str, Unit] = field(default_factory=dict)
    #: the day whose facts count
    on: dt.date = AUTUMN_2016

    def school(self, name: str, kind: str = "primary", **facts: Any) -> Unit:
        """A school of the county's township."""
        found = self.schools.get(name)
        if found is None:
            code = f"{GUIDING}101-S{len(self.schools) + 1:02}"
            above = self.units["town"]
            found = Unit(id=new_id(), code=code, name=name, kind=Kind.SCHOOL, level=Level.TOWNSHIP, parent_id=above.id,
                         path=f"{above.path}{code}/", depth=above.depth + 1, since=dt.date(2010, 1, 1), pinyin="ceshi", initials="cs")
            self.session.add(found)
            self.session.flush()  # the facts name it
            self.session.add(SchoolFacts(tenant_id=self.tenant.id, unit_id=found.id, **{"kind": kind, "owner_level": "county", **facts}))
            self.schools[name] = found
        return found

    def child(self, stage: str = "primary", *categories: str, school: Unit | None = None, year: int = 2016, term: int = 1,
              born: dt.date | None = dt.date(2008, 3, 1), household: Household | None = None, person: Person | None = None,
              **enrolled: Any) -> Person:
        """A child at a school, with the categories given; another term of the same person when one is given."""
        place = school or self.school("测试小学")
        if person is None:
            person = Person(tenant_id=self.tenant.id, unit_id=self.units["village"].id, name="测试甲", name_key="测试甲", birth_on=born,
                            household_id=household.id if household else None)
            self.session.add(person)
            self.session.flush()  # statuses and enrolments name it
            self.session.add_all(Status(tenant_id=self.tenant.id, unit_id=person.unit_id, subject_kind="person", subject_id=person.id,
                                        kind=kind, since=dt.date(2014, 1, 1)) for kind in categories)
        self.session.add(Enrolment(tenant_id=self.tenant.id, unit_id=place.id, person_id=person.id, school_year=year, term=term,
                                   stage=stage, **enrolled))
        self.session.flush()
        return person

    def run(self, year: int = 2016, term: int = 1, on: dt.date | None = None) -> AidRun:
        """Work a term out and store it."""
        run = begin_run(self.session, self.tenant.id, self.tenant.unit.id, year, term, on or self.on, ACTOR)
        run_term(self.session, run, ACTOR)
        self.session.flush()
        return run

    def awards(self, person: Person, year: int = 2016, term: int | None = None) -> dict[str, Award]:
        """The awards of a person in a term (or a year's last), by item."""
        self.session.expire_all()
        found = [one for one in self.session.query(Award).filter_by(tenant_id=self.tenant.id, person_id=person.id, school_year=year)
                 if (term is None or one.term == term) and one.state == "entitled"]
        return {one.item: one for one in found}

    def year_of(self, person: Person, *items: str, year: int = 2016) -> Any:
        """The yuan of a year, of some items or of all."""
        self.session.expire_all()
        rows = self.session.query(Award).filter_by(tenant_id=self.tenant.id, person_id=person.id, school_year=year)
        return sum(one.amount for one in rows
                   if one.state == "entitled" and (not items or one.item in items))


def place_units(session: Session) -> dict[str, Unit]:
    """The line of units from the country to a village of 贵定县, and the county beside it."""
    lines = [("country", "00", "全国", Level.COUNTRY, None), ("province", "52", "贵州省", Level.PROVINCE, "country"),
             ("city", "5227", "黔南布依族苗族自治州", Level.CITY, "province"), ("county", GUIDING, "贵定县", Level.COUNTY, "city"),
             ("neighbour", NEIGHBOUR, "都匀市", Level.COUNTY, "city"), ("town", f"{GUIDING}101", "测试镇", Level.TOWNSHIP, "county"),
             ("village", f"{GUIDING}101201", "测试村", Level.VILLAGE, "town")]
    units: dict[str, Unit] = {}
    for name, code, title, level, above in lines:
        parent = units.get(above or "")
        units[name] = Unit(id=new_id(), code=code, name=title, kind=Kind.DIVISION, level=level, parent_id=parent.id if parent else None,
                           path=f"{parent.path if parent else ''}{code}/", depth=parent.depth + 1 if parent else 0,
                           since=dt.date(2010, 1, 1), pinyin="ceshi", initials="cs")
        session.add(units[name])
        session.flush()  # those below refer to it
    return units


def apply_profile(session: Session, *path: str) -> None:
    """Apply one of the shipped plans."""
    file = ROOT.joinpath("tenants", *path)
    apply_from_command_line(session, plugins(), file.read_bytes(), file.name, Actor.command_line())


@pytest.fixture(scope="session")
def guiding_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """贵定县 with its plan over the national base, made once on SQLite and copied for each test."""
    path = tmp_path_factory.mktemp("guiding") / "guiding.sqlite3"
    shutil.copy(sqlite_template, path)
    made = Database(f"sqlite:///{path}")
    with made.transaction() as session:
        found_guiding(session)
    with made.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    made.dispose()
    return path


def found_guiding(session: Session) -> None:
    """The units, the national base and the county's plan."""
    place_units(session)
    apply_profile(session, "national.toml")
    apply_profile(session, "guizhou", "guiding.toml")


def open_guiding(session: Session) -> County:
    """The county as tests use it; its tenant is open on the session."""
    names = {"country": "00", "province": "52", "city": "5227", "county": GUIDING, "neighbour": NEIGHBOUR, "town": f"{GUIDING}101",
             "village": f"{GUIDING}101201"}
    units = {name: found for name, code in names.items() if (found := find_unit_by_code(session, code)) is not None}
    return County(session, get_tenant(session, GUIDING), units)


@pytest.fixture
def guiding(guiding_template: Path, tmp_path: Path) -> Iterator[County]:
    """贵定县 with its plan, open on a session of a copy on SQLite."""
    path = tmp_path / "guiding.sqlite3"
    shutil.copy(guiding_template, path)
    database = Database(f"sqlite:///{path}")
    session = database.session(write=True)
    with tenant_scope(session, GUIDING):
        yield open_guiding(session)
    session.rollback()
    session.close()
    database.dispose()


@pytest.fixture
def guiding_anywhere(session: Session) -> Iterator[County]:
    """The same on both databases, for what depends on the dialect."""
    found_guiding(session)
    with tenant_scope(session, GUIDING):
        yield open_guiding(session)
