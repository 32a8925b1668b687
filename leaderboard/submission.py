"""Check the rows of a predictions file against what a split asks for, every rule in one pass.

No message says anything about a true mask beyond its image's size, which is public.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import masks
from leaderboard.predictions import RawPredictions
from leaderboard.reading import Limits, read_predictions
from leaderboard.records import TRACKS
from leaderboard.report import Problem, ProblemCollector, ValidationReport, shorten
from leaderboard.truth import LANGUAGES, Truth

MISSING_ROW = "missing_row"
_MAX_SIDE = 2**16  # a stated side beyond this is not worth checking runs against


@dataclass(frozen=True, eq=False)
class Submission:
    """Usable predictions, sorted by entry of the truth; entries of `tracks` that are not listed have no row."""

    entry: np.ndarray  # int64 [M], index into the truth's entries, ascending and unique
    counts: pa.LargeStringArray  # [M]
    tracks: list[str]  # tracks that the file touches
    rows: int


def read_submission(path: Path, truth: Truth, limits: Limits) -> tuple[ValidationReport, Submission | None]:
    """Validate `path`. The submission is None unless every row is usable; missing rows alone leave it usable.

    Raises OSError when the file cannot be opened.
    """
    problems = ProblemCollector()
    raw = read_predictions(path, limits, problems)
    if raw is None:
        return _report(0, [], [], problems, []), None
    if raw.digest is not None and raw.digest != truth.digest:
        # Every row would fail for the same reason, so nothing else is said.
        problems = ProblemCollector()
        problems.add(
            Problem(
                kind="wrong_dataset",
                field="digest",
                value=shorten(raw.digest, 80),
                expected=f"{truth.digest} (version {truth.version}); run the model on that version",
            )
        )
        return _report(raw.rows, [], [], problems, raw.notes), None
    notes = list(raw.notes)
    if raw.digest is None:
        notes.append("the file does not say which dataset it belongs to (no digest)")
    return _Check(raw, truth, problems, notes).run()


def _report(
    rows: int, tracks: list[str], languages: list[str], problems: ProblemCollector, notes: list[str]
) -> ValidationReport:
    groups = problems.groups()
    return ValidationReport(
        ok=not groups, rows=rows, tracks=tracks, languages=languages, groups=groups, notes=list(notes)
    )


class _Check:
    """The rules, each over whole columns; rows are indices from 0 here and from 1 in messages."""

    def __init__(self, raw: RawPredictions, truth: Truth, problems: ProblemCollector, notes: list[str]):
        self.raw, self.truth, self.problems, self.notes = raw, truth, problems, notes
        self.dialogue = truth.dialogue_index(raw.dialogue_id)
        known = pa.array(LANGUAGES, pa.large_string())
        self.language = pc.index_in(raw.language, value_set=known, skip_nulls=True).fill_null(-1).to_numpy().astype(int)
        self.entry = np.where(raw.turn_ok, truth.find(self.dialogue, self.language, raw.turn), -1)
        self.located = np.flatnonzero(self.entry >= 0)
        self.faulty = ~raw.size_ok | raw.counts.is_null().to_numpy(zero_copy_only=False)

    def run(self) -> tuple[ValidationReport, Submission | None]:
        if self.raw.has_keys:
            self.check_keys()
            self.check_duplicates()
        self.check_sizes()
        self.check_runs()
        touched = np.unique(self.truth.entry_track[self.entry[self.located]])
        incomplete = self.check_missing(touched)
        spoilt = np.unique(self.truth.entry_track[self.entry[self.faulty & (self.entry >= 0)]])
        complete = [TRACKS[track] for track in touched if track not in incomplete and track not in spoilt]
        self.note_untouched(touched)
        languages = sorted({LANGUAGES[code] for code in self.truth.entry_language[self.entry[self.located]]})
        report = _report(self.raw.rows, complete, languages, self.problems, self.notes)
        usable = touched.size and self.problems.kinds <= {MISSING_ROW}
        return report, self.submission(touched) if usable else None

    def submission(self, touched: np.ndarray) -> Submission:
        order = self.located[np.argsort(self.entry[self.located], kind="stable")]
        counts = self.raw.counts.take(pa.array(order))
        return Submission(self.entry[order], counts, [TRACKS[track] for track in touched], self.raw.rows)

    def key(self, row: int) -> str:
        """A row's key in words, from what the row itself says."""
        dialogue, language = self.raw.dialogue_id[int(row)].as_py(), self.raw.language[int(row)].as_py()
        parts = [
            f"dialogue {_bare(dialogue)}" if dialogue is not None else "",
            _bare(language) if language is not None else "",
            f"turn {self.raw.turn[row]}" if self.raw.turn_ok[row] else "",
        ]
        return ", ".join(part for part in parts if part)

    def problem(self, kind: str, row: int, field: str, value: str, expected: str) -> Problem:
        return Problem(
            kind=kind,
            row=int(row) + 1,
            key=self.key(row) or None,
            field=self.raw.fields[field],
            value=value,
            expected=expected,
        )

    def check_keys(self) -> None:
        raw, truth = self.raw, self.truth
        named = raw.dialogue_id.is_valid().to_numpy(zero_copy_only=False)
        unknown = np.flatnonzero(named & (self.dialogue < 0))
        if unknown.size and unknown.size == named.sum():
            self.problems.add(
                Problem(
                    kind="wrong_dataset",
                    field="dialogue_id",
                    value=f"{shorten(raw.dialogue_id[int(unknown[0])].as_py())} and all others are unknown",
                    expected=f"dialogues of the {truth.split} split, version {truth.version}",
                )
            )
            return
        self.problems.add_many(
            "unknown_dialogue",
            unknown,
            lambda row: self.problem(
                "unknown_dialogue",
                row,
                "dialogue_id",
                shorten(raw.dialogue_id[int(row)].as_py()),
                f"a dialogue of the {truth.split} split",
            ),
        )
        spoken = raw.language.is_valid().to_numpy(zero_copy_only=False)
        self.problems.add_many(
            "unknown_language",
            np.flatnonzero(spoken & (self.language < 0)),
            lambda row: self.problem(
                "unknown_language", row, "language", shorten(raw.language[int(row)].as_py()), " or ".join(LANGUAGES)
            ),
        )
        lost = np.flatnonzero((self.dialogue >= 0) & (self.language >= 0) & raw.turn_ok & (self.entry < 0))
        self.report_lost_turns(lost)

    def report_lost_turns(self, rows: np.ndarray) -> None:
        """Rows of a known dialogue and language whose turn is not to be segmented."""
        answer, unknown = [], []
        for row in rows.tolist():
            dialogue, turn = self.raw.dialogue_id[row].as_py(), int(self.raw.turn[row])
            (answer if turn in self.truth.answer_turns.get(dialogue, ()) else unknown).append(row)
        self.problems.add_many("answer_turn", answer, lambda row: self.lost_turn("answer_turn", row))
        self.problems.add_many("unknown_turn", unknown, lambda row: self.lost_turn("unknown_turn", row))

    def lost_turn(self, kind: str, row: int) -> Problem:
        asked = self.truth.turns_asked(int(self.dialogue[row]), int(self.language[row]))
        language = LANGUAGES[self.language[row]]
        if not asked:
            expected = f"no row: the dialogue has no segmentation turn in {language}"
        else:
            expected = f"a segmentation turn of the dialogue in {language}: {', '.join(map(str, asked))}"
        if kind == "answer_turn":
            expected += " (this turn is answered with text)"
        return self.problem(kind, row, "turn", str(self.raw.turn[row]), expected)

    def check_duplicates(self) -> None:
        entry = self.entry[self.located]
        order = np.argsort(entry, kind="stable")
        repeats = np.flatnonzero(np.diff(entry[order], prepend=-1) == 0)
        first = np.maximum.accumulate(np.where(np.diff(entry[order], prepend=-1) != 0, np.arange(len(order)), 0))
        pairs = sorted(zip(self.located[order[repeats]], self.located[order[first[repeats]]], strict=True))
        self.faulty[[row for row, _ in pairs]] = True
        self.problems.add_many(
            "duplicate_row",
            pairs,
            lambda pair: Problem(
                kind="duplicate_row",
                row=int(pair[0]) + 1,
                key=self.key(pair[0]),
                value=f"the same turn as row {pair[1] + 1}",
                expected="one row a turn",
            ),
        )

    def check_sizes(self) -> None:
        rows = self.located[self.raw.size_ok[self.located]]
        true_size = self.truth.size[self.truth.entry_row[self.entry[rows]]]
        wrong = rows[(self.raw.size[rows] != true_size).any(axis=1)]
        self.faulty[wrong] = True
        self.problems.add_many(
            "wrong_size",
            wrong,
            lambda row: self.problem(
                "wrong_size",
                row,
                "size",
                str(self.raw.size[row].tolist()),
                f"{self.truth.size[self.truth.entry_row[self.entry[row]]].tolist()}, the image's [height, width]",
            ),
        )

    def check_runs(self) -> None:
        """Every mask against its own stated size; the size itself is another rule."""
        sane = self.raw.size_ok & ((self.raw.size > 0) & (self.raw.size <= _MAX_SIDE)).all(axis=1)
        rows = np.flatnonzero(sane & self.raw.counts.is_valid().to_numpy(zero_copy_only=False))
        if not rows.size:
            return
        counts = self.raw.counts if rows.size == self.raw.rows else self.raw.counts.take(pa.array(rows))
        reasons = np.asarray(masks.validate_batch(counts, self.raw.size[rows, 0], self.raw.size[rows, 1]))
        self.faulty[rows[reasons != 0]] = True
        for reason in np.unique(reasons[reasons != 0]):
            kind = f"rle_{masks.RleReason(int(reason)).name.lower()}"
            self.problems.add_many(kind, rows[reasons == reason], lambda row, kind=kind: self.bad_runs(kind, row))

    def bad_runs(self, kind: str, row: int) -> Problem:
        counts, (height, width) = self.raw.counts[int(row)].as_py(), self.raw.size[row].tolist()
        reason = masks.explain(counts, [height, width])
        return self.problem(kind, row, "counts", shorten(counts), f"a COCO RLE of {height} x {width} pixels ({reason})")

    def check_missing(self, touched: np.ndarray) -> set[int]:
        """Report entries of touched tracks without a row; the tracks that lack some."""
        covered = np.zeros(len(self.truth.entry_code), bool)
        covered[self.entry[self.located]] = True
        missing = np.flatnonzero(np.isin(self.truth.entry_track, touched) & ~covered)
        self.problems.add_many(
            MISSING_ROW,
            missing,
            lambda entry: Problem(
                kind=MISSING_ROW,
                key=self.truth.key(entry),
                expected=f"a row for every turn of {TRACKS[self.truth.entry_track[entry]]}; an empty mask is a row too",
            ),
        )
        return set(self.truth.entry_track[missing].tolist())

    def note_untouched(self, touched: np.ndarray) -> None:
        untouched = [track for track in self.truth.tracks if TRACKS.index(track) not in touched]
        if touched.size and untouched:
            self.notes.append(f"no rows for {', '.join(untouched)}: not scored")


def _bare(text: str) -> str:
    return shorten(text)[1:-1]
