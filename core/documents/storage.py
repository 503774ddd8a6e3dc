"""Where the bytes of files lie: a folder of this machine or an S3 bucket, always encrypted."""

from __future__ import annotations

import base64
import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, from_url

from core.config import Settings
from core.errors import N_, NotFound, PlatformError

ORIGINAL, SHOWN, THUMB = "original", "shown", "thumb"
#: settings of an S3 server from the environment, as its own tools name them
S3_OPTIONS = {"AWS_ENDPOINT_URL": "endpoint", "AWS_ACCESS_KEY_ID": "access_key_id",
              "AWS_SECRET_ACCESS_KEY": "secret_access_key", "AWS_REGION": "region",
              "AWS_SESSION_TOKEN": "token"}
_NONCE = 12


def new_cipher() -> bytes:
    """A key for one file."""
    return AESGCM.generate_key(256)


class Store:
    """Puts, gets and removes encrypted files by their path: tenant, file, variant."""

    def __init__(self, objects: Any) -> None:
        self._objects = objects

    @classmethod
    def of(cls, settings: Settings) -> Store:
        """The store that `BANGFU_FILES_URL` names (`s3://bucket/prefix`), or the folder `files` of the data
        directory. Raises PlatformError where the address is of no known kind."""
        return cls.at(settings.files_url, settings.data_dir)

    @classmethod
    def at(cls, url: str, data_dir: Path) -> Store:
        """The same from an address."""
        if not url:
            folder = data_dir / "files"
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return cls(LocalStore(folder))
        if not url.startswith("s3://"):
            raise PlatformError(N_("文件存放地址 %(url)s 不认识，请写 s3://桶名/前缀，或者不写（存在本机）"), url=url)
        options: Any = {ours: value for name, ours in S3_OPTIONS.items() if (value := os.environ.get(name))}
        allow_http = options.get("endpoint", "").startswith("http://")
        return cls(from_url(url, config=options, client_options={"allow_http": allow_http, "timeout": "60s"}))

    def put(self, tenant_id: str, file_id: str, variant: str, cipher: bytes, data: bytes) -> None:
        """Keep a file; the same path is written again."""
        path = _path(tenant_id, file_id, variant)
        nonce = os.urandom(_NONCE)
        try:
            self._objects.put(path, nonce + AESGCM(cipher).encrypt(nonce, data, path.encode()))
        except (BaseError, OSError) as error:
            raise PlatformError(N_("文件存不进去：存储服务没有应答，请稍后再试")) from error

    def get(self, tenant_id: str, file_id: str, variant: str, cipher: bytes) -> bytes:
        """A file's content; raises NotFound where it is gone, PlatformError where it was changed."""
        path = _path(tenant_id, file_id, variant)
        try:
            kept = bytes(self._objects.get(path).bytes())
        except (NotFoundError, FileNotFoundError) as error:
            raise NotFound(N_("文件不在存储里，请告诉管理员从备份中恢复")) from error
        except (BaseError, OSError) as error:
            raise PlatformError(N_("文件取不出来：存储服务没有应答，请稍后再试")) from error
        try:
            return AESGCM(cipher).decrypt(kept[:_NONCE], kept[_NONCE:], path.encode())
        except (InvalidTag, ValueError) as error:
            raise PlatformError(N_("文件已损坏或被改动，请告诉管理员从备份中恢复")) from error

    def remove(self, tenant_id: str, file_id: str) -> None:
        """Remove a file with all that was made of it."""
        for variant in (ORIGINAL, SHOWN, THUMB):
            try:
                self._objects.delete(_path(tenant_id, file_id, variant))
            except (NotFoundError, FileNotFoundError):
                continue

    def list_files(self, older_than: dt.datetime) -> Iterator[tuple[str, str]]:
        """Tenant and file of everything kept before a moment (with zone)."""
        for page in self._objects.list():
            for found in page:
                tenant_id, _folder, name = found["path"].split("/")
                if found["last_modified"] < older_than:
                    yield tenant_id, name.partition(".")[0]


def as_text(cipher: bytes) -> str:
    """A file's key as the vault seals it."""
    return base64.b64encode(cipher).decode()


def from_text(text: str) -> bytes:
    """The key again."""
    return base64.b64decode(text)


def _path(tenant_id: str, file_id: str, variant: str) -> str:
    return f"{tenant_id}/{file_id[-2:]}/{file_id}.{variant}"
