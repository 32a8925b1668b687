"""What the interpreter does not see: that the kernels compile for a device. That takes a compiler, but no device."""

import os
import subprocess
import sys

import pytest

pytest.importorskip("triton")

COMPILE = """
import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource
from masks._gpu import nearest, outlines, overlap

ints, longs, lengths = "*i32", "*i64", "*fp64"
kernels = [
    (overlap._overlap, [ints] * 5 + ["i32"], {"width": overlap.LANES}, overlap.LANES // 32),
    (outlines._outline, ["*i8"] * 2 + [longs] * 4, {"block": outlines.CELLS}, 4),
    (nearest._nearest, [lengths] * 2 + [longs] * 3 + [lengths, "i32"], nearest.TILE, 1),
    (nearest._statistics, [lengths] + [longs] * 3 + [lengths] * 2 + ["i32"] * 2, nearest.BLOCK, 4),
]
for kernel, types, constants, warps in kernels:
    names = kernel.arg_names
    signature = dict(zip(names, types + ["constexpr"] * len(constants), strict=True))
    source = ASTSource(kernel, signature, {(names.index(name),): value for name, value in constants.items()})
    options = {"num_warps": warps, "enable_fp_fusion": False}
    compiled = triton.compile(source, target=GPUTarget("cuda", 90, 32), options=options)
    print(kernel.__name__, len(compiled.asm["cubin"]) > 1000)
"""


def test_kernels_compile_for_a_device(tmp_path):
    environment = {**os.environ, "TRITON_INTERPRET": "0", "TRITON_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-W", "error", "-c", COMPILE]
    output = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert output.returncode == 0, output.stderr
    assert output.stdout.split() == ["_overlap", "True", "_outline", "True", "_nearest", "True", "_statistics", "True"]
