"""A whole release through the endpoint and back: what is accepted, kept, counted and resumed."""

import json
import threading

import pytest

from authoring.rewriting import Endpoint, EndpointError, Limits, RewritingError, apply_rewrites, rewrite_release
from authoring.rewriting.prompts import prompt_sha256
from release import check_release, read_release, seal_release
from tests.authoring.rewriting.made import CHINESE, ENGLISH, FIRST, UNREAD, good, make_release
from tests.authoring.rewriting.server import Reply, serving


@pytest.fixture
def made(tmp_path):
    return make_release(tmp_path / "made")


def _rewritten(server, made, out, **options):
    options.setdefault("cache", out.parent / "answers.jsonl")
    endpoint = Endpoint(server.url, "tested", timeout=5, first_wait=0.01)
    return rewrite_release(made, out, endpoint, **options)


def _questions(folder, language="en"):
    return [
        [getattr(turn.question, language) for turn in dialogue.turns] for dialogue in read_release(folder).dialogues()
    ]


def _bytes(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_accepted_wordings_replace_the_questions_and_nothing_else(made, tmp_path):
    with serving(good) as server:
        result = _rewritten(server, made, tmp_path / "new")
    check_release(tmp_path / "new")
    assert _questions(tmp_path / "new") == [[FIRST[t] for t in ENGLISH], [*(FIRST[t] for t in ENGLISH), UNREAD]]
    assert _questions(tmp_path / "new", "zh")[0] == [FIRST[text] for text in CHINESE]
    before, after = read_release(made), read_release(tmp_path / "new")
    assert after.header.texts.rewritten_by == "tested, 12 of 14 questions accepted"
    assert list(before.annotations()) == list(after.annotations())
    for old, new in zip(before.dialogues(), after.dialogues(), strict=True):
        restored = [n.model_copy(update={"question": o.question}) for o, n in zip(old.turns, new.turns, strict=True)]
        assert restored == old.turns
    assert (result.applied.questions, result.applied.accepted) == (14, 12)
    # Both dialogues ask the same six templates; the two that nobody can read are not asked for.
    assert (result.outcome.requests, result.outcome.tokens, result.outcome.not_understood) == (6, 600, 2)


def test_texts_tell_who_reworded_and_keep_the_template(made, tmp_path):
    with serving(good) as server:
        _rewritten(server, made, tmp_path / "new", seed=7)
    *_, last = origins = list(read_release(tmp_path / "new").origins())
    assert origins[0].template.en == ENGLISH[0]
    for language in ("en", "zh"):
        told = origins[0].rewritten[language]
        assert (told.model, told.prompt_sha256, told.seed) == ("tested", prompt_sha256(language), 7)
    assert last.rewritten == {}


def test_the_model_sees_the_prompt_and_the_question_alone(made, tmp_path):
    with serving(good) as server:
        _rewritten(server, made, tmp_path / "new", seed=3)
    for question, _, body, headers in server.requests:
        assert body["path"] == "/v1/chat/completions"
        assert (body["model"], body["seed"]) == ("tested", 3)
        told = json.dumps(body["messages"], ensure_ascii=False).lower()
        assert question.lower() in told
        assert not any(word in told for word in ("liver", "肝", "dialogue0", "image0", "made"))
        assert headers["authorization"] == "Bearer none"


BAD = {
    "another side": "Please keep only the part of the structure segmented first in the lower half of the image.",
    "another reference": "Please keep only the part of the structure segmented last in the upper half of the image.",
    "a name": "Please segment only the part of the liver that lies in the upper half of the image.",
    "another language": "请只保留第一次分割的结构位于图像上半部分的区域。",
    "nothing": "",
    "markdown": "**Of the structure segmented first**, keep only the part in the upper half of the image.",
    "an introduction": "Sure! Of the structure segmented first, segment the part in the upper half of the image.",
}


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD)
def test_a_bad_answer_leaves_the_template(made, tmp_path, answer):
    with serving(lambda question, times: answer if question == ENGLISH[1] else good(question, times)) as server:
        result = _rewritten(server, made, tmp_path / "new")
    assert _questions(tmp_path / "new")[0] == [FIRST[ENGLISH[0]], ENGLISH[1], FIRST[ENGLISH[2]]]
    assert server.asked().count(ENGLISH[1]) == 3
    assert result.outcome.refused.total() == 1
    assert list(read_release(tmp_path / "new").origins())[1].rewritten.keys() == {"zh"}


def test_a_second_try_may_succeed_where_the_first_failed(made, tmp_path):
    with serving(lambda question, times: good(question, times) if times == 2 else "Nonsense.") as server:
        result = _rewritten(server, made, tmp_path / "new")
    assert (result.applied.accepted, result.outcome.requests) == (12, 12)
    assert {body["seed"] for _, _, body, _ in server.requests} == {0, 1}


def test_a_second_run_asks_nothing_and_writes_the_same_bytes(made, tmp_path):
    with serving(good) as server:
        _rewritten(server, made, tmp_path / "new", limits=Limits(concurrency=8))
        asked = len(server.requests)
        result = _rewritten(server, made, tmp_path / "again", limits=Limits(concurrency=1))
        assert len(server.requests) == asked
    assert (result.outcome.requests, result.outcome.from_cache) == (0, 6)
    assert _bytes(tmp_path / "new") == _bytes(tmp_path / "again")


def test_another_seed_or_model_is_asked_anew(made, tmp_path):
    with serving(good) as server:
        _rewritten(server, made, tmp_path / "new")
        _rewritten(server, made, tmp_path / "new", seed=5)
        assert len(server.requests) == 12


def test_a_run_that_was_stopped_goes_on_where_it_was(made, tmp_path):
    def stopped(question, times):
        return Reply(status=400) if question == ENGLISH[0] else good(question, times)

    with serving(stopped) as server, pytest.raises(EndpointError, match="status 400"):
        _rewritten(server, made, tmp_path / "new", limits=Limits(concurrency=1))
    assert not (tmp_path / "new").exists()
    done = set(server.asked()) - {ENGLISH[0]}
    assert done
    # The line that was being written when the run was killed is cut.
    with (tmp_path / "answers.jsonl").open("a") as file:
        file.write('{"key": "abc')
    with serving(good) as server:
        result = _rewritten(server, made, tmp_path / "new")
    assert not done & set(server.asked())
    assert result.applied.accepted == 12
    with serving(good) as server:
        _rewritten(server, made, tmp_path / "new")
    assert server.requests == []


def test_an_interrupt_keeps_what_was_answered(made, tmp_path):
    def interrupt(done, total):
        if done > 3:
            raise KeyboardInterrupt

    with serving(good) as server:
        with pytest.raises(KeyboardInterrupt):
            _rewritten(server, made, tmp_path / "new", limits=Limits(concurrency=1), progress=interrupt)
        answered = len(server.requests)
        assert 0 < answered < 6
        _rewritten(server, made, tmp_path / "new")
        assert len(server.requests) == 6
    assert not (tmp_path / ".new").exists()


def test_requests_within_the_budget_and_the_rest_keeps_its_template(made, tmp_path):
    with serving(good) as server:
        result = _rewritten(server, made, tmp_path / "new", limits=Limits(max_requests=4))
        assert len(server.requests) == 4
        assert (result.outcome.left_over, result.applied.accepted) == (2, 8)
        result = _rewritten(server, made, tmp_path / "new", limits=Limits(max_requests=4))
        assert (result.outcome.requests, result.outcome.left_over, result.applied.accepted) == (2, 0, 12)


def test_tokens_within_the_budget(made, tmp_path):
    with serving(good) as server:
        result = _rewritten(server, made, tmp_path / "new", limits=Limits(max_tokens=250, concurrency=1))
    # Each answer takes 100 tokens: the third passes the limit.
    assert (result.outcome.requests, result.outcome.left_over) == (3, 3)


def test_many_questions_are_asked_at_once_but_not_more_than_allowed(made, tmp_path):
    lock, running, most = threading.Lock(), 0, 0
    together = threading.Barrier(3, timeout=5)

    def script(question, times):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait()
        with lock:
            running -= 1
        return good(question, times)

    with serving(script) as server:
        _rewritten(server, made, tmp_path / "new", limits=Limits(concurrency=3))
    assert most == 3


def test_languages_and_splits_limit_what_is_reworded(made, tmp_path):
    with serving(good) as server:
        _rewritten(server, made, tmp_path / "new", languages=["zh"], splits=["test"])
    assert _questions(tmp_path / "new", "en") == _questions(made, "en")
    assert _questions(tmp_path / "new", "zh")[0] == CHINESE
    assert _questions(tmp_path / "new", "zh")[1][:3] == [FIRST[text] for text in CHINESE]


def test_one_language_after_the_other_is_both(made, tmp_path):
    with serving(good) as server:
        _rewritten(server, made, tmp_path / "english", languages=["en"])
        _rewritten(server, tmp_path / "english", tmp_path / "both", languages=["zh"])
    assert read_release(tmp_path / "both").header.texts.rewritten_by == "tested, 12 of 14 questions accepted"
    apply_rewrites(made, tmp_path / "both" / "rewrites.jsonl", tmp_path / "applied")
    assert _bytes(tmp_path / "applied") == _bytes(tmp_path / "both")


def test_questions_that_people_reviewed_stay(tmp_path):
    made = make_release(tmp_path / "reviewed", reviewed=True)
    with serving(good) as server:
        _rewritten(server, made, tmp_path / "new")
    assert ENGLISH[0] not in server.asked()
    assert _questions(tmp_path / "new")[0][0] == "Edited by hand."
    first = next(read_release(tmp_path / "new").origins())
    assert first.rewritten.keys() == {"zh"} and first.reviewed.keys() == {"en"}


def test_kept_rewrites_make_the_same_release_without_the_model(made, tmp_path):
    with serving(good) as server:
        _rewritten(server, made, tmp_path / "new")
    applied = apply_rewrites(made, tmp_path / "new" / "rewrites.jsonl", tmp_path / "applied")
    assert (applied.accepted, applied.questions, applied.refused.total()) == (12, 14, 0)
    assert _bytes(tmp_path / "applied") == _bytes(tmp_path / "new")
    seal_release(tmp_path / "applied")
    assert _bytes(tmp_path / "applied") == _bytes(tmp_path / "new")


def test_a_kept_rewrite_that_was_changed_to_say_something_else_is_refused(made, tmp_path):
    with serving(good) as server:
        _rewritten(server, made, tmp_path / "new")
    kept = tmp_path / "changed.jsonl"
    content = (tmp_path / "new" / "rewrites.jsonl").read_text(encoding="utf-8")
    assert "that lies in the upper half" in content
    kept.write_text(content.replace("that lies in the upper half", "that lies in the lower half"), encoding="utf-8")
    applied = apply_rewrites(made, kept, tmp_path / "applied")
    assert applied.refused.total() == 2
    assert _questions(tmp_path / "applied")[0][1] == ENGLISH[1]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{}", "discriminator"),
        ('{"kind": "rewrite", "template": "a", "text": "b"}', "before any prompt"),
        ("no JSON", "Invalid JSON"),
    ],
)
def test_a_file_that_is_no_kept_rewrites_is_refused_by_line(made, tmp_path, content, expected):
    kept = tmp_path / "kept.jsonl"
    kept.write_text(content + "\n")
    with pytest.raises(RewritingError, match=rf"(?s)kept\.jsonl:1: .*{expected}"):
        apply_rewrites(made, kept, tmp_path / "applied")


def test_a_prompt_that_is_not_the_one_it_claims_to_be_is_refused(made, tmp_path):
    with serving(good) as server:
        _rewritten(server, made, tmp_path / "new", languages=["en"])
    kept = tmp_path / "changed.jsonl"
    content = (tmp_path / "new" / "rewrites.jsonl").read_text(encoding="utf-8")
    kept.write_text(content.replace("You reword", "You translate"), encoding="utf-8")
    with pytest.raises(RewritingError, match="prompt_sha256 is not that of the prompt"):
        apply_rewrites(made, kept, tmp_path / "applied")


@pytest.mark.parametrize(
    "options", [{"languages": ["fr"]}, {"splits": ["dev"]}, {"splits": []}, {"limits": Limits(attempts=0)}]
)
def test_settings_that_make_no_sense_are_refused(made, tmp_path, options):
    endpoint = Endpoint("http://127.0.0.1:9/v1", "tested")
    with pytest.raises(RewritingError, match="expected"):
        rewrite_release(made, tmp_path / "new", endpoint, cache=tmp_path / "answers.jsonl", **options)


def test_a_release_without_templates_is_refused(made, tmp_path):
    (made / "texts.jsonl").unlink()
    seal_release(made)
    with pytest.raises(RewritingError, match=r"has no texts\.jsonl"):
        apply_rewrites(made, tmp_path / "none.jsonl", tmp_path / "new")
