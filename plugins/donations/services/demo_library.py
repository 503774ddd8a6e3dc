"""Made-up needs for a demonstration: one that waits, one open, one taken on in part, one delivered, one done."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.extensions import Actor, new_id, today
from core.processes.services import begin, take
from core.units.models import Kind, Unit
from core.units.queries import list_children
from plugins.donations.models import Need
from plugins.donations.processes.needs import NEED, PLEDGE
from plugins.donations.services.needs import pledge

#: what is needed, how much, how much of it is taken on by one donor, how far that has come
_NEEDS = (
    ("村小学缺一台净水机（演示）", "6800.00", "", ()),
    ("教学点冬季取暖设备（演示）", "12000.00", "5000.00", ()),
    ("村小学图书角图书（演示）", "3000.00", "3000.00", ("deliver",)),
    ("村小学体育器材（演示）", "4500.00", "4500.00", ("deliver", "confirm")),
    ("教学点课桌椅二十套（演示）", "9600.00", None, ()),
)
#: whoever puts forward, and delivers, is not who lists and confirms
CHECKER = Actor(None, "演示审核人", source="cli")
_LEVELS = ("township", "village")


def load_needs(session: Session, tenant_id: str, home: Unit, actor: Actor) -> None:
    """One need in each of the first townships or villages beneath."""
    if session.scalar(select(Need.id).where(Need.tenant_id == tenant_id).limit(1)) is not None:
        return
    for number, (place, entry) in enumerate(zip(_places(session, home), _NEEDS, strict=False), 1):
        summary, amount, taken, steps = entry
        need = Need(tenant_id=tenant_id, id=new_id(), unit_id=place.id, code=f"YS-{number:03d}", kind="project", summary=summary,
                    amount=Decimal(amount), consent_on=today(), consent_by="演示村委会", consent_proof="演示同意书")
        _put_forward(session, need, actor, listed=taken is not None)
        if taken:
            _take_on(session, need, Decimal(taken), steps, actor)


def _places(session: Session, home: Unit) -> list[Unit]:
    """Townships or villages that stand next beneath, as many as there are needs; the unit itself where none does."""
    beneath = [home]
    while beneath and beneath[0].level not in _LEVELS:
        beneath = [child for unit in beneath[: len(_NEEDS)] for child in list_children(session, unit) if child.kind == Kind.DIVISION]
    return beneath[: len(_NEEDS)]


def _put_forward(session: Session, need: Need, actor: Actor, *, listed: bool) -> None:
    session.add(need)
    begin(session, NEED, need, actor)
    take(session, None, NEED, need, "submit", actor)
    if listed:
        take(session, None, NEED, need, "list", CHECKER)


def _take_on(session: Session, need: Need, amount: Decimal, steps: tuple[str, ...], actor: Actor) -> None:
    made = pledge(session, need, {"donor_kind": "unit", "donor_name": "演示科技公司", "consent": "named", "amount": amount}, actor)
    for step in steps:
        take(session, None, PLEDGE, made, step, CHECKER if step == "confirm" else actor)
    if "confirm" in steps:
        take(session, None, NEED, need, "finish", CHECKER)
