"""A note in the archive of each demo tenant, so that its pages have something to show."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.documents.folders import BUILTIN
from core.documents.models import Document
from core.documents.services import add_note
from core.documents.subjects import UNIT, Subject
from core.extensions import Actor
from core.units.queries import find_unit_by_code

NOTE = "演示材料：组织入户走访，宣讲资助政策，情况由测试人员填写。"
DAY = dt.date(2016, 10, 17)


def load(session: Session, tenant_id: str, actor: Actor) -> None:
    """Put one note into the tenant's own folder, unless it holds something already."""
    unit = find_unit_by_code(session, tenant_id)
    if unit is None or session.scalar(select(Document.id).where(Document.tenant_id == tenant_id).limit(1)):
        return
    folder = BUILTIN[0]
    add_note(session, actor, Subject(UNIT, unit.id, unit.name, tenant_id, unit.id), folder, folder.items[0], NOTE, DAY)
