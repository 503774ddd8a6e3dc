"""Certificates on the pages: asked for below, issued above, checked by anybody."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from core.extensions import Database, tenant_scope
from core.jobs.models import Job
from core.jobs.running import Parts
from core.jobs.worker import run_due
from plugins.donations.models import Certificate
from plugins.donations.verifier import fault, main
from tests.conftest import settings_for
from tests.core.printing.test_rendering import png
from tests.plugins.donations.conftest import Browse, OnDay
from tests.plugins.donations.giving import JIA, TOWN, County, give

DUE = f"/u/{TOWN}/p/donations/certificates/due"


@pytest.fixture
def certificate(giving_database: Database, county: County, browse: Browse, on_day: OnDay) -> Certificate:
    """One that a township has asked for."""
    on_day("2026-11-20")
    with giving_database.transaction() as session, tenant_scope(session, JIA):
        give(session, county.units[TOWN], "60000.50", kind="person", donor="测试甲")
    clerk = browse("town-clerk")
    keys = re.findall(r'name="key" value="([^"]+)"', clerk.get(DUE).text)
    assert clerk.post(DUE, data={"key": keys}).status_code == 302
    return stored(giving_database)


def stored(database: Database) -> Certificate:
    with database.session() as session, tenant_scope(session, JIA):
        return session.scalars(select(Certificate)).one()


def address_of(certificate: Certificate, step: str, code: str = JIA) -> str:
    """Where a step of it is sent."""
    return f"/u/{code}/p/donations/processes/certificate/{certificate.id}/{step}"


def issue(browse: Browse, certificate: Certificate, login: str = "county-one") -> int:
    code = JIA if login.startswith("county") else TOWN
    return browse(login).post(address_of(certificate, "issue", code), data={}).status_code


@pytest.mark.clause("DN-002")
def test_a_township_that_issues_is_refused_and_the_county_issues_once(
        giving_database: Database, browse: Browse, certificate: Certificate) -> None:
    assert issue(browse, certificate, "town-clerk") == 403
    assert issue(browse, certificate, "town-manager") == 403
    assert stored(giving_database).number == ""
    assert issue(browse, certificate) == 302
    assert stored(giving_database).number == "〔2026〕0001号"
    assert issue(browse, certificate, "county-two") == 409
    assert stored(giving_database).serial == 1


def test_the_public_page_shows_what_the_donor_agreed_to_and_nothing_else(
        giving_database: Database, browse: Browse, certificate: Certificate) -> None:
    address = f"/public/{JIA}/donations/certificates/{certificate.token}"
    assert browse().get(address).status_code == 404
    assert issue(browse, certificate) == 302
    page = browse().get(address)
    assert page.status_code == 200
    for shown in ("〔2026〕0001号", "测**", "60,000.50", "甲县人民政府", "有效"):
        assert shown in page.text
    assert "测试甲" not in page.text
    assert "Set-Cookie" not in page.headers


def test_a_revoked_certificate_says_so_at_once(giving_database: Database, browse: Browse, certificate: Certificate) -> None:
    assert issue(browse, certificate) == 302
    address = f"/public/{JIA}/donations/certificates/{certificate.token}"
    assert "内容与本页一致才是真的" in browse().get(address).text
    page = browse("county-one").get(f"/u/{JIA}/p/donations/certificates/{certificate.id}").text
    assert address_of(certificate, "revoke") in page
    sent = browse("county-one").post(address_of(certificate, "revoke"), data={"reason": "捐赠已退还"})
    assert sent.status_code == 302
    assert stored(giving_database).state == "revoked"
    assert "不再有效" in browse().get(f"{address}?now").text


def test_the_signed_file_verifies_with_nothing_but_the_published_keys(
        browse: Browse, certificate: Certificate, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert issue(browse, certificate) == 302
    outside = browse()
    signed = outside.get(f"/public/{JIA}/donations/certificates/{certificate.token}/signed.json").get_json()
    keys = outside.get(f"/public/{JIA}/donations/certificates/keys.json").get_json()
    assert fault(signed, keys["keys"]) == ""
    assert "测试甲" not in json.dumps(signed, ensure_ascii=False)
    (tmp_path / "a.json").write_text(json.dumps(signed))
    (tmp_path / "k.json").write_text(json.dumps(keys))
    assert main([str(tmp_path / "a.json"), str(tmp_path / "k.json")]) == 0
    (tmp_path / "a.json").write_text(json.dumps({**signed, "donor": "测试乙"}))
    assert main([str(tmp_path / "a.json"), str(tmp_path / "k.json")]) == 1
    assert main([str(tmp_path / "none.json"), str(tmp_path / "k.json")]) == 2
    assert "签名不符" in capsys.readouterr().out


@pytest.mark.parametrize("address", ["wrong", "%00", "a" * 64])
def test_a_wrong_code_is_not_found(browse: Browse, address: str) -> None:
    assert browse().get(f"/public/{JIA}/donations/certificates/{address}").status_code == 404


def test_whoever_types_the_code_is_led_to_the_page(browse: Browse) -> None:
    assert "verifier.py" in browse().get(f"/public/{JIA}/donations/certificates/").text
    answer = browse().get(f"/public/{JIA}/donations/certificates/?token=abc")
    assert answer.headers["Location"].endswith("/certificates/abc")


def test_a_certificate_is_printed_with_its_number_amount_in_capitals_and_seal(
        browse: Browse, certificate: Certificate) -> None:
    address = f"/u/{JIA}/p/donations/certificates/{certificate.id}/pdf"
    assert browse("county-one").get(address).status_code == 409
    assert issue(browse, certificate) == 302
    plain = browse("county-one").get(address).data
    text = PdfReader(io.BytesIO(plain)).pages[0].extract_text().replace(" ", "").replace("\n", "")
    for said in ("捐赠证书", "〔2026〕0001号", "测试甲", "60,000.50元", "陆万元伍角", "甲县人民政府", "2026年11月20日"):
        assert said in text
    picked = {"file": (io.BytesIO(png(30, 30)), "seal.png")}
    assert browse("county-one").post(f"/u/{JIA}/p/donations/seal", data=picked).status_code == 302
    assert len(browse("county-one").get(address).data) != len(plain)


def test_a_seal_must_be_a_small_picture(browse: Browse) -> None:
    for content in (b"no picture", b"\x89PNG\r\n\x1a\n" + b"0" * 400_000):
        picked = {"file": (io.BytesIO(content), "seal.png")}
        assert browse("county-one").post(f"/u/{JIA}/p/donations/seal", data=picked).status_code == 422
    assert browse("county-one").post(f"/u/{JIA}/p/donations/seal", data={}).status_code == 422
    assert browse("town-clerk").get(f"/u/{TOWN}/p/donations/seal").status_code == 403


def test_all_certificates_are_printed_by_a_job(
        giving_database: Database, county: County, browse: Browse, certificate: Certificate, tmp_path: Path) -> None:
    address = f"/u/{JIA}/p/donations/certificates/print"
    assert browse("county-one").post(address).status_code == 422
    assert issue(browse, certificate) == 302
    assert browse("county-one").post(address).status_code == 302
    run_due(Parts(settings_for(giving_database.url, tmp_path), giving_database, county.host))
    with giving_database.session() as session, tenant_scope(session, JIA):
        job = session.scalars(select(Job).where(Job.code == "donations.print")).one()
    assert (job.state, job.sentence, job.done) == ("done", "已排好 1 份证书", 1)
    assert job.file_name == "捐赠证书.pdf"


def test_a_neighbour_county_sees_no_certificate(browse: Browse, certificate: Certificate) -> None:
    for login, code in (("yi-admin", "990102"), ("yi-admin", JIA)):
        assert browse(login).get(f"/u/{code}/p/donations/certificates/{certificate.id}").status_code == 404
