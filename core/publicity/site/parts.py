"""What plugins add to a county's public page, none of it about a person."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from sqlalchemy.orm import Session

from core.host.manager import PluginHost
from core.host.notices import PublicPart
from core.host.queries import enabled
from core.publicity.rules.leaks import scan_text

log = logging.getLogger("core.publicity")


def public_parts(session: Session, host: PluginHost, tenant_id: str) -> list[PublicPart]:
    """The parts of core and of the plugins that are on. A part that reads like somebody's number is left out and
    logged: the public never sees what a plugin let slip."""
    found: list[PublicPart] = host.collect("collect_public_parts", enabled(session, host, tenant_id), session=session,
                                           tenant_id=tenant_id)
    return sorted((part for part in found if _is_clean(part, tenant_id)), key=lambda part: part.order)


def _is_clean(part: PublicPart, tenant_id: str) -> bool:
    leaks = [leak for text in _texts(part) for leak in scan_text(text, part.title)]
    for leak in leaks:
        log.error("a public part of tenant %s is left out: %s", tenant_id, leak.sentence)
    return not leaks


def _texts(part: PublicPart) -> Iterable[str]:
    yield from (part.title, part.note, *part.head)
    for pair in part.facts:
        yield from pair
    for row in part.rows:
        yield from row
