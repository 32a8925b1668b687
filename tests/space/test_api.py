"""The app's endpoints, used as a program uses them."""

from __future__ import annotations

import gzip
import json
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from leaderboard import Leaderboard, SubmissionMeta
from tests.space import making

DESCRIPTION = {
    "model": "Through the API",
    "organisation": "",
    "link": "",
    "parameters": "7B",
    "history_mode": "own",
    "training_data": "",
    "notes": "",
    "signed": "A. Researcher",
    "display": True,
}


@pytest.fixture(scope="module")
def served(serving, tmp_path_factory) -> Iterator:
    """An app of its own: other tests see nothing of what is submitted to it."""
    folder = tmp_path_factory.mktemp("api")
    with serving(folder, lambda board: making.enter_some(board, folder)) as served:
        yield served


@pytest.fixture(scope="module")
def board(served) -> Leaderboard:
    return served.parts.boards.ranked


@pytest.fixture(scope="module")
def address(served) -> str:
    return served.address


@pytest.fixture(scope="module")
def client(address):
    client = Client(address, verbose=False, analytics_enabled=False)
    yield client
    client.close()


def test_only_the_meant_endpoints_are_named(client):
    assert sorted(client.view_api(return_format="dict")["named_endpoints"]) == ["/check", "/mine", "/submit", "/table"]


def test_submit_asks_for_the_file_every_field_of_a_description_and_the_split(client):
    asked = client.view_api(return_format="dict")["named_endpoints"]["/submit"]["parameters"]
    names = [parameter["parameter_name"] for parameter in asked]
    assert names == ["file", *SubmissionMeta.model_fields, "split"]


def test_table_gives_the_rows_of_the_engine(client, board):
    rows = client.predict("en-multi", api_name="/table")
    assert rows == [row.model_dump(mode="json") for row in board.table("en-multi")]


def test_table_of_an_unknown_track_is_refused(client):
    with pytest.raises(AppError, match="'fr-single' is unknown; expected one of en-single"):
        client.predict("fr-single", api_name="/table")


def test_check_keeps_nothing(client, board, prediction_rows, write_predictions):
    before = len(board.records())
    outcome = client.predict(handle_file(str(write_predictions(prediction_rows(3)))), api_name="/check")
    assert outcome["ok"]
    assert outcome["tracks"] == ["en-single", "en-multi", "zh-single", "zh-multi"]
    assert outcome["rows"] == len(prediction_rows(3))
    assert len(board.records()) == before


def test_a_gzip_of_json_lines_is_taken(client, prediction_rows, write_predictions, tmp_path):
    path = tmp_path / "predictions.jsonl.gz"
    path.write_bytes(gzip.compress(write_predictions(prediction_rows(3), "plain.jsonl").read_bytes()))
    assert client.predict(handle_file(str(path)), api_name="/check")["ok"]


def test_submit_enters_a_row_with_its_place(client, board, prediction_rows, write_predictions):
    path = write_predictions(prediction_rows(0), "exact.jsonl")
    outcome = client.predict(handle_file(str(path)), **DESCRIPTION, api_name="/submit")
    assert outcome["ok"]
    assert not outcome["repeated"]
    place = next(place for place in outcome["places"] if place["track"] == "zh-multi")
    assert (place["rank"], place["dice"], place["iou"], place["turns"]) == (1, 1.0, 1.0, 30)
    assert (outcome["state"], place["dice_interval"]) == ("scored", None)  # six patients are too few for an interval
    assert board.table("zh-multi")[0].model == "Through the API"
    assert board.table("zh-multi")[0].user == "local"

    again = client.predict(handle_file(str(path)), **{**DESCRIPTION, "model": "Other name"}, api_name="/submit")
    assert again["repeated"]
    assert (again["record"], again["model"]) == (outcome["record"], "Through the API")


def test_submit_of_a_faulty_file_lists_every_fault(client, board, prediction_rows, write_predictions):
    before = len(board.records())
    rows = prediction_rows(5)
    rows[3]["counts"] = "not an RLE"
    rows[7]["dialogue_id"] = "nobody"
    path = write_predictions(rows, "faulty.jsonl")
    outcome = client.predict(handle_file(str(path)), **DESCRIPTION, api_name="/submit")
    assert not outcome["ok"]
    assert {problem["row"] for problem in outcome["problems"]} >= {4, 8}
    assert str(path.parent) not in json.dumps(outcome)
    assert len(board.records()) == before


def test_a_file_that_is_no_predictions_is_refused_without_its_place_on_the_server(client, tmp_path):
    path = tmp_path / "noise.parquet"
    path.write_bytes(b"PAR1 this is not a table PAR1")
    outcome = client.predict(handle_file(str(path)), api_name="/check")
    assert not outcome["ok"]
    assert outcome["problems"]
    assert "/tmp" not in json.dumps(outcome)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("model", "", "model: "),
        ("link", "javascript:hit", "is no web address; expected http"),
        ("parameters", "many", "is no number of parameters; expected for example 7B"),
        ("signed", "", "signed: is missing; expected the name of who signs: No label"),
        ("model", "Model\u202eledoM", r"holds the character U\+202E; expected visible text"),
    ],
)
def test_a_description_that_breaks_a_rule_is_refused(client, prediction_rows, write_predictions, field, value, message):
    path = write_predictions(prediction_rows(6))
    with pytest.raises(AppError, match=message):
        client.predict(handle_file(str(path)), **{**DESCRIPTION, field: value}, api_name="/submit")


def test_a_true_history_cannot_be_claimed_for_the_test_split(client, prediction_rows, write_predictions):
    path = write_predictions(prediction_rows(6))
    with pytest.raises(AppError, match="gt"):
        client.predict(handle_file(str(path)), **{**DESCRIPTION, "history_mode": "gt"}, api_name="/submit")


def test_no_file_is_a_message(client):
    with pytest.raises(AppError, match="Choose a predictions file first"):
        client.predict(None, api_name="/check")


def test_other_file_types_are_refused(client, tmp_path):
    path = tmp_path / "predictions.pickle"
    path.write_bytes(b"\x80\x04.")
    with pytest.raises(AppError):
        client.predict(handle_file(str(path)), api_name="/check")


def test_an_upload_above_the_limit_is_refused(client, tmp_path):
    path = tmp_path / "large.jsonl"
    path.write_bytes(b" " * (5 * 2**20))
    with pytest.raises(Exception, match=r"413|exceed|too large|size"):
        client.predict(handle_file(str(path)), api_name="/check")


def test_a_fault_of_the_server_is_not_told(client, board, prediction_rows, write_predictions, monkeypatch, caplog):
    def broken(*_args, **_kwargs):
        raise OSError(f"disk full: {board.store.path}")

    monkeypatch.setattr(board, "enter", broken)
    path = write_predictions(prediction_rows(7))
    with pytest.raises(AppError, match="The reason is in the server's log") as caught:
        client.predict(handle_file(str(path)), **DESCRIPTION, api_name="/submit")
    assert "disk full" not in str(caught.value)
    assert "disk full" in caplog.text


def test_what_is_not_given_keeps_the_value_of_the_form(client, prediction_rows, write_predictions):
    path = write_predictions(prediction_rows(7, ("zh",)), "short.jsonl")
    outcome = client.predict(handle_file(str(path)), model="In short", signed="A. Researcher", api_name="/submit")
    assert (outcome["ok"], outcome["model"]) == (True, "In short")


def test_mine_lists_the_submissions_newest_first(client, board, prediction_rows, write_predictions):
    for shift in (8, 9):
        path = write_predictions(prediction_rows(shift, ("en",)), f"{shift}.jsonl")
        client.predict(handle_file(str(path)), model="Of mine", signed="A. Researcher", api_name="/submit")
    told = client.predict(api_name="/mine")
    assert {item["submission"] for item in told} == {item.id for item in board.submissions("local")}
    assert [item["date"] for item in told] == sorted((item["date"] for item in told), reverse=True)
    assert len(told) >= 2
    assert {"model", "state", "tracks", "shown", "reason", "problems"} <= told[0].keys()


def test_files_of_the_server_are_not_handed_out(address, board, truth_file):
    for path in (truth_file, board.store.path, board.store.raw(board.records()[0].submission)):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{address}/gradio_api/file={path}")
        assert refused.value.code == 403


def test_a_path_on_the_server_is_not_taken_for_an_upload(address, truth_file):
    """Who sends a path of the server instead of an upload learns nothing of that file."""
    body = json.dumps({"data": [{"path": str(truth_file), "meta": {"_type": "gradio.FileData"}}]}).encode()
    request = urllib.request.Request(
        f"{address}/gradio_api/call/check", data=body, headers={"Content-Type": "application/json"}
    )
    event = json.load(urllib.request.urlopen(request))["event_id"]
    answer = urllib.request.urlopen(f"{address}/gradio_api/call/check/{event}").read().decode()
    assert "event: error" in answer
    assert "complete" not in answer
    assert str(truth_file) not in answer
