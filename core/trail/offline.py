"""The format of sealed trails, and their verification with nothing but the exported file and public keys.

This module stands alone: Python and `cryptography` are all it needs. `python -m core.trail.offline FILE`, or a
copy of this very file, says whether an exported trail is whole, and names the first broken entry if not.

*Entry.* Its bytes are one line of UTF-8 JSON without spaces: the array of `FIELDS` as texts, null where empty.
Ids are 32 hexadecimal digits, times `2026-11-21 08:30:00.000000` in UTC, before and after the JSON text as kept.
*Chain.* link₀ is the head of the batch before (32 zero bytes for the first); linkₙ = SHA-256(linkₙ₋₁ ‖ entryₙ).
The batch's root is its last link.
*Header.* The JSON array of "bangfu-batch-1" and `HEADER`; its SHA-256 is the batch's head. The tenant signs the
header with Ed25519, the tenant above signs "bangfu-counter-1\\n" before the header.
*Key.* The tenant above signs the JSON array of "bangfu-key-1", tenant, key id and public key. A key's id is the
first 16 digits of the SHA-256 of its 32 bytes.
*Rows.* Bulk work names the SHA-256 of its rows; they follow their entry in the file.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import io
import json
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FILE_FORMAT = "bangfu-trail-1"
FIELDS = ("tenant_id", "id", "at", "account_id", "who", "role", "action", "unit_id", "subject", "sentence", "before",
          "after", "reason", "source", "address", "row_count", "rows_digest")
HEADER = ("tenant_id", "number", "sealed_at", "count", "first_id", "last_id", "ids_digest", "root", "previous")
#: how the bytes of an entry end that has no rows of bulk work
NO_ROWS = b",null,null]"
#: the head before the first batch
BEGINNING = "0" * 64
#: rows of bulk work that unpack to more than this are no rows of ours
MOST_UNPACKED = 1 << 30


def compact(value: object) -> bytes:
    """JSON as it is signed."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def entry_bytes(values: Sequence[str | None]) -> bytes:
    """The bytes of an entry, from its fields as texts."""
    return compact(list(values))


def chain(start: bytes, lines: Iterable[bytes]) -> list[bytes]:
    """The links over these entries."""
    sha, link, links = hashlib.sha256, start, []
    for line in lines:
        link = sha(link + line).digest()
        links.append(link)
    return links


def chain_text(start: bytes, text: bytes) -> list[bytes]:
    """The same over entries of one text, a line for each. They are cut off one by one: thousands of them cut apart
    beforehand have left the processor's cache by the time they are hashed."""
    sha, link, links = hashlib.sha256, start, []
    for line in io.BytesIO(text):
        link = sha(link + line.rstrip(b"\n")).digest()
        links.append(link)
    return links


def header_bytes(header: Mapping[str, Any]) -> bytes:
    """What is signed of a batch."""
    return compact(["bangfu-batch-1", *(header[name] for name in HEADER)])


def counter_bytes(header: bytes) -> bytes:
    """What the tenant above signs."""
    return b"bangfu-counter-1\n" + header


def key_bytes(tenant_id: str, key: str, public: str) -> bytes:
    """What the tenant above signs of a key."""
    return compact(["bangfu-key-1", tenant_id, key, public])


def key_id(public: bytes) -> str:
    """The short name of a key."""
    return hashlib.sha256(public).hexdigest()[:16]


def signed(public: str, signature: str, message: bytes) -> bool:
    """Whether this key has signed this."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def unpack(data: bytes) -> bytes | None:
    """The rows of bulk work as they were before they were compressed, or None."""
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(data, MOST_UNPACKED)
    except zlib.error:
        return None
    return text if unpacking.eof and not unpacking.unused_data else None


@dataclass(frozen=True)
class Fault:
    """A place where the trail does not hold. `kind`: edited, deleted, inserted, rows, list, batch, missing,
    signature, counter, key, file."""

    kind: str
    text: str
    batch: int | None = None
    entry_id: str | None = None
    position: int | None = None


@dataclass
class Keys:
    """Public keys by tenant and id, each believed only so far as it is vouched for."""

    #: keys known from elsewhere; where there are any, nothing else may stand at the top
    trusted: Mapping[str, Sequence[str]] = field(default_factory=dict)
    found: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    #: tenants known to have another above, whose key must be vouched for
    below: frozenset[str] = frozenset()
    _checked: dict[tuple[str, str], str] = field(default_factory=dict)

    def public(self, tenant_id: str, key: str) -> str | None:
        """The public key in hexadecimal."""
        row = self.found.get((tenant_id, key))
        return str(row["public"]) if row else None

    def problem(self, tenant_id: str, key: str) -> str:
        """Why the key cannot be believed, or nothing."""
        place = (tenant_id, key)
        if place not in self._checked:
            self._checked[place] = "公钥互相担保成环"
            self._checked[place] = self._judge(tenant_id, key)
        return self._checked[place]

    def _judge(self, tenant_id: str, key: str) -> str:
        row = self.found.get((tenant_id, key))
        name = f"{tenant_id} 的公钥 {key}"
        if row is None:
            return f"没有登记 {name}"
        try:
            right = key_id(bytes.fromhex(row["public"])) == key
        except ValueError:
            right = False
        if not right:
            return f"{name} 与编号不符"
        if tenant_id in self.trusted:
            return "" if row["public"] in self.trusted[tenant_id] else f"{name} 不在公布的公钥之中"
        upper = row["upper_tenant"]
        if not upper and tenant_id in self.below:
            return f"{name} 缺少上级担保，公钥可能被调换"
        if not upper:
            return f"{name} 没有上级担保，也不在公布的公钥之中" if self.trusted else ""
        above = self.public(upper, row["upper_key_id"])
        if above is None or not signed(above, row["upper_signature"], key_bytes(tenant_id, key, row["public"])):
            return f"{upper} 没有为 {name} 担保，公钥可能被调换"
        return self.problem(upper, row["upper_key_id"])


def check_header(batch: Mapping[str, Any], keys: Keys, number: int, previous: str | None) -> Iterator[Fault]:
    """Whether a batch's header is signed, countersigned and follows the batch before."""
    header, at, tenant = header_bytes(batch), batch["number"], batch["tenant_id"]
    if at != number:
        missing = f"第 {number} 批" if at == number + 1 else f"第 {number} 至 {at - 1} 批"
        yield Fault("missing", f"{missing}整批缺失", number)
    elif previous is not None and batch["previous"] != previous:
        yield Fault("batch", f"第 {at} 批与前一批接不上", at)
    public = keys.public(tenant, batch["key_id"])
    if public is None or not signed(public, batch["signature"], header):
        yield Fault("signature", f"第 {at} 批的签名不对：批头被改动，或不是用登记的密钥签的", at)
    elif problem := keys.problem(tenant, batch["key_id"]):
        yield Fault("key", f"第 {at} 批：{problem}", at)
    if batch["upper_tenant"]:
        public = keys.public(batch["upper_tenant"], batch["upper_key_id"])
        if public is None or not signed(public, batch["upper_signature"], counter_bytes(header)):
            yield Fault("counter", f"第 {at} 批没有 {batch['upper_tenant']} 的会签，或会签不对", at)
        elif problem := keys.problem(batch["upper_tenant"], batch["upper_key_id"]):
            yield Fault("key", f"第 {at} 批的会签：{problem}", at)
    elif upper := _vouched_by(keys, tenant, batch["key_id"]):
        yield Fault("counter", f"第 {at} 批缺少 {upper} 的会签", at)


def _vouched_by(keys: Keys, tenant_id: str, key: str) -> str:
    return str((keys.found.get((tenant_id, key)) or {}).get("upper_tenant", ""))


def entry_id_of(line: bytes) -> str:
    """The id in an entry's bytes, or nothing."""
    try:
        values = json.loads(line)
        return str(values[FIELDS.index("id")])
    except (ValueError, IndexError, TypeError, KeyError):
        return ""


def locate(batch: Mapping[str, Any], ids: bytes, links: bytes, lines: Sequence[bytes]) -> list[Fault]:
    """What is wrong between a batch and the entries that stand in its place, in the order of the batch."""
    number, start = batch["number"], bytes.fromhex(batch["previous"])
    names = [ids[at:at + 16].hex() for at in range(0, len(ids), 16)]
    built = chain(start, lines)
    if hashlib.sha256(ids).hexdigest() != batch["ids_digest"] or len(links) != 2 * len(ids):
        return [Fault("list", f"第 {number} 批的清单被改动", number)]
    if built and built[-1].hex() == batch["root"]:
        at = next((at for at, link in enumerate(built) if links[32 * at:32 * at + 32] != link), 0)
        return [Fault("list", f"第 {number} 批的清单在第 {at + 1} 条处被改动，条目本身完好", number, names[at], at + 1)]
    faults = _compare(number, start, names, links, lines)
    if links[-32:].hex() != batch["root"]:
        faults.append(Fault("list", f"第 {number} 批的清单与签过的根不符", number))
    return faults


def _compare(number: int, start: bytes, names: list[str], links: bytes, lines: Sequence[bytes]) -> list[Fault]:
    standing: dict[str, list[bytes]] = {}
    for line in lines:
        standing.setdefault(entry_id_of(line), []).append(line)
    places = {name: at for at, name in enumerate(names)}
    faults: list[tuple[float, Fault]] = []
    link = start
    for at, name in enumerate(names):
        expected = links[32 * at:32 * at + 32]
        there = standing.get(name, [])
        if not there:
            faults.append((at, Fault("deleted", f"第 {number} 批第 {at + 1} 条被删除", number, name, at + 1)))
        elif all(hashlib.sha256(link + line).digest() != expected for line in there):
            faults.append((at, Fault("edited", f"第 {number} 批第 {at + 1} 条被改动", number, name, at + 1)))
        elif len(there) > 1:
            faults.append((at, Fault("inserted", f"第 {number} 批第 {at + 1} 条被重复写入", number, name, at + 1)))
        link = expected
    for name in standing.keys() - places.keys():
        before = sum(1 for other in names if other < name)
        faults.append((before - 0.5, Fault("inserted", f"第 {number} 批第 {before} 条之后被插入一条", number, name, before + 1)))
    if not faults and [entry_id_of(line) for line in lines] != names:
        at = next(at for at, line in enumerate(lines) if entry_id_of(line) != names[at])
        faults.append((at, Fault("edited", f"第 {number} 批自第 {at + 1} 条起次序被调换", number, names[at], at + 1)))
    return [fault for _, fault in sorted(faults, key=lambda one: one[0])]


@dataclass
class Report:
    """What a file holds and what is wrong with it."""

    tenant_id: str = ""
    batches: int = 0
    entries: int = 0
    head: str = BEGINNING
    anchors: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


class _Reader:
    """Goes through an exported file once, a batch at a time."""

    def __init__(self, trusted: Mapping[str, Sequence[str]]) -> None:
        self.keys = Keys(trusted)
        self.report = Report()
        self.batch: dict[str, Any] | None = None
        self.lines: list[bytes] = []
        self.rows: dict[str, str] = {}
        self.ended = False

    def take(self, line: bytes) -> None:
        if line.startswith(b"["):
            self.lines.append(line)
            return
        part = json.loads(line)
        kind = part.pop("kind", "")
        if kind == "file":
            if part["format"] != FILE_FORMAT:
                raise ValueError(part["format"])
            self.report.tenant_id = part["tenant_id"]
        elif kind == "key":
            self.keys.found[part["tenant_id"], part["key_id"]] = part
            if not part["upper_tenant"]:
                self.report.anchors.append(f"{part['tenant_id']} {part['public']}")
        elif kind == "rows":
            self.rows[part["id"]] = part["data"]
        elif kind in ("batch", "end"):
            self.close()
            self.batch = part if kind == "batch" else None
            if kind == "end":
                self.end(part)

    def close(self) -> None:
        """Judge the batch whose entries have all been read."""
        report, batch = self.report, self.batch
        if batch is None:
            if self.lines:
                report.faults.append(Fault("inserted", "文件里有不属于任何批的条目", entry_id=entry_id_of(self.lines[0])))
        else:
            if batch["tenant_id"] != report.tenant_id:
                report.faults.append(Fault("batch", f"第 {batch['number']} 批不是 {report.tenant_id} 的", batch["number"]))
            report.faults += check_header(batch, self.keys, report.batches + 1, report.head)
            report.batches, report.head = batch["number"], hashlib.sha256(header_bytes(batch)).hexdigest()
            ids, links = base64.b64decode(batch["ids"]), base64.b64decode(batch["links"])
            built = chain(bytes.fromhex(batch["previous"]), self.lines)
            # Compared by every link: an altered list would else pass while the entries are whole.
            if b"".join(built) != links or not built or built[-1].hex() != batch["root"] \
                    or hashlib.sha256(ids).hexdigest() != batch["ids_digest"] or len(built) != batch["count"]:
                report.faults += locate(batch, ids, links, self.lines)
            report.faults += self.check_rows(batch["number"])
        report.entries += len(self.lines)
        self.lines, self.rows = [], {}

    def check_rows(self, number: int) -> Iterator[Fault]:
        for line in self.lines:
            if line.endswith(NO_ROWS):
                continue
            values = dict(zip(FIELDS, json.loads(line), strict=False))
            if values.get("rows_digest") is None:
                continue
            text = unpack(base64.b64decode(self.rows.get(values["id"], "")))
            if text is None or hashlib.sha256(text).hexdigest() != values["rows_digest"]:
                yield Fault("rows", f"第 {number} 批里一项批量办理的明细被改动或缺失", number, values["id"])

    def end(self, part: Mapping[str, Any]) -> None:
        self.ended = True
        if part["batches"] != self.report.batches or part["head"] != self.report.head:
            self.report.faults.append(Fault("missing", f"文件应有 {part['batches']} 批，末尾的批被删去", part["batches"]))


def verify_file(path: Path, trusted: Mapping[str, Sequence[str]] | None = None) -> Report:
    """Read an exported trail and say what is wrong with it. `trusted` are public keys by tenant."""
    reader = _Reader(trusted or {})
    number = 0
    try:
        with path.open("rb") as file:
            for line in file:
                number += 1
                reader.take(line.rstrip(b"\n"))
        if not reader.ended:
            reader.close()
            reader.report.faults.append(Fault("file", "文件不完整，没有结尾"))
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        reader.report.faults.append(Fault("file", f"文件第 {number} 行读不懂：{error}"))
    return reader.report


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="核对导出的留痕：只用文件本身和公布的公钥")
    parser.add_argument("file", type=Path)
    parser.add_argument("--keys", type=Path, help="公布的公钥（bangfu trail keys 的输出）；不给就请自行比对指纹")
    given = parser.parse_args()
    trusted = json.loads(given.keys.read_text(encoding="utf-8")) if given.keys else None
    report = verify_file(given.file, trusted)
    for fault in report.faults:
        _say(f"✗ {fault.text}" + (f"（条目 {fault.entry_id}）" if fault.entry_id else ""))
    if report.faults:
        return 1
    _say(f"{report.tenant_id}：{report.batches} 批 {report.entries} 条，完好。链头 {report.head}")
    if trusted is None:
        for anchor in report.anchors:
            _say(f"请把顶层公钥与公布的比对：{anchor}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
