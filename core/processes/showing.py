"""What templates show of a record in its process: where it stands, the steps a person may go, and those it has gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, url_for
from werkzeug.routing import BuildError

from core.host.processes import Process, State, Step
from core.host.request import plugin_host
from core.processes import queries, services
from core.processes.models import ProcessMark
from core.processes.services import Offer
from core.web.request import db, viewer


@dataclass(frozen=True)
class Shown:
    """A record in its process, as far as the person who looks may see it."""

    process: Process
    record: Any
    state: State
    offers: tuple[Offer, ...]
    marks: tuple[ProcessMark, ...]

    def state_title(self, code: str) -> str:
        """How a state of the timeline is called."""
        return self.process.state(code).title

    def step_title(self, code: str) -> str:
        """How a step of the timeline is called."""
        return self.process.step_title(code)


def processes_of(known: Any) -> list[Process]:
    """Every process of a host, in the order people meet them."""
    found: list[Process] = known.registered("register_processes")
    return found


def find_process(code: str) -> Process | None:
    """A process of the running app by code."""
    return next((process for process in processes_of(plugin_host()) if process.code == code), None)


def shown(process: Process | str, record: Any) -> Shown:
    """The record for the signed-in person."""
    found = find_process(process) if isinstance(process, str) else process
    assert found is not None, f"nobody registered the process {process}"
    marks = queries.marks_of(db(), found, record.tenant_id, record.id)
    offers = services.steps_open(db(), found, record, viewer())
    return Shown(found, record, found.state(record.state), tuple(offers), tuple(marks))


def page_of(process: Process, record: Any, code: str) -> str:
    """The address of a record's page: its own, or that of its ledger; none where it has neither."""
    if process.page is not None:
        return process.page(record, code)
    ledger = next((one for one in plugin_host().registered("register_ledgers") if one.process == process), None)
    if ledger is None:
        return ""
    try:
        return url_for(f"{ledger.endpoint}.detail", code=code, record_id=record.id)
    except BuildError:
        return ""


def step_url(process: Process, step: str, code: str, record_id: Any = None) -> str:
    """Where a step is sent: of one record, or of many."""
    if record_id is None:
        return url_for(f"{process.endpoint}.many_{step}", code=code)
    return url_for(f"{process.endpoint}.take_{step}", code=code, record_id=record_id)


def steps_for_many(process: Process) -> list[Step]:
    """The steps that this person may go for many records at once, here."""
    return [step for step in process.steps if step.bulk and viewer().allowed(step.action)]


def install(app: Flask) -> None:
    """For every template: `process_shown(process, record)` and the addresses."""
    app.jinja_env.globals.update(process_shown=shown, process_page=page_of, process_step_url=step_url,
                                 steps_for_many=steps_for_many)
