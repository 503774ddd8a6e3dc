"""Every surface of every ledger, walked as the neighbour county and as the level above.

The walk is generated from what the app has registered and from its map of addresses: a new ledger, or a new page
of one, is walked without a line here, and fails where it forgets its scope.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import uuid
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Boolean, Date, DateTime, Integer, LargeBinary, Numeric, SmallInteger, String, func, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from core.access.viewer import Viewer
from core.extensions import Database, Yuan, new_id, tenant_scope
from core.host.ledgers import Field, Ledger
from core.host.models import PluginSwitch
from core.ledgers.writing import insert_rows, table_of
from core.units.queries import get_unit_by_code
from tests.conftest import ClientAs

JIA, YI = "990101", "990102"
HOMES = {JIA: "990101-S01", YI: "990102-S01"}
#: whoever may do anything at a unit, so that only the scope can refuse
SECRET = {JIA: "ours", YI: "theirs"}
#: what every amount says, and so every sum of one record
SUM = "777.00"


@pytest.fixture
def every_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each person do everything at and below the units where they have a post: only the scope refuses."""
    reach = Viewer.reach
    allowed = Viewer.decide

    def decide(self: Viewer, action: str, path: str, facts: Any = frozenset()) -> Any:
        found = allowed(self, action, path, facts)
        return type(found)(bool(found.roles), found.line, found.roles)

    def everywhere(self: Viewer, action: str) -> Any:
        from core.access.reach import reach_of

        return reach_of({grant.path for grant in self.grants}, (), lambda path: True) if self.grants else reach(self, action)

    monkeypatch.setattr(Viewer, "decide", decide)
    monkeypatch.setattr(Viewer, "reach", everywhere)
    monkeypatch.setattr(Viewer, "allowed", lambda self, action, unit=None, facts=frozenset(): bool(
        self.roles_at((unit or self.place).path) if (unit or self.place) else self.grants))


def ledgers(app: Flask) -> list[Ledger]:
    found: list[Ledger] = app.extensions["bangfu.host"].registered("register_ledgers")
    return found


@pytest.fixture
def filled(app: Flask) -> dict[tuple[str, str], uuid.UUID]:
    """One record of every ledger in two counties, each with the county's secret in all its texts."""
    database: Database = app.extensions["bangfu.database"]
    made: dict[tuple[str, str], uuid.UUID] = {}
    with database.transaction() as session:
        for slug in {ledger.slug for ledger in ledgers(app)} - {"core"}:
            if session.get(PluginSwitch, (YI, slug)) is None:
                session.add(PluginSwitch(tenant_id=YI, plugin=slug, on=True, changed_by="测试甲"))
    for ledger in ledgers(app):
        for tenant, home in HOMES.items():
            with database.transaction() as session, tenant_scope(session, tenant):
                made[ledger.code, tenant] = put(session, ledger, tenant, get_unit_by_code(session, home).id)
    return made


def put(session: Session, ledger: Ledger, tenant: str, unit_id: uuid.UUID) -> uuid.UUID:
    """A row straight into the table, every column by its type: no business rule may keep the walk from a ledger."""
    table, record_id = table_of(ledger), new_id()
    values: dict[str, list[Any]] = {"id": [record_id], "tenant_id": [tenant], "unit_id": [unit_id], "version": [1]}
    linked = {column.name for constraint in table.foreign_key_constraints for column in constraint.columns}
    for column in table.columns:
        if column.name not in values and column.name not in ("removed_at", "extra") and not isinstance(column.type, LargeBinary):
            field = next((one for one in ledger.fields if one.name == column.name), None)
            if column.name in linked and column.nullable:
                continue
            values[column.name] = [dict(ledger.only).get(column.name) or made_up(column.type, field, SECRET[tenant], record_id)]
    session.connection().exec_driver_sql(
        "PRAGMA defer_foreign_keys=ON")  # a record may refer to one that the walk does not need
    session.connection().exec_driver_sql("PRAGMA ignore_check_constraints=ON")
    if linked - {"tenant_id"}:
        for constraint in table.foreign_key_constraints:
            for element in constraint.elements:
                if element.column.name == "id" and not element.parent.nullable:
                    values[element.parent.name] = [parent(session, element.column.table, tenant, unit_id)]
    insert_rows(session, table, values)
    return record_id


def parent(session: Session, table: Any, tenant: str, unit_id: uuid.UUID) -> uuid.UUID:
    """A row for another to refer to; removed, or the one that is there, so that only the ledger's own record is counted."""
    there = None
    if "removed_at" not in table.columns:
        there = session.connection().execute(select(table.c.id).where(table.c.tenant_id == tenant).limit(1)).scalar()
    if there is not None:
        return uuid.UUID(str(there))
    record_id = new_id()
    values: dict[str, list[Any]] = {"id": [record_id], "tenant_id": [tenant]}
    for column in table.columns:
        if column.name not in values and not column.nullable:
            values[column.name] = [unit_id if column.name == "unit_id" else made_up(column.type, None, SECRET[tenant], record_id)]
    if "removed_at" in table.columns:
        values["removed_at"] = [dt.datetime(2016, 9, 1)]  # noqa: DTZ001  # as every timestamp column stores it
    insert_rows(session, table, values)
    return record_id


def made_up(kind: Any, field: Field | None, secret: str, record_id: uuid.UUID) -> Any:
    if field is not None and field.choices:
        return [field.choices[0][0]] if field.kind == "choices" else field.choices[0][0]
    if isinstance(kind, String):
        return f"{secret}{record_id.hex[-6:]}"[: kind.length or 20] if (kind.length or 20) >= 6 else secret[: kind.length or 1]
    if isinstance(kind, Yuan | Numeric):
        return Decimal(SUM)
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, SmallInteger | Integer):
        return 7
    if isinstance(kind, DateTime):
        return dt.datetime.fromisoformat("2016-09-01")
    if isinstance(kind, Date):
        return dt.date(2016, 9, 1)
    return record_id if "UUID" in str(kind) or "CHAR(32)" in str(kind) else []


def surfaces(app: Flask, ledger: Ledger) -> Iterator[tuple[Rule, str]]:
    """Every address of a ledger, its pages' and its API's, with each of its methods; reading before writing, since
    what the walk enters itself is no leak."""
    rules = [rule for rule in app.url_map.iter_rules()
             if rule.endpoint.rpartition(".")[0] in (ledger.endpoint, f"api-{ledger.endpoint}")]
    found = [(rule, method) for rule in rules for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]
    yield from sorted(found, key=lambda pair: pair[1] != "GET")


def address(app: Flask, rule: Rule, code: str, ids: uuid.UUID) -> str:
    values: dict[str, Any] = {"code": code} | dict.fromkeys(rule.arguments - {"code"}, ids)
    return app.url_map.bind("localhost").build(rule.endpoint, values)


def said(answer: Any) -> str:
    """All text of an answer; of a workbook the text of its parts."""
    data: bytes = answer.get_data()
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            return "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    return data.decode("utf-8", "replace")


def ask(client: FlaskClient, method: str, where: str, ledger: Ledger, record_id: uuid.UUID, accept: str = "*/*") -> Any:
    """A request that reaches as far as it can: forms name the foreign record in every way a form can."""
    sent = {"ids": [str(record_id)], "field": next((one.name for one in ledger.fields if not one.key), ""), "reason": "范围测试的理由",
            "version": "1", "count": "1", "name": "视图1", "query": "", "all_columns": "1"}
    if where.startswith("/api/"):
        headers = {"Idempotency-Key": f"walk-{uuid.uuid4()}", "If-Match": '"x"'}
        return client.open(where, method=method, json={} if method != "GET" else None, headers=headers)
    return client.open(where, method=method, data=sent if method == "POST" else None, headers={"Accept": accept})


def accepted(rule: Rule, method: str) -> str:
    """Refusals are asked for without a page around them, and nearly all that only writes is refused."""
    return "application/json" if "record_id" in rule.arguments or method != "GET" else "*/*"


def test_the_walk_meets_every_kind_of_surface(app: Flask) -> None:
    assert ledgers(app)
    for ledger in ledgers(app):
        kinds = {(rule.rule.rpartition(f"/{ledger.plural}")[2], method) for rule, method in surfaces(app, ledger)}
        assert {("/", "GET"), ("/totals", "GET"), ("/groups", "GET"), ("/suggest", "GET"), ("/<uuid:record_id>", "GET"),
                ("/export", "POST"), ("/bulk", "POST"), ("/<uuid:record_id>/edit", "POST")} <= kinds, ledger.code


def test_the_neighbour_finds_nothing_at_our_addresses(
        app: Flask, client_as: ClientAs, every_right: None, filled: dict[tuple[str, str], uuid.UUID]) -> None:
    neighbour = client_as("yi-aid")
    for ledger in ledgers(app):
        for rule, method in surfaces(app, ledger):
            where = address(app, rule, JIA, filled[ledger.code, JIA])
            answer = ask(neighbour, method, where, ledger, filled[ledger.code, JIA], accept="application/json")
            assert answer.status_code == 404, (method, rule.rule, answer.status_code)
            assert SECRET[JIA] not in said(answer), (method, rule.rule)


def test_our_records_are_nowhere_at_the_neighbours_own_addresses(
        app: Flask, client_as: ClientAs, every_right: None, filled: dict[tuple[str, str], uuid.UUID]) -> None:
    neighbour, seen = client_as("yi-aid"), 0
    for ledger in ledgers(app):
        ours = filled[ledger.code, JIA]
        for rule, method in surfaces(app, ledger):
            answer = ask(neighbour, method, address(app, rule, YI, ours), ledger, ours, accept=accepted(rule, method))
            body = said(answer)
            assert SECRET[JIA] not in body, (method, rule.rule)
            if "record_id" in rule.arguments:
                assert answer.status_code in (404, 412, 422), (method, rule.rule, answer.status_code)
            seen += SECRET[YI] in body
    assert seen >= 2 * len(ledgers(app)), "the walk must meet the neighbour's own records"
    assert untouched(app, filled)


def test_a_school_reaches_no_other_unit_of_its_own_county(
        app: Flask, client_as: ClientAs, every_right: None, filled: dict[tuple[str, str], uuid.UUID]) -> None:
    central = client_as("jia-central")
    for ledger in ledgers(app):
        ours = filled[ledger.code, JIA]
        for rule, method in surfaces(app, ledger):
            answer = ask(central, method, address(app, rule, "990101100", ours), ledger, ours, accept=accepted(rule, method))
            assert SECRET[JIA] not in said(answer) and SUM not in said(answer), (method, rule.rule)
            if rule.rule.endswith("/totals"):
                assert re.search(r"\b0 条|\"count\":0\b", said(answer)), rule.rule
            if "record_id" in rule.arguments:
                assert answer.status_code in (404, 412, 422), (method, rule.rule, answer.status_code)
    assert untouched(app, filled)


def test_the_level_above_meets_both_counties_by_the_same_pages(
        app: Flask, client_as: ClientAs, every_right: None, filled: dict[tuple[str, str], uuid.UUID]) -> None:
    above = client_as("city-bureau")
    for ledger in ledgers(app):
        for part in ("", "totals", "groups"):
            rule = next(rule for rule, _ in surfaces(app, ledger) if rule.rule.endswith(f"/{ledger.plural}/{part}"))
            answer = above.get(address(app, rule, "9901", filled[ledger.code, JIA]))
            assert answer.status_code == 200, (rule.rule, answer.status_code)
            if part == "totals":
                assert re.search(r"\b2 条", said(answer)), (rule.rule, said(answer))


def untouched(app: Flask, filled: dict[tuple[str, str], uuid.UUID]) -> bool:
    """Whether every record of ours still stands as it was put there."""
    database: Database = app.extensions["bangfu.database"]
    with database.session() as session, tenant_scope(session, JIA):
        return all(session.scalar(select(func.max(ledger.model.version)).where(ledger.model.id == filled[ledger.code, JIA])) == 1
                   for ledger in ledgers(app))
