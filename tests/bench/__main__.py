"""`make bench`: every benchmark's figures as one table and as bench.json.

Each figure is a ratio against a floor or a peer measured in the same run, because machines are shared and
noisy. Nothing here fails on a slow day: the targets are printed beside the figures.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from pathlib import Path
from typing import Any

import tests.bench

ROOT = Path(__file__).resolve().parent.parent.parent


def collect(wanted: list[str]) -> list[dict[str, Any]]:
    """Run every `bench_*` module (or those named) and give its rows."""
    rows: list[dict[str, Any]] = []
    for module in pkgutil.iter_modules(tests.bench.__path__):
        name = module.name.removeprefix("bench_")
        if not module.name.startswith("bench_") or (wanted and name not in wanted):
            continue
        print(f"· {name} …", file=sys.stderr, flush=True)
        found = importlib.import_module(f"tests.bench.{module.name}").run()
        rows += [{"bench": name, **row} for row in found]
    return rows


def _figure(value: float | None, unit: str) -> str:
    return "" if value is None else f"{value:,.4g} {unit}".strip()


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as fixed-width text."""
    heads = ("bench", "what", "ours", "floor", "ratio", "target")
    cells = [heads] + [
        (row["bench"], row["name"], _figure(row.get("ours"), row.get("unit", "")),
         _figure(row.get("floor"), row.get("unit", "")), _figure(row.get("ratio"), ""), str(row.get("target", "")))
        for row in rows
    ]
    widths = [max(len(line[column]) for line in cells) for column in range(len(heads))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells)


def main() -> None:
    rows = collect(sys.argv[1:])
    (ROOT / "bench.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
    print(table(rows))


if __name__ == "__main__":
    main()
