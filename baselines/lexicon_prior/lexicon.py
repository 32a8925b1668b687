"""Which words go with which structure: naive Bayes over a question's words (English) or character runs (Chinese)."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from scipy import sparse

# The weight, in questions, of the belief that a word says nothing about a structure.
SHRINKAGE = 2.0
# Neighbouring features repeat each other, but naive Bayes counts each as evidence of its own: one over the features
# that a word (two characters in Chinese) gives rise to.
TEMPER = {"en": 0.5, "zh": 0.25}
_SPACED = re.compile(r"[a-z0-9]+|[?]")
_UNSPACED = re.compile(r"[\u3400-\u9fff]+|[？?]|[a-z0-9]+")


def features(text: str, language: str) -> frozenset[str]:
    """The features of a lower-case text: words and word pairs, or for Chinese runs of two and three characters."""
    if language == "zh":
        runs = _UNSPACED.findall(text)
        found = {run[at : at + n] for run in runs for n in (2, 3) for at in range(len(run) - n + 1)}
        return frozenset(found | {run for run in runs if len(run) == 1})
    words = _SPACED.findall(text)
    return frozenset([*words, *(f"{first} {second}" for first, second in pairwise(words))])


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Counts of one language: `counts` [features, labels] questions with a feature, `totals` [labels] questions.

    The labels are the structures; the last label stands for the questions that want an answer in words.
    """

    vocabulary: tuple[str, ...]
    counts: sparse.csr_array
    totals: np.ndarray

    @cached_property
    def _places(self) -> dict[str, int]:
        return {feature: place for place, feature in enumerate(self.vocabulary)}

    def scores_of(self, text: str, language: str) -> tuple[np.ndarray, float]:
        """(log-odds of each structure, up to a constant; log-odds that the question wants words and no mask)."""
        places = sorted(self._places[found] for found in features(text, language) if found in self._places)
        counts = self.counts[places].toarray().astype(float)
        asked = self.totals[:-1].sum()
        share = counts.sum(axis=1, keepdims=True) / max(self.totals.sum(), 1)
        by_label = np.log((counts / share + SHRINKAGE) / (self.totals + SHRINKAGE)).sum(axis=0)
        for_mask = np.log((counts[:, :-1].sum(axis=1) / share[:, 0] + SHRINKAGE) / (asked + SHRINKAGE)).sum()
        usual = np.log((self.totals[:-1] + 1) / (asked + len(self.totals) - 1))
        words_usual = np.log((self.totals[-1] + 1) / (asked + 1))
        temper = TEMPER[language]
        return temper * by_label[:-1] + usual, float(temper * (by_label[-1] - for_mask) + words_usual)


class LexiconCounter:
    """Counts the questions of one language, label by label."""

    def __init__(self):
        self._counts: Counter[tuple[str, str | None]] = Counter()
        self._totals: Counter[str | None] = Counter()

    def add(self, text: str, language: str, structure: str | None) -> None:
        """Counts a question; `structure` is None for one that wants an answer in words."""
        self._totals[structure] += 1
        self._counts.update((feature, structure) for feature in features(text, language))

    def lexicon(self, structures: tuple[str, ...]) -> Lexicon:
        labels = {label: place for place, label in enumerate([*structures, None])}
        vocabulary = tuple(sorted({feature for feature, _ in self._counts}))
        places = {feature: place for place, feature in enumerate(vocabulary)}
        rows = [places[feature] for feature, _ in self._counts]
        columns = [labels[label] for _, label in self._counts]
        shape = (len(vocabulary), len(labels))
        counts = sparse.coo_array((list(self._counts.values()), (rows, columns)), shape=shape, dtype=np.int32).tocsr()
        counts.sort_indices()
        return Lexicon(vocabulary, counts, np.array([self._totals[label] for label in labels], dtype=np.int32))
