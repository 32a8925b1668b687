"""The memory of a build does not grow with the number of dialogues."""

import pytest

from benchmarks.building import measure

SIZE = (96, 112)


@pytest.mark.slow
def test_memory_stays_flat_over_ten_times_the_dialogues(tmp_path):
    peaks = {}
    for dialogues in (400, 4_000):
        folder = tmp_path / str(dialogues)
        folder.mkdir()
        for step in ("write release", "check", "build"):
            peaks[step, dialogues] = measure(step, folder, dialogues, SIZE, num_proc=1)["peak_mb"]
    for step in ("write release", "check", "build"):
        grown = peaks[step, 4_000] - peaks[step, 400]
        # What is kept of a dialogue is about 1 kB: its id and where it stands in the file.
        assert grown < 20, f"{step}: {grown:.0f} MB more for 3,600 dialogues more"
