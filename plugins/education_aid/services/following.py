"""Aid follows its child and its school: into another's record when two become one, with a unit when the tree changes.

A row that the kept record has already (the same item of the same term) stays where it is: one child has an item once.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from sqlalchemy import Table, and_, func, select, update
from sqlalchemy.orm import Session

from core.errors import N_
from core.host.contract import Retained
from core.registry.services.moving import Follower
from core.tenancy.keeping import AID, accounts_kept_until, period
from plugins.education_aid import models
from plugins.education_aid.models.awards import Carried

#: every table whose rows are about a person
OF_PERSONS: tuple[type[Any], ...] = (models.Award, models.Undecided, models.Difference, models.Application, models.Payment,
                                     models.AidCase, models.DropoutCase, models.Applicant, models.Referral, models.Loan,
                                     models.Survey, models.Measure, models.PathwayMember, models.RollEntry)
FOLLOWERS = (
    Follower(models.AidRun, "次应享测算"), Follower(models.Award, "项应享", ("stage", "class_name", "item")),
    Follower(models.Undecided, "项无法判定"), Follower(models.Difference, "项补发追回草稿"),
    Follower(models.Application, "份资助申请"), Follower(models.Batch, "个发放批次"), Follower(models.Payment, "笔资助发放"),
    Follower(models.AidCase, "件应享未享"), Follower(models.Letter, "份联合函"), Follower(models.DropoutCase, "件控辍保学问题"),
    Follower(models.DropoutPatch, "个包片"), Follower(models.DropoutReport, "份月报"),
    Follower(models.AdmissionRound, "个录取批次"), Follower(models.Applicant, "名录取申请人"), Follower(models.Referral, "件转介"),
    Follower(models.Loan, "笔助学贷款"), Follower(models.WorkStudy, "个勤工俭学岗位"), Follower(models.Charge, "项学校收费"),
    Follower(models.TargetValue, "项目标填报"), Follower(models.Survey, "份困难调查"), Follower(models.Measure, "条帮扶措施"),
    Follower(models.PathwayMember, "名贯通学生"), Follower(models.PathwayStep, "次贯通转段", parent="member_id"),
    Follower(models.RollEntry, "条两库记录"))

AID_RECORDS, UNSAID_AID = N_("资助档案"), N_("方案没有写明资助档案的保存年限")


def follow_merge(session: Session, tenant_id: str, merge_id: uuid.UUID, kept_id: uuid.UUID, merged_id: uuid.UUID) -> int:
    """Name the kept record where the merged one was named, and remember which rows went over; how many."""
    count = 0
    for model in OF_PERSONS:
        for record_id in _free(session, model, tenant_id, kept_id, merged_id):
            if _renamed(session, model, tenant_id, record_id, merged_id, kept_id):
                session.add(Carried(tenant_id=tenant_id, merge_id=merge_id, kind=model.__tablename__, record_id=record_id))
                count += 1
    session.flush()  # a parting in the same transaction reads what is stored
    session.expire_all()
    return count


def take_back(session: Session, tenant_id: str, merge_id: uuid.UUID, kept_id: uuid.UUID, merged_id: uuid.UUID) -> int:
    """Name the merged record again where it was named before; what has come since stays."""
    by_table = {model.__tablename__: model for model in OF_PERSONS}
    rows = session.scalars(select(Carried).where(Carried.tenant_id == tenant_id, Carried.merge_id == merge_id)).all()
    for row in rows:
        _renamed(session, by_table[row.kind], tenant_id, row.record_id, kept_id, merged_id)
        session.delete(row)
    session.flush()  # as above
    session.expire_all()
    return len(rows)


def _renamed(session: Session, model: type[Any], tenant_id: str, record_id: uuid.UUID, old: uuid.UUID, new: uuid.UUID) -> bool:
    """Name another person in a row, and in the slot that keeps an item from standing twice; False where that is taken."""
    values: dict[str, Any] = {"person_id": new}
    own = and_(model.tenant_id == tenant_id, model.id == record_id)
    if "slot" in model.__table__.columns:
        slot = session.scalar(select(model.slot).where(own))
        if slot:
            values["slot"] = slot.replace(old.hex, new.hex)
            if session.scalar(select(model.id).where(model.tenant_id == tenant_id, model.slot == values["slot"])) is not None:
                return False
    session.execute(update(model).where(own).values(**values).execution_options(synchronize_session=False))
    return True


def retained(session: Session, tenant_id: str, person_ids: Collection[uuid.UUID]) -> list[Retained]:
    """Amounts stay for the years the plan gives accounts, and with the name for those it gives the records of aid; no
    table of aid but the registry's keeps who the person was."""
    paid = models.Payment
    rows = session.execute(select(paid.person_id, func.count(), func.max(paid.credited_on), func.max(paid.made_at)).where(
        paid.tenant_id == tenant_id, paid.person_id.in_(person_ids)).group_by(paid.person_id)).all()
    newest = {person_id: credited or made.date() for person_id, _, credited, made in rows}
    kept = {year: accounts_kept_until(session, tenant_id, dt.date(year, 1, 1)) for year in {day.year for day in newest.values()}}
    named = period(session, tenant_id, AID) if rows else None
    found = []
    for person_id, count, _, _ in rows:
        day = newest[person_id]
        law, until = kept[day.year]
        found.append(Retained(person_id, N_("资助发放"), law, until=until, count=count))
        found.append(Retained(person_id, AID_RECORDS, named.rule, identity=True, until=named.until(day), count=count) if named
                     else Retained(person_id, AID_RECORDS, UNSAID_AID, count=count, stated=False))
    return found


def _free(session: Session, model: type[Any], tenant_id: str, kept_id: uuid.UUID, merged_id: uuid.UUID) -> list[uuid.UUID]:
    """The rows of the merged record that the kept one does not have already."""
    table: Table = model.__table__
    statement = select(table.c.id).where(table.c.tenant_id == tenant_id, table.c.person_id == merged_id)
    other = table.alias()
    for index in table.indexes:
        names = [column.name for column in index.columns]
        if index.unique and "person_id" in names:
            same = and_(*(other.c[name] == table.c[name] for name in names if name != "person_id"), other.c.person_id == kept_id)
            statement = statement.where(~select(other.c.id).where(same).exists())
    return list(session.scalars(statement.order_by(table.c.id)))
