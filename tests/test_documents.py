"""What the documents promise is there: linked files, and one citation."""

import re
from pathlib import Path

import pytest

from leaderboard import Limits
from leaderboard.files.limits import PREFIX

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = ["README.md", "space/README.md", *(f"docs/{file.name}" for file in sorted((ROOT / "docs").glob("*.md")))]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_linked_files_exist(name):
    document = ROOT / name
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    local = [link for link in links if not link.startswith("http")]
    assert local
    for link in local:
        assert (document.parent / link).exists(), link


def test_the_readme_cites_as_citation_bib_does():
    assert (ROOT / "CITATION.bib").read_text(encoding="utf-8").strip() in (ROOT / "README.md").read_text(
        encoding="utf-8"
    )


def test_the_examples_of_the_mask_guide_run():
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs/masks.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 2
    names = {}
    exec("".join(blocks), names)
    assert names["masks"].bounding_box(names["rle"]) == (150, 100, 150, 100)
    # Both boundaries are 4 pixels of 0.8 mm apart on two sides.
    assert names["distances"].hd95.tolist() == [3.2]


def test_the_leaderboard_guide_tells_every_limit_with_its_default():
    text = (ROOT / "docs/leaderboard.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `(MTURN\w+)` \| ([\d,]+) \|", text, re.MULTILINE)
    limits = {f"{PREFIX}{name.upper()}": value for name, value in vars(Limits()).items()}
    assert {name: int(value.replace(",", "")) for name, value in told} == limits


def test_headings_that_the_leaderboard_guide_links_to_are_there():
    text = (ROOT / "docs/leaderboard.md").read_text(encoding="utf-8")
    headings = {re.sub(r"[^\w -]", "", line).replace(" ", "-").lower() for line in re.findall(r"^#+ (.+)$", text, re.M)}
    links = re.findall(r"\]\(#([^)]+)\)", text)
    assert links and set(links) <= headings
