"""A Hub of our own, and a small project in the place of this one."""

from __future__ import annotations

from pathlib import Path

import pytest
from huggingface_hub import HfApi

from tests.hub_double import HubDouble, without_network

TOKEN = "hf_the-token-of-the-owner"
CARD = '---\ntitle: "Board 🩻"\nsdk: gradio\nsdk_version: 6.31.0\npython_version: "3.11"\n---\n\n# 排行榜\n'
PROJECT = {
    "space/README.md": CARD,
    "space/requirements.txt": "numpy==2.4.6\n",
    "space/requirements-cuda.txt": "torch==2.13.0\n",
    "space/app.py": "print('app')\n",
    "space/tabs/table.py": "print('table')\n",
    "space/words/names.yaml": "head: 头部\n",
    "leaderboard/__init__.py": "",
    "masks/rle.py": "print('rle')\n",
    "CITATION.bib": "@inproceedings{x}\n",
    "LICENSE": "Apache\n",
}


@pytest.fixture
def hub():
    """A running Hub with an account that may write to ORG."""
    with without_network(), HubDouble() as double:
        double.add_account(TOKEN, "owner", ["ORG"])
        yield double


@pytest.fixture
def token():
    """The token of that account."""
    return TOKEN


@pytest.fixture
def api(hub, token):
    """The Hub as that account reaches it."""
    return HfApi(endpoint=hub.endpoint, token=token)


@pytest.fixture
def project(tmp_path) -> Path:
    """A project of ten files, all of which make the Space."""
    for name, text in PROJECT.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "project"
