"""What a county publishes every year of its own: which projects get how much, and how far they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy.orm import Session

from core.errors import N_, InvalidInput
from core.extensions import Actor
from core.host.manager import PluginHost
from core.host.notices import NoticeColumn, NoticeSpec, PublicPart
from core.publicity import queries
from core.publicity.models import Notice
from core.publicity.permissions import Action
from core.publicity.services import open_notice
from core.units.models import Unit

#: shown until it is withdrawn: a county's website keeps what it spends for good (国开办发〔2018〕11号)
FUNDS = NoticeSpec(
    "core.yearly_funds", N_("年度资金安排与工作进展"),
    (NoticeColumn("project", N_("项目")), NoticeColumn("amount", N_("安排资金（元）"), kind="yuan"),
     NoticeColumn("progress", N_("工作进展"))),
    action=Action.NOTICE_MANAGE, days="", summary=N_("教育帮扶年度资金安排和工作进展，接受社会监督。"))
NOTICES = [FUNDS]
MOST_ROWS, SHOWN_ROWS = 500, 20
LARGEST = Decimal("999999999999.99")
#: a comma between a digit and three digits stands within an amount
_PARTED = re.compile(r"\t|(?<!\d)[,，]|[,，](?!\d{3}(?:\D|$))")


def read_rows(text: str) -> list[dict[str, Any]]:
    """Lines of project, amount and progress, as they are copied out of a workbook (tabs) or typed (commas). Raises
    InvalidInput that names each faulty line."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines or len(lines) > MOST_ROWS:
        raise InvalidInput(N_("请每行写一个项目，1 到 500 行"), fields={"rows": N_("每行一个项目，1 到 500 行")})
    rows, faults = [], []
    for number, line in lines:
        cells = [cell.strip() for cell in _PARTED.split(line, maxsplit=2)]
        amount = _amount(cells[1]) if len(cells) > 1 else None
        if not cells[0] or amount is None:
            faults.append(str(number))
            continue
        rows.append({"project": cells[0], "amount": amount, "progress": cells[2] if len(cells) > 2 else ""})
    if faults:
        raise InvalidInput(N_("第 %(lines)s 行不是“项目、金额、进展”"), lines="、".join(faults[:20]),
                           fields={"rows": N_("有的行不是“项目、金额、进展”，金额须大于零、最多两位小数")})
    return rows


def publish_funds(session: Session, host: PluginHost | None, tenant_id: str, unit: Unit, year: int, text: str,
                  actor: Actor) -> Notice:
    """Publish a year's arrangement of funds; another of the same year asks to withdraw the first."""
    if not 2000 <= year <= 2100:
        raise InvalidInput(N_("年度应是四位年份"), fields={"year": N_("应是四位年份，如 2016")})
    return open_notice(session, host, FUNDS, tenant_id, unit, f"{year} 年教育帮扶资金安排与工作进展", read_rows(text), actor,
                       subject=f"core.yearly_funds:{unit.id}:{year}")


def part(session: Session, notices: Sequence[Notice], address: str) -> PublicPart | None:
    """The newest of them as a part of the front page; `address` leads to all its rows."""
    notice = next((found for found in notices if found.spec == FUNDS.code), None)
    if notice is None:
        return None
    rows = queries.page_of(session, notice, 1)[:SHOWN_ROWS]
    head = tuple(column[1] for column in notice.columns)
    return PublicPart(notice.title, address, head=head, rows=tuple(tuple(row) for row in rows), order=10)


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(re.sub(r"[,，\s元]", "", text))
        return amount if 0 < amount <= LARGEST and amount == round(amount, 2) else None
    except InvalidOperation:
        return None
