"""What is known of each structure: descriptions that do not name it, and questions that need only text to answer."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from authoring.anatomy.structures import structures
from authoring.errors import SourceError
from mturn_seg import LANGUAGES

FOLDER = Path(__file__).parent


@dataclass(frozen=True, eq=False)
class Fact:
    """A text-only question with its answer, each {language: text}; the question holds `{reference}` once."""

    question: dict[str, str]
    answer: dict[str, str]


@dataclass(frozen=True, eq=False)
class Concept:
    """Descriptions that fit exactly the structures `fits`, as noun phrases for each language."""

    fits: frozenset[str]
    descriptions: dict[str, tuple[str, ...]]
    facts: tuple[Fact, ...]

    @property
    def is_group(self) -> bool:
        """Whether the words fit more than one structure or one pair, so that they never say which on their own."""
        first = min(self.fits)
        return not self.fits <= {first, structures()[first].pair}


@cache
def concepts() -> tuple[Concept, ...]:
    """All concepts of knowledge/*.yaml and groups.yaml. Raises SourceError for an unknown structure."""
    files = [*sorted((FOLDER / "knowledge").glob("*.yaml")), FOLDER / "groups.yaml"]
    return tuple(_concept(entry, file) for file in files for entry in yaml.safe_load(file.read_text(encoding="utf-8")))


def _concept(entry: dict, file: Path) -> Concept:
    unknown = sorted(set(entry["fits"]) - structures().keys())
    if unknown:
        raise SourceError(f"{file}: fits names {', '.join(unknown)}; expected ids of structures.yaml")
    return Concept(
        fits=frozenset(entry["fits"]),
        descriptions={language: tuple(entry[language]) for language in LANGUAGES},
        facts=tuple(
            Fact(*({language: fact[language][part] for language in LANGUAGES} for part in ("question", "answer")))
            for fact in entry.get("facts", ())
        ),
    )


@cache
def concepts_of(structure: str) -> tuple[Concept, ...]:
    """The concepts that fit a structure, the most specific first."""
    return tuple(sorted((c for c in concepts() if structure in c.fits), key=lambda concept: len(concept.fits)))


def own_concept(structure: str) -> Concept:
    """The concept of the structure itself (shared by the two members of a pair only)."""
    return concepts_of(structure)[0]
