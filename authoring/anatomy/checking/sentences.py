"""How a text is written: characters of its script, spaces, punctuation, capitals, the reference, yes and no."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from authoring.anatomy.checking.entries import Entry, Problem, Text
from authoring.yaml_files import read_yaml

WRITING = Path(__file__).with_name("writing.yaml")
REFERENCE = "{reference}"

HAN = "\u4e00-\u9fff"
# What may stand in a text, and what it is called in a message.
ENGLISH_PHRASE = re.compile(r"[A-Za-z0-9 ,()'-]+")
ENGLISH_SENTENCE = re.compile(r"[A-Za-z0-9 ,;:()'.?/%-]+")
CHINESE_PHRASE = re.compile(f"[{HAN}，、（）]+")
CHINESE_SENTENCE = re.compile(f"[{HAN}0-9，、（）；：。？“”]+")
ALLOWED = {
    ("en", "phrase"): (ENGLISH_PHRASE, "letters, digits, spaces, commas, hyphens, apostrophes and brackets"),
    ("en", "question"): (ENGLISH_SENTENCE, "letters, digits, spaces and half-width punctuation"),
    ("en", "answer"): (ENGLISH_SENTENCE, "letters, digits, spaces and half-width punctuation"),
    ("zh", "phrase"): (CHINESE_PHRASE, "Chinese characters and ，、（）"),
    ("zh", "question"): (CHINESE_SENTENCE, "Chinese characters, digits and full-width punctuation"),
    ("zh", "answer"): (CHINESE_SENTENCE, "Chinese characters, digits and full-width punctuation"),
}
LATIN = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
YES_OR_NO = re.compile(r"(Yes|No)\. \S")
NEGATIVE = re.compile("不|没有|否|无|未|并非|并不")
BARE_REPLY = re.compile("(?:不?是|不?会|不?能|没?有|不?可以|否)[。，]")


def sentence_problems(entries: Iterable[Entry]) -> Iterator[Problem]:
    """Everything about how the texts are written, one text or one fact at a time."""
    for entry in entries:
        for text in entry.texts:
            yield from _characters(text)
            yield from _spaces(text)
            yield from _references(text)
            yield from _IN_LANGUAGE[text.language](text)
        yield from _replies(entry)


@cache
def writing() -> dict[str, frozenset[str]]:
    """Characters, abbreviations and words with rules of their own, from writing.yaml."""
    raw = read_yaml(WRITING)
    return {name: frozenset(members) for name, members in raw.items()}


def is_traditional(character: str) -> bool:
    """Whether a Chinese character is traditional, or too rare for a text of today.

    The standard GB 2312 holds the 6763 simplified characters in use, so that a character outside it is neither;
    `writing.yaml` has the exceptions of both kinds.
    """
    if character in writing()["simplified"]:
        return False
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return character in writing()["traditional"]


def _characters(text: Text) -> Iterator[Problem]:
    plain = text.text.replace(REFERENCE, "")
    if text.language == "zh":
        plain = LATIN.sub(lambda found: "" if found.group() in writing()["latin_in_chinese"] else found.group(), plain)
    pattern, expected = ALLOWED[text.language, text.kind]
    if odd := sorted({character for character in plain if not pattern.fullmatch(character)}):
        yield text.problem(f"{expected}, and not {' '.join(odd)}")


def _spaces(text: Text) -> Iterator[Problem]:
    if text.text != text.text.strip() or re.search(r"\s\s|[\t\n]", text.text):
        yield text.problem("single spaces, and none at the ends")
    if (
        re.search(r" [,.;:?)]|\( |[,;:](?![ \d])|\)(?=\w)", text.text.replace(REFERENCE, "it"))
        and text.language == "en"
    ):
        yield text.problem("a space after punctuation, and none before it")
    if text.language == "zh" and " " in text.text:
        yield text.problem("no space in Chinese")


def _references(text: Text) -> Iterator[Problem]:
    count = text.text.count(REFERENCE)
    if count != (text.kind == "question"):
        yield text.problem(f"{REFERENCE} {'once' if text.kind == 'question' else 'in questions only'}")
    if text.language == "en" and text.kind == "question" and text.text.startswith(REFERENCE):
        yield text.problem(f"{REFERENCE} after the first word")


def _english(text: Text) -> Iterator[Problem]:
    if text.kind == "phrase":
        start = "one of the " if text.entry.of_group else "the "
        if not text.text.startswith(start):
            yield text.problem(f"a noun phrase that starts with {start!r}")
        if not (text.text[-1].isalnum() or text.text[-1] == ")"):
            yield text.problem("no punctuation at the end")
        return
    if not (text.text[0].isupper() or text.text[0].isdigit()):
        yield text.problem("a capital letter at the start")
    _, mark = _ENDS[text.kind]
    if not text.text.endswith(mark) or text.text.count("?") != (text.kind == "question"):
        yield text.problem(f"one {text.kind} that ends with {mark!r}")


def _chinese(text: Text) -> Iterator[Problem]:
    if text.kind == "phrase":
        if not re.fullmatch(f"[{HAN}）]", text.text[-1]) or not re.fullmatch(f"[{HAN}A-Z]", text.text[0]):
            yield text.problem("no punctuation at either end")
        if text.entry.of_group and not text.text.endswith("之一"):
            yield text.problem("a phrase of a group to end with 之一")
    else:
        mark, _ = _ENDS[text.kind]
        if not text.text.endswith(mark) or text.text.count("？") != (text.kind == "question"):
            yield text.problem(f"one {text.kind} that ends with {mark!r}")
    if traditional := sorted({c for c in text.text if "\u4e00" <= c <= "\u9fff" and is_traditional(c)}):
        yield text.problem(f"simplified characters for {' '.join(traditional)}")


_ENDS = {"question": ("？", "?"), "answer": ("。", ".")}
_IN_LANGUAGE = {"en": _english, "zh": _chinese}


def _replies(entry: Entry) -> Iterator[Problem]:
    """Yes and no: the same in both languages, each at least once, with the reason; one plain answer at the most."""
    plain, replies = 0, set()
    for fact in entry.facts:
        english, chinese = fact["en"]["answer"], fact["zh"]["answer"]
        if reply := YES_OR_NO.match(english):
            replies.add(reply[1])
            if (reply[1] == "No") != bool(NEGATIVE.match(chinese)):
                yield entry.problem(chinese, f"the same reply as {english!r}")
        else:
            plain += 1
            if BARE_REPLY.match(chinese) or re.match(r"(?:yes|no)\b", english, re.IGNORECASE):
                yield entry.problem(f"{english} / {chinese}", "'Yes. ' or 'No. ' with the reason, or neither")
    if plain > 1:
        yield entry.problem(f"{plain} facts without yes or no", "one at the most")
    if entry.facts and replies != {"Yes", "No"}:
        yield entry.problem(f"only {' '.join(sorted(replies)) or 'plain'} answers", "both yes and no among the answers")
