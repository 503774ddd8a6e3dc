"""Two people at one record: nothing typed is lost, and nothing another has saved is undone unseen."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from core.extensions import Database
from tests.core.ledgers.support import JIA, add_families
from tests.core.ledgers.test_pages import BASE, SCHOOL, family

ClientAs = Callable[[str], FlaskClient]


def form_of(page: str) -> dict[str, str | list[str]]:
    """What a browser would send of a record's form as it stands."""
    form = page.split('<form class="card" method="post">')[1].split("</form>")[0]
    found: dict[str, str | list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name is None or name[1] in ("csrf_token", "causes"):
            continue
        found[name[1]] = html.unescape(value[1]) if value else ""
    for name, body in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        found[name] = html.unescape(body)
    for name, body in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected>', body)
        found[name] = chosen[1] if chosen else ""
    found["causes"] = [*re.findall(r'name="causes" value="([^"]+)" checked', form), ""]
    return found


def said_of(page: str) -> dict[str, str]:
    """What stands at each field, by its name."""
    return {name: html.unescape(re.sub("<[^>]*>", "", text)) for name, text in
            re.findall(r'<div class="invalid-feedback" id="e-([^"]+)">(.*?)</div>', page)}


def test_the_second_of_two_keeps_what_was_typed_and_sees_what_the_first_saved(
        app: Flask, client_as: ClientAs, app_database: Database) -> None:
    (family_id,) = add_families(app, JIA, "990101-S01", {"note": "原来的备注 100%"})
    first, second = client_as("jia-aid"), client_as("jia-school")
    firsts, seconds = f"{BASE}/{family_id}/edit", f"{SCHOOL}/{family_id}/edit"
    mine = form_of(second.get(seconds).get_data(as_text=True))
    theirs = form_of(first.get(firsts).get_data(as_text=True))
    saved = first.post(firsts, data={**theirs, "head": "测试乙", "members": "6", "income": "50", "causes": ["disaster", ""],
                                     "note": "改过 50%", "phone": "13900000001"})
    assert saved.status_code == 302, saved.get_data(as_text=True)

    answer = second.post(seconds, data={**mine, "members": "5", "income": "50", "area": "44"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "这条记录在您读取之后已被别人改动" in page
    said, again = said_of(page), form_of(page)
    assert set(said) == {"head", "members", "income", "causes", "note", "phone"}
    who = said["members"].partition("已改为")[0]
    assert who and who != "别人" and all(text.startswith(f"{who}已改为") for name, text in said.items() if name != "phone")
    assert "“6”；这里仍是您填的" in said["members"] and (again["members"], again["area"]) == ("5", "44")
    assert "和您填的一样" in said["income"]
    assert "“测试乙”；您没有改这一项" in said["head"] and again["head"] == "测试乙"
    assert (again["note"], again["causes"], again["phone"]) == ("改过 50%", ["disaster", ""], "")
    assert "139****0001" in said["phone"] and "13900000001" not in page

    kept = second.post(seconds, data=again)
    assert kept.status_code == 302, kept.get_data(as_text=True)
    row = family(app_database)
    assert (row.head, row.members, str(row.area), row.note, row.causes, row.version) == (
        "测试乙", 5, "44.0000", "改过 50%", ["disaster"], 3)
    assert row.phone_mask == "139****0001"


def test_a_mistake_in_the_form_does_not_hide_that_somebody_was_quicker(
        app: Flask, client_as: ClientAs, app_database: Database) -> None:
    (family_id,) = add_families(app, JIA, "990101-S01", {})
    client, address = client_as("jia-school"), f"{SCHOOL}/{family_id}/edit"
    mine = form_of(client.get(address).get_data(as_text=True))
    assert client_as("jia-aid").post(f"{BASE}/{family_id}/edit", data={"version": 1, "head": "测试乙"}).status_code == 302
    refused = client.post(address, data={**mine, "members": "99"})
    assert refused.status_code == 422
    answer = client.post(address, data={**form_of(refused.get_data(as_text=True)), "members": "5"})
    assert answer.status_code == 409 and set(said_of(answer.get_data(as_text=True))) == {"head"}
    assert family(app_database).head == "测试乙"


def test_a_bulk_change_and_a_form_that_says_nothing_of_its_opening(app: Flask, client_as: ClientAs) -> None:
    (family_id,) = add_families(app, JIA, "990101-S01", {})
    aid, client, address = client_as("jia-aid"), client_as("jia-school"), f"{SCHOOL}/{family_id}/edit"
    mine = form_of(client.get(address).get_data(as_text=True))
    bulk = {"ids": [str(family_id)], "field": "kind", "kind": "low", "count": "1"}
    assert aid.post(f"{BASE}/bulk/confirm", data=bulk).status_code == 302
    said = said_of(client.post(address, data=mine).get_data(as_text=True))
    assert set(said) == {"kind"} and "“低保户”" in said["kind"] and not said["kind"].startswith("别人")
    bare = client.post(address, data={"version": 1, "members": "5", "as-opened": '{"at": 1}'})
    assert bare.status_code == 409
    page = bare.get_data(as_text=True)
    assert set(said_of(page)) == {"members"} and "“4”；这里仍是您填的" in said_of(page)["members"]
    assert form_of(page)["members"] == "5"
