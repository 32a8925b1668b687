"""Loops compiled with a check of every index, on strings that each lie alone in a buffer of exactly their length."""

import json

from masks import RleReason
from tests.masks.processes import python


def test_nothing_is_read_or_written_outside_its_buffer(tmp_path):
    # A wrong index raises IndexError.
    environment = {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    met = json.loads(python("-m", "tests.masks.fuzzing", 5, 1500, **environment))
    assert set(met) == {reason.name for reason in RleReason} - {"UNEXPECTED_SIZE"}


def test_indices_are_checked_where_that_is_asked_for(tmp_path):
    # What the test above rests on.
    code = (
        "import numpy as np\n"
        "from masks._kernels.compiling import peek, poke, word\n"
        "data = np.zeros(8, np.uint8)\n"
        "for function, index, *value in ((peek, 8), (peek, -1), (poke, 8, 1), (poke, -1, 1), (word, 1)):\n"
        "    try:\n"
        "        function(data, index, *value)\n"
        "    except IndexError:\n"
        "        print('refused')"
    )
    refused = python("-c", code, NUMBA_BOUNDSCHECK="1", NUMBA_CACHE_DIR=str(tmp_path))
    assert refused.split() == ["refused"] * 5
