"""Variables and secrets: only those that the app reads, no token among the variables, secrets from the environment."""

from __future__ import annotations

import pytest

from leaderboard import SubmissionError
from publishing import PublishError
from publishing.settings import NEEDED, checked_variables, secrets_from
from space.settings import SpaceError


def test_variables_are_settings_and_limits_of_the_app():
    given = ["MTURN_SEG_STORE=hub:ORG/RESULTS", "MTURN_SEG_CONTACT=https://example.org/?a=b", "MTURN_SEG_LIMIT_ROWS=9"]
    assert checked_variables(given) == {
        "MTURN_SEG_STORE": "hub:ORG/RESULTS",
        "MTURN_SEG_CONTACT": "https://example.org/?a=b",
        "MTURN_SEG_LIMIT_ROWS": "9",
    }
    assert checked_variables(f"{name}={form}" for name, (form, _) in NEEDED.items()).keys() == NEEDED.keys()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("MTURN_SEG_STORE", "'MTURN_SEG_STORE' sets no variable; expected NAME=VALUE"),
        ("MTURN_SEG_STORE=", "sets no variable"),
        ("MTURN_SEG_SHOP=x", r"MTURN_SEG_SHOP is no setting of the app; expected one of MTURN_SEG_TRUTH, "),
        ("HF_HOME=/data", "HF_HOME is no setting of the app"),
        ("MTURN_SEG_CONTACT=hf_abcdefghij", "a token stands in the value of MTURN_SEG_CONTACT"),
    ],
)
def test_what_is_no_variable(text, message):
    with pytest.raises(PublishError, match=message) as caught:
        checked_variables([text])
    assert "hf_abcdefghij" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("MTURN_SEG_MAX_FILE_MB=0", SpaceError, "MTURN_SEG_MAX_FILE_MB is 0"),
        ("MTURN_SEG_LIMIT_ROWS=0", SubmissionError, "'0'"),
    ],
)
def test_what_would_keep_the_space_from_starting_is_told_here(text, error, message):
    with pytest.raises(error, match=message):
        checked_variables([text])


def test_secrets_come_from_the_environment():
    assert secrets_from({"HF_TOKEN": "hf_x", "OTHER": "y"}, names=["HF_TOKEN"]) == {"HF_TOKEN": "hf_x"}
    assert secrets_from({"HF_TOKEN": "hf_x"}, names=[]) == {}


@pytest.mark.parametrize("environment", [{}, {"HF_TOKEN": ""}])
def test_a_secret_that_is_not_there(environment):
    with pytest.raises(PublishError, match="HF_TOKEN is not set in the environment"):
        secrets_from(environment, names=["HF_TOKEN"])


@pytest.mark.parametrize("name", ["HF_TOKEN=hf_value", "PATH"])
def test_the_value_of_a_secret_is_not_taken_from_the_command_line(name):
    with pytest.raises(PublishError, match=r"expected the name of a secret \(HF_TOKEN\), without its value") as caught:
        secrets_from({"PATH": "x"}, names=[name])
    assert "hf_value" not in str(caught.value)
