"""What a submitter may say, and that records cannot hold what is no score."""

import pytest
from pydantic import ValidationError

from leaderboard import Cell, MetaError, SubmissionError, SubmissionMeta


def meta(**fields):
    return SubmissionMeta.checked(**{"model": "net", "history_mode": "own"} | fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"model": "LISA++ (7B)", "organisation": "中南大学", "notes": "first line\nsecond line"},
        {"link": "https://example.org/a?b=c#d"},
        {"link": "http://example.org"},
        {"history_mode": "none"},
        {"model": "क्‍ष"},
    ],
)
def test_ordinary_descriptions_are_kept(fields):
    assert meta(**fields).model_dump(include=set(fields)) == fields


def test_text_is_stripped_and_composed():
    assert meta(model="  re\u0301seau \n").model == "r\u00e9seau"
    assert meta(link="  ").link is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model", ""),
        ("model", " \t "),
        ("model", "x" * 81),
        ("model", "a\nb"),
        ("model", "a\x00b"),
        ("model", "a\x1b[31mb"),
        ("model", "safe\u202etxt.exe"),
        ("model", "a\u2066b"),
        ("model", "a\u200bb"),
        ("model", "a\u2028b"),
        ("model", "a\ud800b"),
        ("model", 5),
        ("organisation", "x" * 121),
        ("notes", "x" * 2001),
        ("notes", "a\u202eb"),
        ("training_data", "a\x07b"),
        ("history_mode", "true"),
        ("link", "javascript:alert(1)"),
        ("link", "ftp://example.org"),
        ("link", "example.org"),
        ("link", "https://"),
        ("link", "https://[broken"),
        ("link", "https://good.org@evil.org"),
        ("link", "https://a.org/) [x](javascript:1"),
        ("link", 'https://a.org/"onclick="x'),
        ("link", "https://a.org/" + "x" * 300),
        ("surprise", "x"),
    ],
)
def test_bad_descriptions_are_refused_with_the_field_named(field, value):
    with pytest.raises(MetaError) as error:
        meta(**{field: value})
    assert field in str(error.value)
    assert isinstance(error.value, SubmissionError)


def test_a_description_cannot_be_changed():
    with pytest.raises(ValidationError):
        meta().model = "other"


@pytest.mark.parametrize("dice", [float("nan"), float("inf"), -0.1, 1.1])
def test_a_cell_holds_shares_or_none(dice):
    with pytest.raises(ValidationError):
        Cell(n=1, n_patients=1, dice=dice, iou=0.5)
    assert Cell(n=0, n_patients=0, dice=None, iou=None).dice is None
