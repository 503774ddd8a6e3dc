"""Its manifest and its one hook."""

from __future__ import annotations

from core.host.contract import Card, Manifest, Place
from core.host.markers import hookimpl

manifest = Manifest("sample_extra", "示例补充", "0.1", "在工作台上补充一张卡片，依赖示例走访。", requires=("sample",),
                    order=91)


@hookimpl
def collect_cards(place: Place) -> list[Card]:
    return [Card("示例补充", str(len(place.tenants)), "个租户")]
