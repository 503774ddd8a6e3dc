"""Objections from outside, and their answers."""

from __future__ import annotations

import secrets

from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput, NotFound
from core.extensions import Actor, new_id, today, utcnow
from core.extensions.phrases import phrase
from core.host.events import emit
from core.host.manager import PluginHost
from core.privacy.columns import triple
from core.privacy.vault import vault_of
from core.publicity import events, queries
from core.publicity.models import OPEN, Notice, Objection
from core.publicity.permissions import Action
from core.publicity.rules.leaks import cover
from core.publicity.rules.periods import is_shown
from core.publicity.services.periods import answer_due
from core.tenancy.queries import get_tenant
from core.trail.services import record

OBJECTED = phrase(N_("收到对公示“%(title)s”的异议"))
ANSWERED = phrase(N_("答复对公示“%(title)s”的异议：%(outcome)s"))
OUTCOMES = {"upheld": N_("异议成立"), "rejected": N_("异议不成立"), "noted": N_("已说明")}
#: letters and digits that nobody takes for one another
_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
MOST_TEXT, MOST_CONTACT, LEAST_TEXT = 1000, 100, 5


def object_to(session: Session, host: PluginHost | None, notice: Notice, text: str, contact: str,
              actor: Actor) -> tuple[Objection, str]:
    """Take an objection to a notice that is being shown; gives it with the code by which the person asks for the
    answer. Numbers in the text are masked, the original and the contact lie sealed."""
    day, text, contact = today(), text.strip(), contact.strip()
    if notice.state != OPEN or not notice.objections or not is_shown(notice.opens_on, notice.closes_on, day):
        raise NotFound(N_("这件公示已经结束，不再接收异议"))
    _check(text, contact)
    objection_id, code, vault = new_id(), new_code(), vault_of(session)
    due, source = answer_due(session, get_tenant(session, notice.tenant_id), day)
    shown = cover(text)
    objection = Objection(
        tenant_id=notice.tenant_id, id=objection_id, notice_id=notice.id, unit_id=notice.unit_id, text=shown,
        made_on=day, **triple(vault, Objection, "code", objection_id, code), due_on=due.day if due else None, due_source=source[:400],
        **triple(vault, Objection, "text", objection_id, text if shown != text else None),
        **triple(vault, Objection, "contact", objection_id, contact or None))
    session.add(objection)
    session.flush()  # the entry below must not outlive a refused row
    record(session, actor, Action.OBJECTION_WRITE, OBJECTED(title=notice.title), subject=notice.subject,
           tenant_id=notice.tenant_id, unit_id=notice.unit_id,
           after={"objection": str(objection_id), "due_on": str(objection.due_on or "")})
    emit(session, host, notice.tenant_id, events.OBJECTED, _data(notice, objection), unit_id=notice.unit_id)
    return objection, code


def answer_objection(session: Session, host: PluginHost | None, notice: Notice, objection: Objection, outcome: str,
                     answer: str, actor: Actor) -> None:
    """Answer an objection: upheld (the notice must be corrected and shown again), rejected, or noted."""
    if outcome not in OUTCOMES:
        raise InvalidInput(N_("请选择异议的处理结果"), fields={"outcome": N_("必选")})
    if not LEAST_TEXT <= len(answer.strip()) <= MOST_TEXT:
        raise InvalidInput(N_("答复须有 5 到 1000 字"), fields={"answer": N_("须有 5 到 1000 字")})
    if objection.state != OPEN:
        raise Conflict(N_("这件异议已由%(who)s答复"), who=objection.answered_by)
    objection.state, objection.answer = outcome, cover(answer.strip())
    objection.answered_by, objection.answered_at = actor.name[:80], utcnow()
    session.flush()  # raises where somebody was quicker
    record(session, actor, Action.OBJECTION_WRITE, ANSWERED(title=notice.title, outcome=OUTCOMES[outcome]),
           subject=notice.subject, tenant_id=notice.tenant_id, unit_id=notice.unit_id, before={"state": OPEN},
           after={"objection": str(objection.id), "state": outcome})
    emit(session, host, notice.tenant_id, events.ANSWERED, {**_data(notice, objection), "state": outcome},
         unit_id=notice.unit_id)


def follow_up(session: Session, tenant_id: str, code: str) -> tuple[Objection, Notice]:
    """An objection and its notice by the confirmation code; raises NotFound."""
    plain = "".join(sign for sign in code.upper() if sign in _SIGNS)
    keys = vault_of(session).indexes("text", plain) if len(plain) == 12 else []
    found = queries.objection_by_code(session, tenant_id, keys) if keys else None
    notice = queries.find_public(session, tenant_id, found.notice_id) if found else None
    if found is None or notice is None:
        raise NotFound(N_("没有这个查询码，请核对后再输入"))
    return found, notice


def new_code() -> str:
    """A code of twelve signs, 59 bits: nobody guesses one."""
    return "".join(secrets.choice(_SIGNS) for _ in range(12))


def _check(text: str, contact: str) -> None:
    if not LEAST_TEXT <= len(text) <= MOST_TEXT:
        raise InvalidInput(N_("异议内容须有 5 到 1000 字"), fields={"text": N_("须有 5 到 1000 字")})
    if len(contact) > MOST_CONTACT:
        raise InvalidInput(N_("联系方式最多 100 字"), fields={"contact": N_("最多 100 字")})


def _data(notice: Notice, objection: Objection) -> dict[str, str]:
    return {"notice": str(notice.id), "subject": notice.subject, "objection": str(objection.id)}
