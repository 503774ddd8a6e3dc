"""Keeping whole pages of the public site in this process, for as long as they are true.

A kept page is of one day, because notices end at midnight; it is asked about every two seconds whether its tenant's
stamp has grown, and made anew after a minute, because plugins' parts have no stamp.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from core.extensions import local, utcnow

#: seconds without asking, and seconds in all
BELIEVED, KEPT = 2.0, 60.0
#: bytes of all pages, packed ones included, and number of pages
MOST_BYTES, MOST_PAGES = 32 * 1024 * 1024, 2_000
_WORTH_PACKING = 1024


@dataclass
class Kept:
    """A page as it was made."""

    body: bytes
    packed: bytes
    etag: str
    content_type: str
    robots: str
    tenant_id: str
    stamp: int
    day: dt.date
    made_at: float
    checked_at: float

    @property
    def size(self) -> int:
        """Bytes it takes."""
        return len(self.body) + len(self.packed)


def keep(body: bytes, content_type: str, robots: str, tenant_id: str, stamp: int, day: dt.date) -> Kept:
    """A page to be kept, with its packed form and its mark."""
    now = time.monotonic()
    packed = gzip.compress(body, 6, mtime=0) if len(body) > _WORTH_PACKING else b""
    return Kept(body, packed, hashlib.sha256(body).hexdigest()[:20], content_type, robots, tenant_id, stamp, day, now, now)


class Shelf:
    """The kept pages of one process, those unused for longest making room."""

    def __init__(self) -> None:
        self._pages: OrderedDict[str, Kept] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def find(self, key: str, day: dt.date) -> Kept | None:
        """A page of today that is not too old."""
        with self._lock:
            found = self._pages.get(key)
            if found is None:
                return None
            if found.day != day or time.monotonic() - found.made_at > KEPT:
                self._drop(key)
                return None
            self._pages.move_to_end(key)
            return found

    def put(self, key: str, page: Kept) -> None:
        """Keep a page."""
        with self._lock:
            self._drop(key)
            self._pages[key] = page
            self._bytes += page.size
            while self._bytes > MOST_BYTES or len(self._pages) > MOST_PAGES:
                self._drop(next(iter(self._pages)))

    def drop(self, key: str) -> None:
        """Forget a page."""
        with self._lock:
            self._drop(key)

    def _drop(self, key: str) -> None:
        page = self._pages.pop(key, None)
        if page is not None:
            self._bytes -= page.size


def seconds_left() -> int:
    """Seconds until what ends today has ended: no browser may keep a page longer."""
    now = local(utcnow())
    midnight = dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time(), now.tzinfo)
    return max(0, min(int(KEPT), int((midnight - now).total_seconds())))
