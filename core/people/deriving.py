"""What entered rows say besides: the forms by which names are found, birthday and sex from the identity number.

Each works on whatever columns the frame has: a bulk edit brings one, an import what its file holds.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.registry.models import Enrolment
from core.registry.rules.documents import CITIZEN
from core.registry.rules.names import clean_name, name_keys

#: columns of a frame by name
Columns = Mapping[str, Any]
#: the birthday within a number of 18 signs, and the digit that tells the sex: that of a foreigner's permit, which begins
#: with 9 and the province, tells none; 99 is nowhere, and begins the numbers of made-up people
_BORN, _SEXED = "^[0-9]{6}([0-9]{8})[0-9]{3}[0-9X]$", "^(?:[1-8][0-9]|99)[0-9]{14}([0-9])[0-9X]$"
#: grades as the whole of schooling counts them, by stage: 七年级 is the first grade of 初中
_COUNTED = (("junior", 7, 9, 6), ("senior", 10, 12, 9))
_AT_ONCE = 500


def with_name_key(name: str, key: str) -> Callable[[pl.DataFrame, Session], pl.DataFrame]:
    """A `prepare` that keeps a name in its one form, and the key it is found by."""
    return lambda frame, session: names(frame, name, key)


def names(frame: pl.DataFrame, name: str, key: str) -> pl.DataFrame:
    """The same for one frame."""
    if name not in frame.columns:
        return frame
    given = [clean_name(text) if text else "" for text in frame[name].to_list()]
    return frame.with_columns(pl.Series(name, given, pl.String), pl.Series(key, name_keys(given), pl.String))


def birth_of(number: Any) -> Any:
    """The birthday within a number of 18 signs, as an expression."""
    return number.str.extract(_BORN, 1).str.to_date("%Y%m%d", strict=False)


def sex_of(number: Any) -> Any:
    """The sex within a number of 18 signs: its 17th digit is odd for a man (GB 11643-1999)."""
    digit = number.str.extract(_SEXED, 1).cast(pl.Int32, strict=False)
    return pl.when(digit % 2 == 1).then(pl.lit("male")).when(digit % 2 == 0).then(pl.lit("female"))


def persons(frame: pl.DataFrame, session: Session) -> pl.DataFrame:
    """Name and key; birthday and sex where only the number says them."""
    frame = names(frame, "name", "name_key")
    if "id_kind" in frame.columns:
        frame = frame.with_columns(pl.col("id_kind").fill_null(CITIZEN))
    if "id_number" not in frame.columns:
        return frame
    for column, said in (("birth_on", birth_of), ("sex", sex_of)):
        found = said(pl.col("id_number"))
        if column in frame.columns:
            frame = frame.with_columns(pl.coalesce(pl.col(column), found).alias(column))
        elif (said_of := frame.select(found.alias(column)).to_series()).null_count() == 0 or "id" not in frame.columns:
            # Where the numbers of some stored persons do not say it, what is stored of them must not be emptied.
            frame = frame.with_columns(said_of)
    return frame


def within_stage(stage: str, grade: int) -> int:
    """A grade counted within its stage, of one that may be counted through."""
    return next((grade - less for one, first, last, less in _COUNTED if one == stage and first <= grade <= last), grade)


def enrolments(frame: pl.DataFrame, session: Session) -> pl.DataFrame:
    """Grades counted within their stage: 七年级 is kept as grade 1 of 初中, 高一 as grade 1 of 普高. Of records that keep
    their stage it is read."""
    if "grade" in frame.columns and "stage" not in frame.columns and "id" in frame.columns:
        return enrolments(frame.with_columns(stage=_stages(session, frame["id"].to_list())), session).drop("stage")
    if not {"stage", "grade"} <= set(frame.columns):
        return frame
    grade = pl.col("grade")
    chain: Any = pl.when(False).then(grade)
    for stage, first, last, less in _COUNTED:
        chain = chain.when((pl.col("stage") == stage) & grade.is_between(first, last)).then(grade - less)
    return frame.with_columns(chain.otherwise(grade).alias("grade"))


def _stages(session: Session, ids: Sequence[str]) -> pl.Series:
    found: dict[str, str] = {}
    for at in range(0, len(ids), _AT_ONCE):
        wanted = [uuid.UUID(one) for one in ids[at : at + _AT_ONCE]]
        found |= {str(one.id): one.stage for one in session.execute(
            select(Enrolment.id, Enrolment.stage).where(Enrolment.id.in_(wanted)))}
    return pl.Series([found.get(one) for one in ids], dtype=pl.String)


def is_kind(column: str, value: str, prepare: Callable[[pl.DataFrame, Session], pl.DataFrame] | None = None
            ) -> Callable[[pl.DataFrame, Session], pl.DataFrame]:
    """A `prepare` for a ledger that is a part of its table."""
    def derive(frame: pl.DataFrame, session: Session) -> pl.DataFrame:
        frame = prepare(frame, session) if prepare else frame
        return frame.with_columns(pl.lit(value).alias(column))

    return derive
