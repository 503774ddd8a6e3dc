"""Looking for the same person: in the registry itself, and between an outside list and the registry."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import Actor, new_id, utcnow
from core.extensions.phrases import phrase
from core.ledgers.writing import check_open, insert_rows
from core.matching.frames import People, chunks, decided, opener, persons, rows_of, with_facts
from core.matching.models import Decision, MatchCase, Source, SourceRow
from core.matching.permissions import Action
from core.matching.rules.pairing import MATCH, REVIEW, find_pairs
from core.matching.rules.words import STAGES
from core.trail.services import record, record_batch
from core.units.models import Unit

COMPARED = phrase(N_("名单“%(title)s”与本库比对：对上 %(matched)s 人，待核 %(review)s 人"))
SEARCHED = phrase(N_("查找本库疑似重复的人员，待核 %(count)s 对"))
#: so many persons are shown for one row of a list, the likeliest first
MOST_FOR_ONE = 5
REMEMBERED = "remembered"


@dataclass(frozen=True)
class Findings:
    """What was found between two lists, before anything is written."""

    left: People
    right: People
    pairs: pl.DataFrame


def look_at_source(session: Session, source: Source) -> Findings:
    """Compare a list with the registry, writing nothing."""
    left, right = rows_of(session, source), persons(session, source.tenant_id)
    pairs = find_pairs(left.frame, right.frame, opener(session, source.tenant_id, left, right))
    return Findings(left, right, _with_memory(session, source.tenant_id, pairs, left, right))


def look_for_duplicates(session: Session, tenant_id: str) -> Findings:
    """Compare the persons of a tenant with each other, writing nothing."""
    people = persons(session, tenant_id)
    return Findings(people, people, find_pairs(people.frame, None, opener(session, tenant_id, people)))


def match_source(session: Session, source: Source, actor: Actor, findings: Findings | None = None) -> dict[str, int]:
    """Keep what was found between a list and the registry: what the rules are certain of is linked, what is to be
    looked at becomes a case, what was decided before stays. Gives the counts, which also stand with the list."""
    found = findings or look_at_source(session, source)
    left, right, pairs = found.left, found.right, found.pairs
    links = pairs.filter(pl.col("verdict") == MATCH).unique("left", keep="first", maintain_order=True)
    _link(session, source, links, left, right)
    open_pairs = pairs.filter(pl.col("verdict") == REVIEW).join(links.select("left"), on="left", how="anti")
    _clear_open(session, source.tenant_id, MatchCase.source_id == source.id)
    _add_cases(session, source.tenant_id, "source", _likeliest(open_pairs), left, right, source.id)
    source.counts = counts = _counts(session, source)
    said = COMPARED(title=source.title, matched=counts['matched'], review=counts['review'])
    record_batch(session, actor, Action.MATCH_WRITE, said,
                 subject=f"source:{source.id}", fields=("person", "stage"), tenant_id=source.tenant_id, unit_id=source.unit_id,
                 rows=[(left.ids[row], None, [right.ids[person].hex, stage])
                       for row, person, stage in links.select("left", "right", "stage").iter_rows()])
    return counts


def find_duplicates(session: Session, tenant_id: str, unit_id: uuid.UUID | None, actor: Actor,
                    findings: Findings | None = None) -> int:
    """Keep which persons may stand twice in the registry; gives how many pairs are open. Nothing is merged by rule:
    two records of the registry are merged by a person."""
    found = findings or look_for_duplicates(session, tenant_id)
    _clear_open(session, tenant_id, MatchCase.kind == "registry")
    _add_cases(session, tenant_id, "registry", found.pairs, found.left, found.right)
    count = session.scalar(select(func.count(MatchCase.id)).where(
        MatchCase.tenant_id == tenant_id, MatchCase.kind == "registry", MatchCase.state == Decision.OPEN,
        MatchCase.aside_by.is_(None))) or 0
    record(session, actor, Action.MATCH_WRITE, SEARCHED(count=count), subject=f"tenant:{tenant_id}",
           tenant_id=tenant_id, unit_id=unit_id, after={"open": count, "persons": len(found.left.ids)})
    return count


def _with_memory(session: Session, tenant_id: str, pairs: pl.DataFrame, left: People, right: People) -> pl.DataFrame:
    """What was decided before about the same facts: one person → linked again, two → never asked again."""
    memory = decided(session, tenant_id)
    if memory.is_empty() or pairs.is_empty():
        return pairs
    asked = pairs.join(with_facts(left.frame), left_on="left", right_on="ref").with_columns(
        person=pl.Series([right.ids[ref].hex for ref in pairs["right"]]) if len(pairs) else pl.lit(None, pl.String))
    known = asked.join(memory, on=["facts", "person"], how="left").filter(pl.col("decided").fill_null("") != "different")
    again = pl.col("decided").fill_null("") == "match"
    return known.with_columns(
        verdict=pl.when(again).then(pl.lit(MATCH)).otherwise(pl.col("verdict")),
        stage=pl.when(again).then(pl.lit(REMEMBERED)).otherwise(pl.col("stage"))).select(pairs.columns)


def _likeliest(pairs: pl.DataFrame) -> pl.DataFrame:
    order = {stage: rank for rank, stage in enumerate(STAGES)}
    ranked = pairs.with_columns(rank=pl.col("stage").replace_strict(order, default=len(order), return_dtype=pl.Int64))
    return ranked.sort("left", "rank", "right").group_by("left", maintain_order=True).head(MOST_FOR_ONE).drop("rank")


def _link(session: Session, source: Source, links: pl.DataFrame, left: People, right: People) -> None:
    check_open(session, source.tenant_id)
    session.execute(update(SourceRow).where(
        SourceRow.tenant_id == source.tenant_id, SourceRow.source_id == source.id, SourceRow.linked_by.not_in(("", "person")))
        .values(person_id=None, linked_by="").execution_options(synchronize_session=False))
    table = SourceRow.__table__
    values = [{"_id": left.ids[row], "person": right.ids[person], "stage": stage}
              for row, person, stage in links.select("left", "right", "stage").iter_rows()]
    statement = update(table).where(table.c.tenant_id == source.tenant_id, table.c.id == bindparam("_id")).values(  # type: ignore[arg-type]
        person_id=bindparam("person"), linked_by=bindparam("stage"))
    if values:
        session.connection().execute(statement, values)
    session.expire_all()


def _clear_open(session: Session, tenant_id: str, which: Any) -> None:
    """Take away what was found before and nobody has touched: the facts may have changed since."""
    session.execute(delete(MatchCase).where(MatchCase.tenant_id == tenant_id, which, MatchCase.state == Decision.OPEN,
                                            MatchCase.aside_by.is_(None))
                    .execution_options(synchronize_session="fetch"))


def pair_key(one: uuid.UUID, other: uuid.UUID) -> str:
    """What makes two records this pair, whichever comes first."""
    return ":".join(sorted((one.hex, other.hex)))


def _add_cases(session: Session, tenant_id: str, kind: str, pairs: pl.DataFrame, left: People, right: People,
               source_id: uuid.UUID | None = None) -> None:
    """Cases for the pairs, but those that somebody has put aside or decided."""
    keys = [pair_key(left.ids[row], right.ids[person]) for row, person in pairs.select("left", "right").iter_rows()]
    known = _known(session, tenant_id, keys)
    places = common_units(session, {(left.units[row], right.units[person])
                                    for row, person in pairs.select("left", "right").iter_rows()})
    rows = [(key, row, person, verdict, stage, reasons) for key, (row, person, verdict, stage, reasons)
            in zip(keys, pairs.iter_rows(), strict=True) if key not in known]
    if not rows:
        return
    count, now = len(rows), utcnow()
    # Of a pair within the registry the older record is `person_id`; of a list the registry's.
    own = kind == "registry"
    insert_rows(session, MatchCase.__table__, {  # type: ignore[arg-type]
        "id": [new_id() for _ in rows], "tenant_id": [tenant_id] * count, "kind": [kind] * count, "pair": [row[0] for row in rows],
        "unit_id": [places[left.units[row[1]], right.units[row[2]]] for row in rows],
        "person_id": [left.ids[row[1]] if own else right.ids[row[2]] for row in rows],
        "other_id": [right.ids[row[2]] if own else left.ids[row[1]] for row in rows],
        "source_id": [source_id] * count, "verdict": [row[3] for row in rows], "stage": [row[4] for row in rows],
        "reasons": [row[5] for row in rows], "state": [Decision.OPEN.value] * count, "other_shown": [{} for _ in rows],
        "decided_by": [""] * count, "note": [""] * count, "other_tenant": [""] * count, "proposed": [""] * count,
        "created_at": [now] * count})


def _known(session: Session, tenant_id: str, keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for at in range(0, len(keys), 500):
        found.update(session.scalars(select(MatchCase.pair).where(MatchCase.tenant_id == tenant_id,
                                                                  MatchCase.pair.in_(keys[at : at + 500]))))
    return found


def common_units(session: Session, pairs: Iterable[tuple[uuid.UUID, uuid.UUID]]) -> dict[tuple[uuid.UUID, uuid.UUID], uuid.UUID]:
    """The lowest unit above both of each pair: whoever decides on a pair must reach both."""
    asked = list(pairs)
    ids = sorted({unit for pair in asked for unit in pair})
    paths: dict[uuid.UUID, str] = {}
    for part in chunks(ids):
        paths.update(dict(session.execute(select(Unit.id, Unit.path).where(Unit.id.in_(part))).all()))
    shared = {pair: _shared(paths.get(pair[0], ""), paths.get(pair[1], "")) for pair in asked}
    by_path: dict[str, uuid.UUID] = {}
    wanted = sorted(set(shared.values()))
    for at in range(0, len(wanted), 500):
        found = session.execute(select(Unit.path, Unit.id).where(Unit.path.in_(wanted[at : at + 500])))
        by_path.update(dict(found.all()))
    return {pair: by_path.get(path, pair[0]) for pair, path in shared.items()}


def _shared(one: str, other: str) -> str:
    found = ""
    for a, b in zip(one.split("/")[:-1], other.split("/")[:-1], strict=False):
        if a != b:
            break
        found += f"{a}/"
    return found


def _counts(session: Session, source: Source) -> dict[str, int]:
    mine = (SourceRow.tenant_id == source.tenant_id, SourceRow.source_id == source.id)
    rows = session.execute(select(SourceRow.id, SourceRow.person_id, SourceRow.id_fault).where(*mine)).all()
    waiting = set(session.scalars(select(MatchCase.other_id).where(
        MatchCase.tenant_id == source.tenant_id, MatchCase.source_id == source.id, MatchCase.state.in_(("open", "later")))))
    matched = sum(row.person_id is not None for row in rows)
    review = sum(row.person_id is None and row.id in waiting for row in rows)
    return {"rows": len(rows), "faults": sum(bool(row.id_fault) for row in rows), "matched": matched, "review": review,
            "unmatched": len(rows) - matched - review}
