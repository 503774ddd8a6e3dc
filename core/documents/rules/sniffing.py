"""What a file really is, told by its content and never by its name alone."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath

import filetype

from core.errors import N_, InvalidInput

#: bytes: what a phone's photograph or a scanned form needs
LARGEST = 20 * 1024 * 1024
#: a packed office file may not grow to more than this, nor hold more parts
LARGEST_UNPACKED, MOST_PARTS = 300 * 1024 * 1024, 10_000
PHOTO, PDF, OFFICE, TEXT = "photo", "pdf", "office", "text"
_OOXML = "application/vnd.openxmlformats-officedocument."
_MACRO = re.compile(r"(?i)vbaproject|macrosheets|activex")
_UNSAFE = re.compile(r"[^\w\u3400-\u9fff\uf900-\ufaff（）()\-—·.,，、+ ]+")


@dataclass(frozen=True)
class Kind:
    """A kind of file that may be kept: photo, pdf, office or text, its media type and usual ending."""

    kind: str
    media_type: str
    ending: str


KINDS = {kind.media_type: kind for kind in (
    Kind(PHOTO, "image/jpeg", "jpg"), Kind(PHOTO, "image/png", "png"), Kind(PHOTO, "image/webp", "webp"),
    Kind(PDF, "application/pdf", "pdf"),
    Kind(OFFICE, f"{_OOXML}wordprocessingml.document", "docx"),
    Kind(OFFICE, f"{_OOXML}spreadsheetml.sheet", "xlsx"),
    Kind(OFFICE, f"{_OOXML}presentationml.presentation", "pptx"),
    Kind(OFFICE, "application/msword", "doc"), Kind(OFFICE, "application/vnd.ms-excel", "xls"),
    Kind(TEXT, "text/plain", "txt"),
)}
#: the main part of each packed office file
_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
_BY_ENDING = {kind.ending: kind for kind in KINDS.values()} | {"jpeg": KINDS["image/jpeg"]}
#: an older office file begins like this, whichever program wrote it
_OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")


def sniff(name: str, data: bytes) -> Kind:
    """The kind of a file. Raises InvalidInput for an empty or oversized file, one that is not what its name says,
    one with macros, and any kind that is not kept."""
    if not data:
        raise InvalidInput(N_("“%(name)s”是空文件"), name=name)
    if len(data) > LARGEST:
        raise InvalidInput(N_("“%(name)s”有 %(size)s MB，单个文件最大 %(most)s MB"), name=name,
                           size=round(len(data) / 1048576, 1), most=LARGEST // 1048576)
    ending = PurePosixPath(name.lower()).suffix.lstrip(".")
    found = _by_content(name, data, ending)
    if found is None:
        raise InvalidInput(N_("“%(name)s”的类型不能存入。可以存：照片（jpg、png、webp）、pdf、Word、Excel、PPT 和文本"),
                           name=name)
    if _BY_ENDING.get(ending) != found:
        raise InvalidInput(N_("“%(name)s”的内容其实是 %(real)s 文件，请改正扩展名后再上传"), name=name, real=found.ending)
    return found


def _by_content(name: str, data: bytes, ending: str) -> Kind | None:
    if data.startswith(b"PK\x03\x04"):
        return _packed(name, data)
    if data.startswith(_OLD_OFFICE):
        return _BY_ENDING[ending] if ending in ("doc", "xls") else _BY_ENDING["doc"]
    guess = filetype.guess_mime(data)
    if guess is not None:
        return KINDS.get(guess)
    return KINDS["text/plain"] if ending == "txt" and _is_text(data) else None


def _packed(name: str, data: bytes) -> Kind | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
    except zipfile.BadZipFile as error:
        raise InvalidInput(N_("“%(name)s”不完整或已损坏，请重新保存后再上传"), name=name) from error
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise InvalidInput(N_("“%(name)s”解压后过大，不能存入"), name=name)
    names = {part.filename for part in parts}
    if any(map(_MACRO.search, names)):
        raise InvalidInput(N_("“%(name)s”带有宏，请另存为不含宏的文件再上传"), name=name)
    return next((_BY_ENDING[ending] for part, ending in _PARTS.items() if part in names), None)


def _is_text(data: bytes) -> bool:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not any(unicodedata.category(sign) == "Cc" and sign not in "\r\n\t\f" for sign in text)
    return False


def safe_name(name: str) -> str:
    """A file's name without path or odd characters, at most 120 characters, the ending kept."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = _UNSAFE.sub("_", name).strip(" .") or "文件"
    stem, dot, ending = name.rpartition(".")
    return f"{stem[:119 - len(ending)]}.{ending}" if dot and len(ending) <= 8 else name[:120]
