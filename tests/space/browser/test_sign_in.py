"""Signing in on a Space, in a real browser against a provider and a Hub on this computer."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from playwright.sync_api import Browser, Page, expect

from leaderboard import SqliteStore, Submission
from tests.hub_double import HubDouble
from tests.hub_double.client import ENVIRONMENT
from tests.space.oidc_double import OidcDouble, person

ROOT = Path(__file__).resolve().parents[3]
START_S = 120
PATIENCE_MS = 60_000
ASK_MINE = """async address => {
    const send = {method: "POST", credentials: "include", headers: {"Content-Type": "application/json"}};
    const asked = await fetch(`${address}/gradio_api/call/mine`, {...send, body: '{"data": []}'});
    const event = (await asked.json()).event_id;
    return await (await fetch(`${address}/gradio_api/call/mine/${event}`, {credentials: "include"})).text();
}"""
ANYBODY = {"Access-Control-Allow-Origin": "*"}

pytestmark = pytest.mark.browser


@dataclass
class Space:
    """An app that believes to be a Space. address: without a final slash."""

    address: str
    provider: OidcDouble
    store: Path

    def submissions(self) -> list[Submission]:
        """All that were entered."""
        return SqliteStore(self.store).submissions()


@pytest.fixture(scope="module")
def space(truth_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Space]:
    folder = tmp_path_factory.mktemp("space")
    with HubDouble() as hub, OidcDouble("client-id", "client secret") as provider:
        hub.add_account("hf_of_robin", "robin", organisations=["clinic"])
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment = {
            **os.environ,
            **ENVIRONMENT,
            "HF_ENDPOINT": hub.endpoint,
            "SYSTEM": "spaces",
            "SPACE_ID": "org/space",
            "OAUTH_CLIENT_ID": provider.client_id,
            "OAUTH_CLIENT_SECRET": provider.client_secret,
            "OAUTH_SCOPES": "openid profile",
            "OPENID_PROVIDER_URL": provider.endpoint,
            "MTURN_SEG_TRUTH": str(truth_file),
            "MTURN_SEG_STORE": str(folder / "leaderboard.sqlite"),
            "MTURN_SEG_DATA": str(folder / "no-data"),
            "MTURN_SEG_CACHE": str(folder / "cache"),
            "MTURN_SEG_HOST": "127.0.0.1",
            "MTURN_SEG_PORT": str(port),
            "GRADIO_TEMP_DIR": str(folder / "uploads"),
        }
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, str(ROOT / "space/app.py")], env=environment, stdout=log, stderr=log, cwd=folder
            )
        try:
            address = f"http://localhost:{port}"
            _wait_for(f"{address}/health", process, folder / "log")
            yield Space(address, provider, folder / "leaderboard.sqlite")
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(url: str, process: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(url)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the app did not start:\n{log.read_text()}")


@pytest.fixture
def page(browser: Browser, space: Space) -> Iterator[Page]:
    """The submit tab for a visitor. What gradio asks the real Hub on a Space, the test answers."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    status = {"id": "org/space", "author": "org", "likes": 0, "runtime": {"stage": "RUNNING"}}
    context.route("https://huggingface.co/**", lambda route: route.fulfill(json=status, headers=ANYBODY))
    context.route("https://fonts.googleapis.com/**", lambda route: route.fulfill(body="", content_type="text/css"))
    page = context.new_page()
    _open(page, space)
    yield page
    context.close()


def _open(page: Page, space: Space, path: str = "/") -> None:
    page.goto(f"{space.address}{path}")
    _show(page)


def _show(page: Page) -> None:
    page.locator("#tabs [role=tab]").nth(3).click(timeout=PATIENCE_MS)
    expect(page.locator("#allowance .notice, #allowance .tiles").first).to_be_visible(timeout=PATIENCE_MS)


def _sign(page: Page, way: str) -> None:
    """Press the button, and be back on the page after /login/callback or /logout."""
    with page.expect_response(lambda answer: way in answer.url, timeout=PATIENCE_MS):
        page.locator("#sign-in").click()
    page.wait_for_load_state()
    _show(page)


def _sign_in(page: Page, space: Space, user: dict) -> None:
    space.provider.user = user
    _sign(page, "/login/callback")
    expect(page.locator("#sign-in")).to_have_text(f"Sign out ({user['preferred_username']})", timeout=PATIENCE_MS)


def _submit(page: Page, file: Path, model: str) -> None:
    page.locator("#predictions input[type=file]").set_input_files(file)
    expect(page.locator("#predictions")).to_contain_text(file.suffix, timeout=PATIENCE_MS)
    page.locator("#model :is(input, textarea)").first.fill(model)
    page.locator("#signed :is(input, textarea)").first.fill("mallory")
    page.locator("#submit").click()


def test_a_visitor_checks_a_file_but_cannot_submit_it(page, space, prediction_rows, write_predictions):
    file = write_predictions(prediction_rows(1))
    expect(page.locator("#allowance")).to_contain_text("Checking a file is open to everybody")
    _submit(page, file, "By nobody")
    expect(page.locator("#answer")).to_contain_text("Please sign in with Hugging Face", timeout=PATIENCE_MS)
    page.locator("#check").click()
    expect(page.locator("#answer")).to_contain_text("No problem in 72 rows", timeout=PATIENCE_MS)
    assert not any(item.meta.model == "By nobody" for item in space.submissions())


def test_a_submission_stands_under_the_name_of_who_signed_in(page, space, prediction_rows, write_predictions, shoot):
    """Also for a member of so many organisations that all of them would not fit into a cookie."""
    _sign_in(page, space, person("ada", tuple(f"organisation-{number}" for number in range(40))))
    expect(page.locator("#mine-note")).to_contain_text("You have not submitted anything yet.")
    _submit(page, write_predictions(prediction_rows(2)), "Of ada")
    expect(page.locator("#answer")).to_contain_text("Of ada: accepted", timeout=PATIENCE_MS)
    expect(page.locator("#mine .virtual-row")).to_have_count(1)
    shoot(page, "signed-in-1280")
    (entered,) = [item for item in space.submissions() if item.meta.model == "Of ada"]
    assert (entered.user, entered.meta.signed) == ("ada", "mallory")

    _sign(page, "/logout")
    expect(page.locator("#sign-in")).to_have_text("Sign in with Hugging Face", timeout=PATIENCE_MS)
    expect(page.locator("#mine .virtual-row")).to_have_count(0)
    _submit(page, write_predictions(prediction_rows(3)), "After signing out")
    expect(page.locator("#answer")).to_contain_text("Please sign in with Hugging Face", timeout=PATIENCE_MS)


def test_the_chinese_page_comes_back_in_chinese(page, space):
    space.provider.user = person("bob")
    _open(page, space, "/zh")
    _sign(page, "/login/callback")
    expect(page.locator("#sign-in")).to_have_text("退出登录（bob）", timeout=PATIENCE_MS)
    expect(page).to_have_url(re.compile(r"localhost:\d+/zh"))


def test_requests_that_another_site_makes_are_nobodys(page, space):
    """A Space's cookie goes along with them, and gradio lets the other site read the answer."""
    _sign_in(page, space, person("ada"))
    assert "event: complete" in page.evaluate(ASK_MINE, space.address)
    page.goto(f"{space.address.replace('localhost', '127.0.0.1')}/health")
    assert "event: error" in page.evaluate(ASK_MINE, space.address)


def _described(model: str) -> dict:
    return {"model": model, "signed": "mallory", "organisation": "mallory", "api_name": "/submit"}


@pytest.mark.parametrize("headers", [None, {"authorization": "Bearer hf_of_robin"}])
def test_a_script_submits_with_a_token(space, prediction_rows, write_predictions, headers):
    model = "By header" if headers else "By token"
    file = write_predictions(prediction_rows(4 if headers else 5), "script.jsonl")
    client = _client(space, headers=headers) if headers else _client(space, token="hf_of_robin")
    outcome = client.predict(handle_file(str(file)), **_described(model))
    assert outcome["state"] == "scored"
    (entered,) = [item for item in space.submissions() if item.meta.model == model]
    assert entered.user == "robin"
    assert model in [item["model"] for item in client.predict(api_name="/mine")]


def test_a_script_without_a_good_token_is_told_so(space, prediction_rows, write_predictions):
    file = handle_file(str(write_predictions(prediction_rows(6), "script.jsonl")))
    for client, told in [(_client(space), "Please sign in"), (_client(space, token="hf_bad"), "is not valid")]:
        with pytest.raises(AppError, match=told):
            client.predict(file, **_described("By nobody"))
        with pytest.raises(AppError, match=told):
            client.predict(api_name="/mine")
        assert client.predict(file, api_name="/check")["ok"]
    assert not any(item.meta.model == "By nobody" for item in space.submissions())


def _client(space: Space, **who) -> Client:
    return Client(space.address, verbose=False, analytics_enabled=False, **who)
