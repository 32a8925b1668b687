"""The columns of the ranking: headings, widths, what a cell says and what it sorts by. Cells are text, no markup."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from leaderboard import Agreement, Record, TableRow, TrackFacts
from leaderboard.records import TABLE_TURNS
from space.ranking.choice import Choice
from space.words import NO_SCORE, Words

Number = Callable[[TableRow, Record | None], float | None]  # None: it does not exist
Text = Callable[[TableRow, Record | None], str]

_NARROW, _SCORE, _TEXT, _DICE = 76, 92, 150, 178
_LARGEST_RANK = 10_000  # more than a table has rows


@dataclass(frozen=True)
class Column:
    """number: what its cells sort by; None: by their text. low_first: the smaller number is the better one.

    bar: the share from 0 to 1 that is drawn behind the cell.
    """

    heading: str
    width: int  # CSS pixels
    text: Text
    number: Number | None = None
    low_first: bool = False
    bar: Number | None = None


def columns(words: Words, facts: TrackFacts, choice: Choice, data: str, names: Mapping[str, str]) -> list[Column]:
    """All columns of a track's table; a choice other than the headline stands right after the model.

    There is one for every region of the track and for each of the turns 1 to 5 that its dialogues reach; where all have
    one turn, it would repeat the score of all turns. data: version and digest of the data set. names: record id -> what
    the model is called.
    """
    first = [
        _count(words("table.col_rank"), 64, lambda row: row.rank, low_first=True),
        Column(words("table.col_model"), 180, lambda row, _: names[row.record_id]),
    ]
    chosen = [] if choice.is_headline else [_chosen(words, facts.track, choice)]
    rest = [*_headline(words), *_turns(words, facts), *_parts(words, facts), *_origin(words, data)]
    # IoU, HD95 or NSD over everything: its column moves to the front.
    moved = {column.heading for column in chosen}
    return [*first, *chosen, *(column for column in rest if column.heading not in moved)]


def distance(value: float | None) -> str:
    """A distance with one decimal, or a dash."""
    return NO_SCORE if value is None else f"{value:.1f}"


def agreement(record: Record | None, track: str) -> Agreement | None:
    """Between the languages, over the single-turn or the multi-turn dialogues, as the track is."""
    return None if record is None else record.agreement.get(track.partition("-")[2])


def _headline(words: Words) -> list[Column]:
    return [
        Column(
            words("table.col_dice"),
            _DICE,
            lambda row, _: words.scored(row.headline_dice, row.headline_dice_interval),
            lambda row, _: row.headline_dice,
            bar=lambda row, _: row.headline_dice,
        ),
        Column(
            words("table.col_ranks"),
            136,
            lambda row, _: words.ranks(row.rank_interval),
            lambda row, _: _by_low_then_high(row.rank_interval),
            low_first=True,
        ),
        Column(
            words("table.col_first"),
            148,
            lambda row, _: words.share(row.p_first),
            lambda row, _: row.p_first,
        ),
        _count(words("table.col_tier"), _NARROW, lambda row: row.tier, low_first=True),
        _share(words, words.name("measure", "iou"), _SCORE, lambda row, _: row.headline_iou),
        _distance(words.name("measure", "hd95"), 136, lambda row, _: row.mm and row.mm.hd95),
        _share(words, words.name("measure", "nsd"), _SCORE, lambda row, _: row.mm and row.mm.nsd),
    ]


def _turns(words: Words, facts: TrackFacts) -> list[Column]:
    if facts.longest < 2:
        return []
    return [
        _share(words, words("table.turn", turn=turn), _SCORE, lambda row, _, turn=turn: row.turn_dice.get(turn))
        for turn in TABLE_TURNS[: facts.longest]
    ]


def _parts(words: Words, facts: TrackFacts) -> list[Column]:
    def agreed(row: TableRow, record: Record | None) -> float | None:
        found = agreement(record, facts.track)
        return None if found is None else found.dice

    return [
        _share(words, words("table.col_agreement"), 196, agreed),
        *(
            _share(
                words, words.name("region", region), _SCORE, lambda row, _, region=region: row.region_dice.get(region)
            )
            for region in facts.regions
        ),
    ]


def _origin(words: Words, data: str) -> list[Column]:
    def run(row: TableRow, record: Record | None) -> str:
        return words("table.verified" if row.verified else "table.own_run")

    return [
        Column(
            words("table.col_parameters"),
            130,
            lambda row, _: NO_SCORE if row.parameters is None else f"{row.parameters / 1e9:.3g}",
            lambda row, _: row.parameters,
        ),
        _count(words("table.col_turns"), _NARROW, lambda row: row.n),
        _count(words("table.col_patients"), _SCORE, lambda row: row.n_patients),
        _count(words("table.col_empty"), 112, lambda row: row.n_empty),
        _count(words("table.col_attempts"), _SCORE, lambda row: row.attempts),
        Column(words("table.col_run"), 110, run),
        Column(words("table.col_history"), 130, lambda row, _: words(f"table.history_{row.history_mode}")),
        Column(words("table.col_organisation"), 180, lambda row, _: row.organisation),
        Column(words("table.col_user"), _TEXT, lambda row, _: row.user),
        Column(words("table.col_date"), 110, lambda row, _: row.date),
        Column(words("table.col_data"), 160, lambda row, _: data),
        Column(words("table.col_record"), 210, lambda row, _: row.record_id),
    ]


def _chosen(words: Words, track: str, choice: Choice) -> Column:
    def value(row: TableRow, record: Record | None) -> float | None:
        found = None if record is None else record.tracks.get(track)
        return None if found is None else choice.value(found)

    def with_interval(row: TableRow, record: Record | None) -> str:
        found = None if record is None else record.tracks.get(track)
        return words.scored(value(row, record), None if found is None else choice.interval(found))

    heading = choice.label(words)
    if choice.measure == "hd95":
        return _distance(heading, _TEXT, value)
    if choice.measure == "nsd":
        return _share(words, heading, _TEXT, value, bar=value)
    return Column(heading, 200, with_interval, value, bar=value)


def _share(words: Words, heading: str, width: int, number: Number, bar: Number | None = None) -> Column:
    return Column(heading, width, lambda *pair: words.score(number(*pair)), number, bar=bar)


def _distance(heading: str, width: int, number: Number) -> Column:
    return Column(heading, width, lambda *pair: distance(number(*pair)), number, low_first=True)


def _count(heading: str, width: int, count: Callable[[TableRow], int | None], low_first: bool = False) -> Column:
    def text(row: TableRow, _: Record | None) -> str:
        found = count(row)
        return NO_SCORE if found is None else str(found)

    return Column(heading, width, text, lambda row, _: count(row), low_first)


def _by_low_then_high(ends: tuple[int, int] | None) -> float | None:
    """1–2, 1–9, 2–3: a number that sorts so."""
    return None if ends is None else ends[0] + ends[1] / _LARGEST_RANK
