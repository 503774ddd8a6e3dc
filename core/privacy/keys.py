"""The keys of sealed records: numbered files in `keys/` of the data directory, the highest number current."""

from __future__ import annotations

import re
import threading
from pathlib import Path

from core.errors import N_, PlatformError
from core.trail.keys import kept_secret

RECORDS, INDEX = "records", "index"
_FILE = re.compile(r"records-(\d+)\.key")
#: what the two bytes before a sealed value can count to
MOST = 0xFFFF


class Keys:
    """The versions of the two keys on this machine. Made at first use; a version another process has made is
    noticed by the folder's time of change."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "keys"
        self._lock = threading.Lock()
        self._seen: int | None = None
        self._current = 0
        self._kept: dict[tuple[str, int], bytes] = {}

    @property
    def current(self) -> int:
        """The version new values are sealed with."""
        seen = self._changed_at()
        if not self._current or seen != self._seen:
            with self._lock:
                self._current = max(self.versions(), default=0) or self._make(1)
                self._seen = self._changed_at()
        return self._current

    def versions(self) -> list[int]:
        """Every version whose values can still be opened, oldest first."""
        found = (_FILE.fullmatch(path.name) for path in self.folder.glob("records-*.key"))
        return sorted(int(name[1]) for name in found if name)

    def get(self, kind: str, version: int) -> bytes:
        """The key of a version; raises PlatformError where this machine lacks it."""
        key = self._kept.get((kind, version))
        if key is None:
            path = self._path(kind, version)
            if not path.exists():
                raise PlatformError(N_("本机没有第 %(version)d 版密钥 %(file)s，请从密钥备份中恢复"), version=version,
                                    file=path.name)
            key = self._kept[(kind, version)] = path.read_bytes()
        return key

    def renew(self) -> int:
        """Make the next version; from now on new values are sealed with it."""
        version = self.current + 1
        if version > MOST:
            raise PlatformError(N_("密钥版本已到上限"))
        return self._make(version)

    def retire(self, version: int) -> Path:
        """Put a version aside in `keys/retired/`: whoever keeps backups sealed with it decides when it goes."""
        if version >= self.current:
            raise PlatformError(N_("第 %(version)d 版密钥正在使用，不能停用"), version=version)
        aside = self.folder / "retired"
        aside.mkdir(mode=0o700, exist_ok=True)
        # The records key goes last: while it lies in the folder, its version is still on the list.
        for kind in (INDEX, RECORDS):
            path = self._path(kind, version)
            if path.exists():
                path.replace(aside / path.name)
            self._kept.pop((kind, version), None)
        return aside

    def _make(self, version: int) -> int:
        # The index key comes first: a version counts as made once its records key lies in the folder.
        for kind in (INDEX, RECORDS):
            kept_secret(self._path(kind, version))
        return version

    def _path(self, kind: str, version: int) -> Path:
        return self.folder / f"{kind}-{version}.key"

    def _changed_at(self) -> int | None:
        try:
            return self.folder.stat().st_mtime_ns
        except FileNotFoundError:
            return None
