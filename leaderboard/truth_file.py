"""Reading a split's truth file: every column checked, and turned into the arrays that `Truth` holds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import masks
from leaderboard.errors import TruthError
from leaderboard.problems import shorten
from leaderboard.records import TRACKS
from masks.boundary import SPACINGS

LANGUAGES = ("en", "zh")
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


def read_truth(path: Path) -> dict[str, Any]:
    """The fields of `Truth`. Raises TruthError (what, where, expectation) or FileNotFoundError."""
    table = _table(path)
    metadata = _metadata(table, path)
    columns = _columns(table, path)
    size, counts = _masks(columns["mask"], path)
    ids, dialogue = _codes(columns["dialogue_id"])
    turn = columns["turn"].to_numpy()
    _check_order(dialogue, turn, columns["segmentation_turn"].to_numpy(), ids, path)
    spacing, has_spacing = _spacing(columns["spacing_mm"], path)
    patients = _patients(columns["patient_id"], path)
    facet_row, facet = _facets(columns["facets"])
    entries = _entries(columns["languages"], dialogue, turn, path)
    return dict(
        **metadata,
        dialogue_ids=ids,
        counts=counts,
        size=size,
        area_px=masks.area_batch(counts, size[:, 0], size[:, 1]),
        spacing=spacing,
        has_spacing=has_spacing,
        patient=patients.code,
        patient_ids=patients.values,
        region=_labels(columns["region"]),
        modality=_labels(columns["modality"]),
        system=_labels(columns["system"]),
        facet_row=facet_row,
        facet=facet,
        **entries,
    )


def _table(path: Path) -> pa.Table:
    if not path.exists():
        raise FileNotFoundError(f"{path.absolute()}: no such truth file; expected one that `mturn-seg build` wrote")
    if path.is_dir():
        raise TruthError(f"{path}: is a folder; expected a file in it, such as {path / 'test.parquet'}")
    try:
        with pq.ParquetFile(path) as file:
            return file.read(columns=list(_COLUMNS))
    except (pa.ArrowException, OSError) as error:
        raise TruthError(f"{path}: {str(error).splitlines()[0]}; expected a Parquet truth file") from None


def entry_codes(dialogue: np.ndarray, language: np.ndarray, turn: np.ndarray, last_turn: int) -> np.ndarray:
    """One number for each (dialogue index, language index, turn), rising in that order."""
    return (dialogue * len(LANGUAGES) + language) * (int(last_turn) + 1) + turn


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
    if not isinstance(answer_turns, dict) or not all(map(_is_turns, answer_turns.values())):
        raise TruthError(f"{path}: mturn_seg.answer_turns in the metadata is not JSON of {{dialogue_id: [turns]}}")
    return {
        "name": raw.get("mturn_seg.name"),
        "version": raw["mturn_seg.version"],
        "digest": raw["mturn_seg.digest"],
        "split": raw["mturn_seg.split"],
        "answer_turns": answer_turns,
    }


def _is_turns(value: object) -> bool:
    return isinstance(value, list) and all(type(turn) is int for turn in value)


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
    spacing = np.ones((len(column), 2))
    known = column.filter(column.is_valid())
    if not pc.all(pc.equal(pc.list_value_length(known), 2)).as_py() and len(known):
        raise TruthError(f"{path}: a spacing_mm is not [row, column]")
    values = pc.list_flatten(known).to_numpy(zero_copy_only=False).reshape(-1, 2)
    bad = np.flatnonzero(~((values >= SPACINGS[0]) & (values <= SPACINGS[1])).all(axis=1))
    if bad.size:
        row = np.flatnonzero(has)[bad[0]] + 1
        expected = "two numbers of millimetres from {:g} to {:g}".format(*SPACINGS)
        raise TruthError(f"{path}: row {row}: spacing_mm is {values[bad[0]].tolist()}; expected {expected}")
    spacing[has] = values
    return spacing, has


def _patients(column: pa.Array, path: Path) -> Labels:
    labels = _labels(column)
    for code, value in enumerate(labels.values):
        if not value.strip():
            row = int(np.flatnonzero(labels.code == code)[0]) + 1
            raise TruthError(f"{path}: row {row}: patient_id is {value!r}; expected an id")
    return labels


def _facets(column: pa.Array) -> tuple[np.ndarray, Labels]:
    rows = pc.list_parent_indices(column).to_numpy()
    has = np.zeros(len(column), bool)
    has[rows] = True
    without = np.flatnonzero(~has)
    words = pa.concat_arrays([pc.list_flatten(column), pa.nulls(len(without), _TEXT)])
    return np.concatenate([rows, without]), _labels(words)


def _entries(languages: pa.Array, dialogue: np.ndarray, turn: np.ndarray, path: Path) -> dict[str, np.ndarray]:
    row = pc.list_parent_indices(languages).to_numpy().astype(np.int64)
    words = pc.list_flatten(languages)
    language = pc.index_in(words, value_set=pa.array(LANGUAGES, _TEXT))
    if language.null_count or not len(language):
        raise TruthError(f"{path}: languages holds {shorten(words.unique().to_pylist())}; expected {LANGUAGES}")
    language = language.to_numpy().astype(np.int64)
    code = entry_codes(dialogue[row], language, turn[row], turn.max())
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
