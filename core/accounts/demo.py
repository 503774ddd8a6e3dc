"""The demo's people: made up, one for each post that a tenant of the demo needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.catalogue import Catalogue
from core.access.permissions import Role
from core.accounts import queries, services
from core.accounts.models import Account
from core.accounts.passwords import hash_password
from core.extensions import Actor
from core.tenancy.models import Tenant
from core.units.models import Kind, Level, Unit
from core.units.queries import ancestors
from core.units.rules.levels import subtree
from core.units.rules.pinyin import pinyin_keys
from core.units.services import Create, do_operation

PASSWORD = "bangfu-demo"  # noqa: S105  # printed at the start: these accounts are for everybody
SINCE = dt.date(2014, 1, 1)
ACTOR = Actor(None, "演示数据", role=Role.PLATFORM_ADMIN, source="cli")
_SUFFIXES = ("维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "自治州", "自治县", "省", "市", "州", "县", "区", "镇", "乡")
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"


class DemoAccount(NamedTuple):
    """One line of what is printed at the start and shown on the sign-in page."""

    login: str
    password: str
    who: str
    where: str


class _Post(NamedTuple):
    login: str
    role: Role
    unit: Unit


def load_demo_accounts(session: Session, known: Catalogue) -> list[DemoAccount]:
    """Make the people that are missing; all of them, with login, password, role and unit."""
    hashed = hash_password(PASSWORD)
    found = []
    for number, post in enumerate(_posts(session)):
        account = queries.find_by_login(session, post.login)
        if account is None:
            account = _open(session, post, f"测试{_STEMS[number % 10]}{_BRANCHES[number % 12]}", hashed)
            services.assign(session, account, post.role, post.unit, ACTOR, known=known, since=SINCE)
        found.append(DemoAccount(post.login, PASSWORD, f"{account.name}（{known.role_title(post.role)}）",
                                 post.unit.name))
    return found


def _open(session: Session, post: _Post, name: str, hashed: str) -> Account:
    return services.store_account(session, post.login, name, hashed, ACTOR, demo=True)


def _posts(session: Session) -> Iterator[_Post]:
    stems, seen = _Stems(), set[str]()
    rows = session.scalars(select(Unit).join(Tenant, Tenant.unit_id == Unit.id).order_by(Unit.path))
    for unit in rows.all():
        if unit.level == Level.COUNTRY:
            continue
        for post in (*_above(session, unit, stems), *_of_tenant(session, unit, stems)):
            if post.login not in seen:
                seen.add(post.login)
                yield post


def _above(session: Session, unit: Unit, stems: _Stems) -> Iterator[_Post]:
    for above in [*ancestors(session, unit), unit]:
        if above.level == Level.PROVINCE and above.kind == Kind.DIVISION:
            yield _Post(f"{stems.of(above)}-admin", Role.PLATFORM_ADMIN, above)
            yield _Post(f"{stems.of(above)}-bureau", Role.PROVINCE_BUREAU, above)
            yield _Post(f"{stems.of(above)}-auditor", Role.AUDITOR, above)
        if above.level == Level.CITY and above.kind == Kind.DIVISION:
            yield _Post(f"{stems.of(above)}-bureau", Role.CITY_BUREAU, above)
            yield _Post(f"{stems.of(above)}-auditor", Role.AUDITOR, above)


def _of_tenant(session: Session, unit: Unit, stems: _Stems) -> Iterator[_Post]:
    if unit.level == Level.PROVINCE:
        return
    stem = stems.of(unit)
    yield _Post(f"{stem}-admin", Role.TENANT_ADMIN, unit)
    yield _Post(f"{stem}-approver", Role.PLAN_APPROVER, unit)
    yield _Post(f"{stem}-discipline", Role.DISCIPLINE, unit)
    if unit.level in (Level.CITY, Level.COUNTY) and unit.kind == Kind.DIVISION:
        yield _Post(f"{stem}-aid", Role.AID_CENTRE, unit)
        yield _Post(f"{stem}-education", Role.BASIC_EDUCATION, unit)
    township = _first(session, unit, Unit.level == Level.TOWNSHIP, Unit.kind == Kind.DIVISION)
    if township is not None:
        yield _Post(f"{stem}-central", Role.CENTRAL_SCHOOL, township)
    school = _school(session, unit, township)
    if school is not None:
        yield _Post(f"{stem}-school", Role.SCHOOL_CLERK, school)
        yield _Post(f"{stem}-general", Role.GENERAL_OFFICE, school)
        yield _Post(f"{stem}-finance", Role.FINANCE_ROOM, school)
        yield _Post(f"{stem}-meals", Role.MEALS_COMMITTEE, school)


def _school(session: Session, unit: Unit, township: Unit | None) -> Unit | None:
    """The tenant itself, the first of its schools, or a made-up one: the list of divisions carries none."""
    found = unit if unit.kind == Kind.SCHOOL else _first(session, unit, Unit.kind == Kind.SCHOOL)
    if found is not None or township is None:
        return found
    do_operation(session, Create(parent=township.id, name=f"{township.name}演示小学（虚构）", kind=Kind.SCHOOL, on=SINCE), ACTOR)
    return _first(session, unit, Unit.kind == Kind.SCHOOL)


def _first(session: Session, unit: Unit, *criteria: object) -> Unit | None:
    low, high = subtree(unit.path)
    return session.scalar(
        select(Unit).where(Unit.path >= low, Unit.path < high, Unit.closed_on.is_(None),
                           *criteria)  # type: ignore[arg-type]
        .order_by(Unit.path).limit(1))


class _Stems:
    """贵州省 → guizhou, 贵定县 → guiding; a second unit of one name has its code behind."""

    def __init__(self) -> None:
        self._taken: dict[str, str] = {}

    def of(self, unit: Unit) -> str:
        name = next((unit.name.removesuffix(suffix) for suffix in _SUFFIXES
                     if unit.name.endswith(suffix) and len(unit.name) > len(suffix) + 1), unit.name)
        stem = pinyin_keys(name)[0][:30] or unit.code.lower()
        return stem if self._taken.setdefault(stem, unit.code) == unit.code else f"{stem}{unit.code.lower()}"
