"""Reading imports and remembered mappings; everything within the caller's scope."""

from __future__ import annotations

import uuid
from collections.abc import Mapping as Map

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import Page, criterion, scoped_page
from core.errors import N_, NotFound
from core.host.ledgers import Ledger
from core.ledgers.imports.models import Import, Mapping, State


def list_imports(session: Session, ledger: Ledger, scope: Scope, before: uuid.UUID | None = None, limit: int = 20
                 ) -> Page[Import]:
    """The newest imports of a ledger in scope."""
    return scoped_page(session, Import, scope, before=before, limit=limit, where=[Import.ledger == ledger.code])


def get_import(session: Session, ledger: Ledger, import_id: uuid.UUID, scope: Scope) -> Import:
    """One import of a ledger in scope; raises NotFound."""
    found = session.scalar(select(Import).where(criterion(Import, scope), Import.id == import_id, Import.ledger == ledger.code))
    if found is None:
        raise NotFound(N_("没有这次导入，或者它不在您的范围内"))
    return found


def find_same_file(session: Session, ledger: Ledger, tenant_id: str, unit_id: uuid.UUID, file_hash: str) -> Import | None:
    """The last import of the very same bytes at the unit that was not discarded."""
    return session.scalar(
        select(Import).where(Import.tenant_id == tenant_id, Import.ledger == ledger.code, Import.file_hash == file_hash,
                             Import.unit_id == unit_id, Import.state != State.DISCARDED).order_by(Import.id.desc()).limit(1))


def find_open(session: Session, ledger: Ledger, tenant_id: str, import_id: uuid.UUID) -> Import | None:
    """The import a returned workbook belongs to, if it can still be carried on."""
    return session.scalar(select(Import).where(Import.tenant_id == tenant_id, Import.ledger == ledger.code,
                                               Import.id == import_id, Import.state != State.DISCARDED,
                                               Import.source_sheet != ""))


def locked(session: Session, found: Import) -> Import:
    """The same import as it is now, held until the end of the transaction."""
    return session.execute(
        select(Import).where(Import.tenant_id == found.tenant_id, Import.id == found.id)
        .with_for_update().execution_options(populate_existing=True)).scalar_one()


def find_mapping(session: Session, ledger: Ledger, tenant_id: str, signature: str) -> Map[str, str] | None:
    """What was decided for this header: label → field name."""
    return session.scalar(select(Mapping.fields).where(
        Mapping.tenant_id == tenant_id, Mapping.ledger == ledger.code, Mapping.signature == signature))
