"""The rows that core itself offers: the unit as a whole, its classes by the registry, the schools and villages below it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.scope import Part, Scope
from core.errors import N_
from core.host.checks import CheckColumn, CheckPlace, CheckRow, CheckSource
from core.people.queries import ClassCount, count_classes
from core.people.rules import grade_words, term_of
from core.tenancy.stages import STAGES
from core.units.models import Kind, Level, Unit
from core.units.queries import get_unit, open_in
from core.units.rules.levels import subtree

#: rows of one check
MOST = 500
PUPILS = (CheckColumn("pupils", N_("学生数"), "integer"), CheckColumn("boarders", N_("寄宿生"), "integer"))
#: 一（二）班 before 一（三）班
_IN_ORDER = str.maketrans("一二三四五六七八九", "123456789")
_STAGE_ORDER = {code: number for number, code in enumerate(STAGES)}


def classes_at(session: Session, place: CheckPlace) -> list[ClassCount]:
    """The classes of a school in the term of the day, from the lowest up."""
    scope = Scope(part=(Part(place.tenant_id, (subtree(place.path),)),))
    found = [one for one in count_classes(session, scope, *term_of(place.on)) if one.unit_id == place.unit_id and one.class_name]
    return sorted(found, key=lambda one: (_STAGE_ORDER.get(one.stage, 99), one.grade or 0, one.class_name.translate(_IN_ORDER)))


def class_key(one: ClassCount) -> str:
    """What tells a class from the others of its school."""
    return f"{one.stage}:{one.grade or ''}:{one.class_name}"


def class_title(one: ClassCount) -> str:
    """A class as people say it; its name may tell the grade already."""
    grade = grade_words(one.stage, one.grade)
    return one.class_name if not grade or one.class_name.startswith(grade[0]) else f"{grade} {one.class_name}"


def classes(session: Session, place: CheckPlace) -> list[CheckRow]:
    """Each class with its pupils and boarders."""
    return [CheckRow(class_key(one), class_title(one), {"pupils": str(one.pupils), "boarders": str(one.boarders)})
            for one in classes_at(session, place)]


def whole(session: Session, place: CheckPlace) -> list[CheckRow]:
    """One row, for the unit itself."""
    return [CheckRow("unit", get_unit(session, place.unit_id).name)]


def schools(session: Session, place: CheckPlace) -> list[CheckRow]:
    """Each school at and below the place."""
    return _units(session, place, Unit.kind == Kind.SCHOOL)


def villages(session: Session, place: CheckPlace) -> list[CheckRow]:
    """Each village below the place."""
    return _units(session, place, Unit.kind == Kind.DIVISION, Unit.level == Level.VILLAGE)


def _units(session: Session, place: CheckPlace, *where: object) -> list[CheckRow]:
    statement = select(Unit).where(*open_in(place.path), *where).order_by(Unit.path).limit(MOST)  # type: ignore[arg-type]
    return [CheckRow(unit.code, unit.name) for unit in session.scalars(statement)]


CHECKS = [
    CheckSource("core.unit", N_("单位"), whole),
    CheckSource("core.classes", N_("班级"), classes, PUPILS),
    CheckSource("core.schools", N_("学校"), schools),
    CheckSource("core.villages", N_("村"), villages),
]
