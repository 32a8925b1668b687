"""Parquet files as different writers make them, and the two ways in which a column of texts is read."""

import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leaderboard.files import Limits, parquet, read_predictions
from leaderboard.files.footer import read_footer
from leaderboard.problems import ProblemCollector

ROWS = 3000
NAMES = ["dialogue_id", "language", "turn", "size", "counts"]


def read(path, limits=None):
    problems = ProblemCollector()
    raw = read_predictions(path, limits or Limits(), problems)
    return raw, {group.kind: group for group in problems.groups()}


def rows():
    chance = random.Random(0)
    return {
        "dialogue_id": [f"dialogue {number // 4}" for number in range(ROWS)],
        "language": ["en", "zh"] * (ROWS // 2),
        "turn": [number % 4 + 1 for number in range(ROWS)],
        "size": [[chance.randrange(1, 900), chance.randrange(1, 900)] for _ in range(ROWS)],
        "counts": ["".join(chance.choices("0123456789:;<=>?@ABCDEF", k=chance.randrange(1, 90))) for _ in range(ROWS)],
    }


def table():
    kinds = [pa.string(), pa.string(), pa.int32(), pa.list_(pa.int32()), pa.string()]
    return pa.table(rows(), pa.schema(list(zip(NAMES, kinds, strict=True))))


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize(
    "options",
    [
        {"compression": compression, "data_page_version": version}
        for compression in ("none", "snappy", "gzip", "zstd", "brotli", "lz4")
        for version in ("1.0", "2.0")
    ]
    + [
        {"use_dictionary": False},
        {"use_dictionary": False, "column_encoding": {"turn": "DELTA_BINARY_PACKED", "language": "PLAIN"}},
        {"use_dictionary": ["language"], "column_encoding": {"dialogue_id": "DELTA_LENGTH_BYTE_ARRAY"}},
        {"use_dictionary": ["language"], "column_encoding": {"turn": "BYTE_STREAM_SPLIT"}},
        {"row_group_size": 100},
        {"data_page_size": 300, "write_batch_size": 7},
        {"dictionary_pagesize_limit": 2000, "write_batch_size": 10, "data_page_size": 500},
        {"version": "1.0"},
        {"store_schema": False},
        {"write_page_index": True, "write_page_checksum": True},
        {"use_compliant_nested_type": False},
        {"write_statistics": False},
    ],
    ids=str,
)
def test_all_that_pyarrow_writes_is_read(tmp_path, options, nested):
    data = table()
    if nested:
        mask = pa.StructArray.from_arrays([data[name].combine_chunks() for name in NAMES[3:]], NAMES[3:])
        data = data.select(NAMES[:3]).append_column("mask", mask)
    pq.write_table(data, tmp_path / "made.parquet", **options)
    raw, groups = read(tmp_path / "made.parquet")
    assert not groups
    expected = rows()
    assert raw.dialogue_id.to_pylist() == expected["dialogue_id"]
    assert raw.language.to_pylist() == expected["language"]
    assert raw.turn.tolist() == expected["turn"]
    assert raw.size.tolist() == expected["size"]
    assert raw.counts.to_pylist() == expected["counts"]


def test_categories_in_many_row_groups_are_read(tmp_path):
    # Every row group holds the whole dictionary, of which it needs a part.
    data = table()
    for index in (0, 1, 4):
        data = data.set_column(index, NAMES[index], data[NAMES[index]].combine_chunks().dictionary_encode())
    pq.write_table(data, tmp_path / "categories.parquet", row_group_size=50)
    raw, groups = read(tmp_path / "categories.parquet")
    assert not groups
    assert raw.counts.to_pylist() == rows()["counts"]


def test_nulls_are_read_as_nulls(tmp_path):
    values = rows()
    values["counts"][7] = None
    pq.write_table(pa.table(values), tmp_path / "null.parquet")
    raw, groups = read(tmp_path / "null.parquet")
    assert groups["null"].first[0].row == 8
    assert raw.counts.to_pylist() == values["counts"]


class TestFolded:
    """Texts that may unfold beyond the limit are read as dictionaries; what comes of them is the same."""

    def write(self, path):
        values = rows()
        # By its longest entry the dictionary stands for 3,000 x 5,000 bytes, and really for some 140,000.
        values["counts"] = [values["counts"][number % 50] for number in range(ROWS)]
        values["counts"][3] = "0" * 5000
        pq.write_table(pa.table(values), path)
        return values

    def test_gives_the_same_rows(self, tmp_path):
        path = tmp_path / "folded.parquet"
        values = self.write(path)
        limits = Limits(decoded_bytes=2**20)
        assert parquet._check_pages(path, read_footer(path, limits), ["counts"], limits) == (["counts"], 0)
        assert parquet._check_pages(path, read_footer(path, Limits()), ["counts"], Limits())[0] == []
        for some in (limits, Limits()):
            raw, groups = read(path, some)
            assert not groups
            assert raw.counts.to_pylist() == values["counts"]

    @pytest.mark.parametrize("batch", [100, 10_000])
    def test_is_refused_where_it_really_is_too_large(self, tmp_path, monkeypatch, batch):
        monkeypatch.setattr(parquet, "_BATCH_ROWS", batch)
        path = tmp_path / "folded.parquet"
        values = self.write(path)
        size = sum(map(len, values["counts"]))
        texts = sum(map(len, values["dialogue_id"])) + 2 * ROWS
        assert read(path, Limits(decoded_bytes=size // 2))[1].keys() == {"too_large"}
        # Ids and languages are counted by the longest of each.
        assert read(path, Limits(decoded_bytes=size + 2 * texts))[1].keys() == set()

    def test_shares_the_limit_with_columns_that_are_not(self, tmp_path):
        # 0.6 MB of ids as they are and 0.6 MB of masks in a dictionary.
        values = rows() | {
            "dialogue_id": [f"{number:0200}" for number in range(ROWS)],
            "counts": ["0" * 199 + str(number % 2) for number in range(ROWS)],
        }
        path = tmp_path / "both.parquet"
        pq.write_table(pa.table(values), path, use_dictionary=["counts"], data_page_size=8192, write_batch_size=10)
        limits = Limits(decoded_bytes=10**6)
        assert parquet._check_pages(path, read_footer(path, limits), ["dialogue_id", "counts"], limits)[0] == ["counts"]
        assert read(path, limits)[1].keys() == {"too_large"}
        assert not read(path, Limits(decoded_bytes=1_300_000))[1]

    def test_a_long_text_is_named_either_way(self, tmp_path):
        path = tmp_path / "folded.parquet"
        self.write(path)
        for decoded in (2**20, 2**30):
            groups = read(path, Limits(decoded_bytes=decoded, rle_chars=4999))[1]
            assert groups.keys() == {"too_long"}
            assert (groups["too_long"].first[0].row, groups["too_long"].first[0].value) == (4, "5,000 characters")


class TestUnsignedNumbers:
    def test_those_beyond_signed_ones_name_their_rows(self, tmp_path):
        data = table()
        turns, sizes = rows()["turn"], rows()["size"]
        turns[2000], sizes[7], sizes[9] = 2**63 + 5, [4, 2**64 - 1], None
        data = data.set_column(2, "turn", pa.array(turns, pa.uint64()))
        data = data.set_column(3, "size", pa.array(sizes, pa.list_(pa.uint64())))
        pq.write_table(data, tmp_path / "unsigned.parquet", row_group_size=700)
        raw, groups = read(tmp_path / "unsigned.parquet")
        assert groups.keys() == {"wrong_type", "null"}
        assert [(item.row, item.field, item.value) for item in groups["wrong_type"].first] == [
            (2001, "turn", str(2**63 + 5)),
            (8, "size", f"[4, {2**64 - 1}]"),
        ]
        assert [item.row for item in groups["null"].first] == [10]
        assert [index for index in range(ROWS) if not raw.turn_ok[index]] == [2000]
        assert [index for index in range(ROWS) if not raw.size_ok[index]] == [7, 9]
        assert raw.turn[1999:2002].tolist() == [4, 0, 2]
        assert raw.size[8].tolist() == sizes[8]

    def test_others_are_read(self, tmp_path):
        data = table().set_column(2, "turn", pa.array([2**63 - 1] * ROWS, pa.uint64()))
        pq.write_table(data.append_column("x", data["turn"]), tmp_path / "unsigned.parquet")
        raw, groups = read(tmp_path / "unsigned.parquet")
        assert not groups
        assert set(raw.turn.tolist()) == {2**63 - 1}


class TestFooters:
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"stated_rows": 5}, "5 rows in all, but 4 in the row groups"),
            ({"stated_rows": -1}, "-1 rows in all"),
            ({"footer_length": 2**32 - 1}, "a length of 4,294,967,295 bytes"),
            ({"footer_length": 10}, "footer"),
            ({"footer_length": 0}, "footer"),
        ],
    )
    def test_that_contradict_themselves_are_refused(self, make, craft, options, message):
        groups = read(make.file(craft.parquet(craft.columns().values(), **options)))[1]
        assert groups.keys() == {"unreadable"}
        assert message in groups["unreadable"].first[0].value

    def test_row_groups_and_rows_are_limited(self, make, craft):
        path = make.file(craft.parquet(craft.columns().values(), groups=10))
        assert read(path, Limits(row_groups=10, rows=40))[0].rows == 40
        assert read(path, Limits(row_groups=9))[1]["too_large"].first[0].field == "row groups"
        assert read(path, Limits(rows=39))[1]["too_large"].first[0].field == "rows"

    @pytest.mark.parametrize("claim", [{"file_path": b"/etc/passwd"}, {"encrypted": True}])
    def test_a_column_elsewhere_or_encrypted_is_refused(self, make, craft, claim):
        columns = craft.columns()
        columns["counts"] = craft.column("counts", columns["counts"].pages, 4, **claim)
        groups = read(make.file(craft.parquet(columns.values())))[1]
        assert "column counts is in another file or encrypted" in groups["unreadable"].first[0].value

    def test_an_encrypted_file_is_refused(self, make, craft):
        data = craft.parquet(craft.columns().values(), more={8: (craft.STRUCT, {})})
        assert "encrypted" in read(make.file(data))[1]["unreadable"].first[0].value

    @pytest.mark.parametrize(
        ("children", "message"),
        [
            ([4, 0, 0, 0, 2], "lacks columns"),
            ([3, 0, 0, 0, 0], "outside the schema"),
            ([-1, 0], "no tree"),
            ([2**31 - 1, 0], "no tree"),
            ([1] * 20 + [0], "no tree"),
            ([], "there are 0 columns"),
        ],
    )
    def test_a_schema_that_is_no_tree_is_refused(self, make, craft, children, message):
        schema = [
            {3: (craft.I32, 0), 4: (craft.BINARY, b"a"), 5: (craft.I32, number)}
            if number
            else {1: (craft.I32, 1), 3: (craft.I32, 0), 4: (craft.BINARY, b"a")}
            for number in children
        ]
        data = craft.parquet(craft.columns().values(), more={2: (craft.LIST, (craft.STRUCT, schema))})
        groups = read(make.file(data))[1]
        assert groups.keys() == {"unreadable"}
        assert message in groups["unreadable"].first[0].value

    @pytest.mark.parametrize("extra", ["size.more", "counts.x", "turn.a.b"])
    def test_a_name_with_a_dot_cannot_smuggle_in_a_column(self, tmp_path, extra):
        pq.write_table(table().append_column(extra, pa.array(["x"] * ROWS)), tmp_path / "dots.parquet")
        groups = read(tmp_path / "dots.parquet")[1]
        assert groups.keys() == {"duplicate_column"}
        (problem,) = groups["duplicate_column"].first
        assert problem.field == extra.split(".")[0]
        assert f"rename or drop '{extra}'" in problem.expected
