"""Which truth files are usable, and what a split asks for."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leaderboard import SubmissionError, Truth, TruthError


def test_metadata_and_tracks_are_read(truth, make):
    assert (truth.digest, truth.version, truth.split) == (make.digest, "1.0.0", "test")
    assert truth.tracks == ["en-single", "en-multi", "zh-single", "zh-multi"]


def test_row_order_of_the_file_does_not_matter(make):
    shuffled = Truth.load(make.truth([make.rows[index] for index in (3, 1, 2, 0)]))
    keys = {shuffled.key(entry): shuffled.entry_ordinal[entry] for entry in range(len(shuffled.entry_code))}
    assert keys == {
        "dialogue d1, en, turn 1": 1,
        "dialogue d1, en, turn 3": 2,
        "dialogue d1, zh, turn 1": 1,
        "dialogue d1, zh, turn 3": 2,
        "dialogue d2, en, turn 1": 1,
        "dialogue d2, zh, turn 1": 1,
        "dialogue d3, en, turn 1": 1,
    }


def test_find_answers_minus_one_for_what_is_not_asked(truth):
    dialogue = truth.dialogue_index(pa.array(["d1", "d1", "d1", "d9", None, "d1", "d1"], pa.large_string()))
    language = np.array([0, 0, 0, 0, 0, -1, 1])
    found = truth.find(dialogue, language, np.array([1, 2, 2**62, 1, 1, 1, 3]))
    assert (found >= 0).tolist() == [True, False, False, False, False, False, True]
    assert truth.key(found[6]) == "dialogue d1, zh, turn 3"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"mask": {"size": [4, 4], "counts": "23"}}, "counts add up to 5"),
        ({"mask": {"size": [4], "counts": "23;"}}, "[height, width]"),
        ({"patient_id": None}, "row 2: patient_id is null"),
        ({"patient_id": ""}, "row 2: patient_id is ''; expected an id"),
        ({"patient_id": " \u3000"}, "row 2: patient_id is ' \\u3000'; expected an id"),
        ({"region": None}, "row 2: region is null"),
        ({"segmentation_turn": 3}, "segmentation_turn is 3; expected 2"),
        ({"turn": 1}, "stands there twice"),
        ({"languages": ["en", "fr"]}, "'fr'"),
        ({"languages": ["en", "en"]}, "twice"),
        ({"spacing_mm": [0.0, 1.0]}, "row 2: spacing_mm is [0.0, 1.0]"),
        ({"spacing_mm": [1.0, -1.0]}, "two numbers of millimetres from 0.0001 to 10000"),
        ({"spacing_mm": [1.0, 20000.0]}, "row 2: spacing_mm is [1.0, 20000.0]"),
        ({"spacing_mm": [0.00005, 1.0]}, "row 2: spacing_mm"),
        ({"spacing_mm": [1.0, None]}, "row 2: spacing_mm is [1.0, nan]"),
        ({"spacing_mm": [float("inf"), 1.0]}, "row 2: spacing_mm"),
        ({"spacing_mm": [1.0]}, "spacing_mm"),
    ],
)
def test_a_truth_that_contradicts_itself_is_refused(make, change, told):
    rows = [make.rows[0], make.rows[1] | change, *make.rows[2:]]
    with pytest.raises(TruthError) as error:
        Truth.load(make.truth(rows))
    assert told in str(error.value)
    assert "truth.parquet" in str(error.value)


def test_spacing_is_one_pixel_where_unknown(make):
    rows = [make.rows[0] | {"spacing_mm": [0.5, 2.0]}, *make.rows[1:]]
    truth = Truth.load(make.truth(rows))
    assert truth.spacing.tolist() == [[0.5, 2.0], [1, 1], [1, 1], [1, 1]]
    assert truth.has_spacing.tolist() == [True, False, False, False]


def test_patients_are_sorted_whatever_the_order_of_rows(make):
    rows = [make.rows[index] | {"patient_id": patient} for index, patient in ((3, "b"), (2, "c"), (0, "a"), (1, "a"))]
    truth = Truth.load(make.truth(rows))
    assert truth.patient_ids == ["a", "b", "c"]
    assert truth.patient.tolist() == [1, 2, 0, 0]


@pytest.mark.parametrize("column", ["dialogue_id", "mask", "languages", "patient_id"])
def test_a_missing_column_is_refused(make, column, tmp_path):
    table = pq.read_table(make.truth(make.rows)).drop_columns(column)
    pq.write_table(table, tmp_path / "less.parquet")
    with pytest.raises(TruthError, match=f"no column {column}"):
        Truth.load(tmp_path / "less.parquet")


def test_a_file_that_is_no_truth_is_refused(make, good, tmp_path):
    for path in (make.file(b"nothing"), good, make.truth([])):
        with pytest.raises(TruthError):
            Truth.load(path)
    assert issubclass(TruthError, SubmissionError)
    with pytest.raises(FileNotFoundError, match="no such truth file"):
        Truth.load(tmp_path / "nowhere.parquet")


def test_the_languages_are_those_of_the_schema():
    # Repeated in truth.py, because importing the schema would import `datasets`, which scoring does not need.
    import mturn_seg
    from leaderboard import truth

    assert truth.LANGUAGES == mturn_seg.LANGUAGES
