"""What passes between the harness and a model in a run over dialogues.

A model family is a `Runner`. It opens a `Session` for a dialogue, so that what depends on the image alone (features,
embeddings, a KV cache) is computed once, and answers one `Request` after another with a `Response`.

What a runner is told is the image, the questions up to now and the history that the harness built. It is never told
the facets, the turns a question refers to, the number of turns, later questions, or whether a turn wants a mask:
text-only turns are sent like any other turn, and the model's reply to them enters its own history. A runner that
wants to answer in words returns a response without a mask.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np

MaskSource = Literal["gt", "own", "none"]
Status = Literal["ok", "no_seg", "empty", "truncated", "error"]
STATUSES: tuple[Status, ...] = ("ok", "no_seg", "empty", "truncated", "error")


class RunError(ValueError):
    """A run that cannot be done as asked: the message names place, value and expectation.

    RunError
    ├── UnknownRunnerError   no runner of that name, or options it does not take
    ├── HistoryError         a history mode that the rows or the request do not allow
    └── FitError             a fitted baseline that cannot be learned, read or written
    """


class UnknownRunnerError(RunError):
    pass


class HistoryError(RunError):
    pass


class FitError(RunError):
    pass


@dataclass(frozen=True, eq=False)
class Image:
    """One slice. `rgb` is uint8 [H, W, 3] and read-only, `spacing` is (row, column) in mm or None."""

    id: str
    rgb: np.ndarray
    modality: str
    spacing: tuple[float, float] | None = None

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.rgb.shape[0], self.rgb.shape[1]


@dataclass(frozen=True, eq=False)
class PastTurn:
    """An earlier turn as the history mode shows it.

    `mask` is bool [H, W], read-only, or None where the history holds none for the turn; `mask_source` is then "none".
    `status` is that of the model's own response, "ok" for a true turn.
    """

    index: int
    question: str
    language: str
    answer: str | None
    mask: np.ndarray | None
    mask_source: MaskSource
    status: Status


@dataclass(frozen=True, eq=False)
class Request:
    """One question. `turn` is its number in the dialogue from 1, `seed` is drawn from the run's seed for this turn."""

    image: Image
    turns: tuple[PastTurn, ...]
    question: str
    language: str
    dialogue_id: str
    turn: int
    seed: int


@dataclass(frozen=True, eq=False)
class Response:
    """A model's answer to one request.

    `mask` is bool [H, W] at the image's original size, or None where the model produced none. `status`: "ok"; "no_seg",
    the model chose to give no mask; "empty", its mask has no foreground; "truncated", its text hit the length limit;
    "error". `meta` is kept in the log of the run (prompt sent, tokens, history used, seconds) and must be JSON-like.
    """

    mask: np.ndarray | None
    text: str = ""
    status: Status = "ok"
    meta: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Capabilities:
    """What a runner can use. `batch` is the number of dialogues that it can answer side by side.

    Where `uses_mask_history` is False, runs with true and with own masks are the same run in the masks, and reports
    show them as one cell.
    """

    uses_text_history: bool
    uses_mask_history: bool
    languages: tuple[str, ...]
    batch: int = 1


class Session(Protocol):
    """One dialogue over one image.

    A session may cache what it computed, but its answer must depend on the request alone: a resumed run opens a new
    session and goes on in the middle of the dialogue.
    """

    def respond(self, request: Request) -> Response: ...


class Runner(Protocol):
    """A model family with its weights. `config` holds, as JSON values, all that decides its answers (checkpoint digest,
    prompt variant, ...): it goes into the hash under which a run is resumed."""

    name: str
    capabilities: Capabilities
    config: Mapping[str, object]

    def open(self, image: Image, language: str) -> Session: ...
