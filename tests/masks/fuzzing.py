"""Damaged and random strings with the sizes they are said to have, and checks of what `masks` makes of them.

Run as a program (seed, number of strings) it checks every public function on each string alone, so that the end of
the string is the end of its buffer, and prints how often each reason was met.
"""

import json
import random
import sys
from collections import Counter

import numpy as np

import masks
from masks import RleError, RleReason
from tests.masks import drawing, reference

SMALL = [(1, 1), (1, 5), (5, 1), (2, 2), (4, 4), (3, 7), (8, 8), (9, 12), (16, 16), (1, 64), (33, 20), (40, 40)]
LARGE = [(60, 100), (300, 200), (1000, 1000), (20_000, 20_000), (1, 2**29 - 1), (16_384, 32_767)]
DRAWN = 2**17  # pixels of the largest masks that the reference draws
COMPARED = 1600  # and of those whose boundaries it compares pair by pair
NOT_TEXT = [None, 23, [2, 3, 11], 2.5]
HUGE = [10**6, 2**29, 2**31, 2**32 + 4, 2**40, 2**62, 2**63 - 1, 2**63, 2**64 + 4, 10**40]

# ---- strings


def pool(rng):
    """Valid (run lengths, height, width): small masks of every kind, large ones with runs of one to six characters.

    Some have runs of no length put in.
    """
    found = []
    for height, width in SMALL * 40:
        runs = reference.runs_of(drawing.random_mask(rng, height, width))
        while rng.random() < 0.4 and len(runs) < height * width:
            at = int(rng.integers(len(runs) + 1))
            runs[at:at] = [0, 0] if at else [0]  # the colours of the runs behind it change with a single one
        found.append((runs, height, width))
    for height, width in LARGE * 20:
        left, runs = height * width, []
        most = np.log2(left) * rng.random()
        for _ in range(rng.integers(0, 60)):
            runs.append(min(int(2 ** (most * rng.random())) - (rng.random() < 0.05), left))
            left -= runs[-1]
        found.append(([*runs, left], height, width))
    return found


def flip(draw, text):
    text[draw.randrange(len(text))] ^= 1 << draw.randrange(8)


def replace(draw, text):
    text[draw.randrange(len(text))] = draw.randrange(46, 114)


def insert(draw, text):
    text.insert(draw.randrange(len(text) + 1), draw.randrange(46, 114))


def delete(draw, text):
    del text[draw.randrange(len(text))]


def duplicate(draw, text):
    start = draw.randrange(len(text))
    text[start:start] = text[start : start + draw.randrange(1, 9)]


def swap(draw, text):
    one, other = draw.randrange(len(text)), draw.randrange(len(text))
    text[one], text[other] = text[other], text[one]


def truncate(draw, text):
    del text[draw.randrange(len(text)) :]


def change_last(draw, text):
    text[-1] = draw.randrange(256)


def lengthen(draw, text):
    """A value with more groups than it needs, or than it may have."""
    at = draw.randrange(len(text))
    text[at : at + 1] = bytes([text[at] | 32, *b"P" * draw.randrange(6), ord("0")])


MUTATIONS = [flip, replace, insert, delete, duplicate, swap, truncate, change_last, lengthen]


def shift(draw, runs):
    """Pixels moved from one run to another; the sum stays."""
    one, other, pixels = draw.randrange(len(runs)), draw.randrange(len(runs)), draw.randrange(1, 5)
    runs[one] -= pixels
    runs[other] += pixels


def resize(draw, runs):
    runs[draw.randrange(len(runs))] += draw.choice([-1, 1])


def fill_up(draw, runs):
    """Runs of no length until there are about as many as there may be."""
    pixels = sum(runs)
    if pixels <= COMPARED:
        runs.extend([0] * (pixels + draw.randrange(4) - len(runs)))


RUN_MUTATIONS = [shift, shift, resize, fill_up]


def damaged(draw, valid, whole):
    """-> (text, height, width); `valid` as made by `pool`, `whole` the string of each."""
    which = draw.randrange(len(valid))
    runs, height, width = valid[which]
    kind = draw.random()
    if kind < 0.05:
        return draw.randbytes(draw.randrange(30)), height, width
    if kind < 0.1:
        return bytes(draw.choices(range(48, 112), k=draw.randrange(1, 30))), height, width
    if kind < 0.3:
        runs = list(runs)
        for _ in range(draw.randrange(1, 3)):
            draw.choice(RUN_MUTATIONS)(draw, runs)
        return reference.text_of(runs), height, width
    if kind < 0.8:
        text = bytearray(whole[which])
        for _ in range(draw.choice([1, 1, 1, 2, 3])):
            if text:
                draw.choice(MUTATIONS)(draw, text)
        return bytes(text), height, width
    if kind < 0.81:
        return draw.choice(NOT_TEXT), height, width
    if kind < 0.9:
        change = draw.choice([(0, 1), (1, 0), (0, -1), (-1, 0), (1, -1)])
        return whole[which], height + change[0], width + change[1]
    if kind < 0.93:
        return whole[which], width, height
    if kind < 0.95:
        return whole[which], draw.choice([0, -1, -height, -(2**63), True, None, float(height)]), width
    if kind < 0.97:
        sides = [draw.choice(HUGE), draw.choice([*HUGE, 4])]
        draw.shuffle(sides)
        return whole[which], *sides
    return whole[which], height, width


def cases(seed, count):
    """-> texts, heights, widths: `count` of each, as Python holds them."""
    valid = pool(np.random.default_rng(seed))
    whole = [reference.text_of(runs) for runs, _, _ in valid]
    draw = random.Random(seed)
    return tuple(zip(*(damaged(draw, valid, whole) for _ in range(count)), strict=True))


# ---- checks


def check_reasons(texts, heights, widths, expected, **options):
    """The reasons of a column, all at once."""
    reasons = masks.validate_batch(texts, heights, widths, **options)
    for row in np.flatnonzero(reasons != np.array(expected, np.int8)):
        case = texts[row], heights[row], widths[row]
        raise AssertionError(f"row {row}: {case} is {RleReason(reasons[row])!r} instead of {expected[row]!r}")


def check_column(texts, runs, height, width):
    """Valid strings of one size, all at once: as many functions as take columns."""
    count, size = len(texts), (height, width)
    drawn = [reference.mask_of(lengths, height, width) for lengths in runs]
    np.testing.assert_array_equal(masks.decode_batch(texts, *size), drawn)
    np.testing.assert_array_equal(masks.area_batch(texts, *size), [mask.sum() for mask in drawn])
    np.testing.assert_array_equal(masks.bounding_box_batch(texts, *size), [reference.box_of(mask) for mask in drawn])
    lengths, offsets = masks.runs_batch(texts, *size)
    assert [lengths[offsets[row] : offsets[row + 1]].tolist() for row in range(count)] == runs
    # Values are written in their shortest form, so even strings with runs of no length come back as they were.
    assert masks.from_runs_batch(lengths, offsets, *size).to_pylist() == [text.decode() for text in texts]
    partners, partner_texts = drawn[1:] + drawn[:1], texts[1:] + texts[:1]
    pairs = list(zip(drawn, partners, strict=True))
    counts = masks.overlap_counts(texts, partner_texts, *size)
    np.testing.assert_array_equal(np.transpose(counts), [reference.overlap_of(*pair) for pair in pairs])
    _check_distances(texts, partner_texts, pairs)


def _check_distances(texts, partner_texts, pairs):
    spacing, tolerances, size = (0.5, 1.25), (0, 1, 3), pairs[0][0].shape
    found = masks.boundary_distances(texts, partner_texts, *size, spacing, tolerances=tolerances)
    few = size[0] * size[1] <= COMPARED
    distances = reference.distances if few else reference.distances_by_transform
    expected = [reference.measures(*pair, spacing, tolerances, distances=distances) for pair in pairs]
    for name, values in zip(found._fields, zip(*expected, strict=True), strict=True):
        np.testing.assert_allclose(getattr(found, name), values, rtol=1e-11, atol=1e-12, err_msg=name)


def _pairwise(function):
    return lambda texts, *size: function(texts, texts, *size)


ONE = [masks.area, masks.decode, masks.bounding_box, masks.runs]
COLUMNS = [
    masks.area_batch,
    masks.bounding_box_batch,
    masks.runs_batch,
    masks.decode_batch,
    _pairwise(masks.overlap_counts),
    _pairwise(masks.boundary_distances),
]


def check_alone(text, height, width):
    """Every function on one string -> its reason."""
    reason, runs = reference.parse(text, height, width)
    assert masks.validate_batch([text], [height], [width]).tolist() == [reason]
    assert (masks.explain(text, [height, width]) == "") == (reason is RleReason.OK)
    if reason is RleReason.OK:
        rle = {"size": [height, width], "counts": text}
        assert masks.area(rle) == sum(runs[1::2]) == masks.overlap_counts([text], [text], height, width)[0][0]
        assert masks.runs(rle).tolist() == runs
        if height * width <= DRAWN:
            check_column([text], [runs], height, width)
        return reason
    if isinstance(height, int) and isinstance(width, int):
        calls = [(function, ([text], height, width)) for function in COLUMNS]
    else:
        calls = [(masks.area_batch, ([text], [height], [width]))]
    calls += [(function, ({"size": [height, width], "counts": text},)) for function in ONE]
    for function, arguments in [*calls, (masks.rle_dict, (text, [height, width]))]:
        found = _reason_of(function, *arguments)
        assert found is reason, f"{function}: {text!r} of {height} x {width} is {found!r} instead of {reason!r}"
    return reason


def _reason_of(function, *arguments):
    try:
        function(*arguments)
    except RleError as error:
        return error.reason
    return RleReason.OK


def check_pair(one, other):
    """Two masks of one size through every function that writes, reads or compares them."""
    height, width = one.shape
    texts = masks.encode_batch(np.stack([one, other])).to_pylist()
    assert texts == [reference.string_of(mask) for mask in (one, other)]
    check_column([text.encode() for text in texts], [reference.runs_of(mask) for mask in (one, other)], height, width)
    rle = masks.encode(one)
    assert rle == {"size": [height, width], "counts": texts[0]} == masks.from_runs(masks.runs(rle), rle["size"])


def call_everything():
    """Every public function, on a few masks and on a string for every reason."""
    rng = np.random.default_rng(0)
    check_pair(drawing.blobs(rng, 20, 30), drawing.noise(rng, 20, 30))
    for text in (None, b"", b"~", b"P", b"PPPPPP0", b"P0", b"2O?", b"0" * 18, b"22;", b"24;", b"23;"):
        check_alone(text, 4, 4)
    check_alone(b"23;", 0, 4)
    check_alone(b"23;", 10**6, 10**6)
    assert masks.dice(3, 4, 5) == 6 / 9 and masks.iou(3, 4, 5) == 3 / 6


def main():
    seed, count = map(int, sys.argv[1:])
    call_everything()
    reasons = Counter(check_alone(*case).name for case in zip(*cases(seed, count), strict=True))
    rng = np.random.default_rng(seed)
    for height, width in [*rng.integers(1, 40, (count // 20, 2)), (1, 300), (300, 1), (130, 70), (70, 130), (9, 128)]:
        check_pair(*drawing.random_pair(rng, height, width))
    # Far apart and with many pixels in a column, so that distances are found by an envelope.
    left, right = rng.random((2, 200, 60)) < np.array([[[0.6]], [[0.01]]])
    left[:, 10:] = right[:, :50] = False
    check_pair(left, right)
    check_pair(np.ascontiguousarray(left.T), np.ascontiguousarray(right.T))
    print(json.dumps(reasons))


if __name__ == "__main__":
    main()
