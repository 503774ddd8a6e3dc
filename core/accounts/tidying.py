"""The daily housekeeping of accounts: browsers that can be signed in no more are forgotten."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, select

from core.accounts.models import AccountSession
from core.accounts.policy import Policy
from core.accounts.providers.models import Origin
from core.errors import N_
from core.extensions import utcnow
from core.host.contract import JobRun, JobSpec


def tidy(run: JobRun) -> None:
    """Remove the browsers that have reached the longest a session may last, ended or not; the trail keeps who signed
    in and out."""
    before = utcnow() - dt.timedelta(hours=Policy.of(run.settings.options).session_hours)
    with run.transaction() as session:
        over = select(AccountSession.id).where(AccountSession.begun_at < before)
        session.execute(delete(Origin).where(Origin.session_id.in_(over)))
        gone = session.connection().execute(delete(AccountSession).where(AccountSession.begun_at < before))
        run.finish_in(session, f"清理 {gone.rowcount} 个过期的登录")


JOBS = [JobSpec("accounts.tidy", N_("清理过期的登录"), tidy, every=24 * 3600, visible=False)]
