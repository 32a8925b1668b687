"""The limits of a file, and how whoever runs the leaderboard sets them."""

from dataclasses import fields

import pytest

from leaderboard.errors import SubmissionError
from leaderboard.files import Limits


def test_without_variables_the_defaults_stand():
    assert Limits.from_environment({"PATH": "/bin", "MTURN_SEG_OTHER": "x"}) == Limits()


@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
def test_every_limit_has_a_variable(name):
    limits = Limits.from_environment({f"MTURN_SEG_LIMIT_{name.upper()}": "12345"})
    assert {field.name for field in fields(Limits) if getattr(limits, field.name) != getattr(Limits(), field.name)} == {
        name
    }
    assert getattr(limits, name) == 12345


def test_what_the_caller_says_goes_before_a_variable():
    limits = Limits.from_environment({"MTURN_SEG_LIMIT_ROWS": "5", "MTURN_SEG_LIMIT_LINE_BYTES": "6"}, rows=7)
    assert (limits.rows, limits.line_bytes) == (7, 6)


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "ten", "1e3", "٣", "9" * 5000, "1_000", " 5"])
def test_a_value_that_is_no_positive_whole_number_is_refused(text):
    with pytest.raises(SubmissionError, match=r"MTURN_SEG_LIMIT_ROWS is .*expected a positive whole number") as caught:
        Limits.from_environment({"MTURN_SEG_LIMIT_ROWS": text})
    assert len(str(caught.value)) < 200


def test_a_variable_that_names_no_limit_is_refused():
    with pytest.raises(SubmissionError, match=r"MTURN_SEG_LIMIT_ROW names no limit.*MTURN_SEG_LIMIT_ROWS"):
        Limits.from_environment({"MTURN_SEG_LIMIT_ROW": "5"})


@pytest.mark.parametrize("value", [0, -5, True, 1.0, "5"])
def test_a_limit_that_is_no_positive_whole_number_is_refused(value):
    with pytest.raises(SubmissionError, match="limit rows is"):
        Limits(rows=value)
