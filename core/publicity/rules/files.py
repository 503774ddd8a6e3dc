"""Attachments of a notice: what they are and what they give away."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from core.documents.rules.sniffing import TEXT, safe_name, sniff
from core.errors import N_, InvalidInput
from core.publicity.rules.leaks import Leak, scan_text


@dataclass(frozen=True)
class Attachment:
    """A file to be published with a notice."""

    name: str
    data: bytes


def check_attachment(file: Attachment, file_id: uuid.UUID) -> dict[str, Any]:
    """What a notice keeps of an attachment. Raises InvalidInput for a kind that is not published."""
    name = safe_name(file.name)
    kind = sniff(name, file.data)
    return {"id": file_id.hex, "name": name, "media_type": kind.media_type, "size": len(file.data),
            "sha256": hashlib.sha256(file.data).hexdigest()}


def scan_attachment(file: Attachment) -> list[Leak]:
    """What a file gives away, each place named."""
    if sniff(safe_name(file.name), file.data).kind != TEXT:
        raise InvalidInput(N_("附件“%(name)s”的内容还不能检查，不能公示"), name=file.name)
    return [*scan_text(file.name, "附件名称"), *scan_text(file.data.decode("utf-8", "replace"), f"附件“{file.name}”")]
