"""Identity numbers, cards and mobile numbers never stand on the trail in the clear."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest
from sqlalchemy import select, text

from core.extensions import Database, all_tenants, new_id
from core.trail.models import TrailEntry
from core.trail.redaction import is_bank_card, is_citizen_id, keyed_hash, redact, redact_all
from core.trail.services import record, record_batch
from tests.core.trail.conftest import ACTOR, COUNTY

#: made up: the check digits are right, the people are not
CITIZEN, OLD, CARD, PHONE = "110101199003070011", "110101900307001", "6222020200112233449", "13800138000"


def luhn(stem: str) -> str:
    return next(stem + str(digit) for digit in range(10) if is_bank_card(stem + str(digit)))


def checked(stem: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return stem + "10X98765432"[sum(int(a) * b for a, b in zip(stem, weights, strict=True)) % 11]


WITH_X = next(number for tail in range(100) if (number := checked(f"110101199003070{tail:02}"))[-1] == "X")
NUMBERS = {
    "id": checked(CITIZEN[:17]), "id with X": WITH_X, "lower x": WITH_X.lower(),
    "id mistyped": CITIZEN[:17] + ("0" if checked(CITIZEN[:17])[-1] != "0" else "1"),
    "id of fifteen": OLD, "id spaced": "110101 19900307 0011", "card": luhn(CARD[:18]), "card of sixteen": luhn("622202020011223"),
    "card spaced": " ".join(luhn("622202020011223")[at:at + 4] for at in range(0, 16, 4)),
    "phone": PHONE, "phone abroad": "+86" + PHONE, "phone spaced": "138 0013 8000", "phone dashed": "138-0013-8000",
    "full width": "１３８００１３８０００",
}
HARMLESS = ("522723100201", "2026-11-21 08:30:00.000000", "20261121083000", "0192f3a4b5c61380013800011112222a", "1234567890",
            "12345678901", "019a1380-0138-7000-9111-222233334444", "6208220001", "第 3 版共 20000 人，1,234,567.00 元",
            "a" * 64, "1234567890123456789012")


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_is_replaced_wherever_it_stands(name: str) -> None:
    number = NUMBERS[name]
    for before, after in (("", ""), ("给", "发放"), ("tel:", "."), ("（", "）")):
        said = redact(before + number + after)
        assert number not in said and "#" in said, said
        assert said.startswith(before.removesuffix("+")) and said.endswith(after)


@pytest.mark.parametrize("number", HARMLESS)
def test_other_numbers_stay(number: str) -> None:
    assert redact(number) == number


def test_the_same_number_has_the_same_hash_however_it_is_written() -> None:
    assert redact("138 0013 8000") == redact(PHONE) == redact("+86" + PHONE).removeprefix("+") == redact("１３８００１３８０００")
    assert redact(PHONE) == f"手机#{keyed_hash('phone', PHONE)}"
    assert redact(NUMBERS["lower x"]) == redact(NUMBERS["id with X"])


def test_the_hash_cannot_be_made_without_the_key(tmp_path: Path) -> None:
    from core.trail import redaction

    before = keyed_hash("phone", PHONE)
    redaction.keep_key_in(tmp_path / "other")
    assert keyed_hash("phone", PHONE) != before


def test_two_numbers_in_a_row_are_both_replaced() -> None:
    said = redact(f"{PHONE} 13900139000、{NUMBERS['id']}/{NUMBERS['card']}")
    assert said.count("手机#") == 2 and "证件#" in said and "卡号#" in said


def test_checks_tell_right_from_wrong() -> None:
    assert is_citizen_id(NUMBERS["id"]) and not is_citizen_id("123456789012345678"[:17] + "X")
    assert not is_citizen_id("990101199013070011"[:17]) and not is_citizen_id("990101901307001")
    assert is_bank_card(NUMBERS["card"]) and not is_bank_card("6222020200112233440"[:18] + "x") and not is_bank_card("1" * 15)


def test_values_of_every_kind_are_looked_through() -> None:
    assert redact_all({PHONE: [{"a": int(PHONE)}, (NUMBERS["id"], True, None, 1.5, 7)]}) == {
        redact(PHONE): [{"a": redact(PHONE)}, [redact(NUMBERS["id"]), True, None, 1.5, 7]]}


def clear(database: Database) -> str:
    """All that the trail's tables hold, in one text."""
    with database.engine.connect() as connection:
        entries = [str(row) for row in connection.execute(text("SELECT * FROM trail_entries"))]
        rows = [zlib.decompress(data).decode() for data in connection.execute(text("SELECT data FROM trail_rows")).scalars()]
    return "\n".join([*entries, *rows])


@pytest.mark.parametrize("name", NUMBERS)
def test_no_number_reaches_the_tables(database: Database, name: str) -> None:
    number = NUMBERS[name]
    with database.transaction() as session:
        record(session, ACTOR, "core:plan:write", f"登记{number}", subject=f"person:{number}", tenant_id=COUNTY,
               before={"号码": number, "list": [number]}, after={number: {"x": number}}, reason=number)
        record_batch(session, ACTOR, "core:plan:write", f"批量{number}", subject="x", tenant_id=COUNTY, fields=["号码"],
                     rows=[(number, [number], [f"改为{number}"]), (new_id(), None, [7])], reason=number)
    assert number not in clear(database)
    assert clear(database).count("#") >= 10


def test_a_phone_kept_as_a_number_is_replaced_and_the_rest_stays(database: Database) -> None:
    with database.transaction() as session:
        record(session, ACTOR, "x", "x", subject="x", tenant_id=COUNTY, after={"phone": int(PHONE), "n": 3, "f": 1.5})
    with database.session() as session, all_tenants(session, "核对"):
        after = session.scalars(select(TrailEntry)).one().after
    assert after == {"phone": redact(PHONE), "n": 3, "f": 1.5}


def test_long_and_odd_texts_are_written_on_both_databases(database: Database) -> None:
    with database.transaction() as session:
        record(session, ACTOR, "x", "长" * 500 + "\x00\ud800", subject="s" * 200, tenant_id=COUNTY, reason="\x00" * 3 + "因",
               after={"odd": "\x00\ud800"})
    with database.session() as session, all_tenants(session, "核对"):
        entry = session.scalars(select(TrailEntry)).one()
    assert entry.sentence == "长" * 400 and len(entry.subject) == 120 and entry.reason == "因"
    assert json.dumps(entry.after)
