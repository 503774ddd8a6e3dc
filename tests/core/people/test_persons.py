"""The page of a person, seen by those who may see it and by those who may not."""

from __future__ import annotations

import datetime as dt
import os
import time
import uuid

import pytest
from flask import Flask
from sqlalchemy import select

from core.extensions import Database, all_tenants, tenant_scope, today
from core.jobs.worker import run_due
from core.privacy import rotation, vault_of
from core.registry import services
from core.registry.models import Past, Person
from core.registry.services import change_person
from core.trail.models import TrailEntry
from core.units.models import Unit
from core.units.queries import get_unit_by_code
from tests.conftest import ClientAs
from tests.core.people.conftest import BORN, SCHOOL, Family
from tests.factories.registry import ACTOR, JIA, made_up_id, make_enrolment, make_household, make_person

NUMBER = made_up_id(1, BORN)


def at(person_id: object, code: str = JIA, rest: str = "") -> str:
    return f"/u/{code}/registry/persons/{person_id}{rest}"


def test_the_page_gathers_what_is_known(client_as: ClientAs, family: Family) -> None:
    page = client_as("jia-aid").get(at(family.pupil)).text
    for known in ("测试小", "9901**********" + NUMBER[-4:], "2016—2017 学年", "1班", "测试甲户", "建档立卡", "一生一档", "在"):
        assert known in page, known
    assert NUMBER not in page and "13800001234" not in page


def test_the_neighbour_and_a_foreign_school_find_nobody(client_as: ClientAs, family: Family) -> None:
    assert client_as("yi-aid").get(at(family.pupil, "990102")).status_code == 404
    assert client_as("yi-aid").get(at(family.pupil)).status_code == 404
    assert client_as("jia-school").get(at(family.apprentice, SCHOOL)).status_code == 404


def test_a_school_sees_its_pupil_but_not_the_rest_of_the_home(client_as: ClientAs, family: Family) -> None:
    page = client_as("jia-school").get(at(family.pupil, SCHOOL))
    assert page.status_code == 200 and "测试小" in page.text
    assert "测试甲户" not in page.text and "测试中" not in page.text, "the household stands in a village outside the school's scope"


def test_an_original_is_shown_for_a_reason_and_is_on_the_trail(client_as: ClientAs, family: Family, app_database: Database) -> None:
    client = client_as("jia-aid")
    refused = client.post(at(family.pupil, rest="/reveal"), data={"field": "id_number", "reason": "看"})
    assert refused.status_code == 422 and NUMBER not in refused.text
    shown = client.post(at(family.pupil, rest="/reveal"), data={"field": "id_number", "reason": "核对银行退款"})
    assert shown.status_code == 200 and NUMBER in shown.text
    with app_database.session() as session, all_tenants(session, "核对"):
        entry = session.scalars(select(TrailEntry).where(TrailEntry.action == "core:identity:read")).one()
        assert (entry.reason, entry.subject) == ("核对银行退款", f"core.persons:{family.pupil}")
    assert client.get(at(family.pupil, rest="/looked")).status_code == 403, "the trail is not for everybody"
    assert "核对银行退款" in client_as("city-auditor").get(at(family.pupil, rest="/looked")).text


def test_files_with_originals_and_looks_at_guardians_stand_beside_the_looks(client_as: ClientAs, family: Family,
                                                                            app_database: Database) -> None:
    with app_database.transaction() as session, tenant_scope(session, JIA):
        pupil = session.get_one(Person, (JIA, family.pupil))
        guardian = services.note_guardian(session, pupil, {"name": "测试母", "phone": "13800009999"}, ACTOR).id
    client = client_as("jia-aid")
    asked = {"reason": "上报省厅核对", "originals": "1"}
    assert client.post(f"/u/{JIA}/ledgers/persons/export", data=asked, query_string={"name": "测试小"}).status_code == 200
    assert client.post(f"/u/{JIA}/ledgers/persons/export", data={"reason": "只要掩码"}).status_code == 200
    assert "13800009999" in client.post(at(family.pupil, rest="/reveal"), data={"guardian": str(guardian), "reason": "电话通知家长"}).text
    auditor = client_as("city-auditor")
    page = auditor.get(at(family.pupil, rest="/looked")).text
    assert "上报省厅核对" in page and "电话通知家长" in page and "只要掩码" not in page
    assert "上报省厅核对" not in auditor.get(at(family.student, rest="/looked")).text, "whose number did not go out"


def test_who_may_not_see_originals_is_not_offered_and_is_refused(client_as: ClientAs, family: Family) -> None:
    general = client_as("jia-general")
    assert "看原文" not in general.get(at(family.pupil, SCHOOL)).text
    assert general.post(at(family.pupil, SCHOOL, "/reveal"), data={"field": "id_number", "reason": "想看一看"}).status_code == 403
    own = client_as("jia-school").post(at(family.pupil, SCHOOL, "/reveal"), data={"field": "id_number", "reason": "核对学籍"})
    assert NUMBER in own.text, "the school of a child may, for a reason"


def test_a_former_school_no_longer_sees_originals_though_its_terms_have_no_end(
        client_as: ClientAs, family: Family, app_database: Database) -> None:
    with app_database.transaction() as session, tenant_scope(session, JIA):
        pupil = session.get_one(Person, (JIA, family.pupil))
        make_enrolment(session, pupil, get_unit_by_code(session, JIA), 2018, "junior", elsewhere_school="测试初中", elsewhere_place="9902")
    school = client_as("jia-school")
    assert "看原文" not in school.get(at(family.pupil, SCHOOL)).text
    assert school.post(at(family.pupil, SCHOOL, "/reveal"), data={"field": "id_number", "reason": "核对学籍"}).status_code == 403
    assert "看原文" in client_as("jia-aid").get(at(family.pupil)).text


@pytest.mark.clause("CO-041")
def test_the_page_as_of_a_day_shows_that_day(client_as: ClientAs, family: Family, app_database: Database) -> None:
    client = client_as("jia-aid")
    answer = client.post(at(family.pupil, rest="/change"), data={"field": "health", "value": "残疾",
                                                                 "on": "2017-01-01", "reason": "残疾证"})
    assert answer.status_code == 302, answer.text[:300]
    with app_database.session() as session, tenant_scope(session, JIA):
        assert session.get_one(Person, (JIA, family.pupil)).health == "disabled"
        assert session.scalars(select(Past.changed_by).where(Past.subject_id == family.pupil)).one()
    then, now = (client.get(at(family.pupil, rest=f"?as_of={day}")).text for day in ("2016-05-01", "2017-05-01"))
    assert "<dd>残疾" in now.replace("\n", "") and "<dd>残疾" not in then.replace("\n", "")
    assert "变更记录" in now


def test_a_change_is_judged_by_the_rules_of_the_ledger(client_as: ClientAs, family: Family) -> None:
    answer = client_as("jia-aid").post(at(family.pupil, rest="/change"), data={"field": "health", "value": "很好", "on": "2017-01-01"})
    assert answer.status_code == 422 and "健康状况须是其中之一" in answer.text


def test_statuses_are_noted_and_ended_on_the_page(client_as: ClientAs, family: Family) -> None:
    client = client_as("jia-aid")
    given = {"kind": "left_behind", "since": "2016-09-01", "source": "入户核实"}
    assert client.post(at(family.pupil, rest="/statuses"), data=given).status_code == 302
    assert client.post(at(family.pupil, rest="/statuses"), data=given).status_code == 409, "the same kind never overlaps"
    page = client.get(at(family.pupil)).text
    status_id = page.partition("/registry/statuses/")[2][:36]
    assert client.post(f"/u/{JIA}/registry/statuses/{status_id}/end", data={"until": "2017-09-01"}).status_code == 302
    assert "不再是留守儿童" in client.get(at(family.pupil)).text
    assert client_as("yi-aid").post(f"/u/990102/registry/statuses/{status_id}/remove", data={"reason": "误登"}).status_code == 404


def test_a_child_under_fourteen_needs_a_guardian_who_agrees(client_as: ClientAs, app_database: Database) -> None:
    with app_database.transaction() as session, tenant_scope(session, JIA):
        child = make_person(session, get_unit_by_code(session, SCHOOL), name="测试幼",
                            birth_on=today() - dt.timedelta(days=2000)).id
    client = client_as("jia-aid")
    assert "还没有登记监护人" in client.get(at(child)).text
    assert client.post(at(child, rest="/guardians"), data={"name": "测试父", "relation": "父亲"}).status_code == 302
    page = client.get(at(child)).text
    assert "监护人还没有同意" in page
    guardian = page.partition("/registry/guardians/")[2][:36]
    given = {"consent_kind": "written", "consent_on": today().isoformat()}
    assert client.post(f"/u/{JIA}/registry/guardians/{guardian}/consent", data=given).status_code == 302
    assert "监护人还没有同意" not in client.get(at(child)).text


def test_two_records_become_one_and_two_again(client_as: ClientAs, family: Family, app_database: Database) -> None:
    with app_database.transaction() as session, tenant_scope(session, JIA):
        school = get_unit_by_code(session, SCHOOL)
        double = make_person(session, school, name="测试小", register_number=f"G{NUMBER}")
        make_enrolment(session, double, school, 2015, "preschool")
        double_id = double.id
    client = client_as("jia-aid")
    beside = client.get(f"/u/{JIA}/registry/merge?one={family.pupil}&other={double_id}").text
    assert "并排核对" in beside and "1 条" in beside and NUMBER not in beside
    given = {"one": str(family.pupil), "other": str(double_id), "keep": "one"}
    assert client.post(f"/u/{JIA}/registry/merge", data=given).status_code == 422, "a merge needs a reason"
    assert client.post(f"/u/{JIA}/registry/merge", data={**given, "reason": "户口簿核对为同一人"}).status_code == 302
    assert "2015—2016 学年" in client.get(at(family.pupil)).text
    assert client.get(at(double_id)).headers["Location"].endswith(str(family.pupil))
    merge_id = client.get(f"/u/{JIA}/registry/merges").text.partition("/registry/merges/")[2][:36]
    assert client_as("yi-aid").post(f"/u/990102/registry/merges/{merge_id}/part", data={"reason": "不是"}).status_code == 404
    assert client.post(f"/u/{JIA}/registry/merges/{merge_id}/part", data={"reason": "是堂兄弟"}).status_code == 302
    assert "2015—2016 学年" not in client.get(at(family.pupil)).text
    assert client.get(at(double_id)).status_code == 200


def test_other_counties_are_asked_for_a_reason_and_told(client_as: ClientAs, family: Family, app_database: Database) -> None:
    with app_database.transaction() as session, tenant_scope(session, "990102"):
        school = get_unit_by_code(session, "990102-S01")
        child = services.create_person(session, "990102", school.id, {"name": "测试小", "id_number": NUMBER}, ACTOR)
        make_enrolment(session, child, school, 2017)
    client = client_as("jia-aid")
    assert client.post(at(family.pupil, rest="/elsewhere"), data={"reason": ""}).status_code == 422
    page = client.post(at(family.pupil, rest="/elsewhere"), data={"reason": "核对重复资助"}).text
    assert "2017—2018 学年" in page and "测**" in page
    with app_database.session() as session, all_tenants(session, "核对"):
        told = set(session.scalars(select(TrailEntry.tenant_id).where(TrailEntry.reason == "核对重复资助")))
    assert told == {JIA, "990102"}


def test_erasing_says_what_is_retained_and_leaves_proof(client_as: ClientAs, family: Family, app_database: Database) -> None:
    admin = client_as("jia-admin")
    page = admin.get(at(family.pupil, rest="/erase")).text
    assert "在读学籍" in page and "现在还不能抹去" in page
    refused = admin.post(at(family.pupil, rest="/erase"), data={"reason": "监护人书面申请"})
    assert refused.status_code == 409 and "在读期间须保留" in refused.text
    with app_database.transaction() as session, tenant_scope(session, JIA):
        gone = make_person(session, get_unit_by_code(session, SCHOOL), name="测试去", id_number=made_up_id(9)).id
    assert "没有哪一条法规" in admin.get(at(gone, rest="/erase")).text
    assert admin.post(at(gone, rest="/erase"), data={"reason": "监护人书面申请"}).status_code == 302
    assert client_as("jia-aid").get(at(gone, rest="/erase")).status_code == 403
    after = admin.get(at(gone)).text
    assert "测试去" not in after and "个人信息已抹去" in after


def test_search_finds_by_beginning_by_mask_and_by_whole_number(client_as: ClientAs, family: Family) -> None:
    client = client_as("jia-aid")
    for words in ("测试小", "测试", NUMBER, f"9901**********{NUMBER[-4:]}"):
        assert str(family.pupil) in client.get("/search", query_string={"q": words}).text, words
    assert str(family.household) in client.get("/search?q=测试甲").text and str(family.household) in client.get("/search?q=T001").text
    assert str(family.pupil) not in client.get("/search", query_string={"q": NUMBER[:14]}).text, "part of a number finds nobody"
    assert str(family.pupil) not in client_as("yi-aid").get("/search", query_string={"q": NUMBER}).text


def test_the_state_of_the_keys_is_for_those_who_keep_and_audit_them(client_as: ClientAs) -> None:
    assert "第 1 版" in client_as("province-auditor").get("/u/99/registry/keys").text
    assert client_as("province-admin").get("/u/99/registry/keys").status_code == 200
    assert client_as("jia-aid").get("/u/990101/registry/keys").status_code == 403


def test_the_keys_are_renewed_in_the_background_by_who_keeps_the_platform(app: Flask, client_as: ClientAs, family: Family,
                                                                         app_database: Database) -> None:
    assert client_as("province-auditor").post("/u/99/registry/keys").status_code == 403
    keeper = client_as("province-admin")
    shown = keeper.post("/u/99/registry/keys").headers["Location"]
    assert keeper.post("/u/99/registry/keys").headers["Location"] == shown, "one renewal at a time"
    run_due(app)
    assert "换用第 2 版密钥" in keeper.get(shown).text
    assert "第 2 版" in keeper.get("/u/99/registry/keys").text
    with app_database.session() as session, all_tenants(session, "核对"):
        assert "开始更换个人信息密钥" in session.scalars(select(TrailEntry.sentence)).all()


def test_what_still_uses_an_old_key_is_called_as_officials_call_it(client_as: ClientAs, family: Family, app_database: Database) -> None:
    with app_database.transaction() as session, all_tenants(session, "核对"):
        rotation.begin(session, vault_of(session))
    page = client_as("province-admin").get("/u/99/registry/keys").text
    assert "人员台账 · 证件号" in page and "人员台账 · 联系电话" in page and "registry_persons" not in page


def test_old_keys_are_put_aside_once_nothing_needs_them_and_an_hour_has_passed(
        app: Flask, client_as: ClientAs, family: Family, app_database: Database) -> None:
    keeper, page = client_as("province-admin"), "/u/99/registry/keys"
    keeper.post(page)
    waiting = keeper.get(page).text
    assert "正在更换密钥" in waiting and "核对并停用旧密钥" not in waiting
    assert keeper.post(f"{page}/retire").status_code == 409, "not while a renewal is under way"
    run_due(app)
    young = keeper.get(page).text
    assert "启用满一小时以后" in young and "核对并停用旧密钥" not in young
    with app_database.session() as session:
        keys = vault_of(session).keys
    hour_ago = time.time() - 3700
    os.utime(keys.folder / "records-2.key", (hour_ago, hour_ago))
    assert "核对并停用旧密钥" in keeper.get(page).text
    assert "核对并停用旧密钥" not in client_as("province-auditor").get(page).text
    assert client_as("province-auditor").post(f"{page}/retire").status_code == 403
    shown = keeper.post(f"{page}/retire").headers["Location"]
    run_due(app)
    assert "停用第 1 版密钥" in keeper.get(shown).text and keys.versions() == [2]
    assert "待停用" not in keeper.get(page).text
    assert NUMBER in client_as("jia-aid").post(at(family.pupil, rest="/reveal"), data={"field": "id_number", "reason": "换钥后核对"}).text
    with app_database.session() as session, all_tenants(session, "核对"):
        said = session.scalars(select(TrailEntry.sentence).where(TrailEntry.action.in_(("core:identity:rotate", "core:vault:write")))).all()
    assert [text for text in said if "停用" in text] == ["开始核对并停用旧的个人信息密钥", "停用第 1 版密钥"]


def test_the_pages_of_a_past_day_show_whom_and_what_there_was(client_as: ClientAs, family: Family, app_database: Database) -> None:
    with app_database.transaction() as session, tenant_scope(session, JIA):
        pupil = session.get_one(Person, (JIA, family.pupil))
        other = make_household(session, session.get_one(Unit, pupil.unit_id), number="HB02", head_name="测试新户")
        change_person(session, pupil, {"household_id": other.id, "relation": "户主"}, ACTOR, on=dt.date(2018, 1, 1))
        make_enrolment(session, pupil, get_unit_by_code(session, SCHOOL), 2014, "primary", begun_on=dt.date(2014, 9, 1))
        make_enrolment(session, pupil, get_unit_by_code(session, SCHOOL), 2018, "junior", begun_on=dt.date(2018, 9, 1))
        old, new = family.household, other.id
    client = client_as("jia-aid")

    def members(household: uuid.UUID, day: str) -> bool:
        page = client.get(f"/u/{JIA}/registry/households/{household}", query_string={"as_of": day} if day else {}).text
        return str(family.pupil) in page.partition("就读</th>")[2].partition("收入")[0]

    assert members(old, "2017-06-01") and not members(old, "2018-01-01") and not members(old, "")
    assert members(new, "2018-01-01") and not members(new, "2017-06-01") and members(new, "")
    page = client.get(at(family.pupil)).text
    assert page.count("学期末") >= 1 and "2018-09-01</time> <span class=\"bf-none\">—</span> <span class=\"bf-none\">至今" in page
    then = client.get(at(family.pupil, rest="?as_of=2016-01-01")).text.partition("大事记")[2]
    assert "2014-09-01" in then and "2018-09-01" not in then


def test_who_may_not_ask_who_looked_is_told_what_is_lacking(client_as: ClientAs, family: Family) -> None:
    assert client_as("city-auditor").get(at(family.pupil, rest="/looked")).status_code == 200
    client = client_as("jia-aid")
    answer = client.get(at(family.pupil, rest="/looked"))
    assert answer.status_code == 403
    assert "的身份是“学生资助中心经办”，没有规则允许“查看留痕”" in answer.text
    assert "上面写明了是哪条规则" not in answer.text and "原因写在上面" in answer.text


def test_the_second_of_two_changes_keeps_what_was_typed(client_as: ClientAs, family: Family) -> None:
    client = client_as("jia-aid")
    first = {"field": "address", "value": "测试路1号", "on": "2020-01-01", "version": "1"}
    assert client.post(at(family.pupil, rest="/change"), data=first).status_code == 302
    answer = client.post(at(family.pupil, rest="/change"), data={**first, "value": "测试路2号", "reason": "入户核实"})
    assert answer.status_code == 409
    form = answer.text.partition('/change" class="bf-form-grid">')[2].partition("</form>")[0]
    assert 'value="测试路2号"' in form and 'value="入户核实"' in form
    assert "已被别人改动" in answer.text and "测试路1号" in answer.text
    version = form.partition('name="version" value="')[2].partition('"')[0]
    assert int(version) > 1
    assert client.post(at(family.pupil, rest="/change"), data={**first, "value": "测试路2号", "version": version}).status_code == 302
