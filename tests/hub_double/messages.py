"""A request as the handlers see it, and what they answer."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

Params = dict[str, list[str]]


class ApiError(Exception):
    """An answer that is an error. `code` becomes X-Error-Code, from which the client chooses its exception."""

    def __init__(self, status: int, message: str, *, code: str | None = None, **fields: Any):
        super().__init__(message)
        self.status = status
        self.code = code
        self.fields = {"error": message, **fields}


@dataclass(frozen=True)
class Request:
    """One HTTP request. Header names are lower case; query values are lists, in the order sent."""

    method: str
    path: str  # without the query, still percent-encoded
    query: Params
    headers: dict[str, str]
    body: bytes

    @property
    def token(self) -> str | None:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token if scheme == "Bearer" else None

    def json(self) -> Any:
        """The body. Raises ApiError when it is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise ApiError(400, "body is no JSON") from None

    def first(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return self.query.get(name, [default])[0]

    def says(self, name: str) -> bool:
        """Whether a query parameter is true."""
        return self.first(name).lower() in ("1", "true")


@dataclass(frozen=True)
class Response:
    """One HTTP answer."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, value: Any, status: int = 200, **headers: str) -> Response:
        """A JSON answer; underscores in header names become hyphens."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return cls(status, json.dumps(value).encode(), {"Content-Type": "application/json", **named})

    @classmethod
    def error(cls, error: ApiError) -> Response:
        """The answer that an ApiError asks for."""
        headers = {"X_Error_Message": error.fields["error"]}
        if error.code:
            headers["X_Error_Code"] = error.code
        return cls.of(error.fields, error.status, **headers)
