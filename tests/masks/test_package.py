"""The package as a whole: what importing it loads, and how its loops are compiled and kept."""

import json
import os
import pickle
import shutil

import numpy as np
import pyarrow as pa
import pytest

import masks
from masks import RleError, RleReason, _kernels
from tests.masks.processes import PACKAGE, python

# Prints of every compiled loop its name, how its code is kept, and how many versions were loaded and compiled.
KERNELS = """
import json, sys
from numba.core.dispatcher import Dispatcher

found = {}
for module, content in list(sys.modules.items()):
    if module.startswith("masks._kernels."):
        for name, value in vars(content).items():
            if isinstance(value, Dispatcher) and value.py_func.__module__ == module:
                stats = value.stats
                kept = type(value._cache).__name__, sum(stats.cache_hits.values()), sum(stats.cache_misses.values())
                found[f"{module}.{name}"] = kept
print(json.dumps(found))
"""
CALL_EVERYTHING = "from tests.masks import fuzzing; fuzzing.call_everything()\n"


def copied_package(place):
    shutil.copytree(PACKAGE, place / "masks", ignore=shutil.ignore_patterns("__pycache__"))
    return place / "masks"


def test_importing_loads_nothing_heavy():
    code = (
        "import time; start = time.perf_counter(); import masks; took = time.perf_counter() - start; import sys\n"
        "heavy = {'numba', 'torch', 'pyarrow', 'pandas', 'datasets', 'scipy', 'triton'}\n"
        "print(took, *heavy & set(sys.modules))"
    )
    outputs = [python("-c", code).split() for _ in range(5)]
    assert [output[1:] for output in outputs] == [[]] * 5
    assert min(float(output[0]) for output in outputs) < 0.2


def test_strings_are_checked_without_pyarrow():
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "import masks; print(masks.validate_batch(['23;', None], 4, 4).tolist())"
    )
    assert python("-c", code) == "[0, 1]"


def test_the_next_process_compiles_nothing():
    for _ in range(3):  # processes that end at the same moment may leave out each other's work
        kernels = json.loads(python("-c", CALL_EVERYTHING + KERNELS))
        if not any(compiled for _, _, compiled in kernels.values()):
            break
    loaded = {name for name, (_, hits, _) in kernels.items() if hits}
    outermost = {name for name in kernels if name.endswith("_rows")} | {
        f"masks._kernels.reading.{name}" for name in ("check", "locate")
    }
    assert len(outermost) >= 10
    assert loaded >= outermost
    assert not any(compiled for _, _, compiled in kernels.values())


def without_a_place_to_write(tmp_path, code):
    """Runs the code with a copy of the package, then prints the file of the package and its kernels."""
    package = copied_package(tmp_path)
    # A file where the folder of compiled code would be made stops root as well, and so does a home in /proc.
    (package / "_kernels" / "__pycache__").write_text("")
    nowhere = "/proc/nowhere"
    places = {"HOME": nowhere, "XDG_CACHE_HOME": nowhere, "NUMBA_CACHE_DIR": ""}
    path = os.pathsep.join([str(tmp_path), str(PACKAGE.parent)])
    code += "import masks; print(masks.__file__)\n" + KERNELS
    file, kernels = python("-c", code, cwd=tmp_path, PYTHONPATH=path, **places).splitlines()
    assert file == str(package / "__init__.py")
    return json.loads(kernels)


def test_an_installation_that_cannot_be_written_to(tmp_path):
    code = "import masks; assert masks.overlap_counts(['23;'], ['14;'], 4, 4)[0].tolist() == [3]\n"
    kernels = without_a_place_to_write(tmp_path, code)
    assert len(kernels) > 20
    assert {kept for kept, _, _ in kernels.values()} == {"NullCache"}


@pytest.mark.slow
def test_every_function_in_an_installation_that_cannot_be_written_to(tmp_path):
    without_a_place_to_write(tmp_path, CALL_EVERYTHING)


def test_changed_source_is_compiled_again(tmp_path):
    package = copied_package(tmp_path)
    edits = {"_kernels/reading.py": ("MAX_GROUPS = 6", "MAX_GROUPS = 1"), "reasons.py": ("EMPTY = 5", "EMPTY = 55")}
    # A loop of painting.py that calls what is in reading.py, and one that has the number of a reason compiled in.
    code = """
import masks
try:
    print(masks.runs_batch(["`0"], 4, 4)[0].tolist())
except masks.RleError as error:
    print(error)
print(masks.validate_batch([""], 4, 4).tolist())
"""
    environment = {"PYTHONPATH": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "compiled")}
    assert python("-c", code, cwd=tmp_path, **environment).splitlines() == ["[16]", "[5]"]
    assert list((tmp_path / "compiled").rglob("*.nbc"))
    for name, (old, new) in edits.items():
        source = (package / name).read_text()
        assert source.count(old) == 1
        (package / name).write_text(source.replace(old, new))
    runs, reasons = python("-c", code, cwd=tmp_path, **environment).splitlines()
    assert runs == "mask 0: run 0 has 2 characters, '`0', but at most 1 were expected"
    assert reasons == "[55]"


def test_a_kernel_is_compiled_once_for_all_kinds_of_input():
    functions = [masks.area_batch, masks.bounding_box_batch, masks.runs_batch]
    pairwise = [masks.overlap_counts, masks.boundary_distances]
    kernels = [_kernels.check_rows, _kernels.overlap_rows, _kernels.box_rows, _kernels.run_rows, _kernels.length_rows]
    for column in (["23;"] * 3, pa.array(["23;"] * 3), pa.chunked_array([["23;"], ["23;", "23;"]], pa.large_string())):
        for heights in (4, [4] * 3, np.full(3, 4, np.int16), pa.array([4] * 3)):
            masks.validate_batch(column, heights, 4, expected_heights=heights, expected_widths=[4] * 3)
            for function in functions:
                function(column, heights, 4)
            for function in pairwise:
                function(column, ["23;"] * 3, heights, 4)
        masks.decode_batch(column, 4, 4)
    assert [len(kernel.signatures) for kernel in [*kernels, _kernels.paint_rows]] == [1] * 6
    assert len(_kernels.surface_rows.signatures) <= 2  # short and long numbers of columns


def test_an_error_survives_pickling():
    with pytest.raises(RleError) as caught:
        masks.validate("24;", [4, 4])
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.reason is RleReason.SUM_ABOVE
    assert str(again) == str(caught.value) == "counts add up to 17, but 4 x 4 = 16"
