"""Requests to a provider: nowhere but where its unit's administrator and the deployment allow, no redirects, no
proxies of the environment, and an end to waiting and to reading.

A host is resolved once, all its addresses are judged, and the connection goes to the very address that was judged:
a name that answers differently the second time gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Collection
from typing import Any, cast

from authlib.integrations.requests_client import OAuth2Session
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as Broken
from requests.exceptions import ReadTimeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError

from core.accounts.providers.faults import MISSET, UNREACHABLE, ProviderFault
from core.accounts.providers.rules import address_fault, is_inner

#: seconds: to connect, between two pieces of an answer, and for the whole of one
CONNECT, PIECE, WHOLE = 3.0, 5.0, 8.0
LARGEST = 512 * 1024


class Guarded(HTTPAdapter):
    """Sends to `hosts` even where they stand in the platform's own network, to others only outside of it."""

    def __init__(self, hosts: Collection[str]) -> None:
        self.hosts = frozenset(hosts)
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = _pools(self.hosts)

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        fault = address_fault(request.url or "", self.hosts)
        if fault is not None:
            raise ProviderFault(MISSET, f"{fault}：{request.url}", status=502)
        until = time.monotonic() + WHOLE
        answer = super().send(request, *args, **{**options, "stream": True, "timeout": (CONNECT, PIECE),
                                                 "proxies": {}})
        answer._content = _read(answer, until)
        answer._content_consumed = True
        return answer


def guarded_session(client_id: str, client_secret: str, hosts: Collection[str], *, authority: str = "",
                    **options: Any) -> OAuth2Session:
    """Authlib's client behind the guard. `authority` is a file of certificates, where the provider's are not
    signed by one that everybody knows."""
    made = OAuth2Session(client_id, client_secret or None, **options)
    made.trust_env = False
    made.verify = authority or True
    for scheme in ("http://", "https://"):
        made.mount(scheme, Guarded(hosts))
    return made


def _read(answer: Response, until: float) -> bytes:
    """The whole answer; `read1` comes back after every piece, so that a trickle has an end as well."""
    read = bytearray()
    try:
        while piece := answer.raw.read1(65536, decode_content=True):
            read += piece
            if len(read) > LARGEST:
                raise ProviderFault(UNREACHABLE, "应答太大", status=502)
            if time.monotonic() > until:
                raise ReadTimeout("the whole answer took too long")
    except ReadTimeoutError as error:
        raise ReadTimeout(error) from error
    except HTTPError as error:
        raise Broken(error) from error
    finally:
        answer.close()
    return bytes(read)


def _pools(hosts: frozenset[str]) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(_Judging, HTTPConnection):
        allowed = hosts

    class Secure(_Judging, HTTPSConnection):
        allowed = hosts

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


class _Judging:
    """Connects to an address that was judged, while the certificate is still checked against the name."""

    allowed: frozenset[str]
    _dns_host: str
    port: int

    def _new_conn(self) -> socket.socket:
        name, fault = self._dns_host, None
        for address in judged_addresses(name, self.port, self.allowed):
            self._dns_host = address
            try:
                made: socket.socket = super()._new_conn()  # type: ignore[misc]
                return made
            except NewConnectionError as error:  # such as the one of IPv6 where there is none
                fault = error
            finally:
                self._dns_host = name
        raise fault or NewConnectionError(cast(Any, self), "no address")


def judged_addresses(name: str, port: int, hosts: Collection[str]) -> list[str]:
    """The addresses to connect to. One inner address among several refuses them all."""
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise ProviderFault(UNREACHABLE, f"主机名“{name}”解析不出地址", status=502) from error
    inner = [text for text in found if is_inner(ipaddress.ip_address(text.partition("%")[0]))]
    if inner and name.lower().rstrip(".") not in hosts:
        raise ProviderFault(MISSET, f"主机“{name}”在内部网络，部署没有放行（BANGFU_ACCOUNT_PROVIDER_HOSTS）", status=502)
    return list(dict.fromkeys(found))
