"""The section of a plan about publicity by several channels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import fields
from sqlalchemy.orm import Session

from core.errors import N_
from core.host.contract import Problem, SectionSpec
from core.outreach.rules.channels import Wanted
from core.outreach.rules.words import CHANNELS
from core.tenancy.grammar import grammar
from core.tenancy.grammar.fields import Count, EntrySchema, Word
from core.tenancy.parameters import effective
from core.tenancy.queries import TenantPlace, chain_of, entries_of_plans, running_plans

SECTION = "outreach"
_WORDS = dict(CHANNELS)


class OutreachSchema(EntrySchema):
    """`[[outreach]]`: by which channels a policy is made known, by how many at least, and whether messages need consent."""

    principal: ClassVar[tuple[str, ...]] = ("channels",)
    channels = fields.List(Word(tuple(_WORDS)), required=True)
    least = Count(least=1, most=len(CHANNELS))
    consent = fields.Boolean(load_default=False, truthy={True}, falsy={False})


def check(entries: list[dict[str, Any]]) -> list[Problem]:
    """No channel is named twice."""
    return [Problem(f"{entry['key']}.channels", "outreach-channels", "同一渠道写了两次", clause=entry.get("clause", ""))
            for entry in entries if isinstance(entry.get("channels"), list) and len(set(entry["channels"])) != len(entry["channels"])]


def describe(value: Mapping[str, Any]) -> str:
    """The entry in words."""
    channels = value.get("channels")
    said = "、".join(_WORDS.get(str(one), str(one)) for one in channels) if isinstance(channels, list) else ""
    least = f"，至少 {value['least']} 种" if isinstance(value.get("least"), int) else ""
    return said + least + ("；短信须先取得同意" if value.get("consent") is True else "")


SECTIONS = [SectionSpec(SECTION, N_("政策宣讲渠道"), OutreachSchema, check=check, describe=describe)]


def wanted(session: Session, tenant: TenantPlace, on: dt.date) -> Wanted | None:
    """What the nearest plan asks for; None where none says anything."""
    known, places = grammar(SECTIONS), chain_of(session, tenant.unit)
    plans = running_plans(session, [place.id for place in places], on)
    for place in reversed(places):
        rows = entries_of_plans(session, [plans[place.id]], SECTION) if place.id in plans else []
        for row in rows:
            found = effective(session, tenant, SECTION, row.code, on=on, known=known)
            if found is not None and isinstance(found.value.get("channels"), list):
                least = found.value.get("least")
                return Wanted(found.source.entry.clause, tuple(found.value["channels"]), least if isinstance(least, int) else None,
                              found.value.get("consent") is True)
    return None
