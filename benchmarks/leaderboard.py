"""Times an upload of the published size, beside pandas and pycocotools, and the table of 1,000 submissions.

    python -m benchmarks.leaderboard                     # writes its section of RESULTS.md
    python -m benchmarks.leaderboard --scale 0.01 --rounds 1 --submissions 20 --no-results

The files are made at the first call and kept in .cache/benchmarks. Everything that is timed runs in a fresh process.
"""

from __future__ import annotations

import argparse
import shlex
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.results import write_section
from benchmarks.timing import processor
from benchmarks.upload.agreement import check_records
from benchmarks.upload.files import FOLDER, Upload, make_upload
from benchmarks.upload.filling import fill
from benchmarks.upload.processes import in_fresh_process
from console import bar, counted
from leaderboard.statistics.companion import Companion
from leaderboard.stores.sqlite import SqliteStore

SUBMISSIONS = 1_000
PAIRS_DECODED = 3_000
TRACK = "en-multi"
HEADER = ["", "seconds", "first, s", "times ours", "first", "target", "peak MB", "truth, s"]
TABLE_TARGET_MS, MEMORY_TARGET_MB = 100, 1_536
LATER_PROCESSES = 3
LIBRARIES = ("pandas", "pycocotools", "numpy", "pyarrow")
Progress = Callable[[int, int], object]


@dataclass
class Way:
    """One way to do the work of an upload, and what each round gave."""

    name: str
    work: str  # a function, as `in_fresh_process` takes it
    arguments: dict[str, Any]
    target: float | None = None  # how many times as long as ours a peer should take
    first: list[float] = field(default_factory=list)  # seconds of the first upload of a process
    seconds: list[float] = field(default_factory=list)  # of the next
    loading: list[float] = field(default_factory=list)
    peak_mb: list[float] = field(default_factory=list)

    def run(self, upload: Upload) -> dict[str, Any]:
        """Do it once in a fresh process with a fresh store; the record."""
        with tempfile.TemporaryDirectory(prefix="mturn-seg-benchmark-") as folder:
            files = {"truth": str(upload.truth), "predictions": str(upload.predictions)}
            found = in_fresh_process(self.work, **files, store=str(Path(folder) / "store"), **self.arguments)
        self.first.append(found["seconds"][0])
        self.seconds.append(found["seconds"][-1])
        self.loading.append(found["loading"])
        self.peak_mb.append(found["peak_mb"])
        return found["record"]


def ways() -> list[Way]:
    """Ours first; every other does at least the same work."""
    ours, peers = "benchmarks.upload.ours:upload", "benchmarks.upload.peer_runs"
    return [
        Way("leaderboard", ours, {"boundary": False}),
        Way("leaderboard, HD95 and NSD too", ours, {"boundary": True}),
        Way("pandas, pycocotools merge", f"{peers}:merged", {}, target=6),
        Way("pandas, pycocotools decode", f"{peers}:decoded", {"at_most": PAIRS_DECODED}, target=100),
    ]


def race(entrants: Sequence[Way], upload: Upload, rounds: int, progress: Progress) -> int:
    """Runs every way once a round, in an order that each round shifts by one; how many results of each peer agree.

    Raises DisagreementError when one does not.
    """
    compared = 0
    for turn in range(rounds):
        records = {}
        for place in range(len(entrants)):
            way = entrants[(turn + place) % len(entrants)]
            records[way.name] = way.run(upload)
            progress(turn * len(entrants) + place + 1, rounds * len(entrants))
        ours = records[entrants[0].name]
        compared = min(check_records(records[way.name], ours, way.name) for way in entrants if way.target)
    return compared


def upload_rows(entrants: Sequence[Way]) -> list[list[str]]:
    """A line for each way: medians, and how many times as long as ours it took in the same round."""
    ours = entrants[0]
    lines = []
    for way in entrants:
        lines.append(
            [
                way.name,
                f"{statistics.median(way.seconds):.2f}",
                f"{statistics.median(way.first):.2f}",
                _times(way.seconds, ours.seconds) if way is not ours else "",
                _times(way.first, ours.first) if way is not ours else "",
                f"{way.target:g} x" if way.target else "",
                f"{max(way.peak_mb):,.0f}",
                f"{statistics.median(way.loading):.2f}",
            ]
        )
    return lines


def _times(seconds: Sequence[float], ours: Sequence[float]) -> str:
    return f"{statistics.median(one / other for one, other in zip(seconds, ours, strict=True)):.1f} x"


def boundary_speed(entrants: Sequence[Way], rows: int) -> tuple[float, float]:
    """Seconds that HD95 and NSD add to an upload, and rows a second."""
    plain, both = entrants[:2]
    seconds = statistics.median(one - other for one, other in zip(both.seconds, plain.seconds, strict=True))
    return seconds, rows / seconds


def time_tables(upload: Upload, submissions: int, progress: Progress) -> dict[str, float]:
    """Milliseconds until a table of so many submissions is there, for each case that a server meets."""
    files = {"truth": str(upload.truth), "predictions": str(upload.predictions)}
    with tempfile.TemporaryDirectory(prefix="mturn-seg-benchmark-") as folder:
        one, store = Path(folder) / "one.sqlite", Path(folder) / "many.sqlite"
        in_fresh_process("benchmarks.upload.ours:upload", **files, store=str(one), boundary=False)
        scored = SqliteStore(f"{one}-0")
        (key,) = scored.record_keys()
        companion = Companion.from_bytes(scored.companion(key.id))
        fill(SqliteStore(store), scored.record(key.id), companion, submissions, progress)
        first = _tables("first_tables", store, files, user="benchmark-0")
        later = [_tables("later_tables", store, files, user=f"benchmark-{n}") for n in range(1, LATER_PROCESSES + 1)]
    if first["rows"] != submissions:
        raise RuntimeError(f"a table of {first['rows']} rows; expected {submissions}")
    seconds = {
        "again, in the same process": first["warm"],
        "in a new process": statistics.median(one["found"] for one in later),
        "after one more submission": first["after"],
        "after one more submission, in a process that only read the table before": statistics.median(
            one["after"] for one in later
        ),
        "made from every record, by the first process of all": first["made"],
    }
    return {case: 1000 * value for case, value in seconds.items()}


def _tables(work: str, store: Path, files: dict[str, str], user: str) -> dict[str, Any]:
    return in_fresh_process(f"benchmarks.upload.ours:{work}", **files, store=str(store), track=TRACK, user=user)


def table_rows(milliseconds: dict[str, float]) -> list[list[str]]:
    """A line for each case; the last two have no target."""
    targets = [f"{TABLE_TARGET_MS} ms"] * (len(milliseconds) - 2) + ["", ""]
    return [
        [case, f"{value:,.1f}", target] for (case, value), target in zip(milliseconds.items(), targets, strict=True)
    ]


def measure(scale: float, seed: int, rounds: int, submissions: int, folder: Path, console: Console) -> str:
    """Makes the files, measures and prints; returns the section's Markdown."""
    with bar(console, "images") as progress:
        upload = make_upload(scale, seed, folder, progress)
    entrants = ways()
    with bar(console, "uploads") as progress:
        compared = race(entrants, upload, rounds, progress)
    parts = [_about_uploads(upload, rounds, compared), _shown(console, "Upload", HEADER, upload_rows(entrants))]
    seconds, speed = boundary_speed(entrants, upload.rows)
    parts.append(f"HD95 and NSD add {seconds:.1f} s: {speed:,.0f} rows/s.")
    console.print(parts[-1], highlight=False)
    with bar(console, "submissions") as progress:
        milliseconds = time_tables(upload, submissions, progress)
    title = f"Table {TRACK} of {counted(submissions, 'submission')}"
    parts.append(
        f"{title} in a SQLite store, made up from one that was scored. A new process reads what another has kept; "
        "one more submission makes the table anew."
    )
    parts.append(_shown(console, title, ["", "milliseconds", "target"], table_rows(milliseconds)))
    return "\n\n".join(parts)


def _about_uploads(upload: Upload, rounds: int, compared: int) -> str:
    size = upload.predictions.stat().st_size / 1e6
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"One made-up Parquet upload of {upload.rows:,} rows in both languages ({size:.0f} MB, "
        f"{upload.characters / upload.rows:,.0f} characters a mask) up to the finished record: checksum, copy, checks, "
        "Dice and IoU of every row and between the languages, every stratum with intervals from 2,000 resamples of "
        "the patients, what is kept. The peers do the same in one thread, as pycocotools holds the interpreter's lock, "
        f"but check no string. Decoding is timed on {PAIRS_DECODED:,} pairs of each comparison, evenly spread, and "
        "stands for all; the rest of that line is timed in full. Every run is a fresh process, the truth read and "
        "loops compiled before the clock starts, and does two uploads: the first finds no memory of its own and no "
        f"resamples yet, the next what a server that is up has. Medians of {counted(rounds, 'round')}; peak memory is "
        f"the highest of the process (target for ours {MEMORY_TARGET_MB:,} MB). "
        f"{compared:,} scores, counts and intervals of each peer agree with ours, scores to 1e-9. "
        f"{processor()}; {libraries}."
    )


def _shown(console: Console, title: str, header: list[str], lines: list[list[str]]) -> str:
    """Prints a table; returns it as Markdown."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE, pad_edge=False)
    for place, name in enumerate(header):
        table.add_column(name, justify="right" if place else "left")
    for line in lines:
        table.add_row(*line)
    console.print(table)
    return "\n".join(f"| {' | '.join(line)} |" for line in (header, ["---"] * len(header), *lines))


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the tables and keeps them in RESULTS.md, as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0, help="of the published numbers (default: %(default)g)")
    parser.add_argument("--seed", type=int, default=0, help="of all that is made up (default: %(default)s)")
    parser.add_argument("--rounds", type=_positive, default=5, help="(default: %(default)s)")
    parser.add_argument("--submissions", type=_positive, default=SUBMISSIONS, help="(default: %(default)s)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the files are kept (default: %(default)s)")
    parser.add_argument("--no-results", action="store_true", help="print only; leave RESULTS.md as it is")
    options = parser.parse_args(arguments)
    if not 0 < options.scale <= 1:
        parser.error(f"--scale is {options.scale:g}, but more than 0 and at most 1 was expected")
    text = measure(
        options.scale, options.seed, options.rounds, options.submissions, options.folder.absolute(), Console()
    )
    if not options.no_results:
        given = sys.argv[1:] if arguments is None else arguments
        write_section("Leaderboard", shlex.join(["python", "-m", "benchmarks.leaderboard", *given]), text)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number}, but a positive integer was expected")
    return number


if __name__ == "__main__":
    main()
