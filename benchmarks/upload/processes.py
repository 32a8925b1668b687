"""Runs a function in a process of its own, so that nothing is warm and its memory can be told.

python -m benchmarks.upload.processes '{"work": "benchmarks.upload.ours:upload", ...}'     # one line of JSON
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

UPLOADS = 2  # in each process: the first finds nothing warm, the next finds what a server has
ROOT = Path(__file__).parents[2]


def in_fresh_process(work: str, **arguments: Any) -> dict[str, Any]:
    """What the function `work` ("package.module:function") returns for these arguments, all of it JSON.

    `peak_mb` is added: peak resident memory of the process, interpreter and libraries included. Raises RuntimeError
    with the function's own message when it fails.
    """
    command = [sys.executable, "-m", "benchmarks.upload.processes", json.dumps({"work": work} | arguments)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(f"{work} failed:\n{run.stderr}")
    return json.loads(run.stdout.splitlines()[-1])


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What `work` returns, and the seconds it took."""
    start = time.perf_counter()
    found = work()
    return found, time.perf_counter() - start


def _peak_mb() -> float:
    """Not getrusage's ru_maxrss, which begins with what the parent had when it started this process."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    (kilobytes,) = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(kilobytes) / 1024


def _main() -> None:
    arguments = json.loads(sys.argv[1])
    module, _, function = arguments.pop("work").partition(":")
    found = getattr(import_module(module), function)(**arguments)
    print(json.dumps(found | {"peak_mb": _peak_mb()}))


if __name__ == "__main__":
    _main()
