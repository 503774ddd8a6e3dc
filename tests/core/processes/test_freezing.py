"""A frozen record is left alone by forms, bulk edit, imports, files taken back and removal; a correction says why."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.scope import Part, Scope
from core.errors import Conflict, InvalidInput, RuleViolation
from core.extensions import Database, tenant_scope
from core.host.processes import BEGIN, CORRECT
from core.ledgers import changing, storing
from core.ledgers.asking import Asked
from core.ledgers.checking import check_frame
from core.ledgers.context import Context
from core.ledgers.correcting import correct
from core.ledgers.imports.standing import stand
from core.ledgers.queries import timeline
from core.processes.models import ProcessMark
from core.processes.queries import marks_of
from core.processes.services import take
from core.trail.models import TrailEntry
from core.units.models import Unit
from core.units.rules.levels import subtree
from tests.conftest import ClientAs
from tests.core.processes.conftest import COUNTY_CLERK, JIA, SCHOOL, SCHOOL_CLERK, Make
from tests.core.processes.test_pages import COUNTY, enter, go
from tests.core.processes.test_pages import SCHOOL as AT_SCHOOL
from tests.sample_plugin.ledgers import CERTIFICATES
from tests.sample_plugin.models import Certificate
from tests.sample_plugin.processes import CERTIFICATE

WHOLE = Scope((JIA,))


@pytest.fixture
def issued(jia: Session, make: Make) -> Certificate:
    made = make()
    take(jia, None, CERTIFICATE, made, "submit", SCHOOL_CLERK)
    take(jia, None, CERTIFICATE, made, "issue", COUNTY_CLERK)
    return made


def rows(**cells: list[str]) -> pl.DataFrame:
    fields = [field for field in CERTIFICATES.fields if field.name in cells]
    checked = check_frame(CERTIFICATES, pl.DataFrame(cells), Context(partial=True), fields)
    assert checked.errors.is_empty()
    return checked.rows


def test_an_ordinary_change_is_refused_with_the_state_and_the_way(jia: Session, issued: Certificate) -> None:
    with pytest.raises(RuleViolation, match="测试公司等 1 条证书处于“已颁发”，内容已冻结；确有错误，请在记录页“更正”并写明理由") as refused:
        storing.update(jia, CERTIFICATES, issued, {"amount": Decimal("1.00")}, issued.version, COUNTY_CLERK)
    assert (refused.value.rule, issued.amount) == ("record-frozen", Decimal("60000.00"))


def test_a_save_that_changes_nothing_is_no_change(jia: Session, issued: Certificate) -> None:
    assert not storing.update(jia, CERTIFICATES, issued, {"amount": Decimal("60000.00")}, issued.version, COUNTY_CLERK)


def test_bulk_rows_that_mean_a_frozen_record_are_refused(jia: Session, issued: Certificate) -> None:
    with pytest.raises(RuleViolation, match="测试公司等 1 条"):
        storing.store(jia, CERTIFICATES, JIA, rows(donor=["测试公司"], amount=["5"]), COUNTY_CLERK, unit_id=issued.unit_id)


def test_an_import_tells_the_frozen_row_apart_from_the_others(
        jia: Session, issued: Certificate, make: Make, units: dict[str, Unit]) -> None:
    make("测试乙厂")
    asked = rows(donor=["测试公司", "测试乙厂", "测试丙厂"], amount=["5", "6", "7"])
    reach = Scope(part=(Part(JIA, (subtree(units[JIA].path),)),))
    found = stand(jia, CERTIFICATES, JIA, asked, CERTIFICATES.fields, reach, uuid.uuid4())
    assert (found.frozen, found.changed, found.new) == ([0], [1], [2])


def test_bulk_edit_is_refused_before_it_is_shown(jia: Session, issued: Certificate) -> None:
    field = CERTIFICATES.field("amount")
    value = changing.judged(CERTIFICATES, field, "5", CERTIFICATES.fields, Context())
    for ids in ((issued.id,), ()):
        choice = changing.Choice(Asked(shown=CERTIFICATES.fields), ids)
        with pytest.raises(RuleViolation, match="内容已冻结"):
            changing.preview(jia, CERTIFICATES, WHOLE, choice, field, value, CERTIFICATES.fields)


def test_removal_is_refused(jia: Session, issued: Certificate) -> None:
    with pytest.raises(RuleViolation, match="内容已冻结"):
        storing.remove(jia, CERTIFICATES, issued, issued.version, COUNTY_CLERK)


def test_a_correction_keeps_before_after_and_the_reason(jia: Session, issued: Certificate) -> None:
    assert correct(jia, CERTIFICATES, issued, {"amount": Decimal("6000.00")}, issued.version, COUNTY_CLERK, reason="多写了一个零")
    assert (issued.amount, issued.state) == (Decimal("6000.00"), "issued")
    entry = timeline(jia, CERTIFICATES, issued)[0]
    assert (entry.sentence, entry.reason) == ("更正证书“测***”", "多写了一个零")
    assert (entry.before, entry.after) == ({"捐赠金额": "60000.00"}, {"捐赠金额": "6000.00"})
    mark = marks_of(jia, CERTIFICATE, JIA, issued.id)[-1]
    assert (mark.step, mark.from_state, mark.to_state, mark.reason) == (CORRECT, "issued", "issued", "多写了一个零")


def test_a_correction_needs_a_reason(jia: Session, issued: Certificate) -> None:
    with pytest.raises(InvalidInput, match="更正须写明理由"):
        correct(jia, CERTIFICATES, issued, {"amount": Decimal("6000.00")}, issued.version, COUNTY_CLERK, reason=" ")


def test_a_record_that_is_not_frozen_is_changed_and_not_corrected(jia: Session, make: Make) -> None:
    made = make()
    with pytest.raises(Conflict, match="没有冻结，请直接修改"):
        correct(jia, CERTIFICATES, made, {"amount": Decimal("1.00")}, made.version, COUNTY_CLERK, reason="测试")


def test_every_new_record_of_the_ledger_begins_its_process(jia: Session, units: dict[str, Unit]) -> None:
    storing.store(jia, CERTIFICATES, JIA, rows(donor=["测试一厂", "测试二厂"], amount=["1", "2"]), SCHOOL_CLERK,
                  unit_id=units[SCHOOL].id)
    assert [row.state for row in jia.scalars(select(Certificate))] == ["draft", "draft"]
    marks = jia.scalars(select(ProcessMark)).all()
    assert [(mark.step, mark.who) for mark in marks] == [(BEGIN, "测试甲")] * 2


# On the pages


@pytest.fixture
def made(client_as: ClientAs) -> tuple[FlaskClient, Any]:
    school, county = client_as("jia-school"), client_as("jia-aid")
    record_id = enter(school)
    go(school, record_id, "submit", AT_SCHOOL)
    assert go(county, record_id, "issue").status_code == 302
    return county, record_id


def test_the_page_offers_the_correction_instead_of_the_form(made: tuple[FlaskClient, Any]) -> None:
    county, record_id = made
    page = county.get(f"{COUNTY}/ledgers/certificates/{record_id}").text
    assert f"{record_id}/correct" in page
    assert f"{record_id}/edit" not in page
    assert county.get(f"{COUNTY}/ledgers/certificates/{record_id}/edit").status_code == 409
    assert county.post(f"{COUNTY}/ledgers/certificates/{record_id}/edit", data={"amount": "1", "version": "3"}).status_code == 409
    assert county.post(f"{COUNTY}/ledgers/certificates/{record_id}/remove", data={"version": "3"}).status_code == 409


def test_a_correction_through_its_form(made: tuple[FlaskClient, Any], app_database: Database) -> None:
    county, record_id = made
    form = {"donor": "测试公司", "amount": "6000", "version": "3"}
    assert county.post(f"{COUNTY}/ledgers/certificates/{record_id}/correct", data=form).status_code == 422
    answer = county.post(f"{COUNTY}/ledgers/certificates/{record_id}/correct", data={**form, "correction-reason": "多写了一个零"})
    assert answer.status_code == 302
    page = county.get(f"{COUNTY}/ledgers/certificates/{record_id}").text
    assert "更正" in page
    assert "多写了一个零" in page
    with app_database.session() as session, tenant_scope(session, JIA):
        assert session.get_one(Certificate, (JIA, record_id)).amount == Decimal("6000.00")
        assert session.scalars(select(TrailEntry.reason).where(TrailEntry.sentence.contains("更正"))).one() == "多写了一个零"
    late = county.post(f"{COUNTY}/ledgers/certificates/{record_id}/correct",
                       data={**form, "amount": "7000", "correction-reason": "另一处更正"})
    assert late.status_code == 409
    assert "“6,000.00”；这里仍是您填的" in late.text and 'value="7000"' in late.text and "另一处更正" in late.text
    assert 'name="version" value="4"' in late.text


def test_whoever_may_not_approve_may_not_correct(made: tuple[FlaskClient, Any], client_as: ClientAs) -> None:
    _, record_id = made
    answer = client_as("jia-school").post(f"{AT_SCHOOL}/ledgers/certificates/{record_id}/correct", data={"amount": "1"})
    assert answer.status_code == 403
