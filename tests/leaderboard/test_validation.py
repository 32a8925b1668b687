"""What a prediction file must hold, and what is said when it does not. Every fault of a file is named in one pass."""

import json

import pyarrow as pa
import pytest

from leaderboard import Limits, validate_file
from leaderboard.validation import read_submission


class TestGoodFiles:
    def test_complete_tracks_and_languages_are_named(self, good, truth):
        report = validate_file(good, truth)
        assert (report.ok, report.rows, report.tracks, report.languages) == (
            True,
            4,
            ["en-single", "en-multi"],
            ["en"],
        )
        assert report.notes == ["no rows for zh-single, zh-multi: not scored"]

    @pytest.mark.parametrize("write", ["parquet", "jsonl"])
    @pytest.mark.parametrize("nested", [False, True])
    def test_both_formats_and_both_mask_layouts_are_read(self, make, truth, write, nested):
        rows, schema = make.good, make.schema
        if nested:
            rows = [
                {key: row[key] for key in ("dialogue_id", "language", "turn")}
                | {"mask": {"size": row["size"], "counts": row["counts"]}}
                for row in rows
            ]
            schema = pa.schema([*list(schema)[:3], ("mask", pa.struct([schema.field("size"), schema.field("counts")]))])
        path = make.parquet(rows, schema=schema) if write == "parquet" else make.jsonl(rows)
        assert validate_file(path, truth).ok

    @pytest.mark.parametrize(
        "schema",
        [
            {"turn": pa.uint8(), "size": pa.list_(pa.int16(), 2)},
            {"dialogue_id": pa.large_string(), "counts": pa.large_string(), "size": pa.large_list(pa.int64())},
            {"language": pa.dictionary(pa.int8(), pa.string()), "turn": pa.int64()},
        ],
    )
    def test_any_width_of_integer_and_text_is_read(self, make, truth, schema):
        fields = [(item.name, schema.get(item.name, item.type)) for item in make.schema]
        assert validate_file(make.parquet(make.good, schema=pa.schema(fields)), truth).ok

    def test_a_pandas_file_is_read(self, make, truth, tmp_path):
        import pandas as pd

        pd.DataFrame(make.good).to_parquet(tmp_path / "pandas.parquet")
        assert validate_file(tmp_path / "pandas.parquet", truth).ok

    def test_blank_lines_and_a_byte_order_mark_are_no_rows(self, make, truth):
        text = "\ufeff" + "\n\n".join(json.dumps(row) for row in make.good) + "\n\n"
        report = validate_file(make.file(text.encode()), truth)
        assert report.ok
        assert report.rows == 4

    def test_further_columns_are_a_note_and_text_is_not(self, make, truth):
        rows = [row | {"text": "here", "score": 1, "prompt": "x"} for row in make.good]
        report = validate_file(make.jsonl(rows), truth)
        assert report.ok
        assert "columns that are not used: 'prompt', 'score'" in report.notes
        fields = [*make.schema, ("text", pa.string()), ("score", pa.int32()), ("prompt", pa.string())]
        assert validate_file(make.parquet(rows, schema=pa.schema(fields)), truth).notes == report.notes

    def test_a_file_without_a_digest_is_read_with_a_note(self, make, truth):
        for path in (make.parquet(make.good, digest=None), make.jsonl(make.good, digest=None)):
            report = validate_file(path, truth)
            assert report.ok
            assert any("no digest" in note for note in report.notes)


class TestColumns:
    @pytest.mark.parametrize("name", ["dialogue_id", "language", "turn", "size", "counts"])
    def test_a_missing_column_is_named(self, make, truth, name):
        rows = [{key: value for key, value in row.items() if key != name} for row in make.good]
        schema = pa.schema([item for item in make.schema if item.name != name])
        for path in (make.parquet(rows, schema=schema), make.jsonl(rows)):
            report = validate_file(path, truth)
            assert make.kinds(report) == {"missing_column": 1}
            assert make.group(report, "missing_column").first[0].field == name
            assert report.tracks == []

    @pytest.mark.parametrize(
        ("name", "kind", "value"),
        [
            ("turn", pa.float64(), 1.0),
            ("turn", pa.string(), "1"),
            ("counts", pa.binary(), b"23"),
            ("size", pa.string(), "[4, 4]"),
            ("size", pa.list_(pa.float32()), [4.0, 4.0]),
            ("dialogue_id", pa.int64(), 1),
            ("language", pa.bool_(), True),
        ],
    )
    def test_a_column_of_the_wrong_type_is_one_problem(self, make, truth, name, kind, value):
        schema = pa.schema([(item.name, kind if item.name == name else item.type) for item in make.schema])
        report = validate_file(make.parquet([row | {name: value} for row in make.good], schema=schema), truth)
        assert make.kinds(report) == {"wrong_type": 1}
        assert make.group(report, "wrong_type").first[0].field == name

    def test_bytes_of_pycocotools_get_a_hint(self, make, truth):
        schema = make.schema.set(4, pa.field("counts", pa.binary()))
        report = validate_file(make.parquet([row | {"counts": b"`0"} for row in make.good], schema=schema), truth)
        assert "decode('ascii')" in report.to_text()

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("turn", "1"),
            ("turn", 1.0),
            ("turn", True),
            ("turn", 2**63),
            ("turn", {}),
            ("counts", 5),
            ("counts", ["a"]),
            ("counts", "\ud800"),
            ("size", 4),
            ("size", [4, 4, 4]),
            ("size", [4]),
            ("size", [4, None]),
            ("size", ["4", "4"]),
            ("size", [[4], [4]]),
            ("size", [True, 4]),
            ("dialogue_id", 1),
            ("language", []),
        ],
    )
    def test_a_json_value_of_the_wrong_type_names_its_row(self, make, truth, name, value):
        rows = [*make.good[:2], make.good[2] | {name: value}, make.good[3]]
        problem = make.group(validate_file(make.jsonl(rows), truth), "wrong_type").first[0]
        assert (problem.row, problem.field) == (3, name)
        assert problem.expected

    @pytest.mark.parametrize(("kind", "value"), [("null", None), ("wrong_type", "1")])
    def test_a_fault_of_one_cell_tells_what_the_row_says_else(self, make, truth, kind, value):
        keys = {
            "dialogue_id": "en, turn 3",
            "language": "dialogue d1, turn 3",
            "turn": "dialogue d1, en",
            "size": "dialogue d1, en, turn 3",
        }
        for name, key in keys.items():
            rows = [make.good[0], make.good[1] | {name: value}, *make.good[2:]]
            if kind == "wrong_type" and name in ("dialogue_id", "language"):
                rows[1][name] = 5
            paths = [make.jsonl(rows)] + ([make.parquet(rows)] if kind == "null" else [])
            for path in paths:
                assert [item.key for item in make.group(validate_file(path, truth), kind).first] == [key]

    def test_a_missing_row_may_be_one_that_could_not_be_placed(self, make, truth):
        rows = [make.good[0] | {"turn": None}, *make.good[1:], make.row("d9", "en", 1)]
        for path in (make.parquet(rows), make.jsonl(rows)):
            report = validate_file(path, truth)
            assert make.kinds(report) == {"null": 1, "unknown_dialogue": 1, "missing_row": 1}
            assert any("told above: 2; a turn told as missing_row may be one" in note for note in report.notes)
        for rows in (make.good[1:], [*make.good, make.row("d9", "en", 1)]):
            assert not any("missing_row" in note for note in validate_file(make.parquet(rows), truth).notes)

    @pytest.mark.parametrize("name", ["dialogue_id", "language", "turn", "size", "counts"])
    def test_a_null_names_its_row(self, make, truth, name):
        rows = [make.good[0], make.good[1] | {name: None}, *make.good[2:]]
        for path in (make.parquet(rows), make.jsonl(rows)):
            report = validate_file(path, truth)
            assert make.group(report, "null").count == 1
            assert (make.group(report, "null").first[0].row, make.group(report, "null").first[0].field) == (2, name)

    def test_a_null_mask_is_a_null_size_and_null_counts(self, make, truth):
        masks = (None, make.first_pixels(4))
        rows = [
            {"dialogue_id": dialogue, "language": "en", "turn": 1, "mask": mask}
            for dialogue, mask in zip(("d2", "d3"), masks, strict=True)
        ]
        report = validate_file(make.jsonl(rows), truth)
        assert make.kinds(report) == {"null": 2}
        assert [(item.row, item.field) for item in make.group(report, "null").first] == [
            (1, "mask.size"),
            (1, "mask.counts"),
        ]

    @pytest.mark.parametrize(
        "line",
        [
            "null",
            "5",
            "[]",
            "{",
            '{"dialogue_id": "d1"',
            "{} {}",
            '"text"',
            "\udcff",
            "{'dialogue_id': 'd1'}",
            "[" * 100_000,
            '{"turn": ' + "9" * 5000 + "}",
        ],
    )
    def test_a_line_that_is_no_object_is_named_and_the_rest_is_still_checked(self, make, truth, line):
        lines = [json.dumps(make.good[0]), line, json.dumps(make.good[1] | {"turn": 9})]
        report = validate_file(make.file("\n".join(lines).encode("utf-8", "surrogateescape")), truth)
        assert make.group(report, "not_json").first[0].row == 2
        assert make.group(report, "unknown_turn").first[0].row == 3
        assert "null" not in make.kinds(report)


class TestRows:
    @pytest.mark.parametrize(
        ("kind", "changes", "field", "told"),
        [
            ("unknown_dialogue", {"dialogue_id": "d9"}, "dialogue_id", "a dialogue of the test split"),
            ("unknown_language", {"language": "fr"}, "language", "en or zh"),
            ("unknown_language", {"language": "EN"}, "language", "en or zh"),
            ("answer_turn", {"turn": 2}, "turn", "1, 3"),
            ("unknown_turn", {"turn": 4}, "turn", "1, 3"),
            ("unknown_turn", {"turn": -1}, "turn", "1, 3"),
            ("unknown_turn", {"turn": 2**31 - 1}, "turn", "1, 3"),
            ("unknown_turn", {"dialogue_id": "d3", "language": "zh", "turn": 1}, "turn", "no segmentation turn in zh"),
        ],
    )
    def test_a_key_that_is_not_asked_for(self, make, truth, kind, changes, field, told):
        rows = [*make.good, make.good[0] | changes]
        for path in (make.parquet(rows), make.jsonl(rows)):
            report = validate_file(path, truth)
            assert make.kinds(report) == {kind: 1}
            problem = make.group(report, kind).first[0]
            assert (problem.row, problem.field) == (5, field)
            assert told in problem.expected

    def test_a_duplicate_names_both_rows(self, make, truth):
        report = validate_file(make.parquet([*make.good, make.good[1], make.good[1]]), truth)
        assert make.kinds(report) == {"duplicate_row": 2}
        first = make.group(report, "duplicate_row").first
        assert [(item.row, item.value) for item in first] == [
            (5, "the same turn as row 2"),
            (6, "the same turn as row 2"),
        ]
        assert first[0].key == "dialogue d1, en, turn 3"
        assert report.tracks == ["en-single"]

    def test_a_missing_row_is_named_by_its_key(self, make, truth):
        report = validate_file(make.parquet(make.good[1:]), truth)
        assert make.kinds(report) == {"missing_row": 1}
        problem = make.group(report, "missing_row").first[0]
        assert (problem.row, problem.key) == (None, "dialogue d1, en, turn 1")
        assert report.tracks == ["en-single"]

    def test_a_track_that_is_touched_must_be_complete(self, make, truth):
        report = validate_file(make.parquet([*make.good, make.row("d1", "zh", 3)]), truth)
        assert [item.key for item in make.group(report, "missing_row").first] == ["dialogue d1, zh, turn 1"]
        assert report.notes == ["no rows for zh-single: not scored"]

    @pytest.mark.parametrize("size", [(5, 4), (4, 5), (2, 8), (8, 2), (16, 1)])
    def test_a_wrong_size_is_told_with_the_image_size(self, make, truth, size):
        rows = [*make.good[:3], make.row("d3", "en", 1, 12, size=size)]
        report = validate_file(make.parquet(rows), truth)
        assert make.kinds(report) == {"wrong_size": 1}
        problem = make.group(report, "wrong_size").first[0]
        assert (problem.row, problem.value) == (4, str(list(size)))
        assert "[4, 4]" in problem.expected

    @pytest.mark.parametrize("size", [[0, 0], [-4, -4], [0, 4], [2**31 - 1, 2**31 - 1], [10**6, 10**6]])
    def test_a_hostile_size_is_only_a_wrong_size(self, make, truth, size):
        rows = [*make.good[:3], make.good[3] | {"size": size}]
        assert make.kinds(validate_file(make.parquet(rows), truth)) == {"wrong_size": 1}

    # The strings that hang, crash or corrupt pycocotools, each with the rule it breaks; 4 x 4 pixels.
    @pytest.mark.parametrize(
        ("counts", "kind"),
        [
            ("", "rle_empty"),
            ("2\x003;", "rle_bad_character"),
            ("23 ;", "rle_bad_character"),
            ("23p", "rle_bad_character"),
            ("b'23;'", "rle_bad_character"),
            ("ÿ", "rle_bad_character"),
            ("肝", "rle_bad_character"),
            ("23;P", "rle_trailing_continuation"),
            ("PPPPPPPP0", "rle_too_many_groups"),
            ("P0", "rle_overlong"),
            ("2O", "rle_negative_count"),
            ("0" * 100, "rle_too_many_runs"),
            ("23:", "rle_sum_below"),
            ("23<", "rle_sum_above"),
        ],
    )
    def test_a_broken_mask_names_its_rule(self, make, truth, counts, kind):
        rows = [*make.good[:2], make.good[2] | {"counts": counts}, make.good[3]]
        for path in (make.parquet(rows), make.jsonl(rows)):
            report = validate_file(path, truth)
            assert make.kinds(report) == {kind: 1}
            problem = make.group(report, kind).first[0]
            assert (problem.row, problem.key, problem.field) == (3, "dialogue d2, en, turn 1", "counts")
            assert "4 x 4" in problem.expected
            assert report.tracks == ["en-multi"]

    def test_every_fault_is_listed_in_one_pass(self, make, truth):
        rows = [
            make.good[0] | {"counts": "23"},
            make.good[1] | {"size": [4, 5], "counts": "23"},
            make.good[2],
            make.good[2],
            make.row("d9", "en", 1),
            make.row("d1", "fr", 1),
            make.row("d1", "en", 2),
            make.row("d1", "en", 7),
            make.row(None, "en", 7),
        ]
        assert set(make.kinds(validate_file(make.parquet(rows), truth))) == {
            "rle_sum_below",
            "wrong_size",
            "duplicate_row",
            "unknown_dialogue",
            "unknown_language",
            "answer_turn",
            "unknown_turn",
            "null",
            "missing_row",
        }

    def test_twenty_of_a_kind_are_shown_and_all_are_counted(self, make, truth):
        rows = [*make.good, *(make.row(f"x{number}", "en", 1) for number in range(50))]
        report = validate_file(make.parquet(rows), truth)
        assert make.group(report, "unknown_dialogue").count == 50
        assert len(make.group(report, "unknown_dialogue").first) == 20
        assert "... and 30 more" in report.to_text()
        assert len(report.to_rows()) == 20
        assert json.loads(report.to_json())["groups"][0]["count"] == 50

    def test_duplicates_are_listed_by_row(self, make, truth):
        rows = [make.good[3], make.good[0], *make.good[::-1], make.good[0]]
        first = make.group(validate_file(make.parquet(rows), truth), "duplicate_row").first
        assert [(item.row, item.value) for item in first] == [
            (3, "the same turn as row 1"),
            (6, "the same turn as row 2"),
            (7, "the same turn as row 2"),
        ]

    def test_answer_turns_are_told_from_turns_that_are_none(self, make):
        rows = [make.truth_row("d1", 1, 1, 4), make.truth_row("d1", 5, 2, 4), make.truth_row("d2", 9, 1, 4)]
        path = make.truth(rows, answer_turns={"d1": [2, 4], "d2": [1], "d9": [3]})
        wanted = [make.row("d1", "en", 1, 4), make.row("d1", "en", 5, 4), make.row("d2", "en", 9, 4)]
        lost = [
            ("d1", 2),
            ("d1", 3),
            ("d1", 4),
            ("d2", 1),
            ("d2", 2),
            ("d2", 4),
            ("d1", -1),
            ("d2", 2**31 - 1),
            ("d1", 6),
        ]
        report = validate_file(make.parquet([*wanted, *(make.row(name, "en", turn) for name, turn in lost)]), path)
        assert make.kinds(report) == {"answer_turn": 3, "unknown_turn": 6}
        assert [item.row for item in make.group(report, "answer_turn").first] == [4, 6, 7]
        assert [item.row for item in make.group(report, "unknown_turn").first] == [5, 8, 9, 10, 11, 12]

    def test_predictions_are_sorted_whatever_the_order_of_the_rows(self, make, truth):
        for order in ((0, 1, 2, 3), (3, 1, 0, 2), (2, 3, 1, 0)):
            path = make.parquet([make.good[index] for index in order])
            report, found = read_submission(path, truth, Limits())
            assert report.ok
            assert found.counts.to_pylist() == [row["counts"] for row in make.good]
            # Entries are dialogue, language, turn: d1 en 1, d1 en 3, d1 zh 1, d1 zh 3, d2 en 1, d2 zh 1, d3 en 1.
            assert found.entry.tolist() == [0, 1, 4, 6]
            assert (found.tracks, found.rows) == (["en-single", "en-multi"], 4)

    def test_predictions_of_a_file_that_lacks_rows_are_usable(self, make, truth):
        report, found = read_submission(make.parquet([make.good[3], make.good[1]]), truth, Limits())
        assert make.kinds(report) == {"missing_row": 2}
        assert found.entry.tolist() == [1, 6]
        assert read_submission(make.parquet([make.good[3], make.row("d1", "en", 2)]), truth, Limits())[1] is None

    def test_no_message_depends_on_a_true_mask(self, make):
        # The same faulty file against two truths that differ in nothing but their masks.
        faulty = [
            make.good[0] | {"counts": "23"},
            make.good[1] | {"size": [4, 5]},
            make.good[2],
            make.good[2],
            make.row("d1", "en", 2),
            make.row("d3", "zh", 7),
        ]
        texts = []
        for pixels in (1, 9):
            rows = [row | {"mask": make.first_pixels(pixels)} for row in make.rows]
            report = validate_file(make.parquet(faulty), make.truth(rows, answer_turns={"d1": [2]}))
            texts.append(report.to_json())
        assert texts[0] == texts[1]
        assert len(json.loads(texts[0])["groups"]) == 6


class TestWrongDataset:
    def test_a_digest_that_is_also_accepted_is_read(self, make, truth):
        path = make.parquet(make.good, digest="e" * 64)
        assert read_submission(path, truth, Limits(), also_accepted=frozenset({"e" * 64}))[0].ok
        report, found = read_submission(path, truth, Limits(), also_accepted=frozenset({"f" * 64}))
        assert make.kinds(report) == {"wrong_dataset": 1}
        assert found is None

    def test_another_digest_is_one_message(self, make, truth):
        rows = [make.row(f"x{number}", "en", 1, counts="bad") for number in range(1000)]
        for path in (make.parquet(rows, digest="e" * 64), make.jsonl(rows, digest="e" * 64)):
            report = validate_file(path, truth)
            assert make.kinds(report) == {"wrong_dataset": 1}
            problem = make.group(report, "wrong_dataset").first[0]
            assert problem.value.strip("'") == "e" * 64
            assert make.digest in problem.expected
            assert report.rows == 1000

    def test_nothing_but_unknown_dialogues_is_one_message(self, make, truth):
        rows = [make.row(f"x{number}", "en", 1) for number in range(1000)]
        report = validate_file(make.parquet(rows, digest=None), truth)
        assert make.kinds(report) == {"wrong_dataset": 1}
        assert "test split" in report.to_text()

    def test_a_header_with_a_digest_of_another_type_is_refused(self, make, truth):
        data = b'{"mturn_seg": {"digest": 5}}\n' + "\n".join(map(json.dumps, make.good)).encode()
        assert make.kinds(validate_file(make.file(data), truth)) == {"wrong_type": 1}
