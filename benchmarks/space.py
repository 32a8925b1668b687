"""Loads the served page: readers open it while full-size files are submitted, over a store of many results.

    python -m benchmarks.space                  # two minutes of load; writes its section of RESULTS.md
    python -m benchmarks.space --quick          # smaller and shorter; prints only

The app is started as `python space/app.py` starts it, on 127.0.0.1. Readers and submitters run on the same computer and
take a part of its cores.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from benchmarks.results import write_section
from benchmarks.serving.app import App, started
from benchmarks.serving.submitters import write_template
from benchmarks.serving.visit import Visit, recorded
from benchmarks.timing import processor
from benchmarks.upload.files import FOLDER, Upload, make_upload
from benchmarks.upload.filling import fill
from benchmarks.upload.processes import in_fresh_process
from console import bar, counted
from leaderboard.statistics.companion import Companion
from leaderboard.stores.sqlite import SqliteStore

TRACK = "en-single"  # the one that the page opens with
MARKER = "Model 7"  # a result that stands in every table
PATIENCE_S = 600.0  # how long the last submissions may take after the end


@dataclass(frozen=True)
class Load:
    """How much is done at once, and for how long."""

    scale: float = 1.0  # of the published number of rows
    records: int = 500
    readers: int = 50
    submitters: int = 4
    seconds: float = 120.0
    alone_s: float = 30.0  # readers alone, before
    think_s: float = 5.0  # mean pause of a reader before each visit
    seed: int = 0


QUICK = Load(scale=0.02, records=40, readers=20, submitters=2, seconds=15.0, alone_s=5.0)


@dataclass(frozen=True)
class Found:
    """What was measured."""

    upload: Upload
    visit: Visit
    first: App
    again: App
    alone: dict[str, Any]
    loaded: dict[str, Any]
    sent: dict[str, Any]


def measure(load: Load, folder: Path, console: Console) -> Found:
    """Make the files and the store, start the app and load it. Raises RuntimeError where the store is wrong then."""
    with bar(console, "images") as progress:
        upload = make_upload(load.scale, load.seed, folder, progress)
    with tempfile.TemporaryDirectory(prefix="mturn-seg-benchmark-") as place:
        work = Path(place)
        with bar(console, "results") as progress:
            store = _store(upload, load.records, work, progress)
        template = work / "template.parquet"
        write_template(upload.predictions, template)
        with started(upload.truth, store, work, TRACK, load.records) as first:
            visit = recorded(first.address)
        with started(upload.truth, store, work, TRACK, load.records) as again:
            console.print(f"the app answers at {again.address}; readers alone for {load.alone_s:g} s", highlight=False)
            alone = _read(again, visit, load, load.alone_s)
            console.print(f"readers and submitters for {load.seconds:g} s", highlight=False)
            with ThreadPoolExecutor(2) as pool:
                reading = pool.submit(_read, again, visit, load, load.seconds)
                sending = pool.submit(_submit, again, template, work, load)
                try:
                    loaded, sent = reading.result(), sending.result(load.seconds + PATIENCE_S)
                except TimeoutError:
                    again.process.kill()  # else nobody would ever get an answer
                    raise RuntimeError(f"a submission had no answer after {PATIENCE_S:g} s") from None
        _check_store(store, sent["ids"], load.records)
    return Found(upload, visit, first, again, alone, loaded, sent)


def _store(upload: Upload, records: int, work: Path, progress) -> Path:
    """A store of so many made-up results, derived from one that is scored in a store of its own."""
    files = {"truth": str(upload.truth), "predictions": str(upload.predictions)}
    one, store = work / "one.sqlite", work / "leaderboard.sqlite"
    in_fresh_process("benchmarks.upload.ours:upload", **files, store=str(one), boundary=True)
    scored = SqliteStore(Path(f"{one}-0"))
    (key,) = scored.record_keys()
    companion = Companion.from_bytes(scored.companion(key.id))
    fill(SqliteStore(store), scored.record(key.id), companion, records, progress)
    return store


def _read(app: App, visit: Visit, load: Load, seconds: float) -> dict[str, Any]:
    return in_fresh_process(
        "benchmarks.serving.readers:read",
        address=app.address,
        visit=visit.to_json(),
        marker=MARKER,
        readers=load.readers,
        seconds=seconds,
        think_s=load.think_s,
        seed=load.seed,
    )


def _submit(app: App, template: Path, work: Path, load: Load) -> dict[str, Any]:
    return in_fresh_process(
        "benchmarks.serving.submitters:submit",
        address=app.address,
        template=str(template),
        folder=str(work),
        submitters=load.submitters,
        seconds=load.seconds,
    )


def _check_store(store: Path, sent: Sequence[str], records: int) -> None:
    """Each submission that was answered stands in the store as scored, with one record, and nothing else came."""
    kept = SqliteStore(store)
    states = {submission.id: submission.state for submission in kept.submissions()}
    of_record = [key.submission for key in kept.record_keys()]
    wrong = [one for one in sent if states.get(one) != "scored" or of_record.count(one) != 1]
    if wrong or len(set(sent)) != len(sent) or len(states) != records + len(sent) or len(of_record) != len(states):
        raise RuntimeError(
            f"{len(sent)} submissions were answered and {records} stood there before, but the store holds "
            f"{len(states)} with {len(of_record)} records; wrong: {wrong[:5]}"
        )


def report(load: Load, found: Found) -> str:
    """The section's Markdown."""
    sent, loaded, alone = found.sent, found.loaded, found.alone
    lines = [
        *_lines("readers alone", alone),
        *_lines("while files are scored", loaded),
    ]
    errors = len(alone["errors"]) + len(loaded["errors"]) + len(sent["errors"])
    said = "".join(f"\n- {error}" for error in dict.fromkeys((alone["errors"] + loaded["errors"] + sent["errors"])[:5]))
    return "\n\n".join(
        [
            _about(load, found),
            _table(["", "visits", "p50, ms", "p95, ms", "longest, ms"], lines),
            f"Errors of readers and submitters: {errors}.{said}",
            f"{counted(len(sent['ids']), 'submission')} answered and, counted in the store, each scored exactly once; "
            f"from sending the file until its scores {_spread(sent['seconds'])} s (median, 95th percentile, longest), "
            f"waiting for the files before it included.",
            _table(["start", "/health, s", "whole table, s"], _starts(found)),
            f"Peak memory of the app: {found.again.peak_mb:,.0f} MB of the process that answers, "
            f"{found.again.peak_all_mb:,.0f} MB with the one that scores (shared pages counted in both).",
        ]
    )


def _about(load: Load, found: Found) -> str:
    return (
        f"{load.readers} readers for {load.seconds:g} s, each opening the page after pauses of {load.think_s:g} s in "
        f"the mean (exponential), and {load.submitters} submitters who send one Parquet file of {found.upload.rows:,} "
        f"rows after the other ({found.upload.predictions.stat().st_size / 1e6:.0f} MB, every copy another submission, "
        f"HD95 and NSD included) with `gradio_client`, over a SQLite store of {load.records} results. Opening sends "
        "what a Chromium sent: the page, at a reader's first visit "
        f"{len(found.visit.files)} scripts and styles, what fills the page "
        f"({counted(len(found.visit.events), 'event')}), and the stream that stays open. Readers and submitters run on "
        f"the same cores as the app, which scores at a lower priority. {processor()}."
    )


def _lines(when: str, seen: dict[str, Any]) -> list[list[str]]:
    names = {"page_ms": "the page", "fill_ms": "its table", "open_ms": "opened, again", "first_ms": "opened, first"}
    return [
        [f"{what}, {when}", f"{len(seen[name]):,}", *_quantiles(seen[name], 1)]
        for name, what in names.items()
        if seen[name]
    ]


def _quantiles(values: Sequence[float], digits: int) -> list[str]:
    return [f"{value:,.{digits}f}" for value in (*np.percentile(values, [50, 95]), max(values))]


def _spread(values: Sequence[float]) -> str:
    return ", ".join(_quantiles(values, 1)) if values else "–"


def _starts(found: Found) -> list[list[str]]:
    return [
        [name, f"{app.health_s:.1f}", f"{app.table_s:.1f}"]
        for name, app in (("the first over this store", found.first), ("again", found.again))
    ]


def _table(head: list[str], lines: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *lines))


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints what was measured and, but for --quick, keeps it in RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small and short, for a try; keeps nothing")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the files are kept (default: %(default)s)")
    parser.add_argument("--no-results", action="store_true", help="print only; leave RESULTS.md as it is")
    options = parser.parse_args(arguments)
    load = QUICK if options.quick else Load()
    text = report(load, measure(load, options.folder.absolute(), console := Console()))
    console.print(text, highlight=False, markup=False, soft_wrap=True)
    if not (options.quick or options.no_results):
        given = sys.argv[1:] if arguments is None else arguments
        write_section("The served page", shlex.join(["python", "-m", "benchmarks.space", *given]), text)


if __name__ == "__main__":
    main()
