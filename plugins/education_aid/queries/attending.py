"""Which enrolments of a term count as attended: those that go on, and those that ended with the graduation at its end."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_

from core.registry.models import Enrolment

GRADUATED = "graduated"


def attended() -> ColumnElement[bool]:
    """The criterion on `Enrolment`: whoever moved, left or died on the way stands under their next enrolment, or under none."""
    return or_(Enrolment.ended_on.is_(None), Enrolment.ending == GRADUATED)
