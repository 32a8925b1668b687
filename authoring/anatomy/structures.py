"""The catalogue of anatomical structures, from structures.yaml."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from authoring.errors import SourceError
from mturn_seg import SYSTEMS

FILE = Path(__file__).with_name("structures.yaml")


@dataclass(frozen=True)
class AnatomicalStructure:
    """One structure: its terms in both languages (the first is the display name, the others are synonyms), its organ
    system, the patient's side it belongs to, its counterpart on the other side, and the structure that contains it."""

    id: str
    en: tuple[str, ...]
    zh: tuple[str, ...]
    system: str
    side: str | None = None
    pair: str | None = None
    parent: str | None = None

    def name(self, language: str) -> str:
        """The display name in 'en' or 'zh'."""
        return (self.en if language == "en" else self.zh)[0]


@cache
def structures() -> dict[str, AnatomicalStructure]:
    """All structures by id. Raises SourceError where the file contradicts itself."""
    raw = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    known = {
        key: AnatomicalStructure(
            id=key,
            en=tuple(entry.pop("en")),
            zh=tuple(entry.pop("zh")),
            **entry,
        )
        for key, entry in raw.items()
    }
    for structure in known.values():
        if structure.system not in SYSTEMS:
            raise SourceError(f"{FILE}: {structure.id}: system is {structure.system!r}; expected one of {SYSTEMS}")
        if structure.pair and (structure.pair not in known or known[structure.pair].pair != structure.id):
            raise SourceError(f"{FILE}: {structure.id}: pair is {structure.pair!r}, which does not name it in return")
        if structure.parent and structure.parent not in known:
            raise SourceError(f"{FILE}: {structure.id}: parent is {structure.parent!r}; expected a known structure")
    return known


def parts_of(parent: str) -> list[str]:
    """The structures whose direct parent is `parent`."""
    return [structure.id for structure in structures().values() if structure.parent == parent]
