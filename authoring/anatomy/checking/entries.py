"""The entries of the knowledge and group files as they stand there, and what can be wrong with one."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from authoring.anatomy.knowledge import KIND, TOPICS
from authoring.anatomy.structures import of_kind, structures
from authoring.errors import SourceError
from authoring.yaml_files import read_yaml
from mturn_seg import LANGUAGES

#: The folders of the entries; those of the second fit several structures on purpose and have no facts.
FOLDERS = ("knowledge", "groups")


@dataclass(frozen=True)
class Problem:
    """One thing wrong: the file, the entry (its first structure), the text or value, what was expected."""

    file: str
    entry: str
    text: str
    expected: str

    def __str__(self) -> str:
        return f"{self.file}: {self.entry}: {self.text!r}; expected {self.expected}"


@dataclass(frozen=True)
class Text:
    """One phrase, question or answer. `topic` is that of the phrase, or the facet of the fact."""

    entry: "Entry"
    language: str
    kind: Literal["phrase", "question", "answer"]
    topic: str
    text: str

    def problem(self, expected: str) -> Problem:
        """A problem of this text."""
        return self.entry.problem(self.text, expected)


@dataclass(frozen=True, eq=False)
class Entry:
    """One item of a file. `raw` is what YAML holds, whatever it is."""

    file: str
    number: int
    raw: Any

    @property
    def name(self) -> str:
        """The first structure, or the place in the file where that cannot be read."""
        fits = self.raw.get("fits") if isinstance(self.raw, dict) else None
        return str(fits[0]) if isinstance(fits, list) and fits else f"entry {self.number}"

    @property
    def of_group(self) -> bool:
        """Whether it stands among the groups."""
        return self.file.startswith("groups/")

    @cached_property
    def fits(self) -> frozenset[str]:
        """The known structures that it fits, with every member of a kind."""
        listed = (self.raw.get("fits") or ()) if isinstance(self.raw, dict) else ()
        members = (of_kind(item.removeprefix(KIND)) if str(item).startswith(KIND) else (item,) for item in listed)
        return frozenset(name for group in members for name in group if name in structures())

    @property
    def readable(self) -> bool:
        """Whether `texts` and `facts` can be read: both languages, lists of strings, facts of two sentences."""
        raw = self.raw
        if not isinstance(raw, dict) or not all(isinstance(raw.get(language), dict) for language in LANGUAGES):
            return False
        lists = [phrases for language in LANGUAGES for phrases in raw[language].values()]
        return all(is_texts(phrases) for phrases in lists) and all(map(is_fact, raw.get("facts") or ()))

    @property
    def facts(self) -> list[dict]:
        """The facts as they stand in the file."""
        return list(self.raw.get("facts") or ())

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        """Every phrase, then the question and answer of every fact, in both languages."""
        return tuple(self._texts())

    def _texts(self) -> Iterator[Text]:
        for language in LANGUAGES:
            for topic, phrases in self.raw[language].items():
                for phrase in phrases:
                    yield Text(self, language, "phrase", topic, phrase)
            for fact in self.facts:
                for kind in ("question", "answer"):
                    yield Text(self, language, kind, fact["facet"], fact[language][kind])

    def phrases(self, language: str) -> list[Text]:
        """The descriptions in a language."""
        return [text for text in self.texts if text.kind == "phrase" and text.language == language]

    def problem(self, text: object, expected: str) -> Problem:
        """A problem of this entry."""
        return Problem(self.file, self.name, str(text), expected)


def is_texts(value: object) -> bool:
    """Whether a value is a list of strings, none of them empty."""
    return isinstance(value, list) and all(isinstance(item, str) and item for item in value)


def is_fact(value: object) -> bool:
    """Whether a value is a fact: {facet, en: {question, answer}, zh: {question, answer}}."""
    return (
        isinstance(value, dict)
        and set(value) == {"facet", *LANGUAGES}
        and value["facet"] in TOPICS
        and all(isinstance(value[language], dict) for language in LANGUAGES)
        and all(set(value[language]) == {"question", "answer"} for language in LANGUAGES)
        and all(isinstance(text, str) and text for language in LANGUAGES for text in value[language].values())
    )


def read_entries(folder: Path) -> list[Entry]:
    """The entries of knowledge/*.yaml and groups/*.yaml of a folder. Raises SourceError for what is no YAML list."""
    found = []
    for file in (file for name in FOLDERS for file in sorted((folder / name).glob("*.yaml"))):
        items = read_yaml(file)
        if not isinstance(items, list):
            raise SourceError(f"{file}: a {type(items).__name__}; expected a list of entries")
        place = file.relative_to(folder).as_posix()
        found += [Entry(place, number, raw) for number, raw in enumerate(items, 1)]
    return found
