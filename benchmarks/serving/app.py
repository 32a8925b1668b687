"""The app in a process of its own, as `python space/app.py` starts it; what it takes to be up, and its memory."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from benchmarks.upload.processes import ROOT

START_S, STOP_S = 180.0, 30.0
_POLL_S, _SAMPLE_S = 0.02, 0.2
# All of the load comes from one address and one user: their hourly limits must not end it early.
_LIMITS = ("CHECKS_PER_HOUR", "CHECKS_PER_HOUR_ALL", "SUBMITS_PER_HOUR", "SUBMITS_PER_HOUR_ALL", "UPLOADS_PER_HOUR")
_UNLIMITED = {f"MTURN_SEG_{name}": "1000000" for name in _LIMITS}


class AppError(RuntimeError):
    """The app did not start, or ended before it was told to; the text holds what it printed."""


@dataclass
class App:
    """A running app. Seconds are counted from the moment its process was started."""

    address: str
    process: subprocess.Popen
    health_s: float = 0.0  # until /health answers 200
    table_s: float = 0.0  # until the table holds every result
    peak_mb: float = 0.0  # of the process that answers, and of all its processes together
    peak_all_mb: float = 0.0
    _ended: threading.Event = field(default_factory=threading.Event)

    def watch_memory(self) -> None:
        """Until the app is stopped, look at its memory from a thread."""
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        while not self._ended.wait(_SAMPLE_S):
            parts = [resident_mb(process) for process in family(self.process.pid)]
            self.peak_mb = max(self.peak_mb, resident_mb(self.process.pid))
            self.peak_all_mb = max(self.peak_all_mb, sum(parts))


@contextmanager
def started(truth: Path, store: Path, folder: Path, track: str, records: int) -> Iterator[App]:
    """The app over a store of `records` results in `track`, up and with every result in its table. Raises AppError.

    folder: where it keeps uploads, its cache and what it prints.
    """
    port = _free_port()
    environment = os.environ | _UNLIMITED | {
        "MTURN_SEG_TRUTH": str(truth),
        "MTURN_SEG_STORE": str(store),
        "MTURN_SEG_DATA": str(folder / "no-data-set"),
        "MTURN_SEG_CACHE": str(folder / "cache"),
        "MTURN_SEG_HOST": "127.0.0.1",
        "MTURN_SEG_PORT": str(port),
        "GRADIO_TEMP_DIR": str(folder / "uploads"),
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    printed = (folder / "printed.txt").open("ab")
    begin = time.perf_counter()
    command = [sys.executable, str(ROOT / "space" / "app.py")]
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=printed, stderr=subprocess.STDOUT, start_new_session=True
    )
    app = App(f"http://127.0.0.1:{port}", process)
    app.watch_memory()
    try:
        with httpx2.Client(base_url=app.address, timeout=10) as client:
            _wait(process, lambda: client.get("/health").status_code == 200, folder)
            app.health_s = time.perf_counter() - begin
            _wait(process, lambda: _rows(client, track) >= records, folder)
            app.table_s = time.perf_counter() - begin
        yield app
        if process.poll() is not None:
            raise AppError(_printed(folder))
    finally:
        app._ended.set()
        _stop(process)
        printed.close()


def family(pid: int) -> list[int]:
    """The process, its children and theirs."""
    found = [pid]
    for parent in found:
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found += [int(child) for child in children.read_text(encoding="ascii").split()]
            except OSError:  # it ended meanwhile
                continue
    return found


def resident_mb(pid: int) -> float:
    """Resident memory of a process, shared pages included; 0 for one that ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def _rows(client: httpx2.Client, track: str) -> int:
    """Rows of the table as the app hands it out, its heading not counted."""
    answer = client.get(f"/table/{track}.csv")
    return len(answer.text.splitlines()) - 1 if answer.status_code == 200 else 0


def _wait(process: subprocess.Popen, is_so: Callable[[], bool], folder: Path) -> None:
    end = time.perf_counter() + START_S
    while time.perf_counter() < end:
        if process.poll() is not None:
            raise AppError(f"the app ended with {process.returncode}:\n{_printed(folder)}")
        try:
            if is_so():
                return
        except httpx2.TransportError:
            pass  # it does not listen yet
        time.sleep(_POLL_S)
    raise AppError(f"the app was not up after {START_S:g} s:\n{_printed(folder)}")


def _printed(folder: Path) -> str:
    return (folder / "printed.txt").read_text(encoding="utf-8", errors="replace")[-4000:]


def _stop(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
