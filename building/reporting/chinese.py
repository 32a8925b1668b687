"""Chinese terms of several characters, found by how they occur: no dictionary is needed.

Characters form a term where they keep together (they meet far more often than by chance: pointwise mutual information)
and where what stands before and after them varies (branching entropy; Jin and Tanaka-Ishii, 2006).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

#: The longest term, in characters.
LONGEST = 4
#: How often a term occurs at least.
OFTEN = 5
#: Least pointwise mutual information of its parts, in nats, wherever it is divided.
COHESION = 2.5
#: Least entropy of the characters beside it, in nats, on the side where they vary less.
BRANCHING = 1.0

_RUN = re.compile(r"[\u4e00-\u9fff]+")
_EDGE = "\0"


class Lexicon:
    """The terms of some texts. `outer` are the characters with which no term begins or ends."""

    def __init__(self, texts: Iterable[str], outer: str = "") -> None:
        counts: Counter[str] = Counter()
        before: dict[str, Counter[str]] = defaultdict(Counter)
        after: dict[str, Counter[str]] = defaultdict(Counter)
        for run in (run for text in texts for run in _RUN.findall(text)):
            framed = f"{_EDGE}{run}{_EDGE}"
            for start in range(1, len(run) + 1):
                for end in range(start + 1, min(start + LONGEST, len(run) + 1) + 1):
                    part = framed[start:end]
                    counts[part] += 1
                    before[part][framed[start - 1]] += 1
                    after[part][framed[end]] += 1
        self._characters = sum(count for part, count in counts.items() if len(part) == 1)
        singles = {part: count for part, count in counts.items() if len(part) == 1}
        terms = {
            part: count
            for part, count in counts.items()
            if len(part) > 1
            and count >= OFTEN
            and part[0] not in outer
            and part[-1] not in outer
            and _cohesion(part, counts, self._characters) >= COHESION
            and min(_entropy(before[part]), _entropy(after[part])) >= BRANCHING
        }
        self._counts = singles | {term: count for term, count in terms.items() if not _is_compound(term, terms)}

    def terms(self, text: str) -> list[str]:
        """The terms of a text in their order, without single characters."""
        return [part for run in _RUN.findall(text) for part in self._divided(run) if len(part) > 1]

    def _divided(self, run: str) -> list[str]:
        """The likeliest division into terms and single characters (Viterbi over a unigram model)."""
        best, last = [0.0], [0]
        for end in range(1, len(run) + 1):
            starts = range(max(0, end - LONGEST), end)
            known = [start for start in starts if end - start == 1 or run[start:end] in self._counts]
            scored = [(best[start] + self._likelihood(run[start:end]), start) for start in known]
            score, start = max(scored)
            best.append(score)
            last.append(start)
        parts, end = [], len(run)
        while end:
            parts.append(run[last[end] : end])
            end = last[end]
        return parts[::-1]

    def _likelihood(self, part: str) -> float:
        return math.log(self._counts.get(part, 1) / max(self._characters, 1))


def _is_compound(term: str, terms: Mapping[str, int]) -> bool:
    """Whether a half of a term of four characters is a term: an expression then, more often than a name."""
    return len(term) == 4 and (term[:2] in terms or term[2:] in terms)


def _cohesion(part: str, counts: Mapping[str, int], total: int) -> float:
    """The least pointwise mutual information over all ways to divide a term in two."""
    return min(
        math.log(counts[part] * total / (counts[part[:place]] * counts[part[place:]])) for place in range(1, len(part))
    )


def _entropy(counts: Counter[str]) -> float:
    """Shannon's entropy in nats. The edge of a text is not one neighbour but another each time."""
    total = counts.total()
    edges = counts[_EDGE]
    inner = sum(count * math.log(total / count) for neighbour, count in counts.items() if neighbour != _EDGE)
    return (inner + edges * math.log(total)) / total
