"""Rounds in which places are given out, those who ask for one, and leavers who are passed on to vocational education."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, Integer, Numeric, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.extensions import Base, Id
from plugins.education_aid.models.columns import Kept, OfTerm, by, scoped, text

OPEN, DECIDED, FINAL = "open", "decided", "final"
ADMITTED, REFUSED = "admitted", "refused"
_ROUNDS, _APPLICANTS, _REFERRALS = (f"education_aid_{name}" for name in ("rounds", "applicants", "referrals"))


class AdmissionRound(Kept, Base):
    """So many places of one destination, given out at once. Who is favoured, and how, is the plan's; where several schools
    share a cut-off each has a round of its own."""

    __tablename__ = _ROUNDS

    code: Mapped[str] = mapped_column(text(40))
    title: Mapped[str] = mapped_column(String(120))
    #: as the plan's preferences name it: 普通高中, 公办学校
    destination: Mapped[str] = mapped_column(String(80))
    #: the term and the day whose facts say who is favoured
    school_year: Mapped[int] = mapped_column(SmallInteger)
    term: Mapped[int] = mapped_column(SmallInteger)
    facts_on: Mapped[dt.date]
    places: Mapped[int] = mapped_column(Integer)
    #: None where places go by area and not by score
    cutoff: Mapped[Decimal | None] = mapped_column(Numeric(7, 2))
    #: of those with a list of their own; the common one where none is set
    pool_cutoff: Mapped[Decimal | None] = mapped_column(Numeric(7, 2))
    #: open, decided, final
    state: Mapped[str] = mapped_column(String(16), default=OPEN)
    decided_on: Mapped[dt.date | None]

    __table_args__ = (UniqueConstraint("tenant_id", "code"), CheckConstraint("places >= 0", name="places"), scoped(_ROUNDS),
                      by(_ROUNDS, "school_year", "id"), by(_ROUNDS, "state", "id"))


class Applicant(Kept, Base):
    """One who asks for a place of a round; `unit_id` is the school they come from. A person asks once in a round."""

    __tablename__ = _APPLICANTS

    round: Mapped[str] = mapped_column(text(40))
    person_id: Mapped[uuid.UUID] = mapped_column(Id)
    #: as it was reached: an offset never changes it
    score: Mapped[Decimal | None] = mapped_column(Numeric(7, 2))
    #: who came first, which decides where nothing else does
    came: Mapped[int] = mapped_column(Integer, default=0)
    #: "", admitted, refused: written when the round is decided
    outcome: Mapped[str] = mapped_column(String(12), default="")
    reason: Mapped[str] = mapped_column(String(200), default="")
    #: the place in the list of a round that is decided
    rank: Mapped[int | None] = mapped_column(Integer)

    __table_args__ = (Index("uq_education_aid_applicants_person", "tenant_id", "person_id", "round", unique=True), scoped(_APPLICANTS),
                      by(_APPLICANTS, "round", "rank", "id"))


class Referral(OfTerm, Kept, Base):
    """A leaver without a place who is passed on; `unit_id` is the school they leave. `slot` keeps one from standing twice."""

    __tablename__ = _REFERRALS

    round: Mapped[str] = mapped_column(text(40))
    #: where to, with the clause of the plan that says so
    destination: Mapped[str] = mapped_column(String(80))
    clause: Mapped[str] = mapped_column(String(80), default="")
    referred_on: Mapped[dt.date]
    #: waiting, placed, declined
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    school: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str] = mapped_column(String(200), default="")
    slot: Mapped[str] = mapped_column(text(100))

    __table_args__ = (UniqueConstraint("tenant_id", "slot"), scoped(_REFERRALS), by(_REFERRALS, "state", "id"),
                      by(_REFERRALS, "person_id"))
