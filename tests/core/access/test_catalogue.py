"""The catalogue of actions, roles and default lines."""

from __future__ import annotations

import pytest

from core.access.catalogue import catalogue
from core.access.rules import Heir, Line
from core.errors import PluginLoadError
from core.host.contract import ActionSpec, RoleSpec, RuleSpec
from tests.factories.access import Registry, make_catalogue


def test_core_and_plugins_are_collected_once() -> None:
    known = make_catalogue("aid:award:read", rules=[RuleSpec("helper", "aid.award", "read"),
                                                    RuleSpec("helper", "aid.award", "read")])
    assert known.action_title("aid:award:read") == "aid:award:read"
    assert known.action_title("core:access:read") == "查看访问规则"
    assert known.action_title("gone:thing:read") == "gone:thing:read"
    assert known.role_title("helper") == "帮扶责任人"
    assert known.role_title("gone") == "gone"
    assert known.lines.count(Line("helper", "", "aid.award", "read")) == 1


def test_a_role_that_inherits_makes_an_heir() -> None:
    known = make_catalogue(roles=[RoleSpec("chief", "主任", inherits=("aid_centre",), source="方案")])
    assert Heir("chief", "aid_centre") in known.heirs


def test_the_actions_a_line_speaks_of() -> None:
    known = make_catalogue("aid:award:read", "aid:award:write", "aid:gift:read")
    assert known.actions_of(Line("*", "", "aid.*", "read")) == ["aid:award:read", "aid:gift:read"]
    assert known.actions_of(Line("*", "", "aid.award", "*")) == ["aid:award:read", "aid:award:write"]


def test_a_wrong_default_line_stops_the_start() -> None:
    with pytest.raises(PluginLoadError, match=r"没有名为“aid\.nothing”的对象"):
        make_catalogue("aid:award:read", rules=[RuleSpec("helper", "aid.nothing", "read")])


def test_one_code_with_two_meanings_stops_the_start() -> None:
    with pytest.raises(PluginLoadError, match="被声明了两次"):
        catalogue(Registry([ActionSpec("aid:award:read", "一"), ActionSpec("aid:award:read", "二")]))


def test_every_role_of_the_contract_is_there_with_its_source() -> None:
    roles = make_catalogue().roles
    assert set(roles) == {
        "platform_admin", "province_bureau", "city_bureau", "auditor", "discipline", "tenant_admin",
        "plan_approver", "aid_centre", "basic_education", "project_office", "training_office", "central_school",
        "school_clerk", "class_teacher", "moral_office", "teaching_office", "general_office", "finance_room",
        "helper", "meals_committee", "system_admin", "security_admin", "audit_admin"}
    assert all(role.source and role.title for role in roles.values())
