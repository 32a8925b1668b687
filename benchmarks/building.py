"""Time and memory of checking and building releases of growing size.

    python -m benchmarks.building        # 1,000 and 10,000 dialogues; writes its section of RESULTS.md
    python -m benchmarks.building --dialogues 100 --size 96 112 --no-results

Each step runs in a process of its own, whose peak resident memory the operating system gives. Memory that does not grow
from one row of the table to the next is what lets one machine build the published size.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.results import write_section

ROOT = Path(__file__).parents[1]
STEPS = ("write release", "check", "build")


def measure(step: str, folder: Path, dialogues: int, size: Sequence[int], num_proc: int) -> dict[str, float]:
    """Runs one step in a fresh process; returns {"seconds": wall time, "peak_mb": peak resident memory in MB}.

    The memory includes interpreter and libraries, the time does not; with several processes it is that of the largest.
    Raises RuntimeError with the step's own message when it fails.
    """
    task = {"step": step, "folder": str(folder), "dialogues": dialogues, "size": list(size), "num_proc": num_proc}
    command = [sys.executable, "-m", "benchmarks.building", "--task", json.dumps(task)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(f"{step} of {dialogues} dialogues failed:\n{run.stderr}")
    return json.loads(run.stdout.splitlines()[-1])


def _run_task(task: dict) -> None:
    from benchmarks.synthetic import write_synthetic_release
    from building import build
    from release import check_release

    folder = Path(task["folder"])
    release = folder / "release"
    start = time.perf_counter()
    if task["step"] == "write release":
        patients = max(20, task["dialogues"] // 20)
        write_synthetic_release(release, task["dialogues"], patients=patients, size=tuple(task["size"]))
    elif task["step"] == "check":
        check_release(release)
    else:
        build(release, folder / "mturn-seg", folder / "mturn-seg-truth", num_proc=task["num_proc"], force=True)
    seconds = time.perf_counter() - start
    # Linux gives kilobytes.
    usages = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(json.dumps({"seconds": seconds, "peak_mb": max(usages) / 1024}))


def table(dialogues: Sequence[int], size: Sequence[int], num_proc: int) -> str:
    """Measures every step for every number of dialogues; returns a Markdown table."""
    lines = [
        "| dialogues | step | seconds | dialogues/s | peak memory, MB | written, MB |",
        "|---|---|---|---|---|---|",
    ]
    for count in dialogues:
        with tempfile.TemporaryDirectory(prefix="mturn-seg-benchmark-") as place:
            folder = Path(place)
            for step in STEPS:
                found = measure(step, folder, count, size, num_proc)
                written = {"write release": "release", "build": "mturn-seg"}.get(step)
                megabytes = f"{_bytes_in(folder / written) / 1e6:,.0f}" if written else ""
                lines.append(
                    f"| {count:,} | {step} | {found['seconds']:.1f} | {count / found['seconds']:,.0f} "
                    f"| {found['peak_mb']:,.0f} | {megabytes} |"
                )
                print(lines[-1], flush=True)
    return "\n".join(lines)


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    """Prints the table and keeps it in RESULTS.md, as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dialogues", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--size", type=int, nargs=2, default=[256, 256], metavar=("HEIGHT", "WIDTH"))
    parser.add_argument("--num-proc", type=int, default=1)
    parser.add_argument("--no-results", action="store_true", help="print only; leave RESULTS.md as it is")
    parser.add_argument("--task", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.task:
        _run_task(json.loads(options.task))
        return
    measured = table(options.dialogues, options.size, options.num_proc)
    if not options.no_results:
        height, width = options.size
        text = (
            f"Synthetic releases of {height} x {width} images, three images for four dialogues, "
            f"{options.num_proc} process(es). Peak memory is that of a fresh process and includes the interpreter and "
            f"the libraries.\n\n{measured}"
        )
        write_section("Building", f"python -m benchmarks.building --num-proc {options.num_proc}", text)


if __name__ == "__main__":
    main()
