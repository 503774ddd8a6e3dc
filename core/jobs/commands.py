"""`bangfu jobs …`: working in a process of its own, and what there is to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from core.config import Settings
from core.errors import N_
from core.extensions import Database
from core.host.manager import load
from core.jobs import queries
from core.jobs.catalogue import title_of
from core.jobs.consumer import Bell, consumer_of
from core.jobs.models import State
from core.jobs.running import Parts
from core.jobs.worker import begin_periodic, run_due

WORDS = {State.WAITING: N_("等待"), State.RUNNING: N_("进行中"), State.DONE: N_("完成"), State.FAILED: N_("未完成"),
         State.CANCELLED: N_("已取消")}


@click.group(help="后台任务：默认由网站进程自己办理；设 BANGFU_JOBS=off 时由 bangfu jobs work 办理")
def jobs() -> None:
    """The commands about jobs."""


@contextmanager
def _parts() -> Iterator[Parts]:
    settings = Settings.from_env()
    database = Database(settings.database_url)
    try:
        yield Parts(settings, database, load(settings, click.get_current_context().find_root().obj or ()))
    finally:
        database.dispose()


@jobs.command("work", help="办理后台任务，直到收到停止信号；可以在多台机器上同时运行")
@click.option("--threads", type=click.IntRange(1, 64), default=2, show_default=True, help="同时办理几个任务")
@click.option("--once", is_flag=True, help="只办完现在到时的任务就退出，可由 cron 运行")
def work(threads: int, once: bool) -> None:
    """Work as a process of its own."""
    with _parts() as parts:
        if once:
            begin_periodic(parts)
            click.echo(f"办理 {run_due(parts)} 次")
            return
        bell = Bell(parts)
        bell.listen()
        click.echo(f"开始办理后台任务，{threads} 个线程")
        consumer_of(bell, threads, inside=False).run()


@jobs.command("list", help="列出最近的后台任务，包括平台自己的")
@click.option("--state", type=click.Choice(list(State)), help="只列这种状态")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="最多几个")
def list_command(state: str | None, limit: int) -> None:
    """Print the newest jobs of every tenant."""
    with _parts() as parts, parts.database.session() as session:
        for job in queries.newest(session, state, limit):
            click.echo("\t".join((str(job.id), job.tenant_id, WORDS[State(job.state)], title_of(parts.host, job.code),
                                  f"{job.done}/{job.total}" if job.total else "", job.sentence)))
