"""How loops are compiled: at their first call, kept on disk, without the interpreter lock.

peek, poke and word read and write an array without numba's handling of negative indices, which costs as much as the
work of a short loop. With NUMBA_BOUNDSCHECK=1 they check every index instead; the tests run them so.
"""

import hashlib
import pickle
from contextlib import suppress
from functools import partial
from pathlib import Path

import numba
from llvmlite import ir
from numba import types
from numba.core.caching import IndexDataCacheFile
from numba.extending import intrinsic

from masks import reasons

_FILES = [Path(reasons.__file__), *sorted(Path(__file__).parent.glob("*.py"))]
_STAMP = (
    numba.__version__,
    bool(numba.config.BOUNDSCHECK),
    *((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in _FILES),
)


class _CompiledFiles(IndexDataCacheFile):
    """Compiled code on disk, a file for each signature, named by all that it was compiled from.

    Numba's own index looks at the file of the outermost loop alone and would go on with what was compiled from another
    one's old text; and it names files by numbers, which two processes that compile at once may give to different code.
    """

    def _file_name(self, key) -> str:
        digest = hashlib.sha256(repr((_STAMP, key)).encode()).hexdigest()
        return f"{self._index_name.removesuffix('.nbi')}.{digest[:24]}.nbc"

    def flush(self) -> None:
        """Nothing is kept but the files."""

    def save(self, key, data) -> None:
        # A full disk is no reason not to count.
        with suppress(OSError):
            self._save_data(self._file_name(key), data)

    def load(self, key):
        with suppress(OSError, EOFError, pickle.UnpicklingError):
            return self._load_data(self._file_name(key))


def kernel(function=None, **more):
    """Compile `function` at its first call and keep the result on disk, if numba finds a place that it may write to."""
    if function is None:
        return partial(kernel, **more)
    options = {"nogil": True, "error_model": "numpy", **more}
    try:
        compiled = numba.njit(cache=True, **options)(function)
    except RuntimeError:
        return numba.njit(**options)(function)
    cache = compiled._cache
    if hasattr(cache, "_cache_file"):
        cache._cache_file = _CompiledFiles(cache._cache_path, cache._impl.filename_base, None)
    return compiled


def _pointer(context, builder, array_type, array, index):
    return builder.gep(context.make_array(array_type)(context, builder, array).data, [index])


@intrinsic
def _peek(typing, array, index):
    def generate(context, builder, signature, arguments):
        return builder.load(_pointer(context, builder, signature.args[0], *arguments))

    return array.dtype(array, index), generate


@intrinsic
def _poke(typing, array, index, value):
    def generate(context, builder, signature, arguments):
        array_type, _, value_type = signature.args
        item = context.cast(builder, arguments[2], value_type, array_type.dtype)
        builder.store(item, _pointer(context, builder, array_type, *arguments[:2]))
        return context.get_dummy_value()

    return types.void(array, index, value), generate


@intrinsic
def _word(typing, array, index):
    def generate(context, builder, signature, arguments):
        pointer = _pointer(context, builder, signature.args[0], *arguments)
        return builder.load(builder.bitcast(pointer, ir.IntType(64).as_pointer()), align=1)

    return types.uint64(array, index), generate


@intrinsic
def reinterpret(typing, number):
    """The bits of a float as an integer of its size, or those of an integer as a float."""
    kinds = {types.float32: types.int32, types.float64: types.int64, types.int32: types.float32}
    kind = kinds.get(number, types.float64)

    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], context.get_value_type(signature.return_type))

    return kind(number), generate


@intrinsic
def lowest_bit(typing, value):
    """The place of the lowest bit that is set in a uint64 other than 0, from 0 on."""

    def generate(context, builder, signature, arguments):
        return builder.cttz(arguments[0], ir.IntType(1)(1))

    return types.int64(types.uint64), generate


if numba.config.BOUNDSCHECK:

    @kernel
    def peek(array, index):
        if index < 0:
            raise IndexError("negative index")
        return array[index]

    @kernel
    def poke(array, index, value):
        if index < 0:
            raise IndexError("negative index")
        array[index] = value

    @kernel
    def word(array, index):
        if index < 0 or index + 8 > array.size:
            raise IndexError("word outside the array")
        return _word(array, index)

else:

    @kernel
    def peek(array, index):
        """array[index] of a contiguous array; the index must lie in 0 to size - 1."""
        return _peek(array, index)

    @kernel
    def poke(array, index, value):
        """array[index] = value of a contiguous array; the index must lie in 0 to size - 1."""
        _poke(array, index, value)

    @kernel
    def word(array, index):
        """The eight bytes from `index` of a contiguous uint8 array as one uint64, in the order of the machine."""
        return _word(array, index)
