"""Erasing everybody who is due, in the background where they are many."""

from __future__ import annotations

import uuid
from itertools import islice

from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.viewer import load_viewer
from core.errors import N_, NotPermitted
from core.extensions import Actor
from core.extensions.phrases import phrase
from core.host.contract import JobRun, JobSpec
from core.jobs.models import Job
from core.jobs.services import enqueue
from core.registry.permissions import Action
from core.registry.services import MOST_AT_ONCE, each_due, erase_due
from core.units.models import Unit
from core.units.queries import get_unit

ERASE = "people.erase_due"
DONE = phrase(N_("已抹去 %(erased)s 人，%(left)s 人没有抹去"))


def start_erasing(session: Session, tenant_id: str, unit: Unit, actor: Actor, *, reason: str, count: int) -> Job:
    """Erase those who are due in the background, and no more of them than somebody has seen counted."""
    arguments = {"unit": str(unit.id), "reason": reason.strip(), "count": count}
    return enqueue(session, actor, ERASE, arguments, tenant_id=tenant_id, unit_id=unit.id, key=f"{ERASE}:{unit.id}")


def run_erasing(run: JobRun) -> None:
    """Some at a time, each batch in a transaction of its own and judged again; who cannot be erased is passed over."""
    most, reason = int(run.arguments["count"]), str(run.arguments["reason"])
    erased, left, after = 0, 0, None
    while True:
        run.progress(erased, most, N_("正在抹去"))
        with run.transaction() as session:
            size = min(MOST_AT_ONCE, most - erased - left)
            found = list(islice(each_due(session, run.host, _scope(run, session), run.tenant_id, after), max(size, 0)))
            if found:
                gone, kept = erase_due(session, [one.person for one in found], run.actor, reason=reason, hooks=run.host)
                erased, left, after = erased + len(gone), left + len(kept), found[-1].person.id
            else:
                run.finish_in(session, DONE(erased=erased, left=left), {"erased": erased, "left": left})
                return


def _scope(run: JobRun, session: Session) -> Scope:
    """Whoever started it must still be allowed to, with the reach they have now."""
    unit = get_unit(session, uuid.UUID(str(run.arguments["unit"])))
    viewer = load_viewer(session, run.actor.account_id, run.actor.name) if run.actor.account_id else None
    if viewer is None or not viewer.allowed(Action.IDENTITY_ERASE, unit):
        raise NotPermitted(N_("发起人已没有办理这件事的权限"))
    return viewer.scope(session, Action.IDENTITY_ERASE, unit).only({run.tenant_id})


JOBS = [JobSpec(ERASE, N_("抹去保存到期的人员"), run_erasing, lease=600)]
