"""An endpoint that is busy, broken, slow or refuses."""

import time

import pytest

from authoring.rewriting import endpoint
from authoring.rewriting.cache import AnswerCache, Asked
from authoring.rewriting.endpoint import Asker, Endpoint
from authoring.rewriting.errors import EndpointError, RewritingError
from tests.authoring.rewriting.server import Reply, serving

ASKED = Asked(model="tested", language="en", text="Where is it?", seed=4, attempt=2)


def _ask(server, timeout=2.0, token=None):
    return Asker(Endpoint(server.url, "tested", token, timeout, first_wait=0.01)).ask(ASKED)


PASSING = {
    "busy": Reply(status=429, headers={"Retry-After": "0"}),
    "busy, no date": Reply(status=429, headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}),
    "broken": Reply(status=500),
    "away": Reply(status=503),
    "no JSON": Reply(text=None),
    "slow": Reply("late", after=1.0),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_fault_that_passes_is_waited_for(fault):
    with serving(lambda question, times: fault if times < 3 else "  Found. ") as server:
        assert _ask(server, timeout=0.3) == ("Found.", 100)
        assert len(server.requests) == 3


def test_the_server_says_how_long_to_wait():
    script = {1: Reply(status=429, headers={"Retry-After": "0.5"}), 2: "Found."}
    with serving(lambda question, times: script[times]) as server:
        began = time.monotonic()
        _ask(server)
        assert time.monotonic() - began >= 0.5


def test_waits_grow_and_end(monkeypatch):
    monkeypatch.setattr(endpoint, "TRIES", 4)
    with serving(lambda question, times: Reply(status=500)) as server:
        began = time.monotonic()
        with pytest.raises(EndpointError, match=r"no answer after 4 tries: status 500; run again"):
            _ask(server)
        # 0.01 + 0.02 + 0.04 seconds.
        assert time.monotonic() - began >= 0.07
        assert len(server.requests) == 4


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refusal_is_told_at_once(status):
    with serving(lambda question, times: Reply("wrong token", status=status)) as server:
        with pytest.raises(EndpointError, match=f"status {status}, model 'tested'.*expected"):
            _ask(server)
        assert len(server.requests) == 1


def test_nobody_there(monkeypatch):
    monkeypatch.setattr(endpoint, "TRIES", 2)
    with pytest.raises(EndpointError, match="no answer after 2 tries"):
        Asker(Endpoint("http://127.0.0.1:9/v1", "tested", first_wait=0.01)).ask(ASKED)


def test_the_token_given_is_sent_and_no_other(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_mine")
    with serving(lambda question, times: "Found.") as server:
        _ask(server, token="secret")
        _ask(server)
    assert [headers["authorization"] for *_, headers in server.requests] == ["Bearer secret", "Bearer none"]


def test_the_token_is_not_shown():
    assert "secret" not in repr(Endpoint("http://localhost/v1", "tested", "secret"))


@pytest.mark.parametrize("url", ["localhost:8000", "file:///etc/passwd", "http://"])
def test_an_endpoint_that_is_no_url_is_refused(url):
    with pytest.raises(EndpointError, match="expected a URL"):
        Endpoint(url, "tested")


def test_an_answer_is_found_again_only_for_the_same_request(tmp_path):
    cache = AnswerCache(tmp_path / "answers.jsonl")
    cache.add(ASKED, "Found.")
    again = AnswerCache(tmp_path / "answers.jsonl")
    assert again.get(ASKED) == "Found."
    changes = {"model": "other", "language": "zh", "text": "Where?", "seed": 5, "attempt": 3}
    for name, value in changes.items():
        assert again.get(Asked(**{**vars(ASKED), name: value})) is None


def test_a_cut_line_loses_only_itself(tmp_path):
    file = tmp_path / "answers.jsonl"
    AnswerCache(file).add(ASKED, "Found.")
    with file.open("a") as opened:
        opened.write('{"key": "abc", "answer')
    cache = AnswerCache(file)
    other = Asked(**{**vars(ASKED), "text": "Which?"})
    cache.add(other, "That.")
    again = AnswerCache(file)
    assert (again.get(ASKED), again.get(other), len(again)) == ("Found.", "That.", 2)


def test_a_file_of_something_else_is_refused(tmp_path):
    file = tmp_path / "answers.jsonl"
    file.write_text('{"dialogue_id": "x"}\n{"dialogue_id": "y"}\n')
    with pytest.raises(RewritingError, match=r"answers\.jsonl:1: .*expected a JSON object with key and answer"):
        AnswerCache(file)
