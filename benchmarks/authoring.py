"""Time and memory of authoring over more and more scans.

    python -m benchmarks.authoring       # 50, 200 and 2,000 scans, 1 and 2 workers; writes its section of RESULTS.md
    python -m benchmarks.authoring --scans 20 --workers 1 --no-results

Each run is a fresh process, whose peak resident memory the operating system gives, like that of its largest worker.
Memory that does not grow from one row of the table to the next is what lets one machine author a whole data set.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.results import write_section
from benchmarks.timing import processor
from benchmarks.volumes import SHAPE, SLICES, description, organs, write_scans

ROOT = Path(__file__).parents[1]
TITLE = "Authoring"
HEADING = (
    "| scans | workers | dialogues | drafting, s | the rest, s | scans/s | dialogues/s | told by the row before, s "
    "| peak memory, MB | of a worker, MB | load before |\n|---|---|---|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Measured:
    """One run: drafting is what workers share, the rest what one process does after them; memory is peak resident
    memory in MB, of the process and of its largest worker (0 without workers); load is the machine's before it."""

    scans: int
    workers: int
    dialogues: int
    drafting_s: float
    rest_s: float
    peak_mb: float
    worker_mb: float
    load: float

    @property
    def seconds(self) -> float:
        """From the call to the finished release folder."""
        return self.drafting_s + self.rest_s


def measure(folder: Path, scans: int, workers: int) -> Measured:
    """Authors the first `scans` scans of a folder in a fresh process. Raises RuntimeError with its message on error."""
    load = os.getloadavg()[0]
    task = {"folder": str(folder), "scans": scans, "workers": workers}
    command = [sys.executable, "-m", "benchmarks.authoring", "--task", json.dumps(task)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(f"authoring {scans} scans with {workers} worker(s) failed:\n{run.stderr}")
    return Measured(scans=scans, workers=workers, load=load, **json.loads(run.stdout.splitlines()[-1]))


def _run_task(task: dict) -> None:
    from authoring import Header, Options, author
    from release import open_release

    source = description(task["scans"])
    header = Header("Synthetic ellipsoids", "1.0.0", "2025-01-01", "cc0-1.0")
    drafted = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal drafted
        if done == total:
            drafted = time.perf_counter()

    with tempfile.TemporaryDirectory(prefix="mturn-seg-authored-") as place:
        start = time.perf_counter()
        sources = [(source, Path(task["folder"]))]
        written = author(
            sources, Path(place) / "release", header, options=Options(workers=task["workers"]), progress=progress
        )
        end = time.perf_counter()
        # Linux gives kilobytes.
        peaks = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        dialogues = sum(1 for _ in open_release(written).dialogues())
    found = {"drafting_s": drafted - start, "rest_s": end - drafted, "dialogues": dialogues}
    print(json.dumps({**found, "peak_mb": peaks[0], "worker_mb": peaks[1] if task["workers"] > 1 else 0.0}))


def table(folder: Path, scans: Sequence[int], workers: Sequence[int]) -> str:
    """Authors every number of scans with every number of workers; returns a Markdown table.

    Each run is told beforehand by the one with fewer scans: the seconds that it would take at the same rate.
    """
    write_scans(folder, max(scans))
    lines = [HEADING]
    for number in workers:
        before = None
        for count in sorted(scans):
            found = measure(folder, count, number)
            lines.append(_row(found, before))
            print(lines[-1], flush=True)
            before = found
    return "\n".join(lines)


def _row(found: Measured, before: Measured | None) -> str:
    told = f"{before.seconds * found.scans / before.scans:,.0f}" if before else ""
    worker = f"{found.worker_mb:,.0f}" if found.worker_mb else ""
    return (
        f"| {found.scans:,} | {found.workers} | {found.dialogues:,} | {found.drafting_s:,.1f} | {found.rest_s:,.1f} "
        f"| {found.scans / found.seconds:.2f} | {found.dialogues / found.seconds:.1f} | {told} | {found.peak_mb:,.0f} "
        f"| {worker} | {found.load:.1f} |"
    )


def main() -> None:
    """Prints the table and keeps it in RESULTS.md, as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scans", type=int, nargs="+", default=[50, 200, 2_000])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--folder", type=Path, help="where the scans are kept for the next time; by default nowhere")
    parser.add_argument("--no-results", action="store_true", help="print only; leave RESULTS.md as it is")
    parser.add_argument("--task", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.task:
        _run_task(json.loads(options.task))
        return
    with tempfile.TemporaryDirectory(prefix="mturn-seg-scans-") as place:
        folder = options.folder or Path(place)
        folder.mkdir(parents=True, exist_ok=True)
        measured = table(folder, options.scans, options.workers)
    if not options.no_results:
        write_section(TITLE, "python -m benchmarks.authoring", f"{_about()}\n\n{measured}")


def _about() -> str:
    slices, rows, columns = SHAPE
    return (
        f"Synthetic CT scans of {slices} x {rows} x {columns} voxels with {len(organs())} labelled ellipsoids, at most "
        f"{SLICES} slices of each shown, dialogues as by default. Drafting is shared by the workers; one process does "
        "the rest: it compares the scans with each other, checks and writes the release. Each run is a fresh process; "
        "peak memory includes the interpreter and the libraries. The load is that of the machine before the run, on "
        f"{os.cpu_count()} cores: above 0 others worked on it, too. {processor()}."
    )


if __name__ == "__main__":
    main()
