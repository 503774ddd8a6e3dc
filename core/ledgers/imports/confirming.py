"""Confirming an import: all its good rows reach the ledger in one transaction, once."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput
from core.extensions import uncollected, utcnow
from core.extensions.phrases import phrase
from core.host.ledgers import Field, Ledger
from core.ledgers import storing
from core.ledgers.imports import queries, standing
from core.ledgers.imports.desk import Desk, let_go, trail
from core.ledgers.imports.models import Import, State
from core.ledgers.imports.staging import frame_of
from core.tenancy.models import Tenant

GOOD, ALL = "good", "all"
#: rows handed to the database in one go, within the one transaction; each leaves its entry on the trail
CHUNK = 20_000
ADDED = phrase(N_("%(title)s：导入“%(file)s”新增 %(count)s 条"))
CHANGED = phrase(N_("%(title)s：导入“%(file)s”修改 %(count)s 条"))
DONE = phrase(N_("%(ledger)s导入“%(file)s”：新增 %(created)s 条，修改 %(updated)s 条，未变 %(unchanged)s 条"))
PARTLY_DONE = phrase(N_("%(ledger)s导入“%(file)s”：新增 %(created)s 条，修改 %(updated)s 条，未变 %(unchanged)s 条，有误未导入 %(bad)s 行"))


@uncollected()
def confirm(session: Session, desk: Desk, found: Import, choice: str, turn: int) -> storing.Stored:
    """Store the good rows in this transaction; with the choice "all" only if there are no others. The second of two
    who confirm at once is told that it has been done."""
    # One import of a tenant at a time: two files may name the same new record.
    session.execute(select(Tenant.id).where(Tenant.id == desk.tenant_id).with_for_update(key_share=True))
    found = queries.locked(session, found)
    may_confirm(found, choice, turn)
    rows, fields = frame_of(desk.staging.open(found.rows_file)), desk.fields(session)
    place = standing.stand(session, desk.ledger, desk.tenant_id, rows, fields, desk.scope, desk.unit.id)
    if place.foreign or place.frozen or standing.units_lost(session, desk.tenant_id, rows, desk.scope):
        raise Conflict(N_("核对之后有单位或记录发生了变化，请重新核对"))
    stored = _store(session, desk, found, rows, fields, place)
    found.counts = {**found.counts, "created": stored.created, "updated": stored.updated,
                    "unchanged": stored.unchanged}
    found.state, found.confirmed_at, found.confirmed_by = State.CONFIRMED, utcnow(), desk.actor.name[:80]
    found.choice, found.turn = choice, found.turn + 1
    if not found.counts["bad"]:
        let_go(session, desk.staging, found)
    trail(session, desk, found, said(desk.ledger, found), {name: found.counts[name] for name in (
        "created", "updated", "unchanged", "bad")})
    return stored


def said(ledger: Ledger, found: Import) -> str:
    """What a confirmed import did, in a sentence."""
    words = PARTLY_DONE if found.counts["bad"] else DONE
    return words(ledger=ledger.title, file=found.file_name, **found.counts)


def may_confirm(found: Import, choice: str, turn: int) -> None:
    if found.state == State.CONFIRMED:
        raise Conflict(N_("这次导入已由%(who)s确认，没有重复存入"), who=found.confirmed_by)
    if found.state != State.CHECKED or found.turn != turn:
        raise Conflict(N_("核对之后文件或改正有变化，请重新核对后再确认"))
    if choice not in (GOOD, ALL):
        raise InvalidInput(N_("请选择只存入无误的行，还是全部无误才存入"))
    if choice == ALL and found.counts["bad"]:
        raise InvalidInput(N_("还有 %(count)s 行有误，没有存入任何一行"), count=found.counts["bad"])
    if not found.counts["good"]:
        raise InvalidInput(N_("没有一行可以存入，请先改正"))


def _store(session: Session, desk: Desk, found: Import, rows: pl.DataFrame, fields: tuple[Field, ...],
           place: standing.Standing) -> storing.Stored:
    created, updated, unchanged = 0, 0, len(place.unchanged)
    told = {"title": desk.ledger.title, "file": found.file_name}
    for part in _chunks(place.new):
        made = storing.store(session, desk.ledger, desk.tenant_id, standing.new_rows(desk.ledger, rows[part], fields), desk.actor,
                             "create", unit_id=found.unit_id, fields=fields,
                             sentence=ADDED(**told, count=len(part)))
        created += made.created
    for part in _chunks(place.changed):
        changes = standing.changed_rows(rows[part], [place.old[at] for at in part])
        made = storing.store(session, desk.ledger, desk.tenant_id, changes, desk.actor, "update", unit_id=found.unit_id,
                             fields=fields, sentence=CHANGED(**told, count=len(part)))
        updated, unchanged = updated + made.updated, unchanged + made.unchanged
    return storing.Stored(created, updated, unchanged, [])


def _chunks(positions: list[int]) -> Iterator[list[int]]:
    """Rows become Python objects on their way into the database: so many at a time."""
    for at in range(0, len(positions), CHUNK):
        yield positions[at : at + CHUNK]
