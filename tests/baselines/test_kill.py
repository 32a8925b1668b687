"""A run that is killed at any moment goes on where it was and ends with the same bytes."""

import random
import signal
import subprocess
import sys
import time

import pytest

ROUNDS = 6


def command(built_dataset, out):
    return [
        *(sys.executable, "-m", "cli", "run", "--model", "lexicon-prior", "--split", "train"),
        *("--data", str(built_dataset.folder), "--out", str(out)),
    ]


@pytest.mark.slow
def test_killed_runs_end_with_the_same_bytes(built_dataset, tmp_path):
    whole = tmp_path / "whole.parquet"
    started = time.monotonic()
    subprocess.run(command(built_dataset, whole), check=True, capture_output=True)
    duration = time.monotonic() - started
    moments = random.Random(0)
    cut_short = 0
    for number in range(ROUNDS):
        out = tmp_path / f"cut-{number}.parquet"
        run = subprocess.Popen(command(built_dataset, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(duration * moments.uniform(0.3, 0.95))
        run.send_signal(signal.SIGKILL)
        run.wait()
        cut_short += not out.exists()
        subprocess.run(command(built_dataset, out), check=True, capture_output=True)
        assert out.read_bytes() == whole.read_bytes()
    assert cut_short > 0
