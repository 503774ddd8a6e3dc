"""The keys of personal data: their state for those who keep the platform and who audit it, their renewal for the former."""

from __future__ import annotations

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.errors import N_, Conflict
from core.host.ledgers import Ledger
from core.host.request import plugin_host
from core.jobs.queries import find_open
from core.jobs.services import enqueue
from core.people.permissions import Action
from core.people.routes.blueprint import blueprint, show
from core.privacy import rotation
from core.privacy.vault import vault_of
from core.registry import rotating
from core.trail.services import record
from core.web.markers import require
from core.web.request import actor, db, settings, unit, viewer

#: sealed places of core that are no field of a ledger
ELSEWHERE = {
    "document_blobs.cipher": N_("档案材料的文件密钥"), "document_photos.place": N_("照片的拍摄位置"),
    "notice_files.cipher": N_("公示附件的文件密钥"),
    "notice_objections.text": N_("公示异议的内容"), "notice_objections.contact": N_("公示异议人的联系方式"),
    "notice_objections.code": N_("公示异议的查询码"), "outreach_refusals.phone": N_("不再接收短信的号码"),
    "outreach_gateways.secret": N_("短信网关的密钥"), "matching_source_rows.id_number": N_("比对名单的证件号"),
}
_BOTH = (rotating.CODE, rotating.RETIRE)
BUSY = N_("正在更换或停用密钥，办完以后再来")


@blueprint.get("/registry/keys")
@require(Action.VAULT_READ)
def keys(code: str) -> str:
    """Which versions there are, how old each is, what is sealed with each, and how far a renewal is."""
    vault = vault_of(db())
    counts, files = rotation.standing(db()), rotation.standing_files(settings().data_dir)
    current = vault.keys.current
    versions = [(version, rotation.made_at(vault, version), sum(one.get(version, 0) for one in counts.values()), files.get(version, 0))
                for version in reversed(vault.keys.versions())]
    left = {place: count for place, one in counts.items() if (count := sum(one.values()) - one.get(current, 0))}
    old_files = sum(files.values()) - files.get(current, 0)
    names = _places()
    left = {names.get(place, place): count for place, count in left.items()}
    return show("keys.html", current=current, versions=versions, left=left, old_files=old_files, settled=rotation.is_settled(vault),
                job=find_open(db(), _BOTH), retiring=rotating.RETIRE, may_renew=viewer().allowed(Action.VAULT_WRITE, unit()))


def _places() -> dict[str, str]:
    """What officials call the places where something is sealed: ledger and field, or one of those that no ledger shows."""
    ledgers: list[Ledger] = plugin_host().registered("register_ledgers")
    found = {f"{one.model.__tablename__}.{field.name}": f"{gettext(one.title)} · {gettext(field.label)}"
             for one in ledgers for field in one.fields if field.sealed}
    return {place: gettext(words) for place, words in ELSEWHERE.items()} | found


@blueprint.post("/registry/keys")
@require(Action.VAULT_WRITE)
def renew_keys(code: str) -> ResponseReturnValue:
    """Begin a renewal in the background, or go on with one that was broken off."""
    return _begin(rotating.CODE, "开始更换个人信息密钥", gettext("正在后台重新加密，可以离开这一页"))


@blueprint.post("/registry/keys/retire")
@require(Action.VAULT_WRITE)
def retire_keys(code: str) -> ResponseReturnValue:
    """Begin to prove that nothing needs the older keys, which then are put aside."""
    return _begin(rotating.RETIRE, "开始核对并停用旧的个人信息密钥", gettext("正在后台逐处核对，可以离开这一页"))


def _begin(job_code: str, sentence: str, said: str) -> ResponseReturnValue:
    running = find_open(db(), _BOTH)
    if running is not None and (running.code, running.tenant_id) != (job_code, g.tenant_id):
        raise Conflict(BUSY)
    job = enqueue(db(), actor(), job_code, {}, tenant_id=g.tenant_id, unit_id=unit().id, key=job_code)
    record(db(), actor(), Action.VAULT_WRITE, sentence, subject=f"job:{job.id}", tenant_id=g.tenant_id, unit_id=unit().id)
    flash(said, "success")
    return redirect(url_for("jobs.show", code=g.unit.code, job_id=job.id))
