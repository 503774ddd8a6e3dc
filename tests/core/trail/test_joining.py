"""Entries read as one text have the bytes the format describes, and nothing can pass for them."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import text

from core.extensions import Database
from core.trail import queries
from core.trail.joining import lines_from
from core.trail.keys import Keyring
from core.trail.offline import FIELDS
from core.trail.services import record
from tests.core.trail.conftest import ACTOR, COUNTY, check, seal_all

LAST = uuid.UUID(int=2**128 - 1)
#: all fields of an entry but the last
FRONT = [f"f{at}" for at in range(len(FIELDS) - 1)]


def side_by_side(*entries: list[str]) -> bytes:
    return "\x1e".join("\x1f".join(entry) for entry in entries).encode()


def write_reason(database: Database, reason: str) -> None:
    with database.transaction() as session:
        record(session, ACTOR, "core:plan:write", "修改", subject="plan:1", tenant_id=COUNTY, reason=reason)


def test_one_text_holds_the_lines_of_all_entries(sealed: Database) -> None:
    write_reason(sealed, "两行\n“引”\"直\"\\斜\r\t格")
    with sealed.session() as session:
        found = queries.text_between(session, COUNTY, None, LAST)
        assert found is not None and found.lines.split(b"\n") == queries.lines_between(session, COUNTY, None, LAST)


def test_a_range_without_entries_is_an_empty_text(database: Database) -> None:
    with database.session() as session:
        assert queries.text_between(session, COUNTY, None, LAST) == queries.Text(b"", 0)


@pytest.mark.parametrize("reason", ["\x01", "\x1d", "\x1e", "\x1f", "\x1f\x1e", "甲\x1d乙"])
def test_entries_with_rare_signs_are_whole_and_found_when_edited(database: Database, keyring: Keyring, reason: str) -> None:
    write_reason(database, reason)
    seal_all(database, keyring, upper="")
    assert check(database, upper="").faults == []
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE trail_entries SET reason = '' WHERE subject = 'plan:1'"))
    assert [fault.kind for fault in check(database, upper="").faults] == ["edited"]


def test_a_time_of_a_whole_second_is_whole(database: Database, keyring: Keyring) -> None:
    write_reason(database, "")
    with database.engine.begin() as connection:
        moment = "TIMESTAMP '2026-11-28 08:30:00'" if database.engine.dialect.name == "postgresql" else "'2026-11-28 08:30:00.000000'"
        connection.execute(text(f"UPDATE trail_entries SET at = {moment}"))
    seal_all(database, keyring, upper="")
    assert check(database, upper="").faults == []


def test_an_empty_field_filled_with_its_sign_is_found(sealed: Database) -> None:
    with sealed.engine.begin() as connection:
        connection.execute(text("UPDATE trail_entries SET rows_digest = :sign WHERE subject = 'plan:7'"), {"sign": "\x1d"})
    assert {fault.kind for fault in check(sealed).faults} == {"edited", "rows"}


def test_an_entry_that_swallows_the_next_is_not_taken_for_both() -> None:
    one, other = [*FRONT, "a"], [*FRONT, "b"]
    assert lines_from(side_by_side(one, other), 2, 0) is not None
    assert lines_from(side_by_side(one, other), 1, 0) is None


def test_a_field_that_holds_two_is_not_taken_for_both() -> None:
    assert lines_from(side_by_side([*FRONT, "a"]), 1, 0) is not None
    assert lines_from(side_by_side([*FRONT, "a\x1fb"]), 1, 0) is None


def test_a_text_is_not_taken_for_an_empty_field() -> None:
    assert lines_from(side_by_side([*FRONT, "\x1d"]), 1, 1) == b'["' + '","'.join(FRONT).encode() + b'",null]'
    assert lines_from(side_by_side([*FRONT, "\x1d"]), 1, 0) is None
