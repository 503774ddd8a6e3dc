"""A sealed trail verifies; whatever is done to it by SQL is found and located."""

from __future__ import annotations

import datetime as dt
import sqlite3
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, text

from core.errors import Conflict
from core.extensions import Database, all_tenants, new_id, utcnow
from core.trail import offline, queries
from core.trail.checking import workers_on
from core.trail.exporting import export_lines, public_keys
from core.trail.keys import Keyring, Signer
from core.trail.models import TrailEntry
from core.trail.offline import entry_bytes, header_bytes, verify_file
from core.trail.sealing import id_at, register_key, seal
from core.trail.services import record, record_batch
from core.trail.verifying import Seal, seals_of, verify
from tests.core.trail.conftest import ACTOR, COUNTY, NOW, PROVINCE, check, seal_all, write

ODD = "控制\x01\x1f\x7f引号\"'反斜\\杠\t换\n行/𝄞é\u2028"


def sql(database: Database, statement: str, **values: object) -> None:
    with database.engine.begin() as connection:
        assert connection.execute(text(statement), values).rowcount > 0


def ids(database: Database, tenant_id: str = COUNTY) -> list[str]:
    """The ids of the tenant's entries as the database writes them."""
    with database.engine.connect() as connection:
        return [str(one) for one in connection.execute(
            text("SELECT id FROM trail_entries WHERE tenant_id = :t ORDER BY id"), {"t": tenant_id}).scalars()]


def plain(entry_id: str) -> str:
    return entry_id.replace("-", "")


def test_a_sealed_trail_verifies(sealed: Database, keyring: Keyring) -> None:
    verdict = check(sealed, keyring)
    assert verdict.faults == []
    assert (verdict.batches, verdict.entries, verdict.unsealed) == (4, 16, 0)


def test_the_database_builds_the_bytes_that_the_format_describes(database: Database) -> None:
    with database.transaction() as session:
        record(session, ACTOR, "core:plan:write", ODD, subject="plan:1", tenant_id=COUNTY, unit_id=new_id(),
               before={"甲": [1, 2.5, None, True], "odd": ODD}, after={}, reason="'; --")
        record_batch(session, ACTOR, "core:plan:write", "批量", subject="plan:2", fields=["a"], tenant_id=COUNTY,
                     rows=[(new_id(), ["x"], None)])
    with database.session() as session, all_tenants(session, "核对"):
        entries = list(session.scalars(select(TrailEntry).order_by(TrailEntry.id)))
        built = queries.lines_between(session, COUNTY, None, None)
        assert built == [entry_bytes(queries.as_text(entry)) for entry in entries]
        assert entries[0].before == {"甲": [1, 2.5, None, True], "odd": ODD}


def test_a_batch_too_large_for_one_value_is_read_entry_by_entry(sealed: Database) -> None:
    if sealed.engine.dialect.name == "postgresql":
        pytest.skip("its limit is a gigabyte, and fixed")

    @event.listens_for(sealed.engine, "checkout")
    def small(connection: Any, record: object, proxy: object) -> None:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1_500)

    with sealed.session() as session:
        assert queries.text_between(session, COUNTY, None, uuid.UUID(int=2**128 - 1)) is None
    assert check(sealed).faults == []
    broken = ids(sealed)[7]
    sql(sealed, "UPDATE trail_entries SET who = '改' WHERE id = :id", id=broken)
    assert [(fault.kind, fault.entry_id) for fault in check(sealed).faults] == [("edited", plain(broken))]


def test_batches_are_judged_in_order_by_however_many_processes(sealed: Database) -> None:
    for place in (1, 6, 12):
        sql(sealed, "UPDATE trail_entries SET reason = '改' WHERE id = :id", id=ids(sealed)[place])
    alone = check(sealed)
    sealed.dispose()
    with workers_on(sealed.url, 3) as workers, sealed.session() as session:
        together = verify(session, COUNTY, PROVINCE, workers=workers)
    assert together == alone
    assert [fault.batch for fault in alone.faults] == [1, 2, 3] and alone.entries == 16


@pytest.mark.parametrize("place", range(16))
def test_an_edited_entry_is_found_wherever_it_stands(sealed: Database, place: int) -> None:
    broken = ids(sealed)[place]
    sql(sealed, "UPDATE trail_entries SET sentence = sentence || '。' WHERE id = :id", id=broken)
    (fault,) = check(sealed).faults
    assert (fault.kind, fault.entry_id) == ("edited", plain(broken))
    assert (fault.batch, fault.position) == (place // 5 + 1, place % 5 + 1)


@pytest.mark.parametrize("column", ["at", "account_id", "who", "role", "action", "unit_id", "subject", "sentence",
                                    "before", "after", "reason", "source", "address", "row_count", "rows_digest"])
def test_every_column_of_an_entry_is_sealed(sealed: Database, column: str) -> None:
    changed = {"at": "'2020-01-01 00:00:00.000000'", "account_id": f"'{new_id().hex}'", "unit_id": f"'{new_id().hex}'",
               "row_count": "1", "before": "NULL"}.get(column, "'改'")
    broken = ids(sealed)[7]
    if sealed.engine.dialect.name == "postgresql" and column == "at":
        changed = "TIMESTAMP " + changed
    sql(sealed, f'UPDATE trail_entries SET "{column}" = {changed} WHERE id = :id', id=broken)
    faults = check(sealed).faults
    assert plain(broken) in {fault.entry_id for fault in faults}
    assert {fault.kind for fault in faults} <= {"edited", "rows"}


def test_an_entry_moved_to_another_tenant_is_missed(sealed: Database) -> None:
    broken = ids(sealed)[3]
    sql(sealed, "UPDATE trail_entries SET tenant_id = '990102' WHERE id = :id", id=broken)
    (fault,) = check(sealed).faults
    assert (fault.kind, fault.entry_id) == ("deleted", plain(broken))


@pytest.mark.parametrize("place", [0, 4, 5, 7, 14, 15])
def test_a_deleted_entry_is_named(sealed: Database, place: int) -> None:
    broken = ids(sealed)[place]
    sql(sealed, "DELETE FROM trail_entries WHERE id = :id", id=broken)
    (fault,) = check(sealed).faults
    assert (fault.kind, fault.entry_id, fault.batch) == ("deleted", plain(broken), place // 5 + 1)


@pytest.mark.parametrize("place", [0, 3, 5, 9, 14])
def test_an_inserted_entry_is_named(sealed: Database, place: int) -> None:
    before = ids(sealed)[place]
    forged = f"{int(plain(before), 16) - 1:032x}"
    columns = ("at, who, role, action, subject, sentence, reason, source, address")
    sql(sealed, f"INSERT INTO trail_entries (tenant_id, id, {columns})"
                f" SELECT tenant_id, :new, {columns} FROM trail_entries WHERE id = :id", new=forged, id=before)
    (fault,) = check(sealed).faults
    assert (fault.kind, fault.entry_id, fault.batch) == ("inserted", forged, place // 5 + 1)


@pytest.mark.parametrize(("one", "other"), [(0, 1), (4, 5), (2, 13)])
def test_two_entries_that_changed_places_are_found(sealed: Database, one: int, other: int) -> None:
    first, second = ids(sealed)[one], ids(sealed)[other]
    spare = new_id().hex
    for old, new in ((first, spare), (second, first), (spare, second)):
        sql(sealed, "UPDATE trail_entries SET id = :new WHERE id = :old", old=old, new=new)
    faults = check(sealed).faults
    assert [fault.entry_id for fault in faults] == [plain(first), plain(second)]
    assert {fault.kind for fault in faults} == {"edited"}


@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_batch_removed_with_its_entries_is_missed(sealed: Database, keyring: Keyring, number: int) -> None:
    for broken in ids(sealed)[5 * number - 5:5 * number]:
        sql(sealed, "DELETE FROM trail_entries WHERE id = :id", id=broken)
    sql(sealed, "DELETE FROM trail_batches WHERE tenant_id = :t AND number = :n", t=COUNTY, n=number)
    for memory in (None, keyring):  # by the tenant above alone, and by this machine
        faults = check(sealed, memory).faults
        assert faults[0].kind == "missing" and faults[0].batch == number
    assert next(fault.kind for fault in check(sealed, keyring, upper="").faults) == "missing"


def test_only_the_batch_removed_is_missed_as_well(sealed: Database) -> None:
    sql(sealed, "DELETE FROM trail_batches WHERE tenant_id = :t AND number = 2", t=COUNTY)
    assert [(fault.kind, fault.batch) for fault in check(sealed).faults] == [("missing", 2)]


@pytest.mark.parametrize(("column", "value", "kind"), [
    ("sealed_at", "'2020-01-01 00:00:00.000000'", "signature"), ("root", "repeat", "signature"),
    ("previous", "repeat", "batch"), ("signature", "repeat2", "signature"), ("upper_signature", "repeat2", "counter"),
    ("key_id", "'0000000000000000'", "signature"), ("upper_tenant", "''", "counter"), ("count", "4", "signature"),
    ("head", "repeat", "batch"),
])
def test_an_altered_batch_is_found(sealed: Database, column: str, value: str, kind: str) -> None:
    value = {"repeat": "'" + "a" * 64 + "'", "repeat2": "'" + "a" * 128 + "'"}.get(value, value)
    sql(sealed, f"UPDATE trail_batches SET {column} = {value} WHERE tenant_id = :t AND number = 2", t=COUNTY)
    faults = check(sealed).faults
    assert kind in {fault.kind for fault in faults}
    assert faults[0].batch == 2


@pytest.mark.parametrize("column", ["ids", "links"])
def test_an_altered_list_is_told_from_altered_entries(sealed: Database, column: str) -> None:
    with sealed.session() as session:
        lists = dict(zip(("ids", "links"), queries.lists_of(session, COUNTY, 2), strict=True))
    data = lists[column][:40] + bytes([lists[column][40] ^ 1]) + lists[column][41:]
    sql(sealed, f"UPDATE trail_batches SET {column} = :d WHERE tenant_id = :t AND number = 2", t=COUNTY, d=data)
    (fault,) = check(sealed).faults
    assert (fault.kind, fault.batch) == ("list", 2)


def resign(database: Database, stranger: Signer, *, keep_upper: bool) -> None:
    """What somebody with the whole database, but no key, can do: batches signed by a key of their own."""
    with database.transaction() as session:
        batches = queries.list_batches(session, stranger.tenant_id)
        for batch in batches:
            session.connection().execute(
                text("UPDATE trail_batches SET key_id = :k, signature = :s WHERE tenant_id = :t AND number = :n"),
                {"k": stranger.key_id, "s": stranger.sign(header_bytes(batch.fields)), "t": batch.tenant_id, "n": batch.number})
        cleared = "" if keep_upper else ", upper_tenant = '', upper_key_id = '', upper_signature = ''"
        session.connection().execute(
            text(f"UPDATE trail_keys SET key_id = :k, public = :p{cleared} WHERE tenant_id = :t"),
            {"k": stranger.key_id, "p": stranger.public, "t": stranger.tenant_id})


@pytest.mark.parametrize("keep_upper", [True, False])
def test_a_swapped_key_is_found_though_everything_is_signed_anew(sealed: Database, tmp_path: Path,
                                                                 keep_upper: bool) -> None:
    resign(sealed, Keyring(tmp_path / "stranger").make(COUNTY), keep_upper=keep_upper)
    faults = check(sealed).faults
    assert {fault.kind for fault in faults} == {"key"}
    assert faults[0].batch == 1 and "公钥可能被调换" in faults[0].text


def test_a_swapped_key_at_the_top_is_found_by_the_machine_that_holds_the_key(
        sealed: Database, keyring: Keyring, tmp_path: Path) -> None:
    resign(sealed, Keyring(tmp_path / "stranger").make(PROVINCE), keep_upper=True)
    assert "key" in {fault.kind for fault in check(sealed, keyring, PROVINCE, "").faults}


def test_sealing_stops_behind_an_altered_batch(sealed: Database, keyring: Keyring) -> None:
    sql(sealed, "UPDATE trail_batches SET root = :r WHERE tenant_id = :t AND number = 4", t=COUNTY, r="a" * 64)
    write(sealed, 1)
    with pytest.raises(Conflict, match="已被改动"):
        seal_all(sealed, keyring)


def test_a_key_file_that_was_exchanged_does_not_seal(sealed: Database, keyring: Keyring, tmp_path: Path) -> None:
    write(sealed, 1)
    with pytest.raises(Conflict, match="不符"):
        seal_all(sealed, Keyring(tmp_path / "other"))


def test_a_renewed_key_goes_on_with_the_same_chain(sealed: Database, keyring: Keyring) -> None:
    with sealed.transaction() as session:
        register_key(session, keyring.make(COUNTY, renew=True), keyring.make(PROVINCE), renew=True)
    write(sealed, 1)
    assert seal_all(sealed, keyring) == 1
    assert check(sealed, keyring).faults == []


def test_keys_are_files_for_their_owner_alone(sealed: Database, keyring: Keyring) -> None:
    files = list(keyring.folder.iterdir())
    assert {f"{COUNTY}.pem", f"{PROVINCE}.pem"} <= {file.name for file in files}
    assert {file.stat().st_mode & 0o077 for file in files} == {0}


def test_fresh_entries_wait(database: Database, keyring: Keyring) -> None:
    write(database, 2)
    with database.transaction() as session:
        assert seal(session, COUNTY, keyring.make(COUNTY)) is None
    assert check(database, upper="").unsealed == 3


def test_ids_tell_the_time() -> None:
    moment = utcnow()
    assert id_at(moment) < id_at(moment + dt.timedelta(milliseconds=1))
    assert id_at(moment) <= new_id() < id_at(moment + dt.timedelta(days=1))


def test_a_seal_does_not_overtake_a_transaction_still_writing(database: Database, keyring: Keyring) -> None:
    if database.engine.dialect.name == "sqlite":
        write(database, 1)
        assert seal_all(database, keyring) == 1  # one writer: nothing can be under way
        return
    slow = database.session(write=True)
    record(slow, ACTOR, "core:plan:write", "慢", subject="plan:1", tenant_id=COUNTY)
    write(database, 3)
    with database.transaction() as session:
        assert seal(session, COUNTY, keyring.make(COUNTY), settle=dt.timedelta(0)) is None
    slow.commit()
    slow.close()
    seal_all(database, keyring, upper="")
    verdict = check(database, upper="")
    assert verdict.faults == [] and verdict.entries == 5


def test_rows_of_bulk_work_are_sealed_too(database: Database, keyring: Keyring) -> None:
    with database.transaction() as session:
        entry = record_batch(session, ACTOR, "core:plan:write", "批量核定 3 人", subject="plan:1", tenant_id=COUNTY,
                             fields=["state", "amount"],
                             rows=[(new_id(), ["draft", "1.00"], ["approved", "2.00"]), (new_id(), None, ["draft", "1"]),
                                   ("x", ["draft", "1"], None)])
    seal_all(database, keyring, upper="")
    assert check(database, upper="").faults == []
    with database.session() as session:
        rows = queries.list_rows(session, COUNTY, entry)
    assert rows[0].before == {"state": "draft", "amount": "1.00"} and rows[1].before is None and rows[2].after is None
    sql(database, "UPDATE trail_rows SET data = :d", d=b"nothing")
    (fault,) = check(database, upper="").faults
    assert (fault.kind, fault.entry_id) == ("rows", entry.hex)
    sql(database, "DELETE FROM trail_rows")
    assert [fault.kind for fault in check(database, upper="").faults] == ["rows"]


def test_each_entry_says_how_it_stands(sealed: Database) -> None:
    write(sealed, 1)
    broken = ids(sealed)[6]
    sql(sealed, "UPDATE trail_entries SET reason = '另' WHERE id = :id", id=broken)
    with sealed.session() as session, all_tenants(session, "核对"):
        entries = session.scalars(select(TrailEntry).where(TrailEntry.tenant_id == COUNTY).order_by(TrailEntry.id)).all()
        seals = seals_of(session, entries)
    states = [seals[entry.id] for entry in entries]
    assert states[0] == Seal("sealed", 1) and states[7] == Seal("sealed", 2)
    assert states[6] == Seal("broken", 2)
    assert states[16] == Seal("waiting")


def exported(database: Database, path: Path) -> Path:
    with database.session() as session, path.open("wb") as file:
        file.writelines(export_lines(session, COUNTY))
    return path


def keys_file(database: Database) -> dict[str, list[str]]:
    with database.session() as session:
        return public_keys(session)


def test_the_exported_file_proves_itself(sealed: Database, tmp_path: Path) -> None:
    report = verify_file(exported(sealed, tmp_path / "trail.jsonl"), keys_file(sealed))
    assert report.faults == []
    assert (report.tenant_id, report.batches, report.entries) == (COUNTY, 4, 16)


def test_the_verifier_runs_as_a_lone_file(sealed: Database, tmp_path: Path) -> None:
    file = exported(sealed, tmp_path / "trail.jsonl")
    alone = tmp_path / "verifier.py"
    alone.write_text(Path(offline.__file__).read_text(encoding="utf-8"), encoding="utf-8")
    done = subprocess.run([sys.executable, "-I", str(alone), str(file)], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0 and "完好" in done.stdout, done.stderr
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(line.replace("第 3 项".encode(), "第 9 项".encode()) for line in lines))
    done = subprocess.run([sys.executable, "-I", str(alone), str(file)], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1 and "第 1 批第 4 条被改动" in done.stdout


def test_every_change_of_the_exported_file_is_found(sealed: Database, tmp_path: Path) -> None:
    file = exported(sealed, tmp_path / "trail.jsonl")
    trusted = keys_file(sealed)
    lines = file.read_bytes().splitlines(keepends=True)
    entries = [at for at, line in enumerate(lines) if line.startswith(b"[")]
    batches = [at for at, line in enumerate(lines) if line.startswith(b'{"kind":"batch"')]
    with sealed.session() as session:
        names = [one.hex for one, _ in queries.unsealed(session, COUNTY, None, id_at(utcnow() + dt.timedelta(days=1)), 99)]

    def faults(changed: list[bytes]) -> list[tuple[str, str | None]]:
        file.write_bytes(b"".join(changed))
        return [(fault.kind, fault.entry_id) for fault in verify_file(file, trusted).faults]

    for number, at in enumerate(entries):
        edited = [*lines[:at], lines[at].replace("调整".encode(), "改".encode()).replace(b'"job"', b'"web"'), *lines[at + 1:]]
        assert faults(edited) == [("edited", names[number])]
        assert faults([*lines[:at], *lines[at + 1:]]) == [("deleted", names[number])]
        assert faults([*lines[:at], lines[at], *lines[at:]])[0] == ("inserted", names[number])
    swapped = lines.copy()
    swapped[entries[1]], swapped[entries[2]] = swapped[entries[2]], swapped[entries[1]]
    assert faults(swapped) == [("edited", names[1])]
    assert faults([*lines[:batches[1]], *lines[batches[2]:]])[0][0] == "missing"
    assert faults([*lines[:batches[3]], lines[-1]]) == [("missing", None)]
    assert faults(lines[:-1]) == [("file", None)]
    assert faults([lines[0].replace(b"bangfu-trail-1", b"other"), *lines[1:]])[0][0] == "file"
    assert faults([b"x\n"])[0][0] == "file"


def test_a_file_signed_with_unpublished_keys_is_refused(sealed: Database, tmp_path: Path) -> None:
    trusted = keys_file(sealed)
    resign(sealed, Keyring(tmp_path / "stranger").make(COUNTY), keep_upper=False)
    report = verify_file(exported(sealed, tmp_path / "trail.jsonl"), trusted)
    assert "key" in {fault.kind for fault in report.faults}
    only_top = {PROVINCE: trusted[PROVINCE]}
    assert "key" in {fault.kind for fault in verify_file(tmp_path / "trail.jsonl", only_top).faults}


def test_sealing_is_whole_or_not_at_all(database: Database, keyring: Keyring) -> None:
    write(database, 3)
    session = database.session(write=True)
    assert seal(session, COUNTY, keyring.make(COUNTY), settle=NOW) is not None
    session.rollback()
    session.close()
    assert check(database, upper="").batches == 0
    assert seal_all(database, keyring, upper="") == 1
