"""Where may be told: how addresses and places are written, and which are refused at once; pure functions."""

from __future__ import annotations

import re

from core.errors import N_, InvalidInput
from core.outward.addresses import Target, literal_address, may_connect

LONGEST = 500
_HOST = r"(?P<host>\[[0-9a-fA-F:.]{2,45}\]|[0-9A-Za-z](?:[0-9A-Za-z._-]{0,252}[0-9A-Za-z])?)"
#: no name and password, no fragment, nothing a browser would mend and another reader read differently
_URL = re.compile(rf"(?P<scheme>https?)://{_HOST}(?::(?P<port>\d{{1,5}}))?(?P<path>/[!\"$-\[\]-~]*)?", re.ASCII)
_PLACE = re.compile(rf"{_HOST}(?::(?P<port>\d{{1,5}}))?", re.ASCII)
_INNER_NAMES = (".localhost", ".localdomain", ".local", ".internal", ".intranet", ".home.arpa")


def parse_target(url: str) -> Target:
    """The parts of an address; raises InvalidInput on the field `url`."""
    found = _URL.fullmatch(url.strip()) if len(url.strip()) <= LONGEST else None
    if found is None:
        _refuse(N_("请填写完整的 https 地址，不带用户名、密码和 #，500 个字符以内，中文域名和路径请先转码"))
    assert found is not None
    secure = found["scheme"] == "https"
    port = int(found["port"] or (443 if secure else 80))
    if not 0 < port < 65536:
        _refuse(N_("端口应为 1 至 65535"))
    return Target(secure, found["host"].strip("[]").lower(), port, found["path"] or "/")


def parse_place(text: str) -> tuple[str, int]:
    """Host and port of `host:port`, 443 unless given; raises InvalidInput on the field `host`."""
    found = _PLACE.fullmatch(text.strip())
    port = int(found["port"] or 443) if found else 0
    if found is None or not 0 < port < 65536:
        message = N_("请填写“主机:端口”，如 10.1.2.3:8443 或 gate.example.gov.cn:443")
        raise InvalidInput(message, {"host": message})
    return found["host"].strip("[]").lower(), port


def check_target(target: Target, *, allowed: bool) -> None:
    """Refuse what can be told without asking for the name's addresses; those are judged at each delivery."""
    if not target.secure and not allowed:
        _refuse(N_("只能用 https；内网系统只有 http 的，请平台管理员先放行这个主机和端口"))
    literal = literal_address(target.host)
    inner_name = literal is None and f".{target.host}".endswith(_INNER_NAMES)
    if (literal is not None and not may_connect(literal, allowed=allowed)) or (inner_name and not allowed):
        _refuse(N_("这是本机或内网的地址；确有需要，请平台管理员先放行这个主机和端口"))


def _refuse(message: str) -> None:
    raise InvalidInput(message, {"url": message})
