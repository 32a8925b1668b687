"""Small files that stand for very much: each is refused, and the process that reads it stays small.

Growth is that of the highest memory use of a process that reads nothing else.
"""

import gzip
import struct
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leaderboard.files import Limits, read_predictions
from leaderboard.problems import ProblemCollector

ROOT = Path(__file__).parents[3]
MIB = 2**20
MOST_GROWTH = 64 * MIB


def write(path, columns, **options):
    rows = max(map(len, columns.values()))
    ordinary = {
        "dialogue_id": pa.array(["d1"] * rows),
        "language": pa.array(["en"] * rows),
        "turn": pa.array([1] * rows, pa.int32()),
        "size": pa.array([[4, 4]] * rows, pa.list_(pa.int32())),
        "counts": pa.array(["`0"] * rows),
    }
    pq.write_table(pa.table(ordinary | columns), path, compression="zstd", **options)
    return path


def page_bomb(craft, tmp_path, size, stated=None):
    """A page of zeros: 512 MiB and more in a few dozen kilobytes."""
    columns = craft.columns()
    page = craft.data_page(b"", 4, raw=craft.zeros(size), uncompressed=stated or size)
    columns["counts"] = craft.column("counts", [page], 4, codec=craft.ZSTD)
    path = tmp_path / f"page-{size}-{stated}.parquet"
    path.write_bytes(craft.parquet(columns.values()))
    assert path.stat().st_size < 200_000
    return path


def many_pages(craft, tmp_path):
    """Fifty pages of 32 MiB each: no page is large, all together are."""
    columns = craft.columns()
    pages = [craft.data_page(b"", 1, raw=craft.zeros(32 * MIB), uncompressed=32 * MIB) for _ in range(50)]
    columns["counts"] = craft.column("counts", pages, 50, codec=craft.ZSTD)
    path = tmp_path / "pages.parquet"
    path.write_bytes(craft.parquet([columns["counts"]], rows=50))
    return path


def shared_pages(craft, tmp_path):
    """Two hundred row groups that all refer to the same page of 32 MiB."""
    page = craft.data_page(b"", 4, raw=craft.zeros(32 * MIB), uncompressed=32 * MIB)
    path = tmp_path / "shared.parquet"
    path.write_bytes(craft.parquet([craft.column("counts", [page], 4, codec=craft.ZSTD)], groups=200))
    return path


def dictionary_claim(craft, tmp_path):
    """A dictionary page that claims two thousand million entries, each of which would cost sixteen bytes."""
    codes = craft.data_page(bytes([1, 8, 0]), 4, craft.RLE_DICTIONARY)
    columns = craft.columns()
    columns["language"] = craft.column("language", [craft.dictionary_page(craft.plain([b"en"]), 2**31 - 1), codes], 4)
    path = tmp_path / "entries.parquet"
    path.write_bytes(craft.parquet(columns.values()))
    return path


def empty_entries(craft, tmp_path, mebibytes, groups):
    """Dictionaries of empty texts, four bytes each before compression and sixteen in memory."""
    size, codes = mebibytes * MIB, bytes([1, 8, 0])
    pages = [
        craft.dictionary_page(b"", size // 4, raw=craft.zeros(size), uncompressed=size),
        craft.data_page(codes, 4, craft.RLE_DICTIONARY, raw=pa.Codec("zstd").compress(codes, asbytes=True)),
    ]
    columns = craft.columns() | {"counts": craft.column("counts", pages, 4, codec=craft.ZSTD)}
    path = tmp_path / f"empty-{mebibytes}-{groups}.parquet"
    path.write_bytes(craft.parquet(columns.values(), groups=groups))
    assert path.stat().st_size < 20_000
    return path


def dictionary_bomb(craft, tmp_path):
    """One long mask 20,000 times: 18 GB unfolded."""
    counts = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000, pa.int32()), pa.array(["0" * 900_000]))
    path = write(tmp_path / "dictionary.parquet", {"counts": counts})
    assert path.stat().st_size < 200_000
    return path


def differences_bomb(craft, tmp_path):
    """Texts of 100,000 characters, each written as "the same as the one before"."""
    options = {"use_dictionary": False, "column_encoding": {"counts": "DELTA_BYTE_ARRAY"}, "write_statistics": False}
    path = write(tmp_path / "differences.parquet", {"counts": pa.array(["0" * 100_000] * 5000)}, **options)
    assert path.stat().st_size < 200_000
    return path


def list_bomb(craft, tmp_path):
    return write(tmp_path / "lists.parquet", {"size": pa.array([[4] * 3_000_000], pa.list_(pa.int32()))})


def row_group_bomb(craft, tmp_path):
    path = tmp_path / "groups.parquet"
    path.write_bytes(craft.parquet(craft.columns().values(), groups=6000))
    return path


def footer_of(craft, tmp_path, name, parts):
    """A footer whose list number 4 (row groups) or 2 (schema) has very many very short parts."""
    root = {4: (craft.BINARY, b"schema"), 5: (craft.I32, 1)}
    leaf = {1: (craft.I32, 1), 3: (craft.I32, 0), 4: (craft.BINARY, b"a")}
    footer = {
        1: (craft.I32, 1),
        2: (craft.LIST, (craft.STRUCT, [root, leaf])),
        3: (craft.I64, 0),
        4: (craft.LIST, (craft.STRUCT, [])),
    } | parts
    data = craft.thrift(footer)
    path = tmp_path / f"{name}.parquet"
    path.write_bytes(b"PAR1" + data + struct.pack("<I", len(data)) + b"PAR1")
    return path


def chunks_bomb(craft, tmp_path):
    """Three bytes a column chunk, of which Arrow makes 700."""
    group = {1: (craft.LIST, (craft.STRUCT, [{2: (craft.I64, 0)}] * 700_000)), 2: (craft.I64, 0), 3: (craft.I64, 0)}
    return footer_of(craft, tmp_path, "chunks", {4: (craft.LIST, (craft.STRUCT, [group]))})


def schema_bomb(craft, tmp_path):
    root = {4: (craft.BINARY, b"schema"), 5: (craft.I32, 700_000)}
    leaf = {4: (craft.BINARY, b"")}
    return footer_of(craft, tmp_path, "schema", {2: (craft.LIST, (craft.STRUCT, [root] + [leaf] * 700_000))})


def gzip_bomb(craft, tmp_path):
    path = tmp_path / "bomb.jsonl.gz"
    row = b'{"dialogue_id": "d1", "text": "' + b"0" * MIB + b'"}\n'
    path.write_bytes(gzip.compress(row * 64, 9) * 40)  # 2.5 GiB
    assert path.stat().st_size < 4 * MIB
    return path


def blank_lines(craft, tmp_path):
    path = tmp_path / "blank.jsonl.gz"
    path.write_bytes(gzip.compress(b"{}" + b"\n" * (8 * MIB), 9))
    return path


def endless_line(craft, tmp_path):
    path = tmp_path / "line.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"dialogue_id": "' + b"0" * 200 * MIB, 9))
    return path


# What each is refused as: too large, or as unreadable where it does not say how large it gets.
BOMBS = {
    "page of 512 MiB": (lambda *to: page_bomb(*to, 512 * MIB), "too_large"),
    "page of 2 GiB": (lambda *to: page_bomb(*to, 2**31 - 1), "too_large"),
    "page that lies": (lambda *to: page_bomb(*to, 512 * MIB, stated=1000), "unreadable"),
    "many pages": (many_pages, "too_large"),
    "shared pages": (shared_pages, "too_large"),
    "dictionary claim": (dictionary_claim, "unreadable"),
    "empty entries": (lambda *to: empty_entries(*to, 120, 1), "too_large"),
    "empty entries again and again": (lambda *to: empty_entries(*to, 7, 50), "too_large"),
    "dictionary": (dictionary_bomb, "too_large"),
    "differences": (differences_bomb, "unreadable"),
    "lists": (list_bomb, "too_large"),
    "row groups": (row_group_bomb, "too_large"),
    "column chunks": (chunks_bomb, "too_large"),
    "schema": (schema_bomb, "too_large"),
    "gzip": (gzip_bomb, "too_large"),
    "blank lines": (blank_lines, "too_large"),
    "endless line": (endless_line, "too_large"),
}


def test_every_bomb_is_refused_and_memory_stays_small(craft, elsewhere, tmp_path):
    results = elsewhere(*(make(craft, tmp_path) for make, _ in BOMBS.values()))
    kinds = {name: kinds[-1] for name, (kinds, _) in zip(BOMBS, results, strict=True)}
    assert kinds == {name: kind for name, (_, kind) in BOMBS.items()}
    growth = {name: growth for name, (_, growth) in zip(BOMBS, results, strict=True)}
    assert max(growth.values()) < MOST_GROWTH, growth


@pytest.mark.parametrize("name", ["page of 512 MiB", "dictionary", "column chunks", "schema"])
def test_arrow_alone_does_grow(craft, elsewhere, tmp_path, name):
    # A control: without the checks such files cost what they are said to cost.
    if name == "dictionary":
        counts = pa.DictionaryArray.from_arrays(pa.array([0] * 400, pa.int32()), pa.array(["0" * 900_000]))
        path = tmp_path / "dictionary.parquet"
        pq.write_table(pa.table({"counts": counts}), path, store_schema=False)
    else:
        path = BOMBS[name][0](craft, tmp_path)
    ((_, growth),) = elsewhere(path, arrow=True)
    assert growth > 4 * MOST_GROWTH


def test_a_batch_of_objects_stays_small(elsewhere, tmp_path):
    # As Python objects these lists take twenty times their length in the file.
    path = tmp_path / "objects.jsonl"
    line = b'{"size": [' + b"[]," * 5_000 + b"[]]}\n"
    path.write_bytes(line * 720)  # 11 MB, as objects 240 MB
    ((kinds, growth),) = elsewhere(path)
    assert "wrong_type" in kinds
    assert growth < MOST_GROWTH / 2


@pytest.mark.parametrize(
    "layout", ['{"size": [%s]}\n', '{"mask": {"size": [%s]}}\n', '{"turn": [%s]}\n', '{"x": [%s]}\n']
)
def test_long_lists_never_become_columns(elsewhere, tmp_path, layout):
    path = tmp_path / "lists.jsonl.gz"
    line = (layout % ",".join(["1"] * 8000)).encode() + b"\n"
    path.write_bytes(gzip.compress(line * 500) * 20)  # 160 MB, 80 million numbers
    ((_, growth),) = elsewhere(path)
    assert growth < MOST_GROWTH


def test_a_line_of_another_kind_is_not_made_to_objects(elsewhere, tmp_path):
    path = tmp_path / "array.jsonl"
    path.write_bytes(b"{}\n" + b"[" + b"[]," * 600_000 + b"[]]\n")
    ((kinds, growth),) = elsewhere(path)
    assert "not_json" in kinds
    assert growth < MOST_GROWTH / 4


def test_pieces_of_a_column_are_let_go_of_before_the_next_is_joined(tmp_path):
    # Two columns of 20 MB each: both in pieces, and one of them once more while it is joined.
    texts = pa.array([f"{number:06}" + "0" * 1994 for number in range(10_000)])
    columns = {"dialogue_id": texts, "counts": texts}
    path = write(tmp_path / "texts.parquet", columns, use_dictionary=False, row_group_size=500)
    code = """
import sys
from pathlib import Path
import pyarrow
from leaderboard.files import Limits, read_predictions
from leaderboard.problems import ProblemCollector
read_predictions(Path(sys.argv[1]), Limits(), ProblemCollector())
print(pyarrow.default_memory_pool().max_memory())
"""
    command = [sys.executable, "-c", code, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=True)
    assert 60e6 < int(done.stdout) < 72e6  # all in pieces and joined: 80e6


def test_distinct_dialogues_are_limited(make):
    rows = [make.row(f"d{number}", "en", 1) for number in range(5)]
    for path in (make.parquet(rows), make.jsonl(rows)):
        for most, kinds in ((4, {"too_large"}), (5, set())):
            problems = ProblemCollector()
            read_predictions(path, Limits(dialogues=most), problems)
            assert problems.kinds == kinds
    rows = [make.row("d1", "en", number) for number in range(5)]
    problems = ProblemCollector()
    read_predictions(make.parquet(rows), Limits(dialogues=1), problems)
    assert not problems.kinds
