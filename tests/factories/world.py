"""A small province at work: the tree of `make_tree`, four tenants, a dozen made-up people.

The sample plugin is on in 甲县 and 测试省's other tenants' neighbour 丙县, and off in 乙县.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from core.access.catalogue import Catalogue, catalogue
from core.access.services import sync_defaults
from core.accounts.passwords import hash_password
from core.accounts.services import assign, store_account
from core.extensions import Actor
from core.host.manager import PluginHost
from core.host.models import PluginSwitch
from core.tenancy.models import Tenant
from core.units.models import Unit
from tests.factories.units import make_tree

PASSWORD = "test-password-1"
SINCE = dt.date(2015, 1, 1)
ACTOR = Actor.command_line()
TENANTS = ("00", "99", "990101", "990102", "990201")
#: login → (role, code of the unit)
PEOPLE = {
    "province-admin": ("platform_admin", "99"),
    "province-bureau": ("province_bureau", "99"),
    "province-auditor": ("auditor", "99"),
    "city-bureau": ("city_bureau", "9901"),
    "city-auditor": ("auditor", "9901"),
    "jia-admin": ("tenant_admin", "990101"),
    "jia-approver": ("plan_approver", "990101"),
    "jia-aid": ("aid_centre", "990101"),
    "jia-discipline": ("discipline", "990101"),
    "jia-education": ("basic_education", "990101-O01"),
    "jia-central": ("central_school", "990101100"),
    "jia-school": ("school_clerk", "990101-S01"),
    "jia-general": ("general_office", "990101-S01"),
    "yi-admin": ("tenant_admin", "990102"),
    "yi-approver": ("plan_approver", "990102"),
    "yi-aid": ("aid_centre", "990102"),
    "yi-school": ("school_clerk", "990102-S01"),
}


def make_world(session: Session, host: PluginHost) -> dict[str, Unit]:
    """Fill an empty database; commits nothing."""
    units = make_tree(session)
    for code in TENANTS:
        session.add(Tenant(id=code, unit_id=units[code].id, founded_on=SINCE))
    session.flush()  # switches and assignments refer to them
    known = catalogue(host)
    sync_defaults(session, known)
    _people(session, units, known)
    for plugin in host.plugins:
        for code in ("990101", "990201"):
            session.add(PluginSwitch(tenant_id=code, plugin=plugin.slug, on=True, changed_by="测试"))
    session.flush()  # a test may read the switches at once
    return units


def _people(session: Session, units: dict[str, Unit], known: Catalogue) -> None:
    hashed = hash_password(PASSWORD)
    for number, (login, (role, code)) in enumerate(PEOPLE.items()):
        account = store_account(session, login, f"测试{number + 1:02d}", hashed, ACTOR)
        assign(session, account, role, units[code], ACTOR, known=known, since=SINCE)
