"""The Space card and its requirements agree with the project that is tested."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import gradio
import pytest
from huggingface_hub import SpaceCard

from space.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SPACE = ROOT / "space"
SHIPPED = ("space", "leaderboard", "masks")  # the folders that the Space's repository holds
DISTRIBUTIONS = {"yaml": "pyyaml", "llvmlite": "numba"}  # where the module is not called like its package
FOR_A_GPU = {"torch", "triton"}  # loaded only where somebody asks for one


def _pins(path: Path) -> dict[str, str]:
    """Lower-case package name without extras -> pinned version."""
    pins = re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==(\S+)$", path.read_text(), flags=re.MULTILINE)
    return {name.lower(): version for name, version in pins}


@pytest.fixture(scope="module")
def card():
    return SpaceCard.load(SPACE / "README.md").data


def test_the_card_starts_this_app_on_the_tested_gradio(card):
    assert (card.sdk, card.sdk_version) == ("gradio", gradio.__version__)
    assert (ROOT / card.app_file).resolve() == SPACE / "app.py"
    assert card.python_version == "3.11"
    assert card.license == "apache-2.0"


def test_the_short_description_fits_the_hub(card):
    assert 0 < len(card.short_description) <= 60


def test_requirements_are_the_versions_of_the_project():
    project = _pins(ROOT / "requirements.txt")
    pins = _pins(SPACE / "requirements.txt")
    assert pins.items() <= project.items()


def test_requirements_name_everything_the_space_imports():
    needed = set()
    for folder in SHIPPED:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    needed |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.level == 0:
                    needed.add(node.module.split(".")[0])
    packages = needed - set(sys.stdlib_module_names) - set(SHIPPED) - FOR_A_GPU
    assert {DISTRIBUTIONS.get(name, name) for name in packages} == set(_pins(SPACE / "requirements.txt"))


def test_the_readme_tells_every_setting_with_its_default():
    told = dict(re.findall(r"^\| `(MTURN_SEG_\w+)` \| `([^`]+)` \|", (SPACE / "README.md").read_text(), re.MULTILINE))
    defaults = Settings()
    assert told == {f"MTURN_SEG_{name.upper()}": str(getattr(defaults, name)) for name in vars(defaults)}
    assert Settings.from_environment(told) == defaults
