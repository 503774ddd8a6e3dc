"""Words of campaigns and messages: codes with what officials call them."""

from __future__ import annotations

from core.errors import N_

CHANNELS = (
    ("television", N_("电视")), ("radio", N_("广播电台")), ("sms", N_("手机短信")), ("wechat", N_("微信")),
    ("school_message", N_("校讯通")),
    ("banner", N_("宣传横幅")), ("board", N_("板报和宣传栏")), ("village_broadcast", N_("村村响广播")), ("leaflet", N_("宣传单、明白纸")),
    ("screen", N_("电子屏")), ("meeting", N_("家长会、院坝会")), ("visit", N_("入户走访")), ("press", N_("报纸")), ("web", N_("网站")),
    ("other", N_("其他")),
)
SMS = "sms"
WAITING, SENT, FAILED, REFUSED = "waiting", "sent", "failed", "refused"
STATES = ((WAITING, N_("待发送")), (SENT, N_("已发送")), (FAILED, N_("失败")), (REFUSED, N_("不愿接收")))
#: why a message was not sent; what a gateway or a file says in its own words becomes "rejected"
REASONS = (
    ("", "—"), ("no_phone", N_("没有登记手机号")), ("asked", N_("本人要求不再接收")), ("no_consent", N_("没有有效的同意")),
    ("rejected", N_("短信平台没有发出")), ("gone", N_("监护人记录已不在")),
)
OUTBOX, HTTP = "outbox", "http"
GATEWAYS = ((OUTBOX, N_("名单文件：下载后由县里的短信平台发送")), (HTTP, N_("短信网关：平台直接提交")))
