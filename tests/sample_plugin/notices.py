"""What the plugin publishes: gifts handed over on visits, how long that may wait, and its part of the public page."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.extensions import Actor
from core.host.manager import PluginHost
from core.host.notices import ClockSpec, NoticeColumn, NoticeSpec, PublicPart, Term
from core.publicity.models import Notice
from core.publicity.services import open_notice
from core.units.models import Unit
from tests.sample_plugin.models import Visit
from tests.sample_plugin.permissions import SOURCE, Action

VISITS = NoticeSpec(
    "sample.visits", "走访慰问公示",
    (NoticeColumn("title", "事由"), NoticeColumn("head", "户主", mask="name"),
     NoticeColumn("amount", "慰问金（元）", kind="yuan"), NoticeColumn("on", "日期", kind="date")),
    action=Action.VISIT_WRITE, clause=SOURCE, summary="走访送出的慰问金，接受监督。", meets=("sample.publish",))
NOTICES = [VISITS]
CLOCKS = [ClockSpec("sample.publish", "走访结束后公示", "走访结束", (Term(3, "月", "示例法律第一条"),), clause=SOURCE)]


def publish(session: Session, host: PluginHost, tenant_id: str, unit: Unit, visits: list[Visit], actor: Actor,
            heads: dict[str, str] | None = None) -> Notice:
    """Publish visits; `heads` are the names of those visited, by the visit's title."""
    rows = [{"title": visit.title, "head": (heads or {}).get(visit.title, ""), "amount": visit.amount,
             "on": visit.happened_on, "person": str(visit.person_id)} for visit in visits]
    return open_notice(session, host, VISITS, tenant_id, unit, "走访慰问公示", rows, actor,
                       subject=f"sample.visit:{visits[0].id}")


def parts(session: Session, tenant_id: str) -> list[PublicPart]:
    """How many visits there were, and what was given."""
    count, total = session.execute(select(func.count(Visit.id), func.sum(Visit.amount))
                                   .where(Visit.tenant_id == tenant_id)).one()
    if not count:
        return []
    code = tenant_id
    return [PublicPart("示例走访", url_for("sample-public.index", code=code),
                       (("走访", f"{count} 次"), ("慰问金", f"{total:,.2f} 元")))]
