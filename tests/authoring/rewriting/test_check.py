"""What the check accepts and refuses: a table of rewordings, and every surface form there is."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
import yaml

from authoring.rewriting import descriptions, reading
from authoring.rewriting.check import LONGEST, SHORTEST, problem, understood
from authoring.rewriting.lexicon import PLACES, PLAIN, lexicon
from authoring.rewriting.notation import leaves
from authoring.rewriting.reading import read
from authoring.wording.forms import capitalised, forms

TABLE = yaml.safe_load(Path(__file__).with_name("rewordings.yaml").read_text(encoding="utf-8"))
SHOWN = {"liver", "spleen"}
SAID = {
    "en": ("the organ that hides a stone", "the sac that stores bile"),
    "zh": ("容易藏匿结石的脏器", "储存胆汁的囊状器官"),
}


@pytest.fixture(autouse=True)
def _fixed_knowledge(monkeypatch):
    """The descriptions of the table stand for those of the knowledge, which may be reworded at any time."""
    known = {
        language: tuple(phrase.lower() for phrase in phrases) for language, phrases in TABLE["descriptions"].items()
    }
    monkeypatch.setattr(descriptions, "_phrases", known.__getitem__)


def _cases(of):
    found = []
    for entry in TABLE["questions"]:
        for item in entry[of].items() if of == "bad" else entry.get(of, ()):
            told = (item,) if isinstance(item, str) else item
            found.append(pytest.param(entry, *told, id=f"{entry['language']}-{told[0][:60]}"))
    return found


@pytest.mark.parametrize(("entry", "text"), _cases("good"))
def test_a_rewording_that_says_the_same_is_accepted(entry, text):
    assert problem(entry["template"], text, entry["language"], entry.get("kind", "segment"), SHOWN) is None


@pytest.mark.parametrize(("entry", "text", "reason"), _cases("bad"))
def test_a_rewording_that_says_something_else_is_refused(entry, text, reason):
    found = problem(entry["template"], text, entry["language"], entry.get("kind", "segment"), SHOWN)
    assert found is not None
    assert reason in found


def test_the_table_is_large_enough_in_both_languages():
    for language in ("en", "zh"):
        entries = [entry for entry in TABLE["questions"] if entry["language"] == language]
        assert sum(len(entry.get("good", ())) for entry in entries) >= 20
        assert sum(len(entry["bad"]) for entry in entries) >= 80


def test_every_template_of_the_table_is_read():
    """Of a template that is not read nothing would be accepted, whatever a rewording says."""
    asked = [entry for entry in TABLE["questions"] if entry.get("kind") != "answer"]
    assert [entry["template"] for entry in asked if not understood(entry["template"], entry["language"])] == []


def test_a_structure_that_the_image_does_not_show_may_be_named_by_a_description():
    entry = TABLE["questions"][0]
    text = "Please outline the organ that synthesises albumin and most clotting factors."
    assert problem(entry["template"], text, "en", "segment", {"no such structure"}) is None


def _slots(language, clause=""):
    table = forms()[language]
    number = {"en": "third", "zh": "三"}[language]
    by_number = table["references"]["by_number"][0]
    first, second = (by_number.format(ordinal=table["ordinals"][index]) for index in (0, 1))
    values = {
        "verb": table["verbs"][0],
        "d": SAID[language][0],
        "n": table["numbers"][2],
        "ref": first,
        "ref2": second,
        "place": table["places"]["InHalf"]["upper"][0],
        "half": table["halves"]["upper"],
        "system": table["systems"]["immune"],
        "ordinal": number,
        "that": clause or table["clauses"]["InSystem"][0].format(system=table["systems"]["immune"]),
    }
    return values | {capitalised(name): capitalised(value) for name, value in values.items()}


def _clauses(language):
    """Every form of a clause, with what it means."""
    for path, form in leaves(forms()[language]["clauses"]):
        if path[0] not in PLACES:
            meaning = {"InSystem": (*path, "immune"), "NthFrom": (*path, 3)}.get(path[0], path)
            yield meaning, form, form.format(**_slots(language))


def _question(language, clause):
    return forms()[language]["frames"]["chosen"][0].format(**_slots(language, clause))


def _read(text, language):
    return read(text, language, SAID[language][:1])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_clause_of_the_forms_is_read_as_what_it_is(language):
    for meaning, form, clause in _clauses(language):
        told_against = ("by_number", 1) if "{ref}" in form else None
        assert (form, _read(_question(language, clause), language).clauses) == (form, ((meaning, told_against),))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_clauses_that_mean_something_else_are_never_taken_for_each_other(language):
    readings = [
        (meaning, clause, _read(_question(language, clause), language)) for meaning, _, clause in _clauses(language)
    ]
    for (one, first, found), (other, second, against) in combinations(readings, 2):
        assert (found == against) == (one == other), (first, second)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_place_of_the_forms_is_read_as_what_it_is(language):
    for path, place in leaves(forms()[language]["places"]):
        question = forms()[language]["frames"]["place"][0].format(
            **(_slots(language) | {"place": place, "Place": place})
        )
        assert (place, _read(question, language).places) == (place, (path,))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_frame_of_the_forms_is_read_in_full(language):
    for name, frames in forms()[language]["frames"].items():
        asks = name.removesuffix("_of_group")
        for frame in frames:
            reading = _read(frame.format(**_slots(language)), language)
            assert (frame, reading.asks) == (frame, "selected" if asks in PLAIN else asks)
            assert (reading.description is None) == ("{d}" not in frame.lower())
            assert reading.number == (3 if "{n}" in frame.lower() else None)
            assert len(reading.places) == ("{place}" in frame.lower()) + ("{half}" in frame)
            assert len(reading.clauses) == ("{that}" in frame)
            assert len(reading.references) == frame.lower().count("{ref")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_reference_of_the_forms_is_told_from_the_others(language):
    found = {}
    for path, form in leaves(forms()[language]["references"]):
        for number, ordinal in enumerate(forms()[language]["ordinals"], 1):
            reference = form.format(ordinal=ordinal)
            frame = forms()[language]["frames"]["counterpart"][0]
            (meaning,) = _read(frame.format(**(_slots(language) | {"ref": reference})), language).references
            found.setdefault(meaning, set()).add(number if "{ordinal}" in form else path)
    assert all(len(meant) == 1 for meant in found.values())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_chosen_and_what_it_is_told_against_may_not_be_exchanged(language):
    table, said = forms()[language], SAID[language]
    frame, clause = table["frames"]["chosen"][0], table["clauses"]["NearestTo"]["two"][0]
    slots = _slots(language)
    texts = [
        frame.format(**(slots | {"d": one, "that": clause.format(ref=table["landmark"].format(d=other))}))
        for one, other in (said, said[::-1])
    ]
    one, other = (read(text, language, said) for text in texts)
    assert (one.description, one.clauses) == (("description", 0), ((("NearestTo", "two"), ("description", 1)),))
    assert (other.description, other.clauses) == (("description", 1), ((("NearestTo", "two"), ("description", 0)),))


TOGETHER = "Segment the structure segmented first and the structure segmented second together, as one mask."


@pytest.mark.parametrize(
    "character", ["\ue000", "\ue3f0", "\ud800", "\x00", "\x7f", "\u200b", "\u2028", "\u2029", "\u00ad", "\u3000", "\n"]
)
@pytest.mark.parametrize("kind", ["segment", "answer"])
def test_what_cannot_be_printed_is_refused_and_never_taken_for_a_mark(character, kind):
    for text in (
        f"Please {character} {TOGETHER}",
        f"Please segment {character} together with {character} as one mask.",
    ):
        assert "cannot be printed" in problem(TOGETHER, text, "en", kind, SHOWN)
    assert not understood(f"{TOGETHER[:-1]} {character}.", "en")


@pytest.mark.parametrize(("length", "refused"), [(39, True), (40, False), (250, False), (251, True)])
def test_only_so_much_shorter_and_longer(length, refused):
    assert (SHORTEST, LONGEST) == (0.4, 2.5)
    found = problem("x" * 99 + ".", "y" * (length - 1) + ".", "en", "segment", SHOWN)
    assert ("too short or too long" in found) == refused


def test_a_sentence_that_can_be_read_in_two_ways_is_not_read(monkeypatch):
    known = lexicon("en")
    again = tuple(replace(form, meaning=("rest",)) for form in known.sentences if form.meaning == ("together",))
    monkeypatch.setattr(reading, "lexicon", lambda language: replace(known, sentences=known.sentences + again))
    assert read(TOGETHER, "en", ()) is None


def test_a_template_that_holds_an_unknown_description_is_not_understood():
    assert not understood("Segment the organ that nobody ever described.", "en")
    assert understood("Segment the organ that synthesises albumin and most clotting factors.", "en")
