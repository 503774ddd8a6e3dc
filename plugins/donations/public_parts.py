"""The plugin's parts of a county's public page: the sums, the projects, the needs, and where certificates are checked."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from core.extensions import today
from core.host.notices import PublicPart
from core.tenancy.queries import get_tenant
from core.web.filters import money
from plugins.donations.queries import needs as needs_queries
from plugins.donations.queries import public as queries


def parts(session: Session, tenant_id: str) -> list[PublicPart]:
    """What a county shows of giving; nothing where nothing was given and nothing is asked for."""
    code = get_tenant(session, tenant_id).unit.code
    sums = queries.sums(session, tenant_id)
    found = [_sums(sums), _projects(queries.projects(session, tenant_id)), _needs(session, tenant_id, code),
             _certificates(sums.certificates, code)]
    return [part for part in found if part is not None]


def _sums(found: queries.Sums) -> PublicPart | None:
    if not found.gifts:
        return None
    goods = ((gettext("收到物资"), gettext("折合 %(sum)s", sum=money(found.goods))),) if found.goods else ()
    return PublicPart(gettext("捐赠款物"), facts=(
        (gettext("收到捐款"), money(found.money)), *goods,
        (gettext("捐赠"), gettext("%(count)s 笔", count=found.gifts)), (gettext("已使用"), money(found.spent)),
        (gettext("账户结余"), money(found.balance))),
        note=gettext("捐赠全凭自愿，不设指标；捐赠款中不列支工作经费。"), order=20)


def _projects(found: list[queries.Progress]) -> PublicPart | None:
    if not found:
        return None
    rows = tuple((one.title, one.use, money(one.spent), gettext("已结束") if one.ended(today()) else gettext("进行中")) for one in found)
    return PublicPart(gettext("捐赠项目"), head=(gettext("项目"), gettext("用途"), gettext("已支出"), gettext("进度")), rows=rows, order=21)


def _needs(session: Session, tenant_id: str, code: str) -> PublicPart | None:
    count, amount, pledged = needs_queries.listed_sums(session, tenant_id)
    if not count:
        return None
    return PublicPart(gettext("认领需求"), url_for("donations-public.needs", code=code), (
        (gettext("公开过的需求"), gettext("%(count)s 项", count=count)), (gettext("所需金额"), money(amount)),
        (gettext("已认领"), money(pledged))), note=gettext("只公开项目编号、需求和金额。"), order=22)


def _certificates(count: int, code: str) -> PublicPart | None:
    if not count:
        return None
    return PublicPart(gettext("捐赠证书查验"), url_for("donations-public.certificates", code=code),
                      ((gettext("有效的证书"), gettext("%(count)s 份", count=count)),), order=23)
