"""People who open the page, look at it for a while and open it again. Run in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable
from dataclasses import asdict, dataclass, field
from typing import Any

import httpx2

from benchmarks.serving.visit import SESSION, Visit

TIMEOUT_S = 60.0
_AT_ONCE = 6  # connections that a browser opens to one host
_ERROR_LENGTH = 300


@dataclass
class Seen:
    """What all readers saw: milliseconds of each visit, and what went wrong."""

    page_ms: list[float] = field(default_factory=list)  # the page's own HTML
    fill_ms: list[float] = field(default_factory=list)  # the events that fill it
    open_ms: list[float] = field(default_factory=list)  # from asking for the page until it is filled
    first_ms: list[float] = field(default_factory=list)  # the same of a first visit, which fetches scripts and styles
    errors: list[str] = field(default_factory=list)


class BadAnswerError(RuntimeError):
    """The app answered, but not as it should."""


def read(
    address: str, visit: dict[str, Any], marker: str, readers: int, seconds: float, think_s: float, seed: int
) -> dict[str, Any]:
    """So many readers for so many seconds; a Seen as a dict.

    Each waits before every visit for a time drawn from an exponential distribution of mean `think_s`. A visit is good
    when every answer has status 200 and one of those to its events holds `marker`.
    """

    async def all_of_them() -> Seen:
        seen, end = Seen(), time.perf_counter() + seconds
        async with asyncio.TaskGroup() as group:
            for number in range(readers):
                reader = _Reader(address, Visit.from_json(visit), marker, random.Random(1000 * seed + number), seen)
                group.create_task(reader.stay(end, think_s))
        return seen

    return asdict(asyncio.run(all_of_them()))


class _Reader:
    """One browser: it keeps scripts and styles, and holds the page's stream open while its reader looks."""

    def __init__(self, address: str, visit: Visit, marker: str, chance: random.Random, seen: Seen):
        self._visit, self._marker, self._chance, self._seen = visit, marker, chance, seen
        limits = httpx2.Limits(max_connections=_AT_ONCE)
        self._client = httpx2.AsyncClient(base_url=address, timeout=TIMEOUT_S, limits=limits)
        self._has_files = False
        self._stream: asyncio.Task | None = None

    async def stay(self, end: float, think_s: float) -> None:
        async with self._client:
            while (pause := self._chance.expovariate(1 / think_s)) < end - time.perf_counter():
                await asyncio.sleep(pause)
                await self._leave()
                try:
                    await self._open()
                except (httpx2.HTTPError, BadAnswerError) as error:
                    self._seen.errors.append(f"{type(error).__name__}: {error}"[:_ERROR_LENGTH])
            await self._leave()

    async def _open(self) -> None:
        session = f"{self._chance.getrandbits(52):011x}"
        is_first, self._has_files = not self._has_files, True
        begin = time.perf_counter()
        await _good(self._client.get(self._visit.page))
        answered = time.perf_counter()
        if is_first:
            await asyncio.gather(*(_good(self._client.get(path)) for path in self._visit.files))
        if self._visit.listening:
            self._stream = asyncio.create_task(self._listen(self._visit.listening.replace(SESSION, session)))
        asked = time.perf_counter()
        answers = await asyncio.gather(*(self._fire(path, body, session) for path, body in self._visit.events))
        filled = time.perf_counter()
        if not any(self._marker in answer for answer in answers):
            raise BadAnswerError(f"{self._marker!r} stands in no answer to the events of the page")
        self._seen.page_ms.append(1000 * (answered - begin))
        self._seen.fill_ms.append(1000 * (filled - asked))
        (self._seen.first_ms if is_first else self._seen.open_ms).append(1000 * (filled - begin))

    async def _fire(self, path: str, body: str, session: str) -> str:
        answer = await _good(
            self._client.post(
                path, content=body.replace(SESSION, session), headers={"Content-Type": "application/json"}
            )
        )
        return answer.text

    async def _listen(self, path: str) -> None:
        with contextlib.suppress(httpx2.HTTPError):
            async with self._client.stream("GET", path, timeout=None) as answer:
                async for _ in answer.aiter_bytes():
                    pass

    async def _leave(self) -> None:
        if self._stream is not None:
            self._stream.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._stream
            self._stream = None


async def _good(asked: Awaitable[httpx2.Response]) -> httpx2.Response:
    answer = await asked
    if answer.status_code != 200:
        raise BadAnswerError(f"{answer.request.method} {answer.request.url.path}: status {answer.status_code}")
    return answer
