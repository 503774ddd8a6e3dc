"""What the plans of a place say of the running of aid: every layer's entries, the nearest word on each code."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from core.errors import N_, ParameterError
from core.extensions import today
from core.tenancy import queries
from core.tenancy.entries import from_row, typed
from core.tenancy.grammar import Entry, Grammar, grammar
from core.tenancy.grammar.masks import State
from plugins.education_aid.plan.running import BANK, DROPOUT, FLOW, RUNNING_SECTIONS, format_of
from plugins.education_aid.plan.sections import SECTIONS
from plugins.education_aid.rules.bank_files import Format
from plugins.education_aid.rules.cohort import Cohort, by_ages
from plugins.education_aid.rules.quotas import Quota

_FIXED = "fixed"
AUTUMN = 9


@dataclass(frozen=True)
class Word:
    """An entry of a plan that holds in a place, and the document it stands in."""

    entry: Entry
    document: str

    @property
    def clause(self) -> str:
        """Where an official finds it."""
        return f"{self.document}　{self.entry.clause}".strip("　")

    def get(self, key: str, default: Any = None) -> Any:
        """A value, or the default where the plan does not say it or masks it."""
        found = self.entry.value.get(key, default)
        return default if isinstance(found, State) or found is None else found


@cache
def _known() -> Grammar:
    return grammar([*SECTIONS, *RUNNING_SECTIONS])


def words_of(session: Session, tenant_id: str, section: str, on: dt.date | None = None) -> list[Word]:
    """What holds in a tenant of a section on a day, the country's word first; a nearer one of the same code takes its
    place unless the upper one is fixed."""
    tenant = queries.find_tenant(session, tenant_id)
    if tenant is None:
        return []
    day = on or today()
    places = queries.chain_of(session, tenant.unit)
    plans = queries.running_plans(session, [place.id for place in places], day)
    found: dict[str, Word] = {}
    rows = [(row, from_row(row)) for row in queries.entries_of_plans(session, plans.values(), section, None)]
    for place in places:
        for row, entry in rows:
            upper = found.get(entry.code)
            if row.tenant_id == place.id and entry.holds_on(day) and (upper is None or upper.entry.mode != _FIXED):
                found[entry.code] = Word(typed(entry, _known()), plans[place.id].title)
    return list(found.values())


def quotas_of(session: Session, tenant_id: str, on: dt.date | None = None) -> dict[str, Quota]:
    """How many of each stage of a reporting unit an item has places for, where a plan says so."""
    return {word.entry.code: Quota(most, word.get("provisional", False) is True)
            for word in words_of(session, tenant_id, "education_aid.item", on) if isinstance(most := word.get("quota"), int)}


def flow_of(session: Session, tenant_id: str) -> Word | None:
    """The course of an application in a tenant; None where no plan says anything of it."""
    return next(iter(reversed(words_of(session, tenant_id, FLOW))), None)


def flow_value(session: Session, tenant_id: str, key: str) -> Any:
    """One value of the course, or None."""
    flow = flow_of(session, tenant_id)
    return flow.get(key) if flow else None


@dataclass(frozen=True)
class Bank:
    """A bank's files, with the code of the account that pays."""

    form: Format
    account: str
    clause: str


def banks_of(session: Session, tenant_id: str) -> list[Bank]:
    """The banks a tenant pays through."""
    return [Bank(format_of({**word.entry.value, "code": word.entry.code}), str(word.get("account", "")), word.clause)
            for word in words_of(session, tenant_id, BANK) if isinstance(word.entry.value.get("sent"), list)]


def bank_of(session: Session, tenant_id: str, code: str) -> Bank:
    """One of them; raises ParameterError."""
    for bank in banks_of(session, tenant_id):
        if bank.form.code == code:
            return bank
    raise ParameterError(N_("方案里没有代发银行 %(code)s：请在 [[education_aid.bank]] 写明文件的列"), key=f"{BANK}[{code}]", code=code)


@dataclass(frozen=True)
class Terms:
    """After how many days away a pupil counts as dropped out, and within how many a case is to be settled."""

    absence_days: int | None
    case_days: int | None


@dataclass(frozen=True)
class Hunt(Terms):
    """Whom the hunt for children out of school covers in a school year, and what is held against it."""

    cohort: Cohort
    ceiling: Decimal | None
    clause: str


def terms_of(session: Session, tenant_id: str) -> Terms:
    """The days that hold for a pupil who is not there, whether or not a plan says whom a hunt covers."""
    words = words_of(session, tenant_id, DROPOUT)[::-1]
    return Terms(_said(words, "absence_days"), _said(words, "case_days"))


def hunt_of(session: Session, tenant_id: str, school_year: int) -> Hunt:
    """The hunt of a school year. Raises ParameterError where no plan says whom it covers: nobody is guessed in."""
    words = words_of(session, tenant_id, DROPOUT)[::-1]
    found = next(((word, cohort) for word in words if (cohort := _cohort(word, school_year)) is not None), None)
    if found is None:
        raise ParameterError(N_("方案没有写明控辍保学的适龄范围：请在 [[education_aid.dropout]] 写明出生日期或年龄，并注明条款"),
                             key=DROPOUT)
    return Hunt(_said(words, "absence_days"), _said(words, "case_days"), found[1], _said(words, "ceiling"), found[0].clause)


def _said(words: list[Word], key: str) -> Any:
    """What the nearest entry that says it says: a school may name the ceiling where the county names the cohort."""
    return next((value for word in words if (value := word.get(key)) is not None), None)


def _cohort(word: Word, school_year: int) -> Cohort | None:
    first, last = word.get("born_from"), word.get("born_to")
    if first and last:
        printed = word.get("for_year")
        return Cohort(first, last).rolled(school_year - printed if printed else 0)
    least, below = word.get("least_age"), word.get("below_age")
    if least is None or below is None:
        return None
    month, _, day = str(word.get("cutoff", "08-31")).partition("-")
    return by_ages(school_year, least, below, (int(month), int(day)))
