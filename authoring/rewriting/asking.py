"""Gets a wording for every template: in rounds, in parallel, within a budget, asking nothing twice."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from authoring.rewriting.cache import AnswerCache, Asked
from authoring.rewriting.check import problem, understood
from authoring.rewriting.endpoint import Asker, Endpoint

Progress = Callable[[int, int], None]


@dataclass(frozen=True, order=True)
class Template:
    """A wording to be replaced: its language, the kind of its turns, and the text."""

    language: str
    kind: str
    text: str


@dataclass(frozen=True)
class Limits:
    """How to ask: tries of a template, requests at a time, and the budget of this run (None: no limit). A request that
    has to be repeated because the server was out of order counts once."""

    attempts: int = 3
    concurrency: int = 8
    max_requests: int | None = None
    max_tokens: int | None = None


@dataclass
class Outcome:
    """What came of the templates: accepted texts, why others kept theirs, and what it took.

    `refused` counts the templates by the fault of their last answer; `left_over` are those that the budget did not
    reach; `not_understood` are those that the check cannot read, which are never asked for.
    """

    texts: dict[Template, str] = field(default_factory=dict)
    refused: Counter = field(default_factory=Counter)
    left_over: int = 0
    not_understood: int = 0
    requests: int = 0
    tokens: int = 0
    from_cache: int = 0


def ask_for_all(
    templates: Mapping[Template, frozenset[str]],
    endpoint: Endpoint,
    seed: int,
    limits: Limits,
    cache: AnswerCache,
    progress: Progress,
) -> Outcome:
    """Asks for each template, with the structures that it may not name, until an answer passes the check.

    Every template gets its first try before any gets its second, so that a budget reaches as many as it can. Raises
    EndpointError where the endpoint refuses or fails; answers so far are in the cache.
    """
    outcome = Outcome()
    readable = (item for item in sorted(templates) if item.kind != "segment" or understood(item.text, item.language))
    waiting: dict[Template, str | None] = dict.fromkeys(readable)
    outcome.not_understood = len(templates) - len(waiting)
    done = outcome.not_understood
    progress(done, len(templates))
    for attempt in range(1, limits.attempts + 1):
        requests = {
            template: Asked(endpoint.model, template.language, template.text, seed, attempt) for template in waiting
        }
        for template, answer in _answers(requests, endpoint, limits, cache, outcome):
            fault = problem(template.text, answer, template.language, template.kind, templates[template])
            waiting[template] = fault
            if fault is None:
                outcome.texts[template] = answer
                del waiting[template]
            if fault is None or attempt == limits.attempts:
                done += 1
                progress(done, len(templates))
    for template, fault in waiting.items():
        last = Asked(endpoint.model, template.language, template.text, seed, limits.attempts)
        if cache.get(last) is not None:
            outcome.refused[_kind_of_fault(fault)] += 1
    outcome.left_over = len(waiting) - outcome.refused.total()
    return outcome


def _answers(
    requests: Mapping[Template, Asked], endpoint: Endpoint, limits: Limits, cache: AnswerCache, outcome: Outcome
) -> Iterator[tuple[Template, str]]:
    """The answers that there are and those that the budget buys."""
    unasked = []
    for template, asked in requests.items():
        answer = cache.get(asked)
        if answer is None:
            unasked.append(template)
        else:
            outcome.from_cache += 1
            yield template, answer
    asker = Asker(endpoint)
    pool = ThreadPoolExecutor(limits.concurrency)

    def put(asked: Asked) -> tuple[str, int]:
        answer, tokens = asker.ask(asked)
        cache.add(asked, answer)
        return answer, tokens

    running: dict[Future, Template] = {}
    queue = iter(unasked)
    try:
        while True:
            while len(running) < limits.concurrency and _within(limits, outcome):
                template = next(queue, None)
                if template is None:
                    break
                outcome.requests += 1
                running[pool.submit(put, requests[template])] = template
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                template = running.pop(future)
                answer, tokens = future.result()
                outcome.tokens += tokens
                yield template, answer
    finally:
        asker.stop()
        pool.shutdown(wait=True, cancel_futures=True)


def _within(limits: Limits, outcome: Outcome) -> bool:
    """Whether the budget allows one request more. Requests that run may still pass a limit on tokens a little."""
    return (limits.max_requests is None or outcome.requests < limits.max_requests) and (
        limits.max_tokens is None or outcome.tokens < limits.max_tokens
    )


def _kind_of_fault(fault: str) -> str:
    """A fault without what is particular to one text."""
    return "it holds other words" if fault.startswith("it holds '") else fault.partition(":")[0].partition(" '")[0]
