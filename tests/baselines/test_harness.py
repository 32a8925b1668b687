import dataclasses
import json

import numpy as np
import pyarrow.parquet as pq
import pytest

import masks
from baselines import Capabilities, HistoryError, Response, RunError, run


def test_own_history_holds_the_models_replies_and_masks(rows, spy, tmp_path):
    runner = spy()
    run(rows, runner, out=tmp_path / "p.parquet", languages=["en"])
    request = runner.requests[3]
    assert (request.dialogue_id, request.turn, request.question) == ("dialogue-a", 4, "question 4?")
    assert [past.index for past in request.turns] == [1, 2, 3]
    assert [past.answer for past in request.turns] == [f"reply to question {turn}?" for turn in (1, 2, 3)]
    assert [past.mask_source for past in request.turns] == ["own"] * 3
    for past in request.turns:
        assert np.argwhere(past.mask)[0].tolist() == [8, past.index]


def test_true_history_holds_the_true_answers_and_masks(rows, spy, tmp_path):
    runner = spy(lambda request: Response(None, "wrong", "error"))
    run(rows, runner, out=tmp_path / "p.parquet", languages=["zh"], history="gt")
    first, second, third = runner.requests[3].turns
    assert [first.answer, second.answer, third.answer] == ["真实回答1", "真实回答2", "真实回答3"]
    assert [first.mask_source, second.mask_source, third.mask_source] == ["gt", "none", "gt"]
    assert second.mask is None
    assert {first.status, second.status, third.status} == {"ok"}
    np.testing.assert_array_equal(third.mask, masks.decode(rows[0]["turns"][2]["mask"]))


def test_mixed_history_holds_true_answers_with_own_masks(rows, spy, tmp_path):
    runner = spy()
    run(rows, runner, out=tmp_path / "p.parquet", languages=["en"], history="text_gt_mask_own")
    past = runner.requests[2].turns[0]
    assert (past.answer, past.mask_source) == ("true answer 1", "own")
    assert np.argwhere(past.mask)[0].tolist() == [8, 1]


def test_without_history_every_question_stands_alone(rows, spy, tmp_path):
    runner = spy()
    run(rows, runner, out=tmp_path / "p.parquet", history="none")
    assert len(runner.requests) == 4 + 4 + 3 + 2 + 1 + 1
    assert all(request.turns == () for request in runner.requests)


def test_dialogues_and_turns_come_in_order_and_a_turn_missing_in_a_language_is_not_asked(rows, spy, tmp_path):
    runner = spy()
    run(rows, runner, out=tmp_path / "p.parquet")
    asked = [(request.dialogue_id[-1], request.language, request.turn) for request in runner.requests]
    a = [("a", language, turn) for language in ("en", "zh") for turn in (1, 2, 3, 4)]
    b = [("b", "en", 1), ("b", "en", 2), ("b", "en", 3), ("b", "zh", 1), ("b", "zh", 3)]
    assert asked == a + b + [("c", "en", 1), ("c", "zh", 1)]
    assert runner.opened == [(f"image-{name}", language) for name in "abc" for language in ("en", "zh")]


@pytest.mark.parametrize("history", ["own", "gt", "text_gt_mask_own", "none"])
def test_a_runner_is_told_nothing_but_the_questions_so_far_and_the_history(rows, spy, tmp_path, history):
    runner = spy()
    run(rows, runner, out=tmp_path / "p.parquet", history=history)
    for request in runner.requests:
        told = list(_strings(request))
        assert not [text for text in told if "hidden" in text or text in ("segment", "answer")]
        later = [f"question {turn}?" for turn in range(request.turn + 1, 6)]
        later += [f"true answer {turn}" for turn in range(request.turn, 6)]
        assert not [text for text in told if text in later]
        assert {field.name for field in dataclasses.fields(request)} == {
            "image",
            "turns",
            "question",
            "language",
            "dialogue_id",
            "turn",
            "seed",
        }


def test_own_history_does_not_tell_turns_that_want_words_from_those_that_want_masks(rows, spy, tmp_path):
    runner = spy()
    run(rows, runner, out=tmp_path / "p.parquet", languages=["en"])
    wants_words, wants_mask = runner.requests[3].turns[1:3]
    assert wants_words.mask is not None
    assert (wants_words.mask_source, wants_words.status) == (wants_mask.mask_source, wants_mask.status)


def test_what_a_runner_is_given_cannot_be_changed(rows, spy, tmp_path):
    runner = spy()
    run(rows, runner, out=tmp_path / "p.parquet", languages=["en"], history="gt")
    request = runner.requests[3]
    assert not request.image.rgb.flags.writeable
    assert not request.turns[0].mask.flags.writeable
    assert (request.image.rgb.shape, request.image.rgb.dtype) == ((20, 24, 3), np.uint8)
    assert request.image.size == (20, 24)
    assert request.image.spacing == (0.5, 0.75)


def test_every_turn_has_a_seed_of_its_own_that_follows_the_runs_seed(rows, spy, tmp_path):
    seeds = []
    for seed in (0, 0, 1):
        runner = spy()
        run(rows, runner, out=tmp_path / f"{len(seeds)}.parquet", seed=seed)
        seeds.append([request.seed for request in runner.requests])
    assert seeds[0] == seeds[1]
    assert len({*seeds[0], *seeds[2]}) == 2 * len(seeds[0])


def test_true_history_is_refused_on_rows_without_truth(hidden_rows, spy, tmp_path):
    runner = spy()
    with pytest.raises(HistoryError, match=r"dialogue dialogue-a, turn 1: has no true mask"):
        run(hidden_rows, runner, out=tmp_path / "p.parquet", history="gt")
    assert runner.opened == []
    assert not (tmp_path / "p.parquet").exists()


def test_true_history_is_refused_on_the_test_split_whatever_it_holds(rows, spy, tmp_path):
    class TestSplit(list):
        split = "test"

    with pytest.raises(HistoryError, match="test split"):
        run(TestSplit(rows), spy(), out=tmp_path / "p.parquet", history="text_gt_mask_own")


def test_the_test_split_runs_with_own_history(hidden_rows, spy, tmp_path):
    summary = run(hidden_rows, spy(), out=tmp_path / "p.parquet")
    assert (summary.segmentation_turns, summary.text_turns, summary.n_errors) == (13, 2, 0)


def _raise(request):
    raise ArithmeticError("no such luck")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (_raise, "ArithmeticError: no such luck"),
        (lambda request: Response(np.zeros((24, 20), dtype=bool)), "mask is [24, 20], expected the image's [20, 24]"),
        (lambda request: Response(np.zeros((20, 24))), "mask is an array of float64, expected an array of bool"),
        (lambda request: Response([[True]]), "mask is list, expected an array of bool"),
        (
            lambda request: Response(None, status="fine"),
            "status 'fine', expected one of ok, no_seg, empty, truncated, error",
        ),
        (lambda request: Response(None, text=None), "text is NoneType, expected str"),
        (lambda request: None, "the runner returned NoneType, expected Response"),
    ],
)
def test_a_wrong_answer_is_counted_as_an_error_with_an_empty_mask(rows, spy, tmp_path, answer, message):
    good = spy().answer
    runner = spy(lambda request: answer(request) if request.turn == 3 else good(request))
    summary = run(rows, runner, out=tmp_path / "p.parquet", languages=["en"])
    assert summary.statuses == {"ok": 5, "no_seg": 0, "empty": 0, "truncated": 0, "error": 2}
    assert summary.n_errors == 2
    assert summary.errors == [f"dialogue dialogue-{name}, en, turn 3: {message}" for name in "ab"]
    written = pq.read_table(summary.out).to_pylist()
    assert [(row["dialogue_id"][-1], row["turn"]) for row in written] == [
        ("a", 1), ("a", 3), ("a", 4), ("b", 1), ("b", 2), ("b", 3), ("c", 1)
    ]  # fmt: skip
    empty = [masks.area({"size": row["size"], "counts": row["counts"]}) == 0 for row in written]
    assert empty == [row["turn"] == 3 for row in written]
    after = next(request for request in runner.requests if request.turn == 4).turns[-1]
    assert (after.mask, after.mask_source, after.status, after.answer) == (None, "none", "error", "")


def test_a_session_that_cannot_be_opened_makes_errors_of_all_its_turns(rows, spy, tmp_path):
    class Broken(spy):
        def open(self, image, language):
            if image.id == "image-b":
                raise MemoryError("out of memory")
            return super().open(image, language)

    summary = run(rows, Broken(), out=tmp_path / "p.parquet", languages=["en"])
    assert summary.statuses["error"] == 3
    assert "could not be opened: MemoryError: out of memory" in summary.errors[0]
    assert pq.read_table(summary.out).num_rows == 7


def test_only_the_first_errors_are_kept_in_words(rows, spy, tmp_path):
    summary = run(rows, spy(_raise), out=tmp_path / "p.parquet")
    assert (summary.n_errors, len(summary.errors)) == (15, 5)


def test_statuses_tell_no_mask_from_an_empty_one(rows, spy, tmp_path):
    answers = {1: Response(None), 2: Response(None, status="no_seg"), 3: Response(np.zeros((20, 24), dtype=bool))}
    good = spy().answer
    runner = spy(lambda request: answers.get(request.turn) or good(request))
    summary = run(rows, runner, out=tmp_path / "p.parquet", languages=["en"])
    assert summary.statuses == {"ok": 1, "no_seg": 4, "empty": 2, "truncated": 0, "error": 0}
    first, second, third = next(request for request in runner.requests if request.turn == 4).turns
    assert (first.mask, first.mask_source) == (None, "none")
    assert (second.mask, second.mask_source) == (None, "none")
    assert (third.mask.any(), third.mask_source, third.status) == (False, "own", "empty")


def test_a_cut_off_answer_keeps_its_mask_and_says_so(rows, spy, tmp_path):
    mask = np.ones((20, 24), dtype=bool)
    summary = run(
        rows, spy(lambda request: Response(mask, "and so", "truncated")), out=tmp_path / "p.jsonl", languages=["en"]
    )
    assert summary.statuses["truncated"] == 7
    assert json.loads(summary.out.read_text().splitlines()[0])["counts"] == masks.encode(mask)["counts"]


def test_the_log_keeps_what_the_runner_says_of_each_turn(rows, spy, tmp_path):
    meta = {"prompt": "USER:", "tokens": 3, "device": {1}, 4: "kept as text", "broken": "\ud800"}
    summary = run(rows, spy(lambda r: Response(None, "\ud800", "no_seg", meta)), out=tmp_path / "p.parquet")
    lines = [json.loads(line) for line in summary.log.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 15
    assert lines[0]["meta"] == {"prompt": "USER:", "tokens": 3, "device": "{1}", "4": "kept as text", "broken": "?"}
    assert lines[0]["text"] == "?"
    assert lines[0]["seconds"] >= 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"history": "true"}, "history 'true', expected one of own, gt"),
        ({"languages": ["en", "fr"]}, r"languages \['en', 'fr'\]: runner spy has \['en', 'zh'\]"),
        ({"languages": []}, r"languages \[\]"),
        ({"out": "p.csv"}, "suffix '.csv', expected one of .parquet, .jsonl"),
    ],
)
def test_a_run_that_cannot_be_done_says_why(rows, spy, tmp_path, options, message):
    out = tmp_path / options.pop("out", "p.parquet")
    with pytest.raises(RunError, match=message):
        run(rows, spy(), out=out, **options)
    assert not list(tmp_path.iterdir())


def test_a_dialogue_that_comes_twice_is_refused(rows, spy, tmp_path):
    with pytest.raises(RunError, match="dialogue dialogue-a: comes twice"):
        run([*rows, rows[0]], spy(), out=tmp_path / "p.parquet")
    assert not (tmp_path / "p.parquet").exists()


def test_an_image_that_is_not_of_its_rows_size_is_refused(rows, spy, tmp_path):
    rows[1]["height"] = 21
    with pytest.raises(RunError, match=r"image image-b: is \(20, 24\), but its row says \(21, 24\)"):
        run(rows, spy(), out=tmp_path / "p.parquet")


def test_progress_counts_dialogues_and_knows_their_number_unless_they_stream(rows, spy, tmp_path):
    seen = []
    run(rows, spy(), out=tmp_path / "1.parquet", progress=lambda done, total: seen.append((done, total)))
    run(iter(rows), spy(), out=tmp_path / "2.parquet", progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3), (1, None), (2, None), (3, None)]


def test_a_runner_of_one_language_runs_in_it(rows, spy, tmp_path):
    class English(spy):
        capabilities = Capabilities(uses_text_history=False, uses_mask_history=False, languages=("en",))

    runner = English()
    run(rows, runner, out=tmp_path / "p.parquet")
    assert {request.language for request in runner.requests} == {"en"}


def _strings(value):
    """Every string that can be reached from a dataclass."""
    if isinstance(value, str):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _strings(getattr(value, field.name))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _strings(item)
