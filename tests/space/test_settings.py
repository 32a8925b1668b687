"""Where the app may be started without sign-in, and what it is started with."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from space.serving import refuse_other_data
from space.settings import Settings, SpaceError, is_loopback, signs_in

ROOT = Path(__file__).resolve().parents[2]
SPACE = {
    "SYSTEM": "spaces",
    "SPACE_ID": "someone/board",
    "OAUTH_CLIENT_ID": "id",
    "OAUTH_CLIENT_SECRET": "secret",
    "OAUTH_SCOPES": "openid profile",
    "OPENID_PROVIDER_URL": "http://127.0.0.1:1",
}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "[::1]", "localhost"])
def test_this_computer_is_loopback(host):
    assert is_loopback(host)
    assert signs_in(host, {}) is False


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.0.7", "8.8.8.8", "localhost.example.org", "myhost"])
def test_everything_else_is_not(host):
    assert not is_loopback(host)
    with pytest.raises(SpaceError, match="can be reached from other computers"):
        signs_in(host, {})


def test_people_sign_in_on_a_space():
    assert signs_in("0.0.0.0", SPACE) is True


@pytest.mark.parametrize("missing", sorted(SPACE.keys() - {"SPACE_ID"}))
@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.1"])
def test_a_space_without_sign_in_is_refused(missing, host):
    with pytest.raises(SpaceError, match=rf"must not run on a Space.*'someone/board'.*lacks {missing}.*hf_oauth: true"):
        signs_in(host, {name: value for name, value in SPACE.items() if name != missing})


def test_settings_come_from_the_environment():
    environment = {
        "MTURN_SEG_TRUTH": "hub:ORG/TRUTH/test.parquet",
        "MTURN_SEG_PORT": "0",
        "MTURN_SEG_ADMINS": "ann, bob,",
        "MTURN_SEG_QUOTA_PER_DAY": "2",
        "MTURN_SEG_STORE": "",
    }
    expected = Settings(truth="hub:ORG/TRUTH/test.parquet", port=0, admins=("ann", "bob"), quota_per_day=2)
    assert Settings.from_environment(environment) == expected
    assert Settings.from_environment({}) == Settings()


def test_a_space_tells_its_host_and_port_in_its_own_way():
    told = {"GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_SERVER_PORT": "7000"}
    assert Settings.from_environment(told) == Settings(host="0.0.0.0", port=7000)
    assert Settings.from_environment({**told, "MTURN_SEG_HOST": "::1", "MTURN_SEG_PORT": "8"}).port == 8


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("MTURN_SEG_PORT", "seven", "MTURN_SEG_PORT is 'seven'; expected a whole number"),
        ("MTURN_SEG_PORT", "70000", "the port is 70000; expected 0"),
        ("MTURN_SEG_MAX_FILE_MB", "0", "MTURN_SEG_MAX_FILE_MB is 0; expected 1 or more"),
        ("MTURN_SEG_QUOTA_TOTAL", "-1", "MTURN_SEG_QUOTA_TOTAL is -1; expected 1 or more"),
    ],
)
def test_settings_out_of_range_are_refused(name, value, message):
    with pytest.raises(SpaceError, match=message):
        Settings.from_environment({name: value})


def test_a_data_set_of_another_build_is_refused(tmp_path):
    (tmp_path / "digest.json").write_text('{"digest": "aaaaaaaaaaaa"}')
    refuse_other_data(str(tmp_path), "aaaaaaaaaaaa")
    refuse_other_data(str(tmp_path / "nowhere"), "b")
    refuse_other_data("", "b")
    with pytest.raises(SpaceError, match=r"has the digest aaaaaaaaaa, but the truth belongs to bbbb.*--data"):
        refuse_other_data(str(tmp_path), "bbbb")


def test_the_last_tables_of_two_stores_lie_apart():
    assert Settings(store="hub:A/B").last_tables != Settings(store="hub:A/C").last_tables


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"SPACE_ID": "someone/board"}, "error: local mode has no sign-in and must not run on a Space"),
        (SPACE, "error: MTURN_SEG_STORE is not set, and a Space forgets its disk at every start"),
        pytest.param(
            {"MTURN_SEG_HOST": "0.0.0.0"},
            "error: local mode has no sign-in, but the host '0.0.0.0'",
            marks=pytest.mark.slow,
        ),
        pytest.param({"MTURN_SEG_TRUTH": "nowhere/test.parquet"}, "no such truth file", marks=pytest.mark.slow),
        ({"MTURN_SEG_TRUTH": "hub:nowhere"}, "'hub:nowhere' names no truth file; expected hub:ORG/NAME/test.parquet"),
    ],
)
def test_the_script_ends_with_a_message(tmp_path, extra, message):
    run = subprocess.run(
        [sys.executable, str(ROOT / "space" / "app.py")],
        cwd=tmp_path,
        env={**{k: v for k, v in os.environ.items() if k != "SPACE_ID"}, **extra},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 1
    assert message in run.stderr
    assert "Traceback" not in run.stderr
    assert not list(tmp_path.iterdir())


def test_the_script_serves_the_page_from_any_folder(tmp_path, truth_file):
    settings = {"MTURN_SEG_TRUTH": str(truth_file), "MTURN_SEG_STORE": "new/board.sqlite", "MTURN_SEG_PORT": "0"}
    server = subprocess.Popen(
        [sys.executable, str(ROOT / "space" / "app.py")],
        cwd=tmp_path,
        env={**{k: v for k, v in os.environ.items() if k != "SPACE_ID"}, **settings, "MTURN_SEG_CACHE": "cache"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        said = server.stdout.readline()
        address = re.search(r"local mode: (http://127\.0\.0\.1:\d+)", said)
        assert address, said
        assert "MTurn-Seg leaderboard" in urllib.request.urlopen(address[1]).read().decode()
        assert (tmp_path / "new" / "board.sqlite").exists()
    finally:
        server.terminate()
        server.wait(timeout=30)


def test_importing_the_package_does_not_import_gradio():
    code = "import sys, space; sys.exit('gradio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 0
