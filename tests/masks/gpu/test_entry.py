"""The public functions sent to a device: the same answers and the same errors as on the CPU."""

import importlib

import numpy as np
import pytest
import torch

import masks

pytest.importorskip("triton")

DEVICE = "cuda" if torch.cuda.is_available() else "cpu:0"  # not "cpu", which the compiled loops are asked by


@pytest.fixture
def on_device(monkeypatch):
    """Sends everything to the device, whether torch calls it one or not."""
    for name in ("overlap", "boundary", "dense"):
        monkeypatch.setattr(importlib.import_module(f"masks.{name}"), "chosen_device", lambda device, rows: DEVICE)


@pytest.fixture(scope="module")
def pairs():
    """40 pairs of 30 x 24 pixels, some with an empty side."""
    rng = np.random.default_rng(8)
    sides = rng.random((2, 40, 30, 24)) < rng.choice([0, 0.02, 0.5, 0.98], (2, 40, 1, 1))
    return [masks.encode_batch(side) for side in sides]


def same_distances(pairs):
    spacing = np.random.default_rng(9).uniform(0.5, 3, (40, 2))
    return np.column_stack(masks.boundary_distances(*pairs, 30, 24, spacing, tolerances=[1, 2]))


def test_counts(pairs, request):
    expected = masks.overlap_counts(*pairs, 30, 24)
    request.getfixturevalue("on_device")
    np.testing.assert_array_equal(masks.overlap_counts(*pairs, 30, 24), expected)


@pytest.mark.parametrize("most", [1 << 36, 2000])
def test_distances_of_all_rows_or_of_those_that_are_small(pairs, monkeypatch, request, most):
    expected = same_distances(pairs)
    request.getfixturevalue("on_device")
    monkeypatch.setattr("masks._gpu.boundary.MOST_COMPARISONS", most)
    np.testing.assert_allclose(same_distances(pairs), expected, rtol=1e-12)


@pytest.mark.parametrize("side", [0, 1])
def test_a_bad_row_is_named(pairs, on_device, side):
    texts = [column.to_pylist() for column in pairs]
    texts[side][17] = "23;"
    message = f"^{('predicted', 'true')[side]} mask 17: counts add up to 16, but 30 x 24 = 720$"
    with pytest.raises(masks.RleError, match=message):
        masks.overlap_counts(*texts, 30, 24)
    with pytest.raises(masks.RleError, match=message):
        masks.boundary_distances(*texts, 30, 24)


def test_pixels(pairs, on_device):
    decoded = masks.decode_batch(pairs[0], 30, 24, device=DEVICE)
    assert isinstance(decoded, torch.Tensor) and decoded.dtype == torch.bool
    assert masks.encode_batch(decoded) == pairs[0]
