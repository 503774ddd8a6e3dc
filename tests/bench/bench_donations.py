"""10,000 certificates by a job, from the rows to the file, against what the PDF library needs for the pages alone.

Ours is the whole way: the rows, amounts in capitals, a QR code for each, layout in volumes, one ZIP of all, kept for its
starter, with progress. The floor lays out other certificates in the same volumes by bare typst, its data ready made, codes
included, and throws the volumes away; a second floor compiles them one by one, as a script would. Wall time and time of the
processor are both told, since other work on the machine shows in the former.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import tempfile
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import typst
from sqlalchemy import insert, select

from core.access.catalogue import catalogue
from core.accounts.services import assign, store_account
from core.app import BUILTINS
from core.extensions import Actor, Database, new_id, tenant_scope
from core.host.manager import load
from core.jobs.models import Job
from core.jobs.running import Parts
from core.jobs.services import enqueue
from core.jobs.worker import run_due
from core.printing import qr, rendering, uppercase
from core.privacy import install
from plugins.donations.models import Certificate
from plugins.donations.services import papers
from tests.conftest import settings_for
from tests.factories.world import ACTOR, SINCE, make_world
from tests.support.schema import make_schema

COUNT, FLOOR_COUNT, SINGLE_COUNT = 10_000, 3_000, 300
JIA = "990101"
SITE = "https://bangfu.example.test"


Seconds = tuple[float, float]


def run() -> list[dict[str, Any]]:
    """The rows of the table."""
    with tempfile.TemporaryDirectory() as folder:
        floor = _floor("floor", FLOOR_COUNT, papers.VOLUME)
        single = _floor("single", SINGLE_COUNT, 1)
        ours, size = _ours(Path(folder))
        again = _floor("again", FLOOR_COUNT, papers.VOLUME)
    least = (min(floor[0], again[0]), min(floor[1], again[1]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        _row(f"a certificate of {COUNT:,} by a job, wall", ours[0], least[0], "≤ 1.5×"),
        _row("the same, processor", ours[1], least[1], "≤ 1.5×"),
        _row("the same against typst one by one, processor", ours[1], single[1]),
        {"name": "bytes of a certificate in the file", "ours": size / COUNT / 1024, "unit": "KB"},
        {"name": "peak memory of the process", "ours": peak, "unit": "MB", "target": "≤ 500"},
    ]


def _row(name: str, ours: float, floor: float, target: str = "") -> dict[str, Any]:
    return {"name": name, "ours": ours * 1000, "floor": floor * 1000, "unit": "ms", "ratio": ours / floor, "target": target}


def _since(begun: Seconds, count: int) -> Seconds:
    return (time.perf_counter() - begun[0]) / count, (time.process_time() - begun[1]) / count


def _floor(name: str, count: int, size: int) -> Seconds:
    """Seconds for a certificate by bare typst, with its data made beforehand."""
    source = (rendering._PRELUDE + papers.TEMPLATE.read_text(encoding="utf-8")).encode()
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[rendering.FONTS])
    compiler = typst.Compiler(root=papers.TEMPLATE.parent, font_paths=fonts, ignore_system_fonts=True)
    items = list(_items(name, count))
    texts = [json.dumps({"seals": {}, "items": items[at : at + size]}, ensure_ascii=False) for at in range(0, count, size)]
    begun = time.perf_counter(), time.process_time()
    for text in texts:
        compiler.compile(source, format="pdf", sys_inputs={"data": text})
    return _since(begun, count)


def _items(name: str, count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        amount = _amount(number)
        yield {"honour": "捐赠证书", "number": f"〔2026〕{number + 1:04d}号", "donor": f"测试{name}公司{number}", "place": "甲县",
               "unit": True, "given": "2026 年 10 月 1 日", "how": "捐赠", "amount": f"{amount:,.2f}", "upper": uppercase(amount),
               "issuer": "甲县人民政府", "issued": "2026 年 11 月 20 日", "seal": "none",
               "code": qr(papers.check_address(SITE, JIA, f"{name}-{number:018d}"))}


def _amount(number: int) -> Decimal:
    return Decimal(5_000_001 + number * 37) / 100


def _ours(folder: Path) -> tuple[Seconds, int]:
    """Seconds for a certificate by the job, and the bytes of the file."""
    settings = settings_for(f"sqlite:///{folder / 'bench.sqlite3'}", folder)
    make_schema(settings.database_url)
    database, host = Database(settings.database_url), load(settings, BUILTINS)
    install(database, settings)
    with database.transaction() as session:
        units = make_world(session, host)
        account = store_account(session, "bench", "测试打印", "!", ACTOR)
        assign(session, account, "donations_manager", units[JIA], ACTOR, known=catalogue(host), since=SINCE)
        with tenant_scope(session, JIA):
            session.execute(insert(Certificate), list(_rows(units[JIA].id)))
        enqueue(session, Actor(account.id, account.name), papers.PRINT, {"unit": str(units[JIA].id), "site": SITE}, tenant_id=JIA,
                unit_id=units[JIA].id)
    begun = time.perf_counter(), time.process_time()
    run_due(Parts(settings, database, host))
    taken = _since(begun, COUNT)
    with database.session() as session, tenant_scope(session, JIA):
        job = session.scalars(select(Job).where(Job.code == papers.PRINT)).one()
    assert job.state == "done", job.sentence
    database.dispose()
    return taken, job.file_size


def _rows(unit_id: Any) -> Iterator[dict[str, Any]]:
    for number in range(COUNT):
        yield {"tenant_id": JIA, "id": new_id(), "unit_id": unit_id, "version": 1, "threshold_code": "large", "clause": "",
               "donor_kind": "unit", "donor_name": f"测试公司{number}", "consent": "named", "amount": _amount(number), "gifts": 1,
               "given_on": dt.date(2026, 10, 1), "honour": "捐赠证书", "issuer": "甲县人民政府", "issuer_unit_id": unit_id,
               "state": "issued", "number": f"〔2026〕{number + 1:04d}号", "series": 2026, "serial": number + 1,
               "issued_on": dt.date(2026, 11, 20), "token": f"{number:024d}", "public_name": f"测试公司{number}",
               "public_key": "", "signature": ""}
