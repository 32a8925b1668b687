"""The questions of one language in numbers: how long they are, how varied, of which terms they are made."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from building.reporting.chinese import Lexicon

WORDS = Path(__file__).with_name("words.yaml")
#: Variety and terms are counted over so many questions at most, drawn at random.
SAMPLE = 20_000
#: How many of the most frequent terms are told.
TERMS = 30
UNITS = {"en": "words", "zh": "characters"}

_TOKENS = {
    "en": re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+(?:\.\d+)?"),
    # A Latin word or a number within Chinese counts as one.
    "zh": re.compile(r"[\u4e00-\u9fff]|[A-Za-z]+|\d+(?:\.\d+)?"),
}


@dataclass(frozen=True)
class Questions:
    """All questions of one language.

    lengths: tokens -> questions; quartiles: first quartile, median and third quartile of the length in tokens;
    distinct: n -> distinct-n; terms: the most frequent terms with the share of questions that hold them. `sampled` is
    the number of questions behind `distinct` and `terms`.
    """

    number: int
    unit: str
    lengths: dict[int, int]
    quartiles: tuple[float, float, float]
    sampled: int
    distinct: dict[int, float]
    terms: dict[str, float]


class QuestionCounter:
    """Takes questions one by one; what it keeps does not grow beyond SAMPLE texts."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._number = 0
        self._lengths: Counter[int] = Counter()
        self._sample: list[str] = []
        self._random = random.Random(0)

    def add(self, text: str) -> None:
        """Counts one question."""
        self._number += 1
        self._lengths[len(tokens(text, self.language))] += 1
        if len(self._sample) < SAMPLE:
            self._sample.append(text)
        elif (place := self._random.randrange(self._number)) < SAMPLE:
            self._sample[place] = text

    def result(self) -> Questions | None:
        """What was counted; None without a question."""
        if not self._number:
            return None
        return Questions(
            number=self._number,
            unit=UNITS[self.language],
            lengths=dict(sorted(self._lengths.items())),
            quartiles=tuple(quantile(self._lengths, share) for share in (0.25, 0.5, 0.75)),
            sampled=len(self._sample),
            distinct={n: distinct_n(self._sample, self.language, n) for n in (1, 2, 3)},
            terms=frequent_terms(self._sample, self.language),
        )


def tokens(text: str, language: str) -> list[str]:
    """Words in small letters (en), or single characters with Latin words and numbers whole (zh)."""
    return _TOKENS[language].findall(text.lower())


def distinct_n(texts: Sequence[str], language: str, n: int) -> float:
    """The number of distinct n-grams of tokens divided by the number of tokens (Li et al., NAACL 2016), 0 to 1.

    No n-gram reaches over two texts. It falls as texts get more: compare it over equally many.
    """
    found, total = set(), 0
    for text in texts:
        parts = tokens(text, language)
        total += len(parts)
        found.update(tuple(parts[start : start + n]) for start in range(len(parts) - n + 1))
    return len(found) / total if total else 0.0


def frequent_terms(texts: Sequence[str], language: str, at_most: int = TERMS) -> dict[str, float]:
    """The most frequent terms with the share of texts that hold them: words but for function words (en), or terms of
    two characters and more (zh)."""
    held: Counter[str] = Counter()
    for terms in _terms(texts, language):
        held.update(terms)
    ranked = sorted(held.items(), key=lambda item: (-item[1], item[0]))[:at_most]
    return {term: count / len(texts) for term, count in ranked}


def quantile(counts: Counter[int], share: float) -> float:
    """The quantile of the values that `counts` counts, with linear interpolation as numpy.quantile has it."""
    position = share * (counts.total() - 1)
    below = int(position)
    low, high = _at(counts, below), _at(counts, min(below + 1, counts.total() - 1))
    return low + (high - low) * (position - below)


def _at(counts: Counter[int], place: int) -> int:
    for value in sorted(counts):
        place -= counts[value]
        if place < 0:
            return value
    raise ValueError(f"place {place} lies beyond the values; expected fewer than {counts.total()}")


def _terms(texts: Sequence[str], language: str) -> Iterator[set[str]]:
    if language == "zh":
        lexicon = Lexicon(texts, _words()["function_characters"])
        return (set(lexicon.terms(text)) for text in texts)
    passed_over = frozenset(_words()["function_words"].split())
    return (
        {word for word in tokens(text, language) if len(word) > 1 and word.isalpha() and word not in passed_over}
        for text in texts
    )


@cache
def _words() -> dict[str, str]:
    return yaml.safe_load(WORDS.read_text(encoding="utf-8"))
