"""Numbers of identity documents as a person's or an employee's record takes them: kind and number judged together."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from core.errors import N_, InvalidInput
from core.privacy.columns import sensitive_fields
from core.privacy.vault import vault_of
from core.registry.models import Person, Staff
from core.registry.rules.documents import CITIZEN, FORMS, read_document


def read_number(session: Session, checked: dict[str, Any], row: Person | Staff | None) -> None:
    """Judge number and kind of a document together, also where only one of them is given; what the number says of birthday
    and sex is taken, or held against what was entered. `row` is the stored record, if there is one. Raises InvalidInput."""
    if not {"id_kind", "id_number"} & checked.keys():
        return
    kind = checked.get("id_kind", row.id_kind if row else "") or CITIZEN
    if "id_kind" in checked:
        checked["id_kind"] = kind
    if kind not in FORMS:
        raise InvalidInput(N_("没有“%(kind)s”这种证件类型"), fields={"id_kind": "请从列出的证件类型里选"}, kind=kind)
    text = checked["id_number"] if "id_number" in checked else _number_of(session, row)
    if not text:
        return
    found = read_document(kind, text)
    if found.message:
        field = "id_number" if "id_number" in checked else "id_kind"
        raise InvalidInput(N_("证件号有误：%(fault)s"), fields={field: found.message}, fault=found.message)
    checked["id_number"] = found.number
    for name, said, label in (("birth_on", found.birth_on, "出生日期"), ("sex", found.sex, "性别")):
        given = checked.get(name) or (getattr(row, name) if row else None)
        if not said:
            continue
        if not given:
            checked[name] = said
        elif given != said:
            raise InvalidInput(N_("%(what)s与证件号不一致，请核对哪一个抄错"), fields={name: "与证件号不一致"}, what=label)


def _number_of(session: Session, row: Person | Staff | None) -> str:
    if row is None or row.id_number_sealed is None:
        return ""
    return vault_of(session).open(sensitive_fields(type(row))["id_number"].purpose, row.id, row.id_number_sealed)
