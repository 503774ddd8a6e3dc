"""Made-up people of one real county, against executemany of the very same rows, ready and sealed, into the same tables.

What is beyond the floor is making them up, sealing and indexing their numbers, and founding the schools.
`BANGFU_BENCH_STUDENTS=100000` spreads that many over the 88 counties of Guizhou, each in a transaction of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from core.config import ROOT
from tests.support import postgres

STUDENTS = int(os.environ.get("BANGFU_BENCH_STUDENTS", "8000"))
#: more than this is spread over the province
MOST_OF_A_COUNTY = 20_000


def measured(url: str, folder: Path) -> dict[str, float]:
    """What `synthetic_part` found."""
    folder.mkdir(exist_ok=True)
    county = ["522723"] if STUDENTS <= MOST_OF_A_COUNTY else []
    done = subprocess.run([sys.executable, "-m", "tests.bench.synthetic_part", url, str(STUDENTS), str(folder), *county],
                          cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def run() -> list[dict[str, Any]]:
    """The rows for the table of `make bench`."""
    lines = []
    with tempfile.TemporaryDirectory() as name, postgres.server() as server:
        folder = Path(name)
        for title, url in (("SQLite", f"sqlite:///{folder / 'bench.sqlite3'}"), ("PostgreSQL", server.create("bench_synthetic"))):
            found = measured(url, folder / title)
            lines.append({"name": f"{title}: {STUDENTS:,} pupils, {found['rows']:,.0f} rows in {found['counties']:.0f} "
                                  f"transaction(s) ({found['rows'] / found['ours']:,.0f} a second, {found['megabytes']:.0f} MB "
                                  "more), against executemany of the same rows",
                          "ours": found["ours"], "floor": found["floor"], "ratio": found["ours"] / found["floor"],
                          "target": "≤ 3 ×", "unit": "s"})
    return lines
