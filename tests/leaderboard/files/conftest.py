"""Parquet files written by hand, so that a header can say anything, and readings in a process of their own."""

import json
import struct
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest

ROOT = Path(__file__).parents[3]
I32, I64, BINARY, LIST, STRUCT = 5, 6, 8, 9, 12
BYTE_ARRAY, INT32 = 6, 1
UNCOMPRESSED, SNAPPY, ZSTD = 0, 1, 6
DATA, DICTIONARY, DATA_V2 = 0, 2, 3
PLAIN, RLE, DELTA_BYTE_ARRAY, RLE_DICTIONARY = 0, 3, 7, 8


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def thrift(fields):
    """A struct of compact Thrift: {number: (type, value)}, with the list ("elements' type", values) for LIST."""
    out, last = b"", 0
    for number, (kind, value) in fields.items():
        out += bytes([(number - last) << 4 | kind]) + thrift_value(kind, value)
        last = number
    return out + b"\0"


def thrift_value(kind, value):
    if kind in (I32, I64):
        return varint(value << 1 if value >= 0 else (-value << 1) - 1)
    if kind == BINARY:
        return varint(len(value)) + value
    if kind == STRUCT:
        return thrift(value)
    inner, values = value
    head = bytes([len(values) << 4 | inner]) if len(values) < 15 else bytes([0xF0 | inner]) + varint(len(values))
    return head + b"".join(thrift_value(inner, item) for item in values)


def data_page(body, values, encoding=PLAIN, *, raw=None, uncompressed=None, compressed=None):
    """A data page whose header says so; raw: the bytes in the file, where they are compressed."""
    raw = body if raw is None else raw
    return raw, {
        1: (I32, DATA),
        2: (I32, len(body) if uncompressed is None else uncompressed),
        3: (I32, len(raw) if compressed is None else compressed),
        5: (STRUCT, {1: (I32, values), 2: (I32, encoding), 3: (I32, RLE), 4: (I32, RLE)}),
    }


def data_page_v2(body, values, *, levels=(0, 0)):
    """A data page of version 2; levels: how many bytes of it are said to be definition and repetition levels."""
    fields = {
        1: (I32, values),
        2: (I32, 0),
        3: (I32, values),
        4: (I32, PLAIN),
        5: (I32, levels[0]),
        6: (I32, levels[1]),
    }
    return body, {1: (I32, DATA_V2), 2: (I32, len(body)), 3: (I32, len(body)), 8: (STRUCT, fields)}


def dictionary_page(body, entries, *, raw=None, uncompressed=None):
    raw = body if raw is None else raw
    return raw, {
        1: (I32, DICTIONARY),
        2: (I32, len(body) if uncompressed is None else uncompressed),
        3: (I32, len(raw)),
        7: (STRUCT, {1: (I32, entries), 2: (I32, PLAIN)}),
    }


def plain(texts):
    return b"".join(struct.pack("<I", len(text)) + text for text in texts)


def column(name, pages, values, *, kind=BYTE_ARRAY, codec=UNCOMPRESSED, repeated=False, **claims):
    """claims: num_values, compressed (bytes in the file), offset, file_path, encrypted, more (metadata fields)."""
    return SimpleNamespace(
        name=name, pages=pages, values=values, kind=kind, codec=codec, repeated=repeated, claims=claims
    )


def good_columns():
    """The four rows of the fixture `good`, one page a column."""
    # Of a repeated field: repetition 0 1 0 1 ... as one bit-packed run of 8, definition 1 as a run of 8, the numbers.
    levels = struct.pack("<I", 2) + bytes([3, 0b10101010]) + struct.pack("<I", 2) + bytes([16, 1])
    return {
        "dialogue_id": column("dialogue_id", [data_page(plain([b"d1", b"d1", b"d2", b"d3"]), 4)], 4),
        "language": column("language", [data_page(plain([b"en"] * 4), 4)], 4),
        "turn": column("turn", [data_page(struct.pack("<4i", 1, 3, 1, 1), 4)], 4, kind=INT32),
        "size": column("size", [data_page(levels + struct.pack("<8i", *[4] * 8), 8)], 8, kind=INT32, repeated=True),
        "counts": column("counts", [data_page(plain([b"02>", b"088", b"`0", b"0<4"]), 4)], 4),
    }


def parquet(columns, rows=4, *, groups=1, stated_rows=None, footer_length=None, chunks_left=None, more=None):
    """The bytes of a Parquet file of these columns; every row group refers to the same pages."""
    data = b"PAR1"
    chunks = []
    for item in columns:
        start, first_data = len(data), None
        for raw, header in item.pages:
            if header[1][1] != DICTIONARY and first_data is None:
                first_data = len(data)
            data += thrift(header) + raw
        metadata = {
            1: (I32, item.kind),
            2: (LIST, (I32, [PLAIN])),
            3: (LIST, (BINARY, [item.name.encode()])),
            4: (I32, item.codec),
            5: (I64, item.claims.get("num_values", item.values)),
            6: (I64, len(data) - start),
            7: (I64, item.claims.get("compressed", len(data) - start)),
            9: (I64, item.claims.get("offset", first_data if first_data is not None else start)),
        }
        if item.pages and item.pages[0][1][1][1] == DICTIONARY:
            metadata[11] = (I64, start)
        metadata |= item.claims.get("more", {})
        place = {1: (BINARY, item.claims["file_path"])} if "file_path" in item.claims else {}
        encryption = {8: (STRUCT, {})} if item.claims.get("encrypted") else {}
        chunks.append(place | {2: (I64, start), 3: (STRUCT, metadata)} | encryption)
    leaves = [
        {1: (I32, item.kind), 3: (I32, 2 if item.repeated else 0), 4: (BINARY, item.name.encode())}
        | ({6: (I32, 0)} if item.kind == BYTE_ARRAY else {})
        for item in columns
    ]
    group = {1: (LIST, (STRUCT, chunks[:chunks_left])), 2: (I64, len(data)), 3: (I64, rows)}
    footer = {
        1: (I32, 1),
        2: (LIST, (STRUCT, [{4: (BINARY, b"schema"), 5: (I32, len(leaves))}, *leaves])),
        3: (I64, rows * groups if stated_rows is None else stated_rows),
        4: (LIST, (STRUCT, [group] * groups)),
    } | (more or {})
    footer = thrift(footer)
    return data + footer + struct.pack("<I", len(footer) if footer_length is None else footer_length) + b"PAR1"


def zeros(size):
    """Zstandard frames that decompress to `size` zero bytes, and cost next to nothing."""
    mebibyte = pa.Codec("zstd").compress(bytes(2**20), asbytes=True)
    return mebibyte * (size >> 20) + pa.Codec("zstd").compress(bytes(size & (2**20 - 1)), asbytes=True)


@pytest.fixture
def craft():
    """The writers above."""
    return SimpleNamespace(
        parquet=parquet,
        column=column,
        columns=good_columns,
        data_page=data_page,
        data_page_v2=data_page_v2,
        dictionary_page=dictionary_page,
        plain=plain,
        thrift=thrift,
        varint=varint,
        zeros=zeros,
        I32=I32,
        I64=I64,
        BINARY=BINARY,
        LIST=LIST,
        STRUCT=STRUCT,
        INT32=INT32,
        ZSTD=ZSTD,
        SNAPPY=SNAPPY,
        DATA_V2=DATA_V2,
        DELTA_BYTE_ARRAY=DELTA_BYTE_ARRAY,
        RLE_DICTIONARY=RLE_DICTIONARY,
    )


_READ = """
import json, sys
from pathlib import Path
from leaderboard.files import Limits, read_predictions
from leaderboard.problems import ProblemCollector
def highest():  # of this program; what getrusage says is inherited from the test's process
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024
read_predictions(Path(sys.argv[1]), Limits(), ProblemCollector())  # whatever is loaded at first use
for path in sys.argv[2:]:
    problems = ProblemCollector()
    before = highest()
    {read}
    print(json.dumps([[group.kind for group in problems.groups()], highest() - before]), flush=True)
"""
_OURS = "read_predictions(Path(path), Limits(), problems)"
_ARROWS = """
    import pyarrow.parquet as pq
    try:
        file = pq.ParquetFile(path)
        file.read() if file.metadata.num_rows else None
    except OSError:
        pass
"""


@pytest.fixture
def elsewhere(good):
    """Read files in another process -> for each the kinds of problems, and how many bytes the process grew to at most.

    arrow=True: by Arrow alone, to show that a file does harm there.
    """

    def read(*paths, arrow=False):
        code = _READ.format(read=_ARROWS if arrow else _OURS)
        command = [sys.executable, "-c", code, str(good), *map(str, paths)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return [tuple(json.loads(line)) for line in done.stdout.splitlines()]

    return read
