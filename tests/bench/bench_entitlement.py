"""A term of 贵定县 worked out for a million pupils, against a script written by hand for exactly its table.

The script knows the items, the amounts and which columns they ask about; ours reads all of that from the plans of the
country and the county. Both give each item's rows with their fen and the rows that cannot be decided, and the sums must be
equal to the fen. OpenFisca-core does the same table side by side where it is installed. Storing is held against working
out plus one bulk insert of the same rows. Seconds are of the processor, all threads and the server's among them.
`BANGFU_BENCH_PUPILS` sets how many pupils there are, `BANGFU_BENCH_STORED` for how many awards are stored.
"""

from __future__ import annotations

import datetime as dt
import functools
import operator
import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
from sqlalchemy import delete

from core.app import BUILTINS
from core.conditions.columns import columns_of
from core.extensions import Actor, Database, new_id, tenant_scope
from core.host.manager import load
from core.ledgers.writing import insert_rows
from core.tenancy.queries import get_tenant
from plugins.education_aid.models.awards import AidRun, Award
from plugins.education_aid.queries.facts import Gathered
from plugins.education_aid.rules.columnar import ROW, work_out
from plugins.education_aid.rules.items import AUTUMN, Item
from plugins.education_aid.services import entitling, shaping
from plugins.education_aid.services.reading import PlanItems, computed, plan_items
from tests.bench import openfisca_peer
from tests.bench.clocks import Clock
from tests.conftest import ROOT, settings_for
from tests.factories.tenancy import apply_plan
from tests.factories.units import make_root, make_unit
from tests.support import postgres
from tests.support.schema import make_schema

PUPILS = int(os.environ.get("BANGFU_BENCH_PUPILS", "1000000"))
STORED = int(os.environ.get("BANGFU_BENCH_STORED", str(max(PUPILS // 20, 1_000))))
COUNTY, DAY, TENANT, TURNS, STORING_TURNS = 10_000, dt.date(2016, 9, 1), "522723", 5, 3
STAGES = ("preschool", "primary", "junior", "senior", "vocational", "college", "university")
#: how likely a pupil has a category; the rules ask for each by itself
CATEGORIES = {"filing_card": .22, "allowance": .08, "extreme_hardship": .01, "orphan": .005, "disabled": .02, "martyr_child": .002,
              "hardship_special": .03, "hardship": .06, "hardship_general": .05, "out_of_poverty": .01, "monitored_unstable": .005,
              "monitored_marginal": .005, "monitored_sudden": .002}


def read_plan(database: Database, folder: Path) -> PlanItems:
    """The items of 贵定县 on the day, from the profiles as they are shipped."""
    host = load(settings_for(database.url, folder), BUILTINS)
    with database.transaction() as session:
        unit = make_root(session)
        for code, name, level in (("52", "贵州省", "province"), ("5227", "黔南布依族苗族自治州", "city"), (TENANT, "贵定县", "county")):
            unit = make_unit(session, code, unit, name, level=level)
        for file in ("national.toml", "guizhou/guiding.toml"):
            apply_plan(session, (ROOT / "tenants" / file).read_text(encoding="utf-8"), host)
        return plan_items(session, get_tenant(session, TENANT), DAY)


def make_pupils(count: int, items: list[Item]) -> pl.DataFrame:
    """Pupils whose facts the items ask about; of a few nobody knows whether they board or the school was approved."""
    rng = random.Random(7)
    stages = rng.choices(STAGES, (12, 42, 20, 10, 6, 5, 5), k=count)
    frame = pl.DataFrame({
        ROW: range(count), "stage": stages, "grade": [rng.randint(1, 3) for _ in range(count)],
        "boarding": [None if rng.random() < .004 else rng.random() < .35 for _ in range(count)],
        "approved": [None if rng.random() < .004 else rng.random() < .95 for _ in range(count)],
        "ownership": rng.choices(("public", "inclusive_private", "private"), (80, 15, 5), k=count),
        f"school={TENANT}": [rng.random() < .97 for _ in range(count)],
        "fee_tuition": [None if rng.random() < .01 else rng.choice((76_000, 80_000, 120_000)) for _ in range(count)],
        "attended_days": pl.Series([None if rng.random() < .9 else rng.randint(80, 100) for _ in range(count)], dtype=pl.Int64),
    })
    members = {name.partition("=")[2] for item in items for name in _asked(item) if name.startswith("category=")}
    return frame.with_columns(pl.Series(f"category={code}", [rng.random() < CATEGORIES.get(code, .01) for _ in range(count)])
                              for code in sorted(members | set(CATEGORIES)))


def _asked(item: Item) -> list[str]:
    return [*columns_of(item.where), *(name for case in item.amount.cases for name in columns_of(case.where))]


def _has(*codes: str) -> pl.Expr:
    return functools.reduce(operator.or_, (pl.col(f"category={code}") for code in codes))


def _half(yuan: int) -> pl.Expr:
    """The autumn of a year's amount, in fen."""
    return pl.lit(yuan * 50, dtype=pl.Int64)


def by_hand() -> list[tuple[str, pl.Expr, pl.Expr]]:
    """The table of 贵定县 for an autumn term as one would write it down: item, for whom, how much."""
    card, stage, nothing = _has("filing_card"), pl.col("stage"), pl.lit(0, dtype=pl.Int64)
    needy = _has("filing_card", "allowance", "extreme_hardship", "orphan", "disabled", "hardship_special", "hardship")
    boards = needy | _has("monitored_unstable", "monitored_marginal", "monitored_sudden")
    grants = needy | _has("out_of_poverty")
    compulsory, senior, vocational = stage.is_in(["primary", "junior"]), stage == "senior", stage == "vocational"
    higher, tuition = stage.is_in(["college", "university"]), pl.col("fee_tuition")
    boarder, own = compulsory & pl.col("boarding") & boards, card & pl.col(f"school={TENANT}")
    return [
        ("compulsory-fee", compulsory, nothing), ("compulsory-textbook", compulsory, nothing),
        ("compulsory-boarding", boarder, pl.when(stage == "primary").then(_half(1_000)).otherwise(_half(1_250))),
        ("compulsory-boarding-county", boarder & card, _half(100)),
        ("compulsory-meals", compulsory & boards, 400 * pl.coalesce(pl.col("attended_days"), pl.lit(100, dtype=pl.Int64))),
        ("preschool-living", (stage == "preschool") & pl.col("approved") & pl.col("ownership").is_in(["public", "inclusive_private"])
         & _has("filing_card", "martyr_child", "orphan", "disabled"), _half(200)),
        ("senior-grant", senior & grants, _half(2_000)),
        ("senior-fee", senior & _has("filing_card", "disabled", "allowance", "extreme_hardship") & ~(senior & own),
         tuition - tuition // 2),
        ("senior-poverty-grant", senior & own, _half(1_000)), ("senior-tuition", senior & own, _half(760)),
        ("senior-books", senior & own, _half(400)), ("senior-dormitory", senior & own, _half(500)),
        ("vocational-fee", vocational & (pl.col("grade") <= 3), _half(2_000)),
        ("vocational-grant", vocational & (pl.col("grade") <= 2) & grants, _half(2_000)),
        ("vocational-poverty-grant", vocational & own, _half(1_000)), ("vocational-books", vocational & own, _half(400)),
        ("vocational-dormitory", vocational & own, _half(500)),
        ("higher-grant", higher & grants, _half(3_000)), ("higher-poverty-grant", higher & card, _half(1_000)),
        ("higher-tuition", higher & card, pl.when(stage == "university").then(_half(3_830)).otherwise(_half(3_500))),
    ]


Sums = dict[str, tuple[int, int, int]]


def script(frame: pl.DataFrame, table: list[tuple[str, pl.Expr, pl.Expr]]) -> Sums:
    """The script: every item over all pupils, its awards and what is open; gives count, fen and open rows of each."""
    wide = frame.lazy().select(pl.col(ROW), *(part.alias(f"{name}:{kind}") for name, held, fen in table
                                              for kind, part in (("held", held), ("fen", fen))))
    parts = []
    for name, _, _ in table:
        held, fen = pl.col(f"{name}:held"), pl.col(f"{name}:fen")
        parts.append(wide.filter(held & fen.is_not_null()).select(ROW, fen.alias("fen")))
        parts.append(wide.filter(held.is_null() | (held & fen.is_null())).select(ROW))
    found = iter(pl.collect_all(parts))
    return {name: (paid.height, int(paid["fen"].sum()), next(found).height) for (name, _, _), paid in zip(table, found, strict=False)}


def engine(frame: pl.DataFrame, items: list[Item]) -> Sums:
    """Ours, summed in the same way."""
    return {one.item.code: (one.found.height, int(one.found["fen"].sum()), len(one.open)) for one in work_out(items, frame, AUTUMN)}


def fastest(work: Callable[[], Any], turns: int = TURNS, clock: Callable[[], float] = time.process_time) -> tuple[float, Any]:
    """Seconds of the fastest turn, and what it gave."""
    best, found = float("inf"), None
    for _ in range(turns):
        start = clock()
        found = work()
        best = min(best, clock() - start)
    return best, found


def computed_rows(items: list[Item]) -> list[dict[str, Any]]:
    """Working out, for a million and for a county; and OpenFisca over the same table."""
    rows, table = [], by_hand()
    for count, target in ((PUPILS, "≤ 1.5"), (COUNTY, "≤ 1.5")):
        frame = make_pupils(count, items)
        floor, wanted = fastest(lambda frame=frame: script(frame, table))
        ours, found = fastest(lambda frame=frame: engine(frame, items))
        assert {name: sums for name, sums in found.items() if sums != (0, 0, 0)} == {
            name: sums for name, sums in wanted.items() if sums != (0, 0, 0)}
        rows.append({"name": f"working out {count:,} × {len(items)} items", "ours": ours, "floor": floor, "unit": "s",
                     "ratio": ours / floor, "target": target})
        if count == PUPILS:
            rows += _beside(frame, ours, sum(fen for _, fen, _ in wanted.values()))
    return rows


def _beside(frame: pl.DataFrame, ours: float, fen: int) -> list[dict[str, Any]]:
    peer = openfisca_peer.work_out(frame)
    if peer is None:
        return []
    seconds, total = peer
    assert total == fen
    return [{"name": f"the same by OpenFisca-core {openfisca_peer.version()}, without what is open", "ours": ours, "floor": seconds,
             "unit": "s", "ratio": ours / seconds, "target": ""}]


def gathered_of(frame: pl.DataFrame) -> Gathered:
    """The pupils as a run reads them from the registry."""
    schools = [new_id() for _ in range(200)]
    rows, facts = [], []
    for one in frame.iter_rows(named=True):
        kinds = {name.partition("=")[2] for name, held in one.items() if name.startswith("category=") and held}
        rows.append(SimpleNamespace(id=new_id(), person_id=new_id(), unit_id=schools[one[ROW] % 200], stage=one["stage"],
                                    class_name="一班"))
        facts.append({**{name: value for name, value in one.items() if "=" not in name}, "owner": "county",
                      "home": frozenset((TENANT,)), "category": kinds,
                      "school": frozenset((TENANT,) if one[f"school={TENANT}"] else ())})
    return Gathered(rows, facts)


def stored_row(name: str, url: str, plan: PlanItems) -> dict[str, Any]:
    """A run that stores every award for the first time, against working out and inserting the same rows in bulk."""
    make_schema(url)
    database = Database(url)
    items = computed(plan.items)
    gathered = gathered_of(make_pupils(STORED, items))
    actor = Actor(new_id(), "测试甲")
    made: list[shaping.Worked] = []

    def ours() -> None:
        with database.transaction() as session, tenant_scope(session, TENANT):
            run = entitling.begin_run(session, TENANT, new_id(), 2016, AUTUMN, DAY, actor)
            made[:] = [shaping.shape(TENANT, gathered, plan, 2016, AUTUMN)]
            entitling.store(session, run, made[0])

    def empty() -> None:
        with database.transaction() as session, tenant_scope(session, TENANT):
            session.execute(delete(Award).where(Award.tenant_id == TENANT).execution_options(synchronize_session=False))

    clock = Clock(database.engine)
    seconds, floor = float("inf"), float("inf")
    for _ in range(STORING_TURNS):  # in turns, since a busy machine slows what comes next as well
        seconds = min(seconds, fastest(ours, 1, clock)[0])
        count = len(made[0].awards)
        columns = {**made[0].awards.some(None), "id": [new_id() for _ in range(count)], "version": [1] * count}
        empty()
        floor = min(floor, fastest(lambda columns=columns: _bulk(database, gathered, items, columns), 1, clock)[0])
        empty()
    database.dispose()
    return {"name": f"storing {count:,} awards of {STORED:,}, {name}", "ours": seconds, "floor": floor, "unit": "s",
            "ratio": seconds / floor, "target": "≤ 1.5"}


def _bulk(database: Database, gathered: Gathered, items: list[Item], columns: dict[str, list[Any]]) -> None:
    script(gathered.frame(items), by_hand())
    with database.transaction() as session, tenant_scope(session, TENANT):
        run = AidRun(tenant_id=TENANT, id=new_id(), unit_id=new_id(), school_year=2016, term=AUTUMN, as_on=DAY)
        session.add(run)
        session.flush()
        columns["run_id"] = [run.id] * len(columns["id"])
        insert_rows(session, Award.__table__, columns)  # type: ignore[arg-type]


def run() -> list[dict[str, Any]]:
    """The figures of this benchmark."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'plan.sqlite3'}"
        make_schema(url)
        database = Database(url)
        plan = read_plan(database, Path(folder))
        database.dispose()
        rows = computed_rows(computed(plan.items))
        rows.append(stored_row("sqlite", f"sqlite:///{Path(folder) / 'awards.sqlite3'}", plan))
    if postgres.binaries() is not None:
        with postgres.server() as server:
            rows.append(stored_row("postgresql", server.create("awards"), plan))
    return rows
