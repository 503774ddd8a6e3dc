"""Accounts and movements as Excel files; a long one is written in the background."""

from __future__ import annotations

import io
import uuid

from flask import Response, flash, g, redirect, request, send_file, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from core.funds import exporting, jobs, pages
from core.funds.permissions import Action
from core.funds.routes.blueprint import blueprint
from core.funds.routes.reading import asked_in
from core.trail.services import record
from core.web.markers import require
from core.web.request import actor, database, db, unit


@blueprint.get("/funds/accounts.xlsx")
@require(Action.EXPORT)
def accounts_file(code: str) -> AnyResponse:
    """Every account in scope with its balance."""
    out = io.BytesIO()
    count = exporting.write_xlsx(out, "资金台账", exporting.watermark(actor().name, unit().name), exporting.ACCOUNT_HEADS,
                                 exporting.account_lines(db(), g.scope))
    return _sent(out, f"资金台账-{unit().name}.xlsx", f"导出资金台账，{count} 个账户", count)


@blueprint.get("/funds/<uuid:account_id>/movements.xlsx")
@require(Action.EXPORT)
def movements_file(code: str, account_id: uuid.UUID) -> AnyResponse:
    """The movements of an account, as they are filtered."""
    account, asked = pages.get_account(db(), g.scope, account_id), asked_in(request.args)
    if pages.sums(db(), account, asked).count > exporting.INLINE:
        with database().transaction() as own:
            job = jobs.start_export(own, g.tenant_id, unit().id, account.id, request.args.to_dict(), actor())
        flash(gettext("笔数较多，正在后台写入，完成后在后台任务里下载"), "success")
        return redirect(url_for("jobs.show", code=code, job_id=job.id))
    out = io.BytesIO()
    title = account.title
    count = exporting.write_xlsx(out, title, exporting.watermark(actor().name, unit().name), exporting.MOVEMENT_HEADS,
                                 exporting.movement_lines(db(), account, asked))
    return _sent(out, f"{title}-收支明细.xlsx", f"导出“{title}”收支明细，{count} 笔", count)


def _sent(out: io.BytesIO, name: str, words: str, count: int) -> AnyResponse:
    with database().transaction() as own:  # the request only reads: the entry is written beside it, before the file is given
        record(own, actor(), Action.EXPORT, words, subject="core.funds", tenant_id=g.tenant_id, unit_id=unit().id,
               after={"count": count})
    out.seek(0)
    answer: Response = send_file(out, mimetype=exporting.MIME, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer
