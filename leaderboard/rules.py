"""The rules over the rows of a predictions file, each over whole columns.

Rows are indices from 0 here and count from 1 in messages. A rule reports to `rows.problems` and marks in `rows.faulty`
the rows that cannot be scored.
"""

from __future__ import annotations

import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import masks
from leaderboard.files import RawPredictions
from leaderboard.files.columns import field_of
from leaderboard.files.keys import key_in_words
from leaderboard.problems import Problem, ProblemCollector, shorten
from leaderboard.records import TRACKS
from leaderboard.truth import LANGUAGES, Truth

MISSING_ROW = "missing_row"
_MAX_SIDE = 2**16  # a stated side beyond this is not worth checking runs against


class Rows:
    """The rows of a file beside the entries of the truth that they answer."""

    def __init__(self, raw: RawPredictions, truth: Truth, problems: ProblemCollector):
        self.raw, self.truth, self.problems = raw, truth, problems
        self.dialogue = truth.dialogue_index(raw.dialogue_id)
        known = pa.array(LANGUAGES, pa.large_string())
        language = pc.index_in(raw.language, value_set=known, skip_nulls=True)
        self.language = language.fill_null(-1).to_numpy().astype(np.int64)
        self.entry = np.where(raw.turn_ok, truth.find(self.dialogue, self.language, raw.turn), -1)
        self.located = np.flatnonzero(self.entry >= 0)
        self.faulty = ~raw.size_ok | raw.counts.is_null().to_numpy(zero_copy_only=False)

    def key(self, row: int) -> str | None:
        """A row's key in words, from what the row itself says."""
        dialogue, language = self.raw.dialogue_id[int(row)].as_py(), self.raw.language[int(row)].as_py()
        return key_in_words(dialogue, language, int(self.raw.turn[row]) if self.raw.turn_ok[row] else None)

    def problem(self, kind: str, row: int, field: str, value: str, expected: str) -> Problem:
        """A problem of one row in one of its fields."""
        return Problem(
            kind=kind,
            row=int(row) + 1,
            key=self.key(row),
            field=field_of(self.raw, field, int(row)),
            value=value,
            expected=expected,
        )


def check_keys(rows: Rows) -> None:
    """Every row names a segmentation turn of the split, and no two the same one."""
    raw, truth = rows.raw, rows.truth
    named = raw.dialogue_id.is_valid().to_numpy(zero_copy_only=False)
    unknown = np.flatnonzero(named & (rows.dialogue < 0))
    if unknown.size and unknown.size == named.sum():
        rows.problems.add(
            Problem(
                kind="wrong_dataset",
                field="dialogue_id",
                value=f"{_shown(raw.dialogue_id[int(unknown[0])].as_py())} and all others are unknown",
                expected=f"dialogues of the {truth.split} split, version {truth.version}",
            )
        )
        return
    _report_unknown(rows, unknown, "dialogue_id", "unknown_dialogue", f"a dialogue of the {truth.split} split")
    spoken = raw.language.is_valid().to_numpy(zero_copy_only=False)
    foreign = np.flatnonzero(spoken & (rows.language < 0))
    _report_unknown(rows, foreign, "language", "unknown_language", " or ".join(LANGUAGES))
    _check_turns(rows)
    _check_duplicates(rows)


def _report_unknown(rows: Rows, unknown: np.ndarray, field: str, kind: str, expected: str) -> None:
    texts = getattr(rows.raw, field)
    rows.problems.add_many(
        kind, unknown, lambda row: rows.problem(kind, row, field, _shown(texts[int(row)].as_py()), expected)
    )


def _check_turns(rows: Rows) -> None:
    """Rows of a known dialogue and language whose turn is not to be segmented."""
    asked = (rows.dialogue >= 0) & (rows.language >= 0) & rows.raw.turn_ok
    lost = np.flatnonzero(asked & (rows.entry < 0))
    answered = _is_answered(rows, lost)
    for kind, some in (("answer_turn", lost[answered]), ("unknown_turn", lost[~answered])):
        rows.problems.add_many(kind, some, lambda row, kind=kind: _lost_turn(rows, kind, row))


def _is_answered(rows: Rows, lost: np.ndarray) -> np.ndarray:
    """bool: is the turn of each of these rows one that is answered with text."""
    dialogue, turn = rows.dialogue[lost], rows.raw.turn[lost]
    known = [
        (index, answer)
        for index in np.unique(dialogue).tolist()
        for answer in rows.truth.answer_turns.get(rows.truth.dialogue_ids[index].as_py(), ())
    ]
    if not known:
        return np.zeros(len(lost), bool)
    answers = np.array(known, np.int64)
    last = int(answers[:, 1].max())
    inside = (turn >= 0) & (turn <= last)
    code = dialogue * (last + 1) + np.where(inside, turn, 0)
    return inside & np.isin(code, answers[:, 0] * (last + 1) + answers[:, 1])


def _lost_turn(rows: Rows, kind: str, row: int) -> Problem:
    asked = rows.truth.turns_asked(int(rows.dialogue[row]), int(rows.language[row]))
    language = LANGUAGES[rows.language[row]]
    if not asked:
        expected = f"no row: the dialogue has no segmentation turn in {language}"
    else:
        expected = f"a segmentation turn of the dialogue in {language}: {', '.join(map(str, asked))}"
    if kind == "answer_turn":
        expected += " (this turn is answered with text)"
    return rows.problem(kind, row, "turn", str(rows.raw.turn[row]), expected)


def _check_duplicates(rows: Rows) -> None:
    entry = rows.entry[rows.located]
    if (np.diff(entry) > 0).all():
        return
    order = np.argsort(entry, kind="stable")
    begins = np.diff(entry[order], prepend=-1) != 0
    first = np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))
    repeated, original = rows.located[order[~begins]], rows.located[order[first[~begins]]]
    by_row = np.argsort(repeated)
    rows.faulty[repeated] = True
    rows.problems.add_many(
        "duplicate_row",
        np.column_stack([repeated, original])[by_row],
        lambda pair: Problem(
            kind="duplicate_row",
            row=int(pair[0]) + 1,
            key=rows.key(pair[0]),
            value=f"the same turn as row {pair[1] + 1}",
            expected="one row a turn",
        ),
    )


def check_masks(rows: Rows) -> None:
    """Every mask has the size of its image, and is faultless for the size that it states."""
    _check_sizes(rows)
    _check_runs(rows)


def _check_sizes(rows: Rows) -> None:
    some = rows.located[rows.raw.size_ok[rows.located]]
    true_size = rows.truth.size[rows.truth.entry_row[rows.entry[some]]]
    wrong = some[(rows.raw.size[some] != true_size).any(axis=1)]
    rows.faulty[wrong] = True
    rows.problems.add_many(
        "wrong_size",
        wrong,
        lambda row: rows.problem(
            "wrong_size",
            row,
            "size",
            str(rows.raw.size[row].tolist()),
            f"{rows.truth.size[rows.truth.entry_row[rows.entry[row]]].tolist()}, the image's [height, width]",
        ),
    )


def _check_runs(rows: Rows) -> None:
    raw = rows.raw
    sane = raw.size_ok & ((raw.size > 0) & (raw.size <= _MAX_SIDE)).all(axis=1)
    reasons = np.array(masks.validate_batch(raw.counts, raw.size[:, 0], raw.size[:, 1]))
    # Null counts and impossible sizes were reported as such.
    reasons[~(sane & raw.counts.is_valid().to_numpy(zero_copy_only=False))] = 0
    rows.faulty |= reasons != 0
    for reason in np.unique(reasons[reasons != 0]).tolist():
        kind = f"rle_{masks.RleReason(reason).name.lower()}"
        rows.problems.add_many(
            kind, np.flatnonzero(reasons == reason), lambda row, kind=kind: _bad_runs(rows, kind, row)
        )


def _bad_runs(rows: Rows, kind: str, row: int) -> Problem:
    counts, (height, width) = rows.raw.counts[int(row)].as_py(), rows.raw.size[row].tolist()
    reason = masks.explain(counts, [height, width])
    expected = f"a COCO RLE of {height} x {width} pixels ({reason})"
    return rows.problem(kind, row, "counts", shorten(counts), expected)


def check_missing(rows: Rows, touched: np.ndarray) -> set[int]:
    """Report entries of the touched tracks (indices into TRACKS) without a row; the tracks that lack some."""
    truth = rows.truth
    uncovered = np.ones(len(truth.entry_code), bool)
    uncovered[rows.entry[rows.located]] = False
    missing = np.flatnonzero(uncovered & np.isin(truth.entry_track, touched))
    rows.problems.add_many(
        MISSING_ROW,
        missing,
        lambda entry: Problem(
            kind=MISSING_ROW,
            key=truth.key(entry),
            expected=f"a row for every turn of {TRACKS[truth.entry_track[entry]]}; an empty mask is a row too",
        ),
    )
    return set(truth.entry_track[missing].tolist())


def _shown(text: str) -> str:
    """A text that should have been a known one: letters that only look like others are named."""
    other = next((char for char in text if not char.isascii()), None)
    if other is None:
        return shorten(text)
    return f"{shorten(text)}, which holds U+{ord(other):04X} ({unicodedata.name(other, 'no name')})"
