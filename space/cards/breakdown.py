"""The scores of one model taken apart: by stratum, by turn, and with the true history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from leaderboard import Cell, Distances, HistoryGap, TrackScore
from leaderboard.truth import COHORT_TURNS
from space.cards.html import escape, table
from space.ranking.choice import KINDS
from space.ranking.columns import distance
from space.words import NO_SCORE, Words

COMMAND = "mturn-seg history-gap"

_SCORES = ("col_dice", "col_iou", "col_hd95", "col_nsd")
_COUNTS = ("col_turns", "col_patients")
_PIXELS = ("col_hd95_px", "col_nsd_px")
_GAP = ("gap_measure", "gap_own", "gap_true", "gap_difference", *_COUNTS)


def strata(words: Words, found: TrackScore) -> str:
    """A table of the whole track and one for each kind of stratum, each value beside its counts."""
    in_pixels = any(cell.px is not None for cell in _all(found))
    heads = [words(f"model.{key}") for key in (*_SCORES, *(_PIXELS if in_pixels else ()), *_COUNTS)]
    tables = [table([words("model.overall"), *heads], _whole(words, found, in_pixels))]
    for kind in KINDS:
        cells = found.strata.get(kind, {})
        lines = [[escape(_value(words, kind, value)), *_line(words, cell, in_pixels)] for value, cell in cells.items()]
        if lines:
            tables.append(table([words.name("kind", kind), *heads], lines))
    head = _title(words("model.strata")) + _help(words("model.strata_help"))
    return f'{head}<div class="strata">{"".join(tables)}</div>'


def turns(words: Words, found: TrackScore) -> str:
    """Dice by segmentation turn with counts: over all dialogues, and over the fixed cohort where there is one."""
    if len(found.turn_curve) < 2:
        return _title(words("model.curve")) + _help(words("model.curve_one"))
    curves = {"col_all": found.turn_curve, "col_cohort": found.fixed_cohort_curve}
    shown = {key: curve for key, curve in curves.items() if curve}
    heads = [words("model.col_turn")]
    for key in shown:
        heads += [words(f"model.{key}"), words("model.col_n")]
    lines = [
        [turn, *(text for curve in shown.values() for text in _point(words, curve.get(turn)))]
        for turn in sorted(found.turn_curve, key=int)
    ]
    return _title(words("model.curve")) + _help(words("model.curve_help", turns=COHORT_TURNS)) + table(heads, lines)


def gap(words: Words, found: HistoryGap | None) -> str:
    """The headline with the true history minus with the own one, or how to measure it."""
    title = _title(words("model.gap"))
    if found is None:
        return f'{title}{_help(words("model.gap_none"))}<p class="help"><code>{COMMAND}</code></p>'
    heads = [words(f"model.{key}") for key in _GAP]
    lines = [
        [
            escape(words.name("measure", item.measure)),
            words.score(item.a),
            words.score(item.b),
            escape(difference(item.difference, item.interval)),
            f"{item.n:,}",
            f"{item.n_patients:,}",
        ]
        for item in found.comparison.differences
        if item.kind == "headline"
    ]
    return title + _help(words("model.gap_help")) + table(heads, lines)


def difference(value: float, ends: tuple[float, float] | None) -> str:
    """A signed difference of shares with its interval."""
    return f"{value:+.3f}" + ("" if ends is None else f" [{ends[0]:+.3f}, {ends[1]:+.3f}]")


def _whole(words: Words, found: TrackScore, in_pixels: bool) -> Iterable[list[str]]:
    nothing = [NO_SCORE] * (4 if in_pixels else 2)
    dice = words.scored(found.headline_dice, found.headline_dice_interval)
    iou = words.scored(found.headline_iou, found.headline_iou_interval)
    yield [escape(words("model.headline_row")), dice, iou, *nothing, *_counts(found.overall)]
    yield [escape(words("model.overall_row")), *_line(words, found.overall, in_pixels)]


def _line(words: Words, cell: Cell, in_pixels: bool) -> list[str]:
    return [*_scores(words, cell), *_distances(words, cell, in_pixels), *_counts(cell)]


def _counts(cell: Cell) -> list[str]:
    return [f"{cell.n:,}", f"{cell.n_patients:,}"]


def _scores(words: Words, cell: Cell) -> list[str]:
    dice = words.scored(cell.dice, cell.dice_interval)
    share = "" if cell.dice is None else f' style="--share: {cell.dice:.3f}"'
    return [f'<span class="share"{share}>{dice}</span>', words.scored(cell.iou, cell.iou_interval)]


def _distances(words: Words, cell: Cell, in_pixels: bool) -> list[str]:
    return [
        text for found in ([cell.mm, cell.px] if in_pixels else [cell.mm]) for text in _measured(words, found, cell.n)
    ]


def _measured(words: Words, found: Distances | None, n: int) -> list[str]:
    """HD95 and NSD; the number of turns where it is not that of the line."""
    if found is None:
        return [NO_SCORE, NO_SCORE]
    counts = "" if found.n == n else f" <small>{escape(words('model.of_turns', n=f'{found.n:,}'))}</small>"
    return [f"{distance(found.hd95)}{counts}", f"{words.score(found.nsd)}"]


def _point(words: Words, cell: Cell | None) -> list[str]:
    if cell is None:
        return [NO_SCORE, NO_SCORE]
    return [words.scored(cell.dice, cell.dice_interval), f"{cell.n:,} ({cell.n_patients:,})"]


def _value(words: Words, kind: str, value: str) -> str:
    return words("model.turn", turn=value) if kind == "segmentation_turn" else words.name(kind, value)


def _all(found: TrackScore) -> Iterable[Cell]:
    groups: Iterable[Mapping[str, Cell]] = found.strata.values()
    return [found.overall, *(cell for cells in groups for cell in cells.values())]


def _title(text: str) -> str:
    return f"<h3>{escape(text)}</h3>"


def _help(text: str) -> str:
    return f'<p class="help">{escape(text)}</p>'
