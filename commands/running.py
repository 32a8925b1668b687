"""The command that runs a model over dialogues."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from commands.options import PLACES, DataOption, example
from commands.terminal import console, errors

if TYPE_CHECKING:
    import datasets

    from baselines import Runner, RunSummary


class History(StrEnum):
    """Where a model's history comes from."""

    own = "own"
    gt = "gt"
    none = "none"


class Language(StrEnum):
    """Which questions are asked."""

    en = "en"
    zh = "zh"
    both = "both"


@example("mturn-seg run --model lexicon-prior --data mturn-seg --split test --out predictions.parquet")
def run(
    out: Annotated[Path, typer.Option(help="Predictions file to write: .parquet or .jsonl.")],
    model: Annotated[str, typer.Option(help="Runner: empty or lexicon-prior.")] = "lexicon-prior",
    data: DataOption = PLACES.data,
    split: Annotated[str, typer.Option(help="train, validation or test.")] = "test",
    language: Annotated[Language, typer.Option(help="Which questions to ask.")] = Language.both,
    history: Annotated[History, typer.Option(help="Masks and replies that a turn sees; gt not on test.")] = History.own,
    checkpoint: Annotated[
        Path | None,
        typer.Option(help="Folder of a fitted lexicon-prior; by default it learns from the train split now."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed given to the model.")] = 0,
) -> None:
    """Run a model over dialogues turn by turn and write a predictions file. A run that was cut goes on where it was."""
    import datasets

    from baselines import dataset_digest
    from baselines import run as run_model
    from console import bar

    digest = dataset_digest(data)
    datasets.disable_progress_bars()
    splits = datasets.load_dataset(str(data))
    if split not in splits:
        raise typer.BadParameter(f"split {split!r}; expected one of {', '.join(splits)}")
    if history is History.gt and split == "test":
        raise typer.BadParameter("history 'gt' needs the truth, which the test split withholds; expected own or none")
    runner = _runner(model, checkpoint, data, splits)
    languages = None if language is Language.both else (language.value,)
    try:
        with bar(console, model) as advance:
            summary = run_model(
                splits[split], runner, out=out, languages=languages, history=history.value, seed=seed, digest=digest,
                progress=advance,
            )  # fmt: skip
    except KeyboardInterrupt:
        errors.print("stopped; the same command goes on where it was")
        raise typer.Exit(130) from None
    _print_summary(summary)
    if split == "test":
        console.print(
            f"wrote {out}; next: mturn-seg submit {out} --name YOUR-MODEL --user YOU --signed 'YOUR NAME' "
            f"--history {history.value}"
        )
    else:
        console.print(f"wrote {out}; next: mturn-seg score {out} --truth {PLACES.truth / split}.parquet")


def _runner(model: str, checkpoint: Path | None, data: Path, splits: datasets.DatasetDict) -> Runner:
    """The model to run; lexicon-prior without a checkpoint is fitted to the train split."""
    from baselines import create
    from baselines.lexicon_prior import LexiconPrior
    from console import bar

    if model != "lexicon-prior" or checkpoint is not None:
        return create(model, **({"path": checkpoint} if checkpoint else {}))
    if "train" not in splits:
        raise typer.BadParameter(f"{data} has no train split to learn from; expected --checkpoint FOLDER")
    with bar(console, "learning") as advance:
        return LexiconPrior.fit(splits["train"], progress=advance)


def _print_summary(summary: RunSummary) -> None:
    statuses = ", ".join(f"{count} {status}" for status, count in summary.statuses.items() if count)
    console.print(f"{summary.segmentation_turns} segmentation turns ({statuses}), {summary.text_turns} text-only turns")
    if summary.statuses["no_seg"]:
        console.print("no_seg: the model answered without a mask, which counts as an empty one")
    for message in summary.errors:
        errors.print(Text.assemble(("error", "red"), " ", message))
