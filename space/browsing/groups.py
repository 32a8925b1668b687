"""One row group of the data set, read without its images and masks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from space.browsing.shards import BrowsingError, Shard
from space.words import LANGUAGES

FACETS = ("clinical", "spatial", "history")
NAMED = ("modality", "sequence", "region", "source", "licence")
_PUBLIC = ("dialogue_id", "image_id", "modality", "sequence", "region", "licence", "turns.kind")
_ANSWERS = ("source", "turns.facets")  # withheld in a hidden split: never read there


@dataclass
class Group:
    """The dialogues of one row group: one entry a dialogue for each property."""

    ids: list[str]
    images: list[str]
    numbers: dict[str, np.ndarray]  # "turns", "masks", each language and each facet: how many turns, int32 [dialogues]
    named: dict[str, list[str | None]]


def read_group(shard: Shard, group: int) -> Group:
    """The properties of the dialogues of one row group. Raises BrowsingError for other columns than those expected."""
    _refuse_other_columns(shard)
    # Questions are read only to see in which language they are missing; mostly the statistics tell that none is.
    doubtful = [language for language in LANGUAGES if not shard.holds_no_null(group, _question(language))]
    known = () if shard.hidden else _ANSWERS
    table = shard.read(group, [*_PUBLIC, *known, *map(_question, doubtful)])
    rows = table["turns"].combine_chunks()
    ends, turns = rows.offsets.to_numpy() - rows.offsets[0].as_py(), rows.flatten()
    marks = {
        "turns": np.ones(len(turns), dtype=bool),
        "masks": _array(pc.equal(pc.struct_field(turns, "kind"), "segment")),
        **{language: np.ones(len(turns), dtype=bool) for language in LANGUAGES},
        **{language: _array(pc.is_valid(pc.struct_field(turns, ["question", language]))) for language in doubtful},
        **(dict.fromkeys(FACETS, np.zeros(len(turns), dtype=bool)) if shard.hidden else _facets(turns)),
    }
    return Group(
        ids=table["dialogue_id"].to_pylist(),
        images=table["image_id"].to_pylist(),
        numbers={name: _sums(found, ends) for name, found in marks.items()},
        named={name: table[name].to_pylist() if name in table.column_names else [None] * len(table) for name in NAMED},
    )


def _refuse_other_columns(shard: Shard) -> None:
    missing = {*_PUBLIC, *_ANSWERS, *map(_question, LANGUAGES)} - set(shard.columns)
    if missing:
        raise BrowsingError("unreadable", f"{shard.path} lacks the columns {', '.join(sorted(missing))}")


def _question(language: str) -> str:
    return f"turns.question.{language}"


def _facets(turns: pa.Array) -> dict[str, np.ndarray]:
    """Which turns have each facet, bool [turns]."""
    facets = pc.struct_field(turns, "facets")
    ends, names = facets.offsets.to_numpy() - facets.offsets[0].as_py(), facets.flatten()
    return {facet: _sums(_array(pc.equal(names, facet)), ends) > 0 for facet in FACETS}


def _array(marks: pa.Array) -> np.ndarray:
    return marks.to_numpy(zero_copy_only=False).astype(bool)


def _sums(marks: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """How many marks lie between each two ends, int32 [len(ends) - 1]."""
    before = np.concatenate([[0], np.cumsum(marks)])
    return (before[ends[1:]] - before[ends[:-1]]).astype(np.int32)
