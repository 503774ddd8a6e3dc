"""What 方案试算 and 逐县试算 share: the text of a draft, its way to a job, citing an outcome and throwing one away."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from core.errors import N_, InvalidInput, NotFound
from core.jobs.services import enqueue
from core.tenancy.permissions import Action as PlanAction
from core.tenancy.queries import list_versions, newest_applied
from core.web.request import actor, db, unit, viewer
from plugins.education_aid.models.awards import AidRun
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries import runs
from plugins.education_aid.routes.blueprint import scope_for
from plugins.education_aid.services import what_if

LARGEST = 1024 * 1024


@dataclass(frozen=True)
class Trials:
    """Trials of one kind: the job that works them out, who may begin, cite and delete them, and the ends of their pages."""

    kind: str
    job: str
    action: str
    page: str
    pages: str

    def find(self, run_id: uuid.UUID, action: str = Action.RUN_READ) -> AidRun:
        """One of this kind in scope; raises NotFound otherwise."""
        run = runs.find_scoped_run(db(), scope_for(action), run_id)
        if run.kind != self.kind:
            raise NotFound(N_("没有这次试算，或者它不在您的范围内"))
        return run

    def ask_for(self, code: str, run: AidRun) -> Response:
        """Have it worked out, and lead to its page."""
        run.job_id = enqueue(db(), actor(), self.job, {"run": str(run.id)}, tenant_id=run.tenant_id, unit_id=run.unit_id).id
        return redirect(url_for(self.page, code=code, run_id=run.id))

    def cite(self, code: str, run_id: uuid.UUID) -> Response:
        """Note where the outcome was used."""
        what_if.cite(db(), self.find(run_id, self.action), request.form.get("cited_in", ""), actor())
        flash(gettext("已记录引用，这次试算不能再删除"), "success")
        return redirect(url_for(self.page, code=code, run_id=run_id))

    def remove(self, code: str, run_id: uuid.UUID) -> Response:
        """Throw away what nobody cited."""
        what_if.remove(db(), self.find(run_id, self.action), actor())
        flash(gettext("试算已删除"), "success")
        return redirect(url_for(self.pages, code=code))


def text_sent() -> str:
    """The draft that was sent."""
    text = request.form.get("text", "").replace("\r\n", "\n")
    if len(text.encode()) > LARGEST:
        raise InvalidInput(N_("方案文件超过 1 MB"))
    return text


def title_sent() -> str:
    """What the trial is to be called."""
    return request.form.get("title", "").strip()


def offered() -> str:
    """The text to go on from: the version asked for, or the plan as it runs."""
    if not may_read_plans():
        return ""
    wanted = request.args.get("version", type=int)
    plans = [plan for plan in list_versions(db(), g.tenant_id) if plan.version == wanted]
    plan = plans[0] if plans else newest_applied(db(), g.tenant_id)
    return plan.source if plan else ""


def may_read_plans() -> bool:
    """Whether the plan's text may be shown here."""
    return bool(viewer().allowed(PlanAction.PLAN_READ, unit()))
