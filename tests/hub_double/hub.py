"""The state of the double, and which function answers which request."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from urllib.parse import unquote

from tests.hub_double.accounts import Account, check_read, check_write
from tests.hub_double.messages import ApiError, Request, Response
from tests.hub_double.repositories import Repository

Handler = Callable[["Hub", Request, dict[str, str]], Response]
_ROUTES: list[tuple[str, re.Pattern[str], Handler]] = []


def route(methods: str, pattern: str) -> Callable[[Handler], Handler]:
    """Answer requests of these methods ("GET HEAD") whose whole path matches the pattern with the function below."""

    def note(handler: Handler) -> Handler:
        _ROUTES.extend((method, re.compile(pattern), handler) for method in methods.split())
        return handler

    return note


class Hub:
    """Accounts and repositories. One request is answered at a time, so that each sees a whole state."""

    def __init__(self, page_size: int = 1000):
        self.page_size = page_size  # entries on a page of a listing
        self.endpoint = ""  # where it is reached; set by the server
        self.accounts: dict[str, Account] = {}  # by token
        self.repositories: dict[tuple[str, str], Repository] = {}  # by kind and id
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Response:
        """What the Hub says to a request."""
        for method, pattern, handler in _ROUTES:
            found = pattern.fullmatch(request.path)
            if method == request.method and found:
                values = {name: unquote(text or "") for name, text in found.groupdict().items()}
                try:
                    with self._lock:
                        return handler(self, request, values)
                except ApiError as error:
                    return Response.error(error)
        return Response.error(ApiError(404, f"the double has no answer to {request.method} {request.path}"))

    def account(self, request: Request) -> Account | None:
        """Whose token came with the request; None without one. Raises ApiError for one that nobody has."""
        if request.token is None:
            return None
        if request.token not in self.accounts:
            raise ApiError(401, "Invalid credentials in Authorization header")
        return self.accounts[request.token]

    def readable(self, request: Request, values: dict[str, str]) -> Repository:
        """The repository that the path names, for a request that reads it."""
        return check_read(self.account(request), self._find(values))

    def writable(self, request: Request, values: dict[str, str]) -> Repository:
        """The repository that the path names, for a request that changes it."""
        return check_write(self.account(request), self._find(values))

    def _find(self, values: dict[str, str]) -> Repository | None:
        return self.repositories.get((values.get("kind") or "models", values["id"]))
