"""`bangfu plan …`: checking, applying, showing and exporting plans, and listing the tenants."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from core.config import Settings
from core.errors import N_, PlatformError
from core.extensions import Actor, Database
from core.host.manager import PluginHost, load
from core.tenancy import pages, queries
from core.tenancy.grammar import Checked, Grammar, ProfileRefused, grammar
from core.tenancy.models import Plan
from core.tenancy.offline import check_file, in_order
from core.tenancy.services import apply_from_command_line, check_profile, known_grammar, sync_switches
from core.units.queries import find_unit_by_code

_PATH = click.Path(exists=True, dir_okay=False, path_type=Path)
FILES = click.argument("files", nargs=-1, required=True, type=_PATH)
JSON = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")


@click.group(help="方案：检查、应用、查看与导出")
def plan() -> None:
    """The commands about plans."""


def _host() -> PluginHost:
    """The plugins of this machine; core's own hook modules come from the root command."""
    builtins = click.get_current_context().find_root().obj or ()
    return load(Settings.from_env(), builtins)


def installed_grammar(host: PluginHost) -> Grammar:
    """The grammar of core and of every installed plugin."""
    return grammar(host.registered("register_sections"), host.requires)


@contextmanager
def _database() -> Iterator[Database]:
    database = Database(Settings.from_env().database_url)
    try:
        yield database
    finally:
        database.dispose()


@plan.command("check", help="检查方案文件，逐条列出文件、行、键、条款、规则与原因；有错误时退出码为 1")
@FILES
@JSON
@click.option("--offline", is_flag=True, help="不连数据库，只按方案旁边的 divisions.csv.gz 与上级方案核对")
def check_files(files: tuple[Path, ...], as_json: bool, offline: bool) -> None:
    """Check profiles against the files around them; where those have no divisions, against the database."""
    host = _host()
    known = installed_grammar(host)
    outcomes = [check_file(file, known) for file in files]
    if not offline:
        outcomes = [_checked_by_database(host, file, outcome) for file, outcome in zip(files, outcomes, strict=True)]
    _print(outcomes, as_json)
    sys.exit(1 if any(outcome.errors for outcome in outcomes) else 0)


def _checked_by_database(host: PluginHost, file: Path, outcome: Checked) -> Checked:
    """The outcome by the database's units where the files give none and the database has some."""
    if all(problem.rule != "unit-unchecked" for problem in outcome.problems) or not _database_ready():
        return outcome
    with _database() as database, database.session() as session:
        if not queries.has_units(session):
            return outcome
        return check_profile(session, host, file.read_bytes(), str(file))


def _database_ready() -> bool:
    """Whether the database named by the settings exists with its tables; asking must not create it."""
    url = Settings.from_env().database_url
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        return False
    with _database() as database:
        return inspect(database.engine).has_table("units")


@plan.command("apply", help="检查并直接应用方案文件（上级在先），留痕；有错误的方案被拒绝，现行方案不变")
@FILES
@JSON
def apply_files(files: tuple[Path, ...], as_json: bool) -> None:
    """Apply profiles, each in a transaction of its own, upper layers first."""
    host = _host()
    refused: list[Checked] = []
    applied: list[dict[str, object]] = []
    with _database() as database:
        for file in in_order(files):
            try:
                with database.transaction() as session:
                    found, seen = apply_from_command_line(session, host, file.read_bytes(), str(file))
                    applied.append({"file": str(file), "tenant": found.tenant_id, "version": found.version,
                                    "starts": found.starts_on.isoformat(), **seen.counts})
            except ProfileRefused as error:
                refused.append(Checked(None, error.problems))
    if as_json:
        problems = [problem.as_dict() for outcome in refused for problem in outcome.problems]
        click.echo(json.dumps({"applied": applied, "problems": problems}, ensure_ascii=False, indent=1))
    else:
        for line in applied:
            click.echo(f"{line['file']}：租户 {line['tenant']} 第 {line['version']} 版，新增 {line['added']}、"
                       f"改动 {line['changed']}、终止 {line['ended']}、不变 {line['unchanged']}")
        if refused:
            _print(refused, as_json=False)
    sys.exit(1 if refused else 0)


@plan.command("show", help="显示一个单位现行的方案")
@click.argument("code")
def show(code: str) -> None:
    """Print the plan a unit works by."""
    with _database() as database, database.session() as session:
        found = _running(session, code)
        page = pages.plan_page(session, found, known_grammar(session, _host()))
        click.echo(f"{found.title}（租户 {found.tenant_id}，第 {found.version} 版，自 {found.starts_on} 起）")
        for line in page.plugins:
            click.echo(f"  插件 {line.entry.code}（{line.entry.clause}）")
        for group in page.groups:
            click.echo(f"  {group.title}")
            for line in group.lines:
                click.echo(f"    {line.entry.name}：{line.text}（{line.entry.clause}）")
        click.echo(f"  待核实 {len(page.questions)} 处")


@plan.command("export", help="原样输出一个单位现行方案的文件")
@click.argument("code")
def export(code: str) -> None:
    """Write the profile exactly as it was given."""
    with _database() as database, database.session() as session:
        click.echo(_running(session, code).source.encode(), nl=False)


@click.group(help="租户：持有自己的方案与数据的单位")
def tenants() -> None:
    """The commands about tenants."""


@tenants.command("list", help="列出全部租户及其现行方案")
@JSON
def list_tenants(as_json: bool) -> None:
    """Every tenant with its running plan."""
    with _database() as database, database.session() as session:
        places = queries.list_tenants(session)
        plans = queries.running_plans(session, [place.id for place in places])
        rows = [_row(place, plans.get(place.id)) for place in places]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        version = f"第 {row['version']} 版 {row['title']}" if row["version"] else "没有现行方案"
        click.echo(f"{row['tenant']}\t{row['name']}{'（虚构）' if row['fictitious'] else ''}\t{version}")


def _row(place: queries.TenantPlace, found: Plan | None) -> dict[str, object]:
    return {"tenant": place.id, "code": place.unit.code, "name": place.name, "fictitious": place.fictitious,
            "version": found.version if found else None, "title": found.title if found else ""}


@plan.command("sync", help="方案或条目到期、到始日后，使插件开关与今天的方案一致")
def sync() -> None:
    """Bring every tenant's switches in line with its plan of today."""
    host = _host()
    with _database() as database, database.transaction() as session:
        for tenant in queries.list_tenants(session):
            changed = sync_switches(session, host, tenant.id, Actor.command_line())
            if changed:
                click.echo(f"{tenant.name}：{'、'.join(changed)}")


def _running(session: Session, code: str) -> Plan:
    unit = find_unit_by_code(session, code)
    place = pages.belonging(session, unit) if unit else None
    if place is None or place.plan is None:
        raise PlatformError(N_("%(code)s 没有现行方案"), code=code)
    return place.plan


def _print(outcomes: Sequence[Checked], as_json: bool) -> None:
    problems = [problem for outcome in outcomes for problem in outcome.problems]
    if as_json:
        click.echo(json.dumps([problem.as_dict() for problem in problems], ensure_ascii=False, indent=1))
        return
    for problem in problems:
        kind = "错误" if problem.severity == "error" else "提示"
        clause = f"（条款 {problem.clause}）" if problem.clause else ""
        where = f"{problem.file}:{problem.line}"
        click.echo(f"{where} {kind} [{problem.rule}] {problem.key}{clause}：{problem.message}")
    errors = sum(len(outcome.errors) for outcome in outcomes)
    click.echo(f"{len(outcomes)} 个方案，{errors} 处错误，{len(problems) - errors} 处提示")
