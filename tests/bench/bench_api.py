"""A page of 50 from the API, against a bare Flask endpoint with the same SQL and JSON.

The floor runs the very statements that ours sends to the database, with the same values on a connection of its
own, reads every row, and gives the same JSON: what is left between the two is the price of guard, scope,
paging, fields, headers and counting.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from core.accounts.queries import find_by_login
from core.api.services import make_token
from core.app import BUILTINS, create_app
from core.extensions import Actor, Database
from core.host.manager import load
from core.trail.services import record
from core.units.queries import get_unit_by_code
from core.units.services import Create, do_operation
from tests.conftest import SAMPLE, settings_for
from tests.factories.world import make_world
from tests.support.schema import make_schema

TURNS = 400
TARGET = "≤ 1.3"
ADDRESSES = {"units": "/api/v1/units/990101/children?limit=50", "trail": "/api/v1/units/990101/trail?limit=50"}
Asking = Callable[[], Any]


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


def statements(app: Flask, ask: Asking) -> list[tuple[str, Any]]:
    """Every statement one answer sends to the database, with its values."""
    seen: list[tuple[str, Any]] = []
    engine = app.extensions["bangfu.database"].engine

    def note(connection: Any, cursor: Any, statement: str, values: Any, *_: Any) -> None:
        seen.append((statement, values))
    event.listen(engine, "before_cursor_execute", note)
    ask()
    event.remove(engine, "before_cursor_execute", note)
    return seen


def bare(database: Database, asked: list[tuple[str, Any]], body: dict[str, Any]) -> FlaskClient:
    """A Flask app with one endpoint: the same statements, the same JSON."""
    floor = Flask("floor")

    @floor.get("/page")
    def page() -> Response:
        with database.engine.connect() as connection:
            for statement, values in asked:
                if statement.startswith("BEGIN"):
                    continue
                connection.exec_driver_sql(statement, values).all()
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return Response(text, mimetype="application/json")
    return floor.test_client()


def compare(name: str, ours: Asking, floor: Asking) -> dict[str, Any]:
    """Both in turns, in an order drawn anew each time."""
    times: tuple[list[float], list[float]] = ([], [])
    order, chance = [0, 1], random.Random(7)
    turns = (ours, floor)
    for _ in range(TURNS):
        chance.shuffle(order)
        for place in order:
            start = time.perf_counter()
            turns[place]()
            times[place].append(time.perf_counter() - start)
    mine, theirs = (statistics.median(kept) * 1000 for kept in times)
    return {"name": f"API page of 50, {name}", "ours": mine, "floor": theirs, "ratio": mine / theirs, "target": TARGET,
            "unit": "ms"}


def run() -> list[dict[str, Any]]:
    """The rows for the table of `make bench`."""
    folder = Path(tempfile.mkdtemp())
    url = f"sqlite:///{folder / 'api.sqlite3'}"
    make_schema(url)
    settings = settings_for(url, folder, SAMPLE)
    app = create_app(settings)
    database: Database = app.extensions["bangfu.database"]
    with database.transaction() as session:
        make_world(session, load(settings, BUILTINS))
    with database.transaction() as session:
        fill(session)
        text = token(session)
    client, headers = app.test_client(), {"Authorization": f"Bearer {text}"}
    rows = []
    for name, address in ADDRESSES.items():
        def ask(address: str = address) -> Any:
            return client.get(address, headers=headers)
        body = ask().get_json()
        found = next(part for part in body.values() if isinstance(part, list))
        assert len(found) == 50, f"{name}: a page of {len(found)}"
        floor = bare(database, statements(app, ask), body)
        assert floor.get("/page").get_json() == body
        rows.append(compare(name, ask, lambda floor=floor: floor.get("/page", headers=headers)))
    database.dispose()
    shutil.rmtree(folder, ignore_errors=True)
    return rows
