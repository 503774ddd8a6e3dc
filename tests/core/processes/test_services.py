"""A step is judged, taken once, remembered and told; whoever comes second is told who was first."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound, PlatformError, RuleViolation
from core.extensions import Actor, Database, tenant_scope
from core.host.processes import BEGIN, Deadline, Process
from core.processes.models import ProcessDue, ProcessMark
from core.processes.queries import dues_of, marks_of
from core.processes.services import take
from core.trail.models import TrailEntry
from core.units.models import Unit
from tests.core.processes.conftest import COUNTY_CLERK, JIA, OTHER_CLERK, SCHOOL, SCHOOL_CLERK, Make, make_certificate
from tests.sample_plugin.models import Certificate
from tests.sample_plugin.processes import CERTIFICATE


def go(session: Session, certificate: Certificate, step: str, actor: Actor = COUNTY_CLERK, **options: Any) -> ProcessMark:
    return take(session, None, CERTIFICATE, certificate, step, actor, **options)


def test_a_record_goes_from_state_to_state_and_every_step_is_remembered(jia: Session, make: Make) -> None:
    made = make()
    go(jia, made, "submit", SCHOOL_CLERK)
    go(jia, made, "issue")
    assert (made.state, made.number, made.version) == ("issued", 1, 3)
    marks = marks_of(jia, CERTIFICATE, JIA, made.id)
    assert [(mark.step, mark.from_state, mark.to_state, mark.who) for mark in marks] == [
        (BEGIN, "", "draft", "测试甲"), ("submit", "draft", "submitted", "测试甲"), ("issue", "submitted", "issued", "测试乙")]


def test_the_trail_says_each_step_without_the_name_of_a_person(jia: Session, make: Make) -> None:
    made = make("测试某人")
    go(jia, made, "submit", SCHOOL_CLERK)
    entry = jia.scalars(select(TrailEntry).where(TrailEntry.subject == f"sample.certificate:{made.id}")).one()
    assert (entry.sentence, entry.action) == ("证书：提交（草拟 → 待县级颁发）", "sample:certificate:write")
    assert (entry.before, entry.after) == ({"state": "draft"}, {"state": "submitted"})


def test_the_trail_names_a_record_that_is_no_person(jia: Session, make: Make) -> None:
    take(jia, None, replace(CERTIFICATE, personal=False), make("测试公司"), "submit", SCHOOL_CLERK)
    assert jia.scalars(select(TrailEntry.sentence)).one() == "证书“测试公司”：提交（草拟 → 待县级颁发）"


def test_whoever_submitted_cannot_issue_and_is_told_by_which_step(jia: Session, make: Make) -> None:
    made = make(actor=OTHER_CLERK)
    go(jia, made, "submit", SCHOOL_CLERK)
    with pytest.raises(RuleViolation, match=r"“提交”由您（测试甲）于.*办理，“颁发”须由另一人办理") as refused:
        go(jia, made, "issue", SCHOOL_CLERK)
    assert (refused.value.rule, refused.value.clause) == ("separation-of-duties", "示例方案（三）")
    with pytest.raises(RuleViolation, match="“登记”由您（测试丙）于"):
        go(jia, made, "issue", OTHER_CLERK)
    assert made.state == "submitted"


def test_an_earlier_round_counts_for_the_separation_of_duties(jia: Session, make: Make) -> None:
    made = make()
    go(jia, made, "submit", COUNTY_CLERK)
    go(jia, made, "return", OTHER_CLERK, reason="金额写错")
    go(jia, made, "submit", SCHOOL_CLERK)
    with pytest.raises(RuleViolation, match="“提交”由您（测试乙）"):
        go(jia, made, "issue", COUNTY_CLERK)


def test_a_return_needs_a_reason_and_keeps_it(jia: Session, make: Make) -> None:
    made = make()
    go(jia, made, "submit", SCHOOL_CLERK)
    with pytest.raises(InvalidInput) as refused:
        go(jia, made, "return", reason="  ")
    assert refused.value.fields == {"reason": "办理“退回”须写明理由"}
    go(jia, made, "return", reason="金额与收据不符")
    assert (made.state, marks_of(jia, CERTIFICATE, JIA, made.id)[-1].reason) == ("draft", "金额与收据不符")


def test_only_the_submitter_withdraws(jia: Session, make: Make) -> None:
    made = make()
    go(jia, made, "submit", SCHOOL_CLERK)
    with pytest.raises(RuleViolation, match="“撤回”只能由办理“提交”的本人（测试甲）办理"):
        go(jia, made, "withdraw", OTHER_CLERK)
    go(jia, made, "withdraw", SCHOOL_CLERK)
    assert made.state == "draft"


def test_what_is_missing_is_listed(jia: Session, make: Make) -> None:
    with pytest.raises(RuleViolation, match="测试公司还不能“提交”：没有填写捐赠金额"):
        go(jia, make(amount=None), "submit", SCHOOL_CLERK)


def test_a_step_from_another_state_is_a_conflict_that_says_where_it_stands(jia: Session, make: Make) -> None:
    made = make()
    with pytest.raises(Conflict, match=r"测试公司现为“草拟”（测试甲于.*办理了“登记”），不能再办理“颁发”"):
        go(jia, made, "issue")


def test_a_removed_record_goes_no_step(jia: Session, make: Make) -> None:
    made = make()
    made.removed_at = dt.datetime(2026, 1, 1)  # noqa: DTZ001  # as stored
    with pytest.raises(Conflict, match="已删除"):
        go(jia, made, "submit", SCHOOL_CLERK)


def test_a_version_that_is_not_the_one_seen_is_a_conflict(jia: Session, make: Make) -> None:
    with pytest.raises(Conflict, match="已被改动"):
        go(jia, make(), "submit", SCHOOL_CLERK, version=7)


def test_a_step_nobody_declared_is_not_found(jia: Session, make: Make) -> None:
    with pytest.raises(NotFound, match="没有这个步骤"):
        go(jia, make(), "skip")


def test_a_refused_step_leaves_nothing(jia: Session, make: Make) -> None:
    made = make(amount=None)
    with pytest.raises(RuleViolation):
        go(jia, made, "submit", SCHOOL_CLERK)
    assert [mark.step for mark in marks_of(jia, CERTIFICATE, JIA, made.id)] == [BEGIN]
    assert jia.scalar(select(func.count()).select_from(TrailEntry)) == 0


def test_a_deadline_counts_working_days_from_the_day_the_state_was_entered(
        jia: Session, make: Make, on_day: Callable[[dt.date], None]) -> None:
    on_day(dt.date(2025, 9, 26))
    made = make()
    go(jia, made, "submit", SCHOOL_CLERK)
    due = dues_of(jia, CERTIFICATE, JIA, made.id)["issue"]
    assert (due.since, due.days, due.unit, due.due_on) == (dt.date(2025, 9, 26), 10, "工作日", dt.date(2025, 10, 16))
    assert (due.clause, due.provisional) == ("示例方案（三）", False)
    go(jia, made, "issue")
    assert dues_of(jia, CERTIFICATE, JIA, made.id) == {}


def test_a_deadline_the_plan_does_not_say_is_not_guessed(jia: Session, make: Make) -> None:
    told = replace(CERTIFICATE, steps=tuple(
        replace(step, deadline=Deadline("certificate.days")) if step.deadline else step for step in CERTIFICATE.steps))
    take(jia, None, told, make(), "submit", SCHOOL_CLERK)
    assert jia.scalars(select(ProcessDue)).all() == []


def test_work_of_the_plugin_that_fails_takes_the_step_back(database: Database, units: dict[str, Unit]) -> None:
    def fail(*arguments: Any) -> None:
        raise RuleViolation("编号用完了", rule="test")

    failing: Process = replace(CERTIFICATE, on_step=fail)
    with database.transaction() as session, tenant_scope(session, JIA):
        made = make_certificate(session, units[SCHOOL].id)
    with pytest.raises(RuleViolation), database.transaction() as session, tenant_scope(session, JIA):
        take(session, None, failing, session.get_one(Certificate, (JIA, made.id)), "submit", SCHOOL_CLERK)
    with database.session() as session, tenant_scope(session, JIA):
        assert session.get_one(Certificate, (JIA, made.id)).state == "draft"
        assert session.scalars(select(ProcessMark.step)).all() == [BEGIN]


def test_of_two_people_at_once_one_goes_the_step_and_the_other_is_told(database: Database, units: dict[str, Unit]) -> None:
    with database.transaction() as session, tenant_scope(session, JIA):
        made = make_certificate(session, units[SCHOOL].id)
        go(session, made, "submit", SCHOOL_CLERK)
    ready, answers = threading.Barrier(2), list[PlatformError | str]()
    together = database.engine.dialect.name == "postgresql"  # SQLite lets one writer in at a time

    def met(session: Session, certificate: Certificate) -> list[str]:
        if together:
            ready.wait(timeout=60)  # both have found that nothing stands against it
        return []

    slow = replace(CERTIFICATE, steps=tuple(replace(step, needs=met) for step in CERTIFICATE.steps))

    def issue(actor: Actor) -> None:
        try:
            with database.transaction() as session, tenant_scope(session, JIA):
                take(session, None, slow, session.get_one(Certificate, (JIA, made.id)), "issue", actor)
            answers.append("颁发")
        except PlatformError as refused:
            answers.append(refused)

    people = [threading.Thread(target=issue, args=(actor,)) for actor in (COUNTY_CLERK, OTHER_CLERK)]
    for one in people:
        one.start()
    for one in people:
        one.join(timeout=60)
    refused = [answer for answer in answers if isinstance(answer, Conflict)]
    assert answers.count("颁发") == len(refused) == 1
    assert "测试公司现为“已颁发”（测试" in refused[0].text
    assert "不能再办理“颁发”" in refused[0].text
    with database.session() as session, tenant_scope(session, JIA):
        assert session.scalar(select(func.count()).select_from(ProcessMark).where(ProcessMark.step == "issue")) == 1
        assert session.scalar(select(func.count()).select_from(TrailEntry).where(TrailEntry.sentence.contains("颁发（"))) == 1


def test_a_record_read_before_somebody_else_took_the_step_is_told_so(jia: Session, make: Make) -> None:
    made = make()
    go(jia, made, "submit", SCHOOL_CLERK)
    jia.execute(update(Certificate).values(state="issued", version=9).execution_options(synchronize_session=False))
    assert made.state == "submitted"  # as it was read
    with pytest.raises(Conflict, match="测试公司现为“已颁发”"):
        go(jia, made, "issue")


def test_somebody_without_an_account_is_no_person_whose_duties_are_apart(jia: Session, make: Make) -> None:
    machine = Actor.command_line()
    made = make(actor=machine)
    go(jia, made, "submit", machine)
    assert go(jia, made, "issue", machine).to_state == "issued"
    assert uuid.UUID(int=0) not in {mark.account_id for mark in marks_of(jia, CERTIFICATE, JIA, made.id)}
