"""Outside lists: brought in, their columns named, compared with each other and with the registry, given out."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from typing import Any

from flask import Response, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from core.access.words import csv_file
from core.errors import N_, InvalidInput, PlatformError
from core.extensions import today
from core.jobs.models import OPEN, Job
from core.matching import comparing, exporting, fields, jobs, queries
from core.matching.models import Source, State
from core.matching.permissions import Action
from core.matching.routes import place
from core.matching.rules.words import ID_FAULTS, KINDS, STAGES
from core.matching.services import deciding, sources
from core.trail.services import record
from core.units.queries import units_by_id
from core.web.markers import require, unit_blueprint
from core.web.request import actor, database, db, id_argument, id_of, unit

blueprint = unit_blueprint("sources", __name__, template_folder="../templates")
SAMPLES = 3


@blueprint.get("/sources")
@require(Action.SOURCE_READ)
def index(code: str) -> str:
    """The lists here, and the way to bring another."""
    return _index()


@blueprint.post("/sources")
@require(Action.SOURCE_WRITE)
def upload(code: str) -> AnyResponse | tuple[str, int]:
    file, form = request.files.get("file"), request.form
    try:
        if file is None or not file.filename:
            raise InvalidInput(N_("请选择名单文件"), fields={"file": "必选"})
        source = sources.take_in(db(), place(), file.read(), file.filename, form.get("kind", ""), form.get("title", ""),
                                 _day(form.get("as_on", "")))
    except PlatformError as error:
        db().rollback()
        return _index(error), error.status
    return redirect(url_for("sources.show", code=code, source_id=source.id))


@blueprint.get("/sources/<uuid:source_id>")
@require(Action.SOURCE_READ)
def show(code: str, source_id: uuid.UUID) -> str:
    """One list: its columns while they are not decided, then its rows."""
    source = queries.get_source(db(), g.scope, source_id)
    return _columns(source) if source.state == State.UPLOADED else _rows(source)


@blueprint.post("/sources/<uuid:source_id>/columns")
@require(Action.SOURCE_WRITE)
def map_columns(code: str, source_id: uuid.UUID) -> AnyResponse | tuple[str, int]:
    source = queries.get_source(db(), g.scope, source_id)
    choice = {name.removeprefix("column-"): value for name, value in request.form.items() if name.startswith("column-")}
    try:
        sources.map_columns(db(), place(), source, choice)
        jobs.take_rows(db(), place(), source)
    except PlatformError as error:
        db().rollback()
        return _columns(queries.get_source(db(), g.scope, source_id), error, choice), error.status
    return redirect(url_for("sources.show", code=code, source_id=source_id))


@blueprint.post("/sources/<uuid:source_id>/match")
@require(Action.MATCH_WRITE)
def match(code: str, source_id: uuid.UUID) -> AnyResponse:
    source = queries.get_source(db(), g.scope, source_id)
    done = jobs.compare_again(db(), place(), source)
    flash(gettext("已与本库重新比对") if done else gettext("正在后台比对，完成后在这里显示结果"), "success")
    return redirect(url_for("sources.show", code=code, source_id=source_id))


@blueprint.post("/sources/<uuid:source_id>/remove")
@require(Action.SOURCE_WRITE)
def remove(code: str, source_id: uuid.UUID) -> AnyResponse:
    source = queries.get_source(db(), g.scope, source_id)
    sources.remove(db(), place(), source)
    flash(gettext("已移除“%(title)s”，在它上面作过的认定仍然记着", title=source.title), "success")
    return redirect(url_for("sources.index", code=code))


@blueprint.post("/sources/rows/<uuid:row_id>/unlink")
@require(Action.MATCH_WRITE)
def unlink(code: str, row_id: uuid.UUID) -> AnyResponse:
    """A row that the rules have linked is somebody else."""
    row = queries.get_row(db(), g.scope, row_id)
    deciding.unlink(db(), row, actor(), note=request.form.get("note", ""))
    flash(gettext("已解除，这一对今后不再自动对上"), "success")
    return redirect(url_for("sources.show", code=code, source_id=row.source_id))


@blueprint.get("/sources/compare")
@require(Action.SOURCE_READ)
def compare(code: str) -> str | tuple[str, int]:
    """Who stands in which of the chosen lists, as a matrix."""
    try:
        chosen = _chosen()
        found = comparing.patterns(db(), g.scope, chosen)
    except InvalidInput as error:
        return _index(error), 422 if request.args.getlist("s") else 200
    return render_template("matching/compare.html", sources=chosen, patterns=found, overlaps=comparing.overlaps(found, len(chosen)),
                           total=sum(one.count for one in found), ids=[source.id for source in chosen], kinds=KINDS)


@blueprint.get("/sources/persons")
@require(Action.SOURCE_READ)
def persons(code: str) -> str:
    """The persons of one cell of the matrix, each with the lists that lack them."""
    order = _order("presence")
    found, after = comparing.page_of(db(), order.scope, order.sources, mask=order.mask, inside=order.inside, missing=order.missing,
                                     after=request.args.get("after", "")[:200])
    return render_template("matching/persons.html", order=order, sources=order.sources, rows=found, after=after,
                           ids=[source.id for source in order.sources], asked=_asked(order), units=_units(found))


@blueprint.get("/sources/differences")
@require(Action.SOURCE_READ)
def differences(code: str) -> str:
    """What the lists say differently of the same number."""
    order = _order("differences")
    found, after = comparing.differences(db(), order.scope, order.sources, order.column, request.args.get("after", "")[:200])
    return render_template("matching/differences.html", order=order, sources=order.sources, rows=found, after=after,
                           columns=list(comparing.DIFFERING.items()), ids=[source.id for source in order.sources], asked=_asked(order))


@blueprint.get("/sources/list.<any(xlsx, csv):form>")
@require(Action.SOURCE_EXPORT)
def export(code: str, form: str) -> AnyResponse:
    """The persons shown as a file, numbers masked; a long one is written in the background."""
    order = _order("differences" if request.args.get("which") == "differences" else "presence")
    some = []
    for one in exporting.lines(db(), order):
        some.append(one)
        if len(some) > exporting.INLINE:
            return _in_background(order)
    if form == "csv":
        return csv_file(f"sources-{unit().code}", exporting.heads(order), some)
    out = io.BytesIO()
    count = exporting.write_xlsx(db(), order, out, exporting.watermark(actor().name, unit().name))
    with database().transaction() as own:
        record(own, actor(), Action.SOURCE_EXPORT, f"导出{order.title}，{count} 人", subject="ledger:core.sources",
               tenant_id=g.tenant_id, unit_id=unit().id, after={"count": count, "sources": [str(one.id) for one in order.sources]})
    out.seek(0)
    answer: Response = send_file(out, mimetype=exporting.MIME, as_attachment=True, download_name=f"{order.title}-{unit().name}.xlsx")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _in_background(order: exporting.Order) -> AnyResponse:
    with database().transaction() as own:
        job = jobs.start_export(own, place(), {**_asked(order), "sources": [str(one.id) for one in order.sources], "which": order.which})
    flash(gettext("人数较多，正在后台写入，完成后在后台任务里下载"), "success")
    return redirect(url_for("jobs.show", code=unit().code, job_id=job.id))


def _index(error: PlatformError | None = None) -> str:
    page = queries.list_sources(db(), g.scope, id_argument("before"))
    return render_template("matching/sources.html", rows=page.rows, more=page.next, error=error, kinds=KINDS, today=today(),
                           units=units_by_id(db(), {source.unit_id for source in page.rows}) if page.rows else {},
                           entered=request.form, ready=State.READY, waiting=queries.being_compared(db(), page.rows),
                           is_compared=queries.is_compared)


def _columns(source: Source, error: PlatformError | None = None, choice: dict[str, str] | None = None) -> str:
    sheet = sources.staged(place(), source)
    mapping, own = choice or source.mapping, source.account_id == actor().account_id
    rows = []
    for column in sheet.columns:
        samples = sheet.frame[column.letter].drop_nulls().head(SAMPLES).to_list() if own else []
        rows.append((column, mapping.get(column.letter, ""), samples))
    return render_template("matching/columns.html", source=source, rows=rows, error=error, own=own, fields=fields.FIELDS, kinds=KINDS,
                           notes=_notes(source))


def _rows(source: Source) -> str:
    told = {name: label for name, label in queries.WHICH.items() if queries.is_compared(source) or name in queries.OF_ITSELF}
    which = request.args.get("which", "") if request.args.get("which", "") in told else ""
    job = db().get(Job, (source.tenant_id, source.job_id)) if source.job_id else None
    if source.state != State.READY:
        return render_template("matching/source.html", source=source, rows=[], more=None, job=job, working=True, tabs=[], kinds=KINDS,
                               notes=[], which="", stages=STAGES, faults=ID_FAULTS, units={}, compared=False)
    page = queries.list_rows(db(), g.scope, source, which, id_argument("before"))
    tabs = [(name, gettext(label), queries.count_rows(db(), g.scope, source, name)) for name, label in told.items()]
    return render_template("matching/source.html", source=source, rows=page.rows, more=page.next, job=job, tabs=tabs, which=which,
                           working=job is not None and job.state in OPEN, compared=queries.is_compared(source), kinds=KINDS,
                           notes=_notes(source), stages=STAGES, faults=ID_FAULTS,
                           units=units_by_id(db(), {row.unit_id for row in page.rows}) if page.rows else {})


def _notes(source: Source) -> list[str]:
    return [gettext(message, **params) if params else gettext(message) for message, params in source.notes]


def _chosen() -> list[Source]:
    found = queries.get_sources(db(), g.scope, _sources_asked())
    comparing.check(found)
    return found


def _order(which: str) -> exporting.Order:
    args = request.args
    asked: dict[str, Any] = {"sources": _sources_asked(), "which": which,
                             **{name: args.get(name) for name in ("column", "mask", "inside", "missing")}}
    return exporting.order_of(db(), g.scope, asked)


def _asked(order: exporting.Order) -> dict[str, Any]:
    return {"mask": order.mask, "inside": order.inside, "missing": order.missing, "column": order.column or None}


def _units(found: list[comparing.Standing]) -> dict[uuid.UUID, Any]:
    ids = {one.first.unit_id for one in found}
    return units_by_id(db(), ids) if ids else {}


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _sources_asked() -> list[uuid.UUID]:
    return [found for text in request.args.getlist("s") if (found := id_of(text))]
