"""Requests to a provider: nowhere but where its unit's administrator and the deployment allow, and an end to
waiting and to reading; `core.outward` does the asking, Authlib's client the talking."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.requests_client import OAuth2Session
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from requests.exceptions import ConnectionError as Broken
from requests.exceptions import ReadTimeout
from requests.structures import CaseInsensitiveDict
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_encoding_from_headers

from core.accounts.providers.faults import MISSET, UNREACHABLE, ProviderFault
from core.accounts.providers.rules import address_fault
from core.outward.addresses import Target
from core.outward.exchange import Answer, Limits, Refused, Unresolved, exchange

#: seconds for the whole of a request, and bytes of an answer
WHOLE = 8.0
LARGEST = 512 * 1024


class Guarded(BaseAdapter):
    """Sends to `hosts` even where they stand in the platform's own network, to others only outside of it."""

    def __init__(self, hosts: Collection[str], authority: str) -> None:
        self.hosts = frozenset(hosts)
        self.authority = authority
        super().__init__()

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        """Ask once; raises ProviderFault, or what requests raises."""
        address = request.url or ""
        fault = address_fault(address, self.hosts)
        if fault is not None:
            raise ProviderFault(MISSET, f"{fault}：{address}", status=502)
        target = _target(address)
        body = request.body.encode() if isinstance(request.body, str) else request.body
        assert body is None or isinstance(body, bytes)  # forms and nothing: Authlib sends no streams
        headers = {name: value if isinstance(value, str) else value.decode() for name, value in request.headers.items()}
        limits = Limits(WHOLE, LARGEST + 1, allowed=target.host.rstrip(".") in self.hosts)
        try:
            answer = exchange(str(request.method), target, headers, body, limits,
                              trusting(self.authority or DEFAULT_CA_BUNDLE_PATH))
        except Unresolved as error:
            raise ProviderFault(UNREACHABLE, f"主机名“{target.host}”解析不出地址", status=502) from error
        except Refused as error:
            raise ProviderFault(MISSET, f"主机“{target.host}”在内部网络，部署没有放行（BANGFU_ACCOUNT_PROVIDER_HOSTS）",
                                status=502) from error
        except TimeoutError as error:
            raise ReadTimeout(error) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Broken(error) from error
        if len(answer.body) > LARGEST:
            raise ProviderFault(UNREACHABLE, "应答太大", status=502)
        return _response(request, answer)

    def close(self) -> None:
        """Nothing is kept open."""


def trusting(authorities: str) -> ssl.SSLContext:
    """What trusts this file of authorities; reading one takes longer than the rest of a request, so it is kept until
    the file changes."""
    return _trusting(authorities, Path(authorities).stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _trusting(authorities: str, changed: int) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authorities)


def guarded_session(client_id: str, client_secret: str, hosts: Collection[str], *, authority: str = "",
                    **options: Any) -> OAuth2Session:
    """Authlib's client behind the guard. `authority` is a file of certificates, where the provider's are not
    signed by one that everybody knows."""
    made = OAuth2Session(client_id, client_secret or None, **options)
    made.trust_env = False
    for scheme in ("http://", "https://"):
        made.mount(scheme, Guarded(hosts, authority))
    return made


def _target(address: str) -> Target:
    parts = urlsplit(address)
    secure = parts.scheme == "https"
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    return Target(secure, (parts.hostname or "").lower(), parts.port or (443 if secure else 80), path)


def _response(request: PreparedRequest, answer: Answer) -> Response:
    made = Response()
    made.request, made.url = request, request.url or ""
    made.status_code, made.headers = answer.status, CaseInsensitiveDict(answer.headers)
    made.encoding = get_encoding_from_headers(made.headers)
    made._content, made._content_consumed = answer.body, True
    return made
