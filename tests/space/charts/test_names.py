"""What the models of a table are called."""

from __future__ import annotations

from space.charts import model_names
from space.words import words
from tests.space.charts import made

EN, ZH = words("en"), words("zh")


def test_a_name_that_stands_alone_is_the_models():
    assert model_names(EN, [made.row("a", 1, "LISA"), made.row("b", 2, "LISA++")]) == {"a": "LISA", "b": "LISA++"}


def test_names_that_repeat_bear_their_users():
    rows = [made.row("a", 1, "LISA", user="ann"), made.row("b", 2, "lisa", user="ben")]
    assert model_names(EN, rows) == {"a": "LISA (ann)", "b": "lisa (ben)"}


def test_one_model_with_two_histories_bears_them():
    rows = [made.row("a", 1, "LISA"), made.row("b", 2, "LISA", history_mode="none")]
    assert model_names(EN, rows) == {"a": "LISA (own history)", "b": "LISA (no history)"}
    assert model_names(ZH, rows)["b"] == "LISA（无历史）"


def test_users_and_histories_where_both_repeat():
    rows = [
        made.row("a", 1, "LISA", user="ann"),
        made.row("b", 2, "LISA", user="ann", history_mode="gt"),
        made.row("c", 3, "LISA", user="ben"),
    ]
    assert model_names(EN, rows) == {
        "a": "LISA (ann, own history)",
        "b": "LISA (ann, true history)",
        "c": "LISA (ben)",
    }
