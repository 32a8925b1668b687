"""Files cut off or changed at random, read in a process of their own: it lives, and says what is wrong."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).parents[3]
ROWS = 300
# Ways in which honest files are written.
KINDS = {
    "plain": {"compression": "none", "use_dictionary": False},
    "dictionary": {"compression": "snappy"},
    "zstd": {"compression": "zstd", "row_group_size": 100, "data_page_size": 500, "write_batch_size": 10},
    "version 2": {"compression": "gzip", "data_page_version": "2.0", "write_page_index": True},
    "other encodings": {
        "compression": "lz4",
        "use_dictionary": False,
        "column_encoding": {"turn": "DELTA_BINARY_PACKED", "language": "DELTA_LENGTH_BYTE_ARRAY"},
    },
    "no arrow schema": {"compression": "snappy", "store_schema": False, "data_page_version": "2.0"},
}


def table(nested):
    columns = {
        "dialogue_id": pa.array([f"d{number // 3}" for number in range(ROWS)]),
        "language": pa.array(["en", "zh", "en"] * (ROWS // 3)),
        "turn": pa.array([number % 3 + 1 for number in range(ROWS)], pa.int32()),
    }
    size = pa.array([[4, 4]] * ROWS, pa.list_(pa.int32()))
    counts = pa.array(["02>" + "0" * (number * 7 % 40) for number in range(ROWS)])
    if nested:
        return pa.table(columns | {"mask": pa.StructArray.from_arrays([size, counts], ["size", "counts"])})
    return pa.table(columns | {"size": size, "counts": counts})


@pytest.fixture
def honest(tmp_path):
    paths = []
    for number, options in enumerate(KINDS.values()):
        paths.append(tmp_path / f"honest-{number}.parquet")
        pq.write_table(table(nested=number % 2 == 1), paths[-1], **options)
    return paths


def test_the_files_are_honest(honest, elsewhere):
    assert [kinds for kinds, _ in elsewhere(*honest)] == [[]] * len(honest)


@pytest.mark.parametrize("number", range(len(KINDS)), ids=list(KINDS))
def test_parquet_cut_off_anywhere_is_unreadable(honest, elsewhere, tmp_path, number):
    data = honest[number].read_bytes()
    cuts = []
    for step in range(1, 50):
        cuts.append(tmp_path / f"cut-{step}.parquet")
        cuts[-1].write_bytes(data[: len(data) * step // 50])
    assert [kinds for kinds, _ in elsewhere(*cuts)] == [["unreadable"]] * 49


def test_gzip_cut_off_anywhere_is_unreadable(make, elsewhere, tmp_path):
    lines = "\n".join(json.dumps(make.row(f"d{number}", "en", 1)) for number in range(2000))
    data = gzip.compress(lines.encode())
    cuts = []
    for step in range(1, 50):
        cuts.append(tmp_path / f"cut-{step}.jsonl.gz")
        cuts[-1].write_bytes(data[: len(data) * step // 50])
    assert [kinds for kinds, _ in elsewhere(*cuts)] == [["unreadable"]] * 49


def size_statistics(craft, levels):
    """A column whose footer counts how often each definition level occurs, for so many levels."""
    columns = craft.columns()
    statistics = {2: (craft.LIST, (craft.I64, [4] * levels)), 3: (craft.LIST, (craft.I64, [4] * levels))}
    columns["counts"] = craft.column(
        "counts", columns["counts"].pages, 4, more={16: (craft.STRUCT, {1: (craft.I64, 9)} | statistics)}
    )
    return craft.parquet(columns.values())


def test_footers_that_end_arrows_process_do_not_end_ours(craft, make, elsewhere):
    # Arrow throws where its Python side cannot catch: levels that do not fit the column, a chunk that is not there.
    paths = [
        make.file(size_statistics(craft, 3), "levels.parquet"),
        make.file(craft.parquet(craft.columns().values(), chunks_left=4), "chunks.parquet"),
    ]
    (_, growth), (kinds, _) = elsewhere(*paths)
    assert growth < 2**26
    assert kinds == ["unreadable"]


_CHANGE_AND_READ = """
import random, sys
from pathlib import Path
from leaderboard.files import Limits, read_predictions
from leaderboard.problems import ProblemCollector

seed, times, target = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
honest = [Path(path).read_bytes() for path in sys.argv[4:]]
random = random.Random(seed)
limits = Limits(decoded_bytes=2**26)
refused = 0
for number in range(times):
    data = bytearray(random.choice(honest))
    footer = int.from_bytes(data[-8:-4], "little") + 8
    for _ in range(random.choice([1, 1, 2, 5])):
        at = random.randrange(len(data) - footer if random.random() < 0.5 else 0, len(data))
        match random.randrange(4):
            case 0: data[at] ^= 1 << random.randrange(8)
            case 1: data[at] = random.choice([0, 1, 127, 128, 255, random.randrange(256)])
            case 2: del data[at : at + random.randrange(1, 5)]
            case 3: data[at:at] = random.randbytes(random.randrange(1, 5))
    target.write_bytes(data)
    problems = ProblemCollector()
    raw = read_predictions(target, limits, problems)
    refused += bool(problems.kinds)
    if raw is None and not problems.kinds:
        sys.exit(f"{number}: nothing read and nothing said")
    for group in problems.groups():
        if not all(str(problem).isprintable() and len(str(problem)) < 500 for problem in group.first):
            sys.exit(f"{number}: {group}")
print(refused, int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) // 1024)
"""


def change_and_read(seed, times, target, honest):
    command = [sys.executable, "-c", _CHANGE_AND_READ, str(seed), str(times), str(target), *map(str, honest)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1800, check=False)
    assert done.returncode == 0, f"{done.stderr[-1000:]}; the file is {target}"
    refused, mebibytes = map(int, done.stdout.split())
    return refused, mebibytes


def test_random_changes_are_answered(honest, tmp_path):
    refused, mebibytes = change_and_read(1, 400, tmp_path / "changed.parquet", honest)
    assert refused > 200
    assert mebibytes < 400


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3])
def test_very_many_random_changes_are_answered(honest, tmp_path, seed):
    refused, mebibytes = change_and_read(seed, 20_000, tmp_path / "changed.parquet", honest)
    assert refused > 10_000
    assert mebibytes < 400
