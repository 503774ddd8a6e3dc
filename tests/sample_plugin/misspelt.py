"""A plugin with a hook nobody knows."""

from __future__ import annotations

from core.host.contract import Manifest
from core.host.markers import hookimpl

manifest = Manifest("sample_misspelt", "拼错的插件", "0.1", "钩子名少写了一个字母，应被隔离。")


@hookimpl
def on_plugin_enable(tenant_id: str) -> None:
    raise AssertionError("平台不认识这个钩子，不应调用")
