"""Setting providers up: what may be entered, and what may change once people are linked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

from sqlalchemy.orm import Session

from core.accounts.providers import queries
from core.accounts.providers.models import Provider
from core.accounts.providers.queries import Placed
from core.accounts.providers.rules import address_fault, home_fault
from core.accounts.vault import Security
from core.errors import N_, Conflict, InvalidInput
from core.extensions import Actor, new_id
from core.extensions.phrases import phrase
from core.trail.services import record
from core.units.models import Unit

ADDED = phrase(N_("为%(unit)s增加身份提供方“%(provider)s”"))
TESTED = phrase(N_("测试与“%(name)s”的连接"))
SET = "core:provider:manage"
_WORD = re.compile(r"[A-Za-z0-9._:/-]+")
_LONGEST = {"name": 40, "issuer": 300, "client_id": 200, "scopes": 200, "link_claim": 60, "factor_values": 300,
            "home": 200, "contact": 200}


@dataclass(frozen=True)
class Setup:
    """What is entered of a provider; an empty secret keeps the one there is."""

    name: str
    issuer: str
    client_id: str
    scopes: str
    link_claim: str
    factor_values: str
    home: str
    contact: str
    client_secret: str = ""

    @classmethod
    def of(cls, form: Mapping[str, str]) -> Setup:
        """As a form brings it, without the spaces around."""
        found = {item.name: " ".join(form.get(item.name, "").split()) for item in fields(cls)}
        found["client_secret"] = form.get("client_secret", "").strip()
        found["scopes"] = found["scopes"] or "openid"
        found["home"] = found["home"].rstrip("/")
        return cls(**found)

    def faults(self, hosts: frozenset[str]) -> dict[str, str]:
        """What is wrong with it, by field."""
        found = {name: N_("太长") for name, most in _LONGEST.items() if len(getattr(self, name)) > most}
        if not self.name:
            found["name"] = N_("请填写名称，登录页的按钮上要用")
        if not self.client_id or not self.client_id.isascii():
            found["client_id"] = N_("请填写提供方分配的客户端编号")
        if len(self.client_secret) > 500 or not self.client_secret.isascii():
            found["client_secret"] = N_("客户端密钥太长，或含有中文字符")
        fault = address_fault(self.issuer, hosts) or (N_("地址里不能有 ? 后的部分") if "?" in self.issuer else None)
        if fault:
            found["issuer"] = fault
        fault = home_fault(self.home) if self.home else None
        if fault:
            found["home"] = fault
        if "openid" not in self.scopes.split():
            found["scopes"] = N_("范围里必须有 openid")
        for name in ("scopes", "factor_values", "link_claim"):
            if not all(_WORD.fullmatch(word) for word in getattr(self, name).split()):
                found[name] = N_("只能用字母、数字和 . _ : / -，多个之间用空格")
        if " " in self.link_claim or self.link_claim == "sub":
            found["link_claim"] = N_("只写一个字段名；sub 不用写在这里")
        return found


def add(session: Session, place: Unit, setup: Setup, actor: Actor, security: Security, *, tenant_id: str) -> Provider:
    """A new provider of a unit; it is off until somebody switches it on."""
    _check(setup, security)
    made = Provider(id=new_id(), unit_id=place.id, active=False, client_secret="")
    _fill(made, setup, security)
    session.add(made)
    session.flush()  # its address is shown at once
    record(session, actor, SET, ADDED(unit=place.name, provider=made.name), subject=f"provider:{made.id}",
           unit_id=place.id, tenant_id=tenant_id, after=_shown(made))
    return made


def change(session: Session, placed: Placed, setup: Setup, seen: str, actor: Actor, security: Security, *,
           tenant_id: str) -> None:
    """Change a provider that was last seen in a version. A subject means nothing at another issuer, so the issuer
    stays while anybody is linked."""
    found = placed.provider
    if seen != str(found.version):
        raise Conflict(N_("有人刚刚改过这个身份提供方，请核对后再改"))
    _check(setup, security)
    if queries.count_links(session, found) and setup.issuer != found.issuer:
        raise InvalidInput(fields={"issuer": N_("已有账号关联，发行者地址不能改；请另增加一个提供方")})
    if setup.link_claim != found.link_claim and queries.count_waiting(session, found):
        raise InvalidInput(fields={"link_claim": N_("还有账号等待按这个字段关联，请先解除")})
    before = _shown(found)
    _fill(found, setup, security)
    record(session, actor, SET, f"修改身份提供方“{found.name}”{'，更换了客户端密钥' if setup.client_secret else ''}",
           subject=f"provider:{found.id}", unit_id=placed.unit_id, tenant_id=tenant_id, before=before,
           after=_shown(found))


def switch(session: Session, placed: Placed, actor: Actor, *, on: bool, tenant_id: str) -> None:
    """Switch a provider on or off; with it off, the browsers it has let in are out at once."""
    if placed.provider.active != on:
        placed.provider.active = on
        record(session, actor, SET, f"{'启用' if on else '停用'}身份提供方“{placed.provider.name}”",
               subject=f"provider:{placed.provider.id}", unit_id=placed.unit_id, tenant_id=tenant_id)


def note_test(session: Session, placed: Placed, actor: Actor, result: str, *, tenant_id: str) -> None:
    """Note that the connection was tested, and how that went."""
    record(session, actor, SET, TESTED(name=placed.provider.name), subject=f"provider:{placed.provider.id}",
           unit_id=placed.unit_id, tenant_id=tenant_id, reason=result)


def _check(setup: Setup, security: Security) -> None:
    faults = setup.faults(security.policy.inner_hosts)
    if faults:
        raise InvalidInput(fields=faults)


def _fill(provider: Provider, setup: Setup, security: Security) -> None:
    for name in _LONGEST:
        setattr(provider, name, getattr(setup, name))
    if setup.client_secret:
        provider.client_secret = security.seal(setup.client_secret, str(provider.id))


def _shown(provider: Provider) -> dict[str, object]:
    return {name: getattr(provider, name) for name in _LONGEST}
