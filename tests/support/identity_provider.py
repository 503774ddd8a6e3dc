"""A real identity provider on loopback, made of Authlib's own server: authorization code, PKCE, signed tokens.

Everything it does is what a provider does; a test may then have it lie: sign with another key, name another
audience, answer late. Whoever is `person` counts as signed in there.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, OAuth2Request, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode, UserInfo
from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT_ID, CLIENT_SECRET = "bangfu", "a-secret-of-the-provider"
Twist = Callable[[dict[str, Any]], None]
Signer = Callable[[dict[str, Any]], str]


class _Client(ClientMixin):
    """The one client the provider knows: the platform, at whatever address it runs in the test."""

    client_id = CLIENT_ID

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return urlsplit(redirect_uri).path.startswith("/sign-in/with/")

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(client_secret, CLIENT_SECRET)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class _Code:
    """An authorization code, as Authlib asks for it."""

    code: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    subject: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


def new_key(kid: str) -> RSAKey:
    """A signing key of 2,048 bits."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


@dataclass
class Provider:
    """The provider as a test holds it."""

    keys: list[RSAKey]
    url: str = ""
    person: str = "subject-0001"
    claims: dict[str, Any] = field(default_factory=dict)
    #: changes the claims of the next tokens, or signs them in another way
    twist: Twist | None = None
    signer: Signer | None = None
    #: changes the announcement
    announce: dict[str, Any] = field(default_factory=dict)
    #: what an address answers instead: by path
    instead: dict[str, Callable[[], Response]] = field(default_factory=dict)
    codes: dict[str, _Code] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def sign(self, claims: dict[str, Any]) -> str:
        """A token signed as a provider signs it, with the newest key."""
        key = self.keys[-1]
        return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)

    def id_token(self, claims: dict[str, Any]) -> str:
        """A token, with whatever the test wants wrong in it."""
        if self.twist is not None:
            self.twist(claims)
        return (self.signer or self.sign)(claims)


def provider_app(provider: Provider) -> Flask:
    """The provider's pages and endpoints."""
    app, client = Flask("identity-provider"), _Client()

    class CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]  # noqa: RUF012

        def save_authorization_code(self, code: str, asked: OAuth2Request) -> None:
            data = asked.payload.data
            provider.codes[code] = _Code(code, asked.payload.redirect_uri, asked.payload.scope, data.get("nonce"),
                                         data.get("code_challenge"), data.get("code_challenge_method"), asked.user.sub)

        def query_authorization_code(self, code: str, found: ClientMixin) -> _Code | None:
            return provider.codes.get(code)

        def delete_authorization_code(self, code: _Code) -> None:
            del provider.codes[code.code]

        def authenticate_user(self, code: _Code) -> SimpleNamespace:
            return SimpleNamespace(sub=code.subject)

    class IdToken(OpenIDCode):  # type: ignore[misc]
        def exists_nonce(self, nonce: str, asked: OAuth2Request) -> bool:
            return any(code.nonce == nonce for code in provider.codes.values())

        def generate_user_info(self, user: SimpleNamespace, scope: str) -> UserInfo:
            return UserInfo(sub=user.sub, **provider.claims)

        def encode_id_token(self, token: dict[str, Any], asked: OAuth2Request) -> str:
            now = int(time.time())
            code = cast(_Code, asked.authorization_code)
            return provider.id_token({"iss": provider.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300,
                                      "nonce": code.nonce, **self.generate_user_info(asked.user, token["scope"])})

    def keep(token: dict[str, Any], asked: OAuth2Request) -> None:
        provider.tokens[token["access_token"]] = asked.user.sub

    server = AuthorizationServer(app, query_client=lambda found: client if found == CLIENT_ID else None, save_token=keep)
    server.register_grant(CodeGrant, [CodeChallenge(required=True), IdToken(require_nonce=True)])

    @app.before_request
    def _instead() -> Response | None:
        provider.asked.append(request.path)
        found = provider.instead.get(request.path)
        return found() if found else None

    @app.get("/.well-known/openid-configuration")
    def announcement() -> Response:
        here = provider.url
        return jsonify({"issuer": here, "authorization_endpoint": f"{here}/authorize", "token_endpoint": f"{here}/token",
                        "jwks_uri": f"{here}/keys", "userinfo_endpoint": f"{here}/userinfo",
                        "end_session_endpoint": f"{here}/sign-out",
                        "id_token_signing_alg_values_supported": ["RS256"], **provider.announce})

    @app.get("/keys")
    def keys() -> Response:
        return jsonify({"keys": [key.as_dict(private=False) for key in provider.keys]})

    @app.get("/authorize")
    def authorize() -> Response:
        grant = server.get_consent_grant(end_user=SimpleNamespace(sub=provider.person))
        return cast(Response, server.create_authorization_response(
            grant_user=SimpleNamespace(sub=provider.person), grant=grant))

    @app.post("/token")
    def token() -> Response:
        return cast(Response, server.create_token_response())

    @app.get("/userinfo")
    def userinfo() -> Response | tuple[Response, int]:
        subject = provider.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        return jsonify({"sub": subject, **provider.userinfo}) if subject else (jsonify({}), 401)

    @app.get("/sign-out")
    def sign_out() -> Response:
        return cast(Response, redirect(request.args["post_logout_redirect_uri"]))

    return app


@contextmanager
def running(keys: list[RSAKey]) -> Iterator[Provider]:
    """A provider that answers on a free port of loopback until the end."""
    provider = Provider(list(keys))
    server = make_server("127.0.0.1", 0, provider_app(provider), threaded=True)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


def query_of(address: str) -> dict[str, str]:
    """The query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
