"""Batches for the bank, what comes back, and that nobody is paid twice."""

from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from core.errors import Conflict, InvalidInput, PlatformError, RuleViolation
from core.extensions import Database, new_id, tenant_scope
from core.funds import queries as funds
from core.funds.recounting import recount
from core.privacy.columns import triple
from core.privacy.vault import vault_of
from core.processes.services import take
from core.registry.models import Person
from plugins.education_aid.models import AidCase, Application, Batch, Payment
from plugins.education_aid.models.applications import slot_of
from plugins.education_aid.processes.batches import BATCH
from plugins.education_aid.queries import payments
from plugins.education_aid.services import paying
from plugins.education_aid.services.voiding import void_payment
from tests.plugins.education_aid.running.conftest import OnDay
from tests.plugins.education_aid.running.support import (
    BANK,
    CENTRE,
    CHIEF,
    FLOW,
    HUNT,
    JIA,
    SCHOOL,
    TERM,
    YEAR,
    County,
    card,
    returned,
)

ON = dt.date(2019, 10, 15)


def approved(county: County, count: int, on_day: OnDay) -> None:
    """So many approved applications of 625 yuan each."""
    for _ in range(count):
        county.award(county.child())
    county.to_publicity()
    on_day("2019-10-15")
    county.approve()


def sent(county: County, *, again: bool = False) -> Batch:
    """A batch made by the centre, approved by its chief, and sent."""
    batch, _ = paying.make_batch(county.session, county.units[JIA], JIA, "test-bank", YEAR, TERM, CENTRE, again=again)
    take(county.session, county.host, BATCH, batch, "approve", CHIEF)
    take(county.session, county.host, BATCH, batch, "send", CENTRE)
    return batch


def balance(county: County) -> Decimal:
    account = funds.find_account(county.session, JIA, "aid")
    assert account is not None
    county.session.refresh(account)
    return account.balance


@pytest.mark.clause("EA-049", "EA-017")
def test_of_fifty_two_come_back_wait_and_are_paid_again(county: County, on_day: OnDay) -> None:
    county.money()
    approved(county, 50, on_day)
    batch = sent(county)
    assert (batch.lines, batch.total, str(batch.due_on)) == (50, Decimal("31250.00"), "2019-10-29")
    assert balance(county) == Decimal("968750.00")
    codes = {line: "14" if line in (7, 9) else "00" for line in range(1, 51)}
    paying.read_return(county.session, county.host, batch, returned(batch, codes), ON, CENTRE)
    assert (batch.state, batch.credited_count, batch.credited_total, batch.returned_count) == ("done", 48, Decimal("30000.00"), 2)
    assert batch.arrived_on == ON
    assert len(county.applications("paid")) == 48  # 已享受 only where the bank has credited
    waiting = [one for one in county.payments() if one.state == "returned"]
    assert [(one.reason, one.batch_id) for one in waiting] == [("账号不存在", None)] * 2
    assert balance(county) == Decimal("970000.00")
    again = sent(county, again=True)
    assert (again.lines, again.number) == (2, "2019-0002")
    paying.read_return(county.session, county.host, again, returned(again, {1: "00", 2: "00"}), ON, CENTRE)
    assert len(county.applications("paid")) == 50
    moved = [one.amount for number in (batch, again) for one in funds.movements_of(county.session, JIA, f"education_aid.batch:{number.id}")]
    assert -sum(moved, Decimal(0)) == sum((one.amount for one in county.payments() if one.state == "credited"), Decimal(0))
    assert balance(county) == Decimal("968750.00")
    assert recount(county.session, JIA) == []


def test_a_file_of_another_batch_changes_nothing(county: County, on_day: OnDay) -> None:
    county.money()
    approved(county, 3, on_day)
    batch = sent(county)
    for data in (returned(batch, {1: "00"}, number="2019-0009"), returned(batch, {4: "00"}), returned(batch, {1: "00"}, amount="624.99")):
        with pytest.raises(InvalidInput):
            paying.read_return(county.session, county.host, batch, data, ON, CENTRE)
    assert {one.state for one in county.payments()} == {"sent"}
    assert (batch.state, batch.credited_count) == ("sent", 0)


def test_a_file_in_two_parts_is_read_line_by_line_and_twice_is_once(lone: County, on_day: OnDay) -> None:
    lone.money()
    approved(lone, 3, on_day)
    batch = sent(lone)
    paying.read_return(lone.session, lone.host, batch, returned(batch, {1: "00"}), ON, CENTRE)
    assert batch.state == "sent"
    with pytest.raises(InvalidInput):
        paying.read_return(lone.session, lone.host, batch, returned(batch, {1: "14"}), ON, CENTRE)
    paying.read_return(lone.session, lone.host, batch, returned(batch, {1: "00", 2: "14", 3: "00"}), ON, CENTRE)
    assert (batch.state, batch.credited_count, batch.returned_count) == ("done", 2, 1)
    with pytest.raises(Conflict):
        paying.read_return(lone.session, lone.host, batch, returned(batch, {1: "00"}), ON, CENTRE)


def test_a_file_that_cannot_be_read_or_names_a_line_twice_changes_nothing(lone: County, on_day: OnDay) -> None:
    lone.money()
    approved(lone, 2, on_day)
    batch = sent(lone)
    good = returned(batch, {1: "00", 2: "00"})
    for data in (b"\x00\x01", b"", good.splitlines()[0], good + b"\r\n" + good.splitlines()[1], good.replace(b"625.00", b"NaN", 1),
                 good.replace(b",00", b",", 1)):
        with pytest.raises(InvalidInput):
            paying.read_return(lone.session, lone.host, batch, data, ON, CENTRE)
    assert {one.state for one in lone.payments()} == {"sent"}
    assert (batch.state, batch.credited_count, batch.returned_count) == ("sent", 0, 0)


def test_a_card_that_was_corrected_goes_into_the_next_file_with_its_new_number(lone: County, on_day: OnDay) -> None:
    lone.money()
    approved(lone, 2, on_day)
    batch = sent(lone)
    paying.read_return(lone.session, lone.host, batch, returned(batch, {1: "00", 2: "14"}), ON, CENTRE)
    (wrong,) = [one for one in lone.payments() if one.state == "returned"]
    person = lone.session.get_one(Person, (JIA, wrong.person_id))
    for column, value in triple(vault_of(lone.session), Person, "bank_card", person.id, card(77)).items():
        setattr(person, column, value)
    lone.session.flush()
    again = sent(lone, again=True)
    _, data = paying.file_of(lone.session, again, CENTRE)
    assert card(77) in data.decode("utf-8-sig")
    paying.read_return(lone.session, lone.host, again, returned(again, {1: "00"}), ON, CENTRE)
    assert {one.state for one in lone.payments()} == {"credited"}
    assert recount(lone.session, JIA) == []


def test_an_account_of_another_name_comes_back_as_a_case_that_says_so(lone: County, on_day: OnDay) -> None:
    lone.plan(FLOW.format(township="false"), BANK.replace('"14" = "账号不存在"', '"51" = "户名与账号不符"'), HUNT)
    lone.money()
    approved(lone, 1, on_day)
    batch = sent(lone)
    paying.read_return(lone.session, lone.host, batch, returned(batch, {1: "51"}), ON, CENTRE)
    (case,) = lone.session.query(AidCase)
    assert (case.kind, case.state, case.why) == ("card", "open", "银行退回：51 户名与账号不符")


def test_what_waits_in_two_parts_is_two_batches_and_nobody_is_in_both(lone: County, on_day: OnDay) -> None:
    lone.money()
    approved(lone, 2, on_day)
    first = sent(lone)
    with pytest.raises(InvalidInput), lone.session.begin_nested():
        paying.make_batch(lone.session, lone.units[JIA], JIA, "test-bank", YEAR, TERM, CENTRE)
    on_day("2019-10-08")
    lone.award(lone.child())
    lone.to_publicity()
    on_day("2019-10-15")
    lone.approve()
    second = sent(lone)
    with pytest.raises(InvalidInput):
        paying.read_return(lone.session, lone.host, second, returned(first, {1: "00"}), ON, CENTRE)
    assert (first.number, second.number, second.lines) == ("2019-0001", "2019-0002", 1)


def test_whoever_made_a_batch_does_not_approve_it(lone: County, on_day: OnDay) -> None:
    lone.money()
    approved(lone, 1, on_day)
    batch, _ = paying.make_batch(lone.session, lone.units[JIA], JIA, "test-bank", YEAR, TERM, CENTRE)
    with pytest.raises(RuleViolation):
        take(lone.session, lone.host, BATCH, batch, "approve", CENTRE)
    with pytest.raises(Conflict):
        paying.file_of(lone.session, batch, CENTRE)


def test_money_that_is_not_there_is_not_sent(lone: County, on_day: OnDay) -> None:
    lone.money("100")
    approved(lone, 1, on_day)
    batch, _ = paying.make_batch(lone.session, lone.units[JIA], JIA, "test-bank", YEAR, TERM, CENTRE)
    take(lone.session, lone.host, BATCH, batch, "approve", CHIEF)
    with pytest.raises(PlatformError) as raised:
        take(lone.session, lone.host, BATCH, batch, "send", CENTRE)
    assert "625.00" in raised.value.text
    assert "100.00" in raised.value.text


def test_whose_card_fails_its_check_becomes_a_case_and_stays_outside(lone: County, on_day: OnDay) -> None:
    lone.money()
    lone.award(lone.child(carded=False))
    approved(lone, 1, on_day)
    batch, faulty = paying.make_batch(lone.session, lone.units[JIA], JIA, "test-bank", YEAR, TERM, CENTRE)
    assert (batch.lines, faulty) == (1, 1)
    (case,) = lone.session.query(AidCase)
    assert (case.kind, case.why) == ("card", "没有登记银行卡")


def test_the_file_carries_the_whole_number_and_the_list_its_mask(lone: County, on_day: OnDay) -> None:
    lone.money()
    approved(lone, 1, on_day)
    batch = sent(lone)
    name, data = paying.file_of(lone.session, batch, CENTRE)
    line = payments.lines_of(lone.session, batch)[0]
    assert name == "2019-0001.csv"
    assert "622202000000000001" in data.decode("utf-8-sig")
    assert "*" in line.card_mask


def test_a_dropped_batch_frees_its_payments(lone: County, on_day: OnDay) -> None:
    lone.money()
    approved(lone, 2, on_day)
    batch, _ = paying.make_batch(lone.session, lone.units[JIA], JIA, "test-bank", YEAR, TERM, CENTRE)
    take(lone.session, lone.host, BATCH, batch, "drop", CENTRE, "名单有误")
    assert [(one.state, one.batch_id) for one in lone.payments()] == [("waiting", None)] * 2
    assert sent(lone).lines == 2


def test_the_database_refuses_a_second_payment_of_child_item_and_term(county: County, on_day: OnDay) -> None:
    approved(county, 1, on_day)
    first = county.payments()[0]
    with pytest.raises(IntegrityError), county.session.begin_nested():
        county.session.add(Payment(
            tenant_id=JIA, id=new_id(), unit_id=first.unit_id, person_id=first.person_id, school_year=YEAR, term=TERM, item=first.item,
            item_name=first.item_name, application_id=first.application_id, amount=first.amount,
            slot=slot_of(first.person_id, first.item, YEAR, TERM)))
        county.session.flush()


def test_of_two_who_approve_at_once_one_payment_is_made(county: County, database: Database, on_day: OnDay) -> None:
    """Two applications of one child, item and term cannot stand; two hands on one application make one payment."""
    from plugins.education_aid.processes.applications import APPLICATION

    county.award(county.child())
    county.to_publicity()
    on_day("2019-10-15")
    from tests.plugins.education_aid.running.support import HEAD

    county.step("to_county", HEAD, "publicity")
    county.session.commit()
    start, outcomes = threading.Barrier(2), []

    def approve(actor: object) -> None:
        start.wait()
        try:
            with database.transaction() as session, tenant_scope(session, JIA):
                one = session.query(Application).one()
                take(session, county.host, APPLICATION, one, "approve", actor)  # type: ignore[arg-type]
            outcomes.append("done")
        except PlatformError:
            outcomes.append("refused")

    hands = [threading.Thread(target=approve, args=(actor,)) for actor in (CHIEF, CENTRE)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert sorted(outcomes) == ["done", "refused"]
    county.session.expire_all()
    assert len(county.payments()) == 1
    assert county.payments()[0].unit_id == county.units[SCHOOL].id


@pytest.mark.clause("EA-072")
def test_a_void_award_of_400_is_owed_back_once(county: County, on_day: OnDay) -> None:
    county.money()
    county.award(county.child(), "400.00")
    county.to_publicity()
    on_day("2019-10-15")
    county.approve()
    batch = sent(county)
    paying.read_return(county.session, county.host, batch, returned(batch, {1: "00"}, amount="400.00"), ON, CENTRE)
    (payment,) = county.payments()
    with pytest.raises(InvalidInput):
        void_payment(county.session, payment, " ", CHIEF)
    owed = void_payment(county.session, payment, "冒领他人资助", CHIEF)
    assert (owed.amount, owed.outstanding, owed.debtor_id) == (Decimal("400.00"), Decimal("400.00"), county.units[SCHOOL].id)
    assert (payment.state, payment.slot) == ("void", None)
    with pytest.raises(Conflict):
        void_payment(county.session, payment, "冒领他人资助", CHIEF)
