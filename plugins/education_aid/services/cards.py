"""明白卡: what one child was given in a term, carried whole and signed in a link that anybody who scans it can read.

Nothing is looked up when the link is opened: it says what stood on the day it was made, with the name masked, and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import N_, NotFound
from core.extensions import today
from core.privacy.masks import mask_name
from core.registry.models import Person
from plugins.education_aid.models import Award, Payment
from plugins.education_aid.rules.words import PAYMENT_STATES, term_title

_SALT = "education_aid.card"
#: how long a link can be opened
DAYS = 30
_SECONDS = DAYS * 86_400
NOT_PAID = N_("应享，尚未发放")
#: of what is given in kind or to everybody: there is nothing to pay
IN_KIND = N_("免费享受，不折算金额")


@dataclass(frozen=True)
class Line:
    """One item: its name, the amount, where it stands, and the clause."""

    item: str
    amount: Decimal
    state: str
    clause: str


@dataclass(frozen=True)
class Card:
    """A card as it is shown."""

    name: str
    term: str
    on: str
    lines: tuple[Line, ...]

    @property
    def total(self) -> Decimal:
        """The sum of its lines."""
        return sum((line.amount for line in self.lines), Decimal(0))


def card_of(session: Session, person: Person, school_year: int, term: int) -> Card:
    """What a child is entitled to in a term, and what of it has been paid."""
    awards = session.scalars(select(Award).where(
        Award.tenant_id == person.tenant_id, Award.person_id == person.id, Award.school_year == school_year, Award.term == term,
        Award.state == "entitled").order_by(Award.item)).all()
    states = {row.item: row.state for row in session.scalars(select(Payment).where(
        Payment.tenant_id == person.tenant_id, Payment.person_id == person.id, Payment.school_year == school_year, Payment.term == term))}
    lines = tuple(Line(one.item_name, one.amount, _state(one, states), one.clause)
                  for one in sorted(awards, key=lambda one: not one.amount))
    return Card(mask_name(person.name), term_title(school_year, term), today().isoformat(), lines)


def _state(award: Award, states: Mapping[str, str]) -> str:
    if not award.amount:
        return IN_KIND
    return dict(PAYMENT_STATES)[states[award.item]] if award.item in states else NOT_PAID


def link_of(secret: str, tenant_id: str, card: Card) -> str:
    """The card as the part of a link that carries it, signed for this county."""
    rows = [[line.item, str(line.amount), line.state, line.clause] for line in card.lines]
    return str(_signer(secret, tenant_id).dumps([card.name, card.term, card.on, rows]))


def read_link(secret: str, tenant_id: str, token: str) -> Card:
    """The card that a link carries; NotFound where it was not signed here, or its days are over."""
    try:
        name, term, on, rows = _signer(secret, tenant_id).loads(token, max_age=_SECONDS)
    except SignatureExpired as error:
        raise NotFound(N_("这张明白卡已过 %(days)s 天，请向学校索取新的"), days=DAYS) from error
    except BadSignature as error:
        raise NotFound(N_("没有这张明白卡，请重新扫码")) from error
    return Card(name, term, on, tuple(Line(item, Decimal(amount), state, clause) for item, amount, state, clause in rows))


def _signer(secret: str, tenant_id: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=f"{_SALT}:{tenant_id}")

