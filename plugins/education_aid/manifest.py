"""What the plugin says of itself."""

from core.host.contract import Manifest

manifest = Manifest(
    slug="education_aid",
    title="学生资助",
    version="0.1.0",
    summary="按方案算出每个孩子应享的资助，从申请、公示到发放，查应享未享、控辍保学。",
    core="0.1",
    order=20,
)
