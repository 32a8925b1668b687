"""The tables that follow from a store: which submission stands for a model, in which order, and how sure that is."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from leaderboard.errors import RecordNotFound
from leaderboard.ranking import rank
from leaderboard.records import (
    RANKED_SPLIT,
    TABLE_TURNS,
    Record,
    Resampling,
    Submission,
    TableRow,
    TrackScore,
    model_key,
)
from leaderboard.statistics import kept_headline_draws
from leaderboard.stores import Store

Lineup = list[tuple[str, int, bool]]  # of each row: its record, how many attempts its model had, is it verified


class _Kept(BaseModel):
    """A table, the lineup that it follows from, and the version of the store that had it."""

    model_config = ConfigDict(frozen=True)

    version: str
    lineup: Lineup
    rows: list[TableRow]


class Standings:
    """The tables of one version of the data, scored by one scorer. Safe for parallel threads."""

    def __init__(self, store: Store, split: str, digest: str, scorer_version: str, resampling: Resampling):
        self._store = store
        self._key = (split, digest, scorer_version)
        self._resampling = resampling
        # Records never change, so what follows from one is read once.
        self._rows: dict[str, dict[str, TableRow]] = {}  # by record and track
        self._draws: dict[tuple[str, str], np.ndarray | None] = {}  # headline Dice in every resample
        self._tables: dict[str, _Kept] = {}

    def refresh(self, tracks: Collection[str]) -> None:
        """Make these tables now, so that who asks next need not wait: with many submissions it takes a second."""
        for track in tracks:
            self.table(track)

    def table(self, track: str) -> list[TableRow]:
        """The rows of a track, best first; those of any split but test have no rank."""
        version = self._store.version()
        kept = self._tables.get(track)
        if kept is None or kept.version != version:
            self._tables[track] = kept = self._derived(track, version)
        return list(kept.rows)

    def displayed(self, track: str) -> list[tuple[str, Submission]]:
        """The id of the record and the submission that stand for each user's model and history mode.

        It is the latest that its owner meant to be shown, or the latest of all where none was. Withdrawing or deleting
        it takes the model out of the table: an earlier one with a better score does not come back.
        """
        return self._displayed(track, self._store.submissions())

    def _displayed(self, track: str, submissions: Sequence[Submission]) -> list[tuple[str, Submission]]:
        records = self._records()
        chosen: dict[tuple[str, str, str], tuple[str, Submission]] = {}
        for submission in submissions:  # oldest first
            record_id = records.get(submission.id)
            if submission.split != self._key[0] or track not in submission.tracks:
                continue
            if submission.state == "scored" and record_id is None:  # it has results on other data only
                continue
            key = (submission.user, model_key(submission.meta.model), submission.meta.history_mode)
            present = chosen.get(key)
            if present is None or submission.meta.display or not present[1].meta.display:
                chosen[key] = (record_id or "", submission)
        return [(record_id, submission) for record_id, submission in chosen.values() if submission.state == "scored"]

    def _derived(self, track: str, version: str) -> _Kept:
        """The table as another process made it, made anew only where the lineup is another by now.

        Most changes of a store, such as a submission that is still to be scored, leave every lineup as it was.
        """
        key = "/".join(("table", *self._key, self._resampling.model_dump_json(), track))
        present = _read(self._store.derived(key)) or self._tables.get(track)
        if present is not None and present.version == version:
            return present
        while True:
            lineup = self._lineup(track)
            try:
                is_same = present is not None and present.lineup == lineup
                rows = present.rows if is_same else self._made(track, lineup)
                kept = _Kept(version=version, lineup=lineup, rows=rows)
            except RecordNotFound:  # deleted while the table was made, else the store is damaged
                if self._store.version() == version:
                    raise
                version = self._store.version()
                continue
            # The store may have changed meanwhile: then what was made belongs to neither version for sure.
            self._store.keep_derived(key, kept.model_dump_json().encode(), version)
            return kept

    def _lineup(self, track: str) -> Lineup:
        submissions = self._store.submissions()
        attempts = self._attempts(submissions)
        return [
            (record_id, attempts[submission.user, model_key(submission.meta.model)], submission.verified is not None)
            for record_id, submission in self._displayed(track, submissions)
        ]

    def _made(self, track: str, lineup: Lineup) -> list[TableRow]:
        rows, draws = [], {}
        for record_id, attempts, verified in lineup:
            row = self._row(record_id, track)
            if row is None:
                continue
            rows.append(row.model_copy(update={"attempts": attempts, "verified": verified}))
            draws[record_id] = self._drawn(record_id, track)
        if self._key[0] != RANKED_SPLIT:
            return sorted(rows, key=lambda row: (row.headline_dice is None, -(row.headline_dice or 0)))
        return rank(rows, draws)

    def _attempts(self, submissions: Sequence[Submission]) -> dict[tuple[str, str], int]:
        """How many submissions of each user's model were scored, whatever became of them."""
        counted: dict[tuple[str, str], int] = {}
        for submission in submissions:
            if submission.split == self._key[0] and submission.scored is not None:
                user_model = (submission.user, model_key(submission.meta.model))
                counted[user_model] = counted.get(user_model, 0) + 1
        return counted

    def _records(self) -> dict[str, str]:
        """Submission -> its record on this data by this scorer."""
        return {key.submission: key.id for key in self._store.record_keys() if key.basis == self._key}

    def _row(self, record_id: str, track: str) -> TableRow | None:
        """None where the record lacks the track, or was deleted a moment ago."""
        if record_id not in self._rows:
            record = self._store.record(record_id)
            if record is None:
                return None
            self._rows[record_id] = {name: table_row(record, name) for name in record.tracks}
        return self._rows[record_id].get(track)

    def _drawn(self, record_id: str, track: str) -> np.ndarray | None:
        key = (record_id, track)
        if key not in self._draws:
            self._draws[key] = kept_headline_draws(self._store.companion(record_id), track, self._resampling)
        return self._draws[key]


def _read(kept: bytes | None) -> _Kept | None:
    """A kept table; None where there is none, and for one that another version of this program wrote."""
    try:
        return None if kept is None else _Kept.model_validate_json(kept)
    except ValidationError:
        return None


def table_row(record: Record, track: str) -> TableRow:
    """A record's line in a track's table, not ranked yet."""
    score: TrackScore = record.tracks[track]
    turns = {turn: score.turn_curve.get(turn) for turn in TABLE_TURNS}
    return TableRow(
        rank=None,
        model=record.meta.model,
        organisation=record.meta.organisation,
        user=record.user,
        link=record.meta.link,
        parameters=record.meta.parameters,
        headline_dice=score.headline_dice,
        headline_dice_interval=score.headline_dice_interval,
        headline_iou=score.headline_iou,
        turn_weighted_dice=score.overall.dice,
        turn_weighted_iou=score.overall.iou,
        ciou=score.ciou,
        mm=score.overall.mm,
        region_dice={region: cell.dice for region, cell in score.strata["region"].items()},
        turn_dice={turn: cell.dice if cell else None for turn, cell in turns.items()},
        n=score.overall.n,
        n_patients=score.overall.n_patients,
        n_empty=score.overall.empty,
        attempts=record.attempts,
        history_mode=record.meta.history_mode,
        date=record.created[:10],
        data_version=record.dataset.version,
        scorer_version=record.scorer_version,
        submission=record.submission,
        record_id=record.id,
    )
