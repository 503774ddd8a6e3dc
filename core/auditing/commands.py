"""`bangfu trail …`: sealing, verifying and exporting. The platform seals every hour by itself, see `jobs`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import click
from tqdm import tqdm

from core.auditing import services
from core.config import Settings
from core.extensions import Actor, Database
from core.trail.checking import workers_on
from core.trail.exporting import export_lines, public_keys
from core.trail.keys import Keyring
from core.trail.services import record

TENANT = click.option("--tenant", help="只办这个租户，如 522723；不填为全部")
#: faults printed before the rest is only counted
LISTED = 50
#: that verify beside each other
PROCESSES = min(os.cpu_count() or 1, 8)


@click.group(help="留痕：封存、核对与导出。平台每小时自动封存；停用后台任务的机器可由 cron 运行 bangfu trail seal")
def trail() -> None:
    """The commands about the trail."""


@contextmanager
def _machine() -> Iterator[tuple[Database, Keyring]]:
    settings = Settings.from_env()
    database = Database(settings.database_url)
    try:
        yield database, Keyring(settings.data_dir)
    finally:
        database.dispose()


@trail.command("seal", help="把尚未封存的留痕成批封存：本租户签名，上级租户会签")
@TENANT
@click.option("--settle", default=60, show_default=True, help="晚于这么多秒以前的条目留待下次")
def seal_command(tenant: str | None, settle: int) -> None:
    """Seal what waits."""
    with _machine() as (database, keyring):
        with database.session() as session:
            above = services.uppers(session)
        made = 0
        for tenant_id in services.chosen(above, tenant):
            for batch in services.seal_tenant(database, keyring, above, tenant_id, Actor.command_line(),
                                              timedelta(seconds=settle)):
                click.echo(f"{tenant_id}\t第 {batch.number} 批\t{batch.count} 条\t{batch.head}")
                made += 1
        click.echo(f"封存 {made} 批" if made else "没有等待封存的留痕")


@trail.command("verify", help="核对全部封存；有任何改动时指出第一处，退出码为 1")
@TENANT
def verify_command(tenant: str | None) -> None:
    """Verify and say where it breaks."""
    broken = False
    with (workers_on(Settings.from_env().database_url, PROCESSES) as workers,
          _machine() as (database, keyring), database.session() as session):
        above = services.uppers(session)
        for tenant_id in services.chosen(above, tenant):
            with tqdm(unit="条", desc=tenant_id, leave=False, disable=None) as bar:
                verdict = services.verify_tenant(session, keyring, above, tenant_id, bar.update, workers)
            if not verdict.faults:
                click.echo(f"✓ {tenant_id}：{verdict.batches} 批 {verdict.entries} 条完好，{verdict.unsealed} 条待封存")
                continue
            broken = True
            click.echo(f"✗ {tenant_id}：{len(verdict.faults)} 处不对")
            for fault in verdict.faults[:LISTED]:
                click.echo(f"  {fault.text}" + (f"（条目 {fault.entry_id}）" if fault.entry_id else ""))
            if len(verdict.faults) > LISTED:
                click.echo(f"  ……另有 {len(verdict.faults) - LISTED} 处")
    sys.exit(1 if broken else 0)


@trail.command("export", help="导出一个租户已封存的留痕（JSON Lines，含公钥），可用 python -m core.trail.offline 离线核对")
@click.option("--tenant", required=True, help="租户，如 522723")
@click.option("--to", "target", required=True, type=click.Path(dir_okay=False, path_type=Path), help="写到这个文件")
def export_command(tenant: str, target: Path) -> None:
    """Write the file that proves itself."""
    with _machine() as (database, _keyring):
        with database.session() as session:
            services.chosen(services.uppers(session), tenant)
            with target.open("wb") as file:
                file.writelines(export_lines(session, tenant))
        with database.transaction() as session:
            record(session, Actor.command_line(), "core:trail:export", f"导出{tenant}的封存留痕", subject=f"tenant:{tenant}",
                   tenant_id=tenant)
    click.echo(f"已写入 {target}，{target.stat().st_size:,} 字节")


@trail.command("keys", help="列出各租户的公钥（JSON），供公布和离线核对")
def keys_command() -> None:
    """Print the public keys."""
    with _machine() as (database, _keyring), database.session() as session:
        click.echo(json.dumps(public_keys(session), ensure_ascii=False, indent=1))


@trail.command("renew-key", help="更换一个租户的封存密钥，由上级租户担保；旧封存照样有效")
@click.option("--tenant", required=True, help="租户，如 522723")
def renew_command(tenant: str) -> None:
    """Make a new key."""
    with _machine() as (database, keyring), database.transaction() as session:
        above = services.uppers(session)
        services.chosen(above, tenant)
        signer = services.renew_key(session, keyring, above, tenant, Actor.command_line())
        click.echo(f"{tenant} 的新公钥 {signer.key_id}：{signer.public}")
