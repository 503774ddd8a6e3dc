"""What a plugin says of publicity is examined before it is relied on."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from flask import Blueprint

from core.errors import PluginLoadError
from core.host.loading import examine
from core.host.markers import hookimpl
from core.host.notices import ClockSpec, NoticeColumn, NoticeSpec, Term, clock_faults, notice_faults
from core.web.markers import public, public_blueprint, require
from tests.sample_plugin import hooks

COLUMN = NoticeColumn("name", "姓名", mask="name")


@pytest.mark.parametrize(("columns", "starts"), [
    ((), "at_once"), ((COLUMN, COLUMN), "at_once"), ((COLUMN,), "some_day"),
    ((NoticeColumn("id", "证件号", mask="id_number"),), "at_once"), ((NoticeColumn("phone", "电话", mask="phone"),), "at_once"),
    ((NoticeColumn("card", "卡号", mask="bank_card"),), "at_once"), ((NoticeColumn("x", "x", kind="image"),), "at_once"),
])
def test_a_notice_with_columns_that_may_not_be_public_is_a_fault(columns: tuple[NoticeColumn, ...], starts: str) -> None:
    assert notice_faults([NoticeSpec("sample.x", "公示", columns, "sample:visit:write", starts=starts)])


def test_a_sound_notice_has_no_fault() -> None:
    assert notice_faults([NoticeSpec("sample.x", "公示", (COLUMN,), "sample:visit:write")]) == []


@pytest.mark.parametrize("term", [Term(0, "工作日", "法"), Term(3, "周", "法"), Term(3, "月", "")])
def test_a_clock_whose_term_cannot_be_counted_is_a_fault(term: Term) -> None:
    assert clock_faults([ClockSpec("sample.x", "公示", "结束", (term,))])
    assert clock_faults([ClockSpec("sample.x", "公示", "结束", (Term(3, "月", "慈善法"),))]) == []


def plugin(**answers: Any) -> Any:
    """The sample plugin with some of its hooks answered otherwise."""
    names = {name: getattr(hooks, name) for name in dir(hooks) if not name.startswith("__")}
    return SimpleNamespace(**{**names, **{name: hookimpl(lambda answer=answer: answer) for name, answer in answers.items()}})


def refused(**changes: Any) -> str:
    with pytest.raises(PluginLoadError) as error:
        examine(plugin(**changes), "test")
    return error.value.text


def page(blueprint: Blueprint, marker: Any, address: str = "/") -> Blueprint:
    blueprint.add_url_rule(address, "index", marker(lambda code: ""))
    return blueprint


def test_public_pages_are_the_plugins_own_and_say_why_they_are_public() -> None:
    why = public("公开")
    assert "public_blueprint" in refused(register_public_pages=[page(Blueprint("sample-public", __name__), why)])
    assert "public_blueprint" in refused(register_public_pages=[page(public_blueprint("other", __name__), why)])
    closed = page(public_blueprint("sample", __name__), require("sample:visit:read"))
    assert "没有写明公开的理由" in refused(register_public_pages=[closed])


def test_a_notice_belongs_to_its_plugin() -> None:
    foreign = NoticeSpec("other.x", "公示", (COLUMN,), "sample:visit:write")
    assert "须以“sample.”开头" in refused(register_notices=[foreign])
    assert "须以“sample:”开头" in refused(register_notices=[NoticeSpec("sample.x", "公示", (COLUMN,), "other:visit:write")])
    assert "须以“sample.”开头" in refused(register_clocks=[ClockSpec("other.x", "公示", "结束")])
