"""The demo's people."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from core.access.catalogue import Catalogue
from core.access.viewer import load_viewer
from core.accounts.demo import PASSWORD, load_demo_accounts
from core.accounts.passwords import verify
from core.accounts.queries import find_by_login, list_demo_posts
from core.tenancy.models import Tenant
from core.units.models import Unit
from tests.factories.units import make_unit


def found(session: Session, units: dict[str, Unit], known: Catalogue, *tenants: str) -> dict[str, tuple[str, str]]:
    for code in tenants:
        session.add(Tenant(id=code, unit_id=units[code].id, founded_on=dt.date(2015, 1, 1)))
    session.flush()
    return {account.login: (account.who.partition("（")[2].rstrip("）"), account.where)
            for account in load_demo_accounts(session, known)}


def test_a_county_has_its_people_and_those_above_it(session: Session, units: dict[str, Unit], known: Catalogue) -> None:
    people = found(session, units, known, "00", "990101")
    assert people["ceshi-admin"] == ("平台管理员", "测试省")
    assert people["ceshi-auditor"] == ("督查审计", "测试省")
    assert people["jiaxian-admin"] == ("县级管理员", "甲县")
    assert people["jiaxian-approver"] == ("方案审批人", "甲县")
    assert people["jiaxian-aid"] == ("学生资助中心经办", "甲县")
    assert people["jiaxian-central"] == ("中心校经办", "甲一镇")
    assert people["jiaxian-school"][0] == "学校资助经办员"
    assert all(name != "quanguo-admin" for name in people)


def test_loading_again_makes_nobody_twice(session: Session, units: dict[str, Unit], known: Catalogue) -> None:
    first = found(session, units, known, "990101")
    assert found(session, units, known) == first
    assert {post.login for post in list_demo_posts(session)} == set(first)


def test_they_sign_in_with_the_printed_password(session: Session, units: dict[str, Unit], known: Catalogue) -> None:
    found(session, units, known, "990101")
    account = verify(session, "jiaxian-aid", PASSWORD)
    assert account is not None
    assert account.demo
    viewer = load_viewer(session, account.id, account.name)
    assert viewer.allowed("core:unit:read", units["990101"])
    assert not viewer.allowed("core:unit:read", units["990102"])


def test_a_province_a_city_a_township_and_a_school_as_tenants(session: Session, units: dict[str, Unit],
                                                              known: Catalogue) -> None:
    people = found(session, units, known, "99", "9902", "990102100", "990102-S01")
    assert people["zhixiashi-aid"] == ("学生资助中心经办", "直辖市州")
    assert people["yiyi-central"] == ("中心校经办", "乙一镇")
    assert "yiyi-aid" not in people
    assert people["yixianshiyanxiaoxue-school"] == ("学校资助经办员", "乙县实验小学")


def test_a_county_without_a_school_is_given_a_made_up_one(session: Session, units: dict[str, Unit],
                                                          known: Catalogue) -> None:
    make_unit(session, "990201100", units["990201"], "丙一镇", level="township")
    people = found(session, units, known, "990201")
    assert people["bingxian-school"] == ("学校资助经办员", "丙一镇演示小学（虚构）")
    assert found(session, units, known) == people


def test_a_place_without_townships_goes_without_a_school(session: Session, units: dict[str, Unit],
                                                         known: Catalogue) -> None:
    assert "bingxian-school" not in found(session, units, known, "990201")


def test_two_places_of_one_name_are_told_apart(session: Session, units: dict[str, Unit], known: Catalogue) -> None:
    units["990299"] = make_unit(session, "990299", units["9902"], "甲县", level="county")
    people = found(session, units, known, "990101", "990299")
    assert find_by_login(session, "jiaxian-admin") is not None
    assert people["jiaxian990299-admin"] == ("县级管理员", "甲县")
