"""Sizes that are only claimed cost no memory: nothing is taken before a string was found to be a mask of its size."""

from tests.masks.processes import python

# What a process may take is set to what it has now and a little.
LIMITED = """
import resource
import numpy as np
import masks

MEGABYTES = 1 << 20
FEW = 64 * MEGABYTES  # an image of 20,000 x 20,000 takes 400 MB


def limit(room):
    pages = int(open("/proc/self/statm").read().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + room, resource.RLIM_INFINITY))


def refused(function, *arguments, **options):
    try:
        function(*arguments, **options)
    except masks.RleError as error:
        return error.reason.name
    raise AssertionError(function)


def calls(text, height, width):
    rle, texts = {"size": [height, width], "counts": text}, [text]
    yield from ((function, rle) for function in (masks.area, masks.decode, masks.bounding_box, masks.runs))
    yield masks.validate, text, [height, width]
    columns = [masks.area_batch, masks.decode_batch, masks.bounding_box_batch, masks.runs_batch]
    yield from ((function, texts, height, width) for function in columns)
    pairwise = [masks.overlap_counts, masks.boundary_distances]
    yield from ((function, texts, texts, height, width) for function in pairwise)


# Loads and compiles everything, which takes memory of its own.
for size in ((4, 4), (10**6, 10**6)):
    for call in calls("22;", *size):
        refused(*call)
for function, *arguments in calls("23;", 4, 4):
    function(*arguments)
"""

CLAIMED = """
limit(FEW)
for height, width in ((20_000, 20_000), (20_000, 10), (10**6, 10**6), (2**62, 2**62), (10**40, 3)):
    print(height, width, *{refused(*call) for call in calls("23;", height, width)})
for height, width in ((20_000, 20_000), (10**6, 10**6)):
    texts = ["23;"] * 100_000
    print(set(masks.validate_batch(texts, height, width).tolist()))
    print(*{refused(function, texts, height, width) for function in (masks.decode_batch, masks.runs_batch)})
"""

VALID = """
# Masks that are what they claim to be: their strings are short and nothing of them is drawn that is not asked for.
height = width = 20_000
pixels = height * width
empty = masks.from_runs([pixels], [height, width])["counts"]
full = masks.from_runs([0, pixels], [height, width])["counts"]
one, other = (
    masks.from_runs([start, 2, pixels - start - 2], [height, width])["counts"]
    for start in (9_999 * height + 9_999, 10_020 * height + 10_000)
)
limit(FEW)
assert masks.area({"size": [height, width], "counts": full}) == pixels
assert masks.overlap_counts([full], [full], height, width)[0][0] == pixels
assert masks.bounding_box({"size": [height, width], "counts": full}) == (0, 0, width, height)
assert masks.runs({"size": [height, width], "counts": full}).tolist() == [0, pixels]
# Distances take memory by the box around both masks.
found = masks.boundary_distances([one, empty], [other, one], height, width)
assert found.hd.tolist() == [np.hypot(1, 21), np.hypot(height, width)]
reasons = [refused(*work, max_pixels=1 << 20) for work in (
    (masks.decode_batch, [full], height, width),
    (masks.boundary_distances, [full], [full], height, width),
    (masks.decode, {"size": [height, width], "counts": full}),
)]
print(*reasons)
try:
    masks.decode_batch([full], height, width)
except MemoryError:
    print("no room for the image itself")
"""


def test_refused_masks_of_any_claimed_size_take_no_memory():
    lines = python("-c", LIMITED + CLAIMED).splitlines()
    assert lines == [
        "20000 20000 SUM_BELOW",
        "20000 10 SUM_BELOW",
        "1000000 1000000 TOO_MANY_PIXELS",
        f"{2**62} {2**62} TOO_MANY_PIXELS",
        f"{10**40} 3 TOO_MANY_PIXELS",
        "{12}",
        "SUM_BELOW",
        "{4}",
        "TOO_MANY_PIXELS",
    ]


def test_valid_masks_of_many_pixels_take_memory_only_to_be_drawn():
    reasons, image = python("-c", LIMITED + VALID).splitlines()
    assert reasons.split() == ["TOO_MANY_PIXELS"] * 3
    assert image == "no room for the image itself"
