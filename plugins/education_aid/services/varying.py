"""Single awards varied within the band of an average, with the average of each school kept (EA-015)."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import N_, RuleViolation
from core.extensions import Actor
from core.funds.rules.shares import yuan
from core.tenancy.queries import get_tenant
from core.units.queries import units_by_id
from plugins.education_aid.models import AidRun, Application, Award, VariedAward
from plugins.education_aid.queries import bands as reading
from plugins.education_aid.queries.chunking import in_parts
from plugins.education_aid.rules.bands import mean_of
from plugins.education_aid.services import entitling
from plugins.education_aid.services.banding import Band, bands_of, keep

Key = tuple[uuid.UUID, str]
CLAUSE = "EA-015"


def settle(session: Session, tenant_id: str, ids: Sequence[uuid.UUID], actor: Actor) -> None:
    """After amounts were entered, by page or by Excel: each lies in its band, every school keeps its average, and the awards
    take them. Part of the same entry of the trail."""
    rows = [row for part in in_parts(ids) for row in session.scalars(select(VariedAward).where(
        VariedAward.tenant_id == tenant_id, VariedAward.id.in_(part)).execution_options(populate_existing=True))]
    terms: dict[tuple[int, int], list[VariedAward]] = defaultdict(list)
    for row in rows:
        terms[row.school_year, row.term].append(row)
    for term, chosen in sorted(terms.items()):
        run = reading.run_of(session, tenant_id, *term)
        if run is None:
            raise RuleViolation(N_("这个学期还没有测算，先测算再分档"), rule="band-run", clause=CLAUSE)
        _settle(session, run, chosen)


def _settle(session: Session, run: AidRun, rows: Sequence[VariedAward]) -> None:
    bands, awards = bands_of(session, run), reading.awards_by_key(session, run, {row.item for row in rows})
    for row in rows:
        award = awards.get((row.person_id, row.item))
        _judge(row, bands.get(row.item), award, reading.state_of_application(session, award) if award is not None else "")
        assert award is not None  # judged above
        row.unit_id = award.unit_id
    session.flush()  # the run below reads them
    _apply(session, run, {(row.person_id, row.item) for row in rows}, awards)
    for unit_id, item in sorted({(row.unit_id, row.item) for row in rows}, key=str):
        _keep_average(session, run, unit_id, bands[item])


def _judge(row: VariedAward, band: Band | None, award: Award | None, state: str) -> None:
    """Raise what stands against an amount."""
    if band is None:
        raise RuleViolation(N_("“%(item)s”没有按平均标准分档，不能逐人调整"), rule="band-none", clause=CLAUSE, item=row.item)
    if award is None:
        raise RuleViolation(N_("有的学生这个学期没有“%(item)s”，不能分档"), rule="band-award", clause=CLAUSE, item=band.item.name)
    if not band.least <= row.amount <= band.most:
        raise RuleViolation(N_("“%(item)s”每人本学期应在 %(least)s 至 %(most)s 元之间，不能是 %(amount)s 元"), rule="band-outside",
                            clause=CLAUSE, item=band.item.name, least=band.least, most=band.most, amount=row.amount)
    if state not in ("", "draft"):
        raise RuleViolation(N_("有的学生“%(item)s”的申请已经提交，退回后再分档"), rule="band-applied", clause=CLAUSE, item=band.item.name)


def _apply(session: Session, run: AidRun, keys: set[Key], awards: Mapping[Key, Award]) -> None:
    """Let the awards, and applications that are still drafts, be what a run would make them now."""
    found = entitling.work(session, get_tenant(session, run.tenant_id), run.school_year, run.term, run.as_on)
    keep(session, run, found)
    for made in found.awards:
        key = made["person_id"], made["item"]
        if key in keys:
            award = awards[key]
            award.amount, award.shares, award.reason = made["amount"], made["shares"], made["reason"]
            award.version += 1
            session.execute(update(Application).where(
                Application.tenant_id == run.tenant_id, Application.award_id == award.id, Application.state == "draft")
                .values(amount=award.amount, version=Application.version + 1).execution_options(synchronize_session="fetch"))
    session.flush()  # the averages below read them


def _keep_average(session: Session, run: AidRun, unit_id: uuid.UUID, band: Band) -> None:
    amounts = reading.amounts_at(session, run, unit_id, band.item.code)
    mean = mean_of([int(amount * 100) for amount in amounts], band.amount)
    if mean.off:
        school = units_by_id(session, {unit_id})[unit_id]
        said = (N_("%(school)s“%(item)s”%(count)s 人平均 %(mean)s 元，方案的平均标准是 %(standard)s 元，合计多 %(off)s 元") if mean.off > 0
                else N_("%(school)s“%(item)s”%(count)s 人平均 %(mean)s 元，方案的平均标准是 %(standard)s 元，合计少 %(off)s 元"))
        raise RuleViolation(said, rule="band-mean", clause=CLAUSE, school=school.name, item=band.item.name, count=len(amounts),
                            mean=average(amounts), standard=band.standard, off=yuan(abs(mean.off)))


def average(amounts: Sequence[Decimal]) -> Decimal:
    """The mean as people read it, to the fen."""
    return (sum(amounts, Decimal(0)) / len(amounts)).quantize(Decimal("0.01")) if amounts else Decimal("0.00")
