"""Times several ways to do one thing against each other, so that a busy moment of the machine hits all of them."""

from __future__ import annotations

import gc
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Contender:
    """run() does the work for `items` items; `speeds` are items per second, one a round."""

    run: Callable[[], object]
    items: int
    speeds: list[float] = field(default_factory=list)

    @property
    def speed(self) -> float:
        """Median over the rounds."""
        return statistics.median(self.speeds)


def race(
    contenders: Sequence[Contender],
    rounds: int,
    at_least: float = 0.1,
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> None:
    """Runs every contender once a round, in an order that each round shifts by one, and notes their speeds.

    at_least: seconds that a contender runs in a round; it is called so often, and what counts is the mean. All have run
    before the first round. As in `timeit`, Python's garbage collector rests meanwhile. progress is told how many of how
    many runs are done.
    """
    gc.collect()
    gc.disable()
    try:
        calls = [_calls(contender, at_least) for contender in contenders]
        for turn in range(rounds):
            for place in range(len(contenders)):
                which = (turn + place) % len(contenders)
                contender = contenders[which]
                contender.speeds.append(contender.items * calls[which] / _seconds(contender.run, calls[which]))
                progress(turn * len(contenders) + place + 1, rounds * len(contenders))
    finally:
        gc.enable()


def ratio(one: Contender, other: Contender) -> float:
    """How many times as fast as the other: the median over the rounds of what the same round gave."""
    return statistics.median(mine / others for mine, others in zip(one.speeds, other.speeds, strict=True))


def processor() -> str:
    """The processor's name and model as Linux gives them."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n")[0].splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    facts = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    name = facts.get("model name", platform.machine())
    model = [f"{key} {facts[key]}" for key in ("cpu family", "model", "stepping") if key in facts]
    return f"{name} ({', '.join(model)})" if model else name


def _calls(contender: Contender, at_least: float) -> int:
    """How often to call it in a round."""
    seconds = _seconds(contender.run, 1)
    if seconds < at_least:
        # The first call may have compiled or imported something.
        seconds = min(seconds, _seconds(contender.run, 1))
    return max(1, round(at_least / seconds))


def _seconds(run: Callable[[], object], calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        run()
    return time.perf_counter() - start
