"""Making and revoking tokens, and keeping the answers of requests that may be repeated."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from core.api.models import ApiAnswer, ApiToken
from core.api.queries import Holder
from core.api.rules import new_token, token_digest
from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor, utcnow
from core.extensions.phrases import phrase
from core.trail.models import PLATFORM
from core.trail.services import record
from core.units.models import Unit

MADE = phrase(N_("%(name)s建立访问令牌“%(title)s”，用于%(unit)s，%(days)s天"))
REVOKED = phrase(N_("%(name)s撤销访问令牌“%(title)s”"))
REFUSED = phrase(N_("拒绝访问令牌“%(title)s”（%(prefix)s…）：%(reason)s"))
#: what the trail calls the making, revoking and refusing of tokens
MAKE, REVOKE, REFUSE = "core:token:make", "core:token:revoke", "core:token:refuse"
LONGEST_DAYS = 366
#: an answer is kept for this long; a repeat after that is a new request
KEPT = dt.timedelta(days=7)
MOST_TOKENS = 20


def make_token(session: Session, account_id: uuid.UUID, title: str, unit: Unit, actions: Sequence[str],
               days: int, actor: Actor, *, able: Collection[str], standing: int = 0,
               tenant_id: str = PLATFORM) -> tuple[ApiToken, str]:
    """A new token and its text, which is shown this once. `able` are the actions the account itself has at or
    below the unit, `standing` how many tokens it has already."""
    title, fields = title.strip(), {}
    wanted = sorted(set(actions))
    if not 1 <= len(title) <= 80:
        fields["title"] = N_("请写明用途，80 字以内")
    if not wanted or not set(wanted) <= set(able):
        fields["actions"] = N_("请至少选一个您在该单位有权做的动作")
    if not 1 <= days <= LONGEST_DAYS:
        fields["days"] = N_("期限为 1 至 366 天")
    if fields:
        raise InvalidInput(fields=fields)
    if standing >= MOST_TOKENS:
        raise Conflict(N_("有效的访问令牌已有 %(count)s 个，请先撤销不用的"), count=standing)
    text, prefix = new_token()
    made = ApiToken(account_id=account_id, title=title, prefix=prefix, digest=token_digest(text), unit_id=unit.id,
                    actions=wanted, until=utcnow() + dt.timedelta(days=days))
    session.add(made)
    session.flush()  # the trail names the token's id
    record(session, actor, MAKE, MADE(name=actor.name, title=title, unit=unit.name, days=days),
           subject=f"token:{made.id}", tenant_id=tenant_id, unit_id=unit.id,
           after={"actions": wanted, "until": made.until.isoformat(timespec="seconds"), "prefix": prefix})
    return made, text


def revoke_token(session: Session, token: ApiToken, actor: Actor, *, tenant_id: str = PLATFORM) -> None:
    """End a token at once."""
    if token.revoked_at is not None:
        raise Conflict(N_("这个访问令牌已经撤销"))
    token.revoked_at = utcnow()
    record(session, actor, REVOKE, REVOKED(name=actor.name, title=token.title), subject=f"token:{token.id}",
           tenant_id=tenant_id, unit_id=token.unit_id)


def note_use(session: Session, token_id: uuid.UUID) -> None:
    """Note that a token has been used."""
    session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=utcnow()))


def note_refused(session: Session, token: Holder, reason: str, actor: Actor, *,
                 tenant_id: str = PLATFORM) -> None:
    """Note that a token that no longer holds was tried."""
    record(session, actor, REFUSE, REFUSED(title=token.title, prefix=token.prefix, reason=reason),
           subject=f"token:{token.token_id}", tenant_id=tenant_id, unit_id=token.unit_id, reason=reason)


def begin_answer(session: Session, account_id: uuid.UUID, key: str, digest: str) -> ApiAnswer:
    """Take the key for this request, in its own transaction; another that holds it makes this raise the
    database's IntegrityError once that one is done."""
    session.execute(delete(ApiAnswer).where(ApiAnswer.made_at < utcnow() - KEPT))
    taken = ApiAnswer(account_id=account_id, key=key, digest=digest, status=0, body="", headers={})
    session.add(taken)
    session.flush()  # the key's uniqueness decides between two requests now, not at the end
    return taken
