"""The provider behind a real socket, in threads of this process."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

_LIFETIME_S = 3600


class OidcDouble:
    """A provider at `endpoint` from entering it to leaving it.

    user: the claims of who agrees at the next sign-in (`person`). asked: the query of each authorisation request.
    """

    def __init__(self, client_id: str, client_secret: str):
        self.client_id, self.client_secret = client_id, client_secret
        self.user: dict = {}
        self.asked: list[dict[str, str]] = []
        self.key = RSAKey.generate_key(2048, {"kid": "only", "use": "sig", "alg": "RS256"})
        self.codes: dict[str, tuple[dict, dict[str, str]]] = {}  # code -> user, query of its authorisation
        self.tokens: dict[str, dict] = {}  # access token -> user
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> OidcDouble:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def discovery(self) -> dict:
        """What the provider can do, and where."""
        return {
            "issuer": self.endpoint,
            "authorization_endpoint": f"{self.endpoint}/oauth/authorize",
            "token_endpoint": f"{self.endpoint}/oauth/token",
            "userinfo_endpoint": f"{self.endpoint}/oauth/userinfo",
            "jwks_uri": f"{self.endpoint}/oauth/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "profile"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }

    def authorise(self, query: dict[str, str]) -> str | None:
        """Where the browser is sent with a code; None for another client or no code flow."""
        if query.get("client_id") != self.client_id or query.get("response_type") != "code" or not self.user:
            return None
        self.asked.append(query)
        code = secrets.token_urlsafe(16)
        self.codes[code] = self.user, query
        back = urlsplit(query["redirect_uri"])
        answer = urlencode({"code": code, "state": query["state"]})
        return back._replace(query=f"{back.query}&{answer}" if back.query else answer).geturl()

    def token(self, form: dict[str, str], client: tuple[str, str]) -> dict | None:
        """Tokens for a code, once; None for a wrong client, code or redirect address."""
        user, query = self.codes.pop(form.get("code", ""), (None, {}))
        known = client == (self.client_id, self.client_secret)
        if user is None or not known or form.get("redirect_uri") != query["redirect_uri"]:
            return None
        access = secrets.token_urlsafe(16)
        self.tokens[access] = user
        return {
            "access_token": access,
            "token_type": "bearer",
            "expires_in": _LIFETIME_S,
            "scope": query["scope"],
            "id_token": self._id_token(user, query),
        }

    def _id_token(self, user: dict, query: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            **user,
            "iss": self.endpoint,
            "aud": self.client_id,
            "iat": now,
            "auth_time": now,
            "exp": now + _LIFETIME_S,
            "nonce": query["nonce"],
        }
        return jwt.encode({"alg": "RS256", "kid": "only"}, claims, self.key)


def _handler(double: OidcDouble) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/.well-known/openid-configuration":
                self._json(200, double.discovery())
            elif parts.path == "/oauth/jwks":
                self._json(200, {"keys": [double.key.as_dict(private=False)]})
            elif parts.path == "/oauth/authorize":
                self._redirect(double.authorise(query))
            elif parts.path == "/oauth/userinfo":
                user = double.tokens.get(self.headers.get("Authorization", "").removeprefix("Bearer "))
                self._json(200 if user else 401, user or {"error": "invalid_token"})
            else:
                self._json(404, {"error": "not_found"})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            if urlsplit(self.path).path != "/oauth/token":
                self._json(404, {"error": "not_found"})
                return
            tokens = double.token(form, self._client(form))
            self._json(200 if tokens else 400, tokens or {"error": "invalid_grant"})

        def _client(self, form: dict[str, str]) -> tuple[str, str]:
            basic = self.headers.get("Authorization", "")
            if basic.startswith("Basic "):
                name, _, secret = base64.b64decode(basic.removeprefix("Basic ")).decode().partition(":")
                return unquote(name), unquote(secret)
            return form.get("client_id", ""), form.get("client_secret", "")

        def _redirect(self, place: str | None) -> None:
            if place is None:
                self._json(400, {"error": "invalid_request"})
                return
            self.send_response(302)
            self.send_header("Location", place)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _json(self, status: int, content: dict) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    return Handler
