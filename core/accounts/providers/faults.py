"""Why a sign-in with a provider did not come about: what the person is told, and what the trail says."""

from __future__ import annotations

from core.accounts.models import Account
from core.errors import N_, PlatformError

UNREACHABLE = N_("统一身份认证没有应答，登录没有完成。请稍后再试，或用密码登录。")
MISSET = N_("统一身份认证的设置有误，登录没有完成。请告诉管理员，或用密码登录。")
UNPROVEN = N_("统一身份认证给出的凭证没有通过核验，登录没有完成。请从登录页重新开始。")
STALE = N_("这次登录已经用过、已经过期，或者不是从本浏览器开始的。请从登录页重新开始。")
DENIED = N_("您在统一身份认证页面取消了登录，或者对方没有同意。")
NOBODY = N_("统一身份认证确认了您的身份，但本平台没有可以用它登录的账号。")


class ProviderFault(PlatformError):
    """A sign-in with a provider came to nothing. `message` is one of the sentences above, which tell nothing of
    accounts; `reason` is for the trail and for whoever sets the provider up."""

    status = 400
    title = N_("登录没有完成")

    def __init__(self, message: str, reason: str, *, status: int = 400) -> None:
        self.reason = reason
        self.status = status
        super().__init__(message)


class NoAccount(ProviderFault):
    """The provider vouches for somebody who has no account here, or none that may be used: these look alike."""

    def __init__(self, reason: str, account: Account | None = None) -> None:
        self.account = account
        super().__init__(NOBODY, reason, status=403)
