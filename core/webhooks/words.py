"""States and reasons of deliveries as people read them."""

from __future__ import annotations

from core.errors import N_

#: what a subscription's state is called, and its colour
ENDPOINTS = {
    "active": (N_("推送中"), "success"),
    "paused": (N_("已暂停"), "plain"),
    "halted": (N_("自动暂停"), "danger"),
    "removed": (N_("已删除"), "plain"),
}
DELIVERIES = {
    "queued": (N_("等待推送"), "info"),
    "retrying": (N_("等待重试"), "warning"),
    "delivered": (N_("已送达"), "success"),
    "failed": (N_("未送达"), "danger"),
    "held": (N_("暂停中未推送"), "plain"),
}
REASONS = {
    "address": N_("目标解析到本机、内网或保留地址，已拒绝连接"),
    "host": N_("http 目标不在放行的主机之列，已拒绝连接"),
    "unresolved": N_("域名解析不到地址"),
    "connection": N_("连接不上，或连接中断"),
    "certificate": N_("对方的证书不可信，或与域名不符"),
    "tls": N_("加密连接没有建立"),
    "timeout": N_("超过时限"),
    "redirect": N_("对方要求转向别处；推送不跟随转向，请直接填写最终地址"),
    "status": N_("对方没有答复成功"),
    "gone": N_("对方答复不再接收（410）"),
    "answer": N_("对方的答复不是 HTTP"),
    "stopped": N_("推送中断，没有结果"),
}
#: trying again cannot help: the address has to be changed, or the host allowed
FINAL = ("address", "host", "gone")
