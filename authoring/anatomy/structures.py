"""The catalogue of anatomical structures, from structures/*.yaml (one file a group of organ systems)."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from authoring.errors import SourceError
from authoring.yaml_files import read_yaml
from mturn_seg import SYSTEMS

FOLDER = Path(__file__).with_name("structures")

BodyPart = Literal["head", "neck", "chest", "abdomen", "pelvis", "limbs"]


@dataclass(frozen=True)
class AnatomicalStructure:
    """One structure.

    `en`, `zh`: its terms (the first is the display name, the others are synonyms and words that give it away);
    `system`: one of the ten organ systems, `also`: others that it can be counted to; `regions`: the parts of the body
    in which it can be seen; `side`: the patient's side it belongs to; `pair`: its counterpart on the other side;
    `parent`: the structure that contains it; `kind` and `order`: a numbered member, such as rib 3, counted from the
    head;
    `lesion`: a disease, absent in most people; `neighbours`: what normally lies next to it; `snomed`: its SNOMED CT
    concept, where it has one.
    """

    id: str
    en: tuple[str, ...]
    zh: tuple[str, ...]
    system: str
    regions: frozenset[BodyPart]
    side: Literal["right", "left"] | None = None
    pair: str | None = None
    parent: str | None = None
    kind: str | None = None
    order: int | None = None
    lesion: bool = False
    neighbours: tuple[str, ...] = ()
    snomed: str | None = None
    also: tuple[str, ...] = ()

    def name(self, language: str) -> str:
        """The display name in 'en' or 'zh'."""
        return (self.en if language == "en" else self.zh)[0]


@cache
def structures() -> dict[str, AnatomicalStructure]:
    """All structures by id. Raises SourceError where the files contradict themselves or each other."""
    known: dict[str, AnatomicalStructure] = {}
    for file in sorted(FOLDER.glob("*.yaml")):
        for key, entry in read_yaml(file).items():
            if key in known:
                raise SourceError(f"{file}: {key} stands in another file, too; expected each structure once")
            known[key] = _structure(file, key, entry)
    for structure in known.values():
        _check(structure, known)
    return known


def _structure(file: Path, key: str, entry: dict) -> AnatomicalStructure:
    entry = dict(entry)
    lists = {name: tuple(entry.pop(name, ())) for name in ("en", "zh", "neighbours", "also")}
    regions = frozenset(entry.pop("regions", ()))
    if not regions or not regions <= set(get_args(BodyPart)):
        raise SourceError(f"{file}: {key}: regions are {sorted(regions)}; expected some of {get_args(BodyPart)}")
    try:
        return AnatomicalStructure(id=key, regions=regions, **lists, **entry)
    except TypeError as error:
        raise SourceError(f"{file}: {key}: {error}; expected the keys of a structure") from None


def _check(structure: AnatomicalStructure, known: dict[str, AnatomicalStructure]) -> None:
    place = f"{FOLDER}: {structure.id}"
    if not (structure.en and structure.zh):
        raise SourceError(f"{place}: expected a term in each language")
    for system in (structure.system, *structure.also):
        if system not in SYSTEMS:
            raise SourceError(f"{place}: system is {system!r}; expected one of {SYSTEMS}")
    if structure.pair and (structure.pair not in known or known[structure.pair].pair != structure.id):
        raise SourceError(f"{place}: pair is {structure.pair!r}, which does not name it in return")
    for name in (structure.parent, *structure.neighbours):
        if name and name not in known:
            raise SourceError(f"{place}: names {name!r}; expected a structure of the catalogue")


@cache
def parts_of(parent: str) -> tuple[str, ...]:
    """The structures whose direct parent is `parent`."""
    return tuple(structure.id for structure in structures().values() if structure.parent == parent)


def ancestors(structure: str) -> list[str]:
    """The parent of a structure, the parent's parent, and so on."""
    found = []
    while (structure := structures()[structure].parent) is not None:
        found.append(structure)
    return found


@cache
def of_kind(kind: str) -> tuple[str, ...]:
    """The numbered members of a kind, such as rib, in the order of the file."""
    return tuple(structure.id for structure in structures().values() if structure.kind == kind)
