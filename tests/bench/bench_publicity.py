"""A page of a county's notice with 50,000 rows: kept, and made anew, against a static file of the same bytes.

The first floor is a bare Flask app that sends a file of those bytes, and nothing else: no headers of safety, no limits,
no counting. The second is our own app's static address with such a file. Both open and read the file each time, as
Flask does. Kept pages are asked as a browser asks, which takes them packed.
"""

from __future__ import annotations

import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import Flask

from core.app import BUILTINS, create_app
from core.extensions import Actor, Database, tenant_scope
from core.host.manager import load
from core.host.notices import NoticeColumn, NoticeSpec
from core.publicity.services import open_notice
from core.publicity.site.caching import KEY
from core.publicity.site.keeping import Shelf
from core.units.queries import get_unit_by_code
from tests.conftest import SAMPLE, settings_for
from tests.factories.world import make_world
from tests.support.schema import make_schema

ROWS, TURNS, JIA = 50_000, 300, "990101"
SPEC = NoticeSpec("sample.gifts", "捐赠公示", (
    NoticeColumn("donor", "捐赠人", mask="name"), NoticeColumn("amount", "金额（元）", kind="yuan"),
    NoticeColumn("on", "日期"), NoticeColumn("use", "用途")), "sample:visit:write", days="", summary="接受监督。")
Asking = Callable[[], Any]


def publish(database: Database) -> tuple[str, float]:
    """A notice of 50,000 gifts; its address, and how many seconds opening it took."""
    rows = [{"donor": f"测试{number}号", "amount": Decimal(number % 9000 + 1), "on": "2015-10-17", "use": "冬衣"}
            for number in range(ROWS)]
    start = time.perf_counter()
    with database.transaction() as session, tenant_scope(session, JIA):
        notice = open_notice(session, None, SPEC, JIA, get_unit_by_code(session, JIA), "捐赠公示", rows,
                             Actor.command_line(), subject="sample.gift:1")
    return f"/public/{JIA}/notices/{notice.id}", time.perf_counter() - start


def static_app(folder: Path) -> Flask:
    """A Flask app that sends files, and knows nothing else."""
    return Flask("floor", static_folder=str(folder), static_url_path="/static")


def compare(*turns: Asking) -> list[float]:
    """The median of each in seconds of this process on the processor, in turns, in an order drawn anew each time."""
    times: list[list[float]] = [[] for _ in turns]
    order, chance = list(range(len(turns))), random.Random(7)
    for _ in range(TURNS):
        chance.shuffle(order)
        for place in order:
            start = time.process_time()
            turns[place]()
            times[place].append(time.process_time() - start)
    return [statistics.median(kept) for kept in times]


def measure(app: Flask, folder: Path, page: str) -> list[dict[str, Any]]:
    """Kept and made anew, against both floors, each of the same bytes."""
    shelf: Shelf = app.extensions[KEY]
    client = app.test_client()
    middle = f"{page}?page=500"

    def asked(address: str, accept: str = "") -> bytes:
        with client.get(address, headers={"Accept-Encoding": accept}) as answer:
            assert answer.status_code == 200
            return answer.data

    def anew() -> None:
        shelf.drop(middle)
        asked(middle)

    def kept() -> None:
        asked(middle)

    body = asked(middle)
    (folder / "page.html").write_bytes(body)
    shutil.copy(folder / "page.html", Path(app.static_folder or "") / "bench-page.html")
    bare = static_app(folder).test_client()

    def static(client: Any, address: str) -> None:
        with client.get(address) as answer:
            assert answer.data == body

    try:
        mine, made, floor, own = compare(kept, anew, lambda: static(bare, "/static/page.html"),
                                         lambda: static(client, "/static/bench-page.html"))
    finally:
        (Path(app.static_folder or "") / "bench-page.html").unlink()
    size = f"{len(body) / 1024:.0f} KB, page 500 of 1,000"
    rows = [("kept, platform's static file", mine, own, "≤ 1.2"), ("kept, bare Flask's static file", mine, floor, ""),
            ("made anew, platform's static file", made, own, "≤ 10"), ("made anew, bare Flask's static file", made, floor, "")]
    return [{"name": f"notice of 50,000 rows ({size}): {name}", "ours": ours * 1000, "floor": theirs * 1000,
             "ratio": ours / theirs, "target": target, "unit": "ms"} for name, ours, theirs, target in rows]


def run() -> list[dict[str, Any]]:
    """The rows for the table of `make bench`."""
    folder = Path(tempfile.mkdtemp())
    url = f"sqlite:///{folder / 'publicity.sqlite3'}"
    make_schema(url)
    settings = replace(settings_for(url, folder, SAMPLE), testing=False)  # limits and CSRF protection as in production
    app = create_app(settings)
    database: Database = app.extensions["bangfu.database"]
    with database.transaction() as session:
        make_world(session, load(settings, BUILTINS))
    page, seconds = publish(database)
    rows = measure(app, folder, page)
    rows.append({"name": "opening it: masked, scanned, hashed, stored", "ours": seconds, "unit": "s"})
    database.dispose()
    shutil.rmtree(folder, ignore_errors=True)
    return rows
