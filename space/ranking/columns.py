"""The columns of the ranking: headings, widths, and how a cell is written. Cells are plain text, never markup."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from leaderboard import Record, TableRow, TrackFacts
from leaderboard.records import TABLE_TURNS
from space.ranking.choice import Choice
from space.words import NO_SCORE, Words

Cell = Callable[[TableRow, Record | None], str | None]  # None: a number that does not exist

_NARROW, _SCORE, _TEXT, _DICE = 76, 92, 150, 178


@dataclass(frozen=True)
class Column:
    """is_number: sorts as a number. bar: the share from 0 to 1 that is drawn behind the cell."""

    heading: str
    width: int  # CSS pixels
    cell: Cell
    is_number: bool = True
    bar: Callable[[TableRow, Record | None], float | None] | None = None


def columns(words: Words, facts: TrackFacts, choice: Choice, data: str) -> list[Column]:
    """All columns of a track's table; a choice other than the headline stands right after the model.

    There is one for every region of the track and for each of the turns 1 to 5 that its dialogues reach. data: version
    and digest of the data set.
    """
    first = [
        Column(words("table.col_rank"), 64, lambda row, _: _whole(row.rank)),
        Column(words("table.col_model"), 180, lambda row, _: row.model, is_number=False),
    ]
    chosen = [] if choice.is_headline else [_chosen(words, facts.track, choice)]
    rest = [*_headline(words), *_turns(words, facts), *_parts(words, facts), *_origin(words, data)]
    # IoU, HD95 or NSD over everything: its column moves to the front.
    moved = {column.heading for column in chosen}
    return [*first, *chosen, *(column for column in rest if column.heading not in moved)]


def score(value: float | None) -> str | None:
    """A share with three decimals."""
    return None if value is None else f"{value:.3f}"


def score_with_interval(words: Words, value: float | None, ends: Sequence[float] | None) -> str:
    """ "0.523 [0.490, 0.555]": sorts right as text, because every share is written with three decimals."""
    return f"{words.score(value)} {words.interval(ends)}".strip()


def ranks(ends: tuple[int, int] | None) -> str:
    """Both ends of a rank interval, or the one rank that it holds."""
    if ends is None:
        return NO_SCORE
    return str(ends[0]) if ends[0] == ends[1] else f"{ends[0]}–{ends[1]}"


def distance(value: float | None) -> str | None:
    """A distance with one decimal."""
    return None if value is None else f"{value:.1f}"


def agreement(record: Record | None, track: str) -> float | None:
    """Dice between the languages over the single-turn or the multi-turn dialogues, as the track is."""
    found = None if record is None else record.agreement.get(track.partition("-")[2])
    return None if found is None else found.dice


def _headline(words: Words) -> list[Column]:
    return [
        Column(
            words("table.col_dice"),
            _DICE,
            lambda row, _: score_with_interval(words, row.headline_dice, row.headline_dice_interval),
            is_number=False,
            bar=lambda row, _: row.headline_dice,
        ),
        Column(words("table.col_ranks"), 104, lambda row, _: ranks(row.rank_interval), is_number=False),
        Column(words("table.col_first"), _SCORE, lambda row, _: score(row.p_first)),
        Column(words("table.col_tier"), _NARROW, lambda row, _: _whole(row.tier)),
        Column(words.name("measure", "iou"), _SCORE, lambda row, _: score(row.headline_iou)),
        Column(words.name("measure", "hd95"), 108, lambda row, _: distance(row.mm and row.mm.hd95)),
        Column(words.name("measure", "nsd"), _SCORE, lambda row, _: score(row.mm and row.mm.nsd)),
    ]


def _turns(words: Words, facts: TrackFacts) -> list[Column]:
    return [
        Column(words("table.turn", turn=turn), _SCORE, lambda row, _, turn=turn: score(row.turn_dice.get(turn)))
        for turn in TABLE_TURNS[: facts.longest]
    ]


def _parts(words: Words, facts: TrackFacts) -> list[Column]:
    return [
        Column(words("table.col_agreement"), 172, lambda row, record: score(agreement(record, facts.track))),
        *(
            Column(
                words.name("region", region), _SCORE, lambda row, _, region=region: score(row.region_dice.get(region))
            )
            for region in facts.regions
        ),
    ]


def _origin(words: Words, data: str) -> list[Column]:
    def run(row: TableRow, record: Record | None) -> str:
        return words("table.verified" if row.verified else "table.own_run")

    return [
        Column(words("table.col_parameters"), 130, lambda row, _: _billions(row.parameters)),
        Column(words("table.col_turns"), _NARROW, lambda row, _: str(row.n)),
        Column(words("table.col_patients"), _SCORE, lambda row, _: str(row.n_patients)),
        Column(words("table.col_empty"), 112, lambda row, _: str(row.n_empty)),
        Column(words("table.col_attempts"), _SCORE, lambda row, _: str(row.attempts)),
        Column(words("table.col_run"), 110, run, is_number=False),
        Column(
            words("table.col_history"), 130, lambda row, _: words(f"table.history_{row.history_mode}"), is_number=False
        ),
        Column(words("table.col_organisation"), 180, lambda row, _: row.organisation, is_number=False),
        Column(words("table.col_user"), _TEXT, lambda row, _: row.user, is_number=False),
        Column(words("table.col_date"), 110, lambda row, _: row.date, is_number=False),
        Column(words("table.col_data"), 160, lambda row, _: data, is_number=False),
        Column(words("table.col_record"), 210, lambda row, _: row.record_id, is_number=False),
    ]


def _chosen(words: Words, track: str, choice: Choice) -> Column:
    def value(record: Record | None) -> float | None:
        found = None if record is None else record.tracks.get(track)
        return None if found is None else choice.value(found)

    def with_interval(row: TableRow, record: Record | None) -> str:
        found = None if record is None else record.tracks.get(track)
        return score_with_interval(words, value(record), found and choice.interval(found))

    heading = choice.label(words)
    if choice.measure == "hd95":
        return Column(heading, _TEXT, lambda row, record: distance(value(record)))
    if choice.measure == "nsd":
        return Column(heading, _TEXT, lambda row, record: score(value(record)), bar=lambda row, record: value(record))
    return Column(heading, 200, with_interval, is_number=False, bar=lambda row, record: value(record))


def _whole(value: int | None) -> str | None:
    return None if value is None else str(value)


def _billions(count: int | None) -> str | None:
    return None if count is None else f"{count / 1e9:.3g}"
