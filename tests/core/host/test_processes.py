"""A declaration that cannot work keeps its plugin out, with what is wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Column, MetaData, String, Table

from core.host.processes import BEGIN, CORRECT, Deadline, Process, State, Step, process_faults
from tests.sample_plugin.models import Certificate, Visit
from tests.sample_plugin.processes import CERTIFICATE


class Unlisted:
    """A model that was never given the index."""

    __table__ = Table("unlisted", MetaData(), *(Column(name, String(16)) for name in ("tenant_id", "id", "unit_id", "version", "state")))


def said(process: Process) -> str:
    return "；".join(message % params for message, params in process_faults(process))


def with_step(**changes: Any) -> Process:
    first, *others = CERTIFICATE.steps
    return replace(CERTIFICATE, steps=(replace(first, **changes), *others))


def test_the_sample_is_sound() -> None:
    assert said(CERTIFICATE) == ""


@pytest.mark.parametrize(("process", "fault"), [
    (replace(CERTIFICATE, model=Visit), "的表缺少列 version"),
    (replace(CERTIFICATE, model=Unlisted), "须有索引（tenant_id, state, id）"),
    (replace(CERTIFICATE, initial="nowhere"), "没有初始状态"),
    (replace(CERTIFICATE, states=(*CERTIFICATE.states, State("draft", "又一个"))), "状态或步骤重复"),
    (replace(CERTIFICATE, states=(*CERTIFICATE.states, State("far-too-long-a-code", "长"))), "超过 16 个字符"),
    (replace(CERTIFICATE, states=(*CERTIFICATE.states, State("odd", "怪", status="pink"))), "状态的颜色有误"),
    (with_step(code=BEGIN), "占用了保留的名称"),
    (with_step(code=CORRECT), "占用了保留的名称"),
    (with_step(sources=()), "步骤 submit 提到没有的状态或步骤"),
    (with_step(target="nowhere"), "步骤 submit 提到没有的状态或步骤"),
    (with_step(not_by=("nothing",)), "步骤 submit 提到没有的状态或步骤"),
    (with_step(only_by=("nothing",)), "步骤 submit 提到没有的状态或步骤"),
    (with_step(sources=("issued",)), "步骤 submit 从已办结的状态出发"),
    (with_step(deadline=Deadline(0)), "步骤 submit 的期限须至少一天"),
    (with_step(deadline=Deadline(column="no_such_day")), "缺少列 no_such_day"),
    (with_step(at="no_such_unit"), "缺少列 no_such_unit"),
])
def test_what_cannot_work_is_named(process: Process, fault: str) -> None:
    assert fault in said(process)
    assert "sample.certificate" in said(process)


def test_the_submission_is_the_first_step_out_of_the_initial_state() -> None:
    assert CERTIFICATE.submits == "submit"
    assert replace(CERTIFICATE, submit="issue").submits == "issue"
    assert replace(CERTIFICATE, steps=()).submits == BEGIN


def test_what_is_no_longer_declared_is_shown_by_its_code() -> None:
    assert (CERTIFICATE.state("old").title, CERTIFICATE.step_title("old")) == ("old", "old")
    assert [CERTIFICATE.step_title(code) for code in (BEGIN, CORRECT, "issue")] == ["登记", "更正", "颁发"]


def test_every_action_it_asks_for_is_told() -> None:
    assert set(CERTIFICATE.actions) == {"sample:certificate:read", "sample:certificate:write", "sample:certificate:approve"}
    assert isinstance(CERTIFICATE.step("issue"), Step)
    assert CERTIFICATE.model is Certificate
