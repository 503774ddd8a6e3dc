"""`bangfu demo generate` and `bangfu demo workbook`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from tqdm import tqdm

from core import privacy
from core.config import Settings
from core.extensions import Actor, Database
from core.synthetic.queries import County
from core.synthetic.roster import write_roster
from core.synthetic.services import MOST, Wish, fill, plan_run

_LABELS = {"registry_households": "户", "registry_persons": "人", "registry_guardians": "监护人", "registry_enrolments": "就读",
           "registry_staff": "教职工", "registry_school_facts": "学校", "registry_statuses": "状态",
           "registry_household_incomes": "收入"}


@contextmanager
def _database() -> Iterator[tuple[Settings, Database]]:
    settings = Settings.from_env()
    if settings.production:
        raise click.ClickException("这是正式环境（BANGFU_ENV=production），不能生成虚构人员。")
    database = Database(settings.database_url)
    privacy.install(database, settings)
    try:
        yield settings, database
    finally:
        database.dispose()


@click.command(help="在真实区划上生成虚构的户、人、就读、教职工等，用于演示和测试；中断后再次运行会接着做")
@click.option("--province", required=True, help="省级代码，如 52")
@click.option("--students", type=int, required=True, help=f"学生总数，至多 {MOST:,}；按乡镇数分到各县")
@click.option("--county", default="", help="只在这个县生成（代码或名称）")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="种子相同，生成的人员相同")
@click.option("--year", type=int, default=2016, show_default=True, help="学年，2016 即 2016–2017")
@click.option("--faults", type=click.FloatRange(0, 0.5), default=0.0, show_default=True,
              help="故意重复登记的学生比例（错号、错名等），附真值表")
def generate(province: str, students: int, county: str, seed: int, year: int, faults: float) -> None:
    """Fill a province, a transaction for each county, with a progress bar."""
    with _database() as (settings, database):
        truth = settings.data_dir / "demo-truth" if faults else None
        wish = Wish(seed, year, faults, truth)
        with database.session() as session:
            counties = plan_run(session, province, students, wish, county)
        with tqdm(total=sum(one.size for one in counties), unit="名学生", desc="生成演示人口", leave=False) as bar:
            outcome = fill(database, counties, wish, _Bar(bar), Actor.command_line())
    if outcome.left:
        click.echo(f"{len(outcome.left)} 个县已有演示人口，没有改动：{'、'.join(outcome.left[:10])}"
                   f"{'等' if len(outcome.left) > 10 else ''}")
    click.echo(f"生成 {len(outcome.filled)} 个县" + "".join(
        f"，{label} {outcome.rows[table]:,}" for table, label in _LABELS.items() if table in outcome.rows))
    if truth is not None:
        click.echo(f"真值表在 {truth}")


class _Bar:
    """Moves the bar on by a county's pupils."""

    def __init__(self, bar: tqdm[None]) -> None:
        self.bar = bar

    def __call__(self, county: County) -> None:
        self.bar.update(county.size)


@click.command(help="写一份像真的一样杂乱的学生名册（全部虚构），用来试导入")
@click.option("--rows", type=click.IntRange(1, 200_000), default=1000, show_default=True, help="行数")
@click.option("--bad", type=click.FloatRange(0, 0.5), default=0.003, show_default=True, help="错误单元格的比例")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="种子相同，内容相同")
@click.option("--year", type=click.IntRange(2014, 2100), default=2016, show_default=True, help="学年")
@click.option("--out", type=click.Path(dir_okay=False, writable=True, path_type=Path), required=True, help="写到这个 .xlsx 文件")
def workbook(rows: int, bad: float, seed: int, year: int, out: Path) -> None:
    """Write the roster; needs no database."""
    if out.suffix.lower() != ".xlsx":
        raise click.ClickException("文件名须以 .xlsx 结尾")
    faults = write_roster(out, rows, bad, seed, year)
    click.echo(f"{out}：{rows} 行，其中 {len(faults)} 个错误单元格")
