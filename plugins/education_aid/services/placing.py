"""Who gets the places of a round: worked out while it is open, read as it was decided afterwards."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.errors import N_
from core.extensions import today
from core.tenancy.queries import get_tenant
from plugins.education_aid.models.admission import ADMITTED, OPEN, REFUSED, AdmissionRound, Applicant
from plugins.education_aid.queries import admission as reading
from plugins.education_aid.queries.chunking import in_parts
from plugins.education_aid.rules.admission import Applicant as Asking
from plugins.education_aid.rules.admission import Outcome, admit, pool_places, unquantified
from plugins.education_aid.services.favouring import Favours, Granted, favours, granted
from plugins.education_aid.services.reading import Open

PAGE = 100


@dataclass(frozen=True)
class Terms:
    """What the plan grants in a round: preferences, those that cannot be used (offsets without points among them), and of
    the places those held for a list of their own."""

    given: Sequence[Granted]
    unused: Sequence[Open]
    pool: str = ""
    held: int = 0


@dataclass(frozen=True)
class Worked:
    """What an open round comes to: outcomes in the order in which places are given, those of a list of their own first."""

    applicants: dict[Hashable, reading.Asks]
    outcomes: Sequence[Outcome]
    favours: Favours

    @property
    def ranked(self) -> list[tuple[int, Outcome]]:
        """The outcomes with their ranks, those with a place first."""
        return list(enumerate(sorted(self.outcomes, key=lambda outcome: not outcome.admitted), 1))

    def lines(self, ranked: Iterable[tuple[int, Outcome]]) -> list[Line]:
        """Outcomes as people read them."""
        found = []
        for rank, outcome in ranked:
            row = self.applicants[outcome.id]
            found.append(Line(rank, row, outcome.admitted, reason_of(outcome), self.favours.open.get(row.person_id, ())))
        return found


@dataclass(frozen=True)
class Line:
    """One applicant as the list shows them."""

    rank: int
    applicant: Applicant | reading.Asks
    admitted: bool
    reason: str
    #: facts without which it cannot be said whether they are favoured
    missing: Sequence[str] = ()


@dataclass(frozen=True)
class Page:
    """Some lines of a round in scope, how many there are, how many have a place, and the rank after which more come."""

    lines: Sequence[Line]
    total: int
    admitted: int
    next: int | None = None


def terms_of(session: Session, round_: AdmissionRound) -> Terms:
    """What the plan in force on the round's day grants."""
    given, unused = granted(session, get_tenant(session, round_.tenant_id), round_)
    pool = next((one for one in given if one.share is not None), None)
    held = pool_places(round_.places, pool.share) if pool is not None and pool.share is not None else 0
    unused += [Open(one.code, one.name, one.clause, N_("分值没有写明，未量化：不加分，也不降线"))
               for one in unquantified([one.preference for one in given])]
    return Terms(given, unused, pool.preference.code if pool is not None else "", held)


def work_out(session: Session, round_: AdmissionRound, terms: Terms | None = None) -> Worked:
    """Every applicant's outcome. Nothing is written."""
    terms = terms or terms_of(session, round_)
    rows = reading.applicants_of(session, round_)
    favoured = favours(session, get_tenant(session, round_.tenant_id), round_, [row.person_id for row in rows], terms.given)
    asking = [Asking(row.id, row.score, favoured.by_person[row.person_id], row.came) for row in rows]
    return Worked({row.id: row for row in rows}, _placed(round_, asking, terms), favoured)


def _placed(round_: AdmissionRound, asking: list[Asking], terms: Terms) -> list[Outcome]:
    wanted = [one.preference for one in terms.given]
    inside = [one for one in asking if terms.pool and terms.pool in one.favoured]
    outside = [one for one in asking if not terms.pool or terms.pool not in one.favoured]
    own: Decimal | None = round_.cutoff if round_.pool_cutoff is None else round_.pool_cutoff
    return [*admit(inside, terms.held, own, wanted), *admit(outside, round_.places - terms.held, round_.cutoff, wanted)]


def reason_of(outcome: Outcome) -> str:
    """Why, in words; a cut-off without needless zeros."""
    said = {name: f"{value.normalize():f}" if isinstance(value, Decimal) else value for name, value in outcome.params.items()}
    return str(gettext(outcome.reason, **said))


def page_of(session: Session, scope: Scope, round_: AdmissionRound, terms: Terms | None = None, *, after: int = 0,
            limit: int | None = PAGE) -> Page:
    """The list of a round in scope, in the order of ranks: of one that is decided what was decided, whatever has changed since."""
    if round_.state == OPEN:
        seen, worked = reading.applicants_seen(session, scope, round_), work_out(session, round_, terms)
        ranked = [(rank, outcome) for rank, outcome in worked.ranked if outcome.id in seen]
        total, admitted = len(ranked), sum(outcome.admitted for _, outcome in ranked)
        further = [(rank, outcome) for rank, outcome in ranked if rank > after]
        lines = worked.lines(further if limit is None else further[: limit + 1])
    else:
        total, admitted = reading.count_decided(session, scope, round_)
        rows = reading.decided(session, scope, round_, after, None if limit is None else limit + 1)
        lines = [Line(row.rank or 0, row, row.outcome == ADMITTED, row.reason) for row in rows]
    if limit is None or len(lines) <= limit:
        return Page(lines, total, admitted)
    return Page(lines[:limit], total, admitted, lines[limit - 1].rank)


def keep_outcomes(session: Session, round_: AdmissionRound) -> None:
    """Write what the round comes to; from then on neither it nor its applicants change but by a correction."""
    worked = work_out(session, round_)
    for part in in_parts(worked.ranked):
        rows = reading.applicants_by_id(session, round_, [outcome.id for _, outcome in part])
        for line in worked.lines(part):
            row = rows[line.applicant.id]
            row.outcome, row.reason, row.rank = ADMITTED if line.admitted else REFUSED, line.reason[:200], line.rank
            row.version += 1
        session.flush()  # so that no more than a part is held at once
    round_.decided_on = today()
    session.flush()  # the list reads them


def clear_outcomes(session: Session, round_: AdmissionRound) -> None:
    """Let a round be worked out anew."""
    session.execute(update(Applicant).where(Applicant.tenant_id == round_.tenant_id, Applicant.round == round_.code).values(
        outcome="", reason="", rank=None, version=Applicant.version + 1).execution_options(synchronize_session="fetch"))
    round_.decided_on = None
    session.flush()  # as above
