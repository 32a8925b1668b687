"""The package as a whole: what importing it loads, where it runs, and how many threads it takes."""

import multiprocessing
import os
import pickle
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import masks
from masks import RleError, RleReason, _kernels

PACKAGE = Path(masks.__file__).parent


def python(code, **environment):
    """What `code` prints in a new interpreter that starts beside the package."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=environment.pop("cwd", PACKAGE.parent),
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def test_importing_loads_nothing_heavy():
    code = (
        "import time; start = time.perf_counter(); import masks; took = time.perf_counter() - start; import sys\n"
        "print(took, *{'numba', 'torch', 'pyarrow', 'pandas', 'datasets'} & set(sys.modules))"
    )
    outputs = [python(code).split() for _ in range(5)]
    assert [output[1:] for output in outputs] == [[]] * 5
    assert min(float(output[0]) for output in outputs) < 0.2


def test_strings_are_checked_without_pyarrow():
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "import masks; print(masks.validate_batch(['23;', None], 4, 4).tolist())"
    )
    assert python(code) == "[0, 1]"


def test_an_installation_that_cannot_be_written_to(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "masks", ignore=shutil.ignore_patterns("__pycache__"))
    # A file where the folder of compiled code would be made stops root as well, and so does a home in /proc.
    (tmp_path / "masks" / "_kernels" / "__pycache__").write_text("")
    code = (
        "import masks, masks._kernels as kernels\n"
        "print(masks.__file__, type(kernels.check._cache).__name__, masks.area({'size': [4, 4], 'counts': '23;'}))"
    )
    nowhere = "/proc/nowhere"
    output = python(
        code, cwd=tmp_path, PYTHONPATH=str(tmp_path), HOME=nowhere, XDG_CACHE_HOME=nowhere, NUMBA_CACHE_DIR=""
    )
    assert output == f"{tmp_path}/masks/__init__.py NullCache 3"


def test_no_string_is_read_outside_its_buffer(tmp_path):
    # Compiled with checks of every index. Each text lies alone in its buffer, so its end is the end of the buffer.
    code = """
import numpy as np
import masks
rng = np.random.default_rng(3)
reasons = set()
for _ in range(3000):
    pair = ["".join(rng.choice(list("/0123?@OPQ`op"), rng.integers(1, 9))) for _ in "12"]
    try:
        masks.overlap_counts([pair[0]], [pair[1]], 5, 5)
    except masks.RleError as error:
        reasons.add(error.reason.name)
print(len(reasons) >= 5, sorted(reasons))
"""
    output = python(code, NUMBA_BOUNDSCHECK="1", NUMBA_CACHE_DIR=str(tmp_path))
    assert output.startswith("True")


def test_a_kernel_is_compiled_once_for_all_kinds_of_input():
    import pyarrow as pa

    for column in (["23;"] * 3, pa.array(["23;"] * 3), pa.chunked_array([["23;"], ["23;", "23;"]], pa.large_string())):
        for heights in (4, [4] * 3, np.full(3, 4, np.int16), pa.array([4] * 3)):
            masks.validate_batch(column, heights, 4, expected_heights=heights, expected_widths=[4] * 3)
            masks.overlap_counts(column, ["23;"] * 3, heights, 4)
    assert len(_kernels.check_rows.signatures) == 1
    assert len(_kernels.overlap_rows.signatures) == 1


@pytest.fixture(scope="module")
def many():
    """9,000 pairs, more than one block of rows -> (pred, truth, counts by one thread)."""
    rng = np.random.default_rng(5)
    texts = [masks.encode(rng.random((16, 16)) < 0.5)["counts"] for _ in range(90)]
    pred, truth = ([texts[index] for index in rng.integers(0, 90, 9000)] for _ in "12")
    return pred, truth, masks.overlap_counts(pred, truth, 16, 16, threads=1)


@pytest.mark.parametrize("threads", [2, 7, None])
def test_threads_do_not_change_the_counts(many, threads):
    pred, truth, expected = many
    np.testing.assert_array_equal(masks.overlap_counts(pred, truth, 16, 16, threads=threads), expected)
    np.testing.assert_array_equal(masks.area_batch(pred, 16, 16, threads=threads), expected[1])


def test_calls_from_several_threads_at_once(many):
    pred, truth, expected = many
    with ThreadPoolExecutor(4) as pool:
        for counts in pool.map(lambda _: masks.overlap_counts(pred, truth, 16, 16, threads=2), range(8)):
            np.testing.assert_array_equal(counts, expected)


def overlap_in_child(pair):
    return np.array(masks.overlap_counts(*pair, 16, 16, threads=2))


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_still_counts(many):
    pred, truth, expected = many
    masks.overlap_counts(pred, truth, 16, 16, threads=2)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        counts = pool.map_async(overlap_in_child, [(pred, truth)]).get(timeout=60)[0]
    np.testing.assert_array_equal(counts, expected)


def test_an_error_survives_pickling():
    with pytest.raises(RleError) as caught:
        masks.validate("24;", [4, 4])
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.reason is RleReason.SUM_ABOVE
    assert str(again) == str(caught.value) == "counts add up to 17, but 4 x 4 = 16"
