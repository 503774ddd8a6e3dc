"""Letters between two counties of the platform: delivered into the other's list, answered back into one's own.

The one module of the plugin that writes into another tenant, with plain statements of letters and of the
case a letter asks about; each
side has an entry on its trail. This is a reviewed module.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.calendar import DayKind, add_days
from core.extensions import Actor, new_id, past_fence, today, utcnow
from core.host.queries import find_switch
from core.tenancy.queries import find_tenant
from core.trail.services import record
from plugins.education_aid.models.cases import AidCase, Letter
from plugins.education_aid.permissions import Action
from plugins.education_aid.plan.layers import flow_value
from plugins.education_aid.rules.words import REPLIES

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
        twin_id = new_id()
        past_fence(session).execute(insert(Letter.__table__), [{  # type: ignore[arg-type]
            "tenant_id": other.id, "id": twin_id, "unit_id": other.unit.id, "version": 1, "made_at": utcnow(), "direction": "in",
            "other_tenant": letter.tenant_id, "twin_id": letter.id, "sent_on": letter.sent_on, "due_on": letter.due_on, "state": "sent",
            "reply": "", "reply_text": "", "replied_by": "", **{name: getattr(letter, name) for name in _CARRIED}}])
        letter.twin_id = twin_id
        record(session, actor, Action.LETTER_WRITE, f"收到{letter.from_name}的联合函 {letter.number}", tenant_id=other.id,
               unit_id=other.unit.id, subject=f"education_aid.letters:{twin_id}")
    session.flush()  # the step that follows judges it


def answer_back(session: Session, letter: Letter, actor: Actor) -> Letter | None:
    """Carry the answer to a letter received back into the sender's row; None where there is no such row any more. The
    object given back is not of the session: the caller writes nothing of it."""
    values: dict[str, Any] = {"reply": letter.reply, "reply_amount": letter.reply_amount, "reply_text": letter.reply_text,
                              "replied_on": letter.replied_on, "replied_by": letter.replied_by}
    table = Letter.__table__
    connection = past_fence(session)
    done = connection.execute(update(table).where(  # type: ignore[arg-type]
        table.c.tenant_id == letter.other_tenant, table.c.id == letter.twin_id, table.c.state == "sent")
        .values(state="replied", version=table.c.version + 1, **values))
    if done.rowcount != 1:
        return None
    row = connection.execute(select(table).where(table.c.tenant_id == letter.other_tenant, table.c.id == letter.twin_id)).one()
    record(session, actor, Action.LETTER_WRITE, f"联合函 {letter.number} 收到{letter.to_name}答复", tenant_id=letter.other_tenant,
           unit_id=row.unit_id, subject=f"education_aid.letters:{row.id}")
    return Letter(**dict(row._mapping))


def settle_case(session: Session, letter: Letter, actor: Actor) -> None:
    """What an answer does to the case of the sender, whose rows lie in another county where the answer came from there."""
    table = AidCase.__table__
    said = f"{letter.number} {letter.to_name}答复：{dict(REPLIES)[letter.reply]}"
    if letter.reply == "paid":
        values = {"state": "closed", "closing": "paid_elsewhere", "closed_on": today(), "paid": letter.reply_amount,
                  "evidence": f"{said} {letter.reply_amount:,.2f} 元"[:400]}
    else:
        values = {"state": "open", "why": f"{said}，{letter.reply_text}"[:400]}
    past_fence(session).execute(update(table).where(  # type: ignore[arg-type]
        table.c.tenant_id == letter.tenant_id, table.c.id == letter.case_id, table.c.state != "closed")
        .values(version=table.c.version + 1, **values))
    session.expire_all()  # a case of the session may be the one just written
    record(session, actor, Action.CASE_WRITE, said, subject=f"education_aid.cases:{letter.case_id}", tenant_id=letter.tenant_id,
           unit_id=letter.unit_id)
