"""Where the app may be started without sign-in, and what it is started with."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from space.app import build_app, launch
from space.settings import Settings, SpaceError, is_loopback, refuse_public_without_sign_in

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "[::1]", "localhost"])
def test_this_computer_is_loopback(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.0.7", "8.8.8.8", "localhost.example.org", "myhost"])
def test_everything_else_is_not(host):
    assert not is_loopback(host)


def test_local_mode_is_refused_on_a_space():
    with pytest.raises(SpaceError, match=r"must not run on a Space.*'someone/board'"):
        refuse_public_without_sign_in("127.0.0.1", {"SPACE_ID": "someone/board"})


def test_local_mode_is_refused_for_other_computers():
    with pytest.raises(SpaceError, match=r"'0\.0\.0\.0' can be reached from other computers"):
        refuse_public_without_sign_in("0.0.0.0", {})


def test_launch_refuses_before_it_listens(board, truth_file):
    with pytest.raises(SpaceError, match="no sign-in"):
        launch(build_app(board), Settings(truth=truth_file, store=board.store.path, host="0.0.0.0"))


def test_settings_come_from_the_environment():
    settings = Settings.from_environment({"MTURN_SEG_TRUTH": "t.parquet", "MTURN_SEG_PORT": "8123"})
    assert settings == Settings(truth=Path("t.parquet"), port=8123)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("MTURN_SEG_PORT", "seven", "MTURN_SEG_PORT is 'seven'; expected a whole number"),
        ("MTURN_SEG_PORT", "70000", "the port is 70000; expected 0"),
        ("MTURN_SEG_MAX_FILE_MB", "0", "the largest upload is 0 MB; expected 1 or more"),
    ],
)
def test_settings_out_of_range_are_refused(name, value, message):
    with pytest.raises(SpaceError, match=message):
        Settings.from_environment({name: value})


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"SPACE_ID": "someone/board"}, "error: local mode has no sign-in and must not run on a Space"),
        ({"MTURN_SEG_HOST": "0.0.0.0"}, "error: local mode has no sign-in, but the host '0.0.0.0'"),
        ({"MTURN_SEG_TRUTH": "nowhere/test.parquet"}, "no such truth file"),
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


def test_the_script_serves_the_page_from_any_folder(tmp_path, truth_file):
    settings = {"MTURN_SEG_TRUTH": str(truth_file), "MTURN_SEG_STORE": "new/board.sqlite", "MTURN_SEG_PORT": "0"}
    server = subprocess.Popen(
        [sys.executable, str(ROOT / "space" / "app.py")],
        cwd=tmp_path,
        env={**{k: v for k, v in os.environ.items() if k != "SPACE_ID"}, **settings},
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
