"""Small pieces of HTML for the page. Every word that comes from outside goes through `escape` here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlsplit

from leaderboard import Cell, DataFacts, PublishedResult, Record, TableRow, TrackFacts
from space.labels import HISTORY_MODES, NO_SCORE, TRACKS


def score(value: float | None) -> str:
    """A share from 0 to 1 with three decimals, or a dash."""
    return NO_SCORE if value is None else f"{value:.3f}"


def link(address: str | None) -> str:
    """An anchor for an http or https address; anything else is shown as text, nothing for None."""
    if not address:
        return ""
    shown = escape(address)
    if urlsplit(address).scheme not in ("http", "https"):
        return shown
    return f'<a href="{shown}" target="_blank" rel="nofollow noopener noreferrer">{shown}</a>'


def header(data: DataFacts, mode: str) -> str:
    """The top of the page: title, which data is scored, and in which mode the app runs."""
    facts = [data.name, f"{data.split} split", f"version {data.label}"]
    chips = "".join(f'<span class="chip">{escape(fact)}</span>' for fact in facts if fact)
    return (
        '<header class="top"><div><h1>MTurn-Seg leaderboard</h1>'
        "<p>Multi-turn reasoning segmentation in CT and MRI slices, asked in English and in Chinese</p></div>"
        f'<div class="chips">{chips}</div></header>'
        f'<p class="mode" role="note">{escape(mode)}</p>'
    )


def summary(rows: Sequence[TableRow], facts: TrackFacts) -> str:
    """Tiles above the table: how many submissions, the best score, and how much data stands behind them."""
    best = max((row.headline_dice for row in rows if row.rank and row.headline_dice is not None), default=None)
    return tiles(
        [
            ("Ranked submissions", f"{sum(row.rank is not None for row in rows):,}"),
            ("Best Dice", score(best)),
            ("Segmentation turns", f"{facts.turns:,}"),
            ("Dialogues", f"{facts.dialogues:,}"),
            ("Patients", f"{facts.patients:,}"),
        ]
    )


def tiles(items: Sequence[tuple[str, str]]) -> str:
    """A row of (label, value) tiles."""
    cells = "".join(f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>" for label, value in items)
    return f'<dl class="tiles">{cells}</dl>'


def bars(title: str, values: Mapping[str, float | None], counts: Mapping[str, int] | None = None) -> str:
    """Horizontal bars for shares from 0 to 1, each with its value and, where known, its number of turns."""
    lines = []
    for name, value in values.items():
        n = f" <small>n {counts[name]:,}</small>" if counts and name in counts else ""
        width = 0.0 if value is None else 100 * value
        lines.append(
            f'<li><span>{escape(name)}{n}</span><i><b style="width:{width:.1f}%"></b></i><em>{score(value)}</em></li>'
        )
    return f'<section><h4>{escape(title)}</h4><ul class="bars">{"".join(lines)}</ul></section>'


def notice(text: str, kind: str = "info") -> str:
    """One line of plain text in a box; kind is info, hint, good or bad."""
    return f'<p class="notice {kind}">{escape(text)}</p>'


def regions_note(regions: Sequence[str], missing: Sequence[str]) -> str:
    """Which regions the headline averages, and which of the published four this track lacks."""
    text = f"Dice and IoU are unweighted means over {_listed(regions)}."
    if missing:
        text += f" This track has no turns of {_listed(missing)}, so its headline says nothing about that."
    return notice(text)


def submission(row: TableRow, record: Record, track: str) -> str:
    """Everything the public record says of one submission in one track."""
    found = record.tracks[track]
    facts = [
        ("Organisation", escape(row.organisation)),
        ("Link", link(row.link)),
        ("Submitted by", escape(f"{row.user}, {row.date}, submission {row.attempts} of this model")),
        ("Saw of earlier turns", escape(HISTORY_MODES.get(row.history_mode, row.history_mode))),
        ("Run", "verified by a maintainer" if row.verified else "own run"),
        ("Training data", escape(record.meta.training_data)),
        ("Notes", escape(record.meta.notes)),
        ("Empty masks", f"{row.n_empty:,} of {row.n:,}"),
        ("Scored", escape(f"scorer {record.scorer_version} on {record.device}")),
        ("Record", f"<code>{escape(row.record_id)}</code>"),
    ]
    lines = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts if value)
    regions, turns = found.strata["region"], found.strata["segmentation_turn"]
    charts = bars("Dice by region", {name: cell.dice for name, cell in regions.items()}, _counts(regions))
    charts += bars(
        "Dice by segmentation turn",
        {f"turn {turn}": cell.dice for turn, cell in turns.items()},
        {f"turn {turn}": n for turn, n in _counts(turns).items()},
    )
    rank = "not ranked" if row.rank is None else f"rank {row.rank}"
    return (
        f'<article class="card"><h3>{escape(row.model)} <small>{rank} · {TRACKS[track]}</small></h3>'
        f'<div class="columns"><dl class="facts">{lines}</dl><div class="charts">{charts}</div></div></article>'
    )


def outcome(result: Mapping[str, Any]) -> str:
    """The answer to a check or a submission: accepted with its places, good, or refused."""
    notes = "".join(notice(note) for note in result["notes"])
    if "places" in result:
        done = f"{result['model']}: accepted, {result['rows']:,} rows scored."
        if result["repeated"]:
            done = f"This file was entered before, as {result['model']} on {result['date']}; that record stands."
        return notice(done, "good") + _places(result["places"])
    if result["ok"]:
        tracks = _listed([TRACKS.get(track, track) for track in result["tracks"]])
        return notice(f"No problem in {result['rows']:,} rows. Complete tracks: {tracks}.", "good") + notes
    kinds = {problem["kind"]: problem["count"] for problem in result["problems"]}
    found = sum(kinds.values())
    problems = "1 problem" if found == 1 else f"{found:,} problems"
    text = f"This file cannot be accepted: {problems} in {result['rows']:,} rows. Nothing was entered."
    if len(result["problems"]) < found:
        text += f" The table shows the first of each kind, {len(result['problems'])} in all."
    return notice(text, "bad") + notes


def file_help(split: str) -> str:
    """What a predictions file for a split looks like, in short."""
    columns = [
        ("dialogue_id", f"as in the {split} split"),
        ("language", "en or zh"),
        ("turn", "number of the turn in its dialogue"),
        ("size", "[height, width] of the image"),
        ("counts", "the mask as COCO compressed RLE, what pycocotools gives"),
    ]
    lines = "".join(f"<li><code>{name}</code> {escape(text)}</li>" for name, text in columns)
    return (
        f'<div class="help"><p>One row for every segmentation turn of the tracks you enter:</p><ul>{lines}</ul>'
        "<p>An empty mask is a row too. A file with any fault is not scored; all faults are listed.</p></div>"
    )


def data_table(data: DataFacts) -> str:
    """How much data each track holds."""
    heads = "".join(f"<th>{name}</th>" for name in ("Track", "Dialogues", "Segmentation turns", "Patients", "Regions"))
    lines = "".join(
        f"<tr><th>{TRACKS[facts.track]}</th><td>{facts.dialogues:,}</td><td>{facts.turns:,}</td>"
        f"<td>{facts.patients:,}</td><td>{escape(', '.join(facts.regions))}</td></tr>"
        for facts in data.tracks.values()
    )
    name = f"{data.name}, " if data.name else ""
    caption = f"{name}{data.split} split, version {data.version}, digest {data.digest}"
    return f"<h2>The data scored here</h2><p>{escape(caption)}</p>{_table('', heads, lines)}"


def _places(places: Sequence[Mapping[str, Any]]) -> str:
    lines = []
    for place in places:
        rank = "not ranked" if place["rank"] is None else f"{place['rank']} of {place['of']}"
        if not place["shown"]:
            rank = "another submission stands for this model"
        name = TRACKS.get(place["track"], place["track"])
        lines.append(
            f"<tr><th>{escape(name)}</th><td>{rank}</td><td>{score(place['dice'])}</td><td>{score(place['iou'])}</td>"
            f"<td>{place['turns']:,}</td></tr>"
        )
    heads = "".join(f"<th>{name}</th>" for name in ("Track", "Place", "Dice", "IoU", "Turns"))
    return _table("Place in the table", heads, "".join(lines))


def published(results: Sequence[PublishedResult]) -> str:
    """The printed results, one table a track, with a line on why they are not in the ranking."""
    parts = [
        notice(
            "Printed by the benchmark's authors for their own images and questions. The data scored here is other "
            "data, so do not compare these numbers with the ranking above. Dice / IoU; multi turn was published as "
            "curves only."
        )
    ]
    for track in dict.fromkeys(result.track for result in results):
        rows = [result for result in results if result.track == track]
        heads = "".join(f"<th>{escape(name.capitalize())}</th>" for name in ["model", "overall", *rows[0].region_dice])
        lines = "".join(
            f"<tr><th>{escape(row.model)}</th><td><b>{row.dice:.4f}</b> / {row.iou:.4f}</td>"
            + "".join(f"<td>{row.region_dice[name]:.4f} / {row.region_iou[name]:.4f}</td>" for name in row.region_dice)
            + "</tr>"
            for row in rows
        )
        parts.append(_table(TRACKS[track], heads, lines))
    sources = dict.fromkeys(result.source for result in results)
    return "".join(parts) + "".join(f'<p class="help">{escape(source)}</p>' for source in sources)


def _table(caption: str, heads: str, lines: str) -> str:
    """A static table from cells that are HTML already; it scrolls sideways where the page is narrow."""
    return (
        f'<div class="scroll"><table class="plain">{f"<caption>{escape(caption)}</caption>" if caption else ""}'
        f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _counts(cells: Mapping[str, Cell]) -> dict[str, int]:
    return {name: cell.n for name, cell in cells.items()}


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
