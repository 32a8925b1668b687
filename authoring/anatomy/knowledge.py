"""What is known of each structure: descriptions that do not name it, and questions that need only text to answer."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from authoring.anatomy.structures import of_kind, structures
from authoring.errors import SourceError
from authoring.yaml_files import read_yaml
from mturn_seg import LANGUAGES

FOLDER = Path(__file__).parent

#: What a description speaks of.
TOPICS = ("function", "anatomy", "pathology", "clinical")
KIND = "kind:"


@dataclass(frozen=True, eq=False)
class Fact:
    """A text-only question with its answer, each {language: text}; the question holds `{reference}` once."""

    question: dict[str, str]
    answer: dict[str, str]


@dataclass(frozen=True, eq=False)
class Concept:
    """Descriptions that fit exactly the structures `fits`: {language: {topic: noun phrases}}.

    `written_by` and `reviewed_by` tell who wrote them and which clinician reviewed them, None where nobody did.
    """

    fits: frozenset[str]
    descriptions: dict[str, dict[str, tuple[str, ...]]]
    facts: tuple[Fact, ...] = ()
    written_by: str = "machine"
    reviewed_by: str | None = None

    @property
    def is_group(self) -> bool:
        """Whether the words fit more than one structure or one pair, so that they never say which on their own."""
        first = min(self.fits)
        return not self.fits <= {first, structures()[first].pair}

    def phrases(self, language: str) -> tuple[str, ...]:
        """Every description in a language."""
        return tuple(phrase for topic in self.descriptions[language].values() for phrase in topic)


@cache
def concepts() -> tuple[Concept, ...]:
    """All concepts of knowledge/*.yaml and groups/*.yaml. Raises SourceError for an unknown structure."""
    files = [*sorted((FOLDER / "knowledge").glob("*.yaml")), *sorted((FOLDER / "groups").glob("*.yaml"))]
    return tuple(_concept(entry, file) for file in files for entry in read_yaml(file))


def _concept(entry: dict, file: Path) -> Concept:
    fits = _members(entry["fits"])
    if unknown := sorted(fits - structures().keys()) or ["nothing"] * (not fits):
        raise SourceError(f"{file}: fits names {', '.join(unknown)}; expected structures of the catalogue")
    return Concept(
        fits=fits,
        descriptions={
            language: {topic: tuple(entry[language].get(topic, ())) for topic in TOPICS} for language in LANGUAGES
        },
        facts=tuple(
            Fact(*({language: fact[language][part] for language in LANGUAGES} for part in ("question", "answer")))
            for fact in entry.get("facts", ())
        ),
        written_by=entry["written_by"],
        reviewed_by=entry["reviewed_by"],
    )


def _members(fits: list[str]) -> frozenset[str]:
    """The structures that `fits` lists, `kind:rib` meaning every rib."""
    return frozenset(
        member for item in fits for member in (of_kind(item.removeprefix(KIND)) if item.startswith(KIND) else (item,))
    )


@cache
def concepts_of(structure: str) -> tuple[Concept, ...]:
    """The concepts that fit a structure, the most specific first; none where nobody has written any."""
    return tuple(sorted((c for c in concepts() if structure in c.fits), key=lambda concept: len(concept.fits)))


def own_concept(structure: str) -> Concept | None:
    """The concept of the structure itself (shared by the two members of a pair only), or None where it has none."""
    first = next(iter(concepts_of(structure)), None)
    return None if first is None or first.is_group else first
