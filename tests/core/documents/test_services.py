"""Keeping documents: once by content, sealed, undone, swept, following persons."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.documents import persons, queries, services, tidying
from core.documents.models import Blob, Document, Photo
from core.documents.services import Upload
from core.documents.storage import ORIGINAL, SHOWN, Store
from core.documents.subjects import PERSON, Subject
from core.errors import Conflict, InvalidInput, NotFound, PlatformError
from core.extensions import new_id, today, utcnow
from core.host.contract import FolderItem
from core.trail.models import TrailEntry
from tests.core.documents.conftest import ACTOR, DAY, FOLDERS, JIA
from tests.core.documents.pictures import photo

SCOPE = Scope(whole=(JIA,))
UNIT_FOLDER = FOLDERS["core.unit"]
MATERIAL, PHOTOS, OTHER = UNIT_FOLDER.items


def put(session: Session, store: Store, subject: Subject, data: bytes, item: FolderItem = PHOTOS, name: str = "走访.jpg",
        folder: str = "core.unit") -> Document:
    return services.add_file(session, store, ACTOR, subject, FOLDERS[folder], item, Upload(name, data), DAY)


@pytest.mark.clause("CO-023")
def test_three_photos_and_a_text_make_four_items_with_date_and_unit(county: Session, store: Store, school: Subject) -> None:
    for seed in (1, 8, 15):
        put(county, store, school, photo(seed), name=f"活动{seed}.jpg")
    services.add_note(county, ACTOR, school, UNIT_FOLDER, MATERIAL, "开展走访，发放冬衣。", DAY)
    held = queries.list_held(county, JIA, "core.unit", school.id)
    assert len(held) == 4
    assert {(document.happened_on, document.unit_id) for document in held} == {(DAY, school.unit_id)}
    assert queries.count_by_item(county, JIA, "core.unit", school.id) == {"photo": 3, "material": 1}
    said = county.scalars(select(TrailEntry.sentence).where(TrailEntry.tenant_id == JIA)).all()
    assert sum("归档" in sentence for sentence in said) == 4


def test_a_content_is_kept_once_and_twice_in_one_folder_not_at_all(county: Session, store: Store, school: Subject) -> None:
    first = put(county, store, school, photo())
    with pytest.raises(Conflict, match="已在这份档案里"):
        put(county, store, school, photo(), name="换个名字.jpg")
    other = replace(school, id=new_id(), name="别处")
    second = put(county, store, other, photo())
    assert first.blob_id == second.blob_id and county.scalars(select(Blob.id)).all() == [first.blob_id]
    (pair,) = queries.list_alike(county, SCOPE, second)
    assert pair.same and pair.other.id == first.id
    assert [found.same for found in queries.list_pairs(county, SCOPE)] == [True]


def test_the_original_keeps_its_bytes_and_the_picture_shown_tells_no_place(county: Session, store: Store,
                                                                         school: Subject) -> None:
    document = put(county, store, school, photo())
    assert services.read_file(county, store, document, ORIGINAL) == photo()
    assert b"Exif" not in services.read_file(county, store, document, SHOWN)
    assert services.photo_place(county, document) == "26.57,107.23"
    kept = county.scalar(select(Photo.place_sealed))
    assert kept is not None and b"26.57" not in kept


def test_bad_dates_full_items_and_empty_notes_are_refused(county: Session, store: Store, school: Subject) -> None:
    with pytest.raises(InvalidInput, match="今天之后"):
        services.add_note(county, ACTOR, school, UNIT_FOLDER, MATERIAL, "明年的", today() + dt.timedelta(days=3))
    with pytest.raises(InvalidInput, match="写下文字"):
        services.add_note(county, ACTOR, school, UNIT_FOLDER, MATERIAL, "  \n", DAY)
    only = replace(MATERIAL, most=1)
    services.add_note(county, ACTOR, school, UNIT_FOLDER, only, "第一件", DAY)
    with pytest.raises(InvalidInput, match="已有 1 件"):
        services.add_note(county, ACTOR, school, UNIT_FOLDER, only, "第二件", DAY)


def test_what_was_taken_out_comes_back_within_thirty_days_and_then_its_file_is_gone(
        county: Session, store: Store, school: Subject) -> None:
    document = put(county, store, school, photo())
    services.remove_document(county, ACTOR, document, "传错了照片")
    with pytest.raises(NotFound):
        queries.get_document(county, SCOPE, document.id)
    services.restore_document(county, ACTOR, queries.get_removed(county, SCOPE, document.id))
    assert queries.get_document(county, SCOPE, document.id).removed_at is None
    services.remove_document(county, ACTOR, document, "确实传错了")
    assert tidying.forget_removed(county) == []
    document.removed_at = utcnow() - dt.timedelta(days=31)
    blob = county.scalar(select(Blob))
    assert blob is not None
    blob.stored_at = utcnow() - dt.timedelta(days=40)
    county.flush()
    assert tidying.forget_removed(county) == [(JIA, blob.id)]
    county.expire_all()
    assert document.blob_id is None and county.scalar(select(Photo.document_id)) is None


def test_the_sweep_removes_files_no_row_knows(county: Session, store: Store, school: Subject, tmp_path: Path,
                                              monkeypatch: pytest.MonkeyPatch) -> None:
    document = put(county, store, school, photo())
    store.put(JIA, uuid.uuid4().hex, ORIGINAL, b"0" * 32, b"stray")
    county.commit()
    monkeypatch.setattr(tidying, "SETTLED", dt.timedelta(minutes=-5))
    run = cast(Any, SimpleNamespace(transaction=lambda reason: _Same(county)))
    assert tidying.remove_strays(run, store) == 1
    assert services.read_file(county, store, document, ORIGINAL) == photo()


class _Same:
    def __init__(self, session: Session) -> None:
        self.session = session

    def __enter__(self) -> Session:
        return self.session

    def __exit__(self, *raised: object) -> None:
        self.session.flush()


def test_a_persons_folder_follows_a_merge_back_and_into_nothing(county: Session, store: Store, school: Subject) -> None:
    kept, merged = (Subject(PERSON, new_id(), name, JIA, school.unit_id) for name in ("测试甲", "测试乙"))
    item = FOLDERS["core.person"].items[0]
    own = put(county, store, kept, photo(1), item, folder="core.person")
    came = put(county, store, merged, photo(8), item, folder="core.person")
    merge_id = new_id()
    assert persons.follow_merge(county, JIA, merge_id, kept.id, merged.id) == 1
    assert {one.id for one in queries.list_held(county, JIA, "core.person", kept.id)} == {own.id, came.id}
    assert persons.take_back(county, JIA, merge_id, kept.id, merged.id) == 1
    assert [one.id for one in queries.list_held(county, JIA, "core.person", merged.id)] == [came.id]
    assert persons.erase(county, JIA, merged.id, ACTOR) == 1
    county.flush()
    assert (came.title, came.file_name, came.text, came.blob_id) == (persons.ERASED, "", "", None)
    destroyed = county.scalars(select(Blob).where(Blob.cipher_sealed.is_(None))).all()
    assert len(destroyed) == 1
    assert services.read_file(county, store, own, ORIGINAL) == photo(1)


def test_a_file_that_was_changed_on_disk_is_noticed(county: Session, store: Store, school: Subject,
                                                    tmp_path: Path) -> None:
    document = put(county, store, school, photo())
    (original,) = (tmp_path / "files").rglob("*.original")
    original.write_bytes(original.read_bytes()[:-1] + b"\0")
    with pytest.raises(PlatformError, match="损坏或被改动"):
        services.read_file(county, store, document, ORIGINAL)


def test_the_trail_never_names_whose_folder_it_was(county: Session, store: Store, school: Subject) -> None:
    child = Subject(PERSON, new_id(), "测试小甲", JIA, school.unit_id)
    spec = FOLDERS["core.person"]
    filed = services.add_file(county, store, ACTOR, child, spec, spec.items[0], Upload("测试小甲户口簿.jpg", photo()), DAY)
    services.add_note(county, ACTOR, child, spec, spec.items[1], "测试小甲家境困难", DAY)
    services.trail_look(county, ACTOR, filed, original=True)
    services.remove_document(county, ACTOR, filed, "放错了档案")
    services.restore_document(county, ACTOR, filed)
    said = county.scalars(select(TrailEntry.sentence).where(TrailEntry.tenant_id == JIA)).all()
    assert not [one for one in said if "小甲" in one]
    assert "归档（照片）到“测***”的一生一档·身份与户籍证明" in said and "下载档案材料（照片）" in said and "从档案撤出（照片）" in said
