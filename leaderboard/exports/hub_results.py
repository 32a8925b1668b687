"""Results in the Hub's own format: eval.yaml makes a dataset a benchmark, .eval_results/ gives a model its values.

Both are described at https://huggingface.co/docs/hub/eval-results. A task of the benchmark is a track, its value the
headline Dice as a share. The Hub lists a benchmark, and an evaluation framework it does not know, only on request.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml
from huggingface_hub import EvalResultEntry, eval_result_entries_to_yaml
from huggingface_hub.utils import HFValidationError, validate_repo_id

from leaderboard.errors import SubmissionError
from leaderboard.records import RANKED_SPLIT, TRACKS, UNRANKED_HISTORY, Record, TrackScore

FRAMEWORK = "mturn-seg"
_COMMIT = re.compile(r"[0-9a-f]{40}")


def benchmark_yaml(name: str, description: str, tracks: Sequence[str] = TRACKS, *, config: str = "default") -> str:
    """The text of eval.yaml, which lies at the root of the dataset's repository: one task for each track.

    tracks: those that the test split has turns for. config: the configuration of the dataset that holds them. Raises
    SubmissionError for a blank name or description, no track, or an unknown or repeated one.
    """
    for field, text in (("name", name), ("description", description), ("config", config)):
        if not text.strip():
            raise SubmissionError(f"{field} is blank; eval.yaml needs one")
    if not tracks or len(set(tracks)) < len(tracks) or not set(tracks) <= set(TRACKS):
        raise SubmissionError(f"tracks {list(tracks)}; expected one or more of {', '.join(TRACKS)}, each once")
    return _dump(
        {
            "name": name,
            "description": description,
            "evaluation_framework": FRAMEWORK,
            "tasks": [{"id": track, "config": config, "split": RANKED_SPLIT} for track in tracks],
        }
    )


def results_path(dataset_id: str) -> str:
    """Where the results on this dataset (ORG/NAME) lie in a model's repository."""
    return f".eval_results/{_checked_dataset(dataset_id).partition('/')[2]}.yaml"


def results_yaml(
    record: Record,
    dataset_id: str,
    *,
    revision: str | None = None,
    source_url: str | None = None,
    source_name: str | None = None,
    source_user: str | None = None,
) -> str:
    """The text of a model's results file: one entry for each track of the record that has a headline.

    dataset_id: ORG/NAME of the benchmark. revision: the commit of the dataset, 40 hexadecimal digits. source_url: a
    page that shows the result; source_name and source_user (of the Hub) need one. Raises SubmissionError for a broken
    rule, and for a record that does not compete: of another split than test, with true history, or without a headline.
    """
    _check_competes(record)
    if revision is not None and not _COMMIT.fullmatch(revision):
        raise SubmissionError(f"revision {revision!r}; expected a commit, 40 hexadecimal digits")
    if source_url is None and (source_name is not None or source_user is not None):
        raise SubmissionError("a source's name or user without its address; expected source_url too")
    entries = [
        EvalResultEntry(
            dataset_id=_checked_dataset(dataset_id),
            task_id=track,
            value=score.headline_dice,
            dataset_revision=revision,
            date=record.created,
            source_url=source_url,
            source_name=source_name,
            source_user=source_user,
            notes=_notes(record, score),
        )
        for track, score in record.tracks.items()
        if score.headline_dice is not None
    ]
    return _dump(eval_result_entries_to_yaml(entries))


def _check_competes(record: Record) -> None:
    if record.split != RANKED_SPLIT:
        raise SubmissionError(f"record {record.id} is of split {record.split!r}; expected {RANKED_SPLIT!r}")
    if record.meta.history_mode in UNRANKED_HISTORY:
        raise SubmissionError(f"record {record.id} used history {record.meta.history_mode!r}, which does not compete")
    if all(score.headline_dice is None for score in record.tracks.values()):
        raise SubmissionError(f"record {record.id} has no headline on any track")


def _checked_dataset(dataset_id: str) -> str:
    try:
        validate_repo_id(dataset_id)
    except HFValidationError as error:
        raise SubmissionError(f"dataset id {dataset_id!r}: {error}; expected ORG/NAME") from None
    if dataset_id.count("/") != 1:
        raise SubmissionError(f"dataset id {dataset_id!r}; expected ORG/NAME")
    return dataset_id


def _notes(record: Record, score: TrackScore) -> str:
    low, high = score.headline_dice_interval or (None, None)
    interval = "" if low is None else f", 95% interval {low:.4f} to {high:.4f}"
    return (
        f"mean Dice over regions ({', '.join(score.regions)}){interval}; {score.overall.n} turns of "
        f"{score.overall.n_patients} patients; history {record.meta.history_mode}; data {record.dataset.version} "
        f"({record.dataset.digest[:12]}); scorer {record.scorer_version}"
    )


def _dump(data: object) -> str:
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120)
