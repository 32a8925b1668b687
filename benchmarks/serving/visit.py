"""What a browser asks of the app when it opens the page: recorded once in a real one, then sent again by readers."""

from __future__ import annotations

import re
import shutil
from dataclasses import asdict, dataclass
from typing import Any, Self

SESSION = "recorded-session"  # in the place of the session's name, which every visit makes up anew
_SETTLED_MS = 3_000  # nothing asked for so long: the page is open


@dataclass(frozen=True)
class Visit:
    """The requests of one opening, each in the order a browser sent it.

    files: paths that a browser keeps, asked for at the first visit of a reader. events: (path, body) of what the page
    fires by itself; their answers fill it. listening: path of the stream that stays open for as long as the page is.
    """

    page: str
    files: tuple[str, ...]
    events: tuple[tuple[str, str], ...]
    listening: str | None

    def to_json(self) -> dict[str, Any]:
        """As `from_json` takes it."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """From what `to_json` gave."""
        return cls(
            values["page"],
            tuple(values["files"]),
            tuple((path, body) for path, body in values["events"]),
            values["listening"],
        )


def recorded(address: str) -> Visit:
    """Open the page of the app at `address` in a headless Chromium and note what it asks for.

    Raises RuntimeError where there is no chromium, or where the page fires no event.
    """
    from playwright.sync_api import sync_playwright  # only who measures needs it

    chromium = shutil.which("chromium")
    if chromium is None:
        raise RuntimeError("no chromium on the PATH; install the Debian package chromium")
    asked: list[tuple[str, str, str]] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.on("request", lambda request: asked.append((request.method, request.url, request.post_data or "")))
        page.goto(address)
        seen = 0
        while seen < len(asked):
            seen = len(asked)
            page.wait_for_timeout(_SETTLED_MS)
        browser.close()
    return visit_of(address, asked)


def visit_of(address: str, asked: list[tuple[str, str, str]]) -> Visit:
    """The visit behind (method, address, body) of each request. What other hosts were asked for is left out."""
    own = [(method, url.removeprefix(address), body) for method, url, body in asked if url.startswith(f"{address}/")]
    sessions = {found[1] for _, _, body in own if (found := re.search(r'"session_hash":"(\w+)"', body))}
    if len(sessions) != 1:
        raise RuntimeError(f"the page spoke of {len(sessions)} sessions; expected one that fires events")
    (session,) = sessions
    own = [(method, path.replace(session, SESSION), body.replace(session, SESSION)) for method, path, body in own]
    listening = [path for method, path, _ in own if "/heartbeat/" in path]
    pages = [path for method, path, _ in own if method == "GET" and path.split("?")[0] == "/"]
    files = [path for method, path, _ in own if method == "GET" and path not in (*listening, *pages)]
    return Visit(
        page=pages[0],
        files=tuple(dict.fromkeys(files)),
        events=tuple((path, body) for method, path, body in own if method == "POST"),
        listening=listening[0] if listening else None,
    )
