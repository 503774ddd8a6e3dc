"""How a tenant's messages go out: set by its administrator, judged by the same guard as every request to another system."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from core.config import Settings
from core.errors import N_, InvalidInput
from core.extensions import Actor, utcnow
from core.extensions.phrases import phrase
from core.outreach import queries
from core.outreach.channels import Channel, HttpGateway, Outbox
from core.outreach.models import Gateway
from core.outreach.permissions import Action
from core.outreach.rules.files import CSV, XLSX
from core.outreach.rules.words import GATEWAYS, HTTP, OUTBOX
from core.privacy.columns import sensitive_fields, triple
from core.privacy.vault import vault_of
from core.tenancy.queries import TenantPlace, get_tenant
from core.trail.services import record
from core.webhooks.queries import is_allowed
from core.webhooks.targets import check_target, parse_target

SET = phrase(N_("设置%(name)s短信通道：%(said)s"))
MOST = 500


@dataclass(frozen=True)
class Setting:
    """What an administrator enters. Without a secret the one that is there stays."""

    kind: str
    url: str = ""
    secret: str = field(default="", repr=False)
    chunk: int = 100
    file_kind: str = XLSX


def set_gateway(session: Session, tenant: TenantPlace, wanted: Setting, actor: Actor) -> Gateway:
    """Store it. An address in an inner network is refused unless the platform's administrator has allowed its host."""
    if wanted.kind not in dict(GATEWAYS) or wanted.file_kind not in (CSV, XLSX) or not 1 <= wanted.chunk <= MOST:
        raise InvalidInput(fields={"chunk": N_("一次 1 至 500 条")} if wanted.kind in dict(GATEWAYS) else {"kind": N_("请选择短信通道")})
    place = ""
    if wanted.kind == HTTP:
        target = parse_target(wanted.url)
        check_target(target, allowed=is_allowed(session, tenant.unit.path, target.host, target.port))
        place = target.place
    found = queries.find_gateway(session, tenant.id)
    if found is None:
        found = Gateway(tenant_id=tenant.id, unit_id=tenant.unit.id, kind=wanted.kind)
        session.add(found)
        session.flush()  # the secret is sealed for its id
    before: dict[str, object] = {"kind": found.kind, "place": parse_target(found.url).place if found.url else ""}
    found.kind, found.url, found.chunk, found.file_kind = wanted.kind, wanted.url if place else "", wanted.chunk, wanted.file_kind
    if wanted.secret or not place:
        found.secret_sealed = triple(vault_of(session), Gateway, "secret", found.id, wanted.secret if place else None)["secret_sealed"]
    found.changed_at, found.version = utcnow(), found.version + 1
    said = dict(GATEWAYS)[wanted.kind] + (f"（{place}）" if place else "")
    record(session, actor, Action.MESSAGE_MANAGE, SET(name=tenant.name, said=said),
           subject=f"core.gateways:{found.id}", tenant_id=tenant.id, unit_id=tenant.unit.id, before=before,
           after={"kind": wanted.kind, "place": place})
    return found


def channel_of(session: Session, settings: Settings, gateway: Gateway) -> Channel:
    """The channel as it is set up now."""
    if gateway.kind == OUTBOX:
        return Outbox()
    target, place = parse_target(gateway.url), get_tenant(session, gateway.tenant_id).unit
    secret = ""
    if gateway.secret_sealed is not None:
        secret = vault_of(session).open(sensitive_fields(Gateway)["secret"].purpose, gateway.id, gateway.secret_sealed)
    return HttpGateway(target, secret, is_allowed(session, place.path, target.host, target.port), gateway.chunk, settings.webhook_seconds)
