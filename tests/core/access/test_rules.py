"""Lines, their conditions and their faults."""

from __future__ import annotations

import pytest

from core.access.rules import (
    Heir,
    Line,
    ancestors_of,
    covers,
    heir_faults,
    holds,
    line_faults,
    parse_condition,
    split_action,
)
from tests.factories.access import make_catalogue

KNOWN = make_catalogue("aid:award:write", "aid:award:approve", "aid:award:read")
GOOD = Line("aid_centre", "", "aid.award", "approve", "!is_submitter", "allow")


def faults(**changes: str) -> str:
    parts = {name: getattr(GOOD, name) for name in ("role", "tenant", "obj", "act", "cond", "eft")}
    return "；".join(line_faults(Line(**{**parts, **changes}), KNOWN.actions, KNOWN.roles))


def test_a_good_line_has_no_fault() -> None:
    assert faults() == ""
    assert faults(role="*", obj="aid.*", act="*", cond="", tenant="00/52/") == ""
    assert faults(obj="*", act="write", cond="role:helper & !is_own") == ""


@pytest.mark.parametrize(("change", "message"), [
    ({"eft": "Deny"}, "效力只能是"),
    ({"eft": ""}, "效力只能是"),
    ({"role": "aid_center"}, "没有名为“aid_center”的角色"),
    ({"role": " "}, "角色不能为空"),
    ({"role": " aid_centre"}, "角色不能为空，也不能带空格"),
    ({"obj": "aid.awards"}, "没有名为“aid.awards”的对象"),
    ({"obj": ""}, "对象不能为空"),
    ({"act": "pay"}, "没有“pay”这个动作"),
    ({"act": ""}, "动作不能为空"),
    ({"cond": "is_submiter"}, "没有名为“is_submiter”的条件"),
    ({"cond": "!role:nobody"}, "条件里没有名为“nobody”的角色"),
    ({"tenant": "00/52"}, "应以 / 结尾"),
    ({"act": "read", "cond": "is_own"}, "不能带记录条件"),
    ({"act": "*", "cond": "!is_own"}, "不能带记录条件"),
])
def test_a_bad_line_is_named_with_its_fault(change: dict[str, str], message: str) -> None:
    assert message in faults(**change)


def test_a_role_condition_may_stand_on_reading_since_it_is_the_same_for_every_row() -> None:
    assert faults(act="read", cond="!role:helper") == ""


def test_conditions_hold_term_by_term() -> None:
    assert parse_condition("is_own & !role:helper") == ((True, "is_own"), (False, "role:helper"))
    assert holds("", {"a"}, ())
    assert holds("is_own & !role:helper", {"a"}, {"is_own"})
    assert not holds("is_own & !role:helper", {"helper"}, {"is_own"})
    assert not holds("is_own", {"a"}, ())
    assert holds("role:a", {"a"}, ())


def test_an_object_covers_itself_and_what_is_under_it() -> None:
    assert covers("core.unit", "core.unit")
    assert covers("core.*", "core.unit")
    assert covers("*", "core.unit")
    assert not covers("core.unit", "core.units")
    assert not covers("core.u*", "core.unit")


def test_an_action_is_an_object_and_a_verb() -> None:
    assert split_action("core:unit:read") == ("core.unit", "read")


def test_inheritance_reaches_through_and_refuses_circles_and_strangers() -> None:
    heirs = [Heir("a", "b"), Heir("b", "c")]
    assert ancestors_of("a", heirs) == {"a", "b", "c"}
    assert ancestors_of("a", [*heirs, Heir("c", "a")]) == {"a", "b", "c"}
    roles = make_catalogue().roles
    assert heir_faults(Heir("helper", "auditor"), [], roles) == []
    assert "没有名为“nobody”的角色" in heir_faults(Heir("helper", "nobody"), [], roles)[0]
    circle = [Heir("helper", "auditor"), Heir("auditor", "helper")]
    assert "互相继承" in heir_faults(circle[0], circle, roles)[0]


def test_lines_read_as_casbin_writes_them() -> None:
    assert str(GOOD) == "p, aid_centre, *, aid.award, approve, !is_submitter, allow"
    assert str(Line("a", "00/", "o", "r")) == "p, a, 00/, o, r, -, allow"
    assert str(Heir("a", "b")) == "g, a, b"
