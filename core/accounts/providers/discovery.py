"""What a provider announces of itself, and its keys: fetched, checked and kept for a few minutes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from authlib.integrations.requests_client import OAuth2Session
from requests import RequestException, Timeout

from core.accounts.providers.faults import MISSET, UNREACHABLE, ProviderFault
from core.accounts.providers.rules import ALGORITHMS, address_fault

WELL_KNOWN = "/.well-known/openid-configuration"
#: seconds for which an announcement or a set of keys is taken as it was
KEPT = 300.0
#: providers kept in mind; far more than there are provinces and cities
MOST = 1000


@dataclass(frozen=True)
class Announced:
    """The parts of a provider's announcement that signing in needs, all of them checked."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    end_session_endpoint: str
    algorithms: tuple[str, ...]
    auth_method: str
    #: its answers name their issuer, so that two providers cannot be mixed up (RFC 9207)
    names_issuer: bool


class Directory:
    """The announcements and keys known to one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str], tuple[float, Any]] = {}

    def announced(self, session: OAuth2Session, issuer: str, hosts: frozenset[str], *, fresh: bool = False) -> Announced:
        """What the issuer announces."""
        def fetch() -> Announced:
            return read_announcement(fetch_json(session, issuer.rstrip("/") + WELL_KNOWN), issuer, hosts)
        found: Announced = self._remember(("announced", issuer), fetch, fresh=fresh)
        return found

    def keys(self, session: OAuth2Session, announced: Announced, *, fresh: bool = False) -> list[Any]:
        """The issuer's public keys; `fresh` when a token was signed with one that is not among those kept."""
        def fetch() -> list[Any]:
            keys = fetch_json(session, announced.jwks_uri).get("keys")
            if not isinstance(keys, list):
                raise ProviderFault(MISSET, "公钥文档里没有 keys", status=502)
            return keys
        found: list[Any] = self._remember((announced.jwks_uri, announced.issuer), fetch, fresh=fresh)
        return found

    def _remember(self, key: tuple[str, str], fetch: Callable[[], Any], *, fresh: bool) -> Any:
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and not fresh and time.monotonic() - kept[0] < KEPT:
            return kept[1]
        found = fetch()
        with self._lock:
            while len(self._kept) >= MOST:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = (time.monotonic(), found)
        return found


def fetch_json(session: OAuth2Session, address: str, *, token: str = "") -> dict[str, Any]:
    """A JSON object of the provider; anything else is a fault."""
    headers = {"Accept": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    try:
        answer = session.request("GET", address, withhold_token=True, headers=headers, allow_redirects=False)
        found = answer.json() if answer.status_code == 200 else None
    except Timeout as error:
        raise ProviderFault(UNREACHABLE, f"超时：{address}", status=502) from error
    except RequestException as error:
        raise ProviderFault(UNREACHABLE, f"连不上，或应答不是 JSON：{address}（{type(error).__name__}）", status=502) from error
    if not isinstance(found, dict):
        raise ProviderFault(UNREACHABLE, f"应答不对（HTTP {answer.status_code}）：{address}", status=502)
    return found


def read_announcement(said: Mapping[str, Any], issuer: str, hosts: frozenset[str]) -> Announced:
    """Check an announcement: it must be the issuer's own, and every address in it one that may be asked."""
    if said.get("issuer") != issuer:
        raise ProviderFault(MISSET, f"对方公布的 issuer 是“{str(said.get('issuer'))[:200]}”，与所填的不同", status=502)
    algorithms = said.get("id_token_signing_alg_values_supported", ["RS256"])
    usable = tuple(name for name in ALGORITHMS if isinstance(algorithms, list) and name in algorithms)
    if not usable:
        raise ProviderFault(MISSET, f"对方的签名算法不受支持，须为 {'、'.join(ALGORITHMS)} 之一", status=502)
    methods = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    post = isinstance(methods, list) and "client_secret_basic" not in methods and "client_secret_post" in methods
    return Announced(
        issuer, authorization_endpoint=_endpoint(said, "authorization_endpoint", hosts),
        token_endpoint=_endpoint(said, "token_endpoint", hosts), jwks_uri=_endpoint(said, "jwks_uri", hosts),
        userinfo_endpoint=_endpoint(said, "userinfo_endpoint", hosts, needed=False),
        end_session_endpoint=_endpoint(said, "end_session_endpoint", hosts, needed=False),
        algorithms=usable, auth_method="client_secret_post" if post else "client_secret_basic",
        names_issuer=said.get("authorization_response_iss_parameter_supported") is True)


def _endpoint(said: Mapping[str, Any], name: str, hosts: frozenset[str], *, needed: bool = True) -> str:
    address = said.get(name)
    if address is None and not needed:
        return ""
    fault = address_fault(address, hosts) if isinstance(address, str) and len(address) <= 300 else "没有公布"
    if fault is not None:
        raise ProviderFault(MISSET, f"对方的 {name} 不可用：{fault}", status=502)
    return str(address)
