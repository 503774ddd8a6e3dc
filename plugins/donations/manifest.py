"""What the plugin says of itself."""

from core.host.contract import Manifest

manifest = Manifest(
    slug="donations",
    title="捐赠",
    version="0.1.0",
    summary="捐赠活动、捐赠台账、资金去向与使用、证书和公示，全程自愿，不设指标，不作排名。",
    core="0.1",
    order=30,
)
