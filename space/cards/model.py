"""The page of one model: its standing, what its submitter says, and where else it stands."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from leaderboard import Record, TableRow
from leaderboard.records import MIN_PATIENTS, MIN_REGION_PATIENTS
from space.cards.html import escape, link, notice, tiles
from space.ranking.columns import agreement
from space.words import NO_SCORE, Words

Place = tuple[str, TableRow]  # a track and the row of a submission in it


def unknown(words: Words, record_id: str) -> str:
    """Instead of a page: the id stands in no table."""
    return notice(words("model.unknown", record=record_id), "warn")


def not_at_hand(words: Words) -> str:
    """Instead of everything that a record holds: only the table is known, because the results cannot be reached."""
    return notice(words("model.not_at_hand"), "warn")


def head(words: Words, row: TableRow, track: str, ranked: int) -> str:
    """Name and standing in a track with `ranked` ranked rows."""
    place = words("model.not_ranked")
    if row.rank is not None:
        place = words("model.rank_of", rank=row.rank, count=f"{ranked:,}")
    standing = tiles(
        [
            (words("model.rank"), place),
            (words("model.rank_interval"), words.ranks(row.rank_interval)),
            (words("model.tier"), NO_SCORE if row.tier is None else str(row.tier)),
            (words("model.first"), words.share(row.p_first)),
            (words("model.headline"), words.scored(row.headline_dice, row.headline_dice_interval)),
        ]
    )
    return f'<h2 class="model-name">{escape(row.model)} <small>{escape(words.track(track))}</small></h2>{standing}'


def intervals(words: Words, record: Record) -> str:
    """What an interval and a rank interval are."""
    text = words(
        "model.interval_help",
        resamples=f"{record.resampling.resamples:,}",
        patients=MIN_PATIENTS,
        region_patients=MIN_REGION_PATIENTS,
    )
    return f'<p class="help">{escape(text + words("model.rank_help"))}</p>'


def facts(words: Words, row: TableRow, record: Record, track: str) -> str:
    """Everything that the public record says beside its scores. What a submitter wrote is escaped."""
    found, meta = record.tracks[track], record.meta
    turns = words(
        "model.turns_value", turns=f"{row.n:,}", dialogues=f"{found.n_dialogues:,}", patients=f"{row.n_patients:,}"
    )
    plain = {
        "organisation": meta.organisation,
        "link": "",
        "user": row.user,
        "date": row.date,
        "attempts": words("model.attempts_value", count=f"{row.attempts:,}"),
        "parameters": "" if meta.parameters is None else f"{meta.parameters:,}",
        "history": words.name("history", meta.history_mode),
        "run": words("model.verified" if row.verified else "model.own_run"),
        "training_data": meta.training_data,
        "notes": meta.notes,
        "turns": turns,
        "empty": words("model.empty_value", count=f"{row.n_empty:,}", turns=f"{row.n:,}"),
        "agreement": _agreement(words, record, track),
        "data": words("model.data_value", version=record.dataset.version, digest=record.dataset.digest),
        "scorer": words("model.scorer_value", version=record.scorer_version, device=record.device),
        "file": record.file_sha256,
        "record": record.id,
    }
    shown = {key: escape(value) for key, value in plain.items()} | {"link": link(meta.link)}
    lines = "".join(
        f"<dt>{escape(words(f'model.{key}'))}</dt><dd>{value}</dd>" for key, value in shown.items() if value
    )
    return f'<article class="card"><h3>{escape(words("model.facts"))}</h3><dl class="facts">{lines}</dl></article>'


def elsewhere(words: Words, places: Sequence[Place], others: Sequence[Place]) -> str:
    """Links to the same submission in other tracks, and to other submissions of the user's model in this one."""
    parts = [
        (words("model.other_tracks"), [_anchor(track, row, words.track(track)) for track, row in places]),
        (
            words("model.other_submissions"),
            [_anchor(track, row, f"{words.name('history', row.history_mode)}, {row.date}") for track, row in others],
        ),
    ]
    return "".join(
        f'<p class="elsewhere">{escape(title)} {" · ".join(anchors)}</p>' for title, anchors in parts if anchors
    )


def _anchor(track: str, row: TableRow, text: str) -> str:
    query = urlencode({"track": track, "model": row.record_id})
    return f'<a href="?{escape(query)}" target="_self">{escape(text)}</a>'


def _agreement(words: Words, record: Record, track: str) -> str:
    found = agreement(record, track)
    if found is None:
        return ""
    shown = words.scored(found.dice, found.dice_interval)
    return words("model.agreement_value", score=shown, turns=f"{found.n:,}")
