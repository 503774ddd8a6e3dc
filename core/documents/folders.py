"""The folders of this platform: what core, plugins and the tenant's plan say they hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from sqlalchemy.orm import Session

from core.documents.schemas import SECTION
from core.errors import N_, NotFound
from core.extensions import today
from core.host.contract import FolderItem, FolderSpec
from core.host.manager import PluginHost
from core.tenancy import queries

#: a masked or pending item is an open question of the plan and demands nothing
ACTIVE = "active"
BUILTIN = [
    FolderSpec("core.unit", N_("单位帮扶档案"), "unit", (
        FolderItem("material", N_("文字材料"), least=1),
        FolderItem("photo", N_("图片资料"), least=1),
        FolderItem("other", N_("其他"), required=False),
    ), clause="CO-023"),
    FolderSpec("core.household", N_("一户一档"), "household", (
        FolderItem("identification", N_("识别认定材料")),
        FolderItem("measures", N_("帮扶措施与成效")),
        FolderItem("visits", N_("走访记录与照片"), required=False),
        FolderItem("exit", N_("退出认定材料"), required=False),
        FolderItem("other", N_("其他"), required=False),
    )),
    FolderSpec("core.person", N_("一生一档"), "person", (
        FolderItem("identity", N_("身份与户籍证明")),
        FolderItem("recognition", N_("困难认定材料")),
        FolderItem("aid", N_("资助申请与发放凭据"), required=False),
        FolderItem("other", N_("其他"), required=False),
    )),
]


def list_folders(host: PluginHost, plugins: Collection[str], subject: str = "") -> list[FolderSpec]:
    """The folders of core and of these plugins, all or those of one kind of owner."""
    known = [spec for spec in host.registered("register_folders") if spec.slug == "core" or spec.slug in plugins]
    return [spec for spec in known if not subject or spec.subject == subject]


def get_folder(host: PluginHost, plugins: Collection[str], code: str) -> FolderSpec:
    """A folder by its code; raises NotFound."""
    return among(list_folders(host, plugins), code)


def among(folders: Iterable[FolderSpec], code: str) -> FolderSpec:
    """The one of these folders that has the code; raises NotFound."""
    for spec in folders:
        if spec.code == code:
            return spec
    raise NotFound(N_("没有这种档案"))


def with_plan(session: Session, spec: FolderSpec, tenant_id: str) -> FolderSpec:
    """The folder with the items the tenant's plan of today demands besides; an item of the same code is replaced."""
    plan = queries.running_plan(session, tenant_id)
    if plan is None:
        return spec
    day = today()
    added = {row.code: FolderItem(row.code, row.name, bool(row.value.get("required", True)),
                                  int(str(row.value.get("least", 1))), clause=row.clause)
             for row in queries.entries_of_plans(session, [plan], SECTION)
             if row.value.get("folder") == spec.code and row.state == ACTIVE
             and (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or day <= row.valid_to)}
    kept = [added.pop(item.code, item) for item in spec.items]
    return replace(spec, items=(*kept, *added.values()))
