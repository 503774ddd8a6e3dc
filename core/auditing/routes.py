"""The trail within one's scope: who did what, its seals, and both as files."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from flask import Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext

from core.access.guard import access_catalogue, apart
from core.access.scoping import get_scoped
from core.access.words import csv_file
from core.auditing import queries, services
from core.auditing.permissions import Action
from core.auditing.queries import Filters
from core.errors import N_, InvalidInput, NotPermitted, PlatformError
from core.extensions import Database
from core.extensions.phrases import phrase
from core.host.request import plugin_host
from core.trail import queries as sealed
from core.trail.exporting import export_lines
from core.trail.keys import Keyring
from core.trail.models import TrailEntry
from core.trail.services import record
from core.trail.verifying import Verdict
from core.units.models import Unit
from core.units.queries import find_unit_by_code
from core.web.i18n import words
from core.web.markers import require, unit_blueprint
from core.web.request import actor, database, db, id_argument, settings, unit

EXPORTED = phrase(N_("%(name)s导出%(unit)s的封存留痕"))
VERIFIED_SAID = phrase(N_("%(name)s核对%(unit)s的留痕：%(batches)s 批，%(said)s"))
blueprint = unit_blueprint("auditing", __name__, template_folder="templates")

#: a longer trail is verified by the command
VERIFIED, BATCHES, ROWS = 300_000, 50, 100
LEDGERS = {"core:access": N_("访问规则"), "core:account": N_("账号与登录"), "core:plan": N_("方案"),
           "core:switch": N_("插件开关"), "core:trail": N_("留痕"), "core:unit": N_("单位与区划"),
           "export": N_("导出"), "read": N_("跨租户查阅")}
#: what is trailed under a name of its own, because no rule speaks of it
ACTIONS = {"core:account:sign_in": N_("登录"), "core:account:sign_out": N_("退出登录"),
           "core:account:password": N_("修改密码"), "core:account:factor": N_("启用或停用第二因素"),
           "core:identity:link": N_("关联统一身份认证"), "core:identity:unlink": N_("解除统一身份认证"),
           "core:identity:rotate": N_("更换加密密钥"), "core:job:open": N_("后台任务打开全部租户"),
           "core:token:make": N_("建立访问令牌"), "core:token:revoke": N_("撤销访问令牌"),
           "core:token:refuse": N_("访问令牌被拒绝"), "core:trail:countersign": N_("会签封存"),
           "export:jobs.file": N_("下载后台任务的结果"), "webhook:refused": N_("拒绝推送地址")}
SOURCES = {"web": N_("页面"), "api": N_("接口"), "cli": N_("命令行"), "job": N_("后台任务")}


@blueprint.get("/trail")
@require(Action.READ)
def trail(code: str) -> tuple[str, int]:
    error: PlatformError | None = None
    filters = Filters()
    try:
        filters = _filters()
    except PlatformError as refused:
        error = refused
    lines, more = queries.page_of(db(), g.scope, filters, id_argument("before")) if error is None else ([], None)
    page = render_template("auditing/trail.html", lines=lines, more=more, error=error, ledgers=_ledgers(),
                           actions=_actions(), title_of=title_of, chosen=filters.unit)
    return page, error.status if error else 200


@blueprint.get("/trail.csv")
@require(Action.EXPORT)
def listed(code: str) -> Response:
    """What is listed, as a file."""
    head = [gettext("时间"), gettext("经办人"), gettext("角色"), gettext("动作"), gettext("单位"), gettext("内容"),
            gettext("变化"), gettext("理由"), gettext("来源"), gettext("地址"), gettext("封存"), gettext("编号")]
    known = access_catalogue()
    rows = [(queries.local_time(line.entry.at),
             line.entry.who, known.role_title(line.entry.role) if line.entry.role in known.roles else line.entry.role,
             title_of(line.entry.action), line.unit, words(line.entry.sentence), queries.changes_in_words(line.entry),
             line.entry.reason, line.entry.source, line.entry.address, seal_words(line.seal.state, line.seal.batch),
             line.entry.id)
            for line in queries.all_lines(db(), g.scope, _filters())]
    return csv_file(f"trail-{unit().code}", head, rows)


@blueprint.get("/trail/entries/<uuid:entry_id>")
@require(Action.READ)
def entry(code: str, entry_id: uuid.UUID) -> str:
    """One entry, with its before and after, the rows of bulk work, and its seal."""
    found = get_scoped(db(), TrailEntry, entry_id, g.scope)
    (line,) = queries.lines_of(db(), [found])
    start = max(request.args.get("start", 0, type=int), 0)
    rows = sealed.list_rows(db(), found.tenant_id, found.id, start, ROWS) if found.row_count else []
    return render_template("auditing/entry.html", line=line, entry=found, source=_source(found.source), rows=rows,
                           diff=queries.diff_rows(found), words=queries.changes_in_words, start=start,
                           known=access_catalogue(), title_of=title_of,
                           next=start + ROWS if found.row_count and start + ROWS < found.row_count else None)


@blueprint.get("/trail/batches")
@require(Action.READ)
def batches(code: str) -> str:
    """The seals of the tenant; with `verify` also whether they hold."""
    tenant_id, whole = g.tenant_id, _is_whole()
    found = sealed.list_batches(db(), tenant_id, request.args.get("before", type=int), BATCHES + 1) if whole else []
    page = found[:BATCHES]
    last = sealed.last_batch(db(), tenant_id) if whole else None
    waiting = sealed.count_between(db(), tenant_id, last.last_id if last else None) if whole else 0
    verdict = _verified(last.number if last else 0) if whole and request.args.get("verify") == "1" else None
    return render_template("auditing/batches.html", batches=page, whole=whole, waiting=waiting, last=last,
                           verdict=verdict, keys=sealed.list_keys(db(), [tenant_id]), tenant_id=tenant_id,
                           more=page[-1].number if len(found) > BATCHES else None)


@blueprint.post("/trail/seal")
@require(Action.MANAGE)
def seal(code: str) -> Any:
    """Seal what waits in the tenant now, without waiting for the hour."""
    tenant_id, person = _whole_tenant(), actor()
    above = services.uppers(db())
    with apart():
        pass  # the request's own session ends: SQLite has one writer, and each batch is a transaction
    made = list(services.seal_tenant(database(), _keyring(), above, tenant_id, person))
    flash(gettext("封存了 %(count)s 批", count=len(made)) if made else gettext("没有等待封存的留痕"), "success")
    return redirect(url_for("auditing.batches", code=code))


@blueprint.get("/trail/sealed.jsonl")
@require(Action.EXPORT)
def sealed_file(code: str) -> Response:
    """The sealed trail of the tenant, as the offline verifier takes it."""
    tenant_id, found = _whole_tenant(), database()
    with found.transaction() as own:
        record(own, actor(), Action.EXPORT, EXPORTED(name=actor().name, unit=unit().name), subject=f"tenant:{tenant_id}",
               tenant_id=tenant_id, unit_id=unit().id)
    return Response(_lines(found, tenant_id), mimetype="application/jsonl",
                    headers={"Content-Disposition": f'attachment; filename="trail-{tenant_id}.jsonl"'})


def _lines(found: Database, tenant_id: str) -> Iterator[bytes]:
    """Read while it is being sent, after the request's own session has ended."""
    with found.session() as session:
        yield from export_lines(session, tenant_id)


def _keyring() -> Keyring:
    return Keyring(settings().data_dir)


def _is_whole() -> bool:
    return g.tenant_id in g.scope.whole


def _whole_tenant() -> str:
    """The tenant here, if all of it is in scope: a seal covers the whole of it."""
    if not _is_whole():
        raise NotPermitted(N_("封存以整个租户为单位，请到租户所在的单位查看"))
    return str(g.tenant_id)


def _verified(batches: int) -> Verdict | None:
    if sum(batch.count for batch in sealed.list_batches(db(), g.tenant_id)) > VERIFIED:
        flash(gettext("封存的留痕很多，请管理员在服务器上运行 bangfu trail verify --tenant %(tenant)s", tenant=g.tenant_id), "warning")
        return None
    verdict = services.verify_tenant(db(), _keyring(), services.uppers(db()), g.tenant_id)
    said = f"{len(verdict.faults)} 处不对" if verdict.faults else "完好"
    with database().transaction() as own:
        record(own, actor(), Action.READ, VERIFIED_SAID(name=actor().name, unit=unit().name, batches=batches, said=said),
               subject=f"tenant:{g.tenant_id}", tenant_id=g.tenant_id, unit_id=unit().id)
    return verdict


def _filters() -> Filters:
    args = request.args
    return Filters(args.get("who", "").strip(), args.get("ledger", ""), args.get("action", ""), _below(args.get("unit", "")),
                   queries.parse_day(args.get("since", ""), "since"), queries.parse_day(args.get("until", ""), "until"))


def _below(code: str) -> Unit | None:
    if not code.strip():
        return None
    found = find_unit_by_code(db(), code.strip())
    if found is None or not found.path.startswith(unit().path):
        raise InvalidInput(N_("没有编码为 %(code)s 的单位，或者它不在本单位之下"), {"unit": N_("不在本单位之下")}, code=code)
    return found


def _ledgers() -> list[tuple[str, str]]:
    """What entries are about: core's own parts, then the objects of the plugins."""
    own = [(code, gettext(title)) for code, title in LEDGERS.items()]
    others = dict.fromkeys(code.rpartition(":")[0] for code in access_catalogue().actions if not code.startswith("core:"))
    host = plugin_host()
    return own + [(code, f"{host.title(code.partition(':')[0])}（{code.partition(':')[2]}）") for code in others]


def _actions() -> list[tuple[str, str]]:
    known = access_catalogue()
    return [(code, gettext(known.action_title(code))) for code in known.actions] + [
        (code, gettext(title)) for code, title in ACTIONS.items()]


def title_of(action: str) -> str:
    """An action as people read it."""
    known = access_catalogue()
    if action in known.actions:
        return str(gettext(known.action_title(action)))
    title = ACTIONS.get(action) or LEDGERS.get(action.partition(":")[0]) or LEDGERS.get(action.rpartition(":")[0])
    return str(gettext(title)) if title else action


def _source(code: str) -> str:
    return str(gettext(SOURCES[code])) if code in SOURCES else code


def seal_words(state: str, batch: int | None) -> str:
    """How an entry is sealed, in words."""
    if state == "waiting":
        return str(gettext("待封存"))
    return str(gettext("已封存第%(number)s批", number=batch) if state == "sealed" else gettext("链条断裂"))
