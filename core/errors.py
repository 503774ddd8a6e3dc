"""Every error the platform raises on purpose; `core.app` turns them into pages and JSON.

Messages are Chinese and are the keys of the English catalogue: mark them with `N_` and give the
variable parts as keyword parameters, so that they can be translated at the edge.
"""

from __future__ import annotations


def N_(message: str) -> str:
    """Mark a message for the catalogue without translating it yet."""
    return message


class PlatformError(Exception):
    """Something the platform refuses, with a message a clerk can act on.

    `message` may hold `%(name)s` places, filled from `params`. `fields` maps a form field to its own
    message.
    """

    status = 500
    title = N_("平台出错")

    def __init__(self, message: str = "", /, fields: dict[str, str] | None = None, **params: object) -> None:
        self.message = message or self.title
        self.params = params
        self.fields = fields or {}
        super().__init__(self.text)

    @property
    def text(self) -> str:
        """The message in Chinese with its parameters filled in."""
        return self.message % self.params if self.params else self.message


class NotFound(PlatformError):
    """No such record, or none within the caller's scope: the two look alike."""

    status = 404
    title = N_("没有找到")


class NotPermitted(PlatformError):
    """The record is in scope but the action is not allowed; `reason` says which rule refused."""

    status = 403
    title = N_("没有权限")


class NotSignedIn(PlatformError):
    """The caller has to sign in first."""

    status = 401
    title = N_("请先登录")


class InvalidInput(PlatformError):
    """What was entered cannot be accepted; nothing has been stored."""

    status = 422
    title = N_("填写有误")


class Conflict(PlatformError):
    """The state has moved on, or another record already stands there."""

    status = 409
    title = N_("状态已变化")


class RuleViolation(PlatformError):
    """A law or the plan says no; carries the rule, and the clause or document it comes from."""

    status = 409
    title = N_("不符合规定")

    def __init__(self, message: str = "", /, *, rule: str, clause: str = "", **params: object) -> None:
        self.rule = rule
        self.clause = clause
        super().__init__(message, None, **params)


class TenantScopeError(PlatformError):
    """Tenant rows were touched with no scope open, or outside the open scope: a programming error."""

    title = N_("未打开租户范围")


class PluginError(PlatformError):
    """A plugin is at fault; the platform goes on without it."""

    title = N_("插件出错")


class PluginLoadError(PluginError):
    """A plugin cannot be loaded: bad manifest, unknown hook, missing requirement."""


class PluginNotEnabled(NotFound):
    """The plugin is off for this tenant: its addresses do not exist."""


class ParameterError(PlatformError):
    """A plan parameter is missing, masked or wrong at the date asked for."""

    status = 409
    title = N_("方案参数不可用")

    def __init__(self, message: str = "", /, *, key: str = "", file: str = "", **params: object) -> None:
        self.key = key
        self.file = file
        super().__init__(message, None, **params)
