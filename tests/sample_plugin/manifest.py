"""What the plugin says of itself."""

from core.host.contract import Manifest

manifest = Manifest(
    slug="sample",
    title="示例走访",
    version="1.2.0",
    summary="登记到户走访及其慰问金，用来演示和检验平台的每个扩展点。",
    core="0.1",
    order=90,
)
