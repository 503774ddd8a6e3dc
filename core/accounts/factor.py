"""The second factor: a code by the clock (TOTP), and recovery codes for the day the telephone is lost."""

from __future__ import annotations

import base64
import datetime as dt
import io
import secrets
from collections.abc import Iterator

import pyotp
import segno
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core.access.catalogue import Catalogue
from core.access.rules import EVERYBODY
from core.access.viewer import Viewer
from core.accounts.models import Account, RecoveryCode
from core.accounts.rules import ALPHABET, approves
from core.accounts.vault import Security
from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor, utcnow
from core.extensions.phrases import phrase
from core.trail.services import record

SWITCHED_ON = phrase(N_("%(name)s启用了第二因素"))
CODES_GIVEN = phrase(N_("%(name)s领取了新的恢复码"))
CODE_USED = phrase(N_("%(name)s用恢复码登录，还剩%(left)s个"))
SWITCHED_OFF = phrase(N_("停用账号 %(login)s 的第二因素"))
CHANGED = "core:account:factor"
ISSUER = "帮扶平台"
RECOVERY_CODES = 10
STEP_SECONDS = 30
#: a telephone's clock may be one step before or behind
DRIFT = (0, -1, 1)


def is_required(viewer: Viewer, known: Catalogue, account: Account, security: Security, *, demo: bool) -> bool:
    """Whether this person has to have a second factor: somebody who approves or pays, by the rules of today.
    The made-up people of a demo are exempt, while it is one."""
    wanted = security.policy.second_factor
    if wanted == "optional" or (demo and account.demo):
        return False
    return wanted == "all" or approves(_actions_of(viewer, known))


def _actions_of(viewer: Viewer, known: Catalogue) -> Iterator[str]:
    """What the lines allow the roles the person holds, wherever it may be."""
    roles = {EVERYBODY, *viewer.rules.roles_played(grant.role for grant in viewer.grants)}
    for line in viewer.rules.lines:
        if line.eft == "allow" and line.act in ("approve", "*") and line.role in roles:
            yield from known.actions_of(line)


def begin_enrolment(account: Account, security: Security) -> str:
    """The key to put into the telephone: a new one unless one is waiting to be confirmed."""
    if account.factor_since is not None:
        raise Conflict(N_("第二因素已经启用，如要更换请先停用"))
    if account.factor_key is None:
        account.factor_key = security.seal(pyotp.random_base32(), str(account.id))
    return security.unseal(account.factor_key, str(account.id))


def picture(account: Account, key: str) -> str:
    """The key as a QR picture, in a form an <img> takes without another request."""
    address = pyotp.TOTP(key).provisioning_uri(name=account.login, issuer_name=ISSUER)
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="png", scale=5, border=3)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def confirm_enrolment(session: Session, account: Account, code: str, actor: Actor, security: Security) -> list[str]:
    """Switch the second factor on, once the telephone has shown that it has the key; the recovery codes, which
    are shown this once."""
    session.refresh(account, with_for_update=True)
    begin_enrolment(account, security)
    if not _take(account, code, security):
        raise InvalidInput(fields={"code": N_("验证码不对，请核对手机时间后再试")})
    account.factor_since = utcnow()
    record(session, actor, CHANGED, SWITCHED_ON(name=account.name), subject=f"account:{account.id}")
    return new_recovery_codes(session, account, actor, security)


def new_recovery_codes(session: Session, account: Account, actor: Actor, security: Security) -> list[str]:
    """A fresh sheet of recovery codes; the old ones are worth nothing from now on."""
    if account.factor_since is None:
        raise Conflict(N_("还没有启用第二因素"))
    codes = ["-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(2))
             for _ in range(RECOVERY_CODES)]
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    session.add_all(RecoveryCode(account_id=account.id, code_hash=_digest(account, code, security)) for code in codes)
    record(session, actor, CHANGED, CODES_GIVEN(name=account.name), subject=f"account:{account.id}")
    return codes


def check_code(session: Session, account: Account, code: str, actor: Actor, security: Security) -> bool:
    """Whether a code of the telephone, or a recovery code, opens the door. Each does so once."""
    session.refresh(account, with_for_update=True)  # the same code sent twice at a moment is taken once
    if account.factor_since is None:
        return False
    if _take(account, code, security):
        return True
    used = session.execute(
        update(RecoveryCode).where(RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None),
                                   RecoveryCode.code_hash == _digest(account, code, security))
        .values(used_at=utcnow()))
    if used.rowcount != 1:  # type: ignore[attr-defined]
        return False
    record(session, actor, CHANGED, CODE_USED(name=account.name, left=left_codes(session, account)),
           subject=f"account:{account.id}")
    return True


def left_codes(session: Session, account: Account) -> int:
    """How many recovery codes have not been used."""
    return session.scalar(select(func.count()).select_from(RecoveryCode).where(
        RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None))) or 0


def remove_factor(session: Session, account: Account, actor: Actor) -> None:
    """Switch the second factor off: by oneself with a code, or by the administrator above."""
    had = account.factor_since is not None
    account.factor_key, account.factor_since, account.factor_step = None, None, 0
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    if had:
        record(session, actor, CHANGED, SWITCHED_OFF(login=account.login), subject=f"account:{account.id}")


def _take(account: Account, code: str, security: Security) -> bool:
    """Take a code of this step, the one before or the next. None is taken twice, and none from before the last
    one taken: whoever looked over a shoulder comes too late."""
    digits = "".join(code.split())
    if len(digits) != 6 or not digits.isdecimal() or account.factor_key is None:
        return False
    clock = pyotp.TOTP(security.unseal(account.factor_key, str(account.id)))
    now = int(utcnow().replace(tzinfo=dt.UTC).timestamp()) // STEP_SECONDS
    for step in (now + drift for drift in DRIFT):
        if step > account.factor_step and pyotp.utils.strings_equal(clock.generate_otp(step), digits):
            account.factor_step = step
            return True
    return False


def _digest(account: Account, code: str, security: Security) -> str:
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return security.digest("recovery", f"{account.id}:{plain}")
