"""What a report says of one track: turns, strata, the best and the worst of them, boundaries."""

from __future__ import annotations

from functools import partial

from leaderboard.records import MIN_PATIENTS, Cell, Distances, TrackScore
from leaderboard.reports import figures
from leaderboard.reports.blocks import Block, Picture, Prose, Section, Table
from leaderboard.reports.drawing import Format
from leaderboard.reports.wording import MISSING, count, distance, interval, kind_name, score, track_name

EXTREMES = 5  # as many of the best and of the worst strata are listed
_WORDS = frozenset({"Stratum", "Value"})


def track_sections(track: str, scored: TrackScore) -> list[Section]:
    """The sections of one track."""
    caption = (
        "Mean Dice with its 95% interval, the number of turns (n) and of patients. Hollow: no interval. "
        "The dashed line is the mean over all turns."
    )
    return [
        Section(track_name(track), []),
        Section("By segmentation turn", _turns(track, scored), level=3),
        Section("By stratum", [Picture(f"{track}-strata", caption, partial(_draw_strata, scored))], level=3),
        Section("Best and worst strata", _extremes(scored), level=3),
        Section("All strata", [_all_strata(scored)], level=3),
        Section("Boundaries", [_boundaries(scored)], level=3),
    ]


def _draw_strata(scored: TrackScore, format: Format) -> bytes:
    return figures.strata(scored.strata, scored.overall.dice, format=format)


def _draw_turns(scored: TrackScore, format: Format) -> bytes:
    return figures.turn_curves(scored, format=format)


def _turns(track: str, scored: TrackScore) -> list[Block]:
    if len(scored.turn_curve) < 2:
        return [Prose("Every dialogue of this track has one segmentation turn.")]
    names = ("n", "Patients", "Dice", "Dice, 95%")
    header = ["Turn", *names, *(f"Cohort: {name}" for name in names)]
    rows = [
        [turn, *_mean(scored.turn_curve[turn]), *_mean(scored.fixed_cohort_curve.get(turn))]
        for turn in sorted(scored.turn_curve, key=int)
    ]
    caption = (
        "Mean Dice and IoU by segmentation turn, over all dialogues and over the fixed cohort, the dialogues with at "
        "least five segmentation turns. Bands: 95% intervals. Hollow: no interval. Below: the number of turns."
    )
    return [Picture(f"{track}-turns", caption, partial(_draw_turns, scored)), Table(header, rows)]


def _mean(cell: Cell | None) -> list[str]:
    if cell is None:
        return [MISSING] * 4
    return [*_counts(cell), score(cell.dice), interval(cell.dice_interval)]


def _counts(cell: Cell) -> list[str]:
    return [count(cell.n), count(cell.n_patients)]


def _extremes(scored: TrackScore) -> list[Block]:
    """The best and the worst by Dice among those with enough patients; each stands in one table only."""
    known = [item for item in _cells(scored)[1:] if item[2].dice is not None and item[2].n_patients >= MIN_PATIENTS]
    if len(known) < 2:
        return [Prose(f"Fewer than two strata have {MIN_PATIENTS} patients.")]
    ordered = sorted(known, key=lambda item: -item[2].dice)
    each = min(EXTREMES, len(ordered) // 2)
    header = ["Stratum", "Value", "Dice", "Dice, 95%", "n", "Patients"]

    def table(chosen: list[tuple[str, str, Cell]]) -> Table:
        rows = [
            [*(kind_name(kind), value, score(cell.dice), interval(cell.dice_interval)), *_counts(cell)]
            for kind, value, cell in chosen
        ]
        return Table(header, rows, _WORDS)

    return [
        Prose(f"Among the strata with at least {MIN_PATIENTS} patients. Best first:"),
        table(ordered[:each]),
        Prose("Worst first:"),
        table(ordered[::-1][:each]),
    ]


def _all_strata(scored: TrackScore) -> Table:
    header = ["Stratum", "Value", "n", "Patients", "Empty", "Missing", "Dice", "Dice, 95%", "IoU", "IoU, 95%"]
    rows = [
        [
            *(kind_name(kind), value, *map(count, (cell.n, cell.n_patients, cell.empty, cell.missing))),
            *(score(cell.dice), interval(cell.dice_interval), score(cell.iou), interval(cell.iou_interval)),
        ]
        for kind, value, cell in _cells(scored)
    ]
    return Table(header, rows, _WORDS)


def _boundaries(scored: TrackScore) -> Block:
    cells = _cells(scored)
    if all(cell.mm is None and cell.px is None for _, _, cell in cells):
        return Prose("Boundary distances were not measured.")
    header = ["Stratum", "Value", "HD95, mm", "NSD, mm", "n, mm", "HD95, px", "NSD, px", "n, px"]
    rows = [[kind_name(kind), value, *_distances(cell.mm), *_distances(cell.px)] for kind, value, cell in cells]
    return Table(header, rows, _WORDS)


def _cells(scored: TrackScore) -> list[tuple[str, str, Cell]]:
    """(kind, value, cell) of the whole track and of every stratum."""
    strata = [(kind, value, cell) for kind, cells in scored.strata.items() for value, cell in cells.items()]
    return [("overall", "all", scored.overall), *strata]


def _distances(found: Distances | None) -> list[str]:
    return [MISSING] * 3 if found is None else [distance(found.hd95), score(found.nsd), count(found.n)]
