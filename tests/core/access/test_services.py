"""Changing the rules: a version or nothing."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import queries, store
from core.access.cases import Case
from core.access.catalogue import Catalogue
from core.access.engine import BadRules
from core.access.models import AccessRule, AccessVersion
from core.access.rules import Line
from core.access.services import add_case, change_rules, check_cases, preview_change, sync_defaults
from core.access.viewer import Viewer, load_viewer
from core.errors import Conflict, InvalidInput, NotFound, NotPermitted, RuleViolation
from core.extensions import Actor, all_tenants
from core.host.contract import RoleSpec, RuleSpec
from core.trail.models import TrailEntry
from core.units.models import Unit
from tests.factories.access import make_catalogue, make_viewer

ACTOR = Actor(None, "测试甲")


@pytest.fixture
def county(units: dict[str, Unit]) -> Unit:
    return units["990101"]


@pytest.fixture
def admin(session: Session, county: Unit) -> Viewer:
    return make_viewer(session, ("tenant_admin", county))


def line(unit: Unit, role: str = "helper", act: str = "read", eft: str = "allow", obj: str = "aid.award",
         cond: str = "") -> Line:
    return Line(role, unit.path, obj, act, cond, eft, "（一）2")


def owned(session: Session) -> list[AccessRule]:
    return [row for row in queries.list_rows(session, queries.latest_version(session)) if row.owner]


# The defaults

def test_the_first_start_makes_version_one_and_the_next_changes_nothing(
        session: Session, units: dict[str, Unit], known: Catalogue) -> None:
    assert queries.latest_version(session) == 1
    assert sync_defaults(session, known) == 1
    assert len(queries.list_versions(session)) == 1


def test_a_plugin_that_comes_or_goes_makes_a_version_and_countys_lines_stay(
        session: Session, units: dict[str, Unit], known: Catalogue, admin: Viewer, county: Unit) -> None:
    change_rules(session, ACTOR, admin, county, adding=[line(county)], note="文", known=known)
    assert sync_defaults(session, make_catalogue()) == 3
    added, ended = queries.changes_of(session, 3)
    assert added == []
    assert {row.obj for row in ended} == {"aid.award"}
    assert [row.role for row in owned(session)] == ["helper"]
    assert sync_defaults(session, known, ACTOR) == 4
    assert queries.list_versions(session)[0].made_by == "测试甲"


def test_inheritance_is_stored_and_a_circle_is_refused(session: Session, units: dict[str, Unit]) -> None:
    heir = RoleSpec("chief", "主任", inherits=("aid_centre",))
    assert sync_defaults(session, make_catalogue(roles=[heir])) == 2
    assert store.load(session, 2).roles_played(["chief"]) == {"chief", "aid_centre"}
    circle = [RoleSpec("one", "一", inherits=("two",)), RoleSpec("two", "二", inherits=("one",))]
    with pytest.raises(BadRules, match="互相继承"):
        sync_defaults(session, make_catalogue(roles=circle))


def test_a_plugins_defaults_cannot_break_the_case_file(session: Session, units: dict[str, Unit]) -> None:
    wrong = make_catalogue("aid:award:approve", rules=[RuleSpec("auditor", "aid.award", "approve")])
    with pytest.raises(RuleViolation, match="督查审计只看不改"):
        sync_defaults(session, wrong)


# A county's own lines

def test_a_county_adds_a_line_at_its_own_units(session: Session, known: Catalogue, admin: Viewer, county: Unit,
                                               units: dict[str, Unit]) -> None:
    version = change_rules(session, ACTOR, admin, county, adding=[line(units["990101100"])], note="县教〔2026〕1号",
                           known=known, tenant_id="990101")
    rules = store.load(session, version)
    assert rules.decide(frozenset({"helper"}), units["990101100001"].path, "aid:award:read").allowed
    assert not rules.decide(frozenset({"helper"}), county.path, "aid:award:read").allowed
    assert owned(session)[0].owner == county.path
    with all_tenants(session, "核对"):
        entry = session.scalars(select(TrailEntry).where(TrailEntry.tenant_id == "990101")).one()
    assert entry.reason == "县教〔2026〕1号"
    assert entry.unit_id == county.id


@pytest.mark.parametrize("where", ["990102", "9901", "99"])
def test_a_line_for_the_neighbour_or_the_level_above_is_refused(
        session: Session, known: Catalogue, admin: Viewer, county: Unit, units: dict[str, Unit], where: str) -> None:
    with pytest.raises(NotPermitted, match="超出本单位范围"):
        change_rules(session, ACTOR, admin, county, adding=[line(units[where])], note="文", known=known)


def test_a_line_for_everywhere_is_refused(session: Session, known: Catalogue, admin: Viewer, county: Unit) -> None:
    with pytest.raises(NotPermitted):
        change_rules(session, ACTOR, admin, county, adding=[Line("helper", "", "aid.award", "read")], note="文",
                     known=known)


def test_a_bad_line_is_refused_by_name(session: Session, known: Catalogue, admin: Viewer, county: Unit) -> None:
    with pytest.raises(InvalidInput, match="Deny"):
        change_rules(session, ACTOR, admin, county, adding=[line(county, eft="Deny")], note="文", known=known)


def test_what_the_province_denies_stays_denied(session: Session, known: Catalogue, admin: Viewer, county: Unit,
                                               units: dict[str, Unit]) -> None:
    above = make_viewer(session, ("platform_admin", units["99"]))
    change_rules(session, ACTOR, above, units["99"], note="省", known=known,
                 adding=[line(units["99"], role="helper", eft="deny")])
    version = change_rules(session, ACTOR, admin, county, adding=[line(county)], note="县", known=known)
    assert not store.load(session, version).decide(frozenset({"helper"}), county.path, "aid:award:read").allowed


def test_nobody_gives_away_an_action_of_the_platform_that_they_do_not_hold(
        session: Session, known: Catalogue, admin: Viewer, county: Unit) -> None:
    with pytest.raises(NotPermitted, match="审批方案"):
        change_rules(session, ACTOR, admin, county, note="文", known=known,
                     adding=[line(county, obj="core.plan", act="approve")])
    with pytest.raises(NotPermitted):
        change_rules(session, ACTOR, admin, county, note="文", known=known, adding=[line(county, obj="*", act="*")])
    change_rules(session, ACTOR, admin, county, note="文", known=known,
                 adding=[line(county, role="basic_education", obj="core.plan", act="export")])


def test_a_change_that_fails_the_case_file_is_refused_and_writes_nothing(
        session: Session, known: Catalogue, admin: Viewer, county: Unit) -> None:
    wrong = line(county, role="auditor", act="approve")
    assert preview_change(session, ending=[], adding=[wrong], known=known)[0].path == county.path
    with pytest.raises(RuleViolation, match="督查审计只看不改"):
        change_rules(session, ACTOR, admin, county, adding=[wrong], note="文", known=known)
    assert queries.latest_version(session) == 1
    assert owned(session) == []


def test_a_county_ends_its_own_lines_only(session: Session, known: Catalogue, admin: Viewer, county: Unit,
                                          units: dict[str, Unit]) -> None:
    change_rules(session, ACTOR, admin, county, adding=[line(county)], note="文", known=known)
    mine = owned(session)[0]
    assert change_rules(session, ACTOR, admin, county, ending=[mine.id], note="不再需要", known=known) == 3
    assert owned(session) == []
    assert queries.changes_of(session, 3) == ([], [mine])
    default = queries.list_rows(session, 3)[0]
    with pytest.raises(NotPermitted, match="由上级或平台制定"):
        change_rules(session, ACTOR, admin, county, ending=[default.id], note="文", known=known)
    above = make_viewer(session, ("platform_admin", units["99"]))
    change_rules(session, ACTOR, above, units["99"], note="省", known=known, adding=[line(county, eft="deny")])
    with pytest.raises(NotPermitted, match="由上级或平台制定"):
        change_rules(session, ACTOR, admin, county, ending=[owned(session)[0].id], note="文", known=known)
    with pytest.raises(NotFound):
        change_rules(session, ACTOR, admin, county, ending=[uuid.uuid4()], note="文", known=known)


def test_where_managing_is_denied_lines_are_neither_added_nor_ended(session: Session, known: Catalogue, admin: Viewer,
                                                                   county: Unit, units: dict[str, Unit]) -> None:
    town = units["990101100"]
    change_rules(session, ACTOR, admin, county, adding=[line(town)], note="文", known=known)
    above = make_viewer(session, ("platform_admin", units["99"]))
    change_rules(session, ACTOR, above, units["99"], note="省", known=known,
                 adding=[line(town, role="tenant_admin", obj="core.access", act="manage", eft="deny")])
    mine = next(row for row in owned(session) if row.owner == county.path)
    again = load_viewer(session, admin.account_id, "")
    with pytest.raises(NotPermitted, match="不能管理规则"):
        change_rules(session, ACTOR, again, county, ending=[mine.id], note="文", known=known)
    with pytest.raises(NotPermitted, match="不能管理规则"):
        change_rules(session, ACTOR, again, county, adding=[line(town, role="class_teacher")], note="文", known=known)


def test_a_change_needs_a_reason_and_a_change(session: Session, known: Catalogue, admin: Viewer, county: Unit) -> None:
    with pytest.raises(InvalidInput, match="理由"):
        change_rules(session, ACTOR, admin, county, adding=[line(county)], note=" ", known=known)
    with pytest.raises(InvalidInput, match="没有要增加"):
        change_rules(session, ACTOR, admin, county, note="文", known=known)
    change_rules(session, ACTOR, admin, county, adding=[line(county)], note="文", known=known)
    with pytest.raises(Conflict, match="已经在执行"):
        change_rules(session, ACTOR, admin, county, adding=[line(county)], note="文", known=known)


def test_the_second_of_two_writers_of_one_version_is_told(
        session: Session, known: Catalogue, admin: Viewer, county: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    before = queries.latest_version(session)
    session.add(AccessVersion(version=before + 1, made_by="别人", note="先到"))
    session.flush()
    session.expunge_all()
    monkeypatch.setattr("core.access.queries.latest_version", lambda _: before)
    with pytest.raises(Conflict, match="别人刚刚修改了规则"):
        change_rules(session, ACTOR, admin, county, adding=[line(county)], note="文", known=known)


def test_a_county_may_let_a_line_stand_on_who_submitted(session: Session, known: Catalogue, admin: Viewer,
                                                        county: Unit) -> None:
    version = change_rules(session, ACTOR, admin, county, note="文", known=known, adding=[
        line(county, role="aid_centre", act="approve", eft="deny", cond="is_frozen & !role:plan_approver")])
    rules = store.load(session, version)
    frozen = frozenset({"is_frozen"})
    assert rules.decide(frozenset({"aid_centre"}), county.path, "aid:award:approve").allowed
    assert not rules.decide(frozenset({"aid_centre"}), county.path, "aid:award:approve", frozen).allowed


# Cases of a county

def case(unit: Unit, **changes: str) -> Case:
    row = {"role": "aid_centre", "action": "aid:award:approve", "expect": "allow", "because": "（二）3",
           "path": unit.path}
    return Case(**{**row, **changes})


def test_a_countys_case_holds_against_later_changes(session: Session, known: Catalogue, admin: Viewer,
                                                    county: Unit) -> None:
    add_case(session, ACTOR, county, case(county), known)
    with pytest.raises(RuleViolation, match="（二）3"):
        change_rules(session, ACTOR, admin, county, note="文", known=known,
                     adding=[line(county, role="aid_centre", act="approve", eft="deny")])
    assert check_cases(session, store.load(session, 1), known) == []


def test_a_case_that_is_not_so_today_is_refused(session: Session, known: Catalogue, units: dict[str, Unit],
                                                county: Unit) -> None:
    with pytest.raises(RuleViolation, match="现行规则与这个用例不符"):
        add_case(session, ACTOR, county, case(county, expect="deny"), known)
    with pytest.raises(NotPermitted, match="本单位及以下"):
        add_case(session, ACTOR, county, case(units["990102"]), known)


@pytest.mark.parametrize(("field", "value"), [("role", "nobody"), ("action", "aid:award:burn"), ("expect", "maybe"),
                                              ("because", " ")])
def test_a_case_is_checked_field_by_field(session: Session, known: Catalogue, county: Unit, field: str,
                                          value: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        add_case(session, ACTOR, county, case(county, **{field: value}), known)
    assert list(refused.value.fields) == [field]
