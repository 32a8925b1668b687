"""Descriptions in questions: which a template holds, where a reworded one has them, whether they still say the same."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from authoring.anatomy.knowledge import concepts
from authoring.rewriting.lexicon import Lexicon, lexicon
from authoring.rewriting.marks import kind_of

#: The least share of a description's content that must be found again, and the largest share of what may be added.
KEPT, ADDED = 0.75, 0.35
_ENDINGS = ("ations", "ation", "ings", "ing", "ions", "ion", "ies", "ed", "es", "s", "e", "y")


def descriptions_in(text: str, language: str) -> list[str]:
    """The known descriptions that a text holds word for word, in lower case, the longest first, none inside another."""
    found, rest = [], text.lower()
    for phrase in _phrases(language):
        if phrase in rest:
            found.append(phrase)
            rest = rest.replace(phrase, "\0")
    return found


@cache
def _phrases(language: str) -> tuple[str, ...]:
    known = {phrase.lower() for concept in concepts() for phrase in concept.phrases(language)}
    return tuple(sorted(known, key=lambda phrase: (-len(phrase), phrase)))


@dataclass(frozen=True)
class Word:
    """A word of a text (in Chinese a character) with its place, and its content: a stem, or None."""

    start: int
    end: int
    text: str
    content: str | None


def words_of(text: str, language: str) -> list[Word]:
    """The words of a text in lower case, marks among them."""
    pattern = r"[\ue000-\ue4ff]|[a-z0-9]+" if language == "en" else r"[\ue000-\ue4ff]|\w"
    return [Word(m.start(), m.end(), m.group(), _content(m.group(), language)) for m in re.finditer(pattern, text)]


def align(text: str, description: str, language: str) -> tuple[int, int] | None:
    """Where a text has most of a description in the fewest words: start and end; None where little of it is found."""
    words = words_of(text, language)
    wanted = Counter(_contents(words_of(description, language), language))
    best, span = 0.0, None
    for first in range(len(words)):
        left, shared, size = wanted.copy(), 0, 0
        for last in range(first, len(words)):
            if kind_of(words[last].text) in ("reference", "description"):
                break
            content = _content_at(words, first, last, language)
            if content is None:
                continue
            size += 1
            if left[content] > 0:
                left[content] -= 1
                shared += 1
                score = 2 * shared / (wanted.total() + size)
                if score > best:
                    best, span = score, (words[first].start, words[last].end)
    return span if best > 0.5 else None


def difference(described: str, told: str, lexicon: Lexicon) -> str | None:
    """What a description has lost, gained or exchanged where it is told in other words; None where it says the same."""
    language = lexicon.language
    before, after = words_of(described, language), words_of(told, language)
    if _poles(described, lexicon) != _poles(told, lexicon):
        return "a description says the opposite, or compares other things"
    contents, found = _contents(before, language), _contents(after, language)
    shared = (Counter(contents) & Counter(found)).total()
    if contents and shared < KEPT * len(contents):
        return "a description has lost some of its content"
    added = _added(before, after, lexicon)
    if added:
        return f"a description has gained {added!r}"
    if _is_ordered(described, before, lexicon) and not _in_order(before, after):
        return "the words of a description have changed places"
    return None


def _contents(words: list[Word], language: str) -> list[str]:
    found = (_content_at(words, 0, index, language) for index in range(len(words)))
    return [content for content in found if content is not None]


def _content_at(words: list[Word], first: int, index: int, language: str) -> str | None:
    """The content that a word adds to a window which starts at `first`: in Chinese it takes two characters."""
    if language == "en":
        return words[index].content
    pair = words[max(index - 1, first) : index + 1]
    return pair[0].text + pair[1].text if len(pair) == 2 and all(word.content for word in pair) else None


def _content(word: str, language: str) -> str | None:
    if kind_of(word) or (language == "en" and word in lexicon(language).function_words):
        return None
    return stem(word) if language == "en" else word


def stem(word: str) -> str:
    """An English word without its ending: secretes, secreting and secretion are one."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def _poles(text: str, lexicon: Lexicon) -> list[str]:
    """The words on which the meaning turns, in their order."""
    if lexicon.language == "en":
        poles = {stem(pole) for pole in lexicon.poles}
        return [stem(word) for word in re.findall(r"[a-z]+", text) if stem(word) in poles]
    # 会不会 asks and denies nothing.
    text = re.sub(r"(.)[不没]\1", r"\1", text)
    return re.findall("|".join(sorted(map(re.escape, lexicon.poles), key=lambda pole: (-len(pole), pole))), text)


def _added(before: list[Word], after: list[Word], lexicon: Lexicon) -> str | None:
    """The first word that neither the description nor the harmless words hold; also where much was added in all."""
    known = {word.content for word in before} | {word.text for word in before}
    harmless = lexicon.words | lexicon.glue
    added = [word.text for word in after if word.content and word.content not in known and word.text not in known]
    if lexicon.language == "zh":
        # What is harmless is a word, and may be of several characters.
        pieces = "".join(word.text if word.text not in known else " " for word in after).split()
        strange = [piece for piece in pieces if not kind_of(piece[0]) and not _is_made_of(piece, harmless)]
    else:
        strange = [word for word in added if word not in harmless]
    if strange:
        return strange[0]
    return " ".join(added) if len(added) > ADDED * max(len(before), 3) else None


def _is_made_of(text: str, words: frozenset[str]) -> bool:
    reached = {0}
    for end in range(1, len(text) + 1):
        if any(start in reached and text[start:end] in words for start in range(end)):
            reached.add(end)
    return len(text) in reached


def _is_ordered(described: str, words: list[Word], lexicon: Lexicon) -> bool:
    if lexicon.language == "zh":
        return any(word in described for word in lexicon.ordered)
    return any(word.text in lexicon.ordered for word in words)


def _in_order(before: list[Word], after: list[Word]) -> bool:
    """Whether what is kept stands in the order in which it stood."""
    old, new = ([word.content for word in words if word.content] for words in (before, after))
    common = (Counter(old) & Counter(new)).total()
    return _longest_common(old, new) >= common


def _longest_common(one: list[str], other: list[str]) -> int:
    """The length of the longest common subsequence."""
    row = [0] * (len(other) + 1)
    for item in one:
        diagonal = 0
        for index, candidate in enumerate(other, 1):
            diagonal, row[index] = row[index], diagonal + 1 if item == candidate else max(row[index], row[index - 1])
    return row[-1]
