"""All that the analysis tab shows for one choice of track, measure and models."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from leaderboard.records import MIN_PATIENTS, MIN_REGION_PATIENTS
from leaderboard.truth import COHORT_TURNS
from space.cards.html import notice
from space.charts import numbers
from space.charts.agreement import agreement
from space.charts.curves import CURVES, turn_curve
from space.charts.gaps import gaps, headline_of
from space.charts.names import model_names
from space.charts.ranks import MOST_ROWS, ranks
from space.charts.strata import strata_of, stratum, values_of
from space.charts.style import MOST_MODELS, shown
from space.ranking.choice import KINDS

if TYPE_CHECKING:
    from leaderboard import HistoryGap, TableRow, TrackScore
    from space.board.snapshot import Snapshot
    from space.kept import Kept
    from space.ranking.choice import Overlap
    from space.words import Words

#: The figures of each section; "<section>_note" and "<section>_numbers" stand beside them.
SECTIONS = {
    "curves": CURVES,
    "strata": KINDS,
    "ranks": ("ranks",),
    "agreement": ("agreement",),
    "gaps": ("gaps",),
}
BEST = 5  # as many models are shown until the reader chooses

Values = dict[str, Any]  # name of a part -> value of its component; None: there is nothing to show


@dataclass(frozen=True)
class View:
    """models: ids of records; those that stand in no row of the track are ignored, as are more than MOST_MODELS."""

    words: Words
    snapshot: Snapshot
    track: str
    measure: Overlap
    models: tuple[str, ...]

    @cached_property
    def rows(self) -> list[TableRow]:
        """The table of the track, best first."""
        return self.snapshot.tables.get(self.track, [])

    @cached_property
    def names(self) -> dict[str, str]:
        """Record id -> what the model is called; text of users."""
        return model_names(self.words, self.rows)

    @cached_property
    def chosen(self) -> list[str]:
        """Ids of the records that are drawn."""
        return [record_id for record_id in self.models if record_id in self.names][:MOST_MODELS]

    @cached_property
    def scores(self) -> dict[str, TrackScore]:
        """Of the chosen models, by name."""
        scores = {self.names[item]: self.snapshot.score(self.track, item) for item in self.chosen}
        return {name: score for name, score in scores.items() if score is not None}

    @property
    def lacks_records(self) -> bool:
        """Whether the table alone is known: its results cannot be reached."""
        return bool(self.rows) and not self.snapshot.records

    def values(self, kept: Kept) -> Values:
        """Of every section, made or kept."""
        track = (self.words.language, self.track)
        return {
            **kept.get(self.snapshot, (*track, self.measure, *self.chosen), self.of_models),
            **kept.get(self.snapshot, track, self.of_track),
        }

    def of_models(self) -> Values:
        """Of the sections that follow the choice of models and measure."""
        return {**_curves(self), **_strata(self), **_agreement(self), **_gaps(self)}

    def of_track(self) -> Values:
        """Of the section that follows the track alone."""
        return _ranks(self)

    def picture(self, made: go.Figure, name: str) -> Any:
        """A figure as the value of a gr.Plot, saved under a name that tells what it shows."""
        return shown(made, self.words, f"{self.track}-{name}".replace("_", "-"))


def _curves(view: View) -> Values:
    words, scores = view.words, view.scores
    drawn = [kind for kind in CURVES if any(getattr(score, kind) for score in scores.values())]
    values = dict.fromkeys(CURVES) | {
        kind: view.picture(turn_curve(words, scores, kind, view.measure), kind) for kind in drawn
    }
    lacks_cohort = bool(scores) and "fixed_cohort_curve" not in drawn
    values["curves_note"] = notice(words("analysis.no_cohort", turns=COHORT_TURNS), "hint") if lacks_cohort else None
    values["curves_numbers"] = "".join(_curve_numbers(view, kind) for kind in drawn) or None
    return values


def _curve_numbers(view: View, kind: str) -> str:
    groups = {name: getattr(score, kind) for name, score in view.scores.items()}
    turns = sorted({turn for group in groups.values() for turn in group}, key=int)
    labels = {turn: view.words("analysis.at_turn", turn=turn) for turn in turns}
    return numbers.of_groups(
        view.words, view.words(f"analysis.panel_{kind}", turns=COHORT_TURNS), groups, labels, view.measure
    )


def _strata(view: View) -> Values:
    words, scores = view.words, view.scores
    drawn = strata_of(scores)
    values = dict.fromkeys(KINDS) | {
        kind: view.picture(stratum(words, scores, kind, view.measure), kind) for kind in drawn
    }
    values["strata_note"] = None
    values["strata_numbers"] = "".join(_stratum_numbers(view, kind) for kind in drawn) or None
    return values


def _stratum_numbers(view: View, kind: str) -> str:
    groups = {name: score.strata.get(kind, {}) for name, score in view.scores.items()}
    labels = {value: view.words.name(kind, value) for value in values_of(kind, list(groups.values()))}
    return numbers.of_groups(view.words, view.words.name("kind", kind), groups, labels, view.measure)


def _ranks(view: View) -> Values:
    words, rows = view.words, [row for row in view.rows if row.rank is not None]
    if not rows:
        return {"ranks": None, "ranks_note": notice(words("analysis.ranks_none"), "hint"), "ranks_numbers": None}
    notes = []
    if any(row.rank_interval is None for row in rows):
        least = {"patients": MIN_PATIENTS, "region_patients": MIN_REGION_PATIENTS}
        notes.append(words("analysis.ranks_hollow", **least))
    if len(rows) > MOST_ROWS:
        notes.append(words("analysis.ranks_cut", most=MOST_ROWS, count=f"{len(rows):,}"))
    return {
        "ranks": view.picture(ranks(words, rows, view.names), "ranks"),
        "ranks_note": "".join(notice(note, "hint") for note in notes) or None,
        "ranks_numbers": numbers.of_ranks(words, rows, view.names),
    }


def _agreement(view: View) -> Values:
    records = {view.names[item]: view.snapshot.records.get(item) for item in view.chosen}
    found = {name: record.agreement for name, record in records.items() if record is not None and record.agreement}
    if not found:
        note = None if view.lacks_records else notice(view.words("analysis.agreement_none"), "hint")
        return {"agreement": None, "agreement_note": note, "agreement_numbers": None}
    return {
        "agreement": view.picture(agreement(view.words, found), "agreement"),
        "agreement_note": None,
        "agreement_numbers": numbers.of_agreement(view.words, found),
    }


def _gaps(view: View) -> Values:
    found = _gaps_of(view)
    if not found:
        note = None if view.lacks_records else notice(view.words("analysis.gaps_none"), "hint")
        return {"gaps": None, "gaps_note": note, "gaps_numbers": None}
    return {
        "gaps": view.picture(gaps(view.words, found, view.measure), "history-gaps"),
        "gaps_note": None,
        "gaps_numbers": numbers.of_gaps(view.words, found, view.measure),
    }


def _gaps_of(view: View) -> list[HistoryGap]:
    """Those of the track that have a headline to compare, the largest first."""
    found = [(gap, headline_of(gap.comparison, view.measure)) for gap in view.snapshot.gaps if gap.track == view.track]
    known = [(gap, headline.difference) for gap, headline in found if headline is not None]
    return [gap for gap, _ in sorted(known, key=lambda item: -item[1])]
