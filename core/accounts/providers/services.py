"""Linking accounts to a provider, unlinking them, and finding the account somebody comes back for.

No account is ever made here: it has to stand already, and to be linked by its administrator or by the person.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.accounts.attempts import locked_until
from core.accounts.models import Account, AccountSession
from core.accounts.providers import queries
from core.accounts.providers.client import Proven
from core.accounts.providers.faults import NoAccount, ProviderFault
from core.accounts.providers.models import Identity, Origin
from core.accounts.providers.queries import Placed
from core.accounts.providers.rules import first_value, hint_of, plain_value
from core.accounts.queries import get_account, home_tenant, list_posts
from core.accounts.vault import Security
from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor, utcnow
from core.extensions.phrases import phrase
from core.trail.services import record

LINKED = phrase(N_("把账号 %(login)s 关联到“%(name)s”（%(hint)s）"))
UNLINKED = phrase(N_("解除账号 %(login)s 与“%(name)s”的关联"))
REFUSED = phrase(N_("用“%(name)s”登录被拒绝"))
LINK, UNLINK, SIGN_IN = "core:identity:link", "core:identity:unlink", "core:account:sign_in"
#: a longer token is not kept for signing out at the provider: it then asks for itself
LONGEST_TOKEN = 6000


def subject_hash(placed: Placed, subject: str, security: Security) -> str:
    """What stands for a subject; another provider's same subject has another."""
    return security.digest("subject", f"{placed.provider.id}:{subject}")


def first_hash(placed: Placed, value: str, security: Security) -> str:
    """What stands for a value of the linking claim."""
    claim = placed.provider.link_claim
    return security.digest("first", f"{placed.provider.id}:{claim}:{plain_value(claim, value)}")


def link(session: Session, placed: Placed, account: Account, subject: str, actor: Actor, security: Security) -> Identity:
    """Link an account to a subject of a provider: one subject, one account, and the other way round."""
    digest = subject_hash(placed, subject, security)
    taken = queries.find_by_subject(session, placed.provider, digest)
    if taken is not None and taken.account_id != account.id:
        raise Conflict(N_("这个身份已经关联了别的账号，请联系管理员"))
    _check_trusted(session, placed, account)
    found = _place(session, placed, account, hint_of(subject), actor)
    found.subject_hash, found.first_hash = digest, None
    _note(session, LINK, placed, account, actor, LINKED(login=account.login, name=placed.provider.name, hint=found.hint))
    return found


def expect(session: Session, placed: Placed, account: Account, value: str, actor: Actor, security: Security) -> Identity:
    """Note which value of the linking claim the person of an account will come with the first time."""
    if not placed.provider.link_claim:
        raise InvalidInput(fields={"value": N_("这个提供方没有设置首次关联的字段，请填写 sub")})
    digest = first_hash(placed, value, security)
    taken = queries.find_waiting(session, placed.provider, digest)
    if taken is not None and taken.account_id != account.id:
        raise Conflict(N_("这个值已经登记给了别的账号"))
    _check_trusted(session, placed, account)
    found = _place(session, placed, account, hint_of(plain_value(placed.provider.link_claim, value)), actor)
    found.first_hash = digest
    _note(session, LINK, placed, account, actor,
          f"登记账号 {account.login} 在“{placed.provider.name}”首次登录时按 {placed.provider.link_claim} 关联（{found.hint}）")
    return found


def unlink(session: Session, placed: Placed, account: Account, actor: Actor) -> None:
    """Part an account from a provider; the browsers that the provider has let in are signed out."""
    found = queries.find_identity(session, placed.provider, account.id)
    if found is None:
        raise Conflict(N_("账号没有关联这个身份提供方"))
    browsers = select(Origin.session_id).where(Origin.identity_id == found.id)
    session.execute(update(AccountSession).where(AccountSession.id.in_(browsers), AccountSession.ended_at.is_(None))
                    .values(ended_at=utcnow()))
    session.execute(update(Origin).where(Origin.identity_id == found.id).values(id_token=""))
    session.delete(found)
    _note(session, UNLINK, placed, account, actor, UNLINKED(login=account.login, name=placed.provider.name))


def account_of(session: Session, placed: Placed, proven: Proven, actor: Actor, security: Security
               ) -> tuple[Account, Identity]:
    """The account that a proven subject signs in to; raises NoAccount, with the reason for the trail alone."""
    found = queries.find_by_subject(session, placed.provider, subject_hash(placed, proven.subject, security))
    first = found is None
    if found is None:
        value = first_value(placed.provider.link_claim, proven.claims) if placed.provider.link_claim else ""
        found = queries.find_waiting(session, placed.provider, first_hash(placed, value, security)) if value else None
    if found is None:
        raise NoAccount("没有账号关联这个身份")
    account = get_account(session, found.account_id)
    why = why_not(session, placed, account, security)
    if why:
        raise NoAccount(why, account)
    if first:
        person = replace(actor, account_id=account.id, name=account.name)
        found.subject_hash, found.first_hash = subject_hash(placed, proven.subject, security), None
        _note(session, LINK, placed, account, person,
              f"账号 {account.login} 首次用“{placed.provider.name}”登录，按 {placed.provider.link_claim} 关联")
    found.used_at = utcnow()
    return account, found


def why_not(session: Session, placed: Placed, account: Account, security: Security) -> str:
    """Why an account may not be signed in to by a provider, for the trail; "" when it may."""
    if not account.active:
        return "账号已停用"
    if locked_until(session, security.digest("login", account.login)):
        return "账号因输错密码正在锁定"
    if account.first_until is not None and account.first_until <= utcnow():
        return "初始密码已过期"
    if not placed.trusts(list_posts(session, account.id)):
        return "账号在提供方的单位及以下没有任职"
    return ""


def keep_origin(session: Session, browser: AccountSession, identity: Identity, security: Security, *, strong: bool,
                proven: Proven | None) -> None:
    """Keep how a browser was signed in, and what signing out at the provider will need. What earlier browsers of
    the account kept for that, and need no more, goes."""
    over = select(AccountSession.id).where(AccountSession.account_id == browser.account_id,
                                           AccountSession.ended_at.is_not(None))
    session.execute(update(Origin).where(Origin.session_id.in_(over), Origin.id_token != "").values(id_token=""))
    kept = proven.id_token if proven and proven.sign_out_at and len(proven.id_token) <= LONGEST_TOKEN else ""
    session.add(Origin(session_id=browser.id, identity_id=identity.id, strong=strong,
                       sign_out_at=proven.sign_out_at if proven else "",
                       id_token=security.seal(kept, str(browser.id)) if kept else ""))


def note_refused(session: Session, placed: Placed | None, fault: ProviderFault, actor: Actor) -> None:
    """Note a sign-in with a provider that came to nothing, where its unit, or the account's, will see it."""
    account = getattr(fault, "account", None)
    name = placed.provider.name if placed else "未知的提供方"
    tenant = queries.tenant_at(session, placed.path) if placed else home_tenant(session, None)
    record(session, actor, SIGN_IN, REFUSED(name=name), reason=fault.reason, unit_id=placed.unit_id if placed else None,
           subject=f"account:{account.id}" if account else "account:unknown",
           tenant_id=home_tenant(session, account.id) if account else tenant)


def _place(session: Session, placed: Placed, account: Account, hint: str, actor: Actor) -> Identity:
    found = queries.find_identity(session, placed.provider, account.id)
    if found is not None and found.subject_hash is not None:
        raise Conflict(N_("账号 %(login)s 已经关联了这个身份提供方，请先解除"), login=account.login)
    if found is None:
        found = Identity(provider_id=placed.provider.id, account_id=account.id)
        session.add(found)
    found.hint, found.linked_by, found.linked_at = hint, actor.name[:80], utcnow()
    return found


def _check_trusted(session: Session, placed: Placed, account: Account) -> None:
    if not placed.trusts(list_posts(session, account.id, ahead=True)):
        raise InvalidInput(fields={"login": N_("这个账号在提供方的单位及以下没有任职")})


def _note(session: Session, action: str, placed: Placed, account: Account, actor: Actor, sentence: str) -> None:
    record(session, actor, action, sentence, subject=f"account:{account.id}", unit_id=placed.unit_id,
           tenant_id=home_tenant(session, account.id))


def origin_token(origin: Origin, security: Security) -> str:
    """The token that the provider gave for a browser, if it was kept."""
    return security.unseal(origin.id_token, str(origin.session_id)) if origin.id_token else ""
