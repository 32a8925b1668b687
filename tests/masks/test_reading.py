"""What a string is judged to be and read as, against the reference."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import masks
from masks import RleError, RleReason
from tests.masks import drawing, reference


@st.composite
def texts(draw, pixels):
    """Valid texts, valid texts with a few characters changed, and any text at all."""
    characters = st.characters(min_codepoint=46, max_codepoint=113) | st.characters()
    kind = draw(st.sampled_from(["valid", "changed", "runs", "any"]))
    if kind == "any":
        return draw(st.text(characters, max_size=12))
    if kind == "runs":
        return reference.text_of(draw(st.lists(st.integers(-3, pixels), min_size=1, max_size=8))).decode()
    text = reference.text_of(draw(drawing.run_lengths(pixels))).decode()
    if kind == "changed":
        for _ in range(draw(st.integers(1, 3))):
            place = draw(st.integers(0, len(text)))
            text = text[:place] + draw(st.text(characters, max_size=2)) + text[place + draw(st.integers(0, 2)) :]
    return text


@st.composite
def sized_texts(draw, count):
    height, width = draw(drawing.sizes(12))
    return height, width, [draw(texts(height * width)) for _ in range(count)]


@given(sized_texts(1))
@settings(max_examples=800, deadline=None)
def test_a_text_is_judged_and_read_as_by_the_reference(case):
    height, width, (text,) = case
    rle = {"size": [height, width], "counts": text}
    reason, runs = reference.parse(text, height, width)
    assert masks.validate_batch([text], height, width).tolist() == [reason]
    if reason:
        with pytest.raises(RleError) as error:
            masks.decode(rle)
        assert error.value.reason is reason
        return
    expected = reference.mask_of(runs, height, width)
    np.testing.assert_array_equal(masks.decode(rle), expected)
    assert masks.area(rle) == expected.sum()
    assert masks.runs(rle).tolist() == runs
    assert masks.bounding_box(rle) == reference.box_of(expected)


@given(sized_texts(2))
@settings(max_examples=800, deadline=None)
def test_overlap_judges_and_counts_as_the_reference(case):
    height, width, pair = case
    (pred_reason, pred_runs), (truth_reason, truth_runs) = (reference.parse(text, height, width) for text in pair)
    pred, truth = ([text] for text in pair)
    if pred_reason or truth_reason:
        for function in (masks.overlap_counts, masks.boundary_distances):
            with pytest.raises(RleError) as error:
                function(pred, truth, height, width)
            assert error.value.reason is (pred_reason or truth_reason)
            assert str(error.value).startswith("predicted mask 0: " if pred_reason else "true mask 0: ")
        return
    drawn = [reference.mask_of(runs, height, width) for runs in (pred_runs, truth_runs)]
    counts = masks.overlap_counts(pred, truth, height, width)
    assert tuple(int(count[0]) for count in counts) == reference.overlap_of(*drawn)


@given(drawing.drawn_masks())
@settings(max_examples=300, deadline=None)
def test_encoding_is_undone_by_decoding_and_canonical(case):
    (mask,) = case
    rle = masks.encode(mask)
    assert rle == {"size": list(mask.shape), "counts": reference.string_of(mask)}
    np.testing.assert_array_equal(masks.decode(rle), mask)


@given(st.lists(st.integers(-(2**29), 2**29 - 1), min_size=1, max_size=4))
@settings(deadline=None)
def test_values_of_all_lengths_are_read(numbers):
    text = "".join(reference.value(number).decode() for number in numbers)
    size = [1, 2**29 - 1]
    reason, _ = reference.parse(text, *size)
    assert masks.validate_batch([text], *size).tolist() == [reason]


@given(st.lists(st.integers(0, 2**29 - 1), min_size=1, max_size=60), st.data())
@settings(deadline=None)
def test_long_runs_come_back(cuts, data):
    cuts = sorted(cuts)
    runs = [stop - start for start, stop in zip([0, *cuts], [*cuts, 2**29 - 1], strict=True)]
    at = data.draw(st.integers(0, len(runs)))
    runs[at:at] = [0] * data.draw(st.integers(0, 3))
    rle = {"size": [2**29 - 1, 1], "counts": reference.text_of(runs).decode()}
    assert masks.runs(rle).tolist() == runs
    assert masks.from_runs(runs, rle["size"]) == rle
    assert masks.area(rle) == sum(runs[1::2])
    ((both,), _, _) = masks.overlap_counts([rle["counts"]], [rle["counts"]], *rle["size"])
    assert both == sum(runs[1::2])


RUNS = [1, 2, 1, 3, 2, 1, 2, 1, 3, 2, 1, 4, 2, 3, 2, 1, 1]  # of 32 pixels, long enough to be read eight at a time
PARTNERS = [RUNS, [32], [0, 32], [0] + [1] * 32, [16, 16], [1, 2, 29], [29, 2, 1]]


def damaged_runs():
    """RUNS with one fault that leaves all else as it should be, and the reason for it."""
    for index in range(len(RUNS)):
        for other in set(range(len(RUNS))) - {index}:
            runs = list(RUNS)
            runs[index], runs[other] = -1, runs[other] + runs[index] + 1
            yield RleReason.NEGATIVE_COUNT, runs
        yield RleReason.SUM_BELOW, [run - (place == index) for place, run in enumerate(RUNS)]
        yield RleReason.SUM_ABOVE, [run + (place == index) for place, run in enumerate(RUNS)]
        yield RleReason.TOO_MANY_RUNS, RUNS[:index] + [0] * 18 + RUNS[index:]


def long_values(runs):
    """Every value written in one group more than it needs, one after the other."""
    values = reference.VALUE.findall(reference.text_of(runs))
    for place, value in enumerate(values):
        repeated = b"O" if reference.number(value) < 0 else b"0"
        longer = value[:-1] + bytes([value[-1] + 32]) + repeated
        yield b"".join([*values[:place], longer, *values[place + 1 :]])


@pytest.mark.parametrize("partner", PARTNERS, ids=str)
def test_overlap_sees_a_single_fault_on_either_side(partner):
    whole = reference.text_of(partner)
    damaged = [(reason, reference.text_of(runs)) for reason, runs in damaged_runs()]
    damaged += [(RleReason.OVERLONG, text) for text in long_values(RUNS)]
    for reason, text in damaged:
        assert reference.parse(text, 4, 8)[0] is reason
        for pred, truth, place in ((text, whole, "predicted mask 0: "), (whole, text, "true mask 0: ")):
            with pytest.raises(RleError) as error:
                masks.overlap_counts([pred], [truth], 4, 8)
            assert error.value.reason is reason
            assert str(error.value).startswith(place)


@pytest.mark.parametrize("characters", [6, 7, 12, 13, 14, 15, 40])
@pytest.mark.parametrize("last", ["0", "1", "O", "?", "@"])
def test_long_values_are_refused_however_far_they_are_shifted(characters, last):
    for before in ("", "1", "111", "1111111111"):
        for filling in ("P", "o", "`"):
            text = before + filling * (characters - 1) + last + "1"
            assert masks.validate_batch([text], 1, 2**29 - 1).tolist() == [reference.parse(text, 1, 2**29 - 1)[0]]
