"""Who may give which role where, who may help whom, and which roles never come together."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.access.catalogue import Catalogue
from core.access.models import Assignment
from core.access.permissions import OFFICERS, Action, Role
from core.access.viewer import Viewer
from core.accounts import queries
from core.accounts.models import Account
from core.accounts.policy import Policy
from core.accounts.queries import Post
from core.accounts.rules import CLAUSE, approves, clashing_role, lacking
from core.errors import N_, InvalidInput, NotFound, NotPermitted, RuleViolation
from core.extensions import today
from core.units.models import Unit
from core.units.rules.levels import RANK


def check_giver(viewer: Viewer, account_id: uuid.UUID | None, role: str, place: Unit, known: Catalogue) -> None:
    """Refuse a role that is above its giver's own, outside of their scope, or for themselves."""
    if not viewer.allowed(Action.ACCOUNT_MANAGE, place):
        raise NotPermitted(N_("您不能管理“%(unit)s”的账号"), unit=place.name)
    if account_id == viewer.account_id:
        raise NotPermitted(N_("不能给自己任职，请由上级管理员办理"))
    own = viewer.roles_at(place.path)
    if role in OFFICERS and Role.PLATFORM_ADMIN not in own:
        raise RuleViolation(N_("系统、安全、审计管理员由平台管理员或在服务器上用命令任命"), rule="officers-appointed", clause=CLAUSE)
    if role not in OFFICERS and role != Role.PLATFORM_ADMIN and Role.SYSTEM_ADMIN in own:
        return  # accounts are the system administrator's whole task, and nothing else is
    missing = lacking(actions_of_role(viewer, role, place, known), lambda action: viewer.allowed(action, place))
    if missing:
        raise NotPermitted(N_("“%(role)s”高于您自己的职权，您没有：%(actions)s"), role=known.role_title(role),
                           actions="、".join(known.action_title(code) for code in missing))


def may_give(viewer: Viewer, role: str, place: Unit, known: Catalogue) -> bool:
    """The same as yes or no, for drop-downs: at a unit or somewhere below it."""
    levels = known.roles[role].levels
    if levels and all(RANK[level] < RANK[place.level] for level in levels):
        return False
    try:
        check_giver(viewer, None, role, place, known)
    except (NotPermitted, RuleViolation):
        return False
    return True


def roles_to_give(viewer: Viewer, place: Unit, known: Catalogue) -> list[str]:
    """The roles this person may give at a unit or somewhere below it."""
    return [code for code in known.roles if may_give(viewer, code, place, known)]


def actions_of_role(viewer: Viewer, role: str, place: Unit, known: Catalogue) -> list[str]:
    """What a role alone may do at a unit."""
    return [code for code in known.actions if viewer.rules.decide(frozenset({role}), place.path, code).allowed]


def check_apart(session: Session, account: Account, role: str, known: Catalogue, policy: Policy) -> None:
    """Refuse a role that may not stand in one hand with another, whenever either of them holds."""
    if role == Role.PLATFORM_ADMIN and policy.platform_admin == "no":
        raise RuleViolation(N_("本部署不设平台管理员：由系统、安全、审计管理员分别办理"), rule="platform-admin-off", clause=CLAUSE)
    session.execute(select(Account.id).where(Account.id == account.id).with_for_update())  # one role at a time
    held = session.scalars(select(Assignment.role).where(
        Assignment.account_id == account.id,
        or_(Assignment.valid_to.is_(None), Assignment.valid_to > today())))
    other = clashing_role(role, held)
    if other is not None:
        raise RuleViolation(N_("三员分立：%(name)s已任“%(other)s”，不能再任“%(role)s”"), rule="officers-apart", clause=CLAUSE,
                            name=account.name, other=known.role_title(other), role=known.role_title(role))


def account_in_scope(session: Session, viewer: Viewer, account_id: uuid.UUID) -> tuple[Account, list[Post]]:
    """An account with a post where this person manages accounts, and all its posts; any other does not exist."""
    account = queries.find_account(session, account_id)
    posts = queries.list_posts(session, account_id, ahead=True)
    reach = viewer.reach(Action.ACCOUNT_MANAGE)
    if account is None or not any(reach.holds(post.path) for post in posts):
        raise NotFound(N_("没有这个账号，或者它不在您的范围内"))
    return account, posts


def check_changer(viewer: Viewer, account: Account, posts: Iterable[Post]) -> None:
    """An account is changed by those who manage all that its holder holds, and by nobody for themselves."""
    if account.id == viewer.account_id:
        raise NotPermitted(N_("不能修改自己的账号，请由上级管理员办理"))
    reach = viewer.reach(Action.ACCOUNT_MANAGE)
    if not all(reach.holds(post.path) for post in posts):
        raise NotPermitted(N_("%(name)s还有您不能管理的任职"), name=account.name)


def check_leaver(viewer: Viewer, account: Account, posts: Iterable[Post], top: Unit) -> None:
    """Somebody's leaving is for those who manage all that ends by it, and for nobody on their own behalf."""
    if account.id == viewer.account_id:
        raise NotPermitted(N_("不能为自己办理离任，请由上级管理员办理"))
    reach = viewer.reach(Action.ACCOUNT_MANAGE)
    if not all(reach.holds(post.path) for post in posts if post.path.startswith(top.path)):
        raise NotPermitted(N_("%(name)s还有您不能管理的任职"), name=account.name)


def account_to_give(session: Session, viewer: Viewer, login: str) -> Account:
    """The account of a login that may be given another role: one in scope, or one that holds nothing."""
    account = queries.find_by_login(session, login)
    posts = queries.list_posts(session, account.id, ahead=True) if account else []
    reach = viewer.reach(Action.ACCOUNT_MANAGE)
    if account is None or not account.active or (posts and not any(reach.holds(post.path) for post in posts)):
        raise InvalidInput(fields={"login": N_("没有这个登录名，或者它不在您的范围内；新账号请同时填写姓名")})
    return account


def check_helper(viewer: Viewer, account: Account, posts: Iterable[Post], known: Catalogue) -> None:
    """Help with signing in comes from above: whoever gives a new password could use it themselves. So every
    post must lie within the helper's scope, and one that approves or manages strictly below the helper's own
    unit."""
    if account.id == viewer.account_id:
        raise NotPermitted(N_("不能重置自己的密码，请联系上级管理员"))
    reach = viewer.reach(Action.ACCOUNT_MANAGE)
    tops = [grant.path for grant in viewer.grants
            if viewer.rules.decide(frozenset({grant.role}), grant.path, Action.ACCOUNT_MANAGE).allowed]
    for post in posts:
        above = any(post.path.startswith(top) and post.path != top for top in tops)
        can = [code for code in known.actions if viewer.rules.decide(frozenset({post.role}), post.path, code).allowed]
        weighty = approves(can) or bool(lacking(can, lambda _: False))
        if not reach.holds(post.path) or (weighty and not above and Role.PLATFORM_ADMIN not in viewer.roles_at(post.path)):
            raise NotPermitted(N_("%(name)s在“%(unit)s”任“%(role)s”，要由更上一级的管理员重置"), name=account.name,
                               unit=post.unit_name, role=known.role_title(post.role))
