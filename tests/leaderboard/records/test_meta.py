"""What a submitter may say, and that records cannot hold what is no score."""

import pytest
from pydantic import ValidationError

from leaderboard import MetaError, SubmissionError, SubmissionMeta
from leaderboard.records import checked_user, model_key
from leaderboard.records.meta import split_faults


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
        ("model", "\u3164"),
        ("model", "\u2800"),
        ("model", "..."),
        ("model", "net\u200d"),
        ("model", "a\u115fb"),
        ("model", "a\u034f"),
        ("model", "a\u17b5b"),
        ("model", "a \u2800"),
        ("model", "Z" + "\u0351" * 5),
        ("organisation", "\u200cx"),
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


def test_every_fault_is_told_by_field_with_its_rule():
    long = "x" * 2001
    with pytest.raises(MetaError) as error:
        meta(
            model="a\u202eb",
            organisation="\u0301" * 5,
            link="ftp://a.org",
            parameters="0",
            history_mode="?",
            notes=long,
        )
    faults = error.value.faults
    assert {name: (fault.kind, dict(fault.values)) for name, fault in faults.items()} == {
        "model": ("character", {"character": "U+202E"}),
        "organisation": ("marks", {"limit": 4}),
        "link": ("no_address", {}),
        "parameters": ("no_number", {}),
        "history_mode": ("choice", {}),
        "notes": ("too_long", {"limit": 2000}),
    }
    assert str(error.value) == "; ".join(f"{name}: {fault.text}" for name, fault in faults.items())
    assert faults["model"].text == "holds the character U+202E; expected visible text"


def test_a_bad_user_name_is_a_fault_of_the_user():
    with pytest.raises(MetaError, match=r"^user: is blank") as error:
        checked_user("--")
    assert error.value.faults["user"].kind == "no_name"


@pytest.mark.parametrize(
    ("split", "mode", "signed", "kinds"),
    [
        ("test", "own", "A. Tester", {}),
        ("test", "gt", " ", {"history_mode": "needs_truth", "signed": "unsigned"}),
        ("test", "none", None, {"signed": "unsigned"}),
        ("validation", "gt", None, {}),
    ],
)
def test_only_the_ranked_split_is_signed_for_and_takes_no_true_history(split, mode, signed, kinds):
    assert {name: fault.kind for name, fault in split_faults(split, mode, signed).items()} == kinds


def test_a_description_cannot_be_changed():
    with pytest.raises(ValidationError):
        meta().model = "other"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7B", 7 * 10**9),
        ("350 m", 350 * 10**6),
        ("1.5T", 15 * 10**11),
        ("7,000,000,000", 7 * 10**9),
        (12, 12),
        ("", None),
    ],
)
def test_parameters_are_a_number_however_they_are_written(text, number):
    assert meta(parameters=text).parameters == number


@pytest.mark.parametrize(
    "value", ["many", "7 BB", "-1", "0", 0, -5, 1.5, "1e9", "9" * 30, "9" * 400, "٣", float("nan")]
)
def test_no_number_of_parameters_is_refused(value):
    with pytest.raises(MetaError, match="parameters"):
        meta(parameters=value)


def test_a_signature_is_a_name_or_missing():
    assert meta(signed="  Zhang San 张三 ").signed == "Zhang San 张三"
    assert meta(signed=" ").signed is None
    with pytest.raises(MetaError, match="signed"):
        meta(signed="a\u202eb")


@pytest.mark.parametrize(
    "same", ["Net  1", "NET 1", "ｎｅｔ １", "ne\u200dt 1", "net\ufe0f 1", "net\U000e0100 1", "net\u180b 1"]
)
def test_names_that_look_alike_are_one_model(same):
    assert model_key(same) == model_key("net 1")
