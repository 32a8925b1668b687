"""What was published starts as a Space does: in a clean environment of its requirements, without a file of ours."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from gradio_client import Client, handle_file
from huggingface_hub import HfApi, SpaceCard

from publishing import carry_out, plan_space, space_files
from tests.hub_double import HubDouble, without_network

pytestmark = pytest.mark.slow

NAME = "ORG/leaderboard"
OWNER, SUBMITTER = "hf_the-token-of-the-owner", "hf_the-token-of-a-submitter"
VARIABLES = {
    "MTURN_SEG_TRUTH": "hub:ORG/TRUTH/test.parquet",
    "MTURN_SEG_STORE": "hub:ORG/RESULTS",
    "MTURN_SEG_DATA": "hub:ORG/mturn-seg",
}
# As in the build log of a Space with sdk: gradio, after its requirements.txt.
BROUGHT_BY_SPACES = ("gradio[oauth,mcp]=={version}", "uvicorn>=0.14.0", "websockets>=10.4", "spaces")
START_S = 120
DESCRIPTION = {
    "model": "All empty",
    "organisation": "",
    "link": "",
    "parameters": "7B",
    "history_mode": "own",
    "training_data": "",
    "notes": "",
    "signed": "A Name",
    "display": True,
}


@pytest.fixture(scope="module")
def hub() -> Iterator[HubDouble]:
    """A Hub with the truth in a private repository, and the published Space."""
    with without_network(), HubDouble() as double:
        double.add_account(OWNER, "owner", ["ORG"])
        double.add_account(SUBMITTER, "submitter")
        yield double


@pytest.fixture(scope="module")
def published(hub: HubDouble, built_dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Space's repository as it comes down from the Hub, where the data set and its truth are too."""
    api = HfApi(endpoint=hub.endpoint, token=OWNER)
    for name, folder, private in (("TRUTH", built_dataset.truth, True), ("mturn-seg", built_dataset.folder, False)):
        api.create_repo(f"ORG/{name}", repo_type="dataset", private=private)
        api.upload_folder(repo_id=f"ORG/{name}", repo_type="dataset", folder_path=folder)
    files = space_files("ORG/mturn-seg")
    carry_out(plan_space(api, NAME, files, variables=VARIABLES, secrets={"HF_TOKEN": OWNER}))
    folder = tmp_path_factory.mktemp("space") / "app"
    HfApi(endpoint=hub.endpoint, token=False).snapshot_download(NAME, repo_type="space", local_dir=folder)
    return folder


@pytest.fixture(scope="module")
def python(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The interpreter of an environment made as the builder of Spaces makes it; 1 GB, so it is not kept."""
    place = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    python = place / "bin" / "python"
    version = SpaceCard.load(published / "README.md").data.sdk_version
    brought = [package.format(version=version) for package in BROUGHT_BY_SPACES]
    for wanted in (["-r", published / "requirements.txt"], brought):
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted], check=True)
    yield python
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """Where the sign-in of Hugging Face describes itself; nobody signs in here."""

    class Description(BaseHTTPRequestHandler):
        def do_GET(self):
            address = f"http://127.0.0.1:{self.server.server_port}"
            names = ("authorization", "token", "userinfo")
            told = {"issuer": address, **{f"{name}_endpoint": f"{address}/oauth/{name}" for name in names}}
            body = json.dumps(told | {"jwks_uri": f"{address}/oauth/jwks"}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Description)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def space(hub: HubDouble, published: Path, python: Path, provider: str, tmp_path_factory) -> Iterator[SimpleNamespace]:
    """The running Space: .address, and .log with what it prints."""
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    there = hub.repository(NAME, "spaces")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "SYSTEM": "spaces",
        "SPACE_ID": NAME,
        "SPACE_HOST": "org-leaderboard.hf.space",
        "OAUTH_CLIENT_ID": "the-space",
        "OAUTH_CLIENT_SECRET": "its-secret",
        "OAUTH_SCOPES": "openid profile",
        "OPENID_PROVIDER_URL": provider,
        "HF_ENDPOINT": hub.endpoint,
        "HF_HUB_DISABLE_XET": "1",
        "GRADIO_SERVER_NAME": "127.0.0.1",  # a real one listens on every address
        "GRADIO_SERVER_PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        **there.variables,
        **there.secrets,
    }
    log = home / "log.txt"
    app_file = SpaceCard.load(published / "README.md").data.app_file
    with log.open("w") as out:
        process = subprocess.Popen([python, app_file], cwd=published, env=environment, stdout=out, stderr=out)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/health", process, log)
        yield SimpleNamespace(address=address, log=log)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(address: str, process: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=10).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"{address} did not answer; the app said:\n{log.read_text()}")


@pytest.fixture(scope="module")
def predictions(space: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example file that the Space offers: of all tracks, every mask empty."""
    path = tmp_path_factory.mktemp("sent") / "example-test.parquet"
    path.write_bytes(urllib.request.urlopen(f"{space.address}/example/test.parquet").read())
    return path


def test_spaces_own_packages_leave_the_pinned_versions(published, python):
    code = "import importlib.metadata as m, sys; print(*(m.version(name) for name in sys.argv[1:]))"
    pins = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", (published / "requirements.txt").read_text(), re.MULTILINE))
    done = subprocess.run([python, "-c", code, *pins], capture_output=True, text=True, check=True)
    assert dict(zip(pins, done.stdout.split(), strict=True)) == pins


def test_health(space, built_dataset):
    told = json.load(urllib.request.urlopen(f"{space.address}/health"))
    assert told["status"] == "ok"
    assert (told["data"]["digest"], told["data"]["split"]) == (built_dataset.digest, "test")


def test_the_data_set_is_read_from_the_hub(hub, space):
    assert any(line.startswith("GET /datasets/ORG/mturn-seg/resolve/") for line in hub.seen)
    assert "space.browsing" not in space.log.read_text()


@pytest.mark.parametrize(("path", "language"), [("/", "en"), ("/zh", "zh")])
def test_the_page_in_both_languages(space, path, language):
    page = urllib.request.urlopen(f"{space.address}{path}").read().decode()
    assert f'lang="{language}"' in page


def test_signing_in_leads_to_the_provider(space, provider):
    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    with pytest.raises(urllib.error.HTTPError) as sent:
        urllib.request.build_opener(NoRedirect).open(f"{space.address}/login/huggingface")
    assert sent.value.code == 302
    assert sent.value.headers["Location"].startswith(f"{provider}/oauth/authorization?")
    assert "client_id=the-space" in sent.value.headers["Location"]


def test_the_named_endpoints_are_those_of_the_guide(space, published):
    named = Client(space.address, verbose=False).view_api(return_format="dict")["named_endpoints"]
    guide = (published / "README.md").read_text(encoding="utf-8")
    # What begins with _ is gradio's own: its button for signing in.
    assert {name for name in named if not name.startswith("/_")} == set(re.findall(r'api_name="(/\w+)"', guide))


def test_anybody_may_have_a_file_checked(space, predictions):
    report = Client(space.address, verbose=False).predict(handle_file(predictions), api_name="/check")
    assert report["ok"] is True
    assert report["problems"] == []


def test_a_submission_is_signed_in_scored_and_kept_on_the_hub(hub, space, predictions):
    visitor = Client(space.address, verbose=False)
    with pytest.raises(Exception, match=r"(?i)sign in"):
        visitor.predict(handle_file(predictions), **DESCRIPTION, api_name="/submit")
    user = Client(space.address, token=SUBMITTER, verbose=False)
    outcome = user.predict(handle_file(predictions), **DESCRIPTION, api_name="/submit")
    assert outcome["ok"] is True
    assert [item["model"] for item in user.predict(api_name="/mine")] == ["All empty"]
    records = [path for path in hub.repository("ORG/RESULTS").files if path.startswith("results/")]
    assert len(records) == 1
    assert hub.repository("ORG/RESULTS-private").private
    table = urllib.request.urlopen(f"{space.address}/table/en-multi.csv").read().decode()
    assert "All empty" in table


def test_neither_tokens_nor_faults_are_in_the_log(space):
    log = space.log.read_text()
    assert OWNER not in log
    assert SUBMITTER not in log
    # On every Space gradio leaves event loops behind (its issue 12699).
    told = re.sub(r"Exception ignored in: <function BaseEventLoop.*?file descriptor: -1\n", "", log, flags=re.DOTALL)
    assert "Traceback" not in told
    assert " ERROR " not in told
