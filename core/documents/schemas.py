"""What a plan adds to archive folders, and what a clerk enters with a document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from core.errors import N_
from core.host.contract import SectionSpec

SECTION = "archive_items"


class ArchiveItemSchema(Schema):
    """`[[archive_items]]`: an item that a plan demands of a folder."""

    folder = fields.String(required=True, validate=validate.Length(1, 60))
    required = fields.Boolean(load_default=True)
    least = fields.Integer(load_default=1, validate=validate.Range(1, 50))


def describe(value: Mapping[str, Any]) -> str:
    """The entry in Chinese for the plan page."""
    need = f"必备，至少 {value.get('least', 1)} 件" if value.get("required", True) else "可选"
    return f"档案 {value.get('folder', '')} 增加一项（{need}）"


SECTIONS = [SectionSpec(SECTION, N_("档案应有材料"), ArchiveItemSchema, describe=describe)]


class DocumentSchema(Schema):
    """The form beside the files."""

    title = fields.String(load_default="", validate=validate.Length(max=160, error="标题最多 160 字"))
    text = fields.String(load_default="", validate=validate.Length(max=20_000, error="文字最多 20000 字"))
    happened_on = fields.Date(required=True, error_messages={"invalid": "请写成 2026-11-21 这样的日期",
                                                             "required": "请填写日期"})


class RemovalSchema(Schema):
    """Taking a document out asks why."""

    reason = fields.String(required=True, validate=validate.Length(4, 200, error="请写明撤出的理由，至少 4 个字"),
                           error_messages={"required": "请写明撤出的理由"})
