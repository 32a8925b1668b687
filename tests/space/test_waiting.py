"""A Hub that cannot be reached: before the start a page that waits, later a page that goes on with what it knows."""

from __future__ import annotations

import json
import socket
import threading
import time
import urllib.error
import urllib.request
from types import SimpleNamespace

import pytest
from huggingface_hub import HfApi
from huggingface_hub.utils import _http
from playwright.sync_api import expect

from leaderboard import TruthError
from leaderboard import truth_opening as opening
from space.board.keeping import Keeper
from space.board.watch import Watch
from space.settings import Settings
from space.waiting import opened_when_reached
from tests.hub_double import HubDouble, lead_client_to, without_network
from tests.space import making

TOKEN = "hf_the-token-of-the-space"


@pytest.fixture
def hub(truth_file, monkeypatch):
    """A Hub with the truth in a private repository; the client of this process and of its children asks it."""
    with without_network(), HubDouble() as double:
        lead_client_to(double.endpoint, TOKEN, monkeypatch)
        double.add_account(TOKEN, "keeper", ["ORG"])
        api = HfApi(endpoint=double.endpoint, token=TOKEN)
        api.create_repo("ORG/TRUTH", repo_type="dataset", private=True)
        api.upload_file(
            path_or_fileobj=truth_file, path_in_repo="test.parquet", repo_id="ORG/TRUTH", repo_type="dataset"
        )
        yield double


def _settings(tmp_path, **changes) -> Settings:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {
        "truth": "hub:ORG/TRUTH/test.parquet",
        "store": "hub:ORG/RESULTS",
        "data": "",
        "port": port,
        "cache": str(tmp_path / "cache"),
    }
    return Settings(**{**given, **changes})


def _health(address):
    try:
        with urllib.request.urlopen(f"{address}/health") as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def _answers(settings):
    try:
        _health(f"http://127.0.0.1:{settings.port}")
    except OSError:
        return False
    return True


def _wait_for(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.browser
def test_a_page_waits_for_the_hub_and_shows_the_last_tables(hub, tmp_path, monkeypatch, watched, shoot, truth_file):
    monkeypatch.setattr(opening, "_PATIENCE_S", 0.5)
    monkeypatch.setattr(_http, "time", SimpleNamespace(sleep=lambda seconds: None, time=time.time))
    settings = _settings(tmp_path)
    known = Settings(truth=str(truth_file), store=str(tmp_path / "old.sqlite"), data="")
    from space.serving import opened

    board = opened(known)[1]
    making.enter_some(board.ranked, tmp_path)
    Watch(board, keeper=Keeper(settings.last_tables)).refresh()
    hub.faults.add(status=503, times=None)
    address = f"http://127.0.0.1:{settings.port}"
    looked = []

    def look(seconds):
        assert _health(address) == (503, {"status": "waiting"})
        page = watched()
        page.goto(address)
        expect(page.locator("#waiting")).to_contain_text("waits for the Hugging Face Hub")
        expect(page.locator("#waiting")).to_contain_text("正在等待 Hugging Face Hub")
        expect(page.locator("#last-tables")).to_contain_text("Shifted by four")
        assert page.locator("#last-tables img, #last-tables script").count() == 0
        shoot(page, "waiting-1280")
        looked.append(seconds)
        hub.faults.clear()

    recipe, boards = opened_when_reached(settings, every_s=7, sleep=look)
    assert looked == [7]
    assert recipe.truths[0].digest == making.DIGEST
    assert boards.ranked.table("en-multi") == []
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{address}/health")


def test_a_slow_start_shows_the_page_too(hub, tmp_path):
    settings = _settings(tmp_path)
    seen = []
    hub.delay = 0.4
    thread = threading.Thread(target=lambda: seen.append(opened_when_reached(settings, shown_after_s=0.1)))
    thread.start()
    _wait_for(lambda: not thread.is_alive() or _answers(settings))
    waited = thread.is_alive() and _health(f"http://127.0.0.1:{settings.port}")
    thread.join()
    assert waited == (503, {"status": "waiting"})
    assert seen[0][0].truths[0].digest == making.DIGEST


def test_a_truth_that_is_not_there_is_not_waited_for(hub, tmp_path):
    with pytest.raises(TruthError, match="not there"):
        opened_when_reached(_settings(tmp_path, truth="hub:ORG/TRUTH/other.parquet"), sleep=lambda seconds: None)


@pytest.mark.browser
def test_the_page_goes_on_while_the_hub_is_away(hub, tmp_path, watched, shoot, serving, monkeypatch):
    monkeypatch.setattr("space.board.opening._STORE_PATIENCE_S", 1.0)
    settings = {"store": "hub:ORG/RESULTS", "refresh_s": 1, "truth": "hub:ORG/TRUTH/test.parquet"}
    with serving(tmp_path, lambda board: making.enter_some(board, tmp_path), **settings) as served:
        assert _health(served.address)[0] == 200
        hub.faults.add(status=503, times=None)
        _wait_for(lambda: _health(served.address)[0] == 503)
        page = watched()
        page.goto(served.address)
        expect(page.locator("#reach")).to_contain_text("submissions are paused")
        expect(page.locator("#ranking")).to_contain_text("Shifted by four")
        shoot(page, "unreachable-1280")
        page.get_by_role("tab", name="Submit", exact=True).click()
        path = making.write_predictions(making.prediction_rows(3), tmp_path / "new.parquet")
        page.locator("#predictions input[type=file]").set_input_files(path)
        page.get_by_label("Model", exact=True).fill("Late")
        page.locator("#signed textarea, #signed input").fill("A. Tester")
        page.get_by_role("button", name="Submit", exact=True).click()
        expect(page.get_by_text("paused").first).to_be_visible()
        hub.faults.clear()
        _wait_for(lambda: _health(served.address)[0] == 200)
        page.goto(served.address)
        expect(page.locator("#ranking")).to_contain_text("Shifted by four")
        expect(page.locator("#reach")).not_to_contain_text("paused")
        assert all(item.meta.model != "Late" for item in served.parts.boards.ranked.submissions())
