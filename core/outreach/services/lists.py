"""A list as a file for those who may see numbers, and its results read back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy.orm import Session

from core.errors import N_, InvalidInput, NotFound
from core.extensions import Actor
from core.extensions.phrases import phrase
from core.ledgers.imports.reading import read
from core.ledgers.imports.sheets import ROW, Sheet
from core.outreach import queries
from core.outreach.models import Campaign, Delivery
from core.outreach.permissions import Action
from core.outreach.rules.files import NUMBER, RESULT, Line, read_results, write_list
from core.outreach.rules.words import WAITING
from core.outreach.services.sending import settle_results
from core.privacy.columns import sensitive_fields
from core.privacy.reveal import LEAST_REASON
from core.privacy.vault import vault_of
from core.registry.models import Guardian
from core.trail.services import record, record_batch

READ_BACK = phrase(N_("读入“%(title)s”第 %(number)s 份名单的结果：已发 %(sent)s 条，失败 %(failed)s 条"))


def list_file(session: Session, campaign: Campaign, number: int, kind: str, reason: str, actor: Actor) -> bytes:
    """The numbers of a list that still wait, with the text; whose numbers went out stands on the trail, the numbers do not."""
    if len(reason.strip()) < LEAST_REASON:
        raise InvalidInput(N_("下载名单须写明理由"), {"reason": f"至少 {LEAST_REASON} 个字"})
    rows = _rows(session, campaign, number)
    sealed = queries.sealed_phones(session, campaign.tenant_id, [row.guardian_id for row in rows])
    refused = queries.refused_keys(session, campaign.tenant_id)
    vault, purpose = vault_of(session), sensitive_fields(Guardian)["phone"].purpose
    given = [row for row in rows if row.state == WAITING and row.guardian_id in sealed and sealed[row.guardian_id][1] not in refused]
    lines = [Line(line_number(campaign, row), vault.open(purpose, row.guardian_id, sealed[row.guardian_id][0])) for row in given]
    record_batch(session, actor, Action.MESSAGE_EXPORT, f"下载“{campaign.title}”第 {number} 份短信名单（手机号原文）：{len(lines)} 人",
                 subject=f"core.campaigns:{campaign.id}", fields=("line",), rows=[(row.guardian_id, None, [row.line]) for row in given],
                 tenant_id=campaign.tenant_id, unit_id=campaign.unit_id, reason=reason)
    return write_list(lines, campaign.message, kind)


def _rows(session: Session, campaign: Campaign, number: int) -> list[Delivery]:
    rows = queries.on_list(session, campaign, number)
    if not rows:
        raise NotFound(N_("没有这份名单"))
    return rows


def line_number(campaign: Campaign, row: Delivery) -> str:
    """By which a line is told again: the campaign, the list, the line."""
    return f"{campaign.code}-{row.list_number}-{row.line}"


def read_back(session: Session, campaign: Campaign, number: int, content: bytes, name: str, actor: Actor) -> Counter[str]:
    """Note what the county's platform says of a list. A file of another list is refused as a whole."""
    rows, head = _rows(session, campaign, number), f"{campaign.code}-{number}-"
    found = read_results(_cells(read(content, name, (NUMBER, RESULT)).best()))
    lines, strange = {}, []
    for one in found:
        tail = one.number.removeprefix(head)
        if one.number.startswith(head) and tail.isdecimal() and len(tail) < 7 and 0 < int(tail) <= len(rows):
            lines[int(tail)] = one.sent
        else:
            strange.append(one.number)
    if strange:
        raise InvalidInput(N_("%(count)s 行不是第 %(number)s 份名单的（如 %(first)s），请核对是不是拿错了文件"),
                           {"file": N_("请换成这份名单的结果")}, count=len(strange), number=number, first=strange[0][:60])
    counts = settle_results(rows, lines)
    record(session, actor, Action.MESSAGE_WRITE,
           READ_BACK(title=campaign.title, number=number, sent=counts['sent'], failed=counts['failed']),
           subject=f"core.campaigns:{campaign.id}", tenant_id=campaign.tenant_id, unit_id=campaign.unit_id)
    return counts


def _cells(sheet: Sheet) -> Sequence[tuple[int, str, str]]:
    letters = {column.label: column.letter for column in sheet.columns}
    missing = [label for label in (NUMBER, RESULT) if label not in letters]
    if missing:
        raise InvalidInput(N_("文件里没有“%(labels)s”这一列"), {"file": N_("须有“名单编号”和“结果”两列")}, labels="、".join(missing))
    frame = sheet.frame.select(ROW, letters[NUMBER], letters[RESULT])
    return [(at, (number or "").strip(), result or "") for at, number, result in frame.iter_rows() if number]
