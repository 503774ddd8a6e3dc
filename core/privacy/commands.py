"""`bangfu privacy …`: the state of the keys, renewing them, putting old ones aside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from tqdm import tqdm

from core.config import Settings
from core.errors import PlatformError
from core.extensions import Actor, Database
from core.privacy import rotation
from core.privacy.vault import Vault, install
from core.trail.services import record


@click.group(help="个人信息：密钥的更换与停用")
def privacy() -> None:
    """Keys of personal data."""


@contextmanager
def _opened() -> Iterator[tuple[Settings, Database, Vault]]:
    settings = Settings.from_env()
    database = Database(settings.database_url)
    try:
        yield settings, database, install(database, settings)
    finally:
        database.dispose()


@privacy.command(help="列出密钥版本，以及还在用旧密钥的内容")
def status() -> None:
    """Versions, and what each still holds."""
    with _opened() as (_, database, vault), database.session() as session:
        click.echo(f"当前密钥：第 {vault.keys.current} 版；可用：{'、'.join(map(str, vault.keys.versions()))}")
        for place, count in rotation.outdated(session, vault).items():
            click.echo(f"旧密钥  {place}\t{count} 处")


@privacy.command(help="更换密钥：分批重新加密，随时可以中断，再次运行就接着做")
def rotate() -> None:
    """Renew the keys, or go on with a renewal."""
    with _opened() as (settings, database, vault):
        with database.session() as session:
            version = rotation.begin(session, vault)
        with tqdm(unit="处", desc=f"换用第 {version} 版密钥", leave=False) as bar:
            def show(done: int, total: int, note: str) -> None:
                bar.total = total
                bar.set_postfix_str(note)
                bar.update(done - bar.n)

            count = rotation.reseal(database.transaction, vault, show)
        files = rotation.reseal_files(vault, settings.data_dir)
        with database.transaction() as session:
            record(session, Actor.command_line(), rotation.TRAILED, f"换用第 {version} 版密钥，重新加密 {count} 处、{files} 个文件",
                   subject=f"vault:{version}")
        click.echo(f"重新加密 {count} 处、{files} 个文件。旧密钥一小时后可用 bangfu privacy retire 停用")


@privacy.command(help="逐处打开核对后，把旧密钥移到 keys/retired/")
def retire() -> None:
    """Prove that nothing needs the older keys, and put them aside."""
    with _opened() as (settings, database, vault), database.transaction() as session:
        try:
            old = rotation.retire(session, vault, settings.data_dir)
        except PlatformError as error:
            raise click.ClickException(error.text) from error
        if not old:
            click.echo("没有旧密钥")
            return
        versions = "、".join(map(str, old))
        record(session, Actor.command_line(), rotation.TRAILED, f"停用第 {versions} 版密钥", subject=f"vault:{vault.keys.current}")
        click.echo(f"第 {versions} 版密钥已移到 {vault.keys.folder / 'retired'}。请待旧备份全部过期后再销毁")
