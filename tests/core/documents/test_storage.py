"""Files at rest: encrypted, the same on disk and in S3, gone when removed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from core.documents.storage import ORIGINAL, THUMB, Store, new_cipher
from core.errors import NotFound, PlatformError

FILE = "0190a000000070008000000000000001"


@pytest.fixture(params=["disk", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    if request.param == "disk":
        yield Store.at("", tmp_path)
        return
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {"AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "test",
                        "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1").create_bucket(Bucket="bangfu")
    yield Store.at("s3://bangfu/county", tmp_path)
    server.stop()


def test_a_file_comes_back_and_goes(store: Store) -> None:
    cipher = new_cipher()
    store.put("990101", FILE, ORIGINAL, cipher, b"content")
    store.put("990101", FILE, THUMB, cipher, b"small")
    assert store.get("990101", FILE, ORIGINAL, cipher) == b"content"
    assert list(store.list_files(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5))) == [("990101", FILE)] * 2
    assert list(store.list_files(dt.datetime(2016, 1, 1, tzinfo=dt.UTC))) == []
    store.remove("990101", FILE)
    with pytest.raises(NotFound):
        store.get("990101", FILE, ORIGINAL, cipher)
    store.remove("990101", FILE)


def test_what_lies_on_disk_is_encrypted_and_bound_to_its_place(tmp_path: Path) -> None:
    store, cipher = Store.at("", tmp_path), new_cipher()
    store.put("990101", FILE, ORIGINAL, cipher, b"plain words")
    (kept,) = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert b"plain words" not in kept.read_bytes()
    kept.rename(kept.with_suffix(".thumb"))
    with pytest.raises(PlatformError, match="损坏或被改动"):
        store.get("990101", FILE, THUMB, cipher)


def test_an_address_of_no_known_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="不认识"):
        Store.at("ftp://somewhere", tmp_path)
