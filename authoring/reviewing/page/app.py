"""What the page asks this computer for: its own files, the questions of the sample, pictures, and to keep decisions."""

from __future__ import annotations

import json
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from authoring.errors import ReviewError
from authoring.reviewing.page.drawing import mask_png
from authoring.reviewing.page.telling import colour_of, seen, told
from authoring.reviewing.session import ReviewSession, Shown

FOLDER = Path(__file__).parent
FILES = {
    "": "page.html",
    "page.css": "page.css",
    "page.js": "page.js",
    "icon.svg": "icon.svg",
    "words.json": "words.json",
}
KEYS = ("seen", "decision", "text", "reason")
LARGEST_BODY = 20_000
# Nothing from elsewhere, nothing inline: a text of the release can neither load nor run anything.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class _Page:
    """The answers to the page's requests, over one session. All run one after the other, in one thread."""

    def __init__(self, session: ReviewSession):
        self.session = session

    async def file(self, request: Request) -> Response:
        return FileResponse(FOLDER / FILES[request.url.path.removeprefix("/")])

    async def overview(self, request: Request) -> Response:
        header = self.session.release.header
        return JSONResponse(
            {
                "release": f"{header.name} {header.version}",
                "reviewer": self.session.reviewer,
                "file": str(self.session.log.file),
                "states": self.session.states(),
            }
        )

    async def question(self, request: Request) -> Response:
        number = request.path_params["number"]
        shown = self._shown(number)
        answer = told(shown, number, self.session.clues(number), self.session.decision(number))
        answer["image"]["withheld"] = self.session.release.header.images == "withheld"
        return JSONResponse(answer)

    async def picture(self, request: Request) -> Response:
        shown = self._shown(request.path_params["number"])
        if self.session.release.header.images == "withheld":
            raise HTTPException(404, "the release withholds its images")
        return Response(self.session.release.image(shown.annotation), media_type="image/png")

    async def mask(self, request: Request) -> Response:
        shown = self._shown(request.path_params["number"])
        number = request.path_params["turn"]
        turn = next((turn for turn in (*shown.history, shown.turn) if turn.turn == number), None)
        if turn is None or turn.mask is None:
            raise HTTPException(404, f"turn {number} has no mask here")
        drawn = mask_png(turn.mask, colour_of(shown, turn), strong=turn is shown.turn)
        return Response(drawn, media_type="image/png")

    async def decide(self, request: Request) -> Response:
        # Another site's page can send a form here, but no JSON without asking first.
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise HTTPException(415, "expected application/json")
        content = await request.body()
        if len(content) > LARGEST_BODY:
            raise HTTPException(413, f"expected at most {LARGEST_BODY} bytes")
        try:
            asked = json.loads(content)
        except ValueError:
            asked = None
        if not isinstance(asked, dict) or not _fits(asked):
            raise HTTPException(422, f"expected an object of texts with the keys {', '.join(KEYS)}")
        number = request.path_params["number"]
        shown = self._shown(number)
        # A page that was opened over another sample, or before the release changed, shows another question.
        if asked.get("seen") != seen(shown):
            raise HTTPException(409, "this page shows another question than the review that runs now; load it again")
        try:
            self.session.decide(number, asked.get("decision", ""), text=asked.get("text"), reason=asked.get("reason"))
        except ReviewError as error:
            raise HTTPException(422, str(error)) from None
        return JSONResponse({"states": self.session.states()})

    def _shown(self, number: int) -> Shown:
        try:
            return self.session.shown(number)
        except IndexError as error:
            raise HTTPException(404, str(error)) from None


class _Guarded:
    """Puts HEADERS on every answer."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def with_headers(message):
            if message["type"] == "http.response.start":
                fixed = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*message["headers"], *fixed]}
            await send(message)

        await self.app(scope, receive, with_headers)


def make_app(session: ReviewSession) -> Starlette:
    """The page of a session. It answers to the names of this computer alone, so that no other name can lead to it."""
    page = _Page(session)
    return Starlette(
        routes=[
            *(Route(f"/{path}", page.file) for path in FILES),
            Route("/api/overview", page.overview),
            Route("/api/questions/{number:int}", page.question),
            Route("/api/questions/{number:int}/decision", page.decide, methods=["POST"]),
            Route("/api/questions/{number:int}/picture", page.picture),
            Route("/api/questions/{number:int}/masks/{turn:int}", page.mask),
        ],
        middleware=[Middleware(_Guarded), Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
        exception_handlers={HTTPException: _problem},
    )


def _fits(asked: dict) -> bool:
    return asked.keys() <= set(KEYS) and all(isinstance(value, str) for value in asked.values())


async def _problem(request: Request, error: HTTPException) -> Response:
    return JSONResponse({"problem": error.detail}, status_code=error.status_code)
