"""Undoing: everything as it was, unless something has been built on the change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from core.extensions import new_id
from core.tenancy.models import Tenant
from core.units import queries, services
from core.units.models import Unit, UnitOperation
from core.units.rules.orders import Order
from core.units.services import AssignRule, Close, Create, Merge, Move, NewUnit, Recode, Rename, Reopen, Split
from tests.core.units.conftest import ACTOR, DAY, TODAY, contents
from tests.factories.units import make_unit

Tree = dict[str, Unit]
Do = Callable[..., UnitOperation]
LATER = dt.date(2021, 1, 1)

ORDERS: dict[str, Callable[[Tree], Order]] = {
    "create": lambda t: Create(on=DAY, parent=t["990101"].id, name="甲县职业学校", kind="school"),
    "rename": lambda t: Rename(on=DAY, unit=t["990101"].id, name="甲市"),
    "recode": lambda t: Recode(on=DAY, unit=t["990101"].id, code="990181"),
    "move": lambda t: Move(on=DAY, unit=t["990101100"].id, parent=t["990102"].id),
    "station": lambda t: Move(on=DAY, unit=t["990101-Z01"].id, parent=t["990101100"].id),
    "merge": lambda t: Merge(on=DAY, units=(t["990101101"].id, t["990101102"].id), into=t["990101100"].id),
    "merge new": lambda t: Merge(on=DAY, units=(t["990101"].id, t["990102"].id),
                                 into=NewUnit(code="990109", name="新县")),
    "split": lambda t: Split(on=DAY, unit=t["990101"].id, rules=(AssignRule("990103", name_starts="甲一"),),
                             targets=(NewUnit(code="990103", name="东县"), NewUnit(code="990104", name="西县"))),
    "split off": lambda t: Split(on=DAY, unit=t["990101"].id, rules=(AssignRule("990103", name_starts="甲一"),),
                                 targets=(t["990101"].id, NewUnit(code="990103", name="东县"))),
    "close": lambda t: Close(on=DAY, unit=t["990101102"].id),
}


@pytest.mark.parametrize("name", ORDERS)
def test_undoing_restores_everything(session: Session, tree: Tree, do: Do, name: str) -> None:
    before = contents(session)
    operation = do(ORDERS[name](tree))
    assert contents(session) != before
    services.undo_operation(session, operation.id, ACTOR)
    assert contents(session) == before
    assert operation.undone_by == "测试甲"


def test_undoing_a_return_closes_the_unit_again_under_its_successor(
        session: Session, tree: Tree, do: Do) -> None:
    do(Merge(on=DAY, units=(tree["990101102"].id,), into=tree["990101101"].id))
    before = contents(session)
    operation = do(Reopen(on=LATER, unit=tree["990101102"].id))
    services.undo_operation(session, operation.id, ACTOR)
    assert contents(session) == before


def test_a_change_is_undone_once(session: Session, tree: Tree, do: Do) -> None:
    operation = do(ORDERS["rename"](tree))
    services.undo_operation(session, operation.id, ACTOR)
    with pytest.raises(Conflict, match="已由测试甲撤回"):
        services.undo_operation(session, operation.id, ACTOR)
    with pytest.raises(NotFound):
        services.undo_operation(session, new_id(), ACTOR)


def test_a_change_with_a_later_one_on_it_is_not_undone(session: Session, tree: Tree, do: Do) -> None:
    first = do(ORDERS["merge"](tree))
    second = do(Rename(on=LATER, unit=tree["990101101001"].id, name="甲北村"))
    with pytest.raises(Conflict, match="甲二北村更名为甲北村"):
        services.undo_operation(session, first.id, ACTOR)
    services.undo_operation(session, second.id, ACTOR)
    services.undo_operation(session, first.id, ACTOR)
    assert tree["990101101"].closed_on is None


def test_a_unit_created_beneath_stands_in_the_way(session: Session, tree: Tree, do: Do) -> None:
    merge = do(ORDERS["merge"](tree))
    do(Create(on=LATER, parent=tree["990101100"].id, name="甲一镇第二小学", kind="school"))
    with pytest.raises(Conflict, match="甲一镇第二小学"):
        services.undo_operation(session, merge.id, ACTOR)


def test_a_move_is_not_undone_once_its_old_place_is_gone(session: Session, tree: Tree, do: Do) -> None:
    move = do(Move(on=DAY, unit=tree["990101101001"].id, parent=tree["990101100"].id))
    do(Close(on=LATER, unit=tree["990101101"].id))
    with pytest.raises(Conflict, match="撤销甲二乡"):
        services.undo_operation(session, move.id, ACTOR)


def test_a_new_name_of_the_parent_is_no_obstacle(session: Session, tree: Tree, do: Do) -> None:
    created = do(ORDERS["create"](tree))
    do(Rename(on=LATER, unit=tree["990101"].id, name="甲市"))
    do(Recode(on=LATER, unit=tree["990101"].id, code="990181"))
    services.undo_operation(session, created.id, ACTOR)
    assert queries.find_unit_by_code(session, "990101-S03") is None


def test_a_place_taken_meanwhile_gives_the_unit_another_token(session: Session, tree: Tree, do: Do) -> None:
    town = tree["990101102"]
    move = do(Move(on=DAY, unit=town.id, parent=tree["990102"].id))
    usurper = make_unit(session, "990101102x", tree["990101"], level="township")
    usurper.path = "00/99/01/01/102/"
    services.undo_operation(session, move.id, ACTOR)
    assert town.path == "00/99/01/01/990101102/" or town.path.startswith("00/99/01/01/x")


def test_a_new_unit_with_something_beneath_or_in_use_stays(session: Session, tree: Tree, do: Do) -> None:
    created = do(ORDERS["create"](tree))
    school = queries.get_unit_by_code(session, "990101-S03")
    make_unit(session, "990101-O07", school, kind="office", name="教导处")
    with pytest.raises(Conflict, match="教导处"):
        services.undo_operation(session, created.id, ACTOR)
    other = do(Create(on=DAY, parent=tree["990101"].id, name="甲县幼儿园", kind="school"))
    session.add(Tenant(id="990101-S04", unit_id=queries.get_unit_by_code(session, "990101-S04").id,
                       founded_on=TODAY))
    session.commit()
    with pytest.raises(Conflict, match="已被使用"):
        services.undo_operation(session, other.id, ACTOR)
    session.rollback()


def test_a_code_taken_meanwhile_stands_in_the_way(session: Session, tree: Tree, do: Do) -> None:
    close = do(ORDERS["close"](tree))
    do(Create(on=LATER, parent=tree["990101"].id, name="新三乡", kind="division", level="township",
              code="990101102"))
    session.commit()
    with pytest.raises(Conflict, match="已被使用"):
        services.undo_operation(session, close.id, ACTOR)
    session.rollback()
