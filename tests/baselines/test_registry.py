import json

import pytest

import masks
from baselines import UnknownRunnerError, available, create, run


def test_every_runner_is_listed_with_a_line_on_what_it_is():
    assert list(available()) == ["empty", "lexicon-prior"]
    assert all(about for about in available().values())


def test_runners_are_made_by_name(fitted, tmp_path):
    fitted.save(tmp_path / "fit")
    assert create("empty").name == "empty"
    assert create("lexicon-prior", path=tmp_path / "fit").config == fitted.config


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("lisa", {}, "runner 'lisa', expected one of empty, lexicon-prior"),
        ("empty", {"path": "x"}, r"runner empty: options \['path'\], expected \[\]"),
        ("lexicon-prior", {}, r"runner lexicon-prior: options \[\], expected \['path'\]"),
    ],
)
def test_an_unknown_name_or_option_says_what_there_is(name, options, message):
    with pytest.raises(UnknownRunnerError, match=message):
        create(name, **options)


def test_the_empty_runner_answers_every_turn_with_an_empty_mask(rows, tmp_path):
    summary = run(rows, create("empty"), out=tmp_path / "p.jsonl")
    assert summary.statuses == {"ok": 0, "no_seg": 0, "empty": 13, "truncated": 0, "error": 0}
    written = [json.loads(line) for line in summary.out.read_text().splitlines()]
    assert len(written) == 13
    assert {masks.area({"size": row["size"], "counts": row["counts"]}) for row in written} == {0}
    assert {tuple(row["size"]) for row in written} == {(20, 24)}
