"""The truth of one split, column by column, and what a submission to it must hold.

A dialogue is asked in one language or in both. An *entry* is one segmentation turn asked in one language: the unit that
a row of a predictions file answers. Entries are sorted by dialogue, language and turn.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import masks
from leaderboard.errors import TruthError
from leaderboard.records import TRACKS
from leaderboard.report import shorten

LANGUAGES = ("en", "zh")
COHORT_TURNS = 5  # the fixed cohort: dialogues with at least this many segmentation turns
_TEXT = pa.large_string()
_COLUMNS = {
    "dialogue_id": _TEXT,
    "turn": pa.int64(),
    "segmentation_turn": pa.int64(),
    "mask": pa.struct([("size", pa.large_list(pa.int64())), ("counts", _TEXT)]),
    "system": _TEXT,
    "facets": pa.large_list(_TEXT),
    "languages": pa.large_list(_TEXT),
    "patient_id": _TEXT,
    "region": _TEXT,
    "modality": _TEXT,
    "spacing_mm": pa.large_list(pa.float64()),
}
_NULLABLE = {"system", "facets", "spacing_mm"}


@dataclass(frozen=True, eq=False)
class Labels:
    """One word a row: `values` sorted, and for each row the index of its value."""

    values: list[str]
    code: np.ndarray  # int64

    def __getitem__(self, rows: np.ndarray) -> Labels:
        return Labels(self.values, self.code[rows])


@dataclass(frozen=True, eq=False)
class Truth:
    """K segmentation turns and the E entries that ask for them. Use `Truth.load`."""

    name: str | None
    version: str
    digest: str
    split: str
    # dialogues
    dialogue_ids: pa.LargeStringArray  # [D]
    answer_turns: dict[str, list[int]]
    # segmentation turns, [K]
    counts: pa.LargeStringArray
    size: np.ndarray  # int64 [K, 2], height and width
    area_px: np.ndarray
    area_mm2: np.ndarray  # float64, 0 where the spacing is unknown
    has_spacing: np.ndarray
    patient: np.ndarray  # int64 code
    region: Labels
    modality: Labels
    system: Labels  # "none" where null
    facet_row: np.ndarray  # one per (turn, facet); turns without a facet have the facet "none"
    facet: Labels  # beside facet_row
    # entries, [E]
    entry_row: np.ndarray  # index into the segmentation turns
    entry_dialogue: np.ndarray  # index into dialogue_ids
    entry_language: np.ndarray  # index into LANGUAGES
    entry_turn: np.ndarray
    entry_ordinal: np.ndarray  # which segmentation turn of its dialogue in its language, from 1
    entry_length: np.ndarray  # how many segmentation turns its dialogue has in its language
    entry_track: np.ndarray  # index into TRACKS
    entry_code: np.ndarray  # sorted; see `find`

    @classmethod
    def load(cls, path: Path | str) -> Truth:
        """Read a split's truth file (Parquet). Raises TruthError (what, where, expectation) or FileNotFoundError."""
        path = Path(path)
        if not path.exists():
            raise FileNotFoundError(f"{path.absolute()}: no such truth file; expected one that `mturn-seg build` wrote")
        if path.is_dir():
            raise TruthError(f"{path}: is a folder; expected a file in it, such as {path / 'test.parquet'}")
        try:
            with pq.ParquetFile(path) as file:
                table = file.read()
        except (pa.ArrowException, OSError) as error:
            raise TruthError(f"{path}: {str(error).splitlines()[0]}; expected a Parquet truth file") from None
        return _build(table, path)

    @property
    def tracks(self) -> list[str]:
        """Ids of the tracks that this split has turns for."""
        return [track for index, track in enumerate(TRACKS) if (self.entry_track == index).any()]

    def dialogue_index(self, ids: pa.LargeStringArray) -> np.ndarray:
        """int64 [N]: where each id stands in `dialogue_ids`; -1 for null and for an unknown one."""
        return pc.index_in(ids, value_set=self.dialogue_ids, skip_nulls=True).fill_null(-1).to_numpy().astype(np.int64)

    def find(self, dialogue: np.ndarray, language: np.ndarray, turn: np.ndarray) -> np.ndarray:
        """int64 [N]: the entry of each (dialogue index, language index, turn), -1 where there is none."""
        turn_ok = (turn >= 0) & (turn <= self.entry_turn.max())
        ok = (dialogue >= 0) & (language >= 0) & turn_ok
        code = _code(dialogue, language, np.where(turn_ok, turn, 0), self.entry_turn.max())
        entry = np.minimum(np.searchsorted(self.entry_code, code), len(self.entry_code) - 1)
        return np.where(ok & (self.entry_code[entry] == code), entry, -1)

    def turns_asked(self, dialogue: int, language: int) -> list[int]:
        """The segmentation turns of a dialogue in a language."""
        return self.entry_turn[(self.entry_dialogue == dialogue) & (self.entry_language == language)].tolist()

    def key(self, entry: int) -> str:
        """An entry in words: "dialogue d1, en, turn 2"."""
        dialogue = shorten(self.dialogue_ids[int(self.entry_dialogue[entry])].as_py()).strip("'")
        return f"dialogue {dialogue}, {LANGUAGES[self.entry_language[entry]]}, turn {self.entry_turn[entry]}"


def _code(dialogue: np.ndarray, language: np.ndarray, turn: np.ndarray, last_turn: int) -> np.ndarray:
    return (dialogue * len(LANGUAGES) + language) * (int(last_turn) + 1) + turn


def _build(table: pa.Table, path: Path) -> Truth:
    metadata = _metadata(table, path)
    columns = _columns(table, path)
    size, counts = _masks(columns["mask"], path)
    ids, dialogue = _codes(columns["dialogue_id"])
    turn = columns["turn"].to_numpy()
    _check_order(dialogue, turn, columns["segmentation_turn"].to_numpy(), ids, path)
    spacing, has_spacing = _spacing(columns["spacing_mm"], path)
    area_px = masks.area_batch(counts, size[:, 0], size[:, 1])
    facet_row, facet = _facets(columns["facets"])
    entries = _entries(columns["languages"], dialogue, turn, path)
    return Truth(
        **metadata,
        dialogue_ids=ids,
        counts=counts,
        size=size,
        area_px=area_px,
        area_mm2=area_px * spacing.prod(axis=1),
        has_spacing=has_spacing,
        patient=_codes(columns["patient_id"])[1],
        region=_labels(columns["region"]),
        modality=_labels(columns["modality"]),
        system=_labels(columns["system"]),
        facet_row=facet_row,
        facet=facet,
        **entries,
    )


def _metadata(table: pa.Table, path: Path) -> dict:
    raw = {
        key.decode("utf-8", "replace"): value.decode("utf-8", "replace")
        for key, value in (table.schema.metadata or {}).items()
    }
    missing = [key for key in ("digest", "version", "split") if not raw.get(f"mturn_seg.{key}")]
    if missing:
        raise TruthError(f"{path}: no mturn_seg.{missing[0]} in the file's metadata; expected a truth file of a build")
    try:
        answer_turns = json.loads(raw.get("mturn_seg.answer_turns", "{}"))
    except ValueError:
        answer_turns = None
    if not isinstance(answer_turns, dict) or not all(isinstance(turns, list) for turns in answer_turns.values()):
        raise TruthError(f"{path}: mturn_seg.answer_turns in the metadata is not JSON of {{dialogue_id: [turns]}}")
    return {
        "name": raw.get("mturn_seg.name"),
        "version": raw["mturn_seg.version"],
        "digest": raw["mturn_seg.digest"],
        "split": raw["mturn_seg.split"],
        "answer_turns": answer_turns,
    }


def _columns(table: pa.Table, path: Path) -> dict[str, pa.Array]:
    if not table.num_rows:
        raise TruthError(f"{path}: no rows; expected at least one segmentation turn")
    columns = {}
    for name, kind in _COLUMNS.items():
        if name not in table.column_names:
            raise TruthError(f"{path}: no column {name}; expected {', '.join(_COLUMNS)}")
        try:
            column = table[name].combine_chunks().cast(kind)
        except pa.ArrowException:
            raise TruthError(f"{path}: column {name} is {table[name].type}; expected {kind}") from None
        if column.null_count and name not in _NULLABLE:
            row = column.is_null().to_pylist().index(True) + 1
            raise TruthError(f"{path}: row {row}: {name} is null; expected a value")
        columns[name] = column
    return columns


def _masks(column: pa.StructArray, path: Path) -> tuple[np.ndarray, pa.LargeStringArray]:
    sizes, counts = column.field("size"), column.field("counts")
    if not pc.all(pc.equal(pc.list_value_length(sizes), 2).fill_null(False)).as_py():
        raise TruthError(f"{path}: a mask's size is not [height, width]")
    size = pc.list_flatten(sizes).to_numpy(zero_copy_only=False).reshape(-1, 2).astype(np.int64)
    reasons = np.asarray(masks.validate_batch(counts, size[:, 0], size[:, 1]))
    bad = np.flatnonzero(reasons)
    if bad.size:
        row = int(bad[0])
        raise TruthError(f"{path}: row {row + 1}: mask: {masks.explain(counts[row].as_py(), size[row].tolist())}")
    return size, counts


def _check_order(
    dialogue: np.ndarray, turn: np.ndarray, stated: np.ndarray, ids: pa.LargeStringArray, path: Path
) -> None:
    order = np.lexsort((turn, dialogue))
    twice = np.flatnonzero((np.diff(dialogue[order]) == 0) & (np.diff(turn[order]) == 0))
    if twice.size:
        row = order[twice[0]]
        raise TruthError(f"{path}: dialogue {ids[int(dialogue[row])]}, turn {turn[row]} stands there twice")
    wrong = np.flatnonzero(stated[order] != _ordinals(dialogue[order])[0])
    if wrong.size:
        row = order[wrong[0]]
        expected = _ordinals(dialogue[order])[0][wrong[0]]
        where = f"dialogue {ids[int(dialogue[row])]}, turn {turn[row]}"
        raise TruthError(f"{path}: {where}: segmentation_turn is {stated[row]}; expected {expected}")


def _ordinals(group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For sorted group numbers: the position within the group, from 1, and the group's length."""
    starts = np.flatnonzero(np.r_[True, np.diff(group) != 0])
    lengths = np.diff(np.r_[starts, len(group)])
    return np.arange(len(group)) - np.repeat(starts, lengths) + 1, np.repeat(lengths, lengths)


def _spacing(column: pa.Array, path: Path) -> tuple[np.ndarray, np.ndarray]:
    has = column.is_valid().to_numpy(zero_copy_only=False)
    spacing = np.zeros((len(column), 2))
    known = column.filter(column.is_valid())
    if not pc.all(pc.equal(pc.list_value_length(known), 2)).as_py() and len(known):
        raise TruthError(f"{path}: a spacing_mm is not [row, column]")
    values = pc.list_flatten(known).to_numpy(zero_copy_only=False).reshape(-1, 2)
    if not (np.isfinite(values) & (values > 0)).all():
        raise TruthError(f"{path}: a spacing_mm is not positive; expected millimetres")
    spacing[has] = values
    return spacing, has


def _facets(column: pa.Array) -> tuple[np.ndarray, Labels]:
    rows = pc.list_parent_indices(column).to_numpy()
    without = np.setdiff1d(np.arange(len(column)), rows)
    words = pa.concat_arrays([pc.list_flatten(column), pa.nulls(len(without), _TEXT)])
    return np.concatenate([rows, without]), _labels(words)


def _entries(languages: pa.Array, dialogue: np.ndarray, turn: np.ndarray, path: Path) -> dict[str, np.ndarray]:
    row = pc.list_parent_indices(languages).to_numpy().astype(np.int64)
    words = pc.list_flatten(languages)
    language = pc.index_in(words, value_set=pa.array(LANGUAGES, _TEXT))
    if language.null_count or not len(language):
        raise TruthError(f"{path}: languages holds {shorten(words.unique().to_pylist())}; expected {LANGUAGES}")
    language = language.to_numpy().astype(np.int64)
    code = _code(dialogue[row], language, turn[row], turn.max())
    order = np.argsort(code, kind="stable")
    if (np.diff(code[order]) == 0).any():
        raise TruthError(f"{path}: a turn names one of its languages twice")
    row, language = row[order], language[order]
    ordinal, length = _ordinals(dialogue[row] * len(LANGUAGES) + language)
    return {
        "entry_row": row,
        "entry_dialogue": dialogue[row],
        "entry_language": language,
        "entry_turn": turn[row],
        "entry_ordinal": ordinal,
        "entry_length": length,
        "entry_track": _track_index(language, length > 1),
        "entry_code": code[order],
    }


def _track_index(language: np.ndarray, multi: np.ndarray) -> np.ndarray:
    table = np.array([[TRACKS.index(f"{name}-{kind}") for kind in ("single", "multi")] for name in LANGUAGES])
    return table[language, multi.astype(int)]


def _codes(column: pa.Array) -> tuple[pa.LargeStringArray, np.ndarray]:
    encoded = column.dictionary_encode()
    return encoded.dictionary, encoded.indices.to_numpy().astype(np.int64)


def _labels(column: pa.Array) -> Labels:
    values, code = _codes(pc.fill_null(column, "none"))
    words = values.to_pylist()
    order = sorted(range(len(words)), key=words.__getitem__)
    return Labels([words[index] for index in order], np.argsort(order)[code])
