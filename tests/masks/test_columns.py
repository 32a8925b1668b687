"""Columns of strings as they come: Arrow of every kind, sliced, in chunks, with nulls, and Python sequences."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import masks
from masks import RleReason

OK, NOT_TEXT, SUM_ABOVE = RleReason.OK, RleReason.NOT_TEXT, RleReason.SUM_ABOVE
TEXTS = ["23;", None, "24;", "`0", "2003;", "", "0`0", None]
REASONS = [OK, NOT_TEXT, SUM_ABOVE, OK, OK, RleReason.EMPTY, OK, NOT_TEXT]
KINDS = [pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view()]


@pytest.fixture(scope="module")
def pairs():
    """700 random pairs of masks of 1 to 40 pixels a side -> (pred, truth, heights, widths, expected counts)."""
    rng = np.random.default_rng(11)
    sides = rng.integers(1, 41, (700, 2))
    drawn = [[rng.random(size) < rng.random() for _ in "12"] for size in sides]
    pred, truth = ([masks.encode(mask)["counts"] for mask in column] for column in zip(*drawn, strict=True))
    expected = [[(one & other).sum(), one.sum(), other.sum()] for one, other in drawn]
    return pred, truth, sides[:, 0], sides[:, 1], np.array(expected).T


def chunks(texts, rng, kind):
    """The column in chunks of uneven length, each a slice of a longer array, some empty."""
    cuts = np.sort(rng.integers(0, len(texts) + 1, 9))
    parts = [texts[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(texts)], strict=True)]
    return pa.chunked_array([pa.array(["x", *part, None, "y"], kind).slice(1, len(part)) for part in parts])


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_kinds_of_arrow_strings(kind):
    assert masks.validate_batch(pa.array(TEXTS, kind), 4, 4).tolist() == REASONS


def test_dictionary_strings():
    assert masks.validate_batch(pa.array(TEXTS).dictionary_encode(), 4, 4).tolist() == REASONS


@pytest.mark.parametrize(
    "column", [pa.array([1, 2]), pa.nulls(2), pa.array([["23;"], []]), pa.array([2.5, None])], ids=lambda c: str(c.type)
)
def test_a_column_of_anything_else_has_no_text(column):
    assert masks.validate_batch(column, 4, 4).tolist() == [NOT_TEXT] * 2


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("start", range(9))
def test_slices(kind, start):
    column = pa.array(TEXTS, kind)
    for length in range(9 - start):
        expected = REASONS[start : start + length]
        assert masks.validate_batch(column.slice(start, length), 4, 4).tolist() == expected


def test_a_slice_of_a_struct_column():
    table = pa.table({"mask": [{"size": [4, 4], "counts": text} for text in TEXTS]}).slice(2, 5)
    counts = pa.compute.struct_field(table["mask"], "counts")
    assert masks.validate_batch(counts, 4, 4).tolist() == REASONS[2:7]


@pytest.mark.parametrize(
    "column",
    [[], pa.array([], pa.string()), pa.chunked_array([], pa.string()), pa.chunked_array([[], []], pa.string())],
)
def test_no_rows(column):
    assert masks.validate_batch(column, [], []).tolist() == []
    assert [count.tolist() for count in masks.overlap_counts(column, column, [], [])] == [[], [], []]


@pytest.mark.parametrize("seed", range(5))
def test_chunks_of_both_sides_need_not_meet(pairs, seed):
    pred, truth, heights, widths, expected = pairs
    rng = np.random.default_rng(seed)
    pred, truth = chunks(pred, rng, pa.string()), chunks(truth, rng, pa.large_string())
    np.testing.assert_array_equal(masks.overlap_counts(pred, truth, heights, widths), expected)
    np.testing.assert_array_equal(masks.area_batch(pred, heights, widths), expected[1])
    assert not masks.validate_batch(truth, heights, widths).any()


def test_a_null_behind_chunk_borders_is_named_by_its_row(pairs):
    pred, truth, heights, widths, _ = pairs
    truth = [*truth[:500], None, *truth[501:]]
    with pytest.raises(masks.RleError, match=r"^true mask 500: counts is None, but a string was expected$"):
        masks.overlap_counts(pred, chunks(truth, np.random.default_rng(0), pa.string()), heights, widths)


@pytest.mark.parametrize("kind", [list, tuple, np.array, pd.Series, pa.array], ids=lambda kind: kind.__name__)
def test_sequences_and_kinds_of_sizes(pairs, kind):
    pred, truth, heights, widths, expected = pairs
    counts = masks.overlap_counts(kind(pred), kind(truth), kind(heights.tolist()), kind(widths.tolist()))
    np.testing.assert_array_equal(counts, expected)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.int32, np.uint32, np.int64, np.uint64])
def test_integer_types_of_sizes(dtype):
    sizes = np.full(len(TEXTS), 4, dtype)
    assert masks.validate_batch(TEXTS, sizes, sizes).tolist() == REASONS
    assert masks.validate_batch(TEXTS, pa.array(sizes), pa.chunked_array([sizes])).tolist() == REASONS


@pytest.mark.parametrize(
    ("height", "reason"),
    [(4, OK), (0, RleReason.BAD_SIZE), (-4, RleReason.BAD_SIZE), (2**62 + 4, RleReason.TOO_MANY_PIXELS)],
)
def test_hostile_sizes(height, reason):
    for heights in ([height], np.array([height]), pa.array([height]), np.array([height], object), height):
        assert masks.validate_batch(["23;"], heights, 4).tolist() == [reason]
    assert masks.validate_batch(["23;"], [10**40], [10**40]).tolist() == [RleReason.TOO_MANY_PIXELS]
    assert masks.validate_batch(["23;"], np.array([2**64 - 4], np.uint64), 4).tolist() == [RleReason.TOO_MANY_PIXELS]


@pytest.mark.parametrize(
    "heights",
    [[4.0], [None], ["4"], [True], np.array([4.0]), np.array([True]), pa.array([4.0]), pa.array([None], pa.int32())],
    ids=lambda heights: f"{type(heights).__name__} {list(heights)}",
)
def test_sizes_that_are_no_integers(heights):
    assert masks.validate_batch(["23;"], heights, 4).tolist() == [RleReason.BAD_SIZE]


@pytest.mark.parametrize("sizes", [(True, 8), (8, True)], ids=str)
@pytest.mark.parametrize("name", ["area_batch", "bounding_box_batch", "decode_batch", "runs_batch"])
def test_a_truth_value_for_all_rows_is_no_size_either(name, sizes):
    assert masks.validate_batch(["8"], *sizes).tolist() == [RleReason.BAD_SIZE]
    with pytest.raises(masks.RleError, match=r"^mask 0: size is \[.*True.*\], but two positive integers"):
        getattr(masks, name)(["8"], *sizes)


def test_expected_sizes_row_by_row():
    reasons = masks.validate_batch(["23;"] * 3, [4, 2, 4], [4, 8, 4], expected_heights=[4, 4, 4], expected_widths=4)
    assert reasons.tolist() == [OK, RleReason.UNEXPECTED_SIZE, OK]


def test_sizes_of_another_length_are_a_mistake_of_the_caller():
    for heights in ([4], np.full((3, 1), 4), pa.array([4, 4])):
        with pytest.raises(ValueError, match=r"but \[3\] was expected"):
            masks.validate_batch(["23;"] * 3, heights, 4)
    for counts in ("23;", b"23;", {"counts": "23;"}):
        with pytest.raises(TypeError, match="but a sequence of strings was expected"):
            masks.validate_batch(counts, 4, 4)


def test_bytes_that_are_no_text_are_quoted():
    column = pa.array([b"23;", b"2\xff;"])
    column = pa.StringArray.from_buffers(2, *column.buffers()[1:])
    with pytest.raises(masks.RleError, match=r"^mask 1: counts has '\\udcff' at index 1"):
        masks.area_batch(column, 4, 4)


@pytest.mark.parametrize(
    ("offsets", "expected"),
    [
        ([0, 2**31 - 1, 3], [NOT_TEXT, NOT_TEXT]),
        ([0, -3, 3], [NOT_TEXT, NOT_TEXT]),
        ([0, 3, 0, 3], [OK, NOT_TEXT, OK]),
    ],
    ids=["past the end", "before the start", "backwards"],
)
def test_offsets_that_leave_the_buffer_are_not_followed(offsets, expected):
    # Arrow itself looks at the first and last offset only, and a file may hold any.
    buffers = pa.py_buffer(np.array(offsets, np.int32)), pa.py_buffer(b"23;")
    column = pa.StringArray.from_buffers(len(expected), *buffers)
    assert masks.validate_batch(column, 4, 4).tolist() == expected
    with pytest.raises(masks.RleError, match=r"^mask [01]: counts is None"):
        masks.area_batch(column, 4, 4)


@pytest.mark.parametrize(
    "column",
    [
        pa.RunEndEncodedArray.from_arrays([2, 3], ["23;", None]),
        pa.ExtensionArray.from_storage(pa.json_(), pa.array(["23;", "23;", None])),
        pa.array([b"23;", b"23;", None], pa.binary(3)),
    ],
    ids=lambda column: str(column.type),
)
def test_strings_in_other_clothes(column):
    assert masks.validate_batch(column, 4, 4).tolist() == [OK, OK, NOT_TEXT]
    assert masks.area_batch(column.slice(0, 2), 4, 4).tolist() == [3, 3]


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame([["23;"] * 5], columns=["23;"] * 5),
        pd.DataFrame({"23;": ["23;"]}),
        pa.table({"a": ["23;"], "b": ["23;"], "c": ["23;"]}),
    ],
    ids=["wide frame", "frame", "table"],
)
def test_a_table_is_no_column(table):
    for function in (masks.validate_batch, masks.area_batch, masks.runs_batch, masks.decode_batch):
        with pytest.raises(TypeError, match="but one column of strings was expected"):
            function(table, 4, 4)
    with pytest.raises(TypeError, match="but an integer or 200000 integers were expected"):
        masks.validate_batch(["23;"] * 200_000, pd.DataFrame({"h": [4] * 200_000}), 4)


class TwoFaced:
    """Says that it holds one string, but holds three."""

    def __len__(self):
        return 1

    def __iter__(self):
        return iter(["23;"] * 3)


def test_a_length_that_is_not_that_of_what_is_held():
    with pytest.raises(TypeError, match="counts is a TwoFaced, but one column of strings was expected"):
        masks.validate_batch(TwoFaced(), 4, 4)


def test_sizes_of_a_dictionary():
    assert masks.area_batch(["23;"] * 2, pa.array([4, 4]).dictionary_encode(), 4).tolist() == [3, 3]


@pytest.mark.parametrize("sizes", [np.array([4], "m8[ns]"), np.array([4.0]), pa.array([4.0])], ids=str)
def test_what_is_refused_is_never_measured(sizes):
    for function in (masks.area_batch, masks.bounding_box_batch, masks.runs_batch):
        with pytest.raises(masks.RleError, match=r"^mask 0: ") as error:
            function(["23;"], sizes, 4)
        assert error.value.reason is RleReason.BAD_SIZE


def test_a_column_shorter_than_it_claims():
    # A stream whose headers say more rows than its buffers hold is read by Arrow as it is.
    rows, claimed = 12_345, 60_000_000
    sink = pa.BufferOutputStream()
    batch = pa.record_batch({"counts": ["23;"] * rows})
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    data = sink.getvalue().to_pybytes()
    patched = data.replace(rows.to_bytes(8, "little"), claimed.to_bytes(8, "little"))
    assert patched != data
    column = pa.ipc.open_stream(patched).read_all()["counts"]
    assert len(column) == claimed
    with pytest.raises(ValueError, match=f"the column claims {claimed} rows, but its buffers hold fewer"):
        masks.validate_batch(column, 4, 4)


@pytest.mark.parametrize("edge", ["expected_heights", "expected_widths"])
def test_one_expected_edge_is_compared_alone(edge):
    assert masks.validate_batch(["23;"], 4, 4, **{edge: 4}).tolist() == [OK]
    assert masks.validate_batch(["23;"], 4, 4, **{edge: 99}).tolist() == [RleReason.UNEXPECTED_SIZE]
