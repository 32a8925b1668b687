"""What the page's server answers: questions as data, masks as pictures, decisions from this computer's page alone."""

import io
import json

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from authoring.reviewing import Extent, sample
from authoring.reviewing.page import make_app
from authoring.reviewing.page.telling import clue_told
from authoring.reviewing.session import ReviewSession
from release import open_release
from tests.authoring.reviewing.making import STRUCTURES, asked, make_release


@pytest.fixture
def session(tmp_path):
    release = open_release(make_release(tmp_path / "release"))
    return ReviewSession(release, sample(release, Extent(share=1)), "Li", tmp_path / "decisions.jsonl")


@pytest.fixture
def page(session):
    return TestClient(make_app(session), base_url="http://127.0.0.1")


def place_of(session, *item):
    return f"/api/questions/{[tuple(one.item) for one in session.sampled].index(item)}"


def test_a_question_as_data(page, session):
    place = place_of(session, "long", 5, "zh")
    told = page.get(place).json()
    assert told["question"] == asked("long", 5)["zh"]
    assert told["answer"] == asked("long", 5)["zh"] + " answered"
    assert told["other"] == [{"language": "en", "question": asked("long", 5)["en"]}]
    assert told["target"] == "主动脉"
    assert [(turn["turn"], turn["target"]) for turn in told["history"]] == [
        (1, "肝脏"),
        (2, None),
        (3, "脾脏"),
        (4, None),
    ]
    assert [(mask["turn"], mask["target"]) for mask in told["masks"]] == [(1, False), (3, False), (5, True)]
    assert told["clues"] == ["described (fits: aorta)"]
    assert told["image"]["edges"] == {"left": "R", "right": "L", "top": "A", "bottom": "P"}
    assert told["decision"] is None
    # Every mask has a colour of its own, and the bubble of its turn the same.
    colours = [turn["colour"] for turn in told["history"]]
    assert colours[1] is colours[3] is None
    assert len({colours[0], colours[2]}) == 2


def test_a_mask_is_drawn_where_it_lies(page, session):
    place = place_of(session, "long", 3, "en")
    colours = [turn["colour"] for turn in page.get(place).json()["history"]]
    for turn, name in ((1, "liver"), (3, "spleen")):
        drawn = np.asarray(Image.open(io.BytesIO(page.get(f"{place}/masks/{turn}").content)))
        inside = np.zeros((16, 16), bool)
        row, column = {"liver": (2, 2), "spleen": (2, 10)}[name]
        inside[row : row + 4, column : column + 4] = True
        assert STRUCTURES[name].size == [16, 16]
        assert np.array_equal(drawn[..., 3] > 0, inside)
        # The outline of a square of 4 is opaque, the 2 by 2 pixels within are not.
        assert (drawn[..., 3] == 255).sum() == 12
        if turn == 1:
            assert "#{:02x}{:02x}{:02x}".format(*drawn[row, column, :3]) == colours[0]


@pytest.mark.parametrize("turn", [2, 5, 9])
def test_masks_of_text_turns_and_of_later_turns_are_not_there(page, session, turn):
    assert page.get(f"{place_of(session, 'long', 3, 'en')}/masks/{turn}").status_code == 404


def test_the_picture_is_the_image_of_the_release(page, session):
    place = place_of(session, "long", 1, "en")
    assert page.get(f"{place}/picture").content == (session.release.folder / "images" / "i1.png").read_bytes()


def test_a_decision_is_kept_and_shown(page, session):
    place = place_of(session, "long", 1, "en")
    sent = {"seen": page.get(place).json()["seen"], "decision": "reject", "reason": "wrong"}
    answer = page.post(f"{place}/decision", json=sent)
    assert answer.json()["states"].count("reject") == 1
    assert page.get(place).json()["decision"]["reason"] == "wrong"
    assert page.get("/api/overview").json()["states"] == answer.json()["states"]
    assert json.loads(session.log.file.read_text("utf-8"))["reviewer"] == "Li"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"json": {"decision": "edit", "text": "Segment the liver."}}, 422),
        ({"json": {"decision": "maybe"}}, 422),
        ({"json": {"decision": "accept", "reviewer": "Wang"}}, 422),
        ({"json": {"decision": ["accept"]}}, 422),
        ({"json": []}, 422),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 422),
        ({"content": b'{"decision": "accept"}', "headers": {"content-type": "text/plain"}}, 415),
        ({"data": {"decision": "accept"}}, 415),
        ({"json": {"decision": "reject", "reason": "x" * 30_000}}, 413),
    ],
)
def test_what_is_no_decision_is_refused_and_not_kept(page, session, sent, status):
    place = place_of(session, "long", 1, "en")
    if isinstance(sent.get("json"), dict):
        sent = {"json": {"seen": page.get(place).json()["seen"]} | sent["json"]}
    answer = page.post(f"{place}/decision", **sent)
    assert answer.status_code == status
    assert answer.json()["problem"]
    assert not session.log.file.exists()


def test_a_decision_on_another_question_is_refused(page, session):
    one, other = (place_of(session, "long", turn, "en") for turn in (1, 3))
    for sent in ({"decision": "accept"}, {"seen": page.get(other).json()["seen"], "decision": "accept"}):
        answer = page.post(f"{one}/decision", json=sent)
        assert answer.status_code == 409
        assert "load it again" in answer.json()["problem"]
    assert not session.log.file.exists()


def test_questions_beyond_the_sample_are_not_there(page):
    assert page.get("/api/questions/13").status_code == 404
    assert page.post("/api/questions/13/decision", json={"decision": "accept"}).status_code == 404


def test_only_names_of_this_computer_lead_to_the_page(session):
    for host, status in (("127.0.0.1:7861", 200), ("localhost:7861", 200), ("rebound.example", 400)):
        page = TestClient(make_app(session), base_url=f"http://{host}")
        assert page.get("/api/overview").status_code == status


@pytest.mark.parametrize("path", ["/", "/page.css", "/page.js", "/words.json", "/icon.svg"])
def test_files_of_the_page_are_served_and_nothing_from_elsewhere_is_allowed(page, path):
    answer = page.get(path)
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "//" not in answer.text.replace("http://www.w3.org/2000/svg", "").replace("// ", "")


@pytest.mark.parametrize("path", ["/app.py", "/../session.py", "/%2e%2e/session.py"])
def test_other_files_are_not_served(page, path):
    assert page.get(path).status_code == 404


def test_both_languages_of_the_page_say_the_same_things(page):
    words = page.get("/words.json").json()
    assert words["en"].keys() == words["zh"].keys()
    assert len(words["en"]["reasons"]) == len(words["zh"]["reasons"])


@pytest.mark.parametrize(
    ("clue", "words"),
    [
        ({"clue": "SegmentedBefore"}, "segmented before"),
        ({"clue": "SameSideAs", "to": {"earlier": 2}, "same": False}, "same side as (to: segmentation 2, same: no)"),
        ({"clue": "Inside", "to": {"landmark": ["grey_matter"]}}, "inside (to: landmark: grey matter)"),
        ({"region": "Together", "first": 1, "second": 3}, "together (first: 1, second: 3)"),
        ({"clue": "Earlier", "earlier": 1}, "earlier (segmentation 1)"),
    ],
)
def test_clues_in_words(clue, words):
    assert clue_told(clue) == words
