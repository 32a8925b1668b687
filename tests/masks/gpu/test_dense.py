"""Runs and pixels by array operations against the codec of single masks, which has tests of its own."""

import numpy as np
import pytest
import torch

import masks
from masks._columns import Column, columns
from masks._gpu import dense, transfer

SIZES = [(1, 1), (1, 9), (9, 1), (5, 6), (16, 3), (40, 41)]


def drawn(height, width, rng):
    """bool [20, height, width]"""
    grid = np.indices((height, width)).sum(axis=0)
    still = [grid < 0, grid >= 0, grid == 0, grid == grid.max(), grid % 2 == 0, grid % 2 == 1]
    return np.stack(still + [rng.random((height, width)) < chance for chance in np.linspace(0, 1, 14)])


def texts_of(pixels):
    return [masks.encode(mask)["counts"] for mask in pixels]


def on_device(texts, device):
    (column,) = columns(texts)
    return torch.from_numpy(column.data.copy()).to(device), torch.from_numpy(column.offsets).to(device)


def test_runs_of_the_vectors_of_the_format(device):
    runs = dense.runs_of_strings(*on_device(["23;", "2003;", "0`0", "152M3", "ooooo?"], device))
    assert runs.lengths.tolist() == [2, 3, 11, 2, 0, 0, 3, 11, 0, 16, 1, 5, 2, 2, 5, 2**29 - 1]
    assert runs.ends.tolist() == [2, 5, 16, 2, 2, 2, 5, 16, 0, 16, 1, 6, 8, 10, 15, 2**29 - 1]
    assert runs.owners.tolist() == [0] * 3 + [1] * 5 + [2] * 2 + [3] * 5 + [4]
    assert runs.indices.tolist() == [0, 1, 2, 0, 1, 2, 3, 4, 0, 1, 0, 1, 2, 3, 4, 0]


def test_empty_strings_have_no_runs(device):
    runs = dense.runs_of_strings(*on_device(["", "23;", "", "", "`0", ""], device))
    assert (runs.lengths.tolist(), runs.owners.tolist()) == ([2, 3, 11, 16], [1, 1, 1, 4])
    assert dense.runs_of_strings(*on_device([], device)).lengths.shape == (0,)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_strings_are_decoded(height, width, device):
    pixels = drawn(height, width, np.random.default_rng(1))
    found = dense.decode_columns(columns(texts_of(pixels)), pixels.shape, device)
    assert found.dtype == torch.bool and found.is_contiguous() and found.device.type == device
    np.testing.assert_array_equal(found.cpu().numpy(), pixels)


def test_zero_runs_are_decoded(device):
    texts = ["2003;", "0000`0", "0`00", "00`0"]
    found = dense.decode_columns(columns(texts), (4, 4, 4), device).cpu().numpy()
    np.testing.assert_array_equal(found, [masks.decode({"size": [4, 4], "counts": text}) for text in texts])


@pytest.mark.parametrize(("height", "width"), SIZES)
@pytest.mark.parametrize("kind", [torch.bool, torch.uint8, torch.int8, torch.int64], ids=str)
def test_runs_of_pixels_are_those_of_the_codec(height, width, kind, device):
    pixels = drawn(height, width, np.random.default_rng(2))
    tensor = torch.from_numpy(pixels).to(device).to(kind)
    tensor = tensor if kind is torch.bool else tensor * -7  # not only 0 and 1
    runs, offsets = dense.runs_of_masks(tensor)
    assert runs.dtype == offsets.dtype == np.int64
    expected = [masks.runs(masks.encode(mask)) for mask in pixels]
    np.testing.assert_array_equal(offsets, np.cumsum([0] + [len(one) for one in expected]))
    np.testing.assert_array_equal(runs, np.concatenate(expected))


def test_runs_of_a_view_that_is_not_contiguous(device):
    pixels = drawn(12, 10, np.random.default_rng(3))
    runs, offsets = dense.runs_of_masks(torch.from_numpy(pixels).to(device).transpose(1, 2)[::2, 1:])
    expected = [masks.runs(masks.encode(mask.T[1:])) for mask in pixels[::2]]
    np.testing.assert_array_equal(runs, np.concatenate(expected))
    assert offsets[-1] == len(runs)


@pytest.mark.parametrize(
    "kind", [torch.float32, torch.float16, torch.bfloat16, torch.float64, torch.complex64], ids=str
)
def test_fractions_are_refused(kind, device):
    with pytest.raises(TypeError, match=f"the mask holds {kind}, but bool or integers were expected: threshold it"):
        dense.runs_of_masks(torch.ones((1, 2, 2), dtype=kind, device=device))


def test_no_masks(device):
    runs, offsets = dense.runs_of_masks(torch.zeros((0, 4, 4), dtype=torch.bool, device=device))
    assert (runs.tolist(), offsets.tolist()) == ([], [0])
    assert dense.decode_columns(columns([]), (0, 4, 4), device).shape == (0, 4, 4)


def test_pieces_of_any_size_give_the_same(device, monkeypatch):
    pixels = drawn(12, 10, np.random.default_rng(4))
    texts = texts_of(pixels)
    runs, offsets = dense.runs_of_masks(torch.from_numpy(pixels).to(device))
    for size in (1, 10_000, 20_000):
        monkeypatch.setattr(dense, "room", lambda _, size=size: size)
        split_runs, split_offsets = dense.runs_of_masks(torch.from_numpy(pixels).to(device))
        np.testing.assert_array_equal(split_runs, runs)
        np.testing.assert_array_equal(split_offsets, offsets)
        found = dense.decode_columns(columns(texts), pixels.shape, device)
        np.testing.assert_array_equal(found.cpu().numpy(), pixels)


def test_columns_in_chunks_that_share_a_buffer(device):
    pixels = drawn(7, 8, np.random.default_rng(5))
    (column,) = columns(texts_of(pixels))
    chunks = [column.rows(first, last) for first, last in ((0, 3), (3, 3), (3, 20))]
    found = dense.decode_columns(iter(chunks), pixels.shape, device)
    np.testing.assert_array_equal(found.cpu().numpy(), pixels)


def test_read_only_memory_is_sent_without_a_warning(recwarn):
    data = np.frombuffer(b"23;0`0", np.uint8)
    column = Column(data, np.array([0, 3, 6]), np.ones(2, bool))
    dense.decode_columns([column], (2, 4, 4), "cpu")
    assert not recwarn.list
    assert not data.flags.writeable
    assert transfer.sent(data, torch.device("cpu")).tolist() == list(b"23;0`0")
