"""Certificates: who is to have one, who asks, who issues, and what a refund means."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotPermitted, RuleViolation
from core.processes.services import take
from plugins.donations.models import Certificate, Gift
from plugins.donations.processes.certificates import CERTIFICATE
from plugins.donations.queries import certificates as queries
from plugins.donations.services.certificates import follow_refund, issuer_name, list_due, propose
from plugins.donations.services.signing import certificate_file
from plugins.donations.verifier import fault
from tests.plugins.donations.conftest import OnDay
from tests.plugins.donations.giving import JIA, TOWN, County, contribute, give, give_plan, threshold

READ = "donations:certificate:read"


def due_at(session: Session, county: County, code: str = TOWN) -> list[str]:
    scope = county.viewer(session, "county-one").scope(session, READ, county.units[code])
    return [f"{each.last.name} {each.amount}" for each in list_due(session, JIA, scope)]


def ask(session: Session, county: County, login: str = "town-clerk") -> list[Certificate]:
    scope = county.viewer(session, login).scope(session, READ)
    keys = [each.key for each in list_due(session, JIA, scope)]
    return propose(session, county.host, JIA, scope, keys, county.people[login])


def issue(session: Session, county: County, certificate: Certificate, login: str = "county-one") -> None:
    take(session, county.host, CERTIFICATE, certificate, "issue", county.people[login],
         viewer=county.viewer(session, login))


def issued(session: Session, county: County, amount: str = "60000", **more: str) -> tuple[Certificate, Gift]:
    gift = give(session, county.units[TOWN], amount, **more)
    (certificate,) = ask(session, county)
    issue(session, county, certificate)
    return certificate, gift


@pytest.mark.clause("DN-001")
@pytest.mark.parametrize(("kind", "amount", "named"), [
    ("unit", "50000.00", []), ("unit", "50000.01", ["测试公司 50000.01"]),
    ("person", "5000.00", []), ("person", "5001", ["测试公司 5001.00"]),
    ("anonymous", "90000", []), ("pupils", "90000", []),
])
def test_a_gift_above_the_amount_of_the_plan_is_to_be_reported(
        jia: Session, county: County, kind: str, amount: str, named: list[str]) -> None:
    give(jia, county.units[TOWN], amount, kind=kind)
    assert due_at(jia, county) == named


@pytest.mark.clause("DN-003")
def test_two_gifts_of_one_unit_bring_no_certificate(jia: Session, county: County) -> None:
    for _ in range(2):
        give(jia, county.units[TOWN], "30000")
    assert due_at(jia, county) == []


@pytest.mark.clause("DN-027")
@pytest.mark.parametrize(("more", "named"), [
    ("", ["商会 52000.00"]),
    ('party = "contributor"', [f"测试{number:02d} 2600.00" for number in range(20)]),
])
def test_of_a_pooled_gift_the_party_that_the_plan_names_is_honoured(
        jia: Session, county: County, more: str, named: list[str]) -> None:
    give_plan(jia, county.host, threshold("pool", "2000.00", more=more))
    contribute(jia, give(jia, county.units[TOWN], "52000", donor="商会", kind="pool"), 20)
    assert sorted(due_at(jia, county)) == named


def test_a_threshold_that_the_plan_masks_honours_nobody(jia: Session, county: County) -> None:
    give_plan(jia, county.host, threshold().replace('amount = "50000.00"', 'amount = { state = "masked", printed = "xx万元" }'))
    give(jia, county.units[TOWN], "90000")
    assert due_at(jia, county) == []


def test_a_neighbours_gift_is_not_listed(jia: Session, county: County) -> None:
    give(jia, county.units["990101101"], "60000")
    assert due_at(jia, county) == []
    assert due_at(jia, county, JIA) == ["测试公司 60000.00"]


@pytest.mark.clause("DN-002")
def test_the_township_asks_and_the_county_issues_number_one_once(jia: Session, county: County, on_day: OnDay) -> None:
    on_day("2026-11-20")
    give(jia, county.units[TOWN], "60000")
    (certificate,) = ask(jia, county)
    assert (certificate.state, certificate.number, certificate.issuer) == ("submitted", "", "甲县人民政府")
    issue(jia, county, certificate)
    assert (certificate.state, certificate.number, certificate.issued_on) == ("issued", "〔2026〕0001号", dt.date(2026, 11, 20))
    with pytest.raises(Conflict, match="已颁发"):
        issue(jia, county, certificate, "county-two")
    assert certificate.serial == 1


@pytest.mark.clause("DN-002")
@pytest.mark.parametrize("login", ["town-clerk", "town-manager"])
def test_a_township_may_not_issue(jia: Session, county: County, login: str) -> None:
    give(jia, county.units[TOWN], "60000")
    (certificate,) = ask(jia, county, "county-two")
    with pytest.raises(NotPermitted):
        issue(jia, county, certificate, login)
    jia.refresh(certificate)
    assert certificate.number == ""


def test_who_asked_may_not_issue(jia: Session, county: County) -> None:
    give(jia, county.units[TOWN], "60000")
    (certificate,) = ask(jia, county, "county-one")
    with pytest.raises((NotPermitted, RuleViolation)):
        issue(jia, county, certificate)


def test_numbers_are_the_issuers_own_and_begin_anew_each_year(jia: Session, county: County, on_day: OnDay) -> None:
    numbers = []
    for day in ("2026-12-30", "2026-12-31", "2027-01-04"):
        on_day(day)
        numbers.append(issued(jia, county, on="2026-12-01")[0].number)
    assert numbers == ["〔2026〕0001号", "〔2026〕0002号", "〔2027〕0001号"]


def test_one_gift_is_asked_for_once(jia: Session, county: County) -> None:
    give(jia, county.units[TOWN], "60000")
    scope = county.viewer(jia, "town-clerk").scope(jia, READ)
    keys = [each.key for each in list_due(jia, JIA, scope)]
    propose(jia, county.host, JIA, scope, keys, county.people["town-clerk"])
    assert due_at(jia, county) == []
    with pytest.raises(Conflict, match="已经申报"):
        propose(jia, county.host, JIA, scope, keys, county.people["town-clerk"])


def test_nothing_ticked_says_so(jia: Session, county: County) -> None:
    scope = county.viewer(jia, "town-clerk").scope(jia, READ)
    with pytest.raises(InvalidInput, match="勾选"):
        propose(jia, county.host, JIA, scope, [], county.people["town-clerk"])


@pytest.mark.parametrize(("kind", "consent", "shown"), [
    ("unit", "masked", "测试公司"), ("unit", "unnamed", "按意愿不公开"), ("person", "masked", "测***"), ("person", "named", "测试公司"),
])
def test_the_public_name_is_as_the_donor_agreed(jia: Session, county: County, kind: str, consent: str, shown: str) -> None:
    assert issued(jia, county, kind=kind, consent=consent)[0].public_name == shown


def test_what_is_signed_verifies_offline_and_nothing_else_does(jia: Session, county: County) -> None:
    certificate, _ = issued(jia, county)
    file, keys = certificate_file(certificate), queries.public_keys(jia, JIA)
    assert fault(file, keys) == ""
    assert "签名不符" in fault({**file, "amount": "990000.00"}, keys)
    assert "签名不符" in fault({**file, "signature": "00"}, keys)
    assert "公钥" in fault(file, [])
    assert "不完整" in fault({"format": "x"}, keys)


def test_a_refund_revokes_the_certificate_and_frees_the_gift(jia: Session, county: County, on_day: OnDay) -> None:
    on_day("2026-11-20")
    certificate, gift = issued(jia, county)
    gift.state = "refunded"
    assert follow_refund(jia, gift, county.people["town-clerk"], "捐赠人撤回") == []
    assert (certificate.state, certificate.revoked_on) == ("revoked", dt.date(2026, 11, 20))
    assert queries.claims_of(jia, certificate) == []
    assert due_at(jia, county) == []


def test_a_refund_before_it_is_issued_drops_it(jia: Session, county: County) -> None:
    gift = give(jia, county.units[TOWN], "60000")
    (certificate,) = ask(jia, county)
    gift.state = "refunded"
    follow_refund(jia, gift, county.people["town-clerk"], "捐赠人撤回")
    assert (certificate.state, certificate.number) == ("dropped", "")


def test_what_is_left_of_a_sum_is_certified_anew(jia: Session, county: County) -> None:
    give_plan(jia, county.host, threshold(basis="cumulative"))
    for amount in ("30000", "30000"):
        give(jia, county.units[TOWN], amount)
    last = give(jia, county.units[TOWN], "5000", on="2026-11-01")
    (certificate,) = ask(jia, county)
    issue(jia, county, certificate)
    assert certificate.amount == Decimal("65000")
    last.state = "refunded"
    (renewed,) = follow_refund(jia, last, county.people["town-clerk"], "捐赠人撤回")
    assert (renewed.amount, renewed.state, renewed.replaces_id) == (Decimal("60000"), "submitted", certificate.id)


def test_a_further_gift_in_the_same_band_brings_no_second_certificate(jia: Session, county: County) -> None:
    give_plan(jia, county.host, threshold(basis="cumulative"))
    issued(jia, county)
    give(jia, county.units[TOWN], "10000", on="2026-11-01")
    assert due_at(jia, county) == []


def test_a_refunded_gift_cannot_be_certified(jia: Session, county: County) -> None:
    gift = give(jia, county.units[TOWN], "60000")
    (certificate,) = ask(jia, county)
    gift.state = "refunded"
    jia.flush()
    with pytest.raises(RuleViolation, match="已退还"):
        issue(jia, county, certificate)


def test_a_certificate_that_was_revoked_by_hand_may_be_asked_for_anew(jia: Session, county: County) -> None:
    certificate, _ = issued(jia, county)
    take(jia, county.host, CERTIFICATE, certificate, "revoke", county.people["county-one"], "名称有误")
    (renewed,) = ask(jia, county)
    assert renewed.replaces_id == certificate.id


@pytest.mark.parametrize(("printed", "said"), [("县人民政府", "甲县人民政府"), ("", "甲县"), ("慈善总会", "慈善总会")])
def test_an_issuer_is_named_as_the_plan_prints_it(county: County, printed: str, said: str) -> None:
    assert issuer_name(county.units[JIA], printed) == said
