"""What a provider's addresses, tokens and values may be; pure functions."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from core.errors import N_

#: signatures with a key that the provider alone has; never "none", never one made with the shared secret
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
#: the kind of key each of them takes
_KEY_KINDS = {"RS": "RSA", "PS": "RSA", "ES": "EC"}
#: a modulus of 2,048 bits in base64url; shorter ones can be broken
_SHORTEST_MODULUS = 342
_LOOPBACK_NAMES = frozenset({"localhost", "ip6-localhost"})


def host_of(address: str) -> str:
    """The host of an address in lower case; "" where there is none."""
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether a host, as it is written, is this machine."""
    try:
        return host in _LOOPBACK_NAMES or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def address_fault(address: str, hosts: Collection[str]) -> str | None:
    """Why an address of a provider is refused; None when it is fine. Plain http is for loopback alone, where the
    deployment allows it."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return N_("地址写得不对")
    host = (parts.hostname or "").lower()
    if not host or not address.isascii() or not address.isprintable() or " " in address or "\\" in address:
        return N_("地址写得不对")
    if parts.username is not None or parts.password is not None or parts.fragment:
        return N_("地址里不能有用户名、密码或 # 后的部分")
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host) and host in hosts):
        return None
    return N_("地址必须以 https:// 开头")


def home_fault(address: str) -> str | None:
    """Why the platform's own address is refused; plain http is for loopback alone."""
    parts = urlsplit(address)
    if parts.path not in ("", "/") or parts.query:
        return N_("只写到主机名为止，例如 https://bangfu.example.gov.cn")
    return address_fault(address, {host_of(address)})


def usable_keys(keys: object, header: Mapping[str, object]) -> list[dict[str, object]]:
    """The provider's keys that a token with this header can have been signed with."""
    algorithm, wanted = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS or not isinstance(keys, list):
        return []
    kind = _KEY_KINDS[str(algorithm)[:2]]
    return [key for key in keys if isinstance(key, dict) and key.get("kty") == kind
            and (wanted is None or key.get("kid") == wanted)
            and key.get("use", "sig") == "sig" and key.get("alg", algorithm) == algorithm
            and (kind != "RSA" or len(str(key.get("n", ""))) >= _SHORTEST_MODULUS)]


def factor_done(claims: Mapping[str, object], counted: str) -> bool:
    """Whether the provider says that it has checked a second factor of a kind that counts here."""
    wanted, said = set(counted.split()), claims.get("amr")
    found = {str(value) for value in said} if isinstance(said, list) else set()
    return bool(wanted & (found | {str(claims.get("acr"))}))


def first_value(claim: str, claims: Mapping[str, object]) -> str:
    """The value of the linking claim as administrators write it; "" where there is none to go by."""
    value = claims.get(claim)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    if claims.get(f"{claim}_verified") is False:
        return ""  # the provider itself does not vouch for it
    return plain_value(claim, str(value))


def plain_value(claim: str, text: str) -> str:
    """A staff number or telephone number without the ways of writing it."""
    plain = "".join(text.split())
    if "phone" in claim or "mobile" in claim:
        plain = plain.replace("-", "").removeprefix("+86").removeprefix("0086")
    return plain


def hint_of(value: str) -> str:
    """The ends of a value: enough to tell two apart, too little to use."""
    return f"{value[:2]}…{value[-2:]}" if len(value) > 6 else f"{value[:1]}…"


def one_of(answer: str, known: Mapping[str, str]) -> str:
    """A provider's error code in words, never its own text, which anybody can put into an address."""
    return known.get(answer, "其他原因")
