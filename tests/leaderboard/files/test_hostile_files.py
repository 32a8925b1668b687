"""Files that are damaged, no predictions at all or made to do harm: each is answered with a short report."""

import datetime
import decimal
import json
import math
import unicodedata

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
            (b"\x1f\x8b\x08\x00junk", "unreadable"),
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

    @pytest.mark.parametrize(
        "text",
        [
            "\u202egpj.exe",
            "a\nb\x1b[31m",
            "x" * 100_000,
            "<script>alert(1)</script>",
            '"><img src=x onerror=alert(1)>',
            "\u0000",
            "d1\u0000",
            "d1\u200b",
            "d1\ufeff",
            "d\u0331" + "\u0489" * 50,
            "\u0501" + "1",  # a Cyrillic letter in the place of d
            "\uff44\uff11",  # full width
            " d1",
            "D1",
            "d1\u0301",
            "\U0001f5fa" * 1000,
            "d1\u2028d1",
            "../../etc/passwd",
            "{{7*7}}",
            "=HYPERLINK(1)",
        ],
    )
    def test_a_strange_id_or_language_is_refused_in_one_short_line(self, make, truth, text):
        rows = [*make.good, make.row(text, "en", 1), make.row("d1", text, 1)]
        for path in (make.parquet(rows), make.jsonl(rows)):
            report = validate_file(path, truth)
            assert make.kinds(report) == {"unknown_dialogue": 1, "unknown_language": 1}
            for problem in (item for item_group in report.groups for item in item_group.first):
                assert problem.row in (5, 6)
                assert len(problem.value) < 200
                assert problem.value.isprintable()
                assert not any(map(unicodedata.combining, problem.value))
                assert len(problem.key) < 400
                assert problem.key.isprintable()

    def test_a_letter_that_looks_like_another_is_named(self, make, truth):
        report = validate_file(make.parquet([*make.good, make.row("\u05011", "en", 1)]), truth)
        assert "U+0501 (CYRILLIC SMALL LETTER KOMI DE)" in make.group(report, "unknown_dialogue").first[0].value

    @pytest.mark.parametrize("name", ["dialogue_id", "language", "turn", "size", "counts"])
    @pytest.mark.parametrize(
        ("kind", "value"),
        [
            (pa.bool_(), True),
            (pa.float64(), math.nan),
            (pa.float32(), math.inf),
            (pa.decimal128(38, 3), decimal.Decimal("1.5")),
            (pa.date32(), datetime.date(2020, 1, 1)),
            (pa.timestamp("us"), datetime.datetime(2020, 1, 1)),
            (pa.duration("us"), datetime.timedelta(1)),
            (pa.binary(), b"1"),
            (pa.binary(3), b"abc"),
            (pa.list_(pa.string()), ["4", "4"]),
            (pa.list_(pa.list_(pa.int32())), [[4], [4]]),
            (pa.struct([("size", pa.int32())]), {"size": 4}),
            (pa.map_(pa.string(), pa.int32()), [("a", 4)]),
            (pa.null(), None),
            (pa.dictionary(pa.int8(), pa.binary()), b"x"),
        ],
        ids=str,
    )
    def test_a_column_of_any_other_type_is_refused(self, make, truth, name, kind, value):
        schema = pa.schema([(item.name, kind if item.name == name else item.type) for item in make.schema])
        table = pa.Table.from_pylist([{**row, name: None} for row in make.good], schema=schema)
        index = table.column_names.index(name)
        path = make.file(b"")
        pq.write_table(table.set_column(index, name, pa.array([value] * 4, kind)), path)
        report = validate_file(path, truth)
        assert make.kinds(report) == {"wrong_type": 1}
        assert make.group(report, "wrong_type").first[0].field == name

    @pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
    @pytest.mark.parametrize("field", ["turn", "counts", "score"])
    def test_a_number_that_is_none_is_refused(self, make, truth, constant, field):
        row = json.dumps(make.good[1] | {field: 0}).replace(f'"{field}": 0', f'"{field}": {constant}')
        lines = [json.dumps(make.good[0]), row, *map(json.dumps, make.good[2:])]
        report = validate_file(make.file("\n".join(lines).encode()), truth)
        problem = make.group(report, "not_json").first[0]
        assert (problem.row, problem.value) == (2, constant)
        assert "NaN" in problem.expected

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

    def test_messages_say_nothing_about_a_true_mask(self, make, truth):
        rows = [row | {"counts": "23"} for row in make.good]
        text = validate_file(make.parquet(rows), truth).to_text()
        for row in make.rows:
            assert row["mask"]["counts"] not in text
            assert row["target"] not in text
