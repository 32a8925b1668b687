"""What programs read by plain HTTP: health, the example file, the tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from leaderboard import table_to_csv, table_to_markdown
from space.board.boards import Boards
from space.board.watch import Watch

_TABLES = {"csv": (table_to_csv, "text/csv"), "md": (table_to_markdown, "text/markdown")}
_FORMATS = {"parquet": "application/vnd.apache.parquet", "jsonl.gz": "application/gzip"}


def routes(boards: Boards, watch: Watch, example: Callable[[str, str], bytes]) -> list[Route]:
    """The routes of a running app. example(split, format): bytes of a valid predictions file."""

    async def health(request: Request) -> Response:
        """200 while results are read and submissions taken; 503 while they cannot be."""
        seen = watch.snapshot
        reached = seen.unreachable_since is None
        body = {
            "status": "ok" if reached else "unreachable",
            "unreachable_since": seen.unreachable_since,
            "tables_made": seen.made,
            "submissions_shown": len(seen.records),
            "data": {"version": watch.data.version, "digest": watch.data.digest, "split": watch.data.split},
            "now": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        return JSONResponse(body, status_code=200 if reached else 503, headers={"Cache-Control": "no-store"})

    async def example_file(request: Request) -> Response:
        split, _, form = request.path_params["name"].partition(".")
        if split not in boards.splits or form not in _FORMATS:
            return JSONResponse({"detail": "no such file"}, status_code=404)
        content = await run_in_threadpool(example, split, form)
        return _file(content, f"example-{split}.{form}", _FORMATS[form])

    async def table(request: Request) -> Response:
        track = request.path_params["track"]
        rows = watch.snapshot.tables.get(track)
        if rows is None or request.path_params["format"] not in _TABLES:
            return JSONResponse({"detail": "no such track"}, status_code=404)
        write, kind = _TABLES[request.path_params["format"]]
        content = await run_in_threadpool(write, rows)
        name = f"leaderboard-{track}.{request.path_params['format']}"
        return _file(content.encode("utf-8-sig" if kind == "text/csv" else "utf-8"), name, f"{kind}; charset=utf-8")

    return [
        Route("/health", health),
        Route("/example/{name}", example_file),
        Route("/table/{track}.{format}", table),
    ]


def _file(content: bytes, name: str, kind: str) -> Response:
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
