"""`bangfu`, the administrator's tool; each slice brings its own commands."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import DBAPIError

from core import demo, migrations, privacy
from core.access.catalogue import catalogue
from core.access.services import sync_defaults
from core.accounts.commands import accounts
from core.app import BUILTINS, load_plugins
from core.auditing.commands import trail
from core.config import Settings
from core.errors import PlatformError
from core.extensions import Database
from core.host.manager import PluginHost
from core.jobs.commands import jobs
from core.privacy.commands import privacy as privacy_group
from core.synthetic.commands import generate, workbook
from core.tenancy.commands import plan, tenants
from core.units.commands import units


class Tool(click.Group):
    """Says the platform's own errors in one line instead of a traceback."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except PlatformError as error:
            raise click.ClickException(error.text) from error
        except DBAPIError as error:
            with platform() as (_, database, host):
                if not migrations.pending(database, host.migration_locations()):
                    raise
            raise click.ClickException("数据库还没有建好或不是最新，请先运行 bangfu db upgrade") from error


@click.group(cls=Tool, context_settings={"obj": BUILTINS},
             help="帮扶平台管理工具。数据库由 BANGFU_DATABASE_URL 指定，默认是 var/bangfu.sqlite3。")
@click.version_option(package_name="bangfu", prog_name="bangfu")
def main() -> None:
    """The root of all commands."""


main.add_command(units)
main.add_command(plan)
main.add_command(tenants)
main.add_command(trail)
main.add_command(jobs)
main.add_command(accounts)
main.add_command(privacy_group)


@contextmanager
def platform() -> Iterator[tuple[Settings, Database, PluginHost]]:
    """The settings, the database and the plugins of this machine."""
    settings = Settings.from_env()
    database = Database(settings.database_url)
    privacy.install(database, settings)
    try:
        yield settings, database, load_plugins(settings)
    finally:
        database.dispose()


def say(text: str) -> None:
    """One line of progress."""
    click.echo(f"· {text}", err=True)


@main.group(help="数据库")
def db() -> None:
    """The database."""


@db.command(help="把数据库升级到最新版本（SQLite 或 PostgreSQL）")
def upgrade() -> None:
    """Migrate whatever the settings name."""
    with platform() as (_, database, host):
        _migrate(database, host)


@db.command(help="检查数据库是否最新，退出码 0 或 1")
def check() -> None:
    """Exit with 1 while migrations are pending."""
    with platform() as (_, database, host):
        waiting = migrations.pending(database, host.migration_locations())
        click.echo("数据库已是最新" if not waiting else f"等待升级：{'、'.join(waiting)}，请运行 bangfu db upgrade")
        sys.exit(1 if waiting else 0)


def _migrate(database: Database, host: PluginHost) -> None:
    branches = host.migration_locations()
    if migrations.pending(database, branches):
        say("升级数据库结构")
        for slug, reason in migrations.upgrade(database, branches).items():
            say(f"插件 {slug} 的数据表没有升级成功，已隔离：{reason}")
            if host.find(slug) is not None:  # it may have gone with one it requires
                host.quarantine(slug, reason)
    with database.transaction() as session:
        sync_defaults(session, catalogue(host))


@main.group("demo", help="演示数据：真实区划、真实方案、虚构人员")
def demo_group() -> None:
    """The demo data."""


demo_group.add_command(generate)
demo_group.add_command(workbook)


@demo_group.command("load", help="载入缺少的演示数据")
def demo_load() -> None:
    """Migrate and load what is missing."""
    with platform() as (settings, database, host):
        _migrate(database, host)
        demo.load(database, host, settings.tenants_dir, say)


@demo_group.command("reset", help="清空本机 SQLite 数据库并重新载入演示数据")
def demo_reset() -> None:
    """Delete the SQLite file and load the demo again; refuses on a server."""
    settings = Settings.from_env()
    if not settings.database_url.startswith("sqlite"):
        raise click.ClickException("demo reset 只用于本机 SQLite。服务器数据库请由管理员自行清空。")
    demo.remove_sqlite(settings.database_url)
    with platform() as (settings, database, host):
        _migrate(database, host)
        demo.load(database, host, settings.tenants_dir, say)


@main.group("plugin", help="插件")
def plugin_group() -> None:
    """Plugins."""


@plugin_group.command("list", help="列出已安装和被隔离的插件")
def plugin_list() -> None:
    """Installed and quarantined plugins."""
    with platform() as (_, _database, host):
        for found in host.plugins:
            click.echo(f"{found.slug}\t{found.manifest.title}\t{found.manifest.version}")
        for out in host.quarantined:
            click.echo(f"{out.name}\t已隔离：{out.reason}")
        if not host.plugins and not host.quarantined:
            click.echo("没有安装插件")


@main.command(help="启动网站（只监听 127.0.0.1）")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, envvar="PORT", help="端口")
@click.option("--demo", "with_demo", is_flag=True, help="先载入演示数据并列出演示账号")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="进程数")
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True, help="每个进程的线程数")
def serve(port: int, with_demo: bool, workers: int, threads: int) -> None:
    """Migrate, load the demo when asked, and hand over to gunicorn."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise click.ClickException(f"端口 {port} 已被占用，请换一个：make run PORT={port + 1}") from error
    with platform() as (settings, database, host):
        _migrate(database, host)
        if with_demo:
            os.environ["BANGFU_DEMO"] = "1"
            accounts = demo.load(database, host, settings.tenants_dir, say)
            demo.announce(accounts, port)
        else:
            click.echo(f"帮扶平台：http://127.0.0.1:{port}/")
    sys.stdout.flush()
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread",
               "--workers", str(workers), "--threads", str(threads), "--log-level", "warning",
               "core.app:create_app()"]
    os.execv(sys.executable, command)  # noqa: S606  # our own interpreter with a fixed command
