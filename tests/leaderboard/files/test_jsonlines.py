"""JSON Lines, plain and packed with gzip."""

import gzip
import json
import time

import pytest

from leaderboard.files import Limits, jsonlines, read_predictions
from leaderboard.problems import ProblemCollector


def read(path, **limits):
    problems = ProblemCollector()
    raw = read_predictions(path, Limits(**limits), problems)
    return raw, {group.kind: group for group in problems.groups()}


def lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


class TestDuplicateKeys:
    @pytest.mark.parametrize(
        ("line", "key"),
        [
            ('{"dialogue_id": "d1", "dialogue_id": "d2"}', "dialogue_id"),
            ('{"turn": 1, "turn": 1}', "turn"),
            ('{"mask": {"size": [4, 4], "counts": "0", "counts": "1"}}', "counts"),
            ('{"mask": {}, "mask": {}}', "mask"),
            ('{"meta": [{"a": 1, "b": 2, "a": 3}]}', "a"),
            ('{"a": 1, "\\u0061": 2}', "a"),
            ('{"turn": 1, "tu\\u0072n": 2}', "turn"),
        ],
    )
    def test_are_refused_with_row_and_key(self, make, line, key):
        raw, groups = read(make.file(lines(make.good[:1]) + line.encode()))
        assert groups.keys() == {"duplicate_key"}
        (problem,) = groups["duplicate_key"].first
        assert problem.row == 2
        assert problem.value.startswith(f"'{key}' ")
        assert raw.rows == 2

    def test_the_same_key_in_two_objects_is_none(self, make):
        row = {"dialogue_id": "d1", "language": "en", "turn": 1, "mask": {"size": [4, 4], "counts": "`0"}}
        assert not read(make.file(lines([row | {"size": [4, 4], "x": {"turn": 1}}])))[1]

    def test_are_found_in_one_pass(self, make):
        keys = ",".join(f'"{number:x}":1' for number in range(4000))
        line = f'{{{keys},"f9f":1}}\n'.encode()
        began = time.process_time()
        groups = read(make.file(line * 200))[1]
        assert time.process_time() - began < 3
        assert groups["duplicate_key"].count == 200
        assert groups["duplicate_key"].first[0].value.startswith("'f9f' ")


class TestMasks:
    def row(self, make, index=0, **changes):
        row = make.good[index]
        return {key: row[key] for key in ("dialogue_id", "language", "turn")} | changes

    @pytest.mark.parametrize("mask", ["x", 5, [1, 2], True])
    @pytest.mark.parametrize("others", [True, False])
    def test_one_that_is_no_object_is_told_once(self, make, mask, others):
        rows = [self.row(make, mask=mask)]
        rows += [self.row(make, 1, mask=make.first_pixels(8)), make.good[2]] if others else []
        raw, groups = read(make.file(lines(rows)))
        assert groups.keys() == {"wrong_type"}
        (problem,) = groups["wrong_type"].first
        shown = f"'{mask}'" if mask == "x" else str(mask)
        assert (problem.row, problem.field, problem.value) == (1, "mask", shown)
        assert problem.key == "dialogue d1, en, turn 1"
        assert raw.size_ok.tolist() == [False, True, True][: len(rows)]

    def test_one_that_is_not_needed_is_not_looked_at(self, make):
        assert not read(make.file(lines([make.good[0] | {"mask": "x"}])))[1]

    def test_faults_are_named_by_the_place_of_their_row(self, make):
        rows = [
            make.good[0] | {"counts": 5, "size": None},
            self.row(make, 1, mask={"size": [4], "counts": None}),
            self.row(make, 2, mask={"size": "x", "counts": 5}),
            self.row(make, 3, mask={}, size=[4, 4]),
        ]
        groups = read(make.file(lines(rows)))[1]
        told = {(item.row, item.field, kind) for kind, group in groups.items() for item in group.first}
        assert told == {
            (1, "counts", "wrong_type"),
            (1, "size", "null"),
            (2, "mask.size", "wrong_type"),
            (2, "mask.counts", "null"),
            (3, "mask.size", "wrong_type"),
            (3, "mask.counts", "wrong_type"),
            (4, "mask.counts", "null"),
        }

    def test_rows_keep_their_places_over_batches(self, make, monkeypatch):
        monkeypatch.setattr(jsonlines, "_BATCH_ROWS", 3)
        rows = [make.good[0]] * 10 + [self.row(make, mask=make.first_pixels(2))] * 10
        rows[3] = rows[3] | {"counts": None}
        rows[15] = self.row(make, mask={"size": [4, 4], "counts": None})
        groups = read(make.file(lines(rows)))[1]
        assert [(item.row, item.field) for item in groups["null"].first] == [(4, "counts"), (16, "mask.counts")]


class TestLimitsOfALine:
    @pytest.mark.parametrize("size", [[1] * 9, [1] * 5000, [[]] * 9])
    def test_a_long_list_is_shown_by_its_beginning(self, make, size):
        for row in (make.good[1] | {"size": size}, {"mask": {"size": size, "counts": "`0"}}):
            problem = read(make.file(lines([make.good[0], row])))[1]["wrong_type"].first[0]
            first = (
                "[1, 1, 1, 1, 1, 1, 1, 1]" if size[0] else "[[...], [...], [...], [...], [...], [...], [...], [...]]"
            )
            assert (problem.row, problem.value) == (2, f"{first} ...")

    def test_a_mask_of_the_most_characters_fits_even_if_each_is_written_as_two(self, make):
        row = make.good[0] | {"counts": "\\" * Limits().rle_chars}
        raw, groups = read(make.file(lines([row])))
        assert not groups
        assert raw.counts[0].as_py() == row["counts"]

    @pytest.mark.parametrize(
        "extra", [[[]] * 6000, list(range(6000)), ["a"] * 17_000, {f"k{number}": 1 for number in range(9000)}]
    )
    def test_very_much_beside_texts_is_refused(self, make, extra):
        groups = read(make.file(lines([make.good[0], make.good[1] | {"x": extra}])))[1]
        assert groups.keys() == {"too_long"}
        assert groups["too_long"].first[0].row == 2

    @pytest.mark.parametrize("text", ["[]," * 10_000, '"' * 30_000, "\\" * 30_000, '\\"' * 20_000, "a\nb" * 9000])
    def test_what_a_text_holds_does_not_count(self, make, text):
        assert not read(make.file(lines([make.good[0] | {"text": text}])))[1]

    @pytest.mark.parametrize(
        "tail", [b'"' + b"x" * 2**20, b'"' + b'\\"' * 2**19, b'"' * (2**20 + 1), b'"' + b"\\" * 2**20]
    )
    def test_a_text_without_an_end_is_no_json(self, make, tail):
        began = time.process_time()
        groups = read(make.file(lines(make.good[:1]) + b'{"text": ' + tail))[1]
        assert time.process_time() - began < 3
        assert groups.keys() <= {"not_json", "too_long"}
        assert groups

    def test_very_many_lines_that_are_no_object_end_the_reading(self, make):
        path = make.file(lines(make.good[:1]) + b"{\n" * 150_000)
        raw, groups = read(path)
        assert raw is None
        assert {kind: group.count for kind, group in groups.items()} == {"not_json": 100_001, "not_predictions": 1}
        assert "100,000 lines that are no JSON object" in groups["not_predictions"].first[0].value
        assert read(make.file(lines(make.good[:1]) + b"{\n" * 100_000))[0].rows == 100_001


class TestGzip:
    def test_is_read_like_the_plain_file(self, make):
        data = lines(make.good)
        plain = read(make.file(data))[0]
        for level in (0, 1, 9):
            raw, groups = read(make.file(gzip.compress(data, level)))
            assert not groups
            assert raw.dialogue_id.equals(plain.dialogue_id)
            assert raw.counts.equals(plain.counts)
            assert raw.turn.tolist() == plain.turn.tolist()

    @pytest.mark.parametrize("size", [1, 50, 100_000])
    def test_members_one_after_the_other_are_one_text(self, make, size):
        data = lines(make.good * 300)
        parts = [data[start : start + size] for start in range(0, len(data), size)]
        if size == 1:
            parts = [*parts[:300], data[300:]]
        raw, groups = read(make.file(b"".join(map(gzip.compress, [b"", *parts, b""]))))
        assert not groups
        assert raw.rows == 1200

    def test_a_header_and_a_byte_order_mark_are_read(self, make):
        header = json.dumps({"mturn_seg": {"digest": make.digest}}).encode() + b"\n"
        raw, groups = read(make.file(gzip.compress(b"\xef\xbb\xbf" + header + lines(make.good))))
        assert not groups
        assert (raw.rows, raw.digest) == (4, make.digest)

    @pytest.mark.parametrize(
        "change",
        [
            lambda data: data[:-1],
            lambda data: data[:-8],
            lambda data: data[:15],
            lambda data: data[:5],
            lambda data: data[:2],
            lambda data: data + b"x",
            lambda data: data + b"\0" * 10,
            lambda data: data + b"\x1f",
            lambda data: data + b"\x1f\x8b",
            lambda data: data + b'{"dialogue_id": "d1"}\n',
            lambda data: data[:-8] + bytes([data[-8] ^ 1]) + data[-7:],  # its checksum
            lambda data: data[:-4] + bytes([data[-4] ^ 1]) + data[-3:],  # its length
            lambda data: data[:20] + bytes(20) + data[40:],
            lambda data: data[:2] + b"\x09" + data[3:],  # another method
        ],
    )
    def test_a_damaged_archive_is_one_problem(self, make, change):
        raw, groups = read(make.file(change(gzip.compress(lines(make.good * 20)))))
        assert raw is None
        assert groups.keys() == {"unreadable"}
        assert "gzip" in groups["unreadable"].first[0].value

    @pytest.mark.parametrize("rest", [b"x", b"\0" * 10, b"PAR1", b'{"dialogue_id": "d1"}\n'])
    def test_what_follows_an_archive_is_named(self, make, rest):
        groups = read(make.file(gzip.compress(lines(make.good)) + rest))[1]
        assert groups["unreadable"].first[0].value == "the gzip archive is followed by something else"

    def test_what_comes_out_is_limited(self, make):
        data = lines(make.good * 50)
        path = make.file(gzip.compress(data))
        assert not read(path, decoded_bytes=len(data))[1]
        assert read(path, decoded_bytes=len(data) - 1)[1].keys() == {"too_large"}

    def test_very_many_members_are_refused(self, make):
        assert read(make.file(gzip.compress(b"") * 100_001))[1].keys() == {"too_large"}

    @pytest.mark.parametrize(
        ("inside", "hint"),
        [
            (b"PAR1...", "Parquet file is sent as it is"),
            (gzip.compress(b"{}"), "packed once"),
            (b"[1]", "array"),
        ],
    )
    def test_something_else_inside_gets_a_hint(self, make, inside, hint):
        groups = read(make.file(gzip.compress(inside)))[1]
        assert groups.keys() == {"not_predictions"}
        assert hint in groups["not_predictions"].first[0].expected

    def test_a_parquet_file_inside_gets_a_hint(self, make, good):
        groups = read(make.file(gzip.compress(good.read_bytes())))[1]
        assert "Parquet file is sent as it is" in groups["not_predictions"].first[0].expected

    def test_nothing_inside_is_an_empty_file(self, make):
        assert read(make.file(gzip.compress(b"")))[1].keys() == {"empty_file"}


class TestLinesAndBatches:
    def test_rows_keep_their_numbers_over_batches(self, make, monkeypatch):
        monkeypatch.setattr(jsonlines, "_BATCH_ROWS", 3)
        rows = [make.row(f"d{number}", "en", number) for number in range(10)]
        data = lines([*rows[:7], rows[7] | {"turn": "x"}, *rows[8:]])
        raw, groups = read(make.file(data))
        assert raw.dialogue_id.to_pylist() == [f"d{number}" for number in range(10)]
        assert groups["wrong_type"].first[0].row == 8

    def test_a_batch_is_limited_by_its_bytes_too(self, make, monkeypatch):
        monkeypatch.setattr(jsonlines, "_BATCH_BYTES", 100)
        raw, groups = read(make.file(lines(make.good * 5)))
        assert not groups
        assert raw.rows == 20

    def test_a_key_that_comes_late_is_no_missing_column(self, make):
        data = lines([{f"key{number}": 1} for number in range(200)]) + lines(make.good)
        raw, groups = read(make.file(data))
        assert groups.keys() == {"null"}
        assert len(raw.notes) == 1
        assert raw.notes[0].count("'key") == 20
        assert raw.notes[0].endswith(" ...")

    def test_blank_lines_count_towards_a_limit(self, make):
        data = lines(make.good) + b"\n" * 4
        assert not read(make.file(data), rows=4)[1]
        assert read(make.file(data + b"\n\n"), rows=4)[1].keys() == {"too_large"}
