"""The same said twice: texts that are equal, or nearly, within an entry and anywhere else in their language."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from authoring.anatomy.checking.entries import Entry, Problem, Text
from authoring.anatomy.checking.sentences import writing
from mturn_seg import LANGUAGES

#: From this share of common words (English) or pairs of characters (Chinese) on, two texts of an entry say nearly the
#: same. Elsewhere it takes more: one word may tell two structures apart, as in "the highest of" and "the lowest of".
IN_AN_ENTRY, ELSEWHERE = 0.65, 0.9
#: What more than this share of the texts of an entry has, such as "lobe of the breathing organ", tells none apart.
SHARED = 0.25


def repeat_problems(entries: Iterable[Entry]) -> Iterator[Problem]:
    """Each later text of two that are the same or nearly so.

    Phrases are compared with all phrases of their language and folder, questions with those of their entry: the same
    question can be asked of many structures, and a group may say of several what an entry says of one of them.
    """
    entries = list(entries)
    for language in LANGUAGES:
        for entry in entries:
            for kind in ("phrase", "question"):
                yield from _inside([text for text in entry.texts if text.language == language and text.kind == kind])
        for of_group in (False, True):
            compared = [entry for entry in entries if entry.of_group == of_group]
            yield from _elsewhere([text for entry in compared for text in entry.phrases(language)])


def tokens(text: str, language: str) -> frozenset[str]:
    """What two texts are compared by.

    English: the words that say something, to their sixth letter. Chinese: each two characters that follow each other.
    """
    plain = text.replace("{reference}", " ").lower()
    if language == "en":
        return frozenset(word[:6] for word in set(re.findall(r"[a-z0-9]+", plain)) - writing()["empty_words"])
    characters = re.sub(r"[\W的]", "", plain)
    return frozenset(characters[i : i + 2] for i in range(len(characters) - 1)) or frozenset(characters)


def similarity(one: frozenset[str], other: frozenset[str]) -> float:
    """The Jaccard index of two token sets, 1 where both are empty."""
    return len(one & other) / len(one | other) if one | other else 1.0


def _inside(texts: list[Text]) -> Iterator[Problem]:
    """Repeats among the phrases or the questions of one entry, without the words that many of them share."""
    sets = [tokens(text.text, text.language) for text in texts]
    counts = Counter(token for found in sets for token in found)
    shared = {token for token, count in counts.items() if count > max(2, len(texts) * SHARED)}
    for this, found in enumerate(sets):
        for other in range(this):
            if similarity(found - shared, sets[other] - shared) >= IN_AN_ENTRY:
                yield _problem(texts[this], texts[other])


def _elsewhere(texts: list[Text]) -> Iterator[Problem]:
    """Repeats among the texts of different entries."""
    sets = [tokens(text.text, text.language) for text in texts]
    counts = Counter(token for found in sets for token in found)
    # Sets that have nearly all in common share one of the rarest tokens of each: as many as may differ, and one.
    seen: dict[str, list[int]] = defaultdict(list)
    for this, found in enumerate(sets):
        rarest = sorted(found, key=lambda token: (counts[token], token))
        rarest = rarest[: len(found) - math.ceil(ELSEWHERE * len(found)) + 1]
        for other in sorted({other for token in rarest for other in seen[token]}):
            if texts[other].entry is not texts[this].entry and similarity(found, sets[other]) >= ELSEWHERE:
                yield _problem(texts[this], texts[other])
        for token in rarest:
            seen[token].append(this)


def _problem(text: Text, first: Text) -> Problem:
    return text.problem(f"something other than {first.text!r} of {first.entry.file}: {first.entry.name}")
