"""The Space card and its requirements agree with the project that is tested, and the guide with the app."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import gradio
import pytest
from huggingface_hub import SpaceCard, SpaceHardware

from publishing import space_files
from space.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SPACE = ROOT / "space"
OURS = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {path.stem for path in ROOT.glob("*.py")}
# Where the module is not called like its package.
DISTRIBUTIONS = {"PIL": "pillow", "yaml": "pyyaml", "llvmlite": "numba", "starlette": "gradio", "brotli": "gradio"}
FOR_A_GPU = {"torch", "triton", "spaces"}  # loaded only where somebody asks for one
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
KEYS = {
    *("title", "emoji", "colorFrom", "colorTo", "sdk", "sdk_version", "python_version", "app_file", "hf_oauth"),
    *("suggested_hardware", "pinned", "license", "short_description", "tags"),
}


def _pins(path: Path) -> dict[str, str]:
    """Lower-case package name without extras -> pinned version."""
    pins = re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^\s;]+)", path.read_text(), flags=re.MULTILINE)
    return {name.lower(): version for name, version in pins}


def _imported() -> set[str]:
    """Top-level names of what the Space's Python files import."""
    names = set()
    for path, content in space_files().items():
        for node in ast.walk(ast.parse(content)) if path.endswith(".py") else ():
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add(node.module.split(".")[0])
    return names


@pytest.fixture(scope="module")
def card():
    return SpaceCard.load(SPACE / "README.md").data


def test_the_card_starts_this_app_on_the_tested_gradio(card):
    assert (card.sdk, card.sdk_version) == ("gradio", gradio.__version__)
    assert (ROOT / card.app_file).resolve() == SPACE / "app.py"
    assert card.python_version == "3.11"
    assert card.license == "apache-2.0"


def test_people_sign_in_and_are_asked_for_no_more_than_who_they_are(card):
    assert card.hf_oauth is True
    assert "hf_oauth_scopes" not in card.to_dict()


def test_the_card_has_what_the_hub_shows_and_no_word_it_does_not_know(card):
    assert set(card.to_dict()) == KEYS
    assert {card.colorFrom, card.colorTo} <= COLOURS
    assert len(card.emoji) == 1
    assert card.suggested_hardware in {hardware.value for hardware in SpaceHardware}
    assert len(card.tags) == len(set(card.tags))


def test_the_short_description_fits_the_hub(card):
    assert 0 < len(card.short_description) <= 60


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-cuda.txt"])
def test_requirements_are_the_versions_of_the_project(name):
    project = _pins(ROOT / "requirements-dev.txt") | _pins(ROOT / "requirements.txt")
    pins = _pins(SPACE / name)
    assert pins
    assert pins.items() <= project.items()


def test_requirements_name_everything_the_space_imports():
    packages = _imported() - set(sys.stdlib_module_names) - OURS - FOR_A_GPU
    assert {DISTRIBUTIONS.get(name, name) for name in packages} == set(_pins(SPACE / "requirements.txt"))
    assert set(_pins(SPACE / "requirements-cuda.txt")) == FOR_A_GPU - {"spaces"}  # which a Space brings


def test_the_space_holds_what_it_imports_of_this_project_and_no_more():
    there = {path.partition("/")[0] for path in space_files() if path.endswith(".py")}
    assert _imported() & OURS == there


def test_the_readme_tells_every_setting_with_its_default():
    text = (SPACE / "README.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(MTURN_SEG_\w+)` \| `?([^|`]+)`? \|", text, re.MULTILINE))
    defaults = {f"MTURN_SEG_{name.upper()}": value for name, value in vars(Settings()).items()}
    assert told == {name: "none" if value in ("", (), None) else str(value) for name, value in defaults.items()}
