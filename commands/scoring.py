"""Commands that say what predictions files are worth, on this computer and without a leaderboard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from commands.options import PLACES, TruthOption, example
from commands.terminal import console, errors, print_report

if TYPE_CHECKING:
    from leaderboard import Resampling, Scored, Truth, ValidationReport


@example("mturn-seg validate predictions.parquet")
def validate(
    file: Annotated[Path, typer.Argument(help="Predictions file.")],
    truth: TruthOption = PLACES.test_truth,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Check a predictions file: every problem with its place, value and what was expected."""
    from leaderboard import Limits, validate_file

    with errors.status(Text(f"checking {file}")):
        report = validate_file(file, truth, Limits.from_environment())
    print_report(report, as_json)


@example("mturn-seg score predictions.parquet")
def score(
    file: Annotated[Path, typer.Argument(help="Predictions file.")],
    truth: TruthOption = PLACES.validation_truth,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print everything as JSON: scores, strata, curves, intervals, the report.")
    ] = False,
    boundary: Annotated[
        bool, typer.Option("--boundary/--no-boundary", help="Measure HD95 and NSD too, which takes longest.")
    ] = True,
) -> None:
    """Score a predictions file on this computer, by the same code as the leaderboard. A missing row scores 0.

    By default against the validation split, whose truth is public.
    """
    from console import print_agreement, print_score
    from leaderboard import Limits, Resampling, Truth, score_file

    loaded = Truth.load(truth)
    resampling = Resampling()
    with errors.status(Text(f"scoring {file}")):
        report, scored = score_file(file, loaded, Limits.from_environment(), resampling=resampling, boundary=boundary)
    if scored is None:
        print_report(report, as_json)
        return
    if as_json:
        everything = _everything(report, scored, loaded, resampling)
        print(json.dumps(everything, indent=2, ensure_ascii=False))
        return
    if not report.ok:
        errors.print("rows are missing: they score 0 here, and an upload would be refused")
        errors.print(report.to_text().partition("\n")[2])
    for track, value in scored.tracks.items():
        print_score(console, track, value)
    print_agreement(console, scored.agreement)


def _everything(report: ValidationReport, scored: Scored, truth: Truth, resampling: Resampling) -> dict[str, object]:
    from leaderboard import SCORER_VERSION

    return {
        "scorer_version": SCORER_VERSION,
        "device": scored.device,
        "split": truth.split,
        "dataset": {"name": truth.name, "version": truth.version, "digest": truth.digest},
        "resampling": resampling.model_dump(mode="json"),
        "report": report.model_dump(mode="json"),
        "tracks": {track: value.model_dump(mode="json") for track, value in scored.tracks.items()},
        "agreement": {kind: value.model_dump(mode="json") for kind, value in scored.agreement.items()},
    }
