"""What publicity puts on other pages: to-dos, its part of the public page, records that follow the tree, the demo."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from core.extensions import Actor, today
from core.host.contract import Place, Todo
from core.host.notices import PublicPart
from core.publicity import queries, yearly
from core.publicity.models import DutyClock, Notice, Objection
from core.publicity.permissions import Action
from core.registry.services.moving import Follower
from core.tenancy.queries import get_tenant
from core.units.models import Level

FOLLOWERS = (Follower(Notice, "件公示", ("spec", "title")), Follower(Objection, "件异议", parent="notice_id"),
             Follower(DutyClock, "项公示时限", ("spec", "title")))
DEMO = """义务教育寄宿生生活补助	1260000	春季学期已发放
学前教育资助	348000	名单公示中
普通高中国家助学金	512000	已发放
中职免学费	226500	已拨付学校
营养改善计划	1875000	按学期拨付
乡村教师生活补助	690000	每月发放"""


def todos(session: Session, place: Place) -> list[Todo]:
    """Objections that wait, and duties that are late."""
    found = []
    scope = place.scope(Action.OBJECTION_WRITE)
    waiting = queries.waiting_objections(session, scope)
    if waiting:
        found.append(Todo(gettext("答复公示异议"), url_for("publicity.objections", code=place.code), waiting[0].due_on,
                          queries.open_objections(session, scope)))
    late = queries.count_overdue(session, place.scope(Action.NOTICE_MANAGE), today())
    if late:
        found.append(Todo(gettext("逾期未公示"), url_for("publicity.clocks", code=place.code), count=late))
    return found


def yearly_part(session: Session, tenant_id: str) -> list[PublicPart]:
    """The newest yearly arrangement of funds that a tenant shows."""
    notices = queries.shown_notices(session, tenant_id, today())
    newest = next((notice for notice in notices if notice.spec == yearly.FUNDS.code), None)
    if newest is None:
        return []
    code = get_tenant(session, tenant_id).unit.code
    part = yearly.part(session, [newest], url_for("public.notice", code=code, notice_id=newest.id))
    return [part] if part else []


def load_demo(session: Session, tenant_id: str, year: int, actor: Actor) -> None:
    """A made-up arrangement of funds for a county that shows none."""
    place = get_tenant(session, tenant_id)
    shown = {notice.spec for notice in queries.shown_notices(session, tenant_id, today())}
    if place.unit.level == Level.COUNTY and yearly.FUNDS.code not in shown:
        yearly.publish_funds(session, None, tenant_id, place.unit, year, DEMO, actor)
