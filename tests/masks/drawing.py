"""Masks to test with: random ones of every kind for a generator, and hypothesis strategies."""

import numpy as np
from hypothesis import strategies as st

# ---- kinds of masks: functions of (rng, height, width) -> bool [height, width]


def empty(rng, height, width):
    return np.zeros((height, width), bool)


def full(rng, height, width):
    return np.ones((height, width), bool)


def one_pixel(rng, height, width):
    mask = np.zeros((height, width), bool)
    mask[rng.integers(height), rng.integers(width)] = True
    return mask


def one_row(rng, height, width):
    mask = np.zeros((height, width), bool)
    mask[rng.integers(height)] = True
    return mask


def one_column(rng, height, width):
    return one_row(rng, width, height).T


def checkerboard(rng, height, width):
    return np.add.outer(np.arange(height), np.arange(width)) % 2 == rng.integers(2)


def noise(rng, height, width):
    return rng.random((height, width)) < rng.random()


def speckles(rng, height, width):
    """Few pixels, or all but a few."""
    return (rng.random((height, width)) < 3 / (height * width)) ^ (rng.random() < 0.3)


def blobs(rng, height, width):
    """One to three ellipses, which take pixels from each other where they overlap."""
    rows, columns = np.mgrid[:height, :width]
    mask = np.zeros((height, width), bool)
    for _ in range(rng.integers(1, 4)):
        row, column = rng.random() * height, rng.random() * width
        tall, wide = (0.5 + rng.random() * edge / 2 for edge in (height, width))
        mask ^= ((rows - row) / tall) ** 2 + ((columns - column) / wide) ** 2 < 1
    return mask


KINDS = [blobs, blobs, blobs, noise, noise, speckles, checkerboard, one_pixel, one_row, one_column, empty, full]


def random_mask(rng, height, width):
    return KINDS[rng.integers(len(KINDS))](rng, height, width)


def moved(rng, mask):
    """A mask much like another: moved by a few pixels, with a little noise."""
    return np.roll(mask, rng.integers(-3, 4, 2), (0, 1)) ^ (rng.random(mask.shape) < 0.01)


def random_pair(rng, height, width):
    """Two masks of one size that have nothing to do with each other, or are much alike, or the same."""
    one = random_mask(rng, height, width)
    chance = rng.random()
    if chance < 0.05:
        return one, one.copy()
    return one, moved(rng, one) if chance < 0.4 else random_mask(rng, height, width)


def random_pairs(seed, sizes):
    rng = np.random.default_rng(seed)
    return [random_pair(rng, int(height), int(width)) for height, width in sizes]


# ---- strategies

generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def sizes(most):
    edges = st.integers(1, most)
    return st.one_of(st.tuples(edges, edges), st.tuples(st.just(1), edges), st.tuples(edges, st.just(1)))


@st.composite
def drawn_masks(draw, most=24, count=1):
    """`count` masks of one size, each drawn pixel by pixel if it is small, else of some kind."""
    height, width = draw(sizes(most))
    pixels = st.lists(st.booleans(), min_size=height * width, max_size=height * width)
    drawn = pixels.map(lambda values: np.array(values).reshape(height, width))
    of_a_kind = st.tuples(st.sampled_from(KINDS), generators).map(lambda both: both[0](both[1], height, width))
    return [draw(st.one_of(drawn, of_a_kind) if height * width <= 64 else of_a_kind) for _ in range(count)]


@st.composite
def run_lengths(draw, pixels):
    """Run lengths of so many pixels, runs of no length among them."""
    cuts = sorted(draw(st.lists(st.integers(0, pixels), max_size=min(pixels, 30))))
    return [stop - start for start, stop in zip([0, *cuts], [*cuts, pixels], strict=True)]
