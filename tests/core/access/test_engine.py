"""The engine, and every trap of Casbin that it has to keep us out of."""

from __future__ import annotations

import logging
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from casbin import Enforcer, FastEnforcer
from casbin.model import FastModel

from core.access import engine
from core.access.engine import MODEL, BadRules, RuleSet, prefixes
from core.access.rules import Heir, Line, covers, holds

CLERK = frozenset({"clerk"})


def allow(role: str = "clerk", tenant: str = "", obj: str = "aid.award", act: str = "write", cond: str = "") -> Line:
    return Line(role, tenant, obj, act, cond, "allow")


def deny(role: str = "clerk", tenant: str = "", obj: str = "aid.award", act: str = "write", cond: str = "") -> Line:
    return Line(role, tenant, obj, act, cond, "deny")


def asked(rules: RuleSet, path: str = "00/52/", action: str = "aid:award:write", who: frozenset[str] = CLERK,
          facts: frozenset[str] = frozenset()) -> bool:
    return rules.decide(who, path, action, facts).allowed


def raw(*lines: Line) -> Enforcer:
    """Casbin as its manual has it, without our care."""
    return care_for(Enforcer(Enforcer.new_model(text=MODEL)), *lines)


def care_for(made: Enforcer, *lines: Line) -> Enforcer:
    for name, function in {"plays": lambda who, role: role in who or role == "*", "under": str.startswith,
                           "covers": covers, "holds": holds}.items():
        made.add_function(name, function)
    for line in lines:
        made.model["p"]["p"].policy.append([line.role, line.tenant, line.obj, line.act, line.cond, line.eft])
    return made


# Deciding

def test_nothing_is_allowed_that_no_line_allows() -> None:
    rules = RuleSet(1, [allow()])
    assert asked(rules)
    assert not asked(rules, action="aid:award:approve")
    assert not asked(rules, action="aid:gift:write")
    assert not asked(rules, who=frozenset({"teacher"}))


def test_a_denial_overrides_and_is_named() -> None:
    rules = RuleSet(1, [allow(), allow("boss"), deny("boss")])
    verdict = rules.decide(frozenset({"clerk", "boss"}), "00/", "aid:award:write")
    assert not verdict.allowed
    assert verdict.line == deny("boss")


def test_the_allowing_line_is_named_with_its_source() -> None:
    line = Line("clerk", "", "aid.*", "*", source="（一）2")
    verdict = RuleSet(1, [line]).decide(CLERK, "00/", "aid:award:write")
    assert verdict.line is line
    assert verdict.line.source == "（一）2"


def test_a_countys_line_holds_under_its_path_only() -> None:
    rules = RuleSet(1, [allow(), deny(tenant="00/52/27/")])
    assert asked(rules, "00/52/")
    assert not asked(rules, "00/52/27/")
    assert not asked(rules, "00/52/27/23/")
    assert asked(rules, "00/52/26/")


def test_conditions_are_asked_of_the_facts_and_of_the_roles() -> None:
    rules = RuleSet(1, [allow(act="approve"), deny("*", act="approve", cond="is_submitter"),
                        allow(act="write", cond="!role:helper")])
    assert asked(rules, action="aid:award:approve")
    assert not asked(rules, action="aid:award:approve", facts=frozenset({"is_submitter"}))
    assert asked(rules)
    assert not asked(rules, who=frozenset({"clerk", "helper"}))


def test_a_role_has_what_it_inherits() -> None:
    rules = RuleSet(1, [allow("clerk")], [Heir("head", "deputy"), Heir("deputy", "clerk")])
    assert asked(rules, who=frozenset({"head"}))
    assert rules.roles_played(["head"]) == {"head", "deputy", "clerk"}
    assert not asked(rules, who=frozenset({"guest"}))


def test_everybody_means_everybody_with_a_post() -> None:
    rules = RuleSet(1, [allow("*")])
    assert asked(rules, who=frozenset({"guest"}))
    assert not asked(rules, who=frozenset())


def test_field_permission_is_an_object_of_its_own() -> None:
    rules = RuleSet(1, [allow(obj="registry.person", act="read"), Line("boss", "", "registry.person.*", "read")])
    assert not asked(rules, action="registry:person.id_number:read")
    assert asked(rules, action="registry:person.id_number:read", who=frozenset({"boss"}))


def test_an_answer_is_remembered_and_the_memory_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MEMORY", 3)
    rules = RuleSet(1, [allow()])
    for number in range(5):
        assert asked(rules, f"00/{number}/")
    assert len(rules._memory) == 2
    first = rules.decide(CLERK, "00/4/", "aid:award:write")
    assert rules.decide(CLERK, "00/4/", "aid:award:write") is first


def test_units_under_the_same_lines_share_one_decision() -> None:
    rules = RuleSet(1, [allow(), deny(tenant="00/52/")])
    for path in ("00/11/", "00/12/", "00/13/01/"):
        assert asked(rules, path)
    assert not asked(rules, "00/52/01/")
    assert len(rules._zones) == 2


def test_prefixes_are_every_unit_above() -> None:
    assert prefixes("00/52/27/") == ["", "00/", "00/52/", "00/52/27/"]
    assert prefixes("") == [""]


def test_anchors_are_where_lines_begin() -> None:
    rules = RuleSet(1, [allow(), deny(tenant="00/52/"), allow(obj="other.thing", tenant="00/11/")])
    assert rules.anchors("aid:award:read") == ["00/52/"]


# The traps

def test_trap_1_decisions_from_many_threads_neither_fail_nor_differ() -> None:
    """`enforce` parses its matcher at every call, and `ast.parse` fails under threads up to Python 3.11.7."""
    rules = RuleSet(1, [allow(obj=f"aid.thing{number}") for number in range(40)])
    questions = [(f"00/{number % 60}/", f"aid:thing{number % 50}:write") for number in range(3000)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda question: asked(rules, *question), questions))
    finally:
        sys.setswitchinterval(interval)
    assert answers == [number % 50 < 40 for number in range(3000)]


def test_trap_1_the_matcher_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = []
    original = Enforcer._get_expression
    monkeypatch.setattr(Enforcer, "_get_expression",
                        staticmethod(lambda *given: parsed.append(given[0]) or original(*given)))
    rules = RuleSet(1, [allow()])
    for number in range(10):
        asked(rules, facts=frozenset({str(number)}))
    assert len(parsed) == 1


def test_trap_1_two_threads_never_decide_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most = [0], [0]
    guard = threading.Lock()
    original = RuleSet._ask

    def watched(self: RuleSet, *given: object) -> object:
        with guard:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        found = original(self, *given)  # type: ignore[arg-type]
        with guard:
            inside[0] -= 1
        return found

    monkeypatch.setattr(RuleSet, "_ask", watched)
    rules = RuleSet(1, [allow(obj=f"aid.thing{number}") for number in range(40)])
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: asked(rules, action=f"aid:thing{number}:write"), range(40)))
    assert most[0] == 1


def test_trap_2_a_shared_fast_enforcer_answers_by_another_threads_lines_and_we_use_none() -> None:
    model = FastModel([2])
    model.load_model_from_text(MODEL)
    fast = FastEnforcer(model, cache_key_order=[2])
    care_for(fast, allow())
    policy = fast.model.model["p"]["p"].policy
    policy.apply_filter("aid.award")
    policy.apply_filter("aid.gift")  # as a second thread does in between
    assert not fast.enforce_ex(CLERK, "00/", "aid.award", "write", frozenset())[0]
    assert not issubclass(engine._Parsed, FastEnforcer)


def test_trap_3_casbin_ignores_a_misspelt_denial_and_we_refuse_it() -> None:
    typo = Line("clerk", "", "aid.award", "write", "", "Deny")
    assert raw(allow(), typo).enforce(CLERK, "00/", "aid.award", "write", frozenset())
    with pytest.raises(BadRules, match="效力只能是"):
        RuleSet(1, [allow(), typo])


def test_trap_4_an_empty_rule_set_and_a_blank_request_are_denied() -> None:
    blank = raw()
    blank.add_function("plays", lambda who, role: role in who or role == "")
    assert blank.enforce(frozenset({"", "x"}), "", "", "", frozenset())
    empty, some = RuleSet(1, []), RuleSet(1, [allow("*", obj="*", act="*")])
    assert not asked(empty)
    assert not asked(some, who=frozenset())
    assert not asked(some, action="::")
    assert not asked(some, action="aid:award:")


def test_trap_5_a_denial_is_not_logged_with_its_request(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert not asked(RuleSet(1, [allow()]), who=frozenset({"测试甲"}))
    assert caplog.records == []
    assert not logging.getLogger("casbin.enforcer").isEnabledFor(logging.CRITICAL)
