"""The container of old Excel files (.xls, .et): named streams in sectors, as MS-CFB describes it."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from core.errors import N_, InvalidInput

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = 0xFFFFFFFA  # this and everything above is no sector
_ENTRY = 128


class Compound:
    """The streams of a compound file by name. Raises InvalidInput where it is torn."""

    def __init__(self, content: bytes) -> None:
        if len(content) < 512 or not content.startswith(MAGIC):
            raise _torn()
        self._content = content
        try:
            self._read()
        except (struct.error, IndexError) as error:
            raise _torn() from error

    def _read(self) -> None:
        head = struct.unpack_from("<HH", self._content, 30)
        self._size, self._mini_size = 1 << min(head[0], 12), 1 << min(head[1], 12)
        first_directory, = struct.unpack_from("<I", self._content, 48)
        self._cutoff, first_mini, _mini_count, more, _more_count = struct.unpack_from("<IIIII", self._content, 56)
        sectors = [one for one in struct.unpack_from("<109I", self._content, 76) if one < _END]
        seen: set[int] = set()
        while more < _END and more not in seen:
            seen.add(more)
            *found, more = struct.unpack(f"<{self._size // 4}I", self._sector(more))
            sectors += [one for one in found if one < _END]
        self._next = [one for sector in sectors for one in struct.unpack(f"<{self._size // 4}I", self._sector(sector))]
        self._mini_next = list(self._numbers(self._chain(first_mini)))
        self._entries: dict[str, tuple[int, int]] = {}
        self.names: list[str] = []
        directory = self._chain(first_directory)
        for at in range(0, len(directory) - _ENTRY + 1, _ENTRY):
            self._entry(directory[at : at + _ENTRY])

    def _entry(self, data: bytes) -> None:
        length, kind = struct.unpack_from("<HB", data, 64)
        if kind not in (1, 2, 5):
            return
        name = data[: max(length - 2, 0)].decode("utf-16-le", "replace")
        start, size = struct.unpack_from("<IQ", data, 116)
        self.names.append(name)
        if kind == 5:
            self._mini = self._chain(start)
        elif kind == 2:
            self._entries.setdefault(name, (start, size & 0xFFFFFFFF))

    def stream(self, name: str) -> bytes | None:
        """The bytes of a stream, or None where there is none of that name."""
        found = self._entries.get(name)
        if found is None:
            return None
        start, size = found
        data = self._mini_chain(start) if size < self._cutoff else self._chain(start)
        if len(data) < size:
            raise _torn()
        return data[:size]

    def _sector(self, number: int) -> bytes:
        data = self._content[(number + 1) * self._size : (number + 2) * self._size]
        if len(data) < self._size:
            # the last sector of a file may be cut to its used length by some writers
            if not data:
                raise _torn()
            data = data.ljust(self._size, b"\0")
        return data

    def _chain(self, start: int) -> bytes:
        return b"".join(self._sector(number) for number in _walk(start, self._next))

    def _mini_chain(self, start: int) -> bytes:
        size = self._mini_size
        return b"".join(self._mini[number * size : (number + 1) * size] for number in _walk(start, self._mini_next))

    @staticmethod
    def _numbers(data: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])


def _walk(start: int, following: list[int]) -> Iterator[int]:
    seen = 0
    while start < _END:
        if start >= len(following) or seen > len(following):
            raise _torn()
        yield start
        start, seen = following[start], seen + 1


def _torn() -> InvalidInput:
    return InvalidInput(N_("文件不完整或已损坏，请重新保存后再上传"))
