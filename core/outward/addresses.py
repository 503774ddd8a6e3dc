"""Which places of the network may be connected to; pure functions."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass

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
    """A well-formed address to ask or tell."""

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
