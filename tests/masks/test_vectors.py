"""The vectors of vectors.json: strings with their reason, message and run lengths, one by one and as columns."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import masks
from masks import RleError, RleReason
from tests.masks import reference

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))
VALID = [vector for vector in VECTORS if vector["reason"] == "OK"]
REFUSED = [vector for vector in VECTORS if vector["reason"] != "OK"]


def named(vectors):
    return [pytest.param(vector, id=vector["name"]) for vector in vectors]


def as_bytes(counts):
    return counts.encode("utf-8", "surrogatepass") if isinstance(counts, str) else None


def test_every_reason_has_a_vector():
    assert {vector["reason"] for vector in VECTORS} == {reason.name for reason in RleReason}


@pytest.mark.parametrize("vector", named(VALID))
def test_valid_vector_is_accepted(vector):
    counts, size, expected = vector["counts"], vector["size"], vector.get("expected_size")
    for text in (counts, as_bytes(counts)):
        masks.validate(text, size, expected_size=expected)
        assert masks.explain(text, size, expected_size=expected) == ""
        assert masks.area({"size": size, "counts": text}) == sum(vector["runs"][1::2])
        assert masks.rle_dict(text, np.array(size)) == {"size": size, "counts": counts}


@pytest.mark.parametrize("vector", named(vector for vector in VALID if np.prod(vector["size"]) < 1000))
def test_valid_vector_is_decoded(vector):
    mask = masks.decode({"size": vector["size"], "counts": vector["counts"]})
    expected = reference.mask_of(vector["runs"], *vector["size"])
    assert mask.dtype == bool
    np.testing.assert_array_equal(mask, expected)
    canonical = 0 not in vector["runs"][1:]
    if canonical:
        assert masks.encode(expected) == {"size": vector["size"], "counts": vector["counts"]}


@pytest.mark.parametrize("vector", named(REFUSED))
def test_refused_vector_gives_reason_and_message(vector):
    counts, size, expected = vector["counts"], vector["size"], vector.get("expected_size")
    with pytest.raises(RleError) as error:
        masks.validate(counts, size, expected_size=expected)
    assert error.value.reason is RleReason[vector["reason"]]
    assert str(error.value) == vector["message"]
    assert masks.explain(counts, size, expected_size=expected) == vector["message"]
    if isinstance(counts, str):
        with pytest.raises(RleError) as error:
            masks.validate(as_bytes(counts), size, expected_size=expected)
        assert error.value.reason is RleReason[vector["reason"]]


@pytest.mark.parametrize("vector", named(vector for vector in REFUSED if vector["reason"] != "UNEXPECTED_SIZE"))
def test_refused_vector_is_never_read(vector):
    rle = {"size": vector["size"], "counts": vector["counts"]}
    for function in (masks.area, masks.decode):
        with pytest.raises(RleError) as error:
            function(rle)
        assert str(error.value) == vector["message"]
    with pytest.raises(RleError):
        masks.rle_dict(vector["counts"], vector["size"])


def two_sided(size):
    return isinstance(size, list) and len(size) == 2


@pytest.mark.parametrize("vector", named(vector for vector in VECTORS if two_sided(vector["size"])))
def test_the_reference_of_these_tests_knows_the_format(vector):
    reason, runs = reference.parse(vector["counts"], *vector["size"], vector.get("expected_size"))
    assert reason is RleReason[vector["reason"]]
    if reason is RleReason.OK:
        assert runs == vector["runs"]
        assert reference.text_of(runs).decode() == vector["counts"]


def test_batch_gives_the_reasons_of_the_single_check():
    vectors = [vector for vector in VECTORS if two_sided(vector["size"])]
    heights, widths = zip(*(vector["size"] for vector in vectors), strict=True)
    sizes = [vector.get("expected_size", vector["size"]) for vector in vectors]
    expected_heights, expected_widths = zip(*sizes, strict=True)
    counts = [vector["counts"] for vector in vectors]
    expected = [RleReason[vector["reason"]] for vector in vectors]
    sides = {"expected_heights": expected_heights, "expected_widths": expected_widths}
    reasons = masks.validate_batch(counts, heights, widths, **sides)
    assert reasons.dtype == np.int8
    assert reasons.tolist() == expected
    for kind in (pa.binary(), pa.large_binary()):
        column = pa.array([as_bytes(text) for text in counts], kind)
        assert masks.validate_batch(column, heights, widths, **sides).tolist() == expected


def test_batch_errors_name_the_row_and_say_why():
    with pytest.raises(RleError, match=r"^mask 1: counts add up to 17, but 4 x 4 = 16$") as error:
        masks.area_batch(["23;", "24;", ""], 4, 4)
    assert error.value.reason is RleReason.SUM_ABOVE
    with pytest.raises(RleError, match=r"^mask 1: counts is 5, but a string was expected$"):
        masks.area_batch(["23;", 5], [4, 4], [4, 4])
    with pytest.raises(RleError, match=r"^mask 2: counts is None, but a string was expected$"):
        masks.area_batch(pa.chunked_array([["23;"], ["23;", None]]), 4, 4)
    with pytest.raises(RleError, match=r"^mask 0: size is \[None, 4\], but two positive integers"):
        masks.area_batch(pa.array(["23;"]), pa.array([None], pa.int32()), np.array([4]))


def test_a_limit_of_pixels_below_that_of_the_format():
    masks.validate("23;", [4, 4], max_pixels=16)
    with pytest.raises(RleError, match="size is 4 x 4, but at most 15 pixels were expected") as error:
        masks.validate("23;", [4, 4], max_pixels=15)
    assert error.value.reason is RleReason.TOO_MANY_PIXELS
    assert masks.validate_batch(["23;"], 4, 4, max_pixels=15).tolist() == [RleReason.TOO_MANY_PIXELS]
    with pytest.raises(RleError):
        masks.decode({"size": [4, 4], "counts": "23;"}, max_pixels=15)
    with pytest.raises(RleError):
        masks.decode({"size": [4, 4], "counts": "23;"}, expected_size=[2, 8])


def test_hostile_values_do_not_break_their_own_message():
    digits = 10**5000  # more than Python prints
    assert "more than 10^18" in masks.explain("23;", [digits, 1])
    assert "too long to show" in masks.explain("23;", [digits, 0])
    assert "too long to show" in masks.explain(digits, [4, 4])
    for reason in (masks.explain("0" * 10**6 + "~", [4, 4]), masks.explain(list(range(10**6)), [4, 4])):
        assert len(reason) < 200


def test_long_runs_do_not_wrap_around():
    # 2,000,000 runs, each 2**29 - 1 longer than the one before the last: the sum needs 69 bits.
    text = "ooooo?" * 2_000_000
    message = masks.explain(text, [2000, 2000])
    assert message == "counts add up to at least 4611686018427387904, but 2000 x 2000 = 4000000"


def test_a_mask_is_a_dict():
    with pytest.raises(RleError, match="the mask is '23;', but a dict with size and counts was expected"):
        masks.decode("23;")
    with pytest.raises(RleError, match="counts is None"):
        masks.decode({"size": [4, 4]})
    with pytest.raises(RleError, match="size is None"):
        masks.area({"counts": "23;"})


@pytest.mark.parametrize("expected", [5, [4.0, 4.0], [None, 4], [4], [0, 4]], ids=str)
def test_an_expected_size_that_is_none_is_a_mistake_of_the_caller(expected):
    with pytest.raises(ValueError, match=r"^expected_size is .*, but two positive integers were expected$") as error:
        masks.validate("23;", [4, 4], expected_size=expected)
    assert not isinstance(error.value, masks.RleError)
