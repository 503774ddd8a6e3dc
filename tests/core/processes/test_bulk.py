"""Many records at once: the good ones go, the others are told one by one, the trail has one entry."""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, RuleViolation
from core.processes import bulk
from core.processes.bulk import take_many
from core.processes.models import ProcessMark
from core.processes.services import take
from core.trail.models import TrailEntry, TrailRows
from tests.core.processes.conftest import COUNTY_CLERK, SCHOOL_CLERK, Make
from tests.sample_plugin.models import Certificate
from tests.sample_plugin.processes import CERTIFICATE


def submitted(session: Session, make: Make, *donors: str) -> list[Certificate]:
    found = [make(donor) for donor in donors]
    for one in found:
        take(session, None, CERTIFICATE, one, "submit", SCHOOL_CLERK)
    return found


def test_good_records_go_and_the_refused_are_told_one_by_one(jia: Session, make: Make) -> None:
    good = submitted(jia, make, "测试一", "测试二")
    own = make("测试三", actor=COUNTY_CLERK)
    take(jia, None, CERTIFICATE, own, "submit", SCHOOL_CLERK)
    draft = make("测试四")
    taken = take_many(jia, None, CERTIFICATE, [*good, own, draft], "issue", COUNTY_CLERK)
    assert taken.done == tuple(one.id for one in good)
    assert [(one.name, type(one.why)) for one in taken.refused] == [("测试三", RuleViolation), ("测试四", Conflict)]
    assert "“登记”由您（测试乙）" in taken.refused[0].why.text
    assert [(one.state, one.number) for one in good] == [("issued", 1), ("issued", 2)]
    assert (own.state, draft.state) == ("submitted", "draft")


def test_the_trail_has_one_entry_with_every_record_under_a_digest(jia: Session, make: Make) -> None:
    good = submitted(jia, make, "测试一", "测试二")
    take_many(jia, None, CERTIFICATE, [*good, make("测试四")], "issue", COUNTY_CLERK)
    entry = jia.scalars(select(TrailEntry).where(TrailEntry.subject == "process:sample.certificate")).one()
    assert (entry.sentence, entry.row_count) == ("捐赠证书审批：批量颁发 2 条", 2)
    data = zlib.decompress(jia.get_one(TrailRows, (entry.tenant_id, entry.id)).data)
    assert hashlib.sha256(data).hexdigest() == entry.rows_digest
    assert json.loads(data) == {"fields": ["state"], "ids": [one.id.hex for one in good], "before": [["submitted"]] * 2,
                                "after": [["issued"]] * 2}


def test_nothing_is_left_on_the_trail_where_nothing_went(jia: Session, make: Make) -> None:
    assert take_many(jia, None, CERTIFICATE, [make("测试四")], "issue", COUNTY_CLERK).done == ()
    assert jia.scalars(select(TrailEntry)).all() == []


def test_work_of_the_plugin_that_fails_takes_back_that_record_alone(jia: Session, make: Make) -> None:
    def picky(session: Any, host: Any, record: Certificate, step: Any, actor: Any) -> None:
        record.donor = f"{record.donor}（已办）"
        session.flush()
        if record.donor.startswith("测试一"):
            raise RuleViolation("这一条不行", rule="test")

    found = submitted(jia, make, "测试一", "测试二")
    taken = take_many(jia, None, replace(CERTIFICATE, on_step=picky), found, "issue", COUNTY_CLERK)
    assert [one.why.text for one in taken.refused] == ["这一条不行"]
    assert [(one.donor, one.state) for one in found] == [("测试一", "submitted"), ("测试二（已办）", "issued")]
    assert len(jia.scalars(select(ProcessMark).where(ProcessMark.step == "issue")).all()) == 1


def test_a_bulk_return_has_one_reason_for_all(jia: Session, make: Make) -> None:
    found = submitted(jia, make, "测试一", "测试二")
    with pytest.raises(InvalidInput, match="须写明理由"):
        take_many(jia, None, CERTIFICATE, found, "return", COUNTY_CLERK)
    assert len(take_many(jia, None, CERTIFICATE, found, "return", COUNTY_CLERK, "材料不全").done) == 2


def test_a_step_that_is_not_for_many_is_refused(jia: Session, make: Make) -> None:
    with pytest.raises(InvalidInput, match="“撤回”只能逐条办理"):
        take_many(jia, None, CERTIFICATE, submitted(jia, make, "测试一"), "withdraw", SCHOOL_CLERK)


def test_more_than_can_be_done_at_once_is_refused_before_any_goes(
        jia: Session, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST", 1)
    found = submitted(jia, make, "测试一", "测试二")
    with pytest.raises(InvalidInput, match="一次最多办理 1 条"):
        take_many(jia, None, CERTIFICATE, found, "issue", COUNTY_CLERK)
    assert {one.state for one in found} == {"submitted"}
