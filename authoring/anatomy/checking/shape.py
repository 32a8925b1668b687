"""What every entry must have: its keys, who wrote and reviewed it, enough texts on every topic."""

from collections.abc import Iterable, Iterator

from authoring.anatomy.checking.entries import Entry, Problem, is_fact, is_texts
from authoring.anatomy.knowledge import KIND, TOPICS
from authoring.anatomy.structures import of_kind, structures
from mturn_seg import LANGUAGES

#: The least that an entry of one structure, or of one pair, holds in each language, on each topic and in facts.
OWN_PHRASES, OWN_PHRASES_A_TOPIC, OWN_FACTS = 20, 3, 5
#: The least that a group holds in each language; a kind, whose members have no entries of their own, holds more.
GROUP_PHRASES, KIND_PHRASES = 3, 8

COMMON_KEYS = {"fits", "written_by", "reviewed_by", *LANGUAGES}


def shape_problems(entries: Iterable[Entry]) -> Iterator[Problem]:
    """Unknown and missing keys, wrong values, too few texts."""
    for entry in entries:
        if not isinstance(entry.raw, dict):
            yield entry.problem(entry.raw, "an entry with the key fits")
            continue
        yield from _keys(entry)
        yield from _fits(entry)
        yield from _authors(entry)
        for language in LANGUAGES:
            yield from _phrases(entry, language)
        if not entry.of_group:
            yield from _facts(entry)


def _keys(entry: Entry) -> Iterator[Problem]:
    expected = COMMON_KEYS if entry.of_group else COMMON_KEYS | {"facts"}
    for key in sorted(map(str, expected - entry.raw.keys())):
        yield entry.problem(key, "this key, which the entry lacks")
    for key in sorted(map(str, entry.raw.keys() - expected)):
        yield entry.problem(key, f"one of the keys {', '.join(sorted(expected))}")


def _fits(entry: Entry) -> Iterator[Problem]:
    listed = entry.raw.get("fits")
    if not is_texts(listed) or not listed:
        yield entry.problem(listed, "a list of structures under fits")
        return
    for item in listed:
        if item not in structures() and not (item.startswith(KIND) and of_kind(item.removeprefix(KIND))):
            yield entry.problem(item, "a structure of the catalogue, or kind: with its numbered members")
    if len(set(listed)) < len(listed):
        yield entry.problem(", ".join(listed), "each structure once")
    for name in sorted(entry.fits) if not entry.of_group else ():
        if (pair := structures()[name].pair) and pair not in entry.fits:
            yield entry.problem(name, f"{pair}, too: no phrase tells the two members of a pair apart")
    if entry.fits and entry.of_group == (entry.fits <= {min(entry.fits), structures()[min(entry.fits)].pair}):
        yield entry.problem(", ".join(listed), "one structure or pair in knowledge/, several in groups/")


def _authors(entry: Entry) -> Iterator[Problem]:
    written, reviewed = (entry.raw.get(key) for key in ("written_by", "reviewed_by"))
    if not (isinstance(written, str) and written.strip()):
        yield entry.problem(written, "machine, or who wrote it, under written_by")
    if not (reviewed is None or (isinstance(reviewed, str) and reviewed.strip())):
        yield entry.problem(reviewed, "null, or the clinician who reviewed it, under reviewed_by")


def _phrases(entry: Entry, language: str) -> Iterator[Problem]:
    topics = entry.raw.get(language)
    if not isinstance(topics, dict):
        yield entry.problem(topics, f"topics with phrases under {language}")
        return
    for topic in sorted(map(str, topics.keys() - set(TOPICS))):
        yield entry.problem(topic, f"one of the topics {', '.join(TOPICS)}")
    for topic, phrases in topics.items():
        if not is_texts(phrases):
            yield entry.problem(phrases, f"a list of phrases under {language}: {topic}")
    counts = {topic: len(phrases) for topic, phrases in topics.items() if isinstance(phrases, list)}
    if not entry.of_group:
        for topic in TOPICS:
            if counts.get(topic, 0) < OWN_PHRASES_A_TOPIC:
                yield entry.problem(f"{counts.get(topic, 0)} phrases", f"{OWN_PHRASES_A_TOPIC} in {language}: {topic}")
    least = _least_phrases(entry)
    if sum(counts.values()) < least:
        yield entry.problem(f"{sum(counts.values())} phrases", f"{least} in {language}")


def _least_phrases(entry: Entry) -> int:
    if not entry.of_group:
        return OWN_PHRASES
    return KIND_PHRASES if entry.name.startswith(KIND) else GROUP_PHRASES


def _facts(entry: Entry) -> Iterator[Problem]:
    facts = entry.raw.get("facts") or []
    if not isinstance(facts, list) or len(facts) < OWN_FACTS:
        count = len(facts) if isinstance(facts, list) else 0
        yield entry.problem(f"{count} facts", f"a list of {OWN_FACTS}")
        return
    for fact in facts:
        if not is_fact(fact):
            yield entry.problem(fact, "a fact: its facet, and a question and an answer in both languages")
