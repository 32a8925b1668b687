"""What the check accepts and refuses: a table of rewordings, and every surface form there is."""

from itertools import combinations
from pathlib import Path

import pytest
import yaml

from authoring.rewriting import descriptions
from authoring.rewriting.check import problem, understood
from authoring.rewriting.lexicon import PLACES, TELLING
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
        for item in entry[of].items() if of == "bad" else entry[of]:
            told = (item,) if isinstance(item, str) else item
            found.append(pytest.param(entry, *told, id=f"{entry['language']}-{told[0][:60]}"))
    return found


@pytest.mark.parametrize(("entry", "text"), _cases("good"))
def test_a_rewording_that_says_the_same_is_accepted(entry, text):
    assert problem(entry["template"], text, entry["language"], entry.get("kind", "segment"), SHOWN) is None


@pytest.mark.parametrize(("entry", "text", "reasons"), _cases("bad"))
def test_a_rewording_that_says_something_else_is_refused(entry, text, reasons):
    found = problem(entry["template"], text, entry["language"], entry.get("kind", "segment"), SHOWN)
    assert found is not None
    assert any(reason in found for reason in reasons.split("|")), found


def test_the_table_is_large_enough_in_both_languages():
    for language in ("en", "zh"):
        entries = [entry for entry in TABLE["questions"] if entry["language"] == language]
        assert sum(len(entry["good"]) for entry in entries) >= 15
        assert sum(len(entry["bad"]) for entry in entries) >= 25


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


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_clause_of_the_forms_is_read_as_what_it_is(language):
    for meaning, form, clause in _clauses(language):
        reading = read(_question(language, clause), language, SAID[language][:1])
        said = {condition for condition, _ in reading.conditions if condition[0] != "number"}
        assert (form, said, reading.unknown) == (form, {meaning}, None)
        told_of = [about for condition, about in reading.conditions if condition == meaning]
        assert told_of == [(("by_number", 1),) if "{ref}" in form else ()]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_clauses_that_mean_something_else_are_never_taken_for_each_other(language):
    readings = [
        (meaning, clause, read(_question(language, clause), language, SAID[language][:1]))
        for meaning, _, clause in _clauses(language)
    ]
    for (one, first, reading), (other, second, against) in combinations(readings, 2):
        assert (reading.conditions == against.conditions) == (one == other), (first, second)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_place_of_the_forms_is_read_as_what_it_is(language):
    for path, place in leaves(forms()[language]["places"]):
        question = forms()[language]["frames"]["place"][0].format(
            **(_slots(language) | {"place": place, "Place": place})
        )
        reading = read(question, language, SAID[language][:1])
        assert (place, set(reading.conditions), reading.unknown) == (place, {(path, ())}, None)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_frame_of_the_forms_is_read_in_full(language):
    for name, frames in forms()[language]["frames"].items():
        for frame in frames:
            reading = read(frame.format(**_slots(language)), language, SAID[language][:1])
            said = {condition[0] for condition, _ in reading.conditions}
            assert (frame, reading.unknown, name in said) == (frame, None, name in TELLING)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_reference_of_the_forms_is_told_from_the_others(language):
    found = {}
    for path, form in leaves(forms()[language]["references"]):
        for number, ordinal in enumerate(forms()[language]["ordinals"], 1):
            reference = form.format(ordinal=ordinal)
            frame = forms()[language]["frames"]["counterpart"][0]
            reading = read(frame.format(**(_slots(language) | {"ref": reference})), language, ())
            ((_, (meaning,)),) = reading.conditions
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
    assert one.unknown is None and other.unknown is None
    assert one.conditions != other.conditions


def test_a_template_that_holds_an_unknown_description_is_not_understood():
    assert not understood("Segment the organ that nobody ever described.", "en")
    assert understood("Segment the organ that synthesises albumin and most clotting factors.", "en")
