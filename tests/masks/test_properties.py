"""The codec and the overlap against a plain reference that follows the description of the format step by step."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import masks
from masks import RleError, RleReason

# ---- reference: Python integers, one fault after the other, nothing shared with the package


def reference_values(text):
    """The characters of each value, as lists of groups; None if the last one does not end."""
    values, groups = [], []
    for character in text:
        groups.append(ord(character) - 48)
        if groups[-1] < 32:
            values.append([group % 32 for group in groups])
            groups = []
    return None if groups else values


def reference_number(groups):
    number = sum(group << (5 * place) for place, group in enumerate(groups))
    return number - (1 << (5 * len(groups))) if groups[-1] >= 16 else number


def reference_groups(number):
    """The shortest groups that hold a signed number."""
    length = 1
    while not -(1 << (5 * length - 1)) <= number < 1 << (5 * length - 1):
        length += 1
    return [(number >> (5 * place)) % 32 for place in range(length)]


def reference_text(runs):
    text = ""
    for index, run in enumerate(runs):
        groups = reference_groups(run - runs[index - 2] if index > 2 else run)
        text += "".join(chr(48 + group + 32) for group in groups[:-1]) + chr(48 + groups[-1])
    return text


def reference_read(text, height, width):
    """-> (reason, runs or None) of a text for a plausible size."""
    if not text:
        return RleReason.EMPTY, None
    if any(not "0" <= character <= "o" for character in text):
        return RleReason.BAD_CHARACTER, None
    values = reference_values(text)
    if values is None:
        return RleReason.TRAILING_CONTINUATION, None
    if any(len(groups) > 6 for groups in values):
        return RleReason.TOO_MANY_GROUPS, None
    numbers = [reference_number(groups) for groups in values]
    if any(reference_groups(number) != groups for number, groups in zip(numbers, values, strict=True)):
        return RleReason.OVERLONG, None
    runs = []
    for index, number in enumerate(numbers):
        runs.append(number + runs[index - 2] if index > 2 else number)
    if min(runs) < 0:
        return RleReason.NEGATIVE_COUNT, None
    if len(runs) > height * width + 1:
        return RleReason.TOO_MANY_RUNS, None
    if sum(runs) != height * width:
        return (RleReason.SUM_BELOW if sum(runs) < height * width else RleReason.SUM_ABOVE), None
    return RleReason.OK, runs


def reference_mask(runs, height, width):
    pixels = [index % 2 == 1 for index, run in enumerate(runs) for _ in range(run)]
    return np.array(pixels, bool).reshape(width, height).T


# ---- strategies


sizes = st.tuples(st.integers(1, 12), st.integers(1, 12))


@st.composite
def valid_runs(draw, pixels):
    """Run lengths of so many pixels, zero runs among them."""
    cuts = sorted(draw(st.lists(st.integers(0, pixels), max_size=min(pixels, 30))))
    return [stop - start for start, stop in zip([0, *cuts], [*cuts, pixels], strict=True)]


@st.composite
def texts(draw, pixels):
    """Valid texts, valid texts with a few characters changed, and any text at all."""
    characters = st.characters(min_codepoint=46, max_codepoint=113) | st.characters()
    kind = draw(st.sampled_from(["valid", "changed", "runs", "any"]))
    if kind == "any":
        return draw(st.text(characters, max_size=12))
    if kind == "runs":
        return reference_text(draw(st.lists(st.integers(-3, pixels), min_size=1, max_size=8)))
    text = reference_text(draw(valid_runs(pixels)))
    if kind == "changed":
        for _ in range(draw(st.integers(1, 3))):
            place = draw(st.integers(0, len(text)))
            text = text[:place] + draw(st.text(characters, max_size=2)) + text[place + draw(st.integers(0, 2)) :]
    return text


@st.composite
def sized_texts(draw, count):
    height, width = draw(sizes)
    return height, width, [draw(texts(height * width)) for _ in range(count)]


@st.composite
def drawn_masks(draw, count=1):
    height, width = draw(sizes)
    pixels = st.lists(st.booleans(), min_size=height * width, max_size=height * width)
    return [np.array(draw(pixels)).reshape(height, width) for _ in range(count)]


# ---- properties


@given(sized_texts(1))
@settings(max_examples=1500, deadline=None)
def test_a_text_is_judged_and_read_as_by_the_reference(case):
    height, width, (text,) = case
    reason, runs = reference_read(text, height, width)
    assert masks.validate_batch([text], height, width).tolist() == [reason]
    if reason:
        with pytest.raises(RleError) as error:
            masks.decode({"size": [height, width], "counts": text})
        assert error.value.reason is reason
        return
    expected = reference_mask(runs, height, width)
    np.testing.assert_array_equal(masks.decode({"size": [height, width], "counts": text}), expected)
    assert masks.area({"size": [height, width], "counts": text}) == expected.sum()


@given(sized_texts(2))
@settings(max_examples=1500, deadline=None)
def test_overlap_judges_and_counts_as_the_reference(case):
    height, width, pair = case
    (pred_reason, pred_runs), (truth_reason, truth_runs) = (reference_read(text, height, width) for text in pair)
    pred, truth = ([text] for text in pair)
    if pred_reason or truth_reason:
        with pytest.raises(RleError) as error:
            masks.overlap_counts(pred, truth, height, width)
        assert error.value.reason is (pred_reason or truth_reason)
        assert str(error.value).startswith("predicted mask 0: " if pred_reason else "true mask 0: ")
        return
    one, other = (reference_mask(runs, height, width) for runs in (pred_runs, truth_runs))
    counts = masks.overlap_counts(pred, truth, height, width)
    assert [count.tolist() for count in counts] == [[(one & other).sum()], [one.sum()], [other.sum()]]


@given(drawn_masks())
@settings(max_examples=500, deadline=None)
def test_encoding_is_undone_by_decoding_and_canonical(case):
    (mask,) = case
    rle = masks.encode(mask)
    np.testing.assert_array_equal(masks.decode(rle), mask)
    reason, runs = reference_read(rle["counts"], *mask.shape)
    assert reason is RleReason.OK
    assert 0 not in runs[1:]


@given(drawn_masks(2))
@settings(max_examples=500, deadline=None)
def test_overlap_is_symmetric_and_bounded(case):
    one, other = (masks.encode(mask)["counts"] for mask in case)
    size = case[0].shape
    both, area, other_area = masks.overlap_counts([one], [other], *size)
    assert masks.overlap_counts([other], [one], *size)[0] == both
    assert both <= min(area, other_area)
    assert masks.overlap_counts([one], [one], *size)[0] == area
    assert 0 <= masks.iou(both, area, other_area)[0] <= masks.dice(both, area, other_area)[0] <= 1


@given(st.lists(st.integers(-(2**29), 2**29 - 1), min_size=1, max_size=4))
def test_values_of_all_lengths_are_read(numbers):
    text = "".join(reference_text([number]) for number in numbers)
    size = [1, 2**29 - 1]
    reason, _ = reference_read(text, *size)
    assert masks.validate_batch([text], *size).tolist() == [reason]


RUNS = [1, 2, 1, 3, 2, 1, 2, 1, 3]  # of 16 pixels
PARTNERS = [RUNS, [16], [0, 16], [0] + [1] * 16, [8, 8], [1, 2, 13], [13, 2, 1]]


def damaged_runs():
    """RUNS with one fault that leaves all else as it should be, and the reason for it."""
    for index in range(len(RUNS)):
        for other in set(range(len(RUNS))) - {index}:
            runs = list(RUNS)
            runs[index], runs[other] = -1, runs[other] + runs[index] + 1
            yield RleReason.NEGATIVE_COUNT, runs
        yield RleReason.SUM_BELOW, [run - (place == index) for place, run in enumerate(RUNS)]
        yield RleReason.SUM_ABOVE, [run + (place == index) for place, run in enumerate(RUNS)]
        yield RleReason.TOO_MANY_RUNS, RUNS[:index] + [0] * 10 + RUNS[index:]


@pytest.mark.parametrize("partner", PARTNERS, ids=str)
def test_overlap_sees_a_single_fault_on_either_side(partner):
    whole = reference_text(partner)
    for reason, runs in damaged_runs():
        text = reference_text(runs)
        assert reference_read(text, 4, 4)[0] is reason
        for pred, truth, place in ((text, whole, "predicted mask 0: "), (whole, text, "true mask 0: ")):
            with pytest.raises(RleError) as error:
                masks.overlap_counts([pred], [truth], 4, 4)
            assert error.value.reason is reason
            assert str(error.value).startswith(place)


def changed(rng, text):
    """The text with one to three characters replaced, added or removed."""
    characters = bytearray(text.encode())
    for _ in range(rng.integers(1, 4)):
        place = int(rng.integers(0, len(characters) + 1))
        replacement = bytes(rng.integers(46, 114, rng.integers(0, 3)).astype(np.uint8))
        characters[place : place + int(rng.integers(0, 3))] = replacement
    return characters.decode()


def test_a_large_batch_of_damaged_texts_reaches_every_reason():
    rng = np.random.default_rng(7)
    texts, heights, widths, expected = [], [], [], []
    for _ in range(20_000):
        height, width = (int(edge) for edge in rng.integers(1, 40, 2))
        whole = masks.encode(rng.random((height, width)) < rng.random() ** 3)["counts"]
        texts.append(changed(rng, whole) if rng.random() < 0.8 else whole)
        heights.append(height)
        widths.append(width)
        expected.append(reference_read(texts[-1], height, width)[0])
    reasons = masks.validate_batch(texts, heights, widths)
    np.testing.assert_array_equal(reasons, expected)
    about_the_text = {reason for reason in RleReason if reason >= RleReason.EMPTY or reason is RleReason.OK}
    rare = {RleReason.EMPTY, RleReason.TOO_MANY_RUNS, RleReason.TOO_MANY_GROUPS}
    assert set(expected) >= about_the_text - rare
