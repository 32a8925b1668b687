"""Serves the page until it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import webbrowser
from collections.abc import Callable

import uvicorn

from authoring.reviewing.page.app import make_app
from authoring.reviewing.session import ReviewSession

HOST = "127.0.0.1"


def serve(
    session: ReviewSession, *, port: int, open_browser: bool, ready: Callable[[str], None] = lambda address: None
) -> None:
    """Serves the page to this computer until Ctrl-C. `ready` gets its address once it listens; port 0 is any free one.

    Raises OSError where the port is taken.
    """
    with socket.create_server((HOST, port)) as listening:
        address = f"http://{HOST}:{listening.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(make_app(session), log_level="warning", access_log=False))
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_served(server, listening, lambda: _announce(address, open_browser, ready)))


async def _served(server: uvicorn.Server, listening: socket.socket, announce: Callable[[], None]) -> None:
    announced = asyncio.get_running_loop().call_soon(announce)
    try:
        await server.serve(sockets=[listening])
    finally:
        announced.cancel()


def _announce(address: str, open_browser: bool, ready: Callable[[str], None]) -> None:
    # The socket listens already: a browser that is quicker than the server waits.
    ready(address)
    if open_browser:
        webbrowser.open(address)
