"""What the trail keeps of a ledger's values. Nobody can clean the trail after an erasure: what tells who a person is
stands there masked, of one record and of bulk work alike."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import N_
from core.extensions.phrases import phrase
from core.host.ledgers import Field, Ledger
from core.ledgers.values import plain_extra, written
from core.privacy.masks import mask_many

Row = Mapping[str, Any]
#: kinds whose values stand for a unit, a person or a household
_REFERENCES = ("unit", "person", "household")
ENTERED, CORRECTED, CHANGED, REMOVED, BROUGHT_BACK = "entered", "corrected", "changed", "removed", "brought back"
_DONE = {
    ENTERED: (phrase(N_("登记%(one)s“%(name)s”")), phrase(N_("登记%(one)s"))),
    CORRECTED: (phrase(N_("更正%(one)s“%(name)s”")), phrase(N_("更正%(one)s"))),
    CHANGED: (phrase(N_("修改%(one)s“%(name)s”")), phrase(N_("修改%(one)s"))),
    REMOVED: (phrase(N_("删除%(one)s“%(name)s”")), phrase(N_("删除%(one)s"))),
    BROUGHT_BACK: (phrase(N_("恢复%(one)s“%(name)s”")), phrase(N_("恢复%(one)s"))),
}


def masked_as(field: Field) -> str:
    """The kind of mask under which a field is kept, or "" where it may be kept as it is. A sealed field is shown,
    and kept, by its mask column."""
    return field.masked or ("name" if field.kind == "name" else "")


def kept_many(field: Field, values: Sequence[Any]) -> list[Any]:
    """Values of one field as the trail keeps them, in their order."""
    kind = masked_as(field)
    if not kind or field.sealed:
        return list(values)
    if kind == "date":
        return [f"{value.year}-**-**" if value else value for value in values]
    known = list({value for value in values if value})
    shown = dict(zip(known, mask_many(kind, map(str, known)), strict=True))
    return [shown[value] if value else value for value in values]


def told(value: Any, field: Field) -> str:
    """The same of one value, in words."""
    return str(kept_many(field, [value])[0]) if value and masked_as(field) else written(value, field)


def sentence(verb: str, one: str, value: Any, naming: Field) -> str:
    """What was done to one record (`one` is what the ledger calls it); one that is named by whom it is about needs no id
    there."""
    said = "" if naming.kind in _REFERENCES else told(plain_extra(value), naming)
    named, bare = _DONE[verb]
    return named(one=one, name=said) if said else bare(one=one)


def batch_fields(ledger: Ledger, fields: Sequence[Field], columns: Mapping[str, Any], *, changed: bool) -> list[Field]:
    """The fields a batch entry keeps of each row. What was new is told by what names it: the rest stands in the row
    itself, and in the entry of its first change."""
    kept = [field for field in fields if not field.extra and field.column in columns
            and (changed or field.key or field.name == ledger.naming.name)]
    return sorted(kept, key=lambda field: not (field.key or field.name == ledger.naming.name))


def batch_rows(fields: Sequence[Field], ids: Sequence[uuid.UUID], before: Mapping[str, Sequence[Any]] | None,
               after: Mapping[str, Sequence[Any]]) -> list[tuple[uuid.UUID, Sequence[Any] | None, Sequence[Any]]]:
    """Rows of one batch entry from columns; `before` is None of new ones."""
    new = zip(*(kept_many(field, after[field.column]) for field in fields), strict=True)
    if before is None:
        return [(one, None, row) for one, row in zip(ids, new, strict=True)]
    old = zip(*(kept_many(field, before[field.column]) for field in fields), strict=True)
    return list(zip(ids, old, new, strict=True))
