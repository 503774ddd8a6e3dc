"""Background work: sending the messages of a campaign."""

from __future__ import annotations

from core.errors import N_
from core.host.contract import JobSpec
from core.outreach.channels import PATIENCE
from core.outreach.services.sending import SEND, send_all

JOBS = [JobSpec(SEND, N_("发送宣讲短信"), send_all, attempts=6, waits=(PATIENCE,), lease=120)]
