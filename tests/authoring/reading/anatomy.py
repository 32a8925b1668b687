"""What the data files of the author say: descriptions, structures, sources. Read here without the author's code."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

AUTHORING = Path(__file__).resolve().parents[3] / "authoring"
ANATOMY, SOURCES = AUTHORING / "anatomy", AUTHORING / "sources" / "data"

EVERYWHERE = {"head", "neck", "chest", "abdomen", "pelvis", "limbs"}
#: Parts of the body that a picture of a region may show: the region's own, what borders on it, arms and thighs.
IN_PICTURE = defaultdict(
    lambda: EVERYWHERE,
    head={"head", "neck"},
    chest={"neck", "chest", "abdomen", "limbs"},
    abdomen={"chest", "abdomen", "pelvis", "limbs"},
    prostate={"abdomen", "pelvis", "limbs"},
)


@cache
def catalogue() -> dict[str, dict]:
    """Every structure by id, as its file gives it."""
    return {
        name: entry for file in sorted((ANATOMY / "structures").glob("*.yaml")) for name, entry in _yaml(file).items()
    }


@cache
def entries() -> tuple[dict, ...]:
    """Every entry of the descriptions, `fits` as the set of structures."""
    files = [*sorted((ANATOMY / "knowledge").glob("*.yaml")), *sorted((ANATOMY / "groups").glob("*.yaml"))]
    return tuple(entry | {"fits": _members(entry["fits"])} for file in files for entry in _yaml(file))


@cache
def descriptions(language: str) -> Mapping[str, frozenset[str]]:
    """Every description of a language, case folded, with the structures that it fits."""
    found: dict[str, set[frozenset[str]]] = defaultdict(set)
    for entry in entries():
        for texts in entry[language].values():
            for text in texts:
                found[text.casefold()].add(entry["fits"])
    if twice := [text for text, fits in found.items() if len(fits) > 1]:
        raise ValueError(f"descriptions that stand for two sets of structures: {twice}")
    return {text: next(iter(fits)) for text, fits in found.items()}


@cache
def exhaustive() -> Mapping[tuple[str, str, str, str], frozenset[str]]:
    """The structures that are labelled wherever they occur, by source, modality, sequence and split of a case."""
    found = {}
    for file in SOURCES.glob("*.yaml"):
        source = _yaml(file)
        if "package" not in source:
            continue
        for case in source["cases"]:
            key = (source["name"], case["modality"], case["sequence"], case["split"])
            if key in found:
                raise ValueError(f"two cases are {key}; the release does not tell them apart")
            found[key] = frozenset(case.get("exhaustive", source.get("exhaustive", ())))
    return found


def ancestors(name: str) -> set[str]:
    """The structures that a structure is a part of."""
    parent = catalogue()[name].get("parent")
    return {parent, *ancestors(parent)} if parent else set()


def may_be_unlabelled(name: str, region: str) -> bool:
    """Whether a picture of a region may show a structure at all."""
    return bool(IN_PICTURE[region] & set(catalogue()[name]["regions"]))


def _members(fits: list[str]) -> frozenset[str]:
    found: set[str] = set()
    for item in fits:
        kind = item.removeprefix("kind:")
        numbered = {name for name, entry in catalogue().items() if entry.get("kind") == kind}
        found |= {item} if kind == item else numbered
    return frozenset(found)


def _yaml(file: Path):
    return yaml.safe_load(file.read_text(encoding="utf-8"))
