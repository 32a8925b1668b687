"""Hundreds of thousands of damaged and random strings: the reasons are those of the reference, and nothing crashes."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

import masks
from masks import RleReason
from tests.masks import fuzzing, reference

FEWEST_OF_A_REASON = 200
OF_A_SIZE = 60


def judged(seed, count):
    """-> texts, heights, widths and what the reference says of them: a list of (reason, run lengths or None)."""
    texts, heights, widths = fuzzing.cases(seed, count)
    return texts, heights, widths, [reference.parse(*case) for case in zip(texts, heights, widths, strict=True)]


def check_reasons(texts, heights, widths, verdicts):
    expected = [reason for reason, _ in verdicts]
    met = Counter(expected)
    assert all(met[reason] > FEWEST_OF_A_REASON for reason in RleReason if reason is not RleReason.UNEXPECTED_SIZE), met
    fuzzing.check_reasons(texts, heights, widths, expected, threads=1)


def accepted(texts, heights, widths, verdicts):
    """-> {(height, width): [(text, run lengths), ...]} of the accepted strings that the reference draws."""
    found = {size: [] for size in fuzzing.SMALL + fuzzing.LARGE if np.prod(size) <= fuzzing.DRAWN}
    for text, height, width, (reason, runs) in zip(texts, heights, widths, verdicts, strict=True):
        if reason is RleReason.OK and (height, width) in found:
            found[height, width].append((text, runs))
    return found


@pytest.fixture(scope="module")
def damaged():
    return judged(seed=1, count=200_000)


def test_every_reason_is_that_of_the_reference(damaged):
    check_reasons(*damaged)


def test_accepted_strings_mean_what_the_reference_reads(damaged):
    for (height, width), rows in accepted(*damaged).items():
        assert len(rows) > OF_A_SIZE
        texts, runs = zip(*rows[:OF_A_SIZE], strict=True)
        fuzzing.check_column(list(texts), list(runs), height, width)


def test_columns_of_arrow_give_the_same_reasons(damaged):
    texts, heights, widths, _ = (part[:50_000] for part in damaged)
    texts = [text if isinstance(text, bytes) else None for text in texts]
    # Sizes that Arrow can hold; the others are no sizes either way.
    heights, widths = (
        [edge if type(edge) is int and abs(edge) < 2**63 else -1 for edge in edges] for edges in (heights, widths)
    )
    expected = [reference.parse(*case)[0] for case in zip(texts, heights, widths, strict=True)]
    cuts = [0, 1, 1, 9_999, 10_000, 37_123, len(texts)]
    chunks = [pa.array(texts[start:stop], pa.binary()) for start, stop in pairwise(cuts)]
    column = pa.chunked_array(chunks)
    fuzzing.check_reasons(column, pa.array(heights), np.array(widths), expected, threads=2)


def test_expected_sizes_and_limits_of_pixels(damaged):
    texts, heights, widths, _ = (part[:20_000] for part in damaged)
    rng = np.random.default_rng(8)
    sides = [
        [edge if type(edge) is int and rng.random() < 0.8 else int(rng.integers(0, 20)) for edge in edges]
        for edges in (heights, widths)
    ]
    expected = [
        reference.parse(*case, max_pixels=100)[0]
        for case in zip(texts, heights, widths, zip(*sides, strict=True), strict=True)
    ]
    assert {RleReason.UNEXPECTED_SIZE, RleReason.TOO_MANY_PIXELS, RleReason.OK} < set(expected)
    options = {"expected_heights": sides[0], "expected_widths": sides[1], "max_pixels": 100}
    fuzzing.check_reasons(texts, heights, widths, expected, **options)


@pytest.mark.slow
def test_two_million_strings():
    for seed in range(100, 110):
        cases = judged(seed, 200_000)
        check_reasons(*cases)
        for (height, width), rows in accepted(*cases).items():
            texts, runs = zip(*rows[: 4 * OF_A_SIZE], strict=True)
            fuzzing.check_column(list(texts), list(runs), height, width)


def test_a_refused_string_says_why_whatever_it_holds(damaged):
    texts, heights, widths, verdicts = (part[:3000] for part in damaged)
    for text, height, width, (reason, _) in zip(texts, heights, widths, verdicts, strict=True):
        message = masks.explain(text, [height, width])
        assert (message == "") == (reason is RleReason.OK)
        assert len(message) < 250
