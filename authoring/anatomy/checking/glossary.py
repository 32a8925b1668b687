"""The bilingual glossary of medical terms, and the texts' words that it must hold.

glossary/*.yaml are {English: Chinese} or {English: [Chinese, ...]}, a file a kind of term; spelling.yaml tells which
spellings the texts do not use, and what they use instead.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from authoring.anatomy.checking.entries import Entry, Problem, Text
from authoring.anatomy.checking.sentences import HAN, is_traditional
from authoring.errors import SourceError
from authoring.yaml_files import read_yaml
from mturn_seg import LANGUAGES

FOLDER = Path(__file__).resolve().parents[1] / "glossary"
SPELLING = "spelling.yaml"
#: The file of the names of people and organisms, and of abbreviations: what English writes with capital letters.
NAMES = "names.yaml"

# A word that ends so is a term of medicine, unless it is as short as gram.
SHORTEST_TERM = 5
ENGLISH_TERM = re.compile(
    r".+(?:itis|itides|omas?|omata|[oa]s[ie]s|iasis|ectom(?:y|ies)|otom(?:y|ies)|ostom(?:y|ies)|a?emias?|path(?:y|ies)"
    r"|plast(?:y|ies)|scop(?:y|ies)|graph(?:y|ies)|metry|grams?|algia|uria|plegia|paresis|megaly|troph(?:y|ies)|plasias?"
    r"|spasms?|lysis|ectasis|ectasia|celes?|penia|pnoea|rrhoea|rrhages?|aesthesia|oedema|opsy|opsies|centesis|opia"
    r"|phagia|phasia|phonia|ptosis|isms?)"
)
# A Chinese term of medicine ends with one of these.
CHINESE_ENDINGS = "炎瘤癌症病征术"
# At the most so many characters of a term stand before or after the foreign name in it.
LONGEST_NAME = 12
# After these a word can start, so that the term 癌 is no part of a longer one.
BEFORE_A_WORD = "的为生近"
WORD = re.compile(r"[A-Za-z0-9]+(?:[-'][A-Za-z0-9]+)*")
# Words with capital letters that are no names: the first of a sentence; letters and Roman numbers (S-shaped, II).
SENTENCE_START = re.compile(r"(?:^|[.?] )(\w[\w'-]*)")
LETTERS = re.compile(r"[A-Z](?:-[a-z]+)?|[IVX]+[a-c]?")


@dataclass(frozen=True)
class Glossary:
    """`files`: {file: {English term: Chinese terms}}; `refused`: {language: {spelling: the one to use}};
    `everyday`: English words that only look like terms of medicine; `transliteration`: the characters of foreign names
    in Chinese."""

    files: dict[str, dict[str, tuple[str, ...]]]
    refused: dict[str, dict[str, str]]
    everyday: frozenset[str] = frozenset()
    transliteration: str = ""

    @cached_property
    def english_words(self) -> frozenset[str]:
        """The words of all English terms in small letters."""
        terms = (term for file in self.files.values() for term in file)
        return frozenset(word.lower() for term in terms for word in WORD.findall(term)) | self.everyday

    @cached_property
    def names(self) -> frozenset[str]:
        """The words of the names, as they are written."""
        return frozenset(word for term in self.files.get(NAMES, {}) for word in WORD.findall(term))

    @cached_property
    def chinese(self) -> frozenset[str]:
        """All Chinese terms."""
        return frozenset(term for file in self.files.values() for chinese in file.values() for term in chinese)

    @cached_property
    def chinese_endings(self) -> dict[str, tuple[tuple[str, int], ...]]:
        """For each character of CHINESE_ENDINGS the terms that hold it, with its places."""
        return {
            ending: tuple(
                (term, i) for term in sorted(self.chinese) for i, character in enumerate(term) if character == ending
            )
            for ending in CHINESE_ENDINGS
        }


def read_glossary(folder: Path = FOLDER) -> Glossary:
    """The glossary of a folder. Raises SourceError for a file that is no mapping."""
    files = {}
    for file in sorted(folder.glob("*.yaml")):
        raw = read_yaml(file)
        if not isinstance(raw, dict):
            raise SourceError(f"{file}: a {type(raw).__name__}; expected English terms with their Chinese ones")
        files[file.name] = raw
    spelling = files.pop(SPELLING, {})
    return Glossary(
        files={
            name: {str(en): (zh,) if isinstance(zh, str) else tuple(zh) for en, zh in terms.items()}
            for name, terms in files.items()
        },
        refused={language: spelling.get(language, {}) for language in LANGUAGES},
        everyday=frozenset(spelling.get("everyday", ())),
        transliteration=spelling.get("transliteration", ""),
    )


def glossary_problems(glossary: Glossary) -> Iterator[Problem]:
    """Terms that stand twice, that are not Chinese or not simplified, and names in two spellings."""
    first: dict[str, tuple[str, str]] = {}
    for file, terms in glossary.files.items():
        for english, chinese in terms.items():
            # One eponym, with and without a genitive, hyphens or capitals.
            plain = re.sub(r"'s\b|\W", "", english).lower()
            if plain in first:
                yield _problem(file, english, f"one spelling; {first[plain][0]} has {first[plain][1]!r}")
            first.setdefault(plain, (file, english))
            for term in chinese:
                if not re.search("[\u4e00-\u9fff]", term):
                    yield _problem(file, f"{english}: {term}", "a Chinese term")
                if any(is_traditional(character) for character in term if "\u4e00" <= character <= "\u9fff"):
                    yield _problem(file, f"{english}: {term}", "simplified characters")
    spellings: dict[str, str] = {}
    for name in sorted(glossary.names):
        plain = re.sub(r"'s$", "", name).lower()
        if name[0].isupper() and spellings.setdefault(plain, name) != name:
            yield _problem(NAMES, name, f"the spelling {spellings[plain]!r} of the same name")


def term_problems(entries: Iterable[Entry], glossary: Glossary) -> Iterator[Problem]:
    """Words of medicine and names that the glossary lacks, and spellings that it refuses."""
    for entry in entries:
        for text in entry.texts:
            yield from _refused(text, glossary)
            if text.language == "zh":
                yield from _chinese_terms(text, glossary)
                yield from _chinese_names(text, glossary)
            else:
                yield from _english_terms(text, glossary)
                yield from _names(text, glossary)


def _problem(file: str, text: str, expected: str) -> Problem:
    return Problem(FOLDER.name, file, text, expected)


def _refused(text: Text, glossary: Glossary) -> Iterator[Problem]:
    for wrong, right in glossary.refused[text.language].items():
        if text.language == "zh":
            found = wrong in text.text.replace(right, "")
        else:
            found = re.search(rf"\b{re.escape(wrong)}(?:s|es)?\b", text.text, re.IGNORECASE)
        if found:
            yield text.problem(f"{right!r} for {wrong!r}")


def _english_terms(text: Text, glossary: Glossary) -> Iterator[Problem]:
    for word in re.split(r"[^A-Za-z]+", text.text):
        if len(word) < SHORTEST_TERM or not ENGLISH_TERM.fullmatch(word.lower()):
            continue
        if not {word.lower(), *_singular(word.lower())} & glossary.english_words:
            yield text.problem(f"terms of the glossary, which lacks {word!r}")


def _singular(word: str) -> Iterator[str]:
    for ending, single in (("omata", "oma"), ("ses", "sis"), ("ies", "y"), ("s", "")):
        if word.endswith(ending):
            yield word.removesuffix(ending) + single


def _names(text: Text, glossary: Glossary) -> Iterator[Problem]:
    starts = set()
    if text.kind != "phrase":
        starts = {found.start(1) for found in SENTENCE_START.finditer(text.text)}
    for found in WORD.finditer(text.text):
        word = found.group()
        if not re.search("[A-Z]", word) or found.start() in starts or LETTERS.fullmatch(word) or word in glossary.names:
            continue
        yield text.problem(f"names of the glossary, which lacks {word!r}")


def _chinese_terms(text: Text, glossary: Glossary) -> Iterator[Problem]:
    for place, character in enumerate(text.text):
        if character in CHINESE_ENDINGS and not _covered(text.text, place, glossary):
            yield text.problem(
                f"terms of the glossary, which has none for {text.text[max(0, place - 5) : place + 1]!r}"
            )


def _covered(text: str, place: int, glossary: Glossary) -> bool:
    """Whether the character at a place belongs to a term; a term of one character only where a word can start."""
    starts_word = place == 0 or not re.match(f"[{HAN}]", text[place - 1]) or text[place - 1] in BEFORE_A_WORD
    return any(
        place >= i and text.startswith(term, place - i) and (len(term) > 1 or starts_word)
        for term, i in glossary.chinese_endings[text[place]]
    )


def _chinese_names(text: Text, glossary: Glossary) -> Iterator[Problem]:
    if not glossary.transliteration:
        return
    for name in re.finditer(f"[{glossary.transliteration}]{{3,}}", text.text):
        around = text.text[max(0, name.start() - LONGEST_NAME) : name.end() + LONGEST_NAME]
        if not any(name.group() in term and term in around for term in glossary.chinese):
            yield text.problem(f"names of the glossary, which lacks {name.group()!r}")
