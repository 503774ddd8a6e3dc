"""What an account may do, where, by its posts of today and one version of the rules."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from core.access import queries, store
from core.access.catalogue import Catalogue
from core.access.models import BreakGlass
from core.access.queries import TenantPlace, nearest_tenant, tenants_in
from core.access.reach import NOWHERE
from core.access.rules import Line
from core.access.scope import NOTHING, Part
from core.access.services import change_rules
from core.access.viewer import load_viewer
from core.extensions import Actor, Database, today, utcnow
from core.units.models import Unit
from core.units.rules.levels import subtree
from tests.factories.access import give, make_account, make_viewer

READ = "aid:award:read"
ACTOR = Actor(None, "测试甲")


def test_a_post_holds_at_its_unit_and_below(session: Session, units: dict[str, Unit]) -> None:
    viewer = make_viewer(session, ("aid_centre", units["990101"]))
    assert viewer.roles_at(units["990101"].path) == {"aid_centre"}
    assert viewer.roles_at(units["990101-S02"].path) == {"aid_centre"}
    assert viewer.roles_at(units["9901"].path) == frozenset()
    assert viewer.allowed(READ, units["990101100001"])
    assert not viewer.allowed(READ, units["990102"])
    assert not viewer.allowed("aid:award:write", units["990101"])


def test_without_a_unit_the_question_is_about_the_working_unit_or_anywhere(
        session: Session, units: dict[str, Unit]) -> None:
    viewer = make_viewer(session, ("aid_centre", units["990101"]))
    assert viewer.allowed(READ)
    assert not viewer.allowed("aid:award:write")
    viewer.place = units["990102"]
    assert not viewer.allowed(READ)


def test_the_decision_names_its_line_and_roles(session: Session, units: dict[str, Unit]) -> None:
    viewer = make_viewer(session, ("aid_centre", units["990101"]))
    path = units["990101"].path
    yes = viewer.decide("aid:award:approve", path)
    assert yes.allowed
    assert yes.because == "p, aid_centre, *, aid.award, approve, -, allow"
    no = viewer.decide("aid:award:approve", path, frozenset({"is_submitter"}))
    assert not no.allowed
    assert "deny" in no.because
    assert viewer.decide("aid:award:write", path).because == ""
    assert no.roles == {"aid_centre"}


def test_a_post_holds_from_its_first_day_up_to_but_not_including_its_last(
        session: Session, units: dict[str, Unit]) -> None:
    account, day = make_account(session), dt.timedelta(days=1)
    give(session, account, "auditor", units["9901"], since=today(), until=today() + day)
    give(session, account, "helper", units["9901"], since=today() - 9 * day, until=today())
    give(session, account, "aid_centre", units["9901"], since=today() + day)
    viewer = load_viewer(session, account.id, account.name)
    assert viewer.roles_at(units["9901"].path) == {"auditor"}


def test_break_glass_counts_while_it_is_open(session: Session, units: dict[str, Unit]) -> None:
    account = make_account(session)

    def glass(unit: Unit, hours: float, closed: bool = False) -> None:
        session.add(BreakGlass(account_id=account.id, who="测试甲", role="auditor", unit_id=unit.id, reason="核对",
                               until=utcnow() + dt.timedelta(hours=hours), notified_unit_id=units["99"].id,
                               closed_at=utcnow() if closed else None))
        session.flush()

    glass(units["990101"], 1)
    glass(units["990102"], -1)
    glass(units["990201"], 1, closed=True)
    viewer = load_viewer(session, account.id, account.name)
    assert [grant.code for grant in viewer.grants] == ["990101"]
    assert viewer.grants[0].until is not None
    assert viewer.home == viewer.grants[0]


def test_standing_is_one_query_and_the_rules_are_kept(session: Session, units: dict[str, Unit]) -> None:
    account = make_account(session)
    give(session, account, "auditor", units["99"])
    session.info.pop(store.CHANGED)
    load_viewer(session, account.id, account.name)
    asked: list[str] = []
    bind = session.get_bind()
    event.listen(bind, "before_cursor_execute", lambda *given: asked.append(given[2]))
    load_viewer(session, account.id, account.name)
    assert len(asked) == 1


def test_home_is_the_highest_lasting_post(session: Session, units: dict[str, Unit]) -> None:
    viewer = make_viewer(session, ("school_clerk", units["990101-S01"]), ("aid_centre", units["990102"]))
    assert viewer.home is not None
    assert viewer.home.code == "990102"
    assert make_viewer(session).home is None


def test_an_account_without_posts_may_nothing(session: Session, units: dict[str, Unit]) -> None:
    viewer = load_viewer(session, uuid.uuid4(), "测试乙")
    assert viewer.grants == ()
    assert not viewer.allowed("core:unit:read", units["00"])
    assert viewer.reach(READ) == NOWHERE
    assert viewer.tenants(session, READ) == []
    assert viewer.scope(session, READ) == NOTHING


# Tenants and scope

def ids(places: list[TenantPlace]) -> list[str]:
    return [place.id for place in places]


def test_a_county_reaches_its_own_tenant_and_those_inside_it(session: Session, units: dict[str, Unit]) -> None:
    viewer = make_viewer(session, ("aid_centre", units["990101"]))
    assert viewer.scope_paths(READ) == (units["990101"].path,)
    assert ids(viewer.tenants(session, READ)) == ["990101", "990101-S01"]
    scope = viewer.scope(session, READ)
    assert set(scope.whole) == {"990101", "990101-S01"}
    assert scope.part == ()


def test_a_township_reaches_a_part_of_the_tenant_above_it(session: Session, units: dict[str, Unit]) -> None:
    path = units["990101100"].path
    scope = make_viewer(session, ("aid_centre", units["990101100"])).scope(session, READ)
    assert scope.whole == ()
    assert scope.part == (Part("990101", (subtree(path),)),)
    assert scope.tenants == {"990101"}
    assert scope.only(["x"]) == NOTHING
    assert scope.only(["990101"]) == scope


def test_a_city_reaches_its_counties_and_its_part_of_the_province(session: Session, units: dict[str, Unit]) -> None:
    scope = make_viewer(session, ("auditor", units["9901"])).scope(session, READ)
    assert set(scope.whole) == {"990101", "990101-S01", "990102"}
    assert [part.tenant for part in scope.part] == ["99"]


def test_the_scope_at_a_unit_is_what_is_reached_there(session: Session, units: dict[str, Unit]) -> None:
    viewer = make_viewer(session, ("auditor", units["99"]))
    assert viewer.scope(session, READ, units["990102"]).whole == ("990102",)


def test_tenants_with_a_denial_are_taken_out(session: Session, units: dict[str, Unit], known: Catalogue) -> None:
    admin = make_viewer(session, ("tenant_admin", units["990102"]))
    change_rules(session, ACTOR, admin, units["990102"], note="停用", known=known, adding=[
        Line("auditor", units["990102"].path, "aid.award", "read", eft="deny")])
    viewer = make_viewer(session, ("auditor", units["9901"]))
    assert "990102" not in ids(viewer.tenants(session, READ))
    assert "990101" in ids(viewer.tenants(session, READ))
    assert viewer.reach(READ).without == (units["990102"].path,)
    scope = make_viewer(session, ("auditor", units["99"])).scope(session, READ)
    assert set(scope.whole) == {"99", "990101", "990101-S01", "990201"}
    assert scope.part == ()


def test_trap_7_a_denial_below_the_tenant_takes_out_its_units(
        session: Session, units: dict[str, Unit], known: Catalogue) -> None:
    """A list decided once at the post's unit would still show the rows a line further down denies."""
    admin = make_viewer(session, ("tenant_admin", units["990102"]))
    school = units["990102-S01"].path
    change_rules(session, ACTOR, admin, units["990102"], note="保密", known=known, adding=[
        Line("auditor", school, "aid.award", "read", eft="deny")])
    scope = make_viewer(session, ("auditor", units["990102"])).scope(session, READ)
    low, high = subtree(units["990102"].path)
    assert scope.whole == ()
    assert scope.part == (Part("990102", ((low, school), (subtree(school)[1], high))),)


def test_tenants_in_finds_the_nearest_above_each_top(session: Session, units: dict[str, Unit]) -> None:
    viewer = make_viewer(session, ("auditor", units["990101-S02"]), ("auditor", units["990102-S01"]))
    assert ids(tenants_in(session, viewer.reach(READ))) == ["990101", "990102"]


def test_the_nearest_tenant_is_the_unit_itself_or_the_first_above(session: Session, units: dict[str, Unit]) -> None:
    def nearest(code: str) -> str:
        found = nearest_tenant(session, units[code].path)
        assert found is not None
        return found.id

    assert nearest("990101") == "990101"
    assert nearest("990101100001") == "990101"
    assert nearest("9901") == "99"
    assert nearest_tenant(session, "xx/") is None


# Versions

def test_a_new_version_takes_the_place_of_the_old_once_committed(database: Database, known: Catalogue) -> None:
    from tests.factories.units import make_tree

    with database.transaction() as session:
        from core.access.services import sync_defaults

        made = make_tree(session)
        assert sync_defaults(session, known) == 1
        admin = make_viewer(session, ("tenant_admin", made["990101"]))
    line = Line("helper", made["990101"].path, "aid.award", "read")
    with database.session() as reader:
        first = store.rules(reader, queries.latest_version(reader))
        assert store.rules(reader, 1) is first
    with database.transaction() as session:
        assert change_rules(session, ACTOR, admin, made["990101"], adding=[line], note="文", known=known) == 2
        changed = store.rules(session, 2)
        assert changed is not store.rules(session, 2), "a version that may be undone is not kept"
        assert store.rules(session, 1) is first
    with database.session() as reader:
        second = store.rules(reader, queries.latest_version(reader))
        assert second.version == 2
        assert second.decide(frozenset({"helper"}), made["990101"].path, READ).allowed
        assert store.rules(reader, 2) is second


def test_two_requests_that_meet_a_new_version_load_it_once(
        session: Session, units: dict[str, Unit], monkeypatch: pytest.MonkeyPatch) -> None:
    session.info.pop(store.CHANGED)
    other = store.load(session, 1)

    @contextmanager
    def waited() -> Iterator[None]:
        store._kept[store._engine(session)] = other
        yield

    monkeypatch.setattr(store, "_loading", waited())
    assert store.rules(session, 1) is other


def test_a_session_on_a_connection_has_the_rules_of_its_engine(database: Database) -> None:
    with database.engine.connect() as connection, Session(connection) as bound:
        assert store.rules(bound, 0).lines == ()
        assert database.engine in store._kept


def test_trap_6_a_change_that_is_rolled_back_leaves_the_rules_as_they_were(
        session: Session, units: dict[str, Unit], known: Catalogue) -> None:
    """The adapters of Casbin commit outside of our transaction; our lines are rows of it."""
    session.commit()
    admin = make_viewer(session, ("tenant_admin", units["990101"]))
    change_rules(session, ACTOR, admin, units["990101"], note="文", known=known,
                 adding=[Line("helper", units["990101"].path, "aid.award", "read")])
    session.rollback()
    assert queries.latest_version(session) == 1
    assert all(row.role != "helper" or row.tenant == "" for row in queries.list_rows(session, 1))
    assert not store.rules(session, 1).decide(frozenset({"helper"}), units["990101"].path, READ).allowed


def test_stored_lines_that_casbin_would_pass_over_are_not_used(
        session: Session, units: dict[str, Unit]) -> None:
    from core.access.engine import BadRules
    from core.access.models import AccessRule

    session.add(AccessRule(role="helper", obj="aid.award", act="read", eft="Deny", since_version=1))
    session.flush()
    with pytest.raises(BadRules, match="Deny"):
        store.load(session, 1)
