"""Other systems are told of a step by what it means: approved, returned, moved on."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from core.extensions import Actor
from core.host.contract import Event, EventSpec
from core.host.manager import PluginHost
from core.host.markers import hookimpl
from core.processes.events import EVENTS
from core.processes.services import take
from tests.core.processes.conftest import COUNTY_CLERK, SCHOOL_CLERK, Make
from tests.sample_plugin.processes import CERTIFICATE


class Listener:
    """A feature that hears what is emitted."""

    def __init__(self) -> None:
        self.heard: list[Event] = []

    @hookimpl
    def register_events(self) -> list[EventSpec]:
        return EVENTS

    @hookimpl
    def on_event_emitted(self, session: Session, tenant_id: str, event: Event) -> None:
        self.heard.append(event)


def test_steps_are_told_by_what_they_mean(jia: Session, make: Make) -> None:
    host, listener = PluginHost(), Listener()
    host.add_builtin(listener)
    made = make()

    def go(step: str, actor: Actor, **options: Any) -> None:
        take(jia, host, CERTIFICATE, made, step, actor, **options)

    go("submit", SCHOOL_CLERK)
    go("return", COUNTY_CLERK, reason="金额与收据不符")
    go("submit", SCHOOL_CLERK)
    go("issue", COUNTY_CLERK)
    assert [event.code for event in listener.heard] == [
        "core.record.moved", "core.record.returned", "core.record.moved", "core.record.approved"]
    assert listener.heard[-1].data == {"process": "sample.certificate", "record": str(made.id), "step": "issue",
                                       "from": "submitted", "to": "issued"}
    assert listener.heard[-1].unit_ids == (made.unit_id,)
