"""The bytes of entries, put together by the database: as `core.trail.offline` describes them, or quicker and alike."""

from __future__ import annotations

from dataclasses import dataclass

from core.trail.models import TrailEntry
from core.trail.offline import FIELDS

#: what PostgreSQL writes otherwise than the format says
_AS_TEXT = {**{name: f"encode(uuid_send({name}), 'hex')" for name in ("id", "unit_id", "account_id")},
            "row_count": "row_count::text", "at": "to_char(at, 'YYYY-MM-DD HH24:MI:SS.US')"}
#: an entry's fields as texts, as JSON
JSON = {
    "sqlite": "json_array(" + ",".join(
        f'cast("{name}" as text)' if name == "row_count" else f'"{name}"' for name in FIELDS) + ")",
    "postgresql": "array_to_json(ARRAY[" + ",".join(_AS_TEXT.get(name, f'"{name}"') for name in FIELDS) + "]::text[])::text",
}
#: between fields, between entries, and in place of an empty field
_UNIT, _RECORD, _EMPTY = b"\x1f", b"\x1e", b'"\x1d"'
#: what JSON writes otherwise and people do type; a batch with any other such sign is read entry by entry
_ESCAPED = ((b"\\", b"\\\\"), (b'"', b'\\"'), (b"\n", b"\\n"), (b"\r", b"\\r"), (b"\t", b"\\t"))
_NULLABLE = [column.name for column in TrailEntry.__table__.columns if column.nullable]


def _plain(name: str) -> str:
    # A third of what to_char costs. A time of a whole second comes out wrong: its batch is read entry by entry.
    text = "rpad(at::text, 26, '0')" if name == "at" else _AS_TEXT.get(name, f'"{name}"')
    return f"coalesce({text}, E'\\x1d')" if name in _NULLABLE else text


#: the entries of a range as one value, and how many of them are bulk work: a row for each costs more than its hash.
#: PostgreSQL takes three times as long to write JSON as to put fields side by side, for `lines_from`
JOINED = {
    "sqlite": f"SELECT cast(group_concat(line, char(10)) AS blob), count(rows_digest) FROM (SELECT {JSON['sqlite']} AS line,"  # noqa: S608
              " rows_digest FROM trail_entries WHERE tenant_id = ? AND id > ? AND id <= ? ORDER BY id)",
    "postgresql": f"SELECT string_agg(concat_ws(E'\\x1f', {', '.join(map(_plain, FIELDS))}), E'\\x1e'), count(rows_digest),"  # noqa: S608
                  f" count(*), sum(num_nulls({', '.join(_NULLABLE)})) FROM (SELECT * FROM trail_entries"
                  " WHERE tenant_id = %s AND id > %s AND id <= %s ORDER BY id) AS entries",
}


@dataclass(frozen=True)
class Text:
    """The bytes of entries, a line for each without the last one's end, and how many of them are bulk work."""

    lines: bytes = b""
    bulk: int = 0


def lines_from(fields: bytes, count: int, nulls: int) -> bytes | None:
    """Fields side by side as lines of JSON. None unless each sign between them is one of ours, by their number: an
    entry must not pass for two, nor a text for an empty field."""
    for sign, written in _ESCAPED:
        fields = fields.replace(sign, written)
    lines = b'["' + fields + b'"]'
    for sign, written, times in ((_UNIT, b'","', count * (len(FIELDS) - 1)), (_RECORD, b'"]\n["', count - 1),
                                 (_EMPTY, b"null", nulls)):
        size = len(lines)
        lines = lines.replace(sign, written)
        if len(lines) - size != times * (len(written) - len(sign)):
            return None
    return lines
