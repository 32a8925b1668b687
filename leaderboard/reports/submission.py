"""What the report of one submission says: who and what, how good, where good and bad, and what the words mean."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from leaderboard.exports.columns import run
from leaderboard.records import (
    MIN_PATIENTS,
    MIN_REGION_PATIENTS,
    NSD_TOLERANCE,
    STATEMENT,
    TRACKS,
    Record,
    TableRow,
    TrackScore,
)
from leaderboard.reports import wording
from leaderboard.reports.blocks import Block, Facts, Link, Prose, Report, Section, Table, Text
from leaderboard.reports.track import track_sections
from leaderboard.reports.wording import MISSING, count, interval, ranks, score, track_name

_GLOSSARY = Path(__file__).with_name("glossary.yaml")


def submission_report(record: Record, rows: Mapping[str, TableRow] | None = None) -> Report:
    """The report of a record. rows: track -> its row of the table, where rank, tier and verification come from."""
    rows = rows or {}
    tracks = {track: record.tracks[track] for track in TRACKS if track in record.tracks}
    sections = [
        Section("Submission", _submission(record, rows)),
        Section("Headline", _headline(record, tracks, rows)),
        *(section for track, scored in tracks.items() for section in track_sections(track, scored)),
        *_agreement(record),
        Section("Measures", [Facts(_glossary(record))]),
    ]
    lead = f"Submission {record.submission} by {record.user}, {record.created[:10]}, on the {record.split} split."
    return Report(record.meta.model, lead, sections)


def _submission(record: Record, rows: Mapping[str, TableRow]) -> list[Block]:
    meta, data = record.meta, record.dataset
    model: Text = Link(meta.model, meta.link) if meta.link else meta.model
    signed = f"{meta.signed}: “{STATEMENT}”" if meta.signed else "not signed"
    items: list[tuple[str, Text]] = [
        ("Model", model),
        ("Organisation", meta.organisation or MISSING),
        ("User", record.user),
        ("Run", next((run(row) for row in rows.values()), MISSING)),
        ("Parameters", count(meta.parameters)),
        ("History", wording.HISTORY[meta.history_mode]),
        ("Training data", meta.training_data or MISSING),
        ("Notes", meta.notes or MISSING),
        ("Signed", signed),
        ("Scored submissions of this model so far", count(record.attempts)),
        ("Data", " ".join(part for part in (data.name, f"version {data.version}, {record.split} split") if part)),
        ("Digest of the data", data.digest),
        ("Scorer", f"version {record.scorer_version}, on {record.device}"),
        ("Rows of the file", count(record.counts.rows)),
        ("Empty masks among them", count(record.counts.empty_predictions)),
        ("SHA-256 of the file", record.file_sha256),
        ("Record", record.id),
    ]
    return [Facts(items)]


def _headline(record: Record, tracks: Mapping[str, TrackScore], rows: Mapping[str, TableRow]) -> list[Block]:
    header = ["Track", "Rank", "Rank, 95%", "Tier", "P(rank 1)", "Dice", "Dice, 95%", "IoU", "IoU, 95%"]
    scores = Table(header, [_headline_row(*item, rows.get(item[0])) for item in tracks.items()], frozenset({"Track"}))
    header = ["Track", "Regions", "gIoU", "cIoU", "Turns", "Dialogues", "Patients", "Empty", "Missing"]
    counts = Table(header, [_counts_row(*item) for item in tracks.items()], frozenset({"Track", "Regions"}))
    return [scores, counts, *(Prose(note) for note in _notes(tracks, rows))]


def _headline_row(track: str, scored: TrackScore, row: TableRow | None) -> list[str]:
    place = [MISSING] * 4
    if row is not None:
        tier = MISSING if row.tier is None else str(row.tier)
        place = ["unranked" if row.rank is None else str(row.rank), ranks(row.rank_interval), tier, score(row.p_first)]
    return [
        *(track_name(track), *place),
        *(score(scored.headline_dice), interval(scored.headline_dice_interval)),
        *(score(scored.headline_iou), interval(scored.headline_iou_interval)),
    ]


def _counts_row(track: str, scored: TrackScore) -> list[str]:
    whole = scored.overall
    numbers = (whole.n, scored.n_dialogues, whole.n_patients, whole.empty, whole.missing)
    measures = (score(whole.iou), score(scored.ciou))
    return [track_name(track), ", ".join(scored.regions) or MISSING, *measures, *map(count, numbers)]


def _notes(tracks: Mapping[str, TrackScore], rows: Mapping[str, TableRow]) -> list[str]:
    """What the numbers above do not say by themselves, each once with the tracks that it is true of."""
    concerned: dict[str, list[str]] = {}
    for track, scored in tracks.items():
        for remark in _remarks(scored, rows.get(track)):
            concerned.setdefault(remark, []).append(track_name(track))
    notes = [
        f"{'All tracks' if 1 < len(names) == len(tracks) else '; '.join(names)}: {remark}"
        for remark, names in concerned.items()
    ]
    if not rows:
        notes.append("Ranks, tiers and whether a maintainer ran the model again stand in the table, not in the record.")
    return notes


def _remarks(scored: TrackScore, row: TableRow | None) -> list[str]:
    remarks = []
    if scored.missing_regions:
        missing = ", ".join(scored.missing_regions)
        remarks.append(f"there are no turns of {missing}, so the headline averages fewer regions.")
    patients = scored.overall.n_patients
    if patients < MIN_PATIENTS:
        few = wording.counted(patients, "patient")
        remarks.append(
            f"intervals, rank intervals and tiers are n/a, because {few} say too little about other patients; "
            f"at least {MIN_PATIENTS} are needed."
        )
    elif scored.headline_dice is not None and scored.headline_dice_interval is None:
        remarks.append(f"the headline has no interval, because a region has fewer than {MIN_REGION_PATIENTS} patients.")
    if row is not None and row.rank is None:
        remarks.append("this submission does not compete and has no rank.")
    return remarks


def _agreement(record: Record) -> list[Section]:
    if not record.agreement:
        return []
    names = {"all": "All turns", "single": "Single turn", "multi": "Multi turn"}
    rows = [
        [
            *(names.get(kind, kind), score(found.dice), interval(found.dice_interval)),
            *map(count, (found.n, found.n_patients, found.both_empty)),
        ]
        for kind, found in record.agreement.items()
    ]
    table = Table(["Turns", "Dice", "Dice, 95%", "n", "Patients", "Both empty"], rows, frozenset({"Turns"}))
    text = "Dice between the masks for the same turn asked in English and in Chinese, whether or not they are right."
    return [Section("Agreement between the languages", [Prose(text), table])]


def _glossary(record: Record) -> list[tuple[str, Text]]:
    known = {
        "min_patients": MIN_PATIENTS,
        "min_region_patients": MIN_REGION_PATIENTS,
        "nsd_tolerance": f"{NSD_TOLERANCE:g}",
        "resamples": count(record.resampling.resamples),
        "seed": record.resampling.seed,
    }
    entries = yaml.safe_load(_GLOSSARY.read_text(encoding="utf-8"))
    return [(entry["term"], entry["meaning"].format_map(known)) for entry in entries]
