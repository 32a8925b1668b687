"""Runs a model over dialogues: builds the history of every turn, keeps count of what went wrong, can be resumed.

History modes, what the earlier turns of a request hold:

    own                  the model's own replies and masks
    gt                   the true answers and masks (not on the test split, whose truth is private)
    text_gt_mask_own     the true answers with the model's own masks
    none                 nothing: every question stands alone

Every question of a dialogue is asked, also those that want an answer in words: a model is not told which is which. Its
reply enters the history as it came; only segmentation turns become rows of the predictions file.
"""

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import masks
from baselines.predictions import Prediction, PredictionsWriter
from baselines.protocol import (
    STATUSES,
    HistoryError,
    Image,
    MaskSource,
    PastTurn,
    Request,
    Response,
    RunError,
    Runner,
    Session,
)
from baselines.rows import image_of_row, turns_asked
from baselines.workfile import TurnRecord, WorkFile

# mode: where the text and the masks of earlier turns come from
HISTORY_MODES: dict[str, tuple[MaskSource, MaskSource]] = {
    "own": ("own", "own"),
    "gt": ("gt", "gt"),
    "text_gt_mask_own": ("gt", "own"),
    "none": ("none", "none"),
}

Progress = Callable[[int, int | None], None]


@dataclass
class RunSummary:
    """What a run did. `statuses` counts segmentation turns by status; `errors` holds the first messages of `n_errors`,
    over all turns; `resumed` turns were taken from the work file."""

    out: Path
    log: Path
    run: str
    dialogues: int = 0
    segmentation_turns: int = 0
    text_turns: int = 0
    resumed: int = 0
    n_errors: int = 0
    statuses: Counter = field(default_factory=lambda: Counter(dict.fromkeys(STATUSES, 0)))
    errors: list[str] = field(default_factory=list)

    def count(self, record: TurnRecord, segments: bool) -> None:
        if segments:
            self.segmentation_turns += 1
            self.statuses[record.status] += 1
        else:
            self.text_turns += 1
        if record.status == "error":
            self.n_errors += 1
            if len(self.errors) < 5:
                place = f"dialogue {record.dialogue_id}, {record.language}, turn {record.turn}"
                self.errors.append(f"{place}: {record.meta.get('error', 'the runner reported an error')}")


def run(
    rows: Iterable[Mapping],
    runner: Runner,
    *,
    out: str | Path,
    languages: Sequence[str] | None = None,
    history: str = "own",
    seed: int = 0,
    digest: str | None = None,
    progress: Progress | None = None,
) -> RunSummary:
    """Asks `runner` every turn of `rows` in each of `languages` and writes the predictions file `out`.

    `rows` are data set rows, as of `load_dataset("mturn-seg")["validation"]`; `languages` are by default all that the
    runner has; `digest` is that of the data set (`predictions.dataset_digest`) and goes into the file; `progress` is
    called with the dialogues done and their number (None for a stream). A run that was cut goes on from its work file,
    `<out>.<run hash>.work.jsonl`, with the same result to the byte; a finished one leaves that as `<out>.turns.jsonl`.

    An exception of the runner, and a mask that is not bool of the image's size, count as an error with an empty mask;
    no turn is dropped. Raises RunError for what cannot be run at all, HistoryError (a RunError) for true history on
    rows without truth.
    """
    languages = _check_languages(languages, runner)
    _check_history(history, rows)
    out = Path(out)
    key = run_hash(runner, history, seed, digest)
    work_path = out.with_name(f"{out.name}.{key}.work.jsonl")
    summary = RunSummary(out, out.with_name(f"{out.name}.turns.jsonl"), key)
    total = len(rows) if hasattr(rows, "__len__") else None
    seen: set[str] = set()
    with PredictionsWriter(out, digest) as predictions, WorkFile(work_path, key) as work:
        for row in rows:
            dialogue_id = row["dialogue_id"]
            if dialogue_id in seen:
                raise RunError(f"dialogue {dialogue_id}: comes twice in the rows, expected once")
            seen.add(dialogue_id)
            image = image_of_row(row)
            for language in languages:
                turns = turns_asked(row, language)
                dialogue = _Dialogue(dialogue_id, image, language, turns, history, seed)
                for turn, record in zip(turns, dialogue.run(runner, work, summary), strict=True):
                    segments = turn["kind"] == "segment"
                    summary.count(record, segments)
                    if segments:
                        predictions.add(_prediction(record, image.size))
            summary.dialogues += 1
            if progress is not None:
                progress(summary.dialogues, total)
    os.replace(work_path, summary.log)
    return summary


def run_hash(runner: Runner, history: str, seed: int, digest: str | None) -> str:
    """12 hex digits over all that decides the answers of a run: the key under which it is resumed."""
    content = {
        "runner": runner.name,
        "config": dict(runner.config),
        "history": history,
        "seed": seed,
        "digest": digest,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]


class _Dialogue:
    """One dialogue in one language: asks its turns in order, each with the history that the mode gives it."""

    def __init__(self, dialogue_id: str, image: Image, language: str, turns: list[Mapping], history: str, seed: int):
        self.dialogue_id = dialogue_id
        self.image = image
        self.language = language
        self.turns = turns
        self.text_source, self.mask_source = HISTORY_MODES[history]
        self.seed = seed
        if "gt" in (self.text_source, self.mask_source):
            for turn in turns:
                if turn["kind"] == "segment" and turn["mask"] is None:
                    place = f"dialogue {dialogue_id}, turn {turn['turn']}"
                    raise HistoryError(
                        f"{place}: has no true mask, so history {history!r} cannot be given on these rows"
                    )

    def run(self, runner: Runner, work: WorkFile, summary: RunSummary) -> list[TurnRecord]:
        """The records of all turns; those that the work file holds are not asked again."""
        records = work.answered(self.dialogue_id, self.language, [turn["turn"] for turn in self.turns])
        summary.resumed += len(records)
        if len(records) == len(self.turns):
            return records
        session = _open(runner, self.image, self.language)
        past = [self._past_turn(turn, record) for turn, record in zip(self.turns, records, strict=False)]
        for turn in self.turns[len(records) :]:
            record = self._ask(session, turn, tuple(past), work.run)
            work.append(record)
            records.append(record)
            past.append(self._past_turn(turn, record))
        return records

    def _ask(self, session: Session, turn: Mapping, past: tuple[PastTurn, ...], run: str) -> TurnRecord:
        request = Request(
            image=self.image,
            turns=() if self.text_source == self.mask_source == "none" else past,
            question=turn["question"][self.language],
            language=self.language,
            dialogue_id=self.dialogue_id,
            turn=turn["turn"],
            seed=_turn_seed(self.seed, self.dialogue_id, self.language, turn["turn"]),
        )
        started = time.perf_counter()
        response = _respond(session, request)
        seconds = time.perf_counter() - started
        return TurnRecord(
            run=run,
            dialogue_id=self.dialogue_id,
            language=self.language,
            turn=turn["turn"],
            status=response.status,
            mask=None if response.mask is None else masks.encode(response.mask),
            text=response.text,
            meta=dict(response.meta),
            seconds=round(seconds, 4),
        )

    def _past_turn(self, turn: Mapping, record: TurnRecord) -> PastTurn:
        """A turn as later requests see it. It is made from the record, so that a resumed run sees the same."""
        rle = turn["mask"] if self.mask_source == "gt" else record.mask
        mask = None if rle is None else masks.decode(rle)
        if mask is not None:
            mask.setflags(write=False)
        true_text = self.text_source == "gt"
        return PastTurn(
            index=turn["turn"],
            question=turn["question"][self.language],
            language=self.language,
            answer=(turn["answer"] or {}).get(self.language) if true_text else record.text,
            mask=mask,
            mask_source="none" if mask is None else self.mask_source,
            status="ok" if self.mask_source == "gt" else record.status,
        )


class _FailedSession:
    """Stands in for a session that could not be opened: each of its turns is an error of its own."""

    def __init__(self, error: Exception):
        self._error = error

    def respond(self, request: Request) -> Response:
        return _error(f"the session could not be opened: {_describe(self._error)}")


def _open(runner: Runner, image: Image, language: str) -> Session:
    try:
        return runner.open(image, language)
    except Exception as error:
        return _FailedSession(error)


def _respond(session: Session, request: Request) -> Response:
    """The session's response, checked; whatever is wrong with it becomes a response of status "error"."""
    try:
        response = session.respond(request)
    except Exception as error:
        return _error(_describe(error))
    if not isinstance(response, Response):
        return _error(f"the runner returned {type(response).__name__}, expected Response")
    if response.status not in STATUSES:
        return _error(f"status {response.status!r}, expected one of {', '.join(STATUSES)}")
    if not isinstance(response.text, str):
        return _error(f"text is {type(response.text).__name__}, expected str")
    mask = response.mask
    if mask is not None and not (isinstance(mask, np.ndarray) and mask.dtype == bool):
        kind = f"an array of {mask.dtype}" if isinstance(mask, np.ndarray) else type(mask).__name__
        return _error(f"mask is {kind}, expected an array of bool")
    if mask is not None and mask.shape != request.image.size:
        return _error(f"mask is {list(mask.shape)}, expected the image's {list(request.image.size)}")
    status = response.status
    if status == "ok" and mask is None:
        status = "no_seg"
    elif status == "ok" and not mask.any():
        status = "empty"
    # A model may emit lone surrogates, which no UTF-8 file can hold.
    text = response.text.encode("utf-8", "replace").decode("utf-8")
    return Response(None if status == "error" else mask, text, status, _plain(response.meta))


def _plain(meta: Mapping) -> dict:
    """`meta` as JSON values; what is not JSON-like is kept as its repr."""
    try:
        content = json.dumps(dict(meta), ensure_ascii=False, default=repr, skipkeys=True)
    except (TypeError, ValueError) as error:
        return {"meta": f"not JSON-like: {_describe(error)}"}
    return json.loads(content.encode("utf-8", "replace"))


def _error(message: str) -> Response:
    return Response(None, "", "error", {"error": message})


def _describe(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _prediction(record: TurnRecord, size: tuple[int, int]) -> Prediction:
    rle = record.mask if record.mask is not None else masks.encode(np.zeros(size, dtype=bool))
    return Prediction(
        record.dialogue_id, record.language, record.turn, list(rle["size"]), rle["counts"], record.text or None
    )


def _turn_seed(seed: int, dialogue_id: str, language: str, turn: int) -> int:
    """A seed of its own for each turn, the same whatever was run before it."""
    content = f"{seed}/{dialogue_id}/{language}/{turn}".encode()
    return int.from_bytes(hashlib.sha256(content).digest()[:4], "big")


def _check_languages(languages: Sequence[str] | None, runner: Runner) -> tuple[str, ...]:
    known = runner.capabilities.languages
    languages = tuple(dict.fromkeys(known if languages is None else languages))
    foreign = [language for language in languages if language not in known]
    if foreign or not languages:
        raise RunError(f"languages {list(languages)}: runner {runner.name} has {list(known)}")
    return languages


def _check_history(history: str, rows: Iterable) -> None:
    if history not in HISTORY_MODES:
        raise HistoryError(f"history {history!r}, expected one of {', '.join(HISTORY_MODES)}")
    if "gt" in HISTORY_MODES[history] and str(getattr(rows, "split", None)) == "test":
        raise HistoryError(f"history {history!r} cannot be given on the test split: its truth is private")
