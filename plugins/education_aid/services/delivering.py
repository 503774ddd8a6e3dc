"""Letters between two counties of the platform: delivered into the other's list, answered back into one's own.

The one module of the plugin that writes into another tenant, with plain statements of letters, their items and the cases
they ask about; each side has an entry on its trail. This is a reviewed module.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.calendar import DayKind, add_days
from core.errors import N_
from core.extensions import Actor, new_id, past_fence, today, utcnow
from core.extensions.phrases import phrase
from core.host.queries import find_switch
from core.tenancy.queries import TenantPlace, find_tenant
from core.trail.services import record
from plugins.education_aid.models.cases import AidCase, Letter, LetterItem
from plugins.education_aid.permissions import Action
from plugins.education_aid.plan.layers import flow_value
from plugins.education_aid.queries.standing import items_of
from plugins.education_aid.rules.words import REPLIES

ANSWERED = phrase(N_("联合函 %(number)s 收到%(name)s答复"))
ARRIVED = phrase(N_("收到%(name)s的联合函 %(number)s"))
#: what goes over: everything a reader needs, nothing that is the sender's own
_CARRIED = ("number", "title", "issuers", "from_name", "to_code", "to_name", "school", "name", "id_number_key", "id_number_mask",
            "school_year", "term", "item_name", "amount")


def send(session: Session, letter: Letter, actor: Actor) -> None:
    """Send a letter; to a county that works on the platform it is delivered at once."""
    letter.sent_on = today()
    days = flow_value(session, letter.tenant_id, "letter_days")
    letter.due_on = add_days(today(), days, DayKind.WORKING).day if days else None
    other = find_tenant(session, letter.other_tenant) if letter.other_tenant else None
    switch = find_switch(session, other.id, "education_aid") if other is not None else None
    if other is not None and switch is not None and switch.on:
        letter.twin_id = _deliver(session, letter, other)
        record(session, actor, Action.LETTER_WRITE, ARRIVED(name=letter.from_name, number=letter.number), tenant_id=other.id,
               unit_id=other.unit.id, subject=f"education_aid.letters:{letter.twin_id}")
    session.flush()  # the step that follows judges it


def _deliver(session: Session, letter: Letter, other: TenantPlace) -> uuid.UUID:
    """Lay the letter and its items into the other county; gives the id it has there."""
    twin_id, connection = new_id(), past_fence(session)
    kept = {"tenant_id": other.id, "unit_id": other.unit.id, "version": 1, "made_at": utcnow(), "reply": ""}
    connection.execute(insert(Letter.__table__), [{  # type: ignore[arg-type]
        **kept, "id": twin_id, "direction": "in", "other_tenant": letter.tenant_id, "twin_id": letter.id, "sent_on": letter.sent_on,
        "due_on": letter.due_on, "state": "sent", "reply_text": "", "replied_by": "",
        **{name: getattr(letter, name) for name in _CARRIED}}])
    connection.execute(insert(LetterItem.__table__), [  # type: ignore[arg-type]
        {**kept, "id": new_id(), "letter_id": twin_id, "place": item.place, "item_name": item.item_name, "amount": item.amount}
        for item in items_of(session, letter)])
    return twin_id


def answer_back(session: Session, letter: Letter, items: Sequence[LetterItem], actor: Actor) -> Letter | None:
    """Carry the answer to a letter received back into the sender's rows; None where there is no such letter any more. The
    object given back is not of the session: the caller writes nothing of it."""
    values: dict[str, Any] = {"reply": letter.reply, "reply_amount": letter.reply_amount, "reply_text": letter.reply_text,
                              "replied_on": letter.replied_on, "replied_by": letter.replied_by}
    table, parts = Letter.__table__, LetterItem.__table__
    connection = past_fence(session)
    done = connection.execute(update(table).where(  # type: ignore[arg-type]
        table.c.tenant_id == letter.other_tenant, table.c.id == letter.twin_id, table.c.state == "sent")
        .values(state="replied", version=table.c.version + 1, **values))
    if done.rowcount != 1:
        return None
    for item in items:
        connection.execute(update(parts).where(  # type: ignore[arg-type]
            parts.c.tenant_id == letter.other_tenant, parts.c.letter_id == letter.twin_id, parts.c.place == item.place)
            .values(reply=item.reply, reply_amount=item.reply_amount))
    row = connection.execute(select(table).where(table.c.tenant_id == letter.other_tenant, table.c.id == letter.twin_id)).one()
    record(session, actor, Action.LETTER_WRITE, ANSWERED(number=letter.number, name=letter.to_name), tenant_id=letter.other_tenant,
           unit_id=row.unit_id, subject=f"education_aid.letters:{row.id}")
    return Letter(**dict(row._mapping))


def settle_cases(session: Session, letter: Letter, actor: Actor) -> None:
    """What an answer does to the cases of the sender, whose rows lie in another county where the answer came from there."""
    parts = LetterItem.__table__
    for item in past_fence(session).execute(select(parts).where(
            parts.c.tenant_id == letter.tenant_id, parts.c.letter_id == letter.id, parts.c.case_id.is_not(None)).order_by(parts.c.place)):
        _settle(session, letter, item, actor)
    session.expire_all()  # a case of the session may be the one just written


def _settle(session: Session, letter: Letter, item: Any, actor: Actor) -> None:
    table = AidCase.__table__
    said = f"{letter.number} {letter.to_name}答复：{dict(REPLIES)[item.reply]}"
    if item.reply == "paid":
        values = {"state": "closed", "closing": "paid_elsewhere", "closed_on": today(), "paid": item.reply_amount,
                  "evidence": f"{said} {item.reply_amount:,.2f} 元"[:400]}
    else:
        values = {"state": "open", "why": f"{said}，{letter.reply_text}".strip("，")[:400]}
    past_fence(session).execute(update(table).where(  # type: ignore[arg-type]
        table.c.tenant_id == letter.tenant_id, table.c.id == item.case_id, table.c.state != "closed")
        .values(version=table.c.version + 1, **values))
    record(session, actor, Action.CASE_WRITE, said, subject=f"education_aid.cases:{item.case_id}", tenant_id=letter.tenant_id,
           unit_id=letter.unit_id)
