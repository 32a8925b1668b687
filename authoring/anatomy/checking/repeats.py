"""The same said twice: texts that are equal, or nearly, within an entry and anywhere else in their language."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from authoring.anatomy.checking.entries import Entry, Problem, Text
from mturn_seg import LANGUAGES

#: From this share of common words (English) or pairs of characters (Chinese) on, two texts of an entry say nearly the
#: same. Elsewhere it takes more: one word may tell two structures apart, as in "the highest of" and "the lowest of".
IN_AN_ENTRY, ELSEWHERE = 0.6, 0.9

# Words that say nothing of a structure. Numbers and places stay: they tell one structure from the next.
EMPTY_WORDS = frozenset(
    "a an the of in on at to by for from with as is are be was that which whose where when than and or its it one "
    "can may this does do has have".split()
)


def repeat_problems(entries: Iterable[Entry]) -> Iterator[Problem]:
    """Each later text of two that are the same or nearly so.

    Phrases are compared with all phrases of their language, questions with those of their entry: the same question
    can be asked of many structures.
    """
    entries = list(entries)
    for language in LANGUAGES:
        for entry in entries:
            for kind in ("phrase", "question"):
                same = [text for text in entry.texts if text.language == language and text.kind == kind]
                yield from _repeats(same, language, IN_AN_ENTRY)
        yield from _repeats([text for entry in entries for text in entry.phrases(language)], language, ELSEWHERE)


def tokens(text: str, language: str) -> frozenset[str]:
    """The words of an English text that say something; every two neighbouring characters of a Chinese one."""
    plain = text.replace("{reference}", " ").lower()
    if language == "en":
        return frozenset(re.findall(r"[a-z0-9]+", plain)) - EMPTY_WORDS
    characters = re.sub(r"[\W的]", "", plain)
    return frozenset(characters[i : i + 2] for i in range(len(characters) - 1)) or frozenset(characters)


def similarity(one: frozenset[str], other: frozenset[str]) -> float:
    """The Jaccard index of two token sets, 1 where both are empty."""
    return len(one & other) / len(one | other) if one | other else 1.0


def _repeats(texts: list[Text], language: str, least: float) -> Iterator[Problem]:
    inside = least < ELSEWHERE
    sets = [tokens(text.text, language) for text in texts]
    counts = Counter(token for found in sets for token in found)
    # Two sets that have `least` in common share one of the rarest tokens of each, as many as may be missing and one.
    seen: dict[str, list[int]] = defaultdict(list)
    for this, found in enumerate(sets):
        rarest = sorted(found, key=lambda token: (counts[token], token))
        rarest = rarest[: len(found) - _at_least(least, len(found)) + 1]
        earlier = {other for token in rarest for other in seen[token]}
        if not found:
            yield texts[this].problem("a text that says something")
        for other in sorted(earlier):
            first = texts[other]
            if similarity(found, sets[other]) >= least and (inside or first.entry is not texts[this].entry):
                yield texts[this].problem(f"something other than {first.text!r} of {first.entry.file}: {first.entry.name}")
        for token in rarest:
            seen[token].append(this)


def _at_least(share: float, count: int) -> int:
    """The fewest tokens of `count` that make up a share."""
    return -int(-share * count // 1)
