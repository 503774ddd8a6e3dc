"""A page of 50 from the API, against a bare Flask endpoint with the same SQL and JSON.

The floor is what somebody writes who needs nothing but the page: the page's own statement made once, every row put
into a dict, the same bytes of JSON. It knows no token, no rules, no scope, no limits, no headers, no cursor. Ours
runs as in production, with rate limits and CSRF protection on. The caller is Flask's test client on both sides, in
the place of a server and a socket. A second row for each page lets the floor send the statements of the guard as
well, so that what is left is Python alone.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy import Select, Table, event, literal_column, select
from sqlalchemy.orm import Session

from core.access import statements
from core.access.statements import Kept
from core.accounts.queries import find_by_login
from core.api.routes.trail import LISTED
from core.api.services import make_token
from core.app import BUILTINS, create_app
from core.extensions import Actor, Database
from core.host.manager import load
from core.trail.models import TrailEntry
from core.trail.services import record
from core.units.queries import get_unit_by_code
from core.units.services import Create, do_operation
from tests.conftest import SAMPLE, settings_for
from tests.factories.world import make_world
from tests.support.schema import make_schema

#: fewer than the calls a token has in a minute
TURNS = 400
TARGET = "≤ 1.3"
TRAIL: Table = TrailEntry.__table__  # type: ignore[assignment]
UNITS = statements.UNITS
Asking = Callable[[], Any]


@dataclass(frozen=True)
class Case:
    """An address, and what the floor needs for the same page."""

    address: str
    name: str
    statement: Select[Any]
    values: dict[str, Any]
    row: Callable[[Any], dict[str, Any]]


def cases(session: Session) -> dict[str, Case]:
    """The children of a county and its trail."""
    county = get_unit_by_code(session, "990101")
    unit = UNITS.c
    children = (select(unit.id, unit.code, unit.name, unit.kind, unit.level, unit.since, unit.closed_on)
                .where(unit.parent_id == county.id, unit.closed_on.is_(None)).order_by(unit.code).limit(literal_column("51")))
    return {
        "units": Case("/api/v1/units/990101/children?limit=50", "units", children, {}, _unit),
        "trail": Case("/api/v1/units/990101/trail?limit=50", "entries",
                      statements.one_tenant(TRAIL, 51, False, where=Kept.of((), [], LISTED)), {"tenant": "990101"}, _entry),
    }


def _unit(row: Any) -> dict[str, Any]:
    one, code, name, kind, level, since, closed_on = row
    return {"id": str(one), "code": code, "name": name, "kind": kind, "level": level, "since": since.isoformat(),
            "closed_on": closed_on.isoformat() if closed_on else None}


def _entry(row: Any) -> dict[str, Any]:
    return {"id": str(row.id), "at": row.at.isoformat(timespec="milliseconds") + "Z",
            "account_id": str(row.account_id) if row.account_id else None, "who": row.who, "role": row.role,
            "action": row.action, "unit_id": str(row.unit_id) if row.unit_id else None, "subject": row.subject,
            "sentence": row.sentence, "before": _state(row.before), "after": _state(row.after), "reason": row.reason,
            "source": row.source}


def _state(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def fill(session: Session) -> None:
    """Sixty stations and two thousand entries of the trail."""
    county, actor = get_unit_by_code(session, "990101"), Actor.command_line()
    for number in range(60):
        do_operation(session, Create(on=dt.date(2020, 1, 1), parent=county.id, name=f"测试站{number}", kind="station"), actor,
                     tenant_id="990101")
    for number in range(2000):
        record(session, actor, "core:unit:write", f"测试第{number}条", subject=f"unit:{county.id}", tenant_id="990101",
               unit_id=county.id, after={"number": number})


def token(session: Session) -> str:
    """A token of the county's administrator."""
    account, unit = find_by_login(session, "jia-admin"), get_unit_by_code(session, "990101")
    assert account is not None
    actions = ["core:unit:read", "core:trail:read"]
    return make_token(session, account.id, "测速", unit, actions, 30, Actor(account.id, account.name), able=actions)[1]


def sent(database: Database, ask: Asking) -> list[tuple[str, Any]]:
    """Every statement one answer sends to the database, with its values."""
    seen: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append((statement, values))
    event.listen(database.engine, "before_cursor_execute", note)
    ask()
    event.remove(database.engine, "before_cursor_execute", note)
    return seen


def bare(database: Database, case: Case, next_page: str, before: Sequence[tuple[str, Any]]) -> FlaskClient:
    """A Flask app with one endpoint: the page, after whatever statements are sent before it."""
    floor = Flask("floor")

    @floor.get("/page")
    def page() -> Response:
        with database.engine.connect() as connection:
            for statement, values in before:
                connection.exec_driver_sql(statement, values).all()
            rows = connection.execute(case.statement, case.values).all()
        body = {case.name: [case.row(row) for row in rows[:50]], "next": next_page}
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return Response(text, mimetype="application/json")
    return floor.test_client()


def compare(ours: Asking, *floors: Asking) -> list[float]:
    """The median of each in seconds of this process on the processor, all its threads: others on the machine then do
    not count. All in turns, in an order drawn anew each time."""
    turns = (ours, *floors)
    times: list[list[float]] = [[] for _ in turns]
    order, chance = list(range(len(turns))), random.Random(7)
    for _ in range(TURNS):
        chance.shuffle(order)
        for place in order:
            start = time.process_time()
            turns[place]()
            times[place].append(time.process_time() - start)
    return [statistics.median(kept) for kept in times]


def measure(app: Flask, name: str, case: Case, text: str) -> list[dict[str, Any]]:
    """The two rows of one page."""
    database: Database = app.extensions["bangfu.database"]
    client, headers = app.test_client(), {"Authorization": f"Bearer {text}"}

    def ask() -> Any:
        return client.get(case.address, headers=headers)

    answer = ask()
    assert answer.status_code == 200 and len(answer.get_json()[case.name]) == 50, answer.get_data(as_text=True)
    *guard, own = sent(database, ask)
    pages = [bare(database, case, answer.get_json()["next"], before) for before in ((), guard)]
    floors: list[Asking] = [partial(page.get, "/page", headers=headers) for page in pages]
    for floor in floors:
        assert sent(database, floor)[-1] == own, f"{name}: not the same SQL"
        assert floor().get_data() == answer.get_data(), f"{name}: not the same JSON"
    mine, *theirs = compare(ask, *floors)
    return [{"name": f"API page of 50, {name}{kind}", "ours": mine * 1000, "floor": floor * 1000, "ratio": mine / floor,
             "target": TARGET, "unit": "ms"} for kind, floor in zip(("", ", guard's SQL in the floor too"), theirs, strict=True)]


def run() -> list[dict[str, Any]]:
    """The rows for the table of `make bench`."""
    folder = Path(tempfile.mkdtemp())
    url = f"sqlite:///{folder / 'api.sqlite3'}"
    make_schema(url)
    settings = replace(settings_for(url, folder, SAMPLE), testing=False)  # limits and CSRF protection as in production
    app = create_app(settings)
    database: Database = app.extensions["bangfu.database"]
    with database.transaction() as session:
        make_world(session, load(settings, BUILTINS))
    with database.transaction() as session:
        fill(session)
        pages = [(name, case, token(session)) for name, case in cases(session).items()]
    rows = [row for name, case, text in pages for row in measure(app, name, case, text)]
    database.dispose()
    shutil.rmtree(folder, ignore_errors=True)
    return rows
