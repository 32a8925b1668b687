"""Which files make the Space, and what its card and requirements say there."""

from __future__ import annotations

import pytest
from huggingface_hub import SpaceCard

from publishing import space_files
from publishing.content import is_ours, left_here
from publishing.errors import PublishError

# In the order of the listing: the card and the requirements stand at the root, all else where it stands here.
EXPECTED = [
    *("CITATION.bib", "LICENSE", "README.md", "leaderboard/__init__.py", "masks/rle.py", "requirements.txt"),
    *("space/app.py", "space/tabs/table.py", "space/words/names.yaml"),
]


def test_packages_card_requirements_citation_and_licence(project):
    files = space_files(root=project)
    assert list(files) == EXPECTED
    assert files["requirements.txt"] == b"numpy==2.4.6\n"
    assert files["space/words/names.yaml"].decode() == "head: 头部\n"


@pytest.mark.parametrize(
    ("name", "is_told"),
    [
        ("masks/__pycache__/rle.cpython-311.pyc", False),
        ("masks/_kernels/__pycache__/scan.nbi", False),
        ("space/.cache/tables.yaml", False),
        ("space/.env.py", False),
        ("space/app.pyi", False),
        ("leaderboard/board.sqlite", True),
        ("space/test.parquet", True),
        ("space/notes.txt", True),
        ("tests/space/test_app.py", False),
        ("demo/release.yaml", False),
        ("mturn-seg-truth/test.parquet", False),
    ],
)
def test_what_lies_about_stays_here(project, name, is_told):
    """What lies in the packages without being a part of them is told, so that a file that is missed is found."""
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    (project / name).write_bytes(b"secret")
    assert list(space_files(root=project)) == EXPECTED
    assert left_here(project) == ([name] if is_told else [])


def test_a_token_that_was_left_in_a_file_is_not_published(project):
    (project / "space" / "app.py").write_text(f'TOKEN = "hf_{"a1B2" * 9}"\n')
    with pytest.raises(PublishError, match=r"space/app\.py holds what looks like an access token"):
        space_files(root=project)


def test_a_file_that_is_missing_is_no_small_matter(project):
    (project / "LICENSE").unlink()
    with pytest.raises(FileNotFoundError, match="LICENSE"):
        space_files(root=project)


def test_the_data_set_is_named_in_the_card_and_all_else_stays(project):
    plain = SpaceCard(space_files(root=project)["README.md"].decode())
    named = SpaceCard(space_files("ORG/mturn-seg", root=project)["README.md"].decode())
    assert plain.data.datasets is None
    assert named.data.to_dict() == {**plain.data.to_dict(), "datasets": ["ORG/mturn-seg"]}
    assert named.data.title == "Board 🩻"
    assert named.data.python_version == "3.11"
    assert named.text == plain.text == "\n# 排行榜\n"


def test_for_a_gpu_the_packages_are_added_and_one_is_suggested(project):
    files = space_files(cuda=True, root=project)
    assert files["requirements.txt"] == b"numpy==2.4.6\ntorch==2.13.0\n"
    assert SpaceCard(files["README.md"].decode()).data.suggested_hardware == "t4-small"


@pytest.mark.parametrize(
    ("path", "ours"),
    [
        ("space/old/tab.py", True),
        ("masks/rle.py", True),
        ("README.md", True),
        (".gitattributes", False),
        ("spaces.py", False),
        ("data/masks/rle.py", False),
    ],
)
def test_what_publishing_may_delete(path, ours):
    assert is_ours(path) is ours
