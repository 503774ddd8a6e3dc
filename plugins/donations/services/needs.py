"""Taking on a need: whole or in part, never beyond what is needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor, new_id, today
from core.extensions.phrases import phrase
from core.processes.services import begin
from core.trail.services import record
from plugins.donations.models import Need, Pledge
from plugins.donations.permissions import Action
from plugins.donations.processes.needs import PLEDGE
from plugins.donations.rules import words
from plugins.donations.services.adopting import move_pledged

TAKEN_ON = phrase(N_("%(code)s认领 %(amount)s 元"))


def pledge(session: Session, need: Need, values: Mapping[str, Any], actor: Actor) -> Pledge:
    """Note who takes on how much of a need. Raises Conflict with both numbers beyond what is still needed."""
    if need.state != "listed":
        raise Conflict(N_("%(code)s不在可认领的项目库里"), code=need.code)
    _right(values)
    made = Pledge(tenant_id=need.tenant_id, id=new_id(), unit_id=need.unit_id, need_id=need.id, pledged_on=today(), **values)
    if not move_pledged(session, made, made.amount):
        raise Conflict(N_("%(code)s还差 %(left)s 元，不能认领 %(amount)s 元"), code=need.code,
                       left=f"{need.amount - need.pledged:,.2f}", amount=f"{made.amount:,.2f}")
    session.add(made)
    session.flush()  # the entry below must not outlive a refused row
    record(session, actor, Action.NEED_WRITE, TAKEN_ON(code=need.code, amount=f"{made.amount:,.2f}"), subject=f"{PLEDGE.code}:{made.id}",
           tenant_id=need.tenant_id, unit_id=need.unit_id, after={"need": str(need.id), "amount": str(made.amount)})
    begin(session, PLEDGE, made, actor)
    return made


def _right(values: Mapping[str, Any]) -> None:
    if values["donor_kind"] not in ("unit", "person") or values["consent"] not in words.codes(words.CONSENTS):
        raise InvalidInput(N_("请选择捐赠人类别和公示意愿"), {"donor_kind": N_("必选")})
    if not 0 < len(values["donor_name"]) <= 120:
        raise InvalidInput(N_("请写明认领人"), {"donor_name": N_("1 到 120 字")})
    if values["amount"] <= 0:
        raise InvalidInput(N_("认领金额须大于零"), {"amount": N_("须大于零")})
