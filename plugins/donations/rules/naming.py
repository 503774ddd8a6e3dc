"""How a donor may be named in public: as they agreed, never more."""

from __future__ import annotations

from core.errors import N_
from core.privacy.masks import mask_name

UNNAMED = N_("按意愿不公开")
ANONYMOUS = N_("匿名捐赠")
_NAMED = "named"


def public_name(kind: str, name: str, consent: str, class_name: str = "") -> str:
    """What the public reads. Who gave anonymously is never named; of pupils the class alone; a person who has not
    agreed to the full name is masked, a unit is named unless it does not wish it."""
    if kind == "anonymous":
        return ANONYMOUS
    if kind == "pupils":
        return class_name or UNNAMED
    if consent == "unnamed" or not name:
        return UNNAMED
    return name if consent == _NAMED or kind in ("unit", "pool") else mask_name(name)
