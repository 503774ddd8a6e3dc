"""`bangfu accounts`: the first accounts of a deployment, and help when nobody above is left."""

from __future__ import annotations

import click

from core.access.catalogue import catalogue
from core.accounts import services
from core.accounts.policy import Policy
from core.accounts.queries import find_by_login
from core.config import Settings
from core.errors import N_, NotFound
from core.extensions import Actor, Database, today
from core.host.manager import load
from core.units.queries import get_unit_by_code


@click.group(help="账号：任命管理员、重置登录")
def accounts() -> None:
    """Accounts from the server itself."""


@accounts.command("open", help="开立账号并任职；账号已有时只任职")
@click.argument("login")
@click.option("--name", default="", help="姓名（新账号必填）")
@click.option("--role", required=True, help="角色编码，例如 system_admin")
@click.option("--unit", "code", required=True, help="单位编码")
@click.pass_obj
def open_(builtins: tuple[object, ...], login: str, name: str, role: str, code: str) -> None:
    """Open an account and give it a role."""
    settings = Settings.from_env()
    host = load(settings, builtins)
    policy, actor, known = Policy.of(settings.options), Actor.command_line(), catalogue(host)
    database = Database(settings.database_url)
    with database.transaction() as session:
        account, password = find_by_login(session, login.strip().lower()), ""
        if account is None:
            account, password = services.open_account(session, login, name, actor, policy=policy, host=host)
        services.assign(session, account, role, get_unit_by_code(session, code), actor, known=known, since=today(),
                        policy=policy, host=host)
    database.dispose()
    click.echo(f"{login} 已任 {known.role_title(role)}" + (f"，初始密码 {password}" if password else ""))


@accounts.command(help="重置密码和第二因素，给出一次性初始密码")
@click.argument("login")
@click.option("--reason", required=True, help="怎样核实了本人身份")
def reset(login: str, reason: str) -> None:
    """A one-time password for somebody nobody above can help."""
    settings = Settings.from_env()
    database = Database(settings.database_url)
    with database.transaction() as session:
        account = find_by_login(session, login.strip().lower())
        if account is None:
            raise NotFound(N_("没有登录名为“%(login)s”的账号"), login=login)
        password = services.reset_account(session, account, Actor.command_line(), reason=reason,
                                          policy=Policy.of(settings.options))
    database.dispose()
    click.echo(f"{login} 的初始密码 {password}")
