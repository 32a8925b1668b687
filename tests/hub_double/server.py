"""The double behind a real socket, in threads of this process."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.hub_double import api, files  # noqa: F401 - they note their routes
from tests.hub_double.accounts import Account
from tests.hub_double.faults import Fault, Faults
from tests.hub_double.hub import Hub
from tests.hub_double.messages import ApiError, Request, Response
from tests.hub_double.repositories import Repository


class HubDouble:
    """A Hub at `endpoint` from `start` to `stop`, or as a context manager.

    page_size: entries on a page of a listing. delay: seconds that every answer takes.
    faults: what goes wrong. seen: how often each "METHOD path" was asked, without the query.
    """

    def __init__(self, page_size: int = 1000, delay: float = 0.0, port: int = 0):
        self.hub = Hub(page_size)
        self.delay = delay
        self.faults = Faults()
        self.seen: Counter[str] = Counter()
        self._server = _Server(("127.0.0.1", port), self)
        self.endpoint = self.hub.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"

    def add_account(
        self, token: str, name: str, organisations: list[str] | tuple[str, ...] = (), may_write: bool = True
    ) -> None:
        """A user who is known by `token` and acts for `organisations`."""
        self.hub.accounts[token] = Account(name, tuple(organisations), may_write)

    def repository(self, name: str, kind: str = "datasets") -> Repository:
        """The repository of this id, to look into it. Raises KeyError."""
        return self.hub.repositories[kind, name]

    def start(self) -> HubDouble:
        """Answer from now on."""
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self) -> None:
        """Answer no more, and cut the connections that are open."""
        self._server.shutdown()
        self._server.server_close()
        self._server.cut_all()

    def __enter__(self) -> HubDouble:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], double: HubDouble):
        super().__init__(address, _Handler)
        self.double = double
        self._connections: set[socket.socket] = set()

    def process_request(self, request: socket.socket, client_address: object) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def cut_all(self) -> None:
        for connection in list(self._connections):
            self.shutdown_request(connection)

    def handle_error(self, request: socket.socket, client_address: object) -> None:
        """A client that went away is no news here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave together
    server: _Server

    def _handle(self) -> None:
        double = self.server.double
        body = self._body()
        double.seen[f"{self.command} {urlsplit(self.path).path}"] += 1
        fault = double.faults.strike(self.command, self.path)
        time.sleep(double.delay + (fault.delay if fault else 0.0))
        if fault and fault.drop == "before":
            self._cut()
            return
        answer = self._error(fault) if fault and fault.status else double.hub.answer(self._request(body))
        if fault and fault.drop == "after":
            self._cut()
            return
        self._send(answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _handle  # noqa: N815

    def _request(self, body: bytes) -> Request:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(self.command, parts.path, parse_qs(parts.query), headers, body)

    def _error(self, fault: Fault) -> Response:
        answer = Response.error(ApiError(fault.status, f"fault {fault.status} on demand"))
        if fault.retry_after is not None:
            answer.headers["Retry-After"] = str(fault.retry_after)
        return answer

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _send(self, answer: Response) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: `seen` counts the requests."""
