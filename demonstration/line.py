"""The demo: every stage in order on the scans that pip can fetch, telling the reader what happens."""

from pathlib import Path

import datasets
import pyarrow.parquet as pq
from rich.console import Console
from rich.markup import escape

from authoring import Header, author
from authoring.anatomy.structures import structures
from baselines import create, dataset_digest, run
from baselines.lexicon_prior import LexiconPrior
from building import build
from console import bar, fetch_all, print_table
from demonstration.fonts import chinese_font
from demonstration.overview import draw_overview
from demonstration.places import Places
from leaderboard import Leaderboard, SqliteStore, SubmissionMeta
from leaderboard.reports import report_html

HEADER = Header(name="MTurn-Seg demo", version="0.1.0", created="2026-11-22", licence="other")
USER = "demo"


def run_demo(console: Console, places: Places | None = None, *, seed: int = 0) -> None:
    """Fetches, authors, builds, loads, runs, scores and ranks; prints one dialogue and the tables.

    What an earlier run left is used again. Raises the stages' errors.
    """
    places = places or Places()
    console.rule("1  Scans")
    sources = fetch_all(console, places.cache)
    console.rule("2  Dialogues")
    with bar(console, "authoring") as advance:
        author(
            sources, places.release, HEADER, seed=seed, progress=advance, warn=lambda text: console.print(escape(text))
        )
    draw_overview(places.release, places.overview, chinese_font(places.cache, console.print))
    console.print(f"wrote {places.release} and {places.overview}")
    console.rule("3  Data set")
    built = build(places.release, places.data, places.truth)
    console.print(f"{'found' if built.reused else 'built'} {places.data}: {_counts(built.rows)} dialogues")
    datasets.disable_progress_bars()
    data = datasets.load_dataset(str(places.data))
    print_dialogue(console, data["train"])
    print_unseen(console, data["train"], places.test_truth)
    console.rule("4  Models, turn by turn")
    board = Leaderboard(places.test_truth, SqliteStore(places.store))
    digest = dataset_digest(places.data)
    for runner, about in (
        (create("empty"), "predicts nothing"),
        (LexiconPrior.fit(data["train"]), "learned from the train split"),
    ):
        out = places.predictions / f"{runner.name}.parquet"
        with bar(console, runner.name) as advance:
            run(data["test"], runner, out=out, history="own", seed=seed, digest=digest, progress=advance)
        told = {"training_data": "demo train split", "notes": about, "signed": USER}
        meta = SubmissionMeta(model=runner.name, history_mode="own", **told)
        record = board.submit(out, meta, USER)
    console.rule("5  Leaderboard")
    for track in board.tracks():
        print_table(console, track, board.table(track))
    rows = {track: row for track in record.tracks for row in board.table(track) if row.record_id == record.id}
    places.report.write_text(report_html(record, rows), encoding="utf-8")
    console.print(
        f"\nsee [bold]{places.overview}[/] and [bold]{places.report}[/]; "
        "open the web page with [bold]make serve[/] (http://127.0.0.1:7860)"
    )


def print_dialogue(console: Console, rows: datasets.Dataset) -> None:
    """Prints the first dialogue of four turns (or the one nearest to that length), in both languages."""
    row = min(rows.remove_columns("image"), key=lambda row: abs(len(row["turns"]) - 4))
    console.print(
        f"\na dialogue of the train split ({row['modality']}, {row['region']}, {row['height']} x {row['width']}):"
    )
    for turn in row["turns"]:
        for language in ("en", "zh"):
            console.print(f"  {turn['turn']}  {escape(turn['question'][language])}", highlight=False, soft_wrap=True)
            console.print(f"     [dim]{escape(turn['answer'][language])}[/]", highlight=False, soft_wrap=True)
    console.print()


def print_unseen(console: Console, train: datasets.Dataset, truth: Path) -> None:
    """Says which structures the test split asks for and the train split does not: no model can have learned those."""
    shown = {turn["target"] for turns in train["turns"] for turn in turns}
    asked = pq.read_table(truth, columns=["target"])["target"].unique().to_pylist()
    # Regions made of earlier masks have no name in the catalogue.
    unseen = sorted((set(asked) & structures().keys()) - shown)
    console.print(f"test targets that the train split never shows: {', '.join(unseen) or 'none'}")


def _counts(rows: dict[str, int]) -> str:
    return ", ".join(f"{count} {split}" for split, count in rows.items())
