"""Where may be told: which addresses are well formed, and which places of the network are refused; pure functions."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass

from core.errors import N_, InvalidInput

LONGEST = 500
_HOST = r"(?P<host>\[[0-9a-fA-F:.]{2,45}\]|[0-9A-Za-z](?:[0-9A-Za-z._-]{0,252}[0-9A-Za-z])?)"
#: no name and password, no fragment, nothing a browser would mend and another reader read differently
_URL = re.compile(rf"(?P<scheme>https?)://{_HOST}(?::(?P<port>\d{{1,5}}))?(?P<path>/[!\"$-\[\]-~]*)?", re.ASCII)
_PLACE = re.compile(rf"{_HOST}(?::(?P<port>\d{{1,5}}))?", re.ASCII)
_INNER_NAMES = (".localhost", ".localdomain", ".local", ".internal", ".intranet", ".home.arpa")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: what is not the public network: IANA's special-purpose registry of IPv4
_INNER_4 = [ipaddress.IPv4Network(text) for text in (
    "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
    "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24")]
#: of IPv6 only 2000::/3 is the public network, less IETF protocols and Teredo, documentation, and 6to4
_OUTER_6 = ipaddress.IPv6Network("2000::/3")
_INNER_6 = [ipaddress.IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]
#: an inner network may be allowed, but never these: the machine's own link, groups, reserved space, the places
#: where clouds hand out credentials, and IPv4 in disguise (mapped, compatible, NAT64, 6to4, Teredo)
_NEVER = [ipaddress.ip_network(text) for text in (
    "0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "100.100.100.200/32", "168.63.129.16/32",
    "192.0.0.192/32", "::/128", "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16",
    "fd00:ec2::254/128", "fe80::/10", "fec0::/10", "ff00::/8")]
_LOOPBACK_6 = ipaddress.IPv6Address("::1")


@dataclass(frozen=True)
class Target:
    """A well-formed address to tell at."""

    secure: bool
    #: a name in lower case, or an address without brackets
    host: str
    port: int
    path: str

    @property
    def place(self) -> str:
        """Host and port, as they are allowed and as the trail names them."""
        return place_of(self.host, self.port)

    @property
    def header(self) -> str:
        """The Host header."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return shown if self.port == (443 if self.secure else 80) else f"{shown}:{self.port}"


def place_of(host: str, port: int) -> str:
    """`host:port`."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


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


def literal_address(host: str) -> str | None:
    """The address a host is written as, in any way the system reads one (`127.1`, `0x7f.1`, `2130706433`)."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


def may_connect(text: str, *, allowed: bool) -> bool:
    """Whether to connect to an address: a public one, or one of an inner network at an allowed host."""
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if address == _LOOPBACK_6:
        return allowed
    if any(address.version == network.version and address in network for network in _NEVER):
        return False
    if allowed:
        return True
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _INNER_4)
    return address in _OUTER_6 and not any(address in network for network in _INNER_6)


def _refuse(message: str) -> None:
    raise InvalidInput(message, {"url": message})
