"""A gift and its movement of money, in one transaction: booked once, taken back and booked anew when it was wrong."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from sqlalchemy.orm import Session

from core.errors import N_, Conflict
from core.extensions import Actor, today
from core.funds import queries as funds
from core.funds.models import FundDesignation, FundMovement, MovementKind
from core.funds.services import Wish, receive, reverse, send
from core.funds.services.bulk import Receipt, receive_many
from core.units.queries import find_unit
from plugins.donations.models import Gift
from plugins.donations.rules import words
from plugins.donations.services.accounts import Road, Roads


def source_of(gift: Gift) -> str:
    """How the money names the gift behind it."""
    return f"donations.gift:{gift.id}"


def wish_of(session: Session, gift: Gift) -> Wish | None:
    """What the donor named, as the account keeps it apart."""
    if gift.designation == "none":
        return None
    place = find_unit(session, gift.designated_place_id) if gift.designated_place_id else None
    parts = [place.name if place else "", words.label(words.USES, gift.designated_use) if gift.designated_use else "",
             gift.designated_project, N_("指定学生") if gift.designated_person_id else ""]
    return Wish(" ".join(part for part in parts if part), gift.designated_place_id, parts[1], gift.designated_project,
                gift.designated_person_id)


def is_cash(gift: Gift) -> bool:
    """Whether it brings money into an account: goods do not, they count in the statistics alone."""
    return gift.form in words.CASH and gift.state == "recorded"


def book_gifts(session: Session, roads: Roads, gifts: Iterable[Gift], actor: Actor) -> None:
    """Bring the accounts to what the gifts say now. New gifts of money with no wish upon it, as lists bring them by the
    thousand, are booked together."""
    together: dict[uuid.UUID, tuple[Road, list[Gift]]] = {}
    for gift in gifts:
        road = roads.of(gift) if gift.booked is None and is_cash(gift) and gift.designation == "none" else None
        if road is None or road.via is not None:
            book_gift(session, roads, gift, actor)
        else:
            together.setdefault(road.target.id, (road, []))[1].append(gift)
            if road.route:
                gift.route = road.route
    for road, some in together.values():
        receive_many(session, road.target, [Receipt(gift.amount, gift.given_on, _key(gift), source_of(gift), _memo(gift))
                                            for gift in some], actor)
        for gift in some:
            gift.account_id, gift.booked = road.target.id, gift.amount


def _key(gift: Gift) -> str:
    return f"{source_of(gift)}:{gift.version}"


def _memo(gift: Gift) -> str:
    return f"捐赠 {gift.reference}"


def book_gift(session: Session, roads: Roads, gift: Gift, actor: Actor) -> None:
    """Bring the account to what one gift says now."""
    wanted = gift.amount if is_cash(gift) else None
    if gift.booked is not None:
        if wanted == gift.booked and not _changed(session, roads, gift):
            return
        unbook(session, gift, today(), actor, N_("捐赠登记有误，更正"))
    if wanted is not None:
        _receive(session, roads, gift, actor)


def _receive(session: Session, roads: Roads, gift: Gift, actor: Actor) -> None:
    road = roads.of(gift)
    key, memo = _key(gift), _memo(gift)
    if road.via is not None:
        due = road.term.after(gift.given_on) if road.term is not None else None
        send(session, None, road.target, gift.amount, gift.given_on, actor, key=key, via=road.via, due_on=due,
             record_of=source_of(gift), memo=memo)
    else:
        receive(session, road.target, gift.amount, gift.given_on, actor, key=key, source=source_of(gift),
                wish=wish_of(session, gift), memo=memo, person_id=gift.designated_person_id)
    gift.account_id, gift.booked = road.target.id, gift.amount
    if road.route:
        gift.route = road.route
    session.flush()  # the next gift of the same file finds the account and its balance


def unbook(session: Session, gift: Gift, on: dt.date, actor: Actor, reason: str) -> None:
    """Take the money of a gift back out of its account, where nobody has a receipt of it."""
    if gift.receipt_number and gift.state == "recorded":
        raise Conflict(N_("这笔捐赠已开票据 %(number)s，不能改；请先作废票据或办理退还"), number=gift.receipt_number)
    movement = standing_movement(session, gift)
    if movement is not None:
        reverse(session, movement, on, actor, reason)
    gift.account_id = gift.booked = None


def standing_movement(session: Session, gift: Gift) -> FundMovement | None:
    """The movement by which the gift came in, if it has not been taken back."""
    found = funds.movements_of(session, gift.tenant_id, source_of(gift))
    undone = {row.reverses_id for row in found}
    return next((row for row in found if row.kind in (MovementKind.RECEIPT, MovementKind.TRANSFER_IN) and row.id not in undone), None)


def designation_of(session: Session, gift: Gift) -> FundDesignation | None:
    """The part of the account kept apart for what the donor named."""
    movement = standing_movement(session, gift)
    if movement is None or movement.designation_id is None:
        return None
    return funds.get_designation(session, gift.tenant_id, movement.designation_id)


def _changed(session: Session, roads: Roads, gift: Gift) -> bool:
    """Whether day, designation or where it goes is another than was booked."""
    movement = standing_movement(session, gift)
    if movement is None or movement.on != gift.given_on or roads.elsewhere(gift):
        return True
    made, wish = designation_of(session, gift), wish_of(session, gift)
    if made is None or wish is None:
        return (made is None) != (wish is None)
    return gift.released_on is None and (made.place_id, made.use, made.project, made.person_id) != (
        wish.place_id, wish.use, wish.project, wish.person_id)
