"""Who is behind a change; every service takes one and hands it to the trail."""

from __future__ import annotations

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """A person at a screen, a command line or a job. `source` is `web`, `api`, `cli` or `job`."""

    account_id: uuid.UUID | None
    name: str
    role: str = ""
    source: str = "web"
    address: str = ""

    @classmethod
    def command_line(cls) -> Actor:
        """The administrator who runs `bangfu` on the server itself."""
        return cls(None, "命令行", role="platform_admin", source="cli")
