"""The demo: real provinces, the tenants of the published plans, and made-up people to sign in as."""

from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Callable
from pathlib import Path

import click
from sqlalchemy import make_url, select
from sqlalchemy.orm import Session

from core.access.catalogue import catalogue
from core.accounts.demo import DemoAccount, load_demo_accounts
from core.accounts.models import Account
from core.extensions import Actor, Database
from core.host.manager import PluginHost
from core.host.queries import enabled_many
from core.synthetic.small import load_people
from core.tenancy.queries import list_tenants, running_plan
from core.tenancy.services import apply_from_command_line
from core.units.queries import find_unit_by_code
from core.units.services import import_divisions

#: the day from which the carried divisions are taken to hold: before the first of the plans
SINCE = dt.date(2010, 1, 1)
#: printed at the start; the sign-in page lists them all
SHOWN = ("sichuan-admin", "guizhou-admin", "guizhou-auditor", "guiding-admin", "guiding-approver", "guiding-aid",
         "dongzhi-aid", "nanchang-bureau")

Say = Callable[[str], None]


def load(database: Database, host: PluginHost, tenants_dir: Path, say: Say) -> list[DemoAccount]:
    """Load what is missing and give the accounts. Each province, each plan, the accounts and each county's people
    are a transaction of their own, so that a load that was cut off goes on where it stopped."""
    actor = Actor.command_line()
    for path in sorted(tenants_dir.glob("*/divisions.csv.gz")):
        _load_province(database, path, actor, say)
    with database.session() as session:
        complete = session.scalar(select(Account.id).where(Account.demo).limit(1)) is not None
    if not complete:
        for path in sorted(tenants_dir.rglob("*.toml"), key=_order):
            _apply(database, host, path, actor, say)
    with database.transaction() as session:
        accounts = load_demo_accounts(session, catalogue(host))
    load_people(database, say)  # after the accounts, so that their schools get pupils
    if not complete:
        say("载入各项目的演示数据")
    with database.transaction() as session:  # last, on people and accounts; a plugin adds nothing twice
        _fill(session, host, actor)
    return accounts


def _order(path: Path) -> tuple[int, str]:
    """The national base first, then the provinces, then everything under them."""
    rank = {"national.toml": 0, "province.toml": 1}.get(path.name, 2)
    return (rank, str(path))


def _load_province(database: Database, path: Path, actor: Actor, say: Say) -> None:
    with database.session() as session:
        if find_unit_by_code(session, _province_code(path)) is not None:
            return
    say(f"载入行政区划 {path.parent.name}")
    with database.transaction() as session:
        import_divisions(session, path, actor, on=SINCE)


def _province_code(path: Path) -> str:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return next(line.split(",")[0] for number, line in enumerate(lines) if number == 1)


def _apply(database: Database, host: PluginHost, path: Path, actor: Actor, say: Say) -> None:
    say(f"应用方案 {path.parent.name}/{path.name}")
    with database.transaction() as session:
        apply_from_command_line(session, host, _profile(path), path.name, actor)


def _profile(path: Path) -> bytes:
    """A published plan, followed by what the demo adds to it for a county, from the file of the same name beside it."""
    added = path.with_suffix(".demo")
    return path.read_bytes() + (added.read_bytes() if added.is_file() else b"")


def _fill(session: Session, host: PluginHost, actor: Actor) -> None:
    """Let every plugin fill the tenants where it is on."""
    tenants = [tenant.id for tenant in list_tenants(session) if running_plan(session, tenant.id)]
    for tenant_id, plugins in enabled_many(session, host, tenants).items():
        host.notify("on_demo_loaded", plugins, session=session, tenant_id=tenant_id, actor=actor)


def announce(accounts: list[DemoAccount], port: int) -> None:
    """Print where to go and as whom to sign in."""
    click.echo(f"\n帮扶平台：http://127.0.0.1:{port}/    按 Ctrl+C 停止\n")
    shown = [account for login in SHOWN for account in accounts if account.login == login]
    for account in shown:
        click.echo(f"  {account.login:<20} {account.password:<12} {account.where} · {account.who}")
    click.echo(f"  另有 {len(accounts) - len(shown)} 个演示账号，密码相同，登录页可直接选用。\n")


def remove_sqlite(url: str) -> None:
    """Delete the SQLite file with its journal."""
    database = make_url(url).database
    for suffix in ("", "-wal", "-shm"):
        Path(f"{database}{suffix}").unlink(missing_ok=True)

