"""`bangfu units …`: loading lists of divisions, checking them, and looking a unit up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from tqdm import tqdm

from core.config import Settings
from core.errors import PlatformError
from core.extensions import Actor, Database
from core.units import queries
from core.units.rules.divisions import DivisionsRefused, read_divisions, tree_faults
from core.units.rules.levels import KIND_NAMES, LEVEL_NAMES, ROOT_CODE
from core.units.services import ImportSummary, import_divisions

#: lines of a long outcome printed before the rest is only counted
LISTED = 20
Day = click.DateTime(["%Y-%m-%d"])


@click.group(help="单位与区划")
def units() -> None:
    """Units and divisions."""


@contextmanager
def _database() -> Iterator[Database]:
    database = Database(Settings.from_env().database_url)
    try:
        yield database
    finally:
        database.dispose()


@units.command("import", help="导入区划名单（CSV 或 CSV.gz；UTF-8 或 GB18030）")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--province", default="", help="只导入这个省（或市、县）代码开头的行，如 52")
@click.option("--on", "day", type=Day, help="变更生效日期，如 2026-01-01；首次导入可不填")
def import_file(file: Path, province: str, day: dt.datetime | None) -> None:
    """Load a list in one transaction, with a progress bar."""
    with _database() as database, tqdm(unit="个", desc="导入区划", leave=False) as bar:
        try:
            with database.transaction() as session:
                summary = import_divisions(session, file, Actor.command_line(), province=province,
                                           on=day.date() if day else None, progress=_Bar(bar))
        except DivisionsRefused as refused:
            raise _refusal(refused) from refused
    _tell(summary)


class _Bar:
    """Counts rows on the bar; the first count is of rows that were there already."""

    def __init__(self, bar: tqdm[None]) -> None:
        self.bar = bar

    def __call__(self, count: int) -> None:
        self.bar.update(count)


def _refusal(refused: DivisionsRefused) -> click.ClickException:
    return click.ClickException("\n".join([f"区划名单有 {len(refused.faults)} 处错误，没有导入任何数据：",
                                           *_some([str(fault) for fault in refused.faults])]))


def _tell(summary: ImportSummary) -> None:
    click.echo(summary.sentence)
    for code, old, new in summary.renamed[:LISTED]:
        click.echo(f"  更名 {code} {old} → {new}")
    for code, old, new in summary.moved[:LISTED]:
        click.echo(f"  划转 {code} 由 {old} 到 {new}")
    if summary.gone:
        click.echo(f"系统里有 {len(summary.gone)} 个区划不在名单里，没有改动；请用撤并、撤销等操作处理：")
        for line in _some([f"{code} {name}" for code, name in summary.gone]):
            click.echo(f"  {line}")


def _some(lines: list[str]) -> list[str]:
    rest = len(lines) - LISTED
    return [*lines[:LISTED], f"……另有 {rest} 处"] if rest > 0 else lines


@units.command(help="检查区划名单，不写入任何数据；有错退出码为 1")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--province", default="", help="只检查这个省（或市、县）代码开头的行")
def check(file: Path, province: str) -> None:
    """Read a list and name its faults."""
    try:
        listing = read_divisions(file.read_bytes(), province)
        faults = sorted([*listing.faults, *tree_faults(listing, {ROOT_CODE: "country"})], key=lambda fault: fault.row)
        if faults:
            raise DivisionsRefused(faults)
    except DivisionsRefused as refused:
        raise click.ClickException("\n".join(["名单有误：", *_some([str(one) for one in refused.faults])])) from refused
    click.echo(f"{len(listing.rows)} 个区划，没有发现错误")


@units.command(help="查看一个单位：现在的状态，或某一天的状态")
@click.argument("code")
@click.option("--as-of", "day", type=Day, help="按当时区划，如 2015-06-30")
def show(code: str, day: dt.datetime | None) -> None:
    """Print a unit, what stands above it, and its history."""
    with _database() as database, database.session() as session:
        try:
            unit = queries.get_unit_by_code(session, code)
        except PlatformError as error:
            raise click.ClickException(error.text) from error
        if day is None:
            above = [parent.name for parent in queries.ancestors(session, unit)]
            _print(unit.code, unit.name, unit.kind, unit.level, above)
        else:
            state = queries.unit_as_of(session, unit.id, day.date())
            if state is None:
                raise click.ClickException(f"{day.date()} 没有这个单位")
            above = [parent.name for parent in queries.ancestors_as_of(session, unit.id, day.date())]
            _print(state.code, state.name, state.kind, state.level, above)
        for state in queries.states_of(session, unit.id):
            click.echo(f"  {state.since} — {state.until or '至今'}  {state.code} {state.name}")
        for became in queries.successors(session, unit.id):
            click.echo(f"  {became.on} {'成为' if became.later else '来自'} {became.unit.code} {became.unit.name}")


def _print(code: str, name: str, kind: str, level: str, above: list[str]) -> None:
    click.echo(f"{code} {name}（{LEVEL_NAMES[level]}，{KIND_NAMES[kind]}）")
    if above:
        click.echo("  " + " / ".join(above))
