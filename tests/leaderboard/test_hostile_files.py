"""Files that are damaged, no predictions at all or made to do harm: each is answered with a short report."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leaderboard import Limits, validate_file

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


class TestFilesThatAreNoPredictions:
    @pytest.mark.parametrize(
        ("data", "kind"),
        [
            (b"", "empty_file"),
            (b"PAR1", "unreadable"),
            (b"PAR1" + b"\xff" * 100 + b"PAR1", "unreadable"),
            (b"\x1f\x8b\x08\x00junk", "not_predictions"),
            (b"dialogue_id,language\nd1,en\n", "not_predictions"),
            (b'[{"dialogue_id": "d1"}]', "not_predictions"),
            (b"\x00" * 100, "not_predictions"),
            (b"   \n\n", "not_predictions"),
            (b"null\n", "not_predictions"),
            ("{}".encode("utf-16"), "not_predictions"),
            (b'{"mturn_seg": {"digest": null}}\n', "empty_file"),
        ],
    )
    def test_are_refused_with_one_message(self, make, truth, data, kind):
        report = validate_file(make.file(data), truth)
        assert not report.ok
        assert make.kinds(report) == {kind: 1}
        assert report.tracks == []

    def test_a_parquet_file_without_rows_is_empty(self, make, truth):
        assert make.kinds(validate_file(make.parquet([]), truth)) == {"empty_file": 1}

    def test_a_truncated_parquet_file_is_unreadable(self, make, truth, good):
        assert make.kinds(validate_file(make.file(good.read_bytes()[:-20]), truth)) == {"unreadable": 1}

    def test_a_path_that_is_no_file_raises(self, truth, tmp_path):
        with pytest.raises(FileNotFoundError):
            validate_file(tmp_path / "nowhere.parquet", truth)


class TestHostileFiles:
    def test_a_file_over_a_limit_is_one_message(self, make, truth, good):
        jsonl = make.jsonl(make.good)
        for path, limits in (
            (good, Limits(file_bytes=100)),
            (good, Limits(rows=3)),
            (jsonl, Limits(rows=3)),
            (jsonl, Limits(line_bytes=20)),
        ):
            report = validate_file(path, truth, limits)
            assert make.kinds(report) == {"too_large": 1}

    def test_a_long_mask_is_named(self, make, truth):
        rows = [*make.good[:2], make.good[2] | {"counts": "0" * 101}, make.good[3]]
        for path in (make.parquet(rows), make.jsonl(rows)):
            report = validate_file(path, truth, Limits(rle_chars=100))
            assert make.kinds(report) == {"too_long": 1}
            assert make.group(report, "too_long").first[0].row == 3

    def test_a_dictionary_bomb_is_refused_before_it_unfolds(self, make, truth, tmp_path):
        rows = 20_000
        table = pa.table(
            {
                "dialogue_id": pa.array(["d1"] * rows),
                "language": pa.array(["en"] * rows),
                "turn": pa.array([1] * rows, pa.int32()),
                "size": pa.array([[4, 4]] * rows),
                "counts": pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["0" * 900_000])),
            }
        )
        path = tmp_path / "bomb.parquet"
        pq.write_table(table, path, compression="zstd")
        assert path.stat().st_size < 200_000  # and 18 GB unfolded
        before = pa.total_allocated_bytes()
        report = validate_file(path, truth)
        assert make.kinds(report) == {"too_large": 1}
        assert pa.total_allocated_bytes() - before < 2**28

    def test_endless_size_lists_are_refused_by_the_metadata(self, make, truth, tmp_path):
        table = pa.Table.from_pylist([make.good[0] | {"size": [4] * 1_000_000}], schema=make.schema)
        pq.write_table(table, tmp_path / "lists.parquet", compression="zstd")
        assert make.kinds(validate_file(tmp_path / "lists.parquet", truth)) == {"too_large": 1}

    def test_text_that_is_not_utf8_names_its_row(self, make, truth, tmp_path):
        good = pa.Table.from_pylist(make.good, schema=make.schema)
        raw = pa.array([b"d1", b"\xff\xfe", b"d2", b"d3"], pa.binary())
        broken = pa.StringArray.from_buffers(4, *raw.buffers()[1:3])
        pq.write_table(good.set_column(0, "dialogue_id", broken), tmp_path / "broken.parquet")
        report = validate_file(tmp_path / "broken.parquet", truth)
        assert make.group(report, "not_text").first[0].row == 2

    def test_two_columns_of_one_name_are_refused(self, make, truth, tmp_path):
        table = pa.Table.from_pylist(make.good, schema=make.schema)
        pq.write_table(table.append_column("turn", table["turn"]), tmp_path / "twice.parquet")
        assert make.kinds(validate_file(tmp_path / "twice.parquet", truth)) == {"duplicate_column": 1}

    @pytest.mark.parametrize("text", ["\u202egpj.exe", "a\nb\x1b[31m", "x" * 100_000, "<script>", "\u0000"])
    def test_hostile_text_is_shown_short_and_on_one_line(self, make, truth, text):
        report = validate_file(make.parquet([*make.good, make.row(text, "en", 1), make.row("d1", text, 1)]), truth)
        for problem in (item for item_group in report.groups for item in item_group.first):
            assert len(problem.value) < 200
            assert problem.value.isprintable()
            assert len(problem.key) < 400
            assert problem.key.isprintable()

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "dialogue_id": st.sampled_from(["d1", "d2", "d3"]) | JSON,
                    "language": st.sampled_from(["en", "zh"]) | JSON,
                    "turn": st.integers(-1, 4) | JSON,
                    "size": st.just([4, 4]) | JSON,
                    "counts": st.sampled_from(["`0", "23;", "0`0"]) | st.text(st.characters(max_codepoint=127)) | JSON,
                    "mask": JSON,
                },
            )
            | JSON,
            min_size=1,
            max_size=6,
        )
    )
    def test_any_json_is_answered_with_a_report(self, make, truth, rows):
        report = validate_file(make.jsonl(rows), truth)
        assert report.rows in (len(rows), 0)
        assert report.ok == (not report.groups)
        assert all(line.isprintable() for line in report.to_text().split("\n"))

    def test_damaged_files_are_answered_with_a_report(self, make, truth, good):
        data = good.read_bytes()
        for place in range(4, len(data), max(1, len(data) // 300)):
            broken = bytearray(data)
            broken[place] ^= 0xFF
            report = validate_file(make.file(bytes(broken)), truth)
            assert report.ok == (not report.groups)

    def test_messages_say_nothing_about_a_true_mask(self, make, truth):
        rows = [row | {"counts": "23"} for row in make.good]
        text = validate_file(make.parquet(rows), truth).to_text()
        for row in make.rows:
            assert row["mask"]["counts"] not in text
            assert row["target"] not in text
