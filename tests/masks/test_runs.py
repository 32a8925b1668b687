"""Uncompressed run lengths, to and from strings."""

from itertools import chain, pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import masks
from masks import RleError, RleReason
from tests.masks import drawing, reference

BAD_SIZE, NEGATIVE_COUNT, TOO_MANY_RUNS = RleReason.BAD_SIZE, RleReason.NEGATIVE_COUNT, RleReason.TOO_MANY_RUNS
SUM_BELOW, SUM_ABOVE, EMPTY = RleReason.SUM_BELOW, RleReason.SUM_ABOVE, RleReason.EMPTY


@pytest.fixture(scope="module")
def many():
    """600 random masks of 1 to 40 pixels a side -> (strings, heights, widths, run lengths of each)."""
    rng = np.random.default_rng(4)
    drawn = [drawing.random_mask(rng, *size) for size in rng.integers(1, 41, (600, 2))]
    heights, widths = np.transpose([mask.shape for mask in drawn])
    return [reference.string_of(mask) for mask in drawn], heights, widths, [reference.runs_of(mask) for mask in drawn]


def reason_of(function, *arguments, **options):
    with pytest.raises(RleError) as error:
        function(*arguments, **options)
    return error.value.reason


def test_the_vector_of_the_format():
    rle = {"size": [4, 4], "counts": "2003;"}
    runs = masks.runs(rle)
    assert runs.dtype == np.int64 and runs.tolist() == [2, 0, 0, 3, 11]
    assert masks.from_runs([2, 0, 0, 3, 11], [4, 4]) == rle
    assert masks.from_runs([2, 3, 11], (4, 4)) == {"size": [4, 4], "counts": "23;"}


def test_a_batch_is_its_rows(many):
    texts, heights, widths, expected = many
    for column in (texts, pa.array(texts), pa.chunked_array([texts[:7], [], texts[7:]], pa.large_string())):
        runs, offsets = masks.runs_batch(column, heights, widths)
        assert runs.dtype == offsets.dtype == np.int64
        assert offsets.shape == (601,) and offsets[0] == 0 and offsets[-1] == len(runs)
        assert [runs[start:stop].tolist() for start, stop in pairwise(offsets)] == expected


def test_runs_come_back_as_the_same_strings(many):
    texts, heights, widths, _ = many
    runs, offsets = masks.runs_batch(texts, heights, widths)
    for threads in (1, 2, 8):
        strings = masks.from_runs_batch(runs, offsets, heights, widths, threads=threads)
        assert strings.type == pa.string() and strings.to_pylist() == texts


@given(st.data(), drawing.sizes(30))
@settings(max_examples=200, deadline=None)
def test_any_runs_come_back(data, size):
    runs = data.draw(drawing.run_lengths(size[0] * size[1]))
    rle = masks.from_runs(runs, size)
    assert rle == {"size": list(size), "counts": reference.text_of(runs).decode()}
    assert masks.runs(rle).tolist() == runs


@pytest.mark.parametrize("kind", [list, tuple, np.array, pa.array, lambda runs: np.array(runs, np.uint8)])
def test_kinds_of_runs(kind):
    assert masks.from_runs(kind([2, 3, 11]), [4, 4])["counts"] == "23;"
    strings = masks.from_runs_batch(kind([2, 3, 11, 0, 16]), kind([0, 3, 5]), kind([4, 4]), 4)
    assert strings.to_pylist() == ["23;", "0`0"]


def test_offsets_may_leave_out_runs_at_both_ends():
    runs = [-1, 2, 3, 11, 0, 16, 99]
    assert masks.from_runs_batch(runs, [1, 4, 6], 4, 4).to_pylist() == ["23;", "0`0"]


def test_no_rows():
    none = np.zeros(0, np.int64)
    assert masks.from_runs_batch(none, [0], [], []).to_pylist() == []
    assert masks.from_runs_batch([], [0], [], []).to_pylist() == []
    runs, offsets = masks.runs_batch([], [], [])
    assert runs.tolist() == [] and offsets.tolist() == [0]


@pytest.mark.parametrize(
    ("runs", "size", "reason"),
    [
        ([16], [0, 4], BAD_SIZE),
        ([16], [4, -4], BAD_SIZE),
        ([16], [4.0, 4.0], BAD_SIZE),
        ([16], [16], BAD_SIZE),
        ([16], None, BAD_SIZE),
        ([0], [0, 4], BAD_SIZE),
        ([2**29], [2**15, 2**14], RleReason.TOO_MANY_PIXELS),
        ([], [4, 4], EMPTY),
        ([-1, 17], [4, 4], NEGATIVE_COUNT),
        ([2, -1, 15], [4, 4], NEGATIVE_COUNT),
        ([2, 3, 12, -1], [4, 4], NEGATIVE_COUNT),
        ([-(2**62), 16], [4, 4], NEGATIVE_COUNT),
        ([0] * 17 + [16], [4, 4], TOO_MANY_RUNS),
        ([15], [4, 4], SUM_BELOW),
        ([0], [4, 4], SUM_BELOW),
        ([2, 3, 10], [4, 4], SUM_BELOW),
        ([17], [4, 4], SUM_ABOVE),
        ([2, 3, 12], [4, 4], SUM_ABOVE),
        ([2**29 - 1, 2**29 - 1], [4, 4], SUM_ABOVE),
        ([2**29], [4, 4], SUM_ABOVE),
        ([2**63 - 1, 2**63 - 1, 18], [4, 4], SUM_ABOVE),
        (np.array([2**64 - 1, 17], np.uint64), [4, 4], SUM_ABOVE),
    ],
    ids=str,
)
def test_runs_that_are_no_mask(runs, size, reason):
    assert reason_of(masks.from_runs, runs, size) is reason


@pytest.mark.parametrize("runs", [[2.0, 3.0, 11.0], np.array([2.5, 13.5]), [True, False], ["23;"], [None, 16]], ids=str)
def test_runs_that_are_no_integers(runs):
    with pytest.raises(TypeError, match="but integers were expected"):
        masks.from_runs(runs, [4, 4])
    with pytest.raises(TypeError, match="but integers were expected"):
        masks.from_runs_batch(runs, [0, len(runs)], 4, 4)


@pytest.mark.parametrize("offsets", [[0.0, 3.0], np.array([0, 3], np.float32), [False, True]], ids=str)
def test_offsets_that_are_no_integers(offsets):
    with pytest.raises(TypeError, match="but integers were expected"):
        masks.from_runs_batch([2, 3, 11], offsets, 4, 4)


@pytest.mark.parametrize(
    "offsets",
    [
        [0, 6, 3],
        [0, 3, 2, 6],
        np.array([0, 6, 3], np.uint64),
        [-3, 0, 3],
        [-1, 6],
        [0, 7],
        [3, 9],
        [0, 2**62],
        [7, 7],
        [],
        [[0, 3], [3, 6]],
    ],
    ids=str,
)
def test_offsets_that_go_backwards_or_outside(offsets):
    rows = max(np.size(offsets) - 1, 0)
    with pytest.raises(ValueError, match="offsets"):
        masks.from_runs_batch([2, 3, 11, 2, 3, 11], offsets, [4] * rows, [4] * rows)


def test_the_first_bad_offset_is_named():
    with pytest.raises(ValueError, match=r"^offsets\[2\] is 2, but 3 to 6, the number of runs, was expected$"):
        masks.from_runs_batch([2, 3, 11, 2, 3, 11], [0, 3, 2, 9], [4] * 3, [4] * 3)


def test_sizes_of_another_number_than_rows():
    with pytest.raises(ValueError, match=r"shape \[1\], but \[2\] was expected"):
        masks.from_runs_batch([16, 16], [0, 1, 2], [4], [4])


@pytest.mark.parametrize(
    ("bad", "reason"), [([-1, 17], NEGATIVE_COUNT), ([15], SUM_BELOW), ([2**29], SUM_ABOVE), ([], EMPTY)], ids=str
)
@pytest.mark.parametrize("row", [0, 3])
def test_a_bad_row_is_named(bad, reason, row):
    rows = [[16], [0, 16], [2, 3, 11], [16]]
    rows[row] = bad
    offsets = np.cumsum([0, *map(len, rows)])
    with pytest.raises(RleError, match=rf"^mask {row}: ") as error:
        masks.from_runs_batch(list(chain(*rows)), offsets, 4, 4)
    assert error.value.reason is reason


def test_the_first_of_several_bad_rows_is_named():
    with pytest.raises(RleError, match=r"^mask 0: counts add up to 15, but 4 x 4 = 16$"):
        masks.from_runs_batch([15, -1, 17], [0, 1, 3], 4, 4)


def test_the_size_comes_before_the_runs():
    # As everywhere: of several faults the first in the list of reasons is given.
    assert reason_of(masks.from_runs, [-1, 17], [0, 4]) is BAD_SIZE
    assert reason_of(masks.from_runs, [2**29], [10**6, 10**6]) is RleReason.TOO_MANY_PIXELS


def test_an_error_about_one_mask_names_no_row():
    with pytest.raises(RleError, match=r"^run 1 has a count of -1"):
        masks.from_runs([17, -1], [4, 4])


def test_limits_of_pixels():
    assert reason_of(masks.runs_batch, ["23;"], 4, 4, max_pixels=15) is RleReason.TOO_MANY_PIXELS
    assert reason_of(masks.from_runs_batch, [16], [0, 1], 4, 4, max_pixels=15) is RleReason.TOO_MANY_PIXELS
    masks.runs_batch(["23;"], 4, 4, max_pixels=16)
    masks.from_runs_batch([16], [0, 1], 4, 4, max_pixels=16)


def test_bad_strings_have_no_runs():
    with pytest.raises(RleError, match=r"^mask 1: counts add up to 17, but 4 x 4 = 16$"):
        masks.runs_batch(["23;", "24;"], 4, 4)
    assert reason_of(masks.runs, {"size": [4, 4], "counts": "24;"}) is SUM_ABOVE
    assert reason_of(masks.runs, {"size": [4, 4]}) is RleReason.NOT_TEXT
