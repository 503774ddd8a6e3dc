"""Which jobs the running platform can do, and whose they are."""

from __future__ import annotations

from dataclasses import dataclass

from core.host.contract import JobSpec
from core.host.manager import PluginHost
from core.jobs.models import Job

CORE = "core"


@dataclass(frozen=True)
class Known:
    """A job with the slug of the plugin it belongs to; core's own have "core"."""

    owner: str
    spec: JobSpec


def known_jobs(host: PluginHost) -> dict[str, Known]:
    """Every job that can be run here, by its code."""
    return {spec.code: Known(owner, spec) for owner, spec in host.registered_by("register_jobs")}


def title_of(host: PluginHost, code: str) -> str:
    """The title officials read, or the bare code of a job whose plugin is gone."""
    known = known_jobs(host).get(code)
    return known.spec.title if known else code


def about_of(host: PluginHost, job: Job) -> str:
    """What tells a job from others of its kind, or nothing."""
    known = known_jobs(host).get(job.code)
    return known.spec.about(host, job.arguments) if known is not None and known.spec.about is not None else ""


def hidden_codes(host: PluginHost) -> list[str]:
    """Housekeeping that is on nobody's list."""
    return [code for code, known in known_jobs(host).items() if not known.spec.visible]
