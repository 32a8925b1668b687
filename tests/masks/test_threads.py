"""Work in several threads, called from several threads, and after a fork."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import masks
from masks import RleError
from tests.masks import drawing


@pytest.fixture(scope="module")
def many():
    """9,000 pairs of 16 x 16, more than one block of rows -> (pred, truth)."""
    rng = np.random.default_rng(5)
    texts = [masks.encode(rng.random((16, 16)) < 0.5)["counts"] for _ in range(90)]
    return tuple([texts[index] for index in rng.integers(0, 90, 9000)] for _ in "12")


@pytest.fixture(scope="module")
def images():
    """Masks of so many pixels that several threads share them."""
    rng = np.random.default_rng(6)
    return np.stack([drawing.random_mask(rng, 600, 500) for _ in range(70)])


def runs_and_back(many, images, threads):
    runs, offsets = masks.runs_batch(many[0], 16, 16, threads=threads)
    return [runs, offsets, masks.from_runs_batch(runs, offsets, 16, 16, threads=threads).to_pylist()]


def pixels_and_back(many, images, threads):
    texts = masks.encode_batch(images, threads=threads)
    found = masks.decode_batch(texts, 600, 500, threads=threads)
    assert np.array_equal(found, images)
    return [texts.to_pylist()]


WORK = {
    "validate_batch": lambda many, images, threads: [masks.validate_batch(many[0], 16, 16, threads=threads)],
    "area_batch": lambda many, images, threads: [masks.area_batch(many[0], 16, 16, threads=threads)],
    "bounding_box_batch": lambda many, images, threads: [masks.bounding_box_batch(many[0], 16, 16, threads=threads)],
    "overlap_counts": lambda many, images, threads: masks.overlap_counts(*many, 16, 16, threads=threads),
    "boundary_distances": lambda many, images, threads: masks.boundary_distances(*many, 16, 16, threads=threads),
    "runs_batch, from_runs_batch": runs_and_back,
    "encode_batch, decode_batch": pixels_and_back,
}


@pytest.mark.parametrize("name", WORK)
def test_threads_do_not_change_what_comes_out(many, images, name):
    expected = WORK[name](many, images, 1)
    for threads in (2, 8, None):
        for found, one in zip(WORK[name](many, images, threads), expected, strict=True):
            np.testing.assert_array_equal(found, one)


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_the_first_bad_row_is_named_whichever_thread_met_it(many, threads):
    pred = list(many[0])
    pred[8000] = pred[4321] = pred[8999] = "24;"
    for function in (masks.area_batch, masks.bounding_box_batch, masks.runs_batch, masks.decode_batch):
        with pytest.raises(RleError, match=r"^mask 4321: "):
            function(pred, 16, 16, threads=threads)
    for function in (masks.overlap_counts, masks.boundary_distances):
        with pytest.raises(RleError, match=r"^true mask 4321: "):
            function(many[1], pred, 16, 16, threads=threads)


def test_calls_from_several_threads_at_once(many):
    expected = masks.overlap_counts(*many, 16, 16, threads=1)
    with ThreadPoolExecutor(4) as pool:
        for counts in pool.map(lambda _: masks.overlap_counts(*many, 16, 16, threads=2), range(8)):
            np.testing.assert_array_equal(counts, expected)


def overlap_in_child(pair):
    return np.array(masks.overlap_counts(*pair, 16, 16, threads=2))


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_still_counts(many):
    expected = masks.overlap_counts(*many, 16, 16, threads=2)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        counts = pool.map_async(overlap_in_child, [many]).get(timeout=60)[0]
    np.testing.assert_array_equal(counts, expected)
