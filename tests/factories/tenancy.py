"""Profiles as text, and plans applied from them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import Session

from core.extensions import Actor
from core.host.manager import PluginHost
from core.tenancy.grammar import Checked, UnitFact, check, grammar
from core.tenancy.grammar.directory import Units
from core.tenancy.models import Plan
from core.tenancy.queries import TenantPlace, get_tenant
from core.tenancy.services import apply_from_command_line

HEAD = """schema = 1

[tenant]
unit = "{unit}"
name = "{name}"
{place}
[[document]]
title = "{title}"
starts = {starts}

[[clause]]
id = "一"
text = "按方案执行"
"""
#: the units that a profile of the factory may name
KNOWN = Units(
    UnitFact("00", "全国", "country"),
    UnitFact("99", "测试省", "province", parent="00"),
    UnitFact("9901", "测试市", "city", parent="99"),
    UnitFact("990101", "甲县", "county", parent="9901"),
    UnitFact("990102", "乙县", "county", parent="9901"),
)
DAYS = """
[[value]]
code = "publicity.days"
name = "公示天数"
clause = "一"
value = {days}
unit = "{unit}"
mode = "{mode}"
"""


def profile_text(*sections: str, unit: str = "990101", name: str = "甲县", place: str = "", title: str = "甲县方案",
                 starts: str = "2016-09-01") -> str:
    """A sound profile with these sections added."""
    head = HEAD.format(unit=unit, name=name, place=place, title=title, starts=starts)
    return head + "".join(section if section.startswith("\n") else "\n" + section for section in sections)


def days(number: int, mode: str = "open", unit: str = "工作日") -> str:
    """A `[[value]]` for the days of publicity."""
    return DAYS.format(days=number, mode=mode, unit=unit)


def checked(*sections: str, **head: str) -> Checked:
    """The outcome of checking a profile with these sections."""
    return check(profile_text(*sections, **head), "profile.toml", grammar(), directory=KNOWN)


def apply_plan(session: Session, text: str, host: PluginHost | None = None, file: str = "plan.toml") -> Plan:
    """Apply a profile as the command line does."""
    return apply_from_command_line(session, host or PluginHost(), text.encode(), file, Actor.command_line())[0]


def tenant_with_plan(session: Session, *sections: str, unit: str = "990101", name: str = "甲县",
                     host: PluginHost | None = None) -> TenantPlace:
    """A unit of the test tree made a tenant by its first plan."""
    plan = apply_plan(session, profile_text(*sections, unit=unit, name=name, title=f"{name}方案"), host)
    return get_tenant(session, plan.tenant_id)


def write(folder: Path, name: str, text: str) -> Path:
    """A profile as a file."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
