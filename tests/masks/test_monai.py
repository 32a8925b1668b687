"""HD95, ASSD and NSD of MONAI on pairs that have a distance, and where `masks` differs from it on purpose."""

import numpy as np
import pytest
import torch
from monai.metrics import compute_average_surface_distance, compute_hausdorff_distance, compute_surface_dice

import masks
from tests.masks import drawing

# MONAI keeps distances in four bytes, so that a distance of exactly the tolerance may come out on either side of it.
# At these spacings every squared distance is a whole multiple of the last number here, and the tolerances, whose
# squares lie half way between two multiples, are 0.005 and more away from any distance: rounding cannot decide.
SPACINGS = [((1.0, 1.0), 1.0), ((0.5, 3.0), 0.25), ((3.0, 0.5), 0.25), ((0.75, 0.75), 0.5625)]
CLOSE = 1e-4

pytestmark = pytest.mark.filterwarnings("ignore:.*always_return_as_numpy:FutureWarning")


def tolerances_between(step):
    return [float(np.sqrt((np.floor(squared / step) + 0.5) * step)) for squared in (0.6, 4, 150)]


@pytest.fixture(scope="module")
def pairs():
    """100 pairs of masks that are not empty, of 1 to 64 pixels a side."""
    rng = np.random.default_rng(17)
    drawn = drawing.random_pairs(18, rng.integers(1, 65, (150, 2)))
    return [(one, other) for one, other in drawn if one.any() and other.any()][:100]


def one_hot(mask):
    return torch.from_numpy(mask)[None, None]


def measured(pairs, spacing, tolerances=(2.0,)):
    sizes = np.transpose([pair[0].shape for pair in pairs])
    columns = [[masks.encode(mask)["counts"] for mask in side] for side in zip(*pairs, strict=True)]
    return masks.boundary_distances(*columns, *sizes, spacing, tolerances=tolerances)


def by_monai(function, pairs, spacing, **options):
    found = [
        function(one_hot(one), one_hot(other), include_background=True, spacing=spacing, **options)
        for one, other in pairs
    ]
    return torch.cat(found).numpy()[:, 0]


@pytest.mark.parametrize(("spacing", "step"), SPACINGS, ids=str)
def test_hd95_hd_assd_and_nsd_are_those_of_monai(pairs, spacing, step):
    assert len(pairs) == 100
    tolerances = tolerances_between(step)
    found = measured(pairs, spacing, tolerances)
    assert found.hd.max() > 20 and 0.05 < found.nsd.mean() < 0.95
    expected = {
        "hd95": by_monai(compute_hausdorff_distance, pairs, spacing, percentile=95),
        "hd": by_monai(compute_hausdorff_distance, pairs, spacing),
        "assd": by_monai(compute_average_surface_distance, pairs, spacing, symmetric=True),
    }
    for name, values in expected.items():
        np.testing.assert_allclose(getattr(found, name), values, rtol=0, atol=CLOSE, err_msg=name)
    for place, tolerance in enumerate(tolerances):
        nsd = by_monai(compute_surface_dice, pairs, spacing, class_thresholds=[tolerance], use_subvoxels=False)
        np.testing.assert_allclose(found.nsd[:, place], nsd, rtol=0, atol=CLOSE, err_msg=f"NSD at {tolerance}")


def test_large_masks_that_are_much_alike():
    rng = np.random.default_rng(19)
    masks_of = [drawing.blobs(rng, 300, 260) for _ in range(6)]
    pairs = [(mask, drawing.moved(rng, mask)) for mask in masks_of if mask.any()]
    spacing = (0.5, 0.75)
    found = measured(pairs, spacing)
    expected = by_monai(compute_hausdorff_distance, pairs, spacing, percentile=95)
    np.testing.assert_allclose(found.hd95, expected, rtol=0, atol=CLOSE)
    expected = by_monai(compute_average_surface_distance, pairs, spacing, symmetric=True)
    np.testing.assert_allclose(found.assd, expected, rtol=0, atol=CLOSE)


@pytest.mark.filterwarnings("ignore:the (prediction|ground truth) of class")
def test_empty_masks_have_a_distance_where_monai_has_none():
    empty, some = np.zeros((30, 40), bool), np.zeros((30, 40), bool)
    some[3:9, 4:20] = True
    pairs = [(empty, empty), (empty, some), (some, empty)]
    found = measured(pairs, (0.5, 3.0))
    diagonal = np.hypot(30 * 0.5, 40 * 3.0)
    for distances in (found.hd95, found.hd, found.assd):
        assert distances.tolist() == [0, diagonal, diagonal]
    assert found.nsd.tolist() == [[1], [0], [0]]
    # A missed mask would have no distance at all, and its mean over images would leave out the worst ones.
    assert not np.isfinite(by_monai(compute_hausdorff_distance, pairs, (0.5, 3.0), percentile=95)).any()
    assert np.isnan(by_monai(compute_surface_dice, pairs[:1], (0.5, 3.0), class_thresholds=[2.0])).all()
