"""The work of an upload as it is done with pandas, pycocotools and NumPy: check, score, resample, keep.

What someone who knows these libraries would write, kept as fast as it goes: joins and groups in pandas, the areas of
the true masks counted beforehand, one set of resamples for everything, intervals by matrix products. The measures and
groups are those of `leaderboard.Record`, under the same names, so that the two can be compared. What these libraries
cannot do is left out: no string is checked before it is counted (pycocotools crashes on some), and the first broken
rule ends the check.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from pycocotools import mask as coco

KEYS = ["dialogue_id", "language", "turn"]
COLUMNS = [*KEYS, "size", "counts"]
DIGEST_KEY = b"mturn_seg.digest"
SMALL_MM2, LARGE_MM2 = np.pi * 5**2, np.pi * 15**2
SMALL_PX, LARGE_PX = 32**2, 96**2
SIZES = ["small", "medium", "large"]
RESAMPLES = 2000

# N pairs of RLE dicts -> int64 [N]: pixels that are in both.
Count = Callable[[list[dict], list[dict]], np.ndarray]


@dataclass(frozen=True)
class PeerTruth:
    """The truth, one row for each turn in each language."""

    digest: str
    entries: pd.DataFrame
    facets: pd.DataFrame  # dialogue_id, language, turn, facet


def merge_counts(preds: list[dict], others: list[dict]) -> np.ndarray:
    """`Count` by pycocotools on the strings themselves."""
    merge, area = coco.merge, coco.area
    return np.array([area(merge([pred, other], True)) for pred, other in zip(preds, others, strict=True)], np.int64)


def decode_counts(preds: list[dict], others: list[dict]) -> np.ndarray:
    """`Count` over decoded pixels."""
    decode = coco.decode
    pairs = zip(preds, others, strict=True)
    return np.array([np.count_nonzero(decode(pred) & decode(other)) for pred, other in pairs], np.int64)


def load_truth(path: Path) -> PeerTruth:
    """Read a truth file and prepare all that does not depend on predictions."""
    frame = pd.read_parquet(path)
    frame["height"], frame["width"] = np.stack(frame["size"].to_numpy()).T
    frame["true_rle"] = _rles(frame["height"], frame["width"], frame["mask"].map(lambda mask: mask["counts"]))
    frame["true_area"] = _areas(frame["true_rle"])
    frame = frame.drop(columns=["mask", "size"]).explode("languages").rename(columns={"languages": "language"})
    frame = frame.sort_values(KEYS, ignore_index=True)
    dialogue = frame.groupby(["dialogue_id", "language"])["turn"]
    frame["ordinal"] = dialogue.cumcount() + 1
    frame["length"] = dialogue.transform("size")
    frame["kind"] = np.where(frame["length"] > 1, "multi", "single")
    frame["track"] = frame["language"] + "-" + frame["kind"]
    frame["segmentation_turn"] = np.where(frame["ordinal"] > 5, "6+", frame["ordinal"].astype(str))
    frame["system"] = frame["system"].fillna("none")
    known = frame["spacing_mm"].notna()
    millimetres = frame.loc[known, "spacing_mm"].map(np.prod) * frame.loc[known, "true_area"]
    frame.loc[known, "target_size"] = _size_names(millimetres, SMALL_MM2, LARGE_MM2)
    frame.loc[~known, "target_size_px"] = _size_names(frame.loc[~known, "true_area"], SMALL_PX, LARGE_PX)
    facets = frame[[*KEYS, "facets"]].explode("facets").rename(columns={"facets": "facet"}).fillna({"facet": "none"})
    return PeerTruth(
        pq.read_schema(path).metadata[DIGEST_KEY].decode(), frame.drop(columns=["facets", "refers_to"]), facets
    )


def process_upload(path: Path, truth: PeerTruth, store: Path, count: Count = merge_counts) -> dict:
    """Check, score and keep a predictions file; the record, which stands in `store` as JSON as well.

    Raises ValueError for the first rule that is broken.
    """
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    store.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, store / sha256)
    frame = _checked(path, truth)
    preds = _rles(frame["height"], frame["width"], frame["counts"])
    frame["predicted"] = _areas(preds)
    frame["intersection"] = count(preds, frame["true_rle"].tolist())
    _add_scores(frame, frame["true_area"])
    patients = np.unique(frame["patient_id"])
    frame["patient"] = np.searchsorted(patients, frame["patient_id"])
    weights = _resamples(len(patients))
    frame["empty"] = frame["predicted"] == 0
    facets = frame[[*KEYS, "track", "patient", "dice", "iou", "empty"]].merge(truth.facets, on=KEYS)
    record = {
        "file_sha256": sha256,
        "tracks": {
            track: _track_score(part, facets[facets["track"] == track], weights)
            for track, part in frame.groupby("track")
        },
        "agreement": _agreement(frame, preds, weights, count),
    }
    (store / f"{sha256}.json").write_text(json.dumps(record), encoding="utf-8")
    sums = frame.groupby(["track", "patient_id", "region"])[["dice", "iou"]].agg(["size", "sum"])
    sums.to_pickle(store / f"{sha256}.pickle")
    return record


def _checked(path: Path, truth: PeerTruth) -> pd.DataFrame:
    """The truth's entries, each with its prediction."""
    if pq.read_schema(path).metadata[DIGEST_KEY].decode() != truth.digest:
        raise ValueError("made for other data")
    frame = pd.read_parquet(path, columns=COLUMNS)
    if frame.isna().any(axis=None):
        raise ValueError("a value is missing")
    if frame.duplicated(KEYS).any():
        raise ValueError("a turn stands there twice")
    if (frame["size"].map(len) != 2).any():
        raise ValueError("a size is not [height, width]")
    joined = truth.entries.merge(frame, on=KEYS, how="outer", indicator="found", validate="one_to_one")
    if (joined["found"] == "right_only").any():
        raise ValueError("a turn is unknown")
    touched = joined.loc[joined["found"] == "both", "track"].unique()
    joined = joined[joined["track"].isin(touched)].copy()
    if (joined["found"] == "left_only").any():
        raise ValueError("a turn is missing")
    if (np.stack(joined["size"].to_numpy()) != joined[["height", "width"]].to_numpy()).any():
        raise ValueError("a size is not that of the image")
    return joined


def _rles(heights: Iterable[int], widths: Iterable[int], counts: Iterable[str]) -> list[dict]:
    return [
        {"size": [height, width], "counts": text.encode()}
        for height, width, text in zip(heights, widths, counts, strict=True)
    ]


def _areas(rles: Iterable[dict]) -> np.ndarray:
    # One by one, because `area` of pycocotools overflows on a list of more than 255 under NumPy 2.
    return np.array([coco.area(rle) for rle in rles], np.int64)


def _size_names(areas: pd.Series, small: float, large: float) -> pd.Categorical:
    return pd.cut(areas, [-np.inf, small, large, np.inf], right=False, labels=SIZES).astype(str)


def _add_scores(frame: pd.DataFrame, other_area: pd.Series) -> None:
    both = frame["predicted"] + other_area
    frame["union"] = both - frame["intersection"]
    frame["dice"] = (2 * frame["intersection"] / both).fillna(1.0)
    frame["iou"] = (frame["intersection"] / frame["union"]).fillna(1.0)


def _resamples(patients: int) -> np.ndarray:
    """How often each patient is drawn in each resample -> float64 [RESAMPLES, patients]."""
    drawn = np.random.default_rng(0).integers(patients, size=(RESAMPLES, patients))
    drawn += np.arange(RESAMPLES)[:, None] * patients
    return np.bincount(drawn.ravel(), minlength=RESAMPLES * patients).reshape(RESAMPLES, patients).astype(float)


def _track_score(frame: pd.DataFrame, facets: pd.DataFrame, weights: np.ndarray) -> dict:
    cohort = frame[(frame["length"] >= 5) & (frame["ordinal"] <= 5)]
    regions, region_draws = _cells(frame, "region", weights)
    strata = {
        kind: _cells(frame, kind, weights)[0]
        for kind in ("modality", "system", "segmentation_turn", "target_size", "target_size_px")
    }
    strata |= {"region": regions, "facet": _cells(facets, "facet", weights)[0]}
    shared, union = (np.bincount(frame["patient"], frame[name], weights.shape[1]) for name in ("intersection", "union"))
    return {
        "headline_dice": float(np.mean([cell["dice"] for cell in regions.values()])),
        "headline_iou": float(np.mean([cell["iou"] for cell in regions.values()])),
        "headline_dice_interval": _interval(region_draws["dice"].mean(axis=1)),
        "headline_iou_interval": _interval(region_draws["iou"].mean(axis=1)),
        "overall": _cells(frame.assign(all="all"), "all", weights)[0]["all"],
        "ciou": float(shared.sum() / union.sum()),
        "ciou_interval": _interval((weights @ shared) / (weights @ union)),
        "n_dialogues": int(frame["dialogue_id"].nunique()),
        "strata": {kind: cells for kind, cells in strata.items() if cells},
        "turn_curve": _cells(frame, "ordinal", weights)[0],
        "fixed_cohort_curve": _cells(cohort, "ordinal", weights)[0],
    }


def _cells(frame: pd.DataFrame, kind: str, weights: np.ndarray) -> tuple[dict[str, dict], dict[str, np.ndarray]]:
    """Scores of each group, and its mean Dice and IoU in every resample, each [RESAMPLES, groups]."""
    frame = frame[frame[kind].notna()]
    if not len(frame):
        return {}, {}
    groups = frame.groupby(kind)
    found = groups.agg(
        n=("dice", "size"),
        n_patients=("patient", "nunique"),
        dice=("dice", "mean"),
        iou=("iou", "mean"),
        empty=("empty", "sum"),
    )
    place = groups.ngroup().to_numpy() * weights.shape[1] + frame["patient"].to_numpy()
    shape = (len(found), weights.shape[1])
    sums = [
        np.bincount(place, values, np.prod(shape)).reshape(shape).T for values in (None, frame["dice"], frame["iou"])
    ]
    with np.errstate(invalid="ignore"):
        drawn = weights @ sums[0]
        draws = {name: (weights @ part) / drawn for name, part in zip(("dice", "iou"), sums[1:], strict=True)}
    cells = found.rename(index=str).to_dict("index")
    for name, values in draws.items():
        ends = np.nanpercentile(values, [2.5, 97.5], axis=0).T.tolist()
        for cell, pair in zip(cells.values(), ends, strict=True):
            cell[f"{name}_interval"] = pair
    return cells, draws


def _interval(draws: np.ndarray) -> list[float]:
    return np.nanpercentile(draws, [2.5, 97.5]).tolist()


def _agreement(frame: pd.DataFrame, preds: list[dict], weights: np.ndarray, count: Count) -> dict:
    """Dice between the English and the Chinese mask of the same turn."""
    columns = ["dialogue_id", "turn", "patient", "kind", "predicted", "rle"]
    sides = [part[columns] for _, part in frame.assign(rle=preds).groupby("language")]
    if len(sides) < 2:
        return {}
    pairs = sides[0].merge(sides[1], on=["dialogue_id", "turn"], suffixes=("", "_zh"))
    pairs["intersection"] = count(pairs["rle"].tolist(), pairs["rle_zh"].tolist())
    _add_scores(pairs, pairs["predicted_zh"])
    pairs["empty"] = (pairs["predicted"] == 0) & (pairs["predicted_zh"] == 0)
    kinds = {"all": pairs} | {
        kind: pairs[(pairs["kind"] == kind) & (pairs["kind_zh"] == kind)] for kind in ("single", "multi")
    }
    found = {kind: _cells(part.assign(all="all"), "all", weights)[0].get("all") for kind, part in kinds.items()}
    return {
        kind: {name: cell[name] for name in ("n", "n_patients", "dice", "dice_interval")}
        | {"both_empty": cell["empty"]}
        for kind, cell in found.items()
        if cell
    }
