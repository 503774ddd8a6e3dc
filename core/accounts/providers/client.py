"""The platform as a client of one provider: where to send people, and what to make of their coming back.

Authorization code with PKCE, state and nonce. Nothing that a browser brings is believed before the provider itself
has confirmed it over a connection of our own and with its signature.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry
from joserfc.jws import JWSRegistry
from requests import RequestException, Timeout

from core.accounts.providers.discovery import Announced, Directory, fetch_json
from core.accounts.providers.faults import MISSET, UNPROVEN, UNREACHABLE, ProviderFault
from core.accounts.providers.models import Provider
from core.accounts.providers.rules import usable_keys
from core.accounts.providers.transport import guarded_session
from core.accounts.vault import Security
from core.errors import PlatformError

#: seconds by which the clocks of two machines may differ
LEEWAY = 60
LONGEST_SUBJECT = 255


@dataclass(frozen=True)
class Attempt:
    """One way out to a provider, kept in the browser's own cookie until it comes back."""

    state: str
    provider_id: uuid.UUID
    nonce: str
    verifier: str
    at: int
    next: str
    #: the account that is to be linked; none when it is to be signed in
    account_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Proven:
    """Whom the provider vouches for."""

    subject: str
    claims: dict[str, Any]
    id_token: str
    sign_out_at: str


class Client:
    """One provider, asked within one request."""

    def __init__(self, provider: Provider, security: Security, directory: Directory, back: str = "") -> None:
        self.provider, self.directory, self.back = provider, directory, back
        self.hosts = security.policy.inner_hosts
        self._session = self._new_session(security)

    def _new_session(self, security: Security) -> OAuth2Session:
        secret = ""
        if self.provider.client_secret:
            try:
                secret = security.unseal(self.provider.client_secret, str(self.provider.id))
            except PlatformError as error:
                raise ProviderFault(MISSET, "客户端密钥打不开：平台的 BANGFU_SECRET_KEY 与存入时不同", status=502) from error
        return guarded_session(self.provider.client_id, secret, self.hosts, scope=self.provider.scopes,
                               authority=security.policy.provider_ca, redirect_uri=self.back,
                               code_challenge_method="S256")

    def announced(self, *, fresh: bool = False) -> Announced:
        """What the provider announces."""
        return self.directory.announced(self._session, self.provider.issuer, self.hosts, fresh=fresh)

    def tested(self) -> Announced:
        """Ask afresh for the announcement and the keys, for whoever sets the provider up."""
        found = self.announced(fresh=True)
        keys = self.directory.keys(self._session, found, fresh=True)
        if not any(usable_keys(keys, {"alg": name}) for name in found.algorithms):
            raise ProviderFault(MISSET, "公钥文档里没有可用的签名公钥（RSA 至少 2048 位，或 EC）", status=502)
        return found

    def way_out(self, attempt: Attempt) -> str:
        """The address that the browser is sent to. Whoever links an account has to identify themselves there
        anew: on a shared computer a colleague may still be signed in."""
        prompt = {"prompt": "login"} if attempt.account_id else {}
        address, _ = self._session.create_authorization_url(
            self.announced().authorization_endpoint, state=attempt.state, code_verifier=attempt.verifier,
            nonce=attempt.nonce, **prompt)
        return str(address)

    def prove(self, code: str, attempt: Attempt, answering: str | None) -> Proven:
        """Whom a code stands for. `answering` is the issuer that the answer claims to be from."""
        announced = self.announced()
        if answering != announced.issuer and (answering is not None or announced.names_issuer):
            raise ProviderFault(UNPROVEN, "应答里的 iss 不是这个提供方")
        token = self._exchange(announced, code, attempt)
        claims = self._checked(announced, token, attempt)
        return Proven(str(claims["sub"]), self._with_userinfo(announced, claims, token), str(token["id_token"]),
                      announced.end_session_endpoint)

    def _exchange(self, announced: Announced, code: str, attempt: Attempt) -> dict[str, Any]:
        self._session.token_endpoint_auth_method = announced.auth_method if self.provider.client_secret else "none"
        try:
            token = self._session.fetch_token(announced.token_endpoint, code=code, code_verifier=attempt.verifier,
                                              allow_redirects=False)
        except Timeout as error:
            raise ProviderFault(UNREACHABLE, "换取凭证超时", status=502) from error
        except OAuthError as error:
            raise ProviderFault(UNPROVEN, f"对方不接受授权码或客户端（{_plain(error.error)}）") from error
        except (RequestException, ValueError) as error:
            raise ProviderFault(UNREACHABLE, f"换取凭证失败（{type(error).__name__}）", status=502) from error
        if not isinstance(token, dict) or not isinstance(token.get("id_token"), str):
            raise ProviderFault(UNPROVEN, "对方没有给出 id_token")
        return token

    def _checked(self, announced: Announced, token: dict[str, Any], attempt: Attempt) -> CodeIDToken:
        try:
            found = self._opened(announced, token["id_token"])
            claims = CodeIDToken(
                found.claims, found.header,
                {"iss": {"essential": True, "value": announced.issuer},
                 "aud": {"essential": True, "value": self.provider.client_id}},
                {"nonce": attempt.nonce, "client_id": self.provider.client_id, "access_token": token.get("access_token")})
            claims.validate(leeway=LEEWAY)
        except (JoseError, ValueError, TypeError) as error:
            raise ProviderFault(UNPROVEN, f"id_token 未通过核验（{_said(error)}）") from error
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
            raise ProviderFault(UNPROVEN, "id_token 的 sub 不对")
        return claims

    def _opened(self, announced: Announced, id_token: str) -> jwt.Token:
        """The token, once a key of the provider fits; with keys fetched anew if none of those kept does."""
        header = jws.extract_compact(id_token.encode()).headers()
        if header.get("alg") not in announced.algorithms:
            raise ProviderFault(UNPROVEN, f"id_token 的签名算法“{_plain(header.get('alg'))}”不被接受")
        registry = JWSRegistry(algorithms=list(announced.algorithms), strict_check_header=False)
        fault: Exception = ValueError("没有对应的公钥")
        for fresh in (False, True):
            for key in usable_keys(self.directory.keys(self._session, announced, fresh=fresh), header):
                try:
                    return jwt.decode(id_token, JWKRegistry.import_key(cast(Any, key)), registry=registry)
                except (JoseError, ValueError) as error:
                    fault = error
        raise fault

    def _with_userinfo(self, announced: Announced, claims: CodeIDToken, token: dict[str, Any]) -> dict[str, Any]:
        """The claims, with the linking one from the provider's userinfo where the token itself lacks it."""
        wanted, found = self.provider.link_claim, dict(claims)
        if not wanted or wanted in found or not announced.userinfo_endpoint or not token.get("access_token"):
            return found
        more = fetch_json(self._session, announced.userinfo_endpoint, token=str(token["access_token"]))
        if more.get("sub") != found["sub"]:
            raise ProviderFault(UNPROVEN, "userinfo 说的是另一个人")
        return {**more, **found}


def sign_out_address(address: str, client_id: str, id_token: str, back: str) -> str:
    """Where the provider signs people out as well (RP-initiated logout)."""
    asked = {"client_id": client_id, "post_logout_redirect_uri": back, **({"id_token_hint": id_token} if id_token else {})}
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"


def _said(error: Exception) -> str:
    return getattr(error, "error", "") or str(error)[:80] or type(error).__name__


def _plain(text: object) -> str:
    """A word of the provider's, as far as it is one."""
    said = str(text)[:40]
    return said if said.replace("_", "").isalnum() else "?"
