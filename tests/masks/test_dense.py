"""Batches of pixels to strings and back: layouts in memory, types, sizes, memory of the caller, tensors on the CPU."""

import numpy as np
import pyarrow as pa
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import masks
from masks import RleError, RleReason
from tests.masks import drawing, reference

# Around the eight pixels of a word and the blocks of 64 that are passed by at once.
EDGES = [1, 2, 7, 8, 9, 15, 16, 17, 63, 64, 65, 66, 72, 127, 128, 129, 200]
SIZES = [(height, width) for height in (1, 2, 5, 8, 33, 65) for width in EDGES] + [(200, 3), (129, 64), (300, 300)]


def drawn(height, width, seed=0):
    """Masks [N, height, width] of every kind, and two of few runs, where most words and blocks are passed by."""
    rng = np.random.default_rng(seed)
    few = np.zeros((2, height, width), bool)
    few[0, height // 2, -1] = True
    few[1, :, width // 2 :] = True
    return np.concatenate([[kind(rng, height, width) for kind in drawing.KINDS], few])


@pytest.fixture(scope="module")
def images():
    return drawn(33, 70)


@pytest.fixture(scope="module")
def expected(images):
    return [reference.string_of(mask) for mask in images]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_encoding_and_decoding_at_every_width(size):
    images = drawn(*size)
    texts = masks.encode_batch(images)
    assert texts.type == pa.string()
    np.testing.assert_array_equal(masks.decode_batch(texts, *size), images)
    if images[0].size < 5000:
        assert texts.to_pylist() == [reference.string_of(mask) for mask in images]


@given(st.lists(drawing.generators, min_size=1, max_size=6), drawing.sizes(90))
@settings(max_examples=100, deadline=None)
def test_a_batch_is_its_masks(generators, size):
    images = np.stack([drawing.random_mask(rng, *size) for rng in generators])
    texts = masks.encode_batch(images).to_pylist()
    assert texts == [masks.encode(mask)["counts"] for mask in images]
    np.testing.assert_array_equal(masks.decode_batch(texts, *size), images)


def test_pixels_that_change_in_one_place_only():
    # One pixel at a time, everywhere: none may be passed by with the words and blocks that hold no change.
    size = (3, 150)
    images = np.eye(450, dtype=bool).reshape(450, *size)
    for batch in (images, ~images):
        assert masks.encode_batch(batch).to_pylist() == [reference.string_of(mask) for mask in batch]
        np.testing.assert_array_equal(masks.decode_batch(masks.encode_batch(batch), *size), batch)


@pytest.mark.parametrize(
    "dtype", [bool, np.uint8, np.int8, np.uint16, np.int32, np.int64, np.uint64, ">i4", ">u8"], ids=str
)
def test_types(images, expected, dtype):
    values = np.random.default_rng(0).integers(1, 128, images.shape)
    for image in (images, images * values):
        assert masks.encode_batch(image.astype(dtype)).to_pylist() == expected


@pytest.mark.parametrize("value", [1, 2, 128, 255])
def test_bytes_of_any_nonzero_value(images, expected, value):
    assert masks.encode_batch((images * value).astype(np.uint8)).to_pylist() == expected


@pytest.mark.parametrize("value", [2, 128, 255])
def test_truth_values_whose_bytes_are_not_1(images, expected, value):
    # As a view of a mask of 0 and 255 has them.
    truth_values = (images * value).astype(np.uint8).view(bool)
    for layout in (truth_values, np.asfortranarray(truth_values)):
        assert masks.encode_batch(layout).to_pylist() == expected


def test_truth_values_of_several_bytes_are_one_truth():
    rng = np.random.default_rng(12)
    for height, width in [*rng.integers(1, 90, (60, 2)), (100, 128), (128, 100)]:
        values = rng.choice([0, 1, 2, 128, 255], (3, height, width), p=[0.6, 0.1, 0.1, 0.1, 0.1]).astype(np.uint8)
        for layout in (values, np.asfortranarray(values), np.ascontiguousarray(values.transpose(0, 2, 1))):
            truth_values = layout.view(bool)
            same = masks.encode_batch(np.array(layout != 0, order="C"))
            assert masks.encode_batch(truth_values) == same
            turned = np.ascontiguousarray(truth_values.transpose(0, 2, 1)).transpose(0, 2, 1)
            assert masks.encode_batch(turned) == same


@pytest.mark.parametrize("value", [256, 1 << 16, 1 << 32, -(1 << 63)])
def test_integers_are_not_cut_to_a_byte(images, expected, value):
    assert masks.encode_batch(images * np.int64(value)).to_pylist() == expected


def layouts(images):
    """The same masks as they may lie in memory."""
    count, height, width = images.shape
    yield np.asfortranarray(images)
    yield np.ascontiguousarray(images.transpose(0, 2, 1)).transpose(0, 2, 1)
    yield np.ascontiguousarray(images.transpose(2, 1, 0)).transpose(2, 1, 0)
    yield np.ascontiguousarray(images[::-1, ::-1, ::-1])[::-1, ::-1, ::-1]
    yield np.ascontiguousarray(images[:, :, ::-1])[:, :, ::-1]
    wide = np.ones((2 * count, 3 * height, 2 * width + 5), images.dtype)
    wide[::2, 1::3, 5::2] = images
    yield wide[::2, 1::3, 5::2]
    fixed = images.copy()
    fixed.flags.writeable = False
    yield fixed


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64])
def test_layouts_in_memory(images, expected, dtype):
    for layout in layouts(images.astype(dtype)):
        assert masks.encode_batch(layout).to_pylist() == expected
        assert masks.encode(layout[3])["counts"] == expected[3]


def test_one_mask_seen_many_times(images, expected):
    assert masks.encode_batch(np.broadcast_to(images[0], (40, *images[0].shape))).to_pylist() == expected[:1] * 40


def test_lists_are_masks_too():
    assert masks.encode_batch([[[0, 1, 1], [0, 0, 1]]] * 2).to_pylist() == ["2111"] * 2


@pytest.mark.parametrize("dtype", [torch.bool, torch.uint8, torch.int8, torch.int32, torch.int64])
def test_tensors(images, expected, dtype):
    tensor = torch.from_numpy(images).to(dtype)
    for same in (tensor, tensor.transpose(1, 2).contiguous().transpose(1, 2), tensor.repeat(1, 1, 2)[:, :, :70]):
        assert masks.encode_batch(same).to_pylist() == expected


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16, torch.float64, torch.complex64])
def test_tensors_of_fractions_are_refused(images, dtype):
    with pytest.raises(TypeError, match="but bool or integers were expected: threshold it first"):
        masks.encode_batch(torch.from_numpy(images).to(dtype))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, complex, object, "U1", "M8[s]"], ids=str)
def test_arrays_of_fractions_and_of_no_numbers_are_refused(dtype):
    with pytest.raises(TypeError, match="but bool or integers were expected"):
        masks.encode_batch(np.zeros((2, 4, 4), np.int64).astype(dtype))


@pytest.mark.parametrize("shape", [(4, 4), (4,), (2, 0, 4), (2, 4, 0), (0, 0, 0), (2, 4, 4, 1), ()])
@pytest.mark.parametrize("make", [np.zeros, torch.zeros], ids=["array", "tensor"])
def test_shapes_that_are_no_masks(shape, make):
    images = make(shape, dtype=bool if make is np.zeros else torch.bool)
    with pytest.raises(RleError, match=r"but \[masks, height, width\] was expected") as error:
        masks.encode_batch(images)
    assert error.value.reason is RleReason.BAD_SIZE


def test_no_masks():
    assert masks.encode_batch(np.zeros((0, 4, 5), bool)).to_pylist() == []
    assert masks.encode_batch(torch.zeros((0, 4, 5), dtype=torch.bool)).to_pylist() == []
    assert masks.decode_batch([], 4, 5).shape == (0, 4, 5)


def test_masks_of_more_pixels_than_the_format_counts():
    with pytest.raises(RleError, match="size is 32768 x 16384, but at most 536870911") as error:
        masks.encode_batch(np.broadcast_to(np.zeros(1, bool), (2, 32768, 16384)))
    assert error.value.reason is RleReason.TOO_MANY_PIXELS


def test_decoded_masks_are_contiguous_and_bool(images, expected):
    found = masks.decode_batch(expected, 33, 70)
    assert found.dtype == bool and found.shape == images.shape and found.flags.c_contiguous and found.flags.writeable
    # A byte of a bool array may be 0 and 1 only.
    assert set(np.unique(found.view(np.uint8))) == {0, 1}


@pytest.mark.parametrize("before", [False, True])
def test_memory_of_the_caller(images, expected, before):
    out = np.full(images.shape, before)
    assert masks.decode_batch(expected, 33, 70, out=out) is out
    np.testing.assert_array_equal(out, images)


@pytest.mark.parametrize(
    "out",
    [
        np.empty((14, 33, 70), np.uint8),
        np.empty((14, 70, 33), bool),
        np.empty((13, 33, 70), bool),
        np.empty((14, 33 * 70), bool),
        np.empty((14, 33, 70), bool, order="F"),
        np.empty((14, 33, 140), bool)[:, :, ::2],
    ],
    ids=lambda out: f"{out.dtype} {out.shape} {out.strides}",
)
def test_memory_of_the_caller_that_does_not_fit(expected, out):
    with pytest.raises(ValueError, match=r"but a C-contiguous bool array \[14, 33, 70\] was expected"):
        masks.decode_batch(expected, 33, 70, out=out)


def test_memory_of_the_caller_that_may_not_be_written_to(expected):
    out = np.zeros((14, 33, 70), bool)
    out.flags.writeable = False
    with pytest.raises(ValueError, match=r"but a .* array .* was expected"):
        masks.decode_batch(expected, 33, 70, out=out)


def test_a_bad_row_leaves_the_memory_of_the_caller_as_it_was(expected):
    out = np.ones((14, 33, 70), bool)
    with pytest.raises(RleError, match=r"^mask 13: counts is None"):
        masks.decode_batch([*expected[:-1], None], 33, 70, out=out)
    assert out.all()


def test_decoding_to_a_tensor_on_the_cpu(images, expected):
    for device in ("cpu", torch.device("cpu")):
        tensor = masks.decode_batch(expected, 33, 70, device=device)
        assert tensor.dtype == torch.bool
        np.testing.assert_array_equal(tensor.numpy(), images)
    with pytest.raises(ValueError, match="out"):
        masks.decode_batch(expected, 33, 70, out=np.empty(images.shape, bool), device="cpu")


def test_a_limit_of_pixels(expected):
    masks.decode_batch(expected, 33, 70, max_pixels=33 * 70)
    with pytest.raises(RleError, match="mask 0: size is 33 x 70, but at most 2309 pixels were expected"):
        masks.decode_batch(expected, 33, 70, max_pixels=33 * 70 - 1)


@pytest.mark.parametrize("device", ["tpu", "cuda:99", "cuda:x"])
def test_a_device_that_is_not_there(device):
    with pytest.raises(ValueError, match=f"device is '{device}', but"):
        masks.decode_batch(["23;"], 4, 4, device=device)
