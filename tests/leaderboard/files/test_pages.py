"""Pages of a Parquet file, by their headers: what is counted, and which headers are refused."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leaderboard.files import Limits, read_predictions
from leaderboard.files.footer import read_footer
from leaderboard.files.pages import text_bytes, walk
from leaderboard.problems import ProblemCollector

TEXTS = [f"text {number} " + "x" * (number % 70) for number in range(3000)]


def pages_of(path, limits=None):
    limits = limits or Limits()
    with path.open("rb") as file:
        (group,) = read_footer(path, limits)
        pages = walk(file, group.chunks[0], limits, limits.pages)
        return pages, text_bytes(file, group.chunks[0], pages)


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd", "brotli", "lz4"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_plain_pages_bound_their_texts(tmp_path, compression, version):
    path = tmp_path / "plain.parquet"
    options = {"compression": compression, "data_page_version": version, "data_page_size": 8192}
    pq.write_table(pa.table({"counts": TEXTS}), path, use_dictionary=False, write_batch_size=100, **options)
    pages, most = pages_of(path)
    size = sum(map(len, TEXTS))
    # Each text has a length of 4 bytes before it; levels take a few bytes a page.
    assert size + 4 * len(TEXTS) <= most <= size + 4 * len(TEXTS) + 16 * pages.count
    assert pages.decoded == pages.spelled == most
    assert pages.count > 10
    assert (pages.coded, pages.dictionary) == (0, None)


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd", "brotli", "lz4"])
def test_a_dictionary_bounds_its_texts_by_the_longest(tmp_path, compression):
    path = tmp_path / "dictionary.parquet"
    pq.write_table(pa.table({"counts": ["ab", "abcd", "ab"] * 1000}), path, compression=compression)
    pages, most = pages_of(path)
    assert pages.coded == 3000
    assert pages.dictionary.entries == 2
    assert most == 3000 * len("abcd")


def test_a_column_that_leaves_its_dictionary_has_both(tmp_path):
    path = tmp_path / "both.parquet"
    pq.write_table(
        pa.table({"counts": TEXTS}), path, dictionary_pagesize_limit=4000, data_page_size=4000, write_batch_size=10
    )
    pages, most = pages_of(path)
    assert pages.coded > 0
    assert pages.spelled > 0
    assert most >= sum(map(len, TEXTS))


def test_a_dictionary_of_more_entries_than_values_is_left_open(tmp_path):
    values = pa.DictionaryArray.from_arrays(pa.array(np.arange(3), pa.int32()), pa.array(TEXTS))
    pq.write_table(pa.table({"counts": values}), tmp_path / "category.parquet")
    assert pages_of(tmp_path / "category.parquet")[1] is None


class TestHeaders:
    """One column of the handmade file has a header that says something else."""

    def problems(self, make, data, limits=None):
        problems = ProblemCollector()
        read_predictions(make.file(data), limits or Limits(), problems)
        return {group.kind: group.first[0] for group in problems.groups()}

    def test_the_handmade_file_is_good(self, make, craft):
        problems = ProblemCollector()
        raw = read_predictions(make.file(craft.parquet(craft.columns().values())), Limits(), problems)
        assert not problems.kinds
        assert raw.counts.to_pylist() == [row["counts"] for row in make.good]
        assert raw.size.tolist() == [row["size"] for row in make.good]

    @pytest.mark.parametrize(
        ("claims", "message"),
        [
            ({"uncompressed": -1}, "past the end of its column"),
            ({"compressed": -1}, "past the end of its column"),
            ({"compressed": 10_000}, "past the end of its column"),
            ({"values": 0}, "states 0 values"),
            ({"values": -1}, "states -1 values"),
            ({"values": 5}, "more than the 4 values"),
            ({"values": 2**31 - 1}, "more than the 4 values"),
            ({"values": 3}, "cut off"),  # another page should follow
            ({"encoding": 7}, "DELTA_BYTE_ARRAY"),
            ({"encoding": 8}, "there is none"),
        ],
    )
    def test_a_data_page_that_claims_something_else(self, make, craft, claims, message):
        columns = craft.columns()
        texts = craft.plain([row["counts"].encode() for row in make.good])
        page = craft.data_page(texts, claims.pop("values", 4), claims.pop("encoding", 0), **claims)
        columns["counts"] = craft.column("counts", [page], 4)
        found = self.problems(make, craft.parquet(columns.values()))
        assert found.keys() == {"unreadable"}
        assert message in found["unreadable"].value

    @pytest.mark.parametrize(
        ("claims", "message"),
        [
            ({"num_values": 5}, "5 values for 4 rows"),
            ({"num_values": -4}, "-4 values for 4 rows"),
            ({"num_values": 2**40}, "values for 4 rows"),
            ({"compressed": 2**40}, "do not lie in a file"),
            ({"compressed": -1}, "do not lie in a file"),
            ({"compressed": 3}, "cut off"),
            ({"offset": 0}, "do not lie in a file"),
            ({"offset": -8}, "do not lie in a file"),
            ({"offset": 2**62}, "do not lie in a file"),
        ],
    )
    def test_a_column_chunk_that_claims_something_else(self, make, craft, claims, message):
        columns = craft.columns()
        columns["counts"] = craft.column("counts", columns["counts"].pages, 4, **claims)
        found = self.problems(make, craft.parquet(columns.values()))
        assert found.keys() == {"unreadable"}
        assert message in found["unreadable"].value

    @pytest.mark.parametrize(
        ("entries", "message"), [(2**31 - 1, "it can hold"), (-1, "it can hold"), (3, "shorter than its entries")]
    )
    def test_a_dictionary_page_that_claims_something_else(self, make, craft, entries, message):
        columns = craft.columns()
        codes = craft.data_page(bytes([1, 8, 0]), 4, craft.RLE_DICTIONARY)  # one bit a code, a run of four zeros
        good = craft.dictionary_page(craft.plain([b"en", b"zhzhzh"]), 2)
        columns["language"] = craft.column("language", [good, codes], 4)
        assert not self.problems(make, craft.parquet(columns.values()))
        bad = craft.dictionary_page(craft.plain([b"en", b"zhzhzh"]), entries)
        columns["language"] = craft.column("language", [bad, codes], 4)
        found = self.problems(make, craft.parquet(columns.values()))
        assert found.keys() == {"unreadable"}
        assert message in found["unreadable"].value

    def test_entries_of_dictionaries_are_counted(self, make, craft):
        columns = craft.columns()
        codes = craft.data_page(bytes([1, 8, 0]), 4, craft.RLE_DICTIONARY)
        entries = craft.dictionary_page(craft.plain([b"en"] + [b""] * 9), 10)
        columns["language"] = craft.column("language", [entries, codes], 4)
        data = craft.parquet(columns.values())
        assert not self.problems(make, data, Limits(rows=10))
        found = self.problems(make, data, Limits(rows=9))
        assert (found["too_large"].field, found["too_large"].value) == ("language", "a dictionary of 10 entries")
        # 32 bytes an entry beside the pages: ids 24, dictionary 42 and codes 3, turns 16, sizes 44, counts 27.
        decoded = 24 + 42 + 3 + 16 + 44 + 27 + 320
        assert not self.problems(make, data, Limits(decoded_bytes=decoded))
        assert self.problems(make, data, Limits(decoded_bytes=decoded - 1)).keys() == {"too_large"}

    @pytest.mark.parametrize("levels", [(-1, 0), (0, -1), (13, 0), (0, 13), (7, 7), (2**31 - 1, 2**31 - 1)])
    def test_levels_longer_than_their_page_are_refused(self, make, craft, levels):
        columns = craft.columns()
        texts = craft.plain([row["counts"].encode() for row in make.good])[:12]
        for stated in ((0, 0), levels):
            columns["counts"] = craft.column("counts", [craft.data_page_v2(texts, 4, levels=stated)], 4)
            found = self.problems(make, craft.parquet(columns.values()))
        assert "levels of a page are longer than the page" in found["unreadable"].value

    def test_a_page_of_version_2_is_read(self, make, craft):
        columns = craft.columns()
        texts = craft.plain([row["counts"].encode() for row in make.good])
        columns["counts"] = craft.column("counts", [craft.data_page_v2(texts, 4)], 4)
        assert not self.problems(make, craft.parquet(columns.values()))

    def test_a_dictionary_that_does_not_come_first_is_refused(self, make, craft):
        columns = craft.columns()
        codes = craft.data_page(bytes([1, 8, 0]), 4, craft.RLE_DICTIONARY)
        entries = craft.dictionary_page(craft.plain([b"en"]), 1)
        columns["language"] = craft.column("language", [entries, entries, codes], 4)
        found = self.problems(make, craft.parquet(columns.values()))
        assert "does not come first" in found["unreadable"].value

    def test_too_many_pages_are_refused(self, make, craft):
        columns = craft.columns()
        pages = [craft.data_page(craft.plain([b"en"]), 1) for _ in range(100)]
        columns["language"] = craft.column("language", pages, 100)
        data = craft.parquet([columns["language"]], rows=100)
        assert "too_large" not in self.problems(make, data)
        found = self.problems(make, data, Limits(row_groups=2))  # 80 pages
        assert found["too_large"].expected == "at most 80"

    def test_a_page_beyond_its_share_is_refused(self, make, craft):
        found = self.problems(make, craft.parquet(craft.columns().values()), Limits(decoded_bytes=100))
        assert found["too_large"].value == "a page of 44 bytes after decompression"  # sizes, the first above 25
        assert found["too_large"].field == "size"

    def test_a_page_that_is_longer_in_the_file_than_it_says_counts_as_that(self, make, craft):
        columns = craft.columns()
        texts = craft.plain([row["counts"].encode().ljust(200, b"0") for row in make.good])
        columns["counts"] = craft.column("counts", [craft.data_page(texts, 4, uncompressed=1)], 4)
        found = self.problems(make, craft.parquet(columns.values()), Limits(decoded_bytes=800))
        assert (found["too_large"].field, found["too_large"].value[:19]) == ("counts", "a page of 816 bytes")
